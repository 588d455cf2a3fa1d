// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Content streams (ISO 32000-1, 7.8.2): read operator by operator and written anew from those that
/// are known, with operands of the right kinds and names that lead somewhere. Knows no PDF object
/// but names.

#include "sanitize/frame/frame.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace sekisho::sanitize::pdf {

/// The names that the rebuilt resources hold, as they stand in the original → as they are called in
/// the rebuilt ones.
struct Names {
  std::map<std::string, std::string, std::less<>> fonts;
  std::map<std::string, std::string, std::less<>> objects;
  std::map<std::string, std::string, std::less<>> states;
  std::map<std::string, std::string, std::less<>> spaces;
  std::map<std::string, std::string, std::less<>> patterns;
  std::map<std::string, std::string, std::less<>> shadings;
  /// Properties of marked content that is not shown as the document opens: hidden layers.
  std::set<std::string, std::less<>> hidden;
};

/// An inline image: keys and values as they are spelt ("/W" → "10"), long forms or short, and the
/// bytes.
struct InlineImage {
  std::map<std::string, std::string, std::less<>> values;
  std::string_view data;
};

struct ContentParts {
  const Names& names;
  Report& report;
  /// Makes an object of an inline image and says by which name it is drawn; empty where it cannot
  /// be rebuilt.
  std::function<std::string(const InlineImage&)> keep_image;
  /// Each string that is shown, with the (rebuilt) name of the font in use.
  std::function<void(std::string_view font, std::string_view text)> shown;
};

/// Never fails: what is not understood is left out and noted. Each operator on a line of its own;
/// canonical, so that what was rewritten rewrites to itself.
[[nodiscard]] std::string rewrite_content(std::string_view content, const ContentParts& parts);

}  // namespace sekisho::sanitize::pdf
