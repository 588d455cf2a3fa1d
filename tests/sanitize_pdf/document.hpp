// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Writes PDF files object by object, sound ones and others, and looks through what was rebuilt
/// without any PDF library.

#include "sanitize/frame/frame.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::sanitize::pdf {

/// A document of one page that says "Hello" in Helvetica; objects 1 to 5 are catalog, pages, page,
/// contents and font.
class Document {
 public:
  Document();

  /// What stands in these objects besides: "/OpenAction 6 0 R".
  std::string catalog;
  std::string page;
  std::string resources;
  std::string content = "BT /F1 24 Tf 72 700 Td (Hello) Tj ET";
  std::string trailer;

  /// Object 6 and following; returns its number.
  unsigned add(std::string body);
  unsigned add_stream(std::string dict, std::string_view data);
  [[nodiscard]] std::string bytes() const;

 private:
  std::vector<std::string> more_;
};

[[nodiscard]] std::string zipped(std::string_view data);

struct Result {
  Outcome outcome;
  Report report;
};
/// With defaults of everything.
[[nodiscard]] Result sanitized(std::string_view bytes, const Limits& limits = {});
/// All of a rebuilt document as text: objects as they stand, streams inflated, #xx in names
/// resolved.
[[nodiscard]] std::string plain_text(std::string_view rebuilt);
[[nodiscard]] std::string inspected(std::string_view rebuilt);

}  // namespace sekisho::sanitize::pdf
