// SPDX-License-Identifier: GPL-3.0-or-later
// Reads what was rebuilt with nothing of what rebuilt it: line by line, and by what may be there
// alone.
#include "sanitize/mail/formats.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace sekisho::sanitize::mail {
namespace {

using Finding = std::string;  ///< empty: clean

constexpr std::array<std::string_view, 14> kFields{"From",         "Sender",
                                                   "Reply-To",     "To",
                                                   "Cc",           "Subject",
                                                   "Date",         "Message-ID",
                                                   "In-Reply-To",  "References",
                                                   "MIME-Version", "X-Sekisho-Sanitized",
                                                   "Content-Type", "Content-Transfer-Encoding"};

/// Takes lines off a message; every line must end in CR LF, be ASCII and at most 998 long.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_{text} {}
  [[nodiscard]] bool done() const { return rest_.empty() || !wrong_.empty(); }
  [[nodiscard]] const Finding& wrong() const { return wrong_; }
  std::string_view next() {
    ++number_;
    const auto end = rest_.find("\r\n");
    const std::string_view line = rest_.substr(0, end);
    if (end == std::string_view::npos || line.size() > 998) {
      fail("a line without end or too long");
      return {};
    }
    for (const char c : line) {
      if ((c < ' ' && c != '\t') || c > '~') {
        fail("a byte that is not printable ASCII");
        return {};
      }
    }
    rest_.remove_prefix(end + 2);
    return line;
  }
  [[nodiscard]] bool at(char c) const { return rest_.starts_with(c); }
  void fail(std::string_view what) {
    if (wrong_.empty()) {
      wrong_ = "line " + std::to_string(number_) + ": " + std::string{what};
    }
  }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
  Finding wrong_;
};

struct Head {
  std::string type;
  std::string encoding;
  std::string disposition;
};

/// A header of allowed fields, each once, up to its empty line.
Head head_of(Lines& lines, bool of_part) {
  Head head;
  std::set<std::string> seen;
  while (!lines.done()) {
    std::string line{lines.next()};
    while (!line.empty() && lines.at(' ')) {
      line += lines.next();
    }
    if (line.empty()) {
      return head;
    }
    const auto colon = line.find(": ");
    const std::string name = line.substr(0, colon);
    const std::string value = colon == std::string::npos ? "" : line.substr(colon + 2);
    const bool content = name.starts_with("Content-");
    const bool allowed = of_part ? content : std::ranges::find(kFields, name) != kFields.end();
    if (!allowed || !seen.insert(name).second) {
      lines.fail("field '" + name + "'");
    }
    head.type = name == "Content-Type" ? value : head.type;
    head.encoding = name == "Content-Transfer-Encoding" ? value : head.encoding;
    head.disposition = name == "Content-Disposition" ? value : head.disposition;
  }
  lines.fail("a header without end");
  return head;
}

/// Base64 with nothing but its alphabet; the padding ends it.
bool decode(std::string_view text, std::string& made) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  unsigned bits = 0;
  unsigned have = 0;
  for (const char c : text) {
    const auto value = kLetters.find(c);
    if (c == '=') {
      continue;
    }
    if (value == std::string_view::npos) {
      return false;
    }
    bits = (bits << 6U | static_cast<unsigned>(value)) & 0xfffffU;
    have += 6;
    if (have >= 8) {
      have -= 8;
      made += static_cast<char>(bits >> have & 0xffU);
    }
  }
  return true;
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Control and bidirectional characters, and what mail programs make links of.
Finding text_finding(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool control = (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
    const std::string_view three = text.substr(i, 3);
    const bool second_control =
        c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    const bool bidirectional = (three >= "\u202a" && three <= "\u202e") ||
                               (three >= "\u2066" && three <= "\u2069") || three == "\u200e" ||
                               three == "\u200f";
    if (control || second_control || bidirectional) {
      return "a control character in the text";
    }
    const bool scheme = text.substr(i).starts_with("://") && i > 0 &&
                        is_letter_or_digit(text[i - 1]) && !text.substr(0, i).ends_with("xp") &&
                        !text.substr(0, i).ends_with("xps");
    const bool www = i + 4 < text.size() && (c | 0x20U) == 'w' && (text[i + 1] | 0x20) == 'w' &&
                     (text[i + 2] | 0x20) == 'w' && text[i + 3] == '.' &&
                     is_letter_or_digit(text[i + 4]) &&
                     (i == 0 || !is_letter_or_digit(text[i - 1]));
    const bool host = text.substr(i).starts_with("\\\\") && i + 2 < text.size() &&
                      is_letter_or_digit(text[i + 2]);
    if (scheme || www || host) {
      return "a link in the text";
    }
  }
  return {};
}

