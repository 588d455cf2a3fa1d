// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/charset.hpp"

#include "sanitize/frame/characters.hpp"
#include "sanitize/text/kuten.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sekisho::sanitize::text {
namespace {

using Decoded = tl::expected<std::string, std::size_t>;

struct Named {
  std::string_view name;
  Charset charset;
};
/// The first of each is its name in MIME.
constexpr std::array kNames{
    Named{"us-ascii", Charset::Ascii},
    Named{"ascii", Charset::Ascii},
    Named{"ansi_x3.4-1968", Charset::Ascii},
    Named{"utf-8", Charset::Utf8},
    Named{"utf8", Charset::Utf8},
    Named{"utf-16", Charset::Utf16},
    Named{"iso-2022-jp", Charset::Iso2022Jp},
    Named{"iso-2022-jp-1", Charset::Iso2022Jp},
    Named{"iso-2022-jp-ms", Charset::Iso2022Jp},
    Named{"csiso2022jp", Charset::Iso2022Jp},
    Named{"cp50220", Charset::Iso2022Jp},
    Named{"cp50221", Charset::Iso2022Jp},
    Named{"shift_jis", Charset::Cp932},
    Named{"shift-jis", Charset::Cp932},
    Named{"sjis", Charset::Cp932},
    Named{"x-sjis", Charset::Cp932},
    Named{"ms_kanji", Charset::Cp932},
    Named{"cp932", Charset::Cp932},
    Named{"ms932", Charset::Cp932},
    Named{"windows-932", Charset::Cp932},
    Named{"windows-31j", Charset::Cp932},
    Named{"cswindows31j", Charset::Cp932},
    Named{"euc-jp", Charset::EucJp},
    Named{"eucjp", Charset::EucJp},
    Named{"x-euc-jp", Charset::EucJp},
    Named{"cp51932", Charset::EucJp},
    Named{"eucjp-ms", Charset::EucJp},
    Named{"windows-1252", Charset::Windows1252},
    Named{"cp1252", Charset::Windows1252},
    Named{"iso-8859-1", Charset::Windows1252},
    Named{"latin1", Charset::Windows1252},
};

constexpr std::string_view kMarkUtf8 = "\xef\xbb\xbf";
constexpr std::string_view kMarkLittle = "\xff\xfe";
constexpr std::string_view kMarkBig = "\xfe\xff";
constexpr char kEscape = '\x1b';

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

Decoded from_ascii(std::string_view bytes) {
  const auto high =
      std::ranges::find_if(bytes, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  if (high != bytes.end()) {
    return tl::unexpected{static_cast<std::size_t>(high - bytes.begin())};
  }
  return std::string{bytes};
}

Decoded from_utf8(std::string_view bytes) {
  const std::size_t start = bytes.starts_with(kMarkUtf8) ? kMarkUtf8.size() : 0;
  for (std::size_t at = start; at < bytes.size();) {
    if (byte_at(bytes, at) < 0x80) {
      ++at;
      continue;
    }
    const Character character = character_at(bytes, at);
    if (!character.valid || is_noncharacter(character.code)) {
      return tl::unexpected{at};
    }
    at += character.length;
  }
  return std::string{bytes.substr(start)};
}

Decoded from_utf16(std::string_view bytes) {
  const bool big = bytes.starts_with(kMarkBig);
  if (!big && !bytes.starts_with(kMarkLittle)) {
    return tl::unexpected{std::size_t{0}};
  }
  const auto unit = [&](std::size_t at) -> std::uint32_t {
    const unsigned first = byte_at(bytes, at);
    const unsigned second = byte_at(bytes, at + 1);
    return big ? first << 8U | second : second << 8U | first;
  };
  std::string made;
  made.reserve(bytes.size());
  std::size_t at = 2;
  for (; at + 1 < bytes.size(); at += 2) {
    std::uint32_t code = unit(at);
    if ((code & 0xf800U) == 0xd800) {
      const bool paired = code < 0xdc00 && at + 3 < bytes.size();
      const std::uint32_t low = paired ? unit(at + 2) : 0;
      if ((low & 0xfc00U) != 0xdc00) {
        return tl::unexpected{at};
      }
      code = 0x10000 + ((code & 0x3ffU) << 10U) + (low & 0x3ffU);
      at += 2;
    }
    if (is_noncharacter(code)) {
      return tl::unexpected{at};
    }
    append(made, code);
  }
  if (at != bytes.size()) {
    return tl::unexpected{at};
  }
  return made;
}

/// U+FF61–FF9F from JIS X 0201.
constexpr std::uint32_t kKana = 0xff61 - 0xa1;

Decoded from_cp932(std::string_view bytes) {
  const Kuten& table = kuten();
  std::string made;
  made.reserve(bytes.size() * 2);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const unsigned lead = byte_at(bytes, at);
    if (lead < 0x80) {
      made += bytes[at];
      continue;
    }
    if (lead >= 0xa1 && lead <= 0xdf) {
      append(made, lead + kKana);
      continue;
    }
    const unsigned trail = at + 1 < bytes.size() ? byte_at(bytes, at + 1) : 0;
    const std::uint32_t code = table.of_shifted(lead, trail);
    if (code == 0) {
      return tl::unexpected{at};
    }
    append(made, code);
    ++at;
  }
  return made;
}

Decoded from_euc_jp(std::string_view bytes) {
  const Kuten& table = kuten();
  std::string made;
  made.reserve(bytes.size() * 2);
  for (std::size_t at = 0; at < bytes.size();) {
    const unsigned lead = byte_at(bytes, at);
    const auto next = [&](std::size_t ahead) {
      return at + ahead < bytes.size() ? byte_at(bytes, at + ahead) : 0;
    };
    std::uint32_t code = 0;
    std::size_t length = 2;
    if (lead < 0x80) {
      code = lead;
      length = 1;
    } else if (lead == 0x8e && next(1) >= 0xa1 && next(1) <= 0xdf) {
      code = next(1) + kKana;
    } else if (lead == 0x8f && next(1) >= 0xa1 && next(2) >= 0xa1) {
      code = table.of_supplement(next(1) - 0xa0, next(2) - 0xa0);
      length = 3;
    } else if (lead >= 0xa1 && lead <= 0xfe && next(1) >= 0xa1) {
      code = table.of(lead - 0xa0, next(1) - 0xa0);
    }
    if (code == 0 && length != 1) {
      return tl::unexpected{at};
    }
    append(made, code);
    at += length;
  }
  return made;
}

enum class Set : std::uint8_t { Roman, Kana, Kanji, Supplement };
struct Escape {
  std::string_view sequence;
  Set set;
};
/// RFC 1468, RFC 2237, and the kana of CP50221. JIS X 0201's Roman letters are read as ASCII, as
/// Windows does.
constexpr std::array kEscapes{
    Escape{"\x1b(B", Set::Roman},  Escape{"\x1b(J", Set::Roman},
    Escape{"\x1b(I", Set::Kana},   Escape{"\x1b$B", Set::Kanji},
    Escape{"\x1b$@", Set::Kanji},  Escape{"\x1b$(D", Set::Supplement},
    Escape{"\x1b$(B", Set::Kanji}, Escape{"\x1b$(@", Set::Kanji},
};

const Escape* escape_at(std::string_view bytes, std::size_t at) {
  const auto found = std::ranges::find_if(kEscapes, [&](const Escape& escape) {
    return bytes.substr(at).starts_with(escape.sequence);
  });
  return found == kEscapes.end() ? nullptr : &*found;
}

/// Lines must end in ASCII (RFC 1468): what follows would be read otherwise by whoever starts
/// there.
Decoded from_iso_2022_jp(std::string_view bytes) {
  const Kuten& table = kuten();
  std::string made;
  made.reserve(bytes.size() * 2);
  Set set = Set::Roman;
  for (std::size_t at = 0; at < bytes.size();) {
    const unsigned c = byte_at(bytes, at);
    if (c == static_cast<unsigned>(kEscape)) {
      if (const Escape* escape = escape_at(bytes, at); escape != nullptr) {
        set = escape->set;
        at += escape->sequence.size();
        continue;
      }
    }
    if (set == Set::Roman && c < 0x80 && c != 0x0e && c != 0x0f) {
      made += bytes[at++];
      continue;
    }
    std::uint32_t code = 0;
    const unsigned trail = at + 1 < bytes.size() ? byte_at(bytes, at + 1) : 0;
    const bool pair = c > 0x20 && c < 0x7f && trail > 0x20 && trail < 0x7f;
    if (set == Set::Kana && c > 0x20 && c < 0x60) {
      code = c + 0x80 + kKana;
    } else if (set == Set::Kanji && pair) {
      code = table.of(c - 0x20, trail - 0x20);
    } else if (set == Set::Supplement && pair) {
      code = table.of_supplement(c - 0x20, trail - 0x20);
    }
    if (code == 0) {
      return tl::unexpected{at};
    }
    append(made, code);
    at += set == Set::Kana ? 1 : 2;
  }
  return made;
}

/// 0x80–0x9F of code page 1252; 0 where it has nothing.
constexpr std::array<std::uint32_t, 32> kWindows1252{
    0x20ac, 0,      0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
    0x2039, 0x152,  0,      0x17d,  0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0,      0x17e,  0x178};

Decoded from_windows_1252(std::string_view bytes) {
  std::string made;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const unsigned c = byte_at(bytes, at);
    const std::uint32_t code = c >= 0x80 && c < 0xa0 ? kWindows1252.at(c - 0x80) : c;
    if (code == 0 && c != 0) {
      return tl::unexpected{at};
    }
    append(made, code);
  }
  return made;
}

