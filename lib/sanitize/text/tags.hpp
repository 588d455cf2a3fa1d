// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// HTML in tokens (HTML Living Standard, 13.2.5, in fewer states): text, start tags with their
/// attributes, end tags. Comments, declarations and processing instructions are passed over. Knows
/// no tree and no meaning, but which elements hold raw text.

#include "sanitize/frame/frame.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::sanitize::text {

struct Attribute {
  std::string name;   ///< lower case
  std::string value;  ///< references resolved
};

struct Tag {
  std::string name;  ///< lower case; empty: text
  bool closing = false;
  std::vector<Attribute> attributes;  ///< the first of each name, at most `kMostAttributes`
  std::string_view text;              ///< as it stands, references and all

  /// Empty where there is none.
  [[nodiscard]] std::string_view operator[](std::string_view attribute) const;
  [[nodiscard]] bool has(std::string_view attribute) const;
};
inline constexpr std::size_t kMostAttributes = 64;

class Tokens {
 public:
  explicit Tokens(std::string_view html) : html_{html} {}
  /// False at the end. Bytes behind a `<` that never ends are passed over.
  bool next(Tag& tag);
  /// The content of `script` and its kin: up to the end tag of that name, which is left in place.
  [[nodiscard]] std::string_view raw_text(std::string_view name);
  /// Comments and their kin that were passed over.
  [[nodiscard]] std::size_t passed_over() const { return passed_over_; }

 private:
  [[nodiscard]] char at(std::size_t ahead = 0) const {
    return at_ + ahead < html_.size() ? html_[at_ + ahead] : '\0';
  }
  void comment();
  bool start_or_end(Tag& tag);
  bool attribute(Tag& tag);

  std::string_view html_;
  std::size_t at_ = 0;
  std::size_t passed_over_ = 0;
};

}  // namespace sekisho::sanitize::text
