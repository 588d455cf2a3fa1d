// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Replies (RFC 5321 4.2, RFC 3463): what is written to a client, and the bounded reading of what a
/// server writes. Of a far server's reply only the numbers are ever passed on, never its text.

#include "base/result.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::smtp {

/// Reply code and enhanced status code.
struct Status {
  std::uint16_t code = 0;  ///< 200 to 599
  std::uint16_t subject = 0;
  std::uint16_t detail = 0;

  [[nodiscard]] bool good() const { return code / 100 == 2; }
  [[nodiscard]] bool transient() const { return code / 100 == 4; }
  [[nodiscard]] bool permanent() const { return code / 100 == 5; }
  /// "550 5.1.1"
  [[nodiscard]] std::string str() const;
  auto operator<=>(const Status&) const = default;
};

/// One line, or several with the same code, each ended by CRLF.
[[nodiscard]] std::string wire(const Status& status, std::string_view text);
/// Without an enhanced status code, as greetings and answers to EHLO are (RFC 2034).
[[nodiscard]] std::string wire(std::uint16_t code, const std::vector<std::string>& lines);

/// What a far server's status becomes towards a client: the class stays, and a code that means
/// something else on this leg becomes the plain one of its class. 421 would announce that this
/// session ends, so it becomes 451.
[[nodiscard]] Status passed_on(const Status& far);

/// A server's reply as it was read.
struct Reply {
  Status status;
  std::vector<std::string> lines;  ///< text behind the code; untrusted
};

/// Cuts replies out of a stream. Strict: CRLF ends a line and nothing else does, all lines of a
/// reply have the same code, at most `kMostLines` lines of `kLongestLine` octets.
class ReplyReader {
 public:
  static constexpr std::size_t kLongestLine = 1024;
  static constexpr std::size_t kMostLines = 128;

  void feed(std::string_view bytes) { buffer_.append(bytes); }
  /// The next reply; nothing when it is not whole yet. Fails for good when the stream breaks the
  /// rules.
  [[nodiscard]] Result<std::optional<Reply>> next();
  /// Whether there are bytes that belong to no whole reply that was taken.
  [[nodiscard]] bool has_more() const { return !buffer_.empty() || !open_.lines.empty(); }

 private:
  [[nodiscard]] Result<std::optional<std::string>> line();

  std::string buffer_;
  Reply open_;
};

}  // namespace sekisho::smtp
