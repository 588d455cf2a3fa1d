// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/page.hpp"

#include <algorithm>

namespace sekisho::sanitize::text {
namespace {

constexpr int kDeepestQuote = 10;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

}  // namespace

void Page::trim_blanks() {
  while (!made_.empty() && (made_.back() == ' ' || made_.back() == '\t')) {
    made_.pop_back();
  }
}

void Page::flush() {
  if (line_ends_ > 0 && !made_.empty()) {
    trim_blanks();
    made_.append(line_ends_, '\n');
  }
  line_ends_ = 0;
  if (made_.empty() || made_.back() == '\n') {
    blank_ = false;
    for (int i = 0; i < std::min(quoted_, kDeepestQuote); ++i) {
      made_ += "> ";
    }
  }
  made_.append(std::exchange(tabs_, 0), '\t');
  made_ += std::exchange(marker_, {});
  if (std::exchange(blank_, false) && !made_.empty() && !is_blank(made_.back())) {
    made_ += ' ';
  }
  cell_starts_ = false;
}

void Page::words(std::string_view text, bool preformatted) {
  for (std::size_t at = 0; at < text.size();) {
    if (is_blank(text[at])) {
      if (preformatted && text[at] == '\n') {
        hard_line();
      } else if (preformatted && text[at] != '\r') {
        flush();
        made_ += text[at];
      }
      blank_ = blank_ || !preformatted;
      ++at;
      continue;
    }
    const auto end = std::ranges::find_if(text.substr(at), is_blank) - text.substr(at).begin();
    flush();
    made_ += text.substr(at, static_cast<std::size_t>(end));
    at += static_cast<std::size_t>(end);
  }
}

void Page::line(unsigned ends) {
  blank_ = false;
  if (!cell_starts_) {
    line_ends_ = std::max(line_ends_, ends);
    tabs_ = 0;
  }
}

void Page::hard_line() {
  blank_ = false;
  if (line_ends_ == 0 && !made_.empty() && made_.back() != '\n') {
    line_ends_ = 1;
    cell_starts_ = false;
    return;
  }
  flush();
  trim_blanks();
  if (!made_.empty()) {
    made_ += '\n';
  }
}

void Page::cell(bool first) {
  blank_ = false;
  cell_starts_ = true;
  tabs_ += first ? 0 : 1;
}

void Page::end_of_cell() {
  // an empty cell leaves the line end before it to the next
  line_ends_ = cell_starts_ ? line_ends_ : 0;
  cell_starts_ = false;
}

std::string Page::finish() && {
  trim_blanks();
  while (!made_.empty() && made_.back() == '\n') {
    made_.pop_back();
  }
  return made_.empty() ? std::move(made_) : std::move(made_) + "\n";
}

}  // namespace sekisho::sanitize::text
