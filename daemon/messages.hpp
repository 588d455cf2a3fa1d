// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the daemon's processes say to each other, and how it is written. A message that does not
/// hold together, or that its sender may not send, ends the process that receives it.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/words.hpp"
#include "policy/policy.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sekisho::daemon {

enum class Type : std::uint16_t {
  Names = 1,     ///< supervisor → recorder: Names
  Record = 2,    ///< supervisor → recorder: journal::Record
  Counters = 3,  ///< supervisor → recorder: Counters
  Peer = 4,      ///< supervisor → recorder: a role's name, its new channel as descriptor
  Finish = 5,    ///< supervisor → recorder: write everything and end
  Health = 6,    ///< every role → supervisor: what is wrong with it; empty when nothing is
  Close = 7,     ///< supervisor → watch: the number of a window that ends (u64)
  Folds = 8,     ///< watch → recorder: number of the window (u64), nflog::Fold list
  Request = 9,   ///< desk → supervisor: id (u64), uid (u32), control::Request
  Answer = 10,   ///< supervisor → desk: id (u64), control::Answer
  Wires = 11,    ///< supervisor → sensor: sensor::Knowledge
  Leaks = 12,    ///< sensor → recorder: nflog::Fold list with words of sensor/leak.hpp
  Alive = 13,    ///< every role → supervisor, once a second: that it works off what comes
  // of mail exchanges, as mail.hpp has them; receiver, sender and sanitizer know the supervisor alone
  Beat = 32,       ///< supervisor → each of them, and back: a number
  Listen = 33,     ///< supervisor → receiver: a listening socket, as descriptor
  Exchanges = 34,  ///< supervisor → receiver
  Opened = 35,     ///< receiver → supervisor
  OpenFar = 36,    ///< supervisor → sender, with a socket
  FarReady = 37,   ///< sender → supervisor → receiver
  MailFrom = 38,   ///< receiver → supervisor → sender
  RcptTo = 39,     ///< receiver → supervisor → sender
  Spooled = 40,    ///< receiver → supervisor, with the original
  Sanitize = 41,   ///< supervisor → sanitizer, with the original
  Sanitized = 42,  ///< sanitizer → supervisor, with what was rebuilt
  Deliver = 43,    ///< supervisor → sender, with what was rebuilt: a session's number
  Answered = 44,   ///< sender → supervisor → receiver
  Forget = 45,     ///< receiver → supervisor → sender: a session's transaction is over
  Confirmed = 46,  ///< receiver → supervisor: a session's client has our answer to its message
  Lost = 47,       ///< sender → supervisor
  Closed = 48,     ///< receiver → supervisor → sender: a session's number
  Drop = 49,       ///< supervisor → receiver: a session is to end
  Note = 50,       ///< supervisor → receiver: for the index of the quarantine
};

/// What the recorder needs of a revision to put words into names.
struct Names {
  struct Zone {
    std::string name;
    ZoneClass zone_class{};
    std::string organ;
    bool operator==(const Zone&) const = default;
  };
  Language language = Language::Ja;
  std::string revision;  ///< of the field SEKISHO_POLICY
  std::uint32_t max_records = 1000;
  std::map<std::uint8_t, Zone> zones;  ///< by number
  bool operator==(const Names&) const = default;
};
[[nodiscard]] std::string pack(const Names& names);
[[nodiscard]] Result<Names> unpack_names(ByteView bytes);

/// A reading of the kernel's drop counters.
struct Counters {
  struct Count {
    std::uint32_t word = 0;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    bool operator==(const Count&) const = default;
  };
  std::uint64_t window = 0;
  bool fresh = false;    ///< the table has just been made: nothing of before is in these counters
  bool watched = false;  ///< the watch was told to close this window and will send its folds
  std::vector<Count> counts;
  /// What was read last of a table that was made anew beside one that goes on counting.
  std::vector<Count> gone;
  bool operator==(const Counters&) const = default;
};
[[nodiscard]] std::string pack(const Counters& counters);
[[nodiscard]] Result<Counters> unpack_counters(ByteView bytes);

}  // namespace sekisho::daemon