/// The name in a disposition "attachment; filename="…"" or "filename*=UTF-8''…".
std::string file_name(std::string_view disposition) {
  std::string made;
  constexpr std::string_view kPlain = "attachment; filename=\"";
  constexpr std::string_view kCoded = "attachment; filename*=UTF-8''";
  if (disposition.starts_with(kPlain) && disposition.ends_with('"')) {
    made = disposition.substr(kPlain.size(), disposition.size() - kPlain.size() - 1);
  } else if (disposition.starts_with(kCoded)) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'A' + 10; };
    for (std::size_t i = kCoded.size(); i < disposition.size(); ++i) {
      const bool coded = disposition[i] == '%' && i + 2 < disposition.size();
      made += coded ? static_cast<char>(digit(disposition[i + 1]) * 16 + digit(disposition[i + 2]))
                    : disposition[i];
      i += coded ? 2 : 0;
    }
  }
  const bool path = made.find_first_of("/\\") != std::string::npos || made.starts_with('.');
  return path ? std::string{} : made;
}

class Inspecting {
 public:
  Inspecting(std::string_view text, Inspection& inspection)
      : lines_{text}, inspection_{inspection} {}

  Finding run() && {
    const Head head = head_of(lines_, false);
    constexpr std::string_view kMixed = "multipart/mixed; boundary=\"";
    if (head.type.starts_with(kMixed)) {
      delimiter_ = "--" + head.type.substr(kMixed.size());
      delimiter_.pop_back();
      parts();
    } else {
      part(head, true);
    }
    return lines_.wrong();
  }

 private:
  void parts() {
    if (lines_.next() != delimiter_) {
      lines_.fail("no boundary where the first part begins");
    }
    bool first = true;
    while (!lines_.done()) {
      const Head head = head_of(lines_, true);
      part(head, std::exchange(first, false));
      if (closed_) {
        break;
      }
    }
    if (!closed_ || !lines_.done()) {
      lines_.fail("no end of the parts, or something behind it");
    }
  }

  /// The lines of one body, up to its boundary or the end.
  std::string body(bool joined) {
    std::string made;
    while (!lines_.done()) {
      const std::string_view line = lines_.next();
      const bool ends = !delimiter_.empty() && line.starts_with(delimiter_);
      if (ends) {
        closed_ = line == delimiter_ + "--";
        if (!closed_ && line != delimiter_) {
          lines_.fail("a boundary with something behind it");
        }
        // the line end before a boundary is the boundary's
        made.resize(made.size() - (joined ? 0 : std::min<std::size_t>(made.size(), 2)));
        return made;
      }
      made += line;
      made += joined ? "" : "\r\n";
    }
    return made;
  }

  void part(const Head& head, bool text) {
    const bool proper = text ? head.type == "text/plain; charset=UTF-8" && head.disposition.empty()
                             : !head.disposition.empty();
    if (!proper) {
      lines_.fail("not one text, or a file without a name");
    }
    const bool coded = head.encoding == "base64";
    if (!coded && head.encoding != "7bit") {
      lines_.fail("encoding '" + head.encoding + "'");
    }
    const std::string raw = body(coded);
    std::string bytes;
    if (coded && !decode(raw, bytes)) {
      lines_.fail("no base64");
    }
    const std::string& content = coded ? bytes : raw;
    if (Finding finding = text ? text_finding(content) : file_finding(head, content);
        !finding.empty()) {
      lines_.fail(finding);
    }
  }
  Finding file_finding(const Head& head, const std::string& content) {
    const std::string name = file_name(head.disposition);
    if (name.empty()) {
      return "a file without a proper name";
    }
    Finding finding = inspection_.nested(name, as_bytes(content));
    return finding.empty() ? finding : "file '" + name + "': " + finding;
  }

  Lines lines_;
  Inspection& inspection_;
  std::string delimiter_;
  bool closed_ = false;
};

}  // namespace

std::string inspect(Type /*type*/, ByteView rebuilt, Inspection& inspection) {
  if (rebuilt.size() > inspection.limits().bytes_out) {
    return "too large";
  }
  return Inspecting{as_text(rebuilt), inspection}.run();
}

}  // namespace sekisho::sanitize::mail
