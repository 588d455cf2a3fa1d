// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/zip/writer.hpp"

#include "sanitize/zip/deflate.hpp"

#include <algorithm>

namespace sekisho::sanitize::zip {
namespace {

constexpr std::uint16_t kVersion = 20;
constexpr std::uint16_t kUtf8Names = 0x0800;
constexpr std::uint32_t kNoTime = 0x00210000;  // 1980-01-01 00:00, the first there is
constexpr std::size_t kMostEntries = 0xfffe;   // more and a 64-bit end record is needed
constexpr std::uint64_t kMostBytes = 0xfffffffe;
constexpr std::size_t kEndRecord = 22;

/// What the local header and the directory say alike.
void put_common(sekisho::Writer& to, std::uint16_t method, std::uint32_t crc, std::size_t packed,
                std::size_t size, std::string_view path) {
  to.le16(kVersion);
  to.le16(kUtf8Names);
  to.le16(method);
  to.le32(kNoTime);
  to.le32(crc);
  to.le32(static_cast<std::uint32_t>(packed));
  to.le32(static_cast<std::uint32_t>(size));
  to.le16(static_cast<std::uint16_t>(path.size()));
  to.le16(0);
}

}  // namespace

tl::expected<void, Refused> Writer::add(std::string_view path, std::string_view content,
                                        Packing packing) {
  if (count_ >= kMostEntries || path.size() > 0xffff) {
    return refuse(Refusal::TooManyEntries, "more than a ZIP archive can hold");
  }
  const std::uint64_t most = std::min(limits_.bytes_out, kMostBytes);
  const std::string deflate =
      packing == Packing::Best && !content.empty() ? deflated(content) : std::string{};
  const bool stored = deflate.empty() || deflate.size() >= content.size();
  const std::string_view packed = stored ? content : std::string_view{deflate};
  const std::uint64_t whole = entries_.bytes().size() + directory_.bytes().size() + packed.size() +
                              30 + 46 + 2 * path.size() + kEndRecord;
  if (whole > most) {
    return refuse(Refusal::OutputTooLarge, "more than " + std::to_string(most) + " bytes");
  }

  const auto offset = static_cast<std::uint32_t>(entries_.bytes().size());
  const std::uint16_t method = stored ? 0 : 8;
  const std::uint32_t crc = crc32_of(as_bytes(content));
  entries_.raw("PK\x03\x04");
  put_common(entries_, method, crc, packed.size(), content.size(), path);
  entries_.raw(path);
  entries_.raw(packed);

  directory_.raw("PK\x01\x02");
  directory_.le16(kVersion);
  put_common(directory_, method, crc, packed.size(), content.size(), path);
  directory_.le16(0);  // comment
  directory_.le16(0);  // disk
  directory_.le16(0);  // internal attributes
  directory_.le32(0);  // external attributes
  directory_.le32(offset);
  directory_.raw(path);
  ++count_;
  return {};
}

std::string Writer::finish() && {
  const auto start = static_cast<std::uint32_t>(entries_.bytes().size());
  const auto length = static_cast<std::uint32_t>(directory_.bytes().size());
  entries_.raw(directory_.bytes());
  entries_.raw("PK\x05\x06");
  entries_.le32(0);  // disks
  entries_.le16(static_cast<std::uint16_t>(count_));
  entries_.le16(static_cast<std::uint16_t>(count_));
  entries_.le32(length);
  entries_.le32(start);
  entries_.le16(0);  // comment
  return std::move(entries_).take();
}

}  // namespace sekisho::sanitize::zip
