// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/cmap.hpp"

#include "sanitize/frame/characters.hpp"
#include "sanitize/pdf/tokens.hpp"

#include <algorithm>

namespace sekisho::sanitize::pdf {
namespace {

using enum Token::Kind;

std::uint32_t number_of(std::string_view code) {
  std::uint32_t value = 0;
  for (const char c : code) {
    value = value << 8U | static_cast<unsigned char>(c);
  }
  return value;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string spelt = "<";
  for (const char c : bytes) {
    spelt += kDigits[static_cast<unsigned char>(c) >> 4U];
    spelt += kDigits[static_cast<unsigned char>(c) & 0xfU];
  }
  return spelt + ">";
}

bool is_code(std::string_view code) {
  return !code.empty() && code.size() <= 4;
}
bool is_cid(std::string_view text) {
  return text.size() <= 6 && !text.empty() &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

class CMapReader {
 public:
  explicit CMapReader(std::string_view text) : tokens_{text} {}

  std::optional<CMap> read() {
    Token before;
    for (Token token = tokens_.next(); token.kind != End && sound_; token = tokens_.next()) {
      if (token.kind == Name && token.text == "CMapName") {
        take_name();
      } else if (token.kind == Name && token.text == "WMode") {
        cmap_.writing_mode = tokens_.next().text == "1" ? 1 : 0;
      } else if (token.kind == Word) {
        take_word(token.text, before);
      }
      before = std::move(token);
    }
    return sound_ ? std::optional{std::move(cmap_)} : std::nullopt;
  }

 private:
  void take_name() {
    if (Token name = tokens_.next(); name.kind == Name) {
      cmap_.name = std::move(name.text);
    }
  }

  void take_word(std::string_view word, const Token& before) {
    if (word == "usecmap" && before.kind == Name) {
      cmap_.base = before.text;
    } else if (word == "begincodespacerange") {
      rows(cmap_.code_spaces, true, String);
    } else if (word == "beginbfchar") {
      rows(cmap_.to_unicode, false, String);
    } else if (word == "beginbfrange") {
      rows(cmap_.to_unicode, true, String);
    } else if (word == "begincidchar") {
      rows(cmap_.to_cid, false, Number);
    } else if (word == "begincidrange") {
      rows(cmap_.to_cid, true, Number);
    }
  }

  /// Rows up to the word that ends them. A row of a code space has no target.
  void rows(std::vector<CMap::Row>& into, bool ranges, Token::Kind target) {
    for (Token token = tokens_.next(); token.kind != Word && sound_; token = tokens_.next()) {
      CMap::Row row;
      row.first = std::move(token.text);
      sound_ = token.kind == String && is_code(row.first) && ++count_ <= CMap::kMostRows;
      if (ranges && sound_) {
        token = tokens_.next();
        row.last = std::move(token.text);
        sound_ =
            token.kind == String && row.last.size() == row.first.size() && row.first <= row.last;
      }
      if (&into != &cmap_.code_spaces && sound_) {
        take_target(row, target);
      }
      into.push_back(std::move(row));
    }
  }

  void take_target(CMap::Row& row, Token::Kind target) {
    Token token = tokens_.next();
    if (token.kind == ArrayOpen && target == String) {
      for (token = tokens_.next(); token.kind == String && ++count_ <= CMap::kMostRows;
           token = tokens_.next()) {
        row.each.push_back(std::move(token.text));
      }
      sound_ = token.kind == ArrayClose;
      return;
    }
    sound_ =
        token.kind == target && (target == String ? token.text.size() <= 128 : is_cid(token.text));
    row.to = std::move(token.text);
  }

  Tokens tokens_;
  CMap cmap_;
  std::size_t count_ = 0;
  bool sound_ = true;
};

void write_rows(std::string& out, std::string_view kind,
                const std::vector<const CMap::Row*>& rows) {
  constexpr std::size_t kMostInBlock = 100;
  for (std::size_t at = 0; at < rows.size(); at += kMostInBlock) {
    const std::size_t count = std::min(kMostInBlock, rows.size() - at);
    out += std::to_string(count) + " begin" + std::string{kind} + "\n";
    for (std::size_t i = at; i < at + count; ++i) {
      const CMap::Row& row = *rows[i];
      out += hex(row.first);
      out += row.last.empty() ? "" : " " + hex(row.last);
      if (!row.each.empty()) {
        out += " [";
        for (const std::string& text : row.each) {
          out += hex(text);
        }
        out += "]";
      } else if (kind.starts_with("bf")) {
        out += " " + hex(row.to);
      } else if (kind.starts_with("cid")) {
        out += " " + row.to;
      }
      out += "\n";
    }
    out += "end" + std::string{kind} + "\n";
  }
}

std::vector<const CMap::Row*> those(const std::vector<CMap::Row>& rows, bool ranges) {
  std::vector<const CMap::Row*> found;
  for (const CMap::Row& row : rows) {
    if (row.last.empty() != ranges) {
      found.push_back(&row);
    }
  }
  return found;
}

/// UTF-16BE to UTF-8; halves of pairs that stand alone become U+FFFD.
std::string utf8_of(std::string_view utf16, std::uint32_t plus) {
  std::string text;
  for (std::size_t at = 0; at + 1 < utf16.size(); at += 2) {
    std::uint32_t code = number_of(utf16.substr(at, 2));
    if (code >= 0xd800 && code < 0xdc00 && at + 3 < utf16.size()) {
      const std::uint32_t low = number_of(utf16.substr(at + 2, 2));
      code = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00)
                                           : 0xfffd;
      at += 2;
    }
    code += at + 2 >= utf16.size() ? plus : 0;
    append(text, code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0xfffd : code);
  }
  return text;
}

std::uint32_t key_of(std::uint32_t code, std::size_t length) {
  return static_cast<std::uint32_t>(length) << 24U | (code & 0xffffffU);
}

}  // namespace

std::optional<CMap> read_cmap(std::string_view text) {
  return CMapReader{text}.read();
}

std::string written_cmap(const CMap& cmap) {
  std::string out = "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n";
  if (!cmap.base.empty()) {
    out += spelt_name(cmap.base) + " usecmap\n";
  }
  out += "/CMapName " + spelt_name(cmap.name) + " def\n";
  out += "/WMode " + std::to_string(cmap.writing_mode) + " def\n";
  write_rows(out, "codespacerange", those(cmap.code_spaces, true));
  write_rows(out, "bfchar", those(cmap.to_unicode, false));
  write_rows(out, "bfrange", those(cmap.to_unicode, true));
  write_rows(out, "cidchar", those(cmap.to_cid, false));
  write_rows(out, "cidrange", those(cmap.to_cid, true));
  return out + "endcmap\nend\nend\n";
}

Unicode::Unicode(const CMap& cmap) {
  for (const CMap::Row& row : cmap.to_unicode) {
    const std::uint32_t first = number_of(row.first);
    const std::uint32_t last = row.last.empty() ? first : number_of(row.last);
    const std::uint32_t most = std::min(last, first + 0xffff);
    for (std::uint32_t code = first; code <= most && texts_.size() < CMap::kMostRows; ++code) {
      const std::size_t index = code - first;
      if (row.each.empty()) {
        texts_[key_of(code, row.first.size())] = utf8_of(row.to, static_cast<std::uint32_t>(index));
      } else if (index < row.each.size()) {
        texts_[key_of(code, row.first.size())] = utf8_of(row.each[index], 0);
      }
    }
  }
}

std::string Unicode::of(std::string_view shown) const {
  std::string text;
  for (std::size_t at = 0; at < shown.size();) {
    std::size_t taken = 1;
    for (std::size_t length = 1; length <= 4 && at + length <= shown.size(); ++length) {
      if (const auto found = texts_.find(key_of(number_of(shown.substr(at, length)), length));
          found != texts_.end()) {
        text += found->second;
        taken = length;
        break;
      }
    }
    at += taken;
  }
  return text;
}

}  // namespace sekisho::sanitize::pdf
