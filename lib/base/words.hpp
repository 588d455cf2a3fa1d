// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Said once: zone classes, verdicts, reasons, clauses, events, journal fields and message ids. Everything else
/// (rules, records, tools, documents, tests) takes them from here. Source: the policy's clauses and the outer interface.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace sekisho {

enum class Language : std::uint8_t { Ja, En };

/// A text in both languages; `in()` picks one.
struct Text {
  std::string_view ja;
  std::string_view en;
  [[nodiscard]] constexpr std::string_view in(Language language) const {
    return language == Language::Ja ? ja : en;
  }
};

/// Zone classes; clauses 2(8)–2(10) and 6(3)③.
enum class ZoneClass : std::uint8_t { MyNumber, Lgwan, Internet, SecurityCloud };

enum class Verdict : std::uint8_t { Permit, Exchange, Deny };

/// Why a packet was decided as it was. For denials the number is the precedence (the lowest that holds is given) and is
/// what the kernel's words carry, so a number never changes its meaning.
enum class Reason : std::uint8_t {
  None = 0,
  Lockdown = 1,
  Invalid = 2,
  UnknownZone = 3,
  SpoofedSource = 4,
  SelfProtected = 5,
  Chatter = 6,
  Misrouted = 7,
  MacMismatch = 8,
  Expired = 9,
  CrossZone = 10,
  SanitizeRefused = 11,
  Leak = 12,
  IntraZone = 32,
  Flow = 33,
  SpecificFlow = 34,
  SelfFlow = 35,
  Management = 36,
  Exchange = 37,
};

enum class Clause : std::uint8_t { C63_1, C63_2, C63_3, C66 };

enum class Event : std::uint8_t {
  Violation,
  Summary,
  Exchange,
  Reload,
  Rollback,
  Drift,
  Lockdown,
  Grant,
  Expiry,
  Selfcheck,
  Health,
  Leak,
  Start,
  Stop,
};

/// One row per reason.
struct ReasonWord {
  Reason reason;
  Verdict verdict;
  std::string_view name;
  bool of_packet;  ///< false: record only, never the decision of a packet
  Text meaning;
};
/// One row per event: its fixed MESSAGE_ID (128 bits, hexadecimal) and syslog priority.
struct EventWord {
  Event event;
  std::string_view name;
  std::string_view message_id;
  int priority;
  Text meaning;
};
struct ClassWord {
  ZoneClass zone_class;
  std::string_view name;
  Text title;
};
struct ClauseWord {
  Clause clause;
  std::string_view id;  ///< as the policy writes it: "6(3)①"
  Text title;
};
/// A field of a record, as journald stores it.
struct FieldWord {
  std::string_view name;
  bool number;  ///< written as a JSON number
  Text meaning;
};

[[nodiscard]] std::span<const ReasonWord> reason_words();
[[nodiscard]] std::span<const EventWord> event_words();
[[nodiscard]] std::span<const ClassWord> class_words();
[[nodiscard]] std::span<const ClauseWord> clause_words();
[[nodiscard]] std::span<const FieldWord> field_words();

[[nodiscard]] std::string_view name_of(ZoneClass zone_class);
[[nodiscard]] std::string_view name_of(Verdict verdict);
[[nodiscard]] std::string_view name_of(Reason reason);
[[nodiscard]] std::string_view name_of(Event event);
[[nodiscard]] std::string_view name_of(Clause clause);
[[nodiscard]] const EventWord& word_of(Event event);
[[nodiscard]] Verdict verdict_of(Reason reason);

[[nodiscard]] std::optional<ZoneClass> zone_class_named(std::string_view name);
[[nodiscard]] std::optional<Reason> reason_named(std::string_view name);
/// The reason with that number; nothing for a number no reason has.
[[nodiscard]] std::optional<Reason> reason_numbered(std::uint8_t number);

/// What the ceiling lets a packet from one class to another be (clause 6(3)); no config can allow more.
enum class Ceiling : std::uint8_t { Flow, SpecificFlow, Exchange, Never };
[[nodiscard]] Ceiling ceiling(ZoneClass from, ZoneClass to);
/// The clause that governs traffic between two classes; `nullopt` where there is no zone.
[[nodiscard]] Clause clause_between(std::optional<ZoneClass> from, std::optional<ZoneClass> to);

}  // namespace sekisho
