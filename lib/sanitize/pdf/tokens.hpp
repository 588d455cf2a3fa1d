// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Tokens of content streams, CMaps and calculator functions (ISO 32000-1, 7.2 and 7.3), and their
/// one canonical spelling. Knows no operator.

#include "base/bytes.hpp"

#include <string>
#include <string_view>

namespace sekisho::sanitize::pdf {

struct Token {
  enum class Kind : std::uint8_t {
    End,
    Bad,  ///< no token begins here; one byte was passed over
    Number,
    Name,    ///< `text` without the slash, escapes resolved
    String,  ///< `text` decoded, of either spelling
    Word,    ///< operators, true, false, null
    ArrayOpen,
    ArrayClose,
    DictOpen,
    DictClose,
    BraceOpen,
    BraceClose,
  };
  Kind kind = Kind::End;
  std::string text;
};

class Tokens {
 public:
  /// Longer strings and names are `Bad`.
  static constexpr std::size_t kLongest = 1U << 20U;

  explicit Tokens(std::string_view bytes) : bytes_{bytes} {}
  Token next();
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::string_view rest() const { return bytes_.substr(at_); }
  void skip(std::size_t count) { at_ = std::min(at_ + count, bytes_.size()); }

 private:
  void skip_blanks();
  Token literal_string();
  Token hex_string();
  Token name();
  Token regular();

  std::string_view bytes_;
  std::size_t at_ = 0;
};

[[nodiscard]] bool is_blank(char c);
/// "[+-]digits[.digits]", no exponent, at most 40 characters.
[[nodiscard]] bool is_number(std::string_view text);

/// "/Name" with everything but letters, digits and a few marks as #xx.
[[nodiscard]] std::string spelt_name(std::string_view name);
/// "(text)" where all is printable ASCII, "<hex>" elsewhere.
[[nodiscard]] std::string spelt_string(std::string_view text);

}  // namespace sekisho::sanitize::pdf
