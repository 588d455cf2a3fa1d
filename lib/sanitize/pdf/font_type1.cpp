// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/fonts.hpp"
#include "sanitize/pdf/tokens.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <vector>

namespace sekisho::sanitize::pdf {
namespace {

using enum Token::Kind;

constexpr std::uint16_t kEexec = 55'665;
constexpr std::size_t kMostEntries = 65'536;
constexpr std::array<std::string_view, 13> kHints{
    "BlueValues",   "OtherBlues", "FamilyBlues", "FamilyOtherBlues", "BlueScale", "BlueShift",
    "BlueFuzz",     "StdHW",      "StdVW",       "StemSnapH",        "StemSnapV", "ForceBold",
    "LanguageGroup"};

struct Parts {
  std::string name;
  std::string matrix = "[0.001 0 0 0.001 0 0]";
  std::string box = "[0 0 0 0]";
  std::map<std::size_t, std::string> encoding;  ///< empty: the standard one
  std::map<std::string, std::string> hints;
  std::size_t len_iv = 4;
  std::map<std::size_t, std::string> subrs;
  std::vector<std::pair<std::string, std::string>> glyphs;
};

/// Type 1 encryption (chapter 7): both ways but for which byte feeds the key.
std::string crypt(std::string_view bytes, bool decrypt) {
  std::uint16_t key = kEexec;
  std::string made;
  made.reserve(bytes.size());
  for (const char c : bytes) {
    const auto in = static_cast<unsigned char>(c);
    const auto out = static_cast<unsigned char>(in ^ (key >> 8U));
    const unsigned cipher = decrypt ? in : out;
    key = static_cast<std::uint16_t>((cipher + key) * 52'845U + 22'719U);
    made += static_cast<char>(out);
  }
  return made;
}

std::optional<std::size_t> whole(const Token& token) {
  std::size_t value = 0;
  const char* const end = token.text.data() + token.text.size();
  if (token.kind != Number || std::from_chars(token.text.data(), end, value).ptr != end) {
    return std::nullopt;
  }
  return value;
}

/// Segments of a PFB file joined; other bytes as they are.
std::string without_pfb(std::string_view font) {
  if (!font.starts_with('\x80')) {
    return std::string{font};
  }
  std::string made;
  while (font.size() >= 6 && font[0] == '\x80' && (font[1] == 1 || font[1] == 2)) {
    std::size_t length = 0;
    for (unsigned i = 0; i < 4; ++i) {
      length |= std::size_t{static_cast<unsigned char>(font[2 + i])} << (8 * i);
    }
    made += font.substr(6, length);
    font.remove_prefix(std::min(font.size(), 6 + length));
  }
  return made;
}

std::string from_hex(std::string_view text) {
  std::string digits = "<";
  for (const char c : text) {
    if (std::isxdigit(static_cast<unsigned char>(c)) != 0) {
      digits += c;
    } else if (!is_blank(c)) {
      break;
    }
  }
  digits += ">";
  return Tokens{digits}.next().text;
}

std::string private_part(std::string_view encrypted) {
  const auto is_hex = [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; };
  const bool spelt = encrypted.size() >= 4 && std::ranges::all_of(encrypted.substr(0, 4), is_hex);
  const std::string plain = crypt(spelt ? from_hex(encrypted) : std::string{encrypted}, true);
  return plain.substr(std::min<std::size_t>(4, plain.size()));
}

/// "[n n …]" or "{n n …}" behind a name; nothing where other things stand in it.
std::optional<std::string> numbers(Tokens& tokens) {
  Token token = tokens.next();
  if (token.kind != ArrayOpen && token.kind != BraceOpen) {
    const bool scalar = token.kind == Number || token.text == "true" || token.text == "false";
    return scalar ? std::optional{token.text} : std::nullopt;
  }
  std::string made = "[";
  for (token = tokens.next(); token.kind == Number && made.size() < 1'000; token = tokens.next()) {
    made += (made.size() > 1 ? " " : "") + token.text;
  }
  return token.kind == ArrayClose || token.kind == BraceClose ? std::optional{made + "]"}
                                                              : std::nullopt;
}

void read_encoding(Tokens& tokens, Parts& parts) {
  for (Token token = tokens.next();
       token.kind != End && token.text != "def" && token.text != "readonly";
       token = tokens.next()) {
    if (token.kind == Word && token.text == "dup") {
      const auto code = whole(tokens.next());
      const Token name = tokens.next();
      if (code && *code < 256 && name.kind == Name) {
        parts.encoding[*code] = name.text;
      }
    }
  }
}

void read_clear(std::string_view clear, Parts& parts) {
  Tokens tokens{clear};
  for (Token token = tokens.next(); token.kind != End; token = tokens.next()) {
    if (token.kind != Name) {
      continue;
    }
    if (token.text == "FontName") {
      parts.name = tokens.next().text;
    } else if (token.text == "FontMatrix") {
      parts.matrix = numbers(tokens).value_or(parts.matrix);
    } else if (token.text == "FontBBox") {
      parts.box = numbers(tokens).value_or(parts.box);
    } else if (token.text == "Encoding") {
      read_encoding(tokens, parts);
    }
  }
}

/// What follows a length and one word ("RD", "-|") and a blank.
std::optional<std::string> binary(Tokens& tokens, const Token& length) {
  const auto count = whole(length);
  if (!count || *count > 65'535 || tokens.next().kind != Word ||
      tokens.rest().size() < *count + 1) {
    return std::nullopt;
  }
  std::string bytes{tokens.rest().substr(1, *count)};
  tokens.skip(1 + *count);
  return bytes;
}

bool read_private(std::string_view text, Parts& parts) {
  Tokens tokens{text};
  bool glyphs = false;
  for (Token token = tokens.next(); token.kind != End; token = tokens.next()) {
    if (token.kind == Word && token.text == "dup" && !glyphs) {
      const auto number = whole(tokens.next());
      const Token length = tokens.next();
      if (number && *number < kMostEntries && length.kind == Number) {
        if (auto bytes = binary(tokens, length)) {
          parts.subrs[*number] = std::move(*bytes);
        }
      }
    } else if (token.kind == Name && glyphs) {
      auto bytes = binary(tokens, tokens.next());
      if (!bytes || parts.glyphs.size() >= kMostEntries) {
        return false;
      }
      parts.glyphs.emplace_back(token.text, std::move(*bytes));
    } else if (token.kind == Name && token.text == "CharStrings") {
      glyphs = true;
      for (token = tokens.next(); token.kind != End && token.text != "begin";
           token = tokens.next()) {
      }
    } else if (token.kind == Name && token.text == "lenIV") {
      parts.len_iv = whole(tokens.next()).value_or(4);
    } else if (token.kind == Name && std::ranges::find(kHints, token.text) != kHints.end()) {
      if (auto value = numbers(tokens)) {
        parts.hints[token.text] = std::move(*value);
      }
    } else if (token.kind == Word && token.text == "end" && glyphs) {
      break;
    }
  }
  return !parts.glyphs.empty();
}

std::string written_clear(const Parts& parts) {
  std::string out = "%!PS-AdobeFont-1.0\n12 dict begin\n/FontType 1 def\n/PaintType 0 def\n";
  out += "/FontName " + spelt_name(parts.name) + " def\n/FontMatrix " + parts.matrix +
         " def\n/FontBBox " + parts.box + " def\n";
  if (parts.encoding.empty()) {
    out += "/Encoding StandardEncoding def\n";
  } else {
    out += "/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\n";
    for (const auto& [code, name] : parts.encoding) {
      out += "dup " + std::to_string(code) + " " + spelt_name(name) + " put\n";
    }
    out += "def\n";
  }
  return out + "currentdict end\ncurrentfile eexec\n";
}

std::string written_private(const Parts& parts) {
  std::string out =
      "0000dup /Private 16 dict dup begin\n/RD {string currentfile exch readstring pop} def\n"
      "/ND {def} def\n/NP {put} def\n/MinFeature {16 16} def\n/password 5839 def\n";
  out += "/lenIV " + std::to_string(parts.len_iv) + " def\n";
  for (const auto& [name, value] : parts.hints) {
    out += "/" + name + " " + value + " def\n";
  }
  if (!parts.subrs.empty()) {
    out += "/Subrs " + std::to_string(parts.subrs.rbegin()->first + 1) + " array\n";
    for (const auto& [number, bytes] : parts.subrs) {
      out += "dup " + std::to_string(number) + " " + std::to_string(bytes.size()) + " RD " + bytes +
             " NP\n";
    }
    out += "ND\n";
  }
  out += "2 index /CharStrings " + std::to_string(parts.glyphs.size()) + " dict dup begin\n";
  for (const auto& [name, bytes] : parts.glyphs) {
    out += spelt_name(name) + " " + std::to_string(bytes.size()) + " RD " + bytes + " ND\n";
  }
  return out +
         "end\nend\nreadonly put\nput\ndup /FontName get exch definefont pop\nmark currentfile "
         "closefile\n";
}

}  // namespace

std::optional<Type1> rebuilt_type1(std::string_view font) {
  const std::string joined = without_pfb(font);
  const std::string_view all = joined;
  const auto eexec = all.find("eexec");
  if (!all.starts_with("%!") || eexec == std::string_view::npos || eexec + 6 >= all.size()) {
    return std::nullopt;
  }
  Parts parts;
  read_clear(all.substr(0, eexec), parts);
  std::size_t encrypted = eexec + 5;
  while (encrypted < all.size() && is_blank(all[encrypted]) && all[encrypted] != '\0') {
    ++encrypted;
  }
  if (!read_private(private_part(all.substr(encrypted)), parts)) {
    return std::nullopt;
  }
  Type1 made;
  made.bytes = written_clear(parts);
  made.clear = made.bytes.size();
  const std::string hidden = crypt(written_private(parts), false);
  made.encrypted = hidden.size();
  made.bytes += hidden;
  for (int line = 0; line < 8; ++line) {
    made.bytes += std::string(64, '0') + "\n";
  }
  made.bytes += "cleartomark\n";
  return made;
}

}  // namespace sekisho::sanitize::pdf
