// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the processes of a mail exchange say to each other: envelope, reply codes, content as
/// sealed memory. Never bytes of a session. Each message has the number of its session first;
/// everything is checked again by whoever hears it.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "net/address.hpp"
#include "net/service.hpp"
#include "policy/policy.hpp"
#include "smtp/command.hpp"
#include "smtp/sender.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sekisho::daemon::mail {

/// What the receiver knows of an exchange: whom it serves, and how the accepted leg is protected.
struct Exchange {
  std::string id;
  std::vector<net::Range> from;
  std::vector<net::Range> to;
  std::vector<net::Service> services;
  std::uint64_t largest = 0;
  smtp::TlsUse near = smtp::TlsUse::Never;
  std::string chain;  ///< PEM; of TLS on the accepted leg
  std::string key;    ///< PEM
  bool operator==(const Exchange&) const = default;
};
struct Exchanges {
  std::string host;  ///< our name in greetings
  std::vector<Exchange> all;
  bool operator==(const Exchanges&) const = default;
};
[[nodiscard]] std::string pack(const Exchanges& exchanges);
[[nodiscard]] Result<Exchanges> unpack_exchanges(ByteView bytes);

/// receiver → supervisor: somebody has come.
struct Opened {
  std::uint64_t session = 0;
  std::string exchange;
  net::Address peer;
  net::Address destination;  ///< as the client addressed it
  std::uint16_t port = 0;
};
[[nodiscard]] std::string pack(const Opened& opened);
[[nodiscard]] Result<Opened> unpack_opened(ByteView bytes);

/// supervisor → sender, with a socket that may go nowhere else.
struct OpenFar {
  std::uint64_t session = 0;
  net::Address destination;
  std::uint16_t port = 0;
  std::string host;  ///< said in EHLO
  smtp::TlsUse tls = smtp::TlsUse::Opportunistic;
  std::string authorities;  ///< PEM; with them the server's certificate is checked
  std::string name;         ///< of the server, in its certificate
};
[[nodiscard]] std::string pack(const OpenFar& open);
[[nodiscard]] Result<OpenFar> unpack_open_far(ByteView bytes);

/// receiver → supervisor → sender: MAIL or RCPT as a line that parses again to what it was.
struct Line {
  std::uint64_t session = 0;
  std::string text;
};
[[nodiscard]] std::string pack(const Line& line);
[[nodiscard]] Result<Line> unpack_line(ByteView bytes);
/// Of a line that a role has passed on: fails for one that `parse_command` does not take.
[[nodiscard]] Result<smtp::Command> command_in(const Line& line);

/// sender → supervisor → receiver: a step was answered.
struct Answered {
  std::uint64_t session = 0;
  smtp::Step step{};
  smtp::Status status;
};
[[nodiscard]] std::string pack(const Answered& answered);
[[nodiscard]] Result<Answered> unpack_answered(ByteView bytes);

/// sender → supervisor → receiver: the far server is there.
struct FarReady {
  std::uint64_t session = 0;
  smtp::Features features;
};
[[nodiscard]] std::string pack(const FarReady& ready);
[[nodiscard]] Result<FarReady> unpack_far_ready(ByteView bytes);

/// sender → supervisor: the far leg has ended, for this reason of ours.
struct Lost {
  std::uint64_t session = 0;
  bool shaking_hands = false;  ///< while TLS was to begin
  std::string why;
};
[[nodiscard]] std::string pack(const Lost& lost);
[[nodiscard]] Result<Lost> unpack_lost(ByteView bytes);

/// receiver → supervisor, with the content: the original is on disk for good.
struct Spooled {
  std::uint64_t session = 0;
  std::string item;
  std::string sha256;
  std::uint64_t size = 0;
};
[[nodiscard]] std::string pack(const Spooled& spooled);
[[nodiscard]] Result<Spooled> unpack_spooled(ByteView bytes);

/// supervisor → sanitizer, with the content.
struct Sanitize {
  std::uint64_t session = 0;
  policy::SanitizeProfile profile;
  bool take_out = false;
  Language language = Language::Ja;
};
[[nodiscard]] std::string pack(const Sanitize& sanitize);
[[nodiscard]] Result<Sanitize> unpack_sanitize(ByteView bytes);

/// sanitizer → supervisor, with what was rebuilt where there is any.
struct Sanitized {
  std::uint64_t session = 0;
  std::string status;   ///< a StatusWord's name
  std::string why;      ///< a RefusalWord's name, or empty
  std::string actions;  ///< codes
  std::string sha256;   ///< of what was rebuilt
  std::uint64_t size = 0;
};
[[nodiscard]] std::string pack(const Sanitized& sanitized);
[[nodiscard]] Result<Sanitized> unpack_sanitized(ByteView bytes);

/// supervisor → receiver: what has become of an item, for the quarantine's index.
struct Note {
  std::string item;
  std::string status;
  std::string fate;
};
[[nodiscard]] std::string pack(const Note& note);
[[nodiscard]] Result<Note> unpack_note(ByteView bytes);

/// A message that is a session's number alone, or the number of a heartbeat.
[[nodiscard]] std::string pack_number(std::uint64_t number);
[[nodiscard]] Result<std::uint64_t> unpack_number(ByteView bytes);

/// Everything there is, so that what was offered on one leg parses on the other.
[[nodiscard]] smtp::Features every_feature();

}  // namespace sekisho::daemon::mail
