// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/stage/identify.hpp"
#include "sanitize/stage/little_endian.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize {
namespace {

/// What stands in the first entry, "mimetype", stored, without extra field (OpenDocument 1.3 part
/// 2, 3.3).
std::string_view media_type_of(std::string_view text) {
  constexpr std::string_view kName = "mimetype";
  constexpr std::size_t kMethod = 8;
  constexpr std::size_t kSize = 22;
  constexpr std::size_t kNameSize = 26;
  constexpr std::size_t kHeader = 30;
  const LittleEndian number{text};
  if (!text.starts_with("PK\x03\x04") || number.u16(kMethod) != 0 ||
      number.u16(kNameSize) != kName.size() || number.u16(kNameSize + 2) != 0 ||
      text.substr(std::min(kHeader, text.size()), kName.size()) != kName) {
    return {};
  }
  return text.substr(kHeader + kName.size(), std::min<std::size_t>(number.u32(kSize), 128));
}

Type open_document(std::string_view media_type) {
  constexpr std::string_view kPrefix = "application/vnd.oasis.opendocument.";
  struct Row {
    std::string_view name;
    Type type;
  };
  constexpr std::array kRows{Row{"text", Type::Odt}, Row{"spreadsheet", Type::Ods},
                             Row{"presentation", Type::Odp}, Row{"graphics", Type::Odg}};
  if (!media_type.starts_with(kPrefix)) {
    return Type::Unknown;
  }
  media_type.remove_prefix(kPrefix.size());
  if (media_type.ends_with("-template")) {
    media_type.remove_suffix(std::string_view{"-template"}.size());
  }
  const auto* const row = std::ranges::find(kRows, media_type, &Row::name);
  return row == kRows.end() ? Type::Unknown : row->type;
}

/// Where the central directory begins and how many bytes it has, by the last end record.
std::string_view central_directory(std::string_view text) {
  constexpr std::size_t kEnd = 22;
  constexpr std::size_t kMostComment = 65535;
  const std::size_t from = text.size() - std::min(text.size(), kEnd + kMostComment);
  const std::size_t end = text.rfind("PK\x05\x06");
  if (end == std::string_view::npos || end < from) {
    return {};
  }
  const LittleEndian number{text};
  const std::uint64_t size = number.u32(end + 12);
  return size > end ? std::string_view{} : text.substr(end - size, size);
}

/// Main parts are where their names say in all files that Office and LibreOffice write; the family
/// goes by content types.
struct Parts {
  bool content_types = false;
  bool word = false;
  bool sheets = false;
  bool binary_sheets = false;
  bool slides = false;
  bool program = false;
};

void note(std::string_view name, Parts& parts) {
  parts.content_types = parts.content_types || name == "[Content_Types].xml";
  parts.word = parts.word || name == "word/document.xml" || name == "word/document2.xml";
  parts.sheets = parts.sheets || name == "xl/workbook.xml";
  parts.binary_sheets = parts.binary_sheets || name == "xl/workbook.bin";
  parts.slides = parts.slides || name == "ppt/presentation.xml";
  parts.program = parts.program || name == "META-INF/MANIFEST.MF" || name == "AndroidManifest.xml";
}

Parts parts_in(std::string_view directory) {
  constexpr std::size_t kEntry = 46;
  Parts parts;
  while (directory.size() >= kEntry && directory.starts_with("PK\x01\x02")) {
    const LittleEndian number{directory};
    const std::size_t name = number.u16(28);
    const std::size_t size = kEntry + name + number.u16(30) + number.u16(32);
    note(directory.substr(kEntry, name), parts);
    directory.remove_prefix(std::min(size, directory.size()));
  }
  return parts;
}

}  // namespace

Type type_within_zip(ByteView bytes) {
  const std::string_view text = as_text(bytes);
  if (const std::string_view media_type = media_type_of(text); !media_type.empty()) {
    return open_document(media_type);
  }
  const Parts parts = parts_in(central_directory(text));
  if (parts.content_types) {
    const int kinds = int{parts.word} + int{parts.sheets} + int{parts.slides};
    if (kinds > 1 || parts.binary_sheets) {
      return Type::Unknown;
    }
    return parts.word     ? Type::Docx
           : parts.sheets ? Type::Xlsx
           : parts.slides ? Type::Pptx
                          : Type::Zip;
  }
  return parts.program ? Type::Executable : Type::Zip;
}

}  // namespace sekisho::sanitize
