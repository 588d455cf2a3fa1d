// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/stage/identify.hpp"

#include "sanitize/frame/name.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize {
namespace {

struct Alias {
  std::string_view media_type;
  Type type;
};
/// Beside those of the types' own rows; what senders' programs write.
constexpr std::array kAliases{
    Alias{"image/jpg", Type::Jpeg},
    Alias{"image/pjpeg", Type::Jpeg},
    Alias{"image/x-png", Type::Png},
    Alias{"image/gif", Type::Gif},
    Alias{"image/bmp", Type::Bmp},
    Alias{"image/x-ms-bmp", Type::Bmp},
    Alias{"image/svg+xml", Type::Svg},
    Alias{"text/html", Type::Html},
    Alias{"text/xml", Type::Xml},
    Alias{"text/comma-separated-values", Type::Csv},
    Alias{"text/x-vcard", Type::Vcard},
    Alias{"text/directory", Type::Vcard},
    Alias{"application/ics", Type::Calendar},
    Alias{"application/x-zip-compressed", Type::Zip},
    Alias{"application/x-zip", Type::Zip},
    Alias{"application/x-tar", Type::Tar},
    Alias{"application/gzip", Type::Gzip},
    Alias{"application/x-gzip", Type::Gzip},
    Alias{"application/x-bzip2", Type::Bzip2},
    Alias{"application/x-xz", Type::Xz},
    Alias{"application/zstd", Type::Zstd},
    Alias{"application/x-7z-compressed", Type::SevenZip},
    Alias{"application/x-lzh", Type::Lzh},
    Alias{"application/x-lzh-compressed", Type::Lzh},
    Alias{"application/x-lha", Type::Lzh},
    Alias{"application/x-pdf", Type::Pdf},
    Alias{"text/rtf", Type::Rtf},
    Alias{"application/msword", Type::Doc},
    Alias{"application/vnd.ms-excel", Type::Xls},
    Alias{"application/vnd.ms-powerpoint", Type::Ppt},
    Alias{"application/vnd.ms-outlook", Type::Msg},
    Alias{"application/ms-tnef", Type::Tnef},
    Alias{"application/vnd.ms-tnef", Type::Tnef},
    Alias{"application/x-js-taro", Type::Ichitaro},
    Alias{"application/vnd.fujixerox.docuworks", Type::DocuWorks},
    Alias{"application/x-msdownload", Type::Executable},
    Alias{"application/x-dosexec", Type::Executable},
};

/// Which program opens it is one matter, what it is another: Outlook calls a CSV a workbook.
bool is_close(Type claimed, Type type) {
  if (claimed == type) {
    return true;
  }
  const bool both_text =
      word_of(claimed).family == Family::Text && word_of(type).family == Family::Text;
  return both_text || (claimed == Type::Xls && (type == Type::Csv || type == Type::Xlsx)) ||
         (claimed == Type::Doc && (type == Type::Rtf || type == Type::Docx)) ||
         (claimed == Type::Ppt && type == Type::Pptx) ||
         (claimed == Type::Text && type == Type::Mail);
}

/// "docx", "exe", "js", but not "第3回", "01" or a sentence.
bool looks_like_extension(std::string_view text) {
  constexpr std::size_t kLongest = 10;
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return text.size() <= kLongest && std::ranges::any_of(text, is_letter) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || is_digit(c); });
}

}  // namespace

Type claimed_by_name(std::string_view name) {
  const std::string extension = extension_of(name);
  return extension.empty() ? Type::Unknown : type_called(extension);
}

Type claimed_by_media_type(std::string_view declared) {
  if (declared.empty()) {
    return Type::Unknown;
  }
  const auto* const alias = std::ranges::find(kAliases, declared, &Alias::media_type);
  if (alias != kAliases.end()) {
    return alias->type;
  }
  // "text/plain" and "application/zip" are of several rows; the first is the type they name
  const auto words = type_words();
  const auto word = std::ranges::find(words, declared, &TypeWord::media_type);
  const bool says_nothing = word == words.end() || word->type == Type::Html;
  return says_nothing ? Type::Unknown : word->type;
}

std::string contradiction(Type type, const Item& item) {
  const std::string extension = extension_of(item.name);
  if (looks_like_extension(extension) && !may_be_called(type, extension)) {
    return "named '" + extension + "', but " + std::string{word_of(type).name};
  }
  const Type declared = claimed_by_media_type(item.declared_type);
  if (declared != Type::Unknown && !is_close(declared, type)) {
    return "declared '" + item.declared_type + "', but " + std::string{word_of(type).name};
  }
  return {};
}

}  // namespace sekisho::sanitize
