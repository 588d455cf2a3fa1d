// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/zip/name.hpp"

#include "base/escape.hpp"

#include <unicode/normalizer2.h>
#include <unicode/ucnv.h>
#include <unicode/udata.h>
#include <unicode/unistr.h>

#include <algorithm>

namespace sekisho::sanitize::zip {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string utf8_of(const icu::UnicodeString& text) {
  std::string made;
  text.toUTF8String(made);
  return made;
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
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString text{bytes.data(), static_cast<int32_t>(bytes.size()), converter.get(),
                                status};
  if (U_FAILURE(status) != 0) {
    return std::nullopt;
  }
  return utf8_of(text);
}

const icu::Normalizer2* nfc() {
  UErrorCode status = U_ZERO_ERROR;
  return icu::Normalizer2::getNFCInstance(status);
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
  const icu::StringPiece piece{component.data(), static_cast<int32_t>(component.size())};
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString text = nfc()->normalize(icu::UnicodeString::fromUTF8(piece), status);
  text = nfc()->normalize(text.foldCase(), status);
  return U_SUCCESS(status) != 0 ? utf8_of(text) : std::string{component};
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
  UErrorCode status = U_ZERO_ERROR;
  const icu::StringPiece piece{name.data(), static_cast<int32_t>(name.size())};
  const icu::UnicodeString text = nfc()->normalize(icu::UnicodeString::fromUTF8(piece), status);
  return U_SUCCESS(status) != 0 ? utf8_of(text) : std::string{name};
}

std::string Paths::add(std::string_view path) {
  if (path.size() > kLongest) {
    return "has a name that is too long";
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
      return "stands below a file";
    }
    if (++depth > kDeepest) {
      return "stands in too many folders";
    }
    key += '/' + folded(component);
  }
  const auto [found, fresh] = seen_.emplace(key, directory ? Is::Directory : Is::File);
  if (!fresh && directory && found->second == Is::Implied) {
    found->second = Is::Directory;
    return {};
  }
  return fresh ? ""
               : "has another entry's name, but for letter case, normalization or trailing dots";
}

}  // namespace sekisho::sanitize::zip
