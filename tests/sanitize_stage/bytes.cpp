// SPDX-License-Identifier: GPL-3.0-or-later
#include "bytes.hpp"

#include <array>
#include <cstdio>

namespace sekisho::testing {
namespace {

std::string little(std::uint64_t value, unsigned width) {
  std::string bytes;
  for (unsigned i = 0; i < width; ++i) {
    bytes += static_cast<char>(value >> (8 * i) & 0xFFU);
  }
  return bytes;
}

std::uint32_t crc_of(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) {
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    }
  }
  return ~crc;
}

/// What local header and directory say alike, from the version needed on.
std::string shared(const ZipEntry& entry) {
  const std::uint64_t size = entry.content.size();
  return little(20, 2) + little(0, 2) + little(0, 2) + little(0, 4) +
         little(crc_of(entry.content), 4) + little(size, 4) + little(size, 4) +
         little(entry.name.size(), 2) + little(0, 2);
}

std::string directory_entry(const std::string& name, unsigned type, std::uint32_t right,
                            std::uint32_t child) {
  std::string wide;
  for (const char c : name) {
    wide += c;
    wide += '\0';
  }
  const std::size_t size = name.empty() ? 0 : wide.size() + 2;
  wide.resize(64, '\0');
  return wide + little(size, 2) + little(type, 1) + little(1, 1) + little(0xFFFFFFFF, 4) +
         little(right, 4) + little(child, 4) + std::string(36, '\0') + little(0xFFFFFFFE, 4) +
         little(0, 8);
}

}  // namespace

std::string zip_of(const std::vector<ZipEntry>& entries) {
  std::string bytes;
  std::string directory;
  for (const ZipEntry& entry : entries) {
    directory += "PK\x01\x02" + little(20, 2) + shared(entry) + std::string(10, '\0') +
                 little(bytes.size(), 4) + entry.name;
    bytes += "PK\x03\x04" + shared(entry) + entry.name + entry.content;
  }
  const std::string end = "PK\x05\x06" + little(0, 4) + little(entries.size(), 2) +
                          little(entries.size(), 2) + little(directory.size(), 4) +
                          little(bytes.size(), 4) + little(0, 2);
  return bytes + directory + end;
}

std::string compound_of(const std::vector<std::string>& names) {
  constexpr std::size_t kSector = 512;
  std::string header = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + std::string(16, '\0') +
                       little(0x3E, 2) + little(3, 2) + little(0xFFFE, 2) + little(9, 2) +
                       little(6, 2) + std::string(10, '\0') + little(1, 4) + little(1, 4) +
                       little(0, 4) + little(4096, 4) + little(0xFFFFFFFE, 4) + little(0, 4) +
                       little(0xFFFFFFFE, 4) + little(0, 4) + little(0, 4);
  header.resize(kSector, '\xFF');
  // sector 0 is the table; the directory follows
  std::string directory = directory_entry("Root Entry", 5, 0xFFFFFFFF, 1);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool last = i + 1 == names.size();
    directory += directory_entry(names[i], 2, last ? 0xFFFFFFFF : static_cast<std::uint32_t>(i + 2),
                                 0xFFFFFFFF);
  }
  while (directory.size() % kSector != 0) {
    directory += directory_entry("", 0, 0xFFFFFFFF, 0xFFFFFFFF);
  }
  std::string table = little(0xFFFFFFFD, 4);
  const std::size_t sectors = directory.size() / kSector;
  for (std::size_t i = 1; i <= sectors; ++i) {
    table += little(i == sectors ? 0xFFFFFFFE : i + 1, 4);
  }
  table.resize(kSector, '\xFF');
  return header + table + directory;
}

std::string tar_of(std::string_view name) {
  constexpr std::size_t kBlock = 512;
  std::string header{name};
  header.resize(100, '\0');
  header += std::string(
      "0000644\0"
      "0000000\0"
      "0000000\0"
      "00000000000\0"
      "00000000000\0",
      48);
  header += "        0";
  header.resize(257, '\0');
  header += std::string(
      "ustar\0"
      "00",
      8);
  header.resize(kBlock, '\0');
  unsigned sum = 0;
  for (const char c : header) {
    sum += static_cast<unsigned char>(c);
  }
  std::array<char, 8> digits{};
  std::snprintf(digits.data(), digits.size(), "%06o", sum);
  header.replace(148, 7, digits.data(), 7);
  return header + std::string(2 * kBlock, '\0');
}

}  // namespace sekisho::testing
