// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/content.hpp"

#include <array>

namespace sekisho::smtp {
namespace {

/// Bytes that are nothing special within a line, at the start of `bytes`.
std::size_t plain_run(std::string_view bytes) {
  const std::size_t special = bytes.find_first_of(std::string_view{"\r\n\0", 3});
  return special == std::string_view::npos ? bytes.size() : special;
}

}  // namespace

std::string_view name_of(Flaw flaw) {
  static constexpr std::array<std::string_view, 6> kNames{"none", "bare CR",       "bare LF",
                                                          "NUL",  "line too long", "too large"};
  return kNames.at(static_cast<std::size_t>(flaw));
}

void ContentReader::mark(Flaw flaw) {
  flaw_ = flaw_ == Flaw::None ? flaw : flaw_;
}

void ContentReader::put(std::string_view bytes, std::string& content) {
  size_ += bytes.size();
  if (size_ > limits_.bytes) {
    mark(Flaw::TooLarge);
  }
  if (flaw_ == Flaw::None) {
    content.append(bytes);
  }
}

/// One byte that is not part of a plain run.
void ContentReader::take(char c, std::string& content) {
  if (c == '\n' && (at_ == At::Cr || at_ == At::DotCr)) {
    ended_ = at_ == At::DotCr;
    if (!ended_) {
      put("\r\n", content);
    }
    at_ = At::LineStart;
    line_ = 0;
    return;
  }
  if (at_ == At::Cr || at_ == At::DotCr) {
    mark(Flaw::BareCr);
  }
  if (c == '.' && at_ == At::LineStart) {
    at_ = At::Dot;
    return;
  }
  if (c == '\r') {
    at_ = at_ == At::Dot ? At::DotCr : At::Cr;
    return;
  }
  if (c == '\n' || c == '\0') {
    mark(c == '\n' ? Flaw::BareLf : Flaw::Nul);
  }
  at_ = At::InLine;
  ++line_;
  put({&c, 1}, content);
}

ContentReader::Step ContentReader::feed(std::string_view bytes) {
  Step step;
  while (step.used < bytes.size() && !ended_) {
    const std::string_view rest = bytes.substr(step.used);
    const std::size_t run = at_ == At::InLine ? plain_run(rest) : 0;
    if (run == 0) {
      take(rest.front(), step.content);
      ++step.used;
      continue;
    }
    line_ += static_cast<std::uint32_t>(std::min<std::size_t>(run, limits_.line + 1U));
    if (line_ > limits_.line) {
      line_ = limits_.line + 1U;
      mark(Flaw::LongLine);
    }
    put(rest.substr(0, run), step.content);
    step.used += run;
  }
  step.ended = ended_;
  return step;
}

std::string ContentWriter::write(std::string_view content) {
  std::string out;
  out.reserve(content.size() + content.size() / 64);
  for (const char c : content) {
    if (c == '\n' && cr_) {
      cr_ = false;
      continue;  // its line has been ended already
    }
    cr_ = c == '\r';
    if (c == '\r' || c == '\n') {
      out += "\r\n";
      line_start_ = true;
      continue;
    }
    if (c == '.' && line_start_) {
      out += '.';
    }
    out += c;
    line_start_ = false;
  }
  return out;
}

std::string ContentWriter::end() {
  return line_start_ ? ".\r\n" : "\r\n.\r\n";
}

}  // namespace sekisho::smtp
