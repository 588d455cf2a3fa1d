// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What operators ask of the daemon and what it answers, as values, and their form on the wire:
/// fixed fields with bounded lengths, the same from tool to desk and from desk to supervisor. Knows
/// no socket.

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sekisho::control {

/// A request is refused above this size (the largest config file with room for its wrapping), an
/// answer too.
inline constexpr std::size_t kLargest = (64ULL << 20U) + (1ULL << 20U);

struct Status {
  bool operator==(const Status&) const = default;
};
/// New bytes for the main config file. The daemon opens no path that a client names.
struct Apply {
  std::string text;
  std::uint32_t confirm_seconds = 0;          ///< rolled back unless confirmed by then; 0: for good
  std::vector<std::string> break_must_flows;  ///< ids that may be broken
  bool operator==(const Apply&) const = default;
};
/// What was applied on trial is for good.
struct Confirm {
  bool operator==(const Confirm&) const = default;
};
/// As SIGHUP: read the config files again.
struct Reload {
  std::vector<std::string> break_must_flows;
  bool operator==(const Reload&) const = default;
};
/// The decision for a first packet. Texts as the operator wrote them; the supervisor parses them.
struct Explain {
  std::string in;  ///< empty: sent by the appliance itself
  std::string src;
  std::string dst;
  std::string proto;  ///< "tcp" or a number
  std::optional<std::uint16_t> sport;
  std::optional<std::uint16_t> dport;
  std::string type;  ///< of icmp and icmpv6: name or number; empty: echo-request
  std::string mac;   ///< empty: not given
  bool operator==(const Explain&) const = default;
};
/// Read the kernel's ruleset back and compare.
struct Verify {
  bool operator==(const Verify&) const = default;
};
/// The texts that are in force.
struct InForce {
  bool operator==(const InForce&) const = default;
};
/// Which live connections this text would end in the place of the main config file.
struct Preview {
  std::string text;
  bool operator==(const Preview&) const = default;
};
/// A self-check was made: to be recorded.
struct Selfcheck {
  bool ok = false;
  std::string outcome;  ///< which checks said what, in one line
  bool operator==(const Selfcheck&) const = default;
};
/// An earlier text in force again, and the config files.
struct Rollback {
  std::uint64_t revision = 0;  ///< 0: the text before the one that is in force
  std::vector<std::string> break_must_flows;
  bool operator==(const Rollback&) const = default;
};
/// Every change of what is in force.
struct History {
  bool operator==(const History&) const = default;
};
/// Cuts off a zone, the zones of a class, or all; `unlock` lifts what that name has cut, an empty
/// one everything.
struct Lockdown {
  std::string name;
  bool unlock = false;
  bool operator==(const Lockdown&) const = default;
};
/// Asks for a permit to be in force for a while, against `standby` or a revocation.
struct Grant {
  std::string permit;
  std::uint32_t seconds = 0;
  bool operator==(const Grant&) const = default;
};
/// What waits for approval, and what is granted, revoked and cut off.
struct Requests {
  bool operator==(const Requests&) const = default;
};
/// Somebody else's request is granted.
struct Approve {
  std::uint64_t request = 0;
  bool operator==(const Approve&) const = default;
};
/// Out of force until it is granted or changed.
struct Revoke {
  std::string permit;
  std::vector<std::string> break_must_flows;
  bool operator==(const Revoke&) const = default;
};
using Request =
    std::variant<Status, Apply, Reload, Explain, Verify, InForce, Confirm, Rollback, History,
                 Lockdown, Grant, Requests, Approve, Revoke, Preview, Selfcheck>;

struct Answer {
  enum class Kind : std::uint8_t {
    Yes = 0,      ///< done
    No = 1,       ///< the answer is no: `json` says why
    Refused = 3,  ///< the daemon will not or cannot: `json` is {"error": text}
  };
  Kind kind = Kind::Yes;
  std::string json;  ///< one document
  bool operator==(const Answer&) const = default;
};

[[nodiscard]] std::string pack(const Request& request);
[[nodiscard]] Result<Request> unpack_request(ByteView bytes);
[[nodiscard]] std::string pack(const Answer& answer);
[[nodiscard]] Result<Answer> unpack_answer(ByteView bytes);

/// On the control socket each message is a length (u32, network order) and its bytes.
class Frames {
 public:
  explicit Frames(std::size_t largest) : largest_{largest} {}

  [[nodiscard]] static std::string frame(const std::string& payload);
  /// Fails for good at a length above the largest.
  [[nodiscard]] Result<> feed(std::string_view bytes);
  /// The next whole message, or nothing.
  [[nodiscard]] std::optional<std::string> next();

 private:
  void look_at_length();

  std::size_t largest_;
  std::string waiting_;
  bool failed_ = false;
};

}  // namespace sekisho::control
