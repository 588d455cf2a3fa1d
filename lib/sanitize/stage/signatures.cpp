// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/stage/identify.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize {
namespace {

using namespace std::string_view_literals;

struct Signature {
  Type type;
  std::size_t at;
  std::string_view bytes;
};

// longer ones before those that they begin with
// clang-format off
constexpr std::array kSignatures{
    Signature{Type::Jpeg, 0, "\xFF\xD8\xFF"sv},
    Signature{Type::Png, 0, "\x89PNG\r\n\x1A\n"sv},
    Signature{Type::Gif, 0, "GIF87a"sv},
    Signature{Type::Gif, 0, "GIF89a"sv},
    Signature{Type::Tiff, 0, "II*\0"sv},
    Signature{Type::Tiff, 0, "MM\0*"sv},
    Signature{Type::Tiff, 0, "II+\0"sv},               // BigTIFF
    Signature{Type::Tiff, 0, "MM\0+"sv},
    Signature{Type::Zip, 0, "PK\x03\x04"sv},
    Signature{Type::Zip, 0, "PK\x05\x06"sv},           // empty
    Signature{Type::Zip, 0, "PK\x07\x08"sv},           // one of several
    Signature{Type::Gzip, 0, "\x1F\x8B\x08"sv},
    Signature{Type::Xz, 0, "\xFD" "7zXZ\0"sv},
    Signature{Type::Zstd, 0, "\x28\xB5\x2F\xFD"sv},
    Signature{Type::SevenZip, 0, "7z\xBC\xAF\x27\x1C"sv},
    Signature{Type::Pdf, 0, "%PDF-"sv},
    Signature{Type::Rtf, 0, "{\\rt"sv},                // readers want no more
    Signature{Type::Tnef, 0, "\x78\x9F\x3E\x22"sv},
    Signature{Type::Metafile, 0, "\xD7\xCD\xC6\x9A"sv},
    Signature{Type::Metafile, 0, "\x01\0\x09\0\0\x03"sv},
    Signature{Type::Metafile, 40, " EMF"sv},
    Signature{Type::Executable, 0, "MZ"sv},
    Signature{Type::Executable, 0, "\x7F" "ELF"sv},
    Signature{Type::Executable, 0, "\xFE\xED\xFA\xCE"sv},   // Mach-O
    Signature{Type::Executable, 0, "\xFE\xED\xFA\xCF"sv},
    Signature{Type::Executable, 0, "\xCE\xFA\xED\xFE"sv},
    Signature{Type::Executable, 0, "\xCF\xFA\xED\xFE"sv},
    Signature{Type::Executable, 0, "\xCA\xFE\xBA\xBE"sv},   // and Java's classes
    Signature{Type::Executable, 0, "\x4C\0\0\0\x01\x14\x02\0"sv},  // a shortcut, which starts programs
};
// clang-format on

bool has_at(std::string_view text, std::size_t at, std::string_view what) {
  return text.size() >= at && text.substr(at).starts_with(what);
}

bool is_bmp(std::string_view text) {
  constexpr std::size_t kHeaderSize = 14;  // where the second header says its own size
  constexpr std::string_view kSizes = "\x0C\x10\x28\x34\x38\x40\x6C\x7C"sv;
  return text.starts_with("BM") && text.size() > kHeaderSize + 4 &&
         kSizes.find(text[kHeaderSize]) != std::string_view::npos &&
         has_at(text, kHeaderSize + 1, "\0\0\0"sv);
}

bool is_webp(std::string_view text) {
  return text.starts_with("RIFF") && has_at(text, 8, "WEBP");
}

bool is_bzip2(std::string_view text) {
  return text.starts_with("BZh") && text.size() > 4 && text[3] >= '1' && text[3] <= '9' &&
         (has_at(text, 4, "1AY&SY") || has_at(text, 4, "\x17\x72\x45\x38\x50\x90"sv));
}

/// "-lh5-", "-lzs-", "-pm2-" behind two bytes, as every header level has it.
bool is_lzh(std::string_view text) {
  return text.size() > 20 && text[2] == '-' && text[6] == '-' &&
         (has_at(text, 3, "lh") || has_at(text, 3, "lz") || has_at(text, 3, "pm"));
}

/// The header's checksum is right (POSIX ustar: octal, itself counted as blanks), whatever dialect
/// it is.
bool is_tar(std::string_view text) {
  constexpr std::size_t kBlock = 512;
  constexpr std::size_t kSum = 148;
  constexpr std::size_t kSumSize = 8;
  if (text.size() < kBlock || text.front() == '\0') {
    return false;
  }
  unsigned sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const bool own = i >= kSum && i < kSum + kSumSize;
    sum += own ? ' ' : static_cast<unsigned char>(text[i]);
  }
  unsigned said = 0;
  unsigned digits = 0;
  for (const char c : text.substr(kSum, kSumSize)) {
    if (c >= '0' && c <= '7') {
      said = said * 8 + static_cast<unsigned>(c - '0');
      ++digits;
    } else if (c != ' ' && c != '\0') {
      return false;
    }
  }
  return digits > 0 && said == sum;
}

constexpr std::string_view kCompound = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv;

}  // namespace

Type type_by_signature(ByteView bytes) {
  const std::string_view text = as_text(bytes);
  for (const Signature& signature : kSignatures) {
    if (has_at(text, signature.at, signature.bytes)) {
      return signature.type;
    }
  }
  if (text.starts_with(kCompound)) {
    return Type::Doc;  // or another of its family
  }
  return is_bmp(text)     ? Type::Bmp
         : is_webp(text)  ? Type::Webp
         : is_bzip2(text) ? Type::Bzip2
         : is_lzh(text)   ? Type::Lzh
         : is_tar(text)   ? Type::Tar
                          : Type::Unknown;
}

}  // namespace sekisho::sanitize
