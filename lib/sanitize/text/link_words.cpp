// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/link_words.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace sekisho::sanitize::text {
namespace {

constexpr std::array kSchemes{
    Scheme{"http", "hxxp", Follows::Anything},
    Scheme{"https", "hxxps", Follows::Anything},
    Scheme{"ftp", "fxp", Follows::Slash},
    Scheme{"ftps", "fxps", Follows::Slash},
    Scheme{"javascript", "", Follows::Anything},
    Scheme{"vbscript", "", Follows::Anything},
    Scheme{"livescript", "", Follows::Anything},
    Scheme{"mailto", "", Follows::Anything},
    Scheme{"file", "", Follows::Slash},
    Scheme{"data", "", Follows::MediaType},
    Scheme{"tel", "", Follows::Digit},
    Scheme{"sms", "", Follows::Digit},
    Scheme{"callto", "", Follows::Anything},
    Scheme{"sip", "", Follows::Anything},
    Scheme{"sips", "", Follows::Anything},
    Scheme{"skype", "", Follows::Anything},
    Scheme{"view-source", "", Follows::Anything},
    Scheme{"jar", "", Follows::Anything},
    Scheme{"blob", "", Follows::Anything},
    Scheme{"magnet", "", Follows::Anything},
    Scheme{"intent", "", Follows::Anything},
    Scheme{"mhtml", "", Follows::Anything},
    Scheme{"search-ms", "", Follows::Anything},
};
/// Schemes as they are after neutralising.
constexpr std::array<std::string_view, 4> kBroken{"hxxp", "hxxps", "fxp", "fxps"};

// clang-format off
/// What stands behind the last dot of a file's name far more often than of a host's. Endings that are
/// top-level domains too (zip, mov, sh, pl) are not here.
constexpr std::string_view kFileEndings =
    " asp aspx avi bak bat bin bmp cgi cmd css csv dat dll doc docm docx dwg dxf eml exe gif htm html"
    " ics img ini iso jpeg jpg js json jsp jtd jtt jww lha lnk log lzh mp3 mp4 msg odp ods odt otf pdf"
    " php png ppt pptm pptx rar rtf sfc svg tar tif tiff tmp tsv ttf txt vbs vcf wav xbd xdw xhtml xls"
    " xlsm xlsx xml yaml yml ";
// clang-format on
constexpr std::array<std::u32string_view, 15> kForeignDomains{
    U"みんな",       U"コム",     U"クラウド", U"ストア", U"セール",
    U"ファッション", U"ポイント", U"グーグル", U"中国",   U"世界",
    U"公司",         U"网络",     U"台湾",     U"香港",   U"рф"};

}  // namespace

std::span<const Scheme> schemes() {
  return kSchemes;
}

bool is_broken(std::string_view scheme) {
  return std::ranges::find(kBroken, scheme) != kBroken.end();
}

bool is_foreign_domain(std::u32string_view label) {
  return std::ranges::find(kForeignDomains, label) != kForeignDomains.end();
}

bool is_top_level(std::u32string_view label) {
  if (label.starts_with(U"xn--") || label.front() >= 0x80) {
    return true;
  }
  std::string name{" "};
  for (const char32_t c : label) {
    if (c < 'a' || c > 'z') {
      return false;
    }
    name += static_cast<char>(c);
  }
  name += ' ';
  return label.size() >= 2 && label.size() <= 24 &&
         kFileEndings.find(name) == std::string_view::npos;
}

bool is_ascii_label(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}
bool is_letter_beyond_ascii(char32_t c) {
  const bool punctuation = (c >= 0x2000 && c <= 0x206f) || (c >= 0x3000 && c <= 0x3020) ||
                           c == 0x30fb || (c >= 0xff00 && c <= 0xff65);
  return c >= 0xc0 && !punctuation;
}
bool is_label(char32_t c) {
  return is_ascii_label(c) || is_letter_beyond_ascii(c);
}
bool is_scheme_letter(char32_t c) {
  return (is_ascii_label(c) && c != '_') || c == '+' || c == '.';
}
bool is_slash(char32_t c) {
  return c == '/' || c == '\\';
}
bool is_in_url(char32_t c) {
  constexpr std::string_view kNever = "\"<>`{}|^'";
  return c > ' ' && c < 0x7f && kNever.find(static_cast<char>(c)) == std::string_view::npos;
}
bool is_in_authority(char32_t c) {
  constexpr std::string_view kNever = "/?#\\(),;";
  return is_letter_beyond_ascii(c) ||
         (is_in_url(c) && kNever.find(static_cast<char>(c)) == std::string_view::npos);
}

}  // namespace sekisho::sanitize::text
