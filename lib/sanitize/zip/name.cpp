// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/zip/name.hpp"

#include "base/escape.hpp"

#include <unicode/ucnv.h>
#include <unicode/udata.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <memory>

namespace sekisho::sanitize::zip {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// A text that ICU writes: `write` gets room for so many units and returns how many it needs; it is
/// asked again where that is more. Nothing where it fails.
template <typename Text, typename Write>
std::optional<Text> written(std::size_t guess, Write write) {
  Text made(guess + 1, 0);
  for (int attempt = 0; attempt < 2; ++attempt) {
    UErrorCode status = U_ZERO_ERROR;
    const int32_t length = write(made.data(), static_cast<int32_t>(made.size()), &status);
    if (status != U_BUFFER_OVERFLOW_ERROR && U_FAILURE(status) != 0) {
      return std::nullopt;
    }
    const bool fits = static_cast<std::size_t>(length) <= made.size();
    made.resize(static_cast<std::size_t>(length));
    if (fits) {
      return made;
    }
  }
  return std::nullopt;
}

int32_t size_of(std::u16string_view text) {
  return static_cast<int32_t>(text.size());
}

std::optional<std::string> utf8_of(std::u16string_view text) {
  return written<std::string>(3 * text.size(), [&](char* to, int32_t room, UErrorCode* status) {
    int32_t length = 0;
    u_strToUTF8(to, room, &length, text.data(), size_of(text), status);
    return length;
  });
}

std::optional<std::u16string> utf16_of(std::string_view text) {
  return written<std::u16string>(text.size(), [&](UChar* to, int32_t room, UErrorCode* status) {
    int32_t length = 0;
    u_strFromUTF8(to, room, &length, text.data(), static_cast<int32_t>(text.size()), status);
    return length;
  });
}

struct Close {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, Close>;

/// A converter that stops at what it does not know.
Converter strict(const char* charset) {
  UErrorCode status = U_ZERO_ERROR;
  udata_setFileAccess(UDATA_NO_FILES, &status);
  Converter converter{ucnv_open(charset, &status)};
  if (U_SUCCESS(status) != 0) {
    ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr,
                        &status);
  }
  return U_SUCCESS(status) != 0 ? std::move(converter) : nullptr;
}

std::optional<std::string> converted(std::string_view bytes, const char* charset) {
  const Converter converter = strict(charset);
  if (!converter) {
    return std::nullopt;
  }
  const auto text =
      written<std::u16string>(bytes.size(), [&](UChar* to, int32_t room, UErrorCode* status) {
        return ucnv_toUChars(converter.get(), to, room, bytes.data(),
                             static_cast<int32_t>(bytes.size()), status);
      });
  return text ? utf8_of(*text) : std::nullopt;
}

std::optional<std::u16string> composed(std::u16string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* const nfc = unorm2_getNFCInstance(&status);
  return written<std::u16string>(2 * text.size(), [&](UChar* to, int32_t room, UErrorCode* error) {
    return unorm2_normalize(nfc, text.data(), size_of(text), to, room, error);
  });
}

std::optional<std::u16string> without_case(std::u16string_view text) {
  return written<std::u16string>(2 * text.size(), [&](UChar* to, int32_t room, UErrorCode* error) {
    return u_strFoldCase(to, room, text.data(), size_of(text), U_FOLD_CASE_DEFAULT, error);
  });
}

/// How the most forgiving file system knows a component.
std::string folded(std::string_view component) {
  const auto last = component.find_last_not_of(" .");
  // "." and ".." have no name of their own; a path that climbs is told from one that does not
  if (last == std::string_view::npos) {
    return std::string{component};
  }
  component = component.substr(0, last + 1);
  if (is_ascii(component) || !is_utf8(component)) {
    std::string made{component};
    std::ranges::transform(made, made.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return made;
  }
  auto text = utf16_of(component);
  text = text ? composed(*text) : std::nullopt;
  text = text ? without_case(*text) : std::nullopt;
  text = text ? composed(*text) : std::nullopt;
  return text ? utf8_of(*text).value_or(std::string{component}) : std::string{component};
}

}  // namespace

std::optional<std::string> decoded(std::string_view name) {
  if (is_utf8(name)) {
    return std::string{name};
  }
  return converted(name, "windows-932");
}

std::optional<std::string> from_utf16le(std::string_view bytes) {
  return converted(bytes, "UTF-16LE");
}

std::string normalized(std::string_view name) {
  if (is_ascii(name) || !is_utf8(name)) {
    return std::string{name};
  }
  auto text = utf16_of(name);
  text = text ? composed(*text) : std::nullopt;
  return text ? utf8_of(*text).value_or(std::string{name}) : std::string{name};
}

Paths::Clash Paths::add(std::string_view path) {
  if (path.size() > kLongest) {
    return Clash::TooLong;
  }
  const bool directory = path.ends_with('/');
  std::string key;
  std::size_t depth = 0;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    const std::string_view component = path.substr(at, slash - at);
    at = slash + 1;
    if (component.empty() || component == ".") {
      continue;  // "a//b" and "a/./b" are "a/b"
    }
    if (depth > 0 && seen_.emplace(key, Is::Implied).first->second == Is::File) {
      return Clash::BelowFile;
    }
    if (++depth > kDeepest) {
      return Clash::TooDeep;
    }
    key += '/' + folded(component);
  }
  const auto [found, fresh] = seen_.emplace(key, directory ? Is::Directory : Is::File);
  if (!fresh && directory && found->second == Is::Implied) {
    found->second = Is::Directory;
    return Clash::None;
  }
  return fresh ? Clash::None : Clash::Taken;
}

std::string_view words_for(Paths::Clash clash) {
  switch (clash) {
    case Paths::Clash::Taken:
      return "has another entry's name, but for letter case, normalization or trailing dots";
    case Paths::Clash::BelowFile: return "stands below a file";
    case Paths::Clash::TooLong: return "has a name that is too long";
    case Paths::Clash::TooDeep: return "stands in too many folders";
    default: return {};
  }
}

}  // namespace sekisho::sanitize::zip
