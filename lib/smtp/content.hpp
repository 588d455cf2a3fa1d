// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Mail data on the wire (RFC 5321 4.5.2): the dots added and taken away, and the one sequence that
/// ends it. Knows nothing of the message inside.

#include <cstdint>
#include <string>
#include <string_view>

namespace sekisho::smtp {

/// Why mail data is refused.
enum class Flaw : std::uint8_t { None, BareCr, BareLf, Nul, LongLine, TooLarge };
[[nodiscard]] std::string_view name_of(Flaw flaw);
/// Two servers could have read it in two ways, so where it ends is not sure.
[[nodiscard]] constexpr bool is_ambiguous(Flaw flaw) {
  return flaw == Flaw::BareCr || flaw == Flaw::BareLf || flaw == Flaw::Nul;
}

/// Reads mail data until CRLF.CRLF, in any pieces. The first flaw stays; from then on nothing is
/// given out, and the end is still that sequence alone.
class ContentReader {
 public:
  struct Limits {
    std::uint64_t bytes = 0;
    std::uint32_t line = 0;  ///< octets without CRLF
  };
  explicit ContentReader(Limits limits) : limits_{limits} {}

  struct Step {
    std::size_t used = 0;  ///< of the bytes given: fewer only where the data has ended
    std::string content;   ///< with dots taken away
    bool ended = false;
  };
  [[nodiscard]] Step feed(std::string_view bytes);
  [[nodiscard]] Flaw flaw() const { return flaw_; }
  /// Octets of content so far, those that were not given out among them.
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  enum class At : std::uint8_t { LineStart, Dot, DotCr, InLine, Cr };

  void take(char c, std::string& content);
  void put(std::string_view bytes, std::string& content);
  void mark(Flaw flaw);

  Limits limits_;
  At at_ = At::LineStart;
  Flaw flaw_ = Flaw::None;
  std::uint64_t size_ = 0;
  std::uint32_t line_ = 0;
  bool ended_ = false;
};

/// Writes mail data: every line ends in CRLF whatever it ended in, every dot at a line's start is
/// doubled, so that nothing inside can end it.
class ContentWriter {
 public:
  [[nodiscard]] std::string write(std::string_view content);
  /// What ends it; a last line without end gets one.
  [[nodiscard]] std::string end();

 private:
  bool line_start_ = true;
  bool cr_ = false;
};

}  // namespace sekisho::smtp
