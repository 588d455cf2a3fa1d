// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Records of DLT_NFLOG and packets in them, byte by byte as the kernel lays them out.

#include "base/bytes.hpp"

#include <netinet/in.h>

#include <linux/netfilter/nfnetlink_log.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace sekisho::nflog {

using Bytes = std::vector<std::uint8_t>;

/// "45 00 0054": hexadecimal digits, spaces anywhere.
inline Bytes hex(const std::string& text) {
  std::string digits;
  Bytes bytes;
  for (const char c : text) {
    if (c != ' ') {
      digits.push_back(c);
    }
    if (digits.size() == 2) {
      bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits, nullptr, 16)));
      digits.clear();
    }
  }
  return bytes;
}

inline Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

inline Bytes first(const Bytes& bytes, std::size_t count) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)};
}

/// A TLV: length and type in host order, the value, padding to four bytes.
inline Bytes tlv(int type, const Bytes& value) {
  Bytes bytes(4);
  const auto length = static_cast<std::uint16_t>(4 + value.size());
  const auto number = static_cast<std::uint16_t>(type);
  std::memcpy(bytes.data(), &length, sizeof length);
  std::memcpy(bytes.data() + 2, &number, sizeof number);
  bytes = std::move(bytes) + value;
  bytes.resize((bytes.size() + 3) / 4 * 4);
  return bytes;
}

/// Family, version 0, group 5.
inline Bytes header(int family) {
  return {static_cast<std::uint8_t>(family), 0, 0, 5};
}
inline Bytes mark() {
  return tlv(NFULA_MARK, hex("00020106"));
}
inline Bytes payload(const Bytes& packet) {
  return tlv(NFULA_PAYLOAD, packet);
}

/// 10.20.1.5:1000 > 10.30.2.9:1433, 60 bytes.
inline Bytes tcp4() {
  return hex(
      "4500 003c 0001 4000 3f 06 0000 0a140105 0a1e0209"
      "03e8 0599 00000001 00000000 a002 faf0 0000 0000");
}
/// [fd00:1::5]:1000 > [fd00:2::9]:53, 40 + 24 bytes.
inline Bytes udp6() {
  return hex(
      "60000000 0018 11 40 fd000001000000000000000000000005 fd000002000000000000000000000009"
      "03e8 0035 0018 0000 00000000000000000000000000000000");
}

/// What the kernel writes of a packet that is forwarded from interface 7 to 9.
inline Bytes record(int family, const Bytes& packet) {
  const Bytes ethertype = family == AF_INET ? hex("0800 02 00") : hex("86dd 02 00");
  return header(family) + tlv(NFULA_PACKET_HDR, ethertype) + tlv(NFULA_PREFIX, {0}) +
         tlv(NFULA_IFINDEX_INDEV, hex("00000007")) + tlv(NFULA_IFINDEX_OUTDEV, hex("00000009")) +
         mark() + tlv(NFULA_HWADDR, hex("0006 0000 0200000a0105 0000")) +
         tlv(NFULA_HWTYPE, hex("0001")) + tlv(NFULA_HWLEN, hex("000e")) +
         tlv(NFULA_HWHEADER, hex("0200000a0001 0200000a0105 0800")) +
         tlv(NFULA_TIMESTAMP, hex("000000006925a480 0000000000000001")) + payload(packet);
}

/// `body` gets an exact copy on the heap, so that the sanitizer sees every byte read beyond it.
template <typename Body>
auto on_exact_copy(std::span<const std::uint8_t> bytes, const Body& body) {
  std::vector<std::uint8_t> copy{bytes.begin(), bytes.end()};
  copy.shrink_to_fit();
  return body(ByteView{copy});
}

}  // namespace sekisho::nflog