bool has_japanese_escapes(std::string_view bytes) {
  for (std::size_t at = bytes.find(kEscape); at != std::string_view::npos;
       at = bytes.find(kEscape, at + 1)) {
    if (escape_at(bytes, at) != nullptr) {
      return true;
    }
  }
  return false;
}

/// How many characters a reader would not expect: half-width kana, private use, rare letters.
std::size_t oddities(std::string_view text) {
  std::size_t odd = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    const bool kana = character.code >= 0xff61 && character.code <= 0xff9f;
    odd += kana || is_private_use(character.code) ? 1 : 0;
    at += character.length;
  }
  return odd;
}

}  // namespace

void prepare() {
  (void)kuten();
}

std::optional<Charset> charset_called(std::string_view name) {
  std::string lower{name};
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto found = std::ranges::find(kNames, lower, &Named::name);
  return found == kNames.end() ? std::nullopt : std::optional{found->charset};
}

std::string_view name_of(Charset charset) {
  return std::ranges::find(kNames, charset, &Named::charset)->name;
}

Decoded decoded(std::string_view bytes, Charset charset) {
  switch (charset) {
    case Charset::Ascii: return from_ascii(bytes);
    case Charset::Utf8: return from_utf8(bytes);
    case Charset::Utf16: return from_utf16(bytes);
    case Charset::Iso2022Jp: return from_iso_2022_jp(bytes);
    case Charset::Cp932: return from_cp932(bytes);
    case Charset::EucJp: return from_euc_jp(bytes);
    case Charset::Windows1252: return from_windows_1252(bytes);
  }
  return tl::unexpected{std::size_t{0}};
}

std::optional<Charset> detected(std::string_view bytes) {
  if (bytes.starts_with(kMarkUtf8)) {
    return Charset::Utf8;
  }
  if (bytes.starts_with(kMarkLittle) || bytes.starts_with(kMarkBig)) {
    return Charset::Utf16;
  }
  if (has_japanese_escapes(bytes)) {
    // nothing else is meant by such an escape; where it does not hold, nobody can tell what is
    return from_iso_2022_jp(bytes) ? std::optional{Charset::Iso2022Jp} : std::nullopt;
  }
  if (from_utf8(bytes)) {
    return Charset::Utf8;
  }
  const Decoded shifted = from_cp932(bytes);
  const Decoded euc = from_euc_jp(bytes);
  if (shifted && euc) {
    return oddities(*euc) <= oddities(*shifted) ? Charset::EucJp : Charset::Cp932;
  }
  if (shifted) {
    return Charset::Cp932;
  }
  return euc ? std::optional{Charset::EucJp} : std::nullopt;
}

}  // namespace sekisho::sanitize::text
