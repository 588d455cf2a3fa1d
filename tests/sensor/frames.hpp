// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Frames byte by byte, and what a sensor knows of a small city: zone 1 on "mn0" (10.10.0.0/16,
/// fd00:10::/32), zone 2 on "lg0" (10.20.0.0/16, fd00:20::/32) with 10.20.9.0/24 of zone 1 inside.

#include "sensor/frame.hpp"
#include "sensor/knowledge.hpp"

#include <string>
#include <vector>

namespace sekisho::sensor {

using Bytes = std::vector<std::uint8_t>;

/// "45 00 0054": hexadecimal digits, spaces and colons anywhere.
inline Bytes hex(const std::string& text) {
  std::string digits;
  Bytes bytes;
  for (const char c : text) {
    if (c != ' ' && c != ':') {
      digits.push_back(c);
    }
    if (digits.size() == 2) {
      bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits, nullptr, 16)));
      digits.clear();
    }
  }
  return bytes;
}

inline net::Address address(const std::string& text) {
  return *net::Address::parse(text);
}
inline net::Mac mac(const std::string& text) {
  return *net::Mac::parse(text);
}
inline Bytes bytes_of(const net::Address& of) {
  return {of.bytes().begin(), of.bytes().end()};
}

inline Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

inline const std::string kHost = "02:00:00:00:00:01";
inline const std::string kAll = "ff:ff:ff:ff:ff:ff";

inline Bytes ethernet(const std::string& type, const Bytes& content,
                      const std::string& from = kHost, const std::string& to = kAll) {
  return hex(to) + hex(from) + hex(type) + content;
}
inline Bytes arp(const std::string& sender, const std::string& target,
                 const std::string& from = kHost) {
  return ethernet("0806",
                  hex("0001 0800 06 04 0001") + hex(from) + bytes_of(address(sender)) +
                      hex("00:00:00:00:00:00") + bytes_of(address(target)),
                  from);
}
inline Bytes ipv4(const std::string& from, const std::string& to, const std::string& protocol,
                  const Bytes& content) {
  const auto length = static_cast<std::uint16_t>(20 + content.size());
  return hex("45 00") +
         Bytes{static_cast<std::uint8_t>(length >> 8U), static_cast<std::uint8_t>(length)} +
         hex("0000 0000 40" + protocol + "0000") + bytes_of(address(from)) + bytes_of(address(to)) +
         content;
}
inline Bytes ipv6(const std::string& from, const std::string& to, const std::string& next,
                  const Bytes& content) {
  const auto length = static_cast<std::uint16_t>(content.size());
  return hex("60000000") +
         Bytes{static_cast<std::uint8_t>(length >> 8U), static_cast<std::uint8_t>(length)} +
         hex(next + "ff") + bytes_of(address(from)) + bytes_of(address(to)) + content;
}
inline Bytes udp(std::uint16_t from, std::uint16_t to) {
  return {static_cast<std::uint8_t>(from >> 8U),
          static_cast<std::uint8_t>(from),
          static_cast<std::uint8_t>(to >> 8U),
          static_cast<std::uint8_t>(to),
          0,
          8,
          0,
          0};
}

inline Knowledge small_city() {
  Knowledge city;
  city.wires = {{"mn0", 3, 1, mac("02:ff:00:00:00:01"), {address("10.10.0.1")}},
                {"lg0", 4, 2, mac("02:ff:00:00:00:02"), {address("10.20.0.1")}}};
  city.parts = {{{address("10.10.0.0"), address("10.10.255.255")}, 1},
                {{address("10.20.0.0"), address("10.20.8.255")}, 2},
                {{address("10.20.9.0"), address("10.20.9.255")}, 1},
                {{address("10.20.10.0"), address("10.20.255.255")}, 2},
                {{address("fd00:10::"), address("fd00:10:ffff:ffff:ffff:ffff:ffff:ffff")}, 1},
                {{address("fd00:20::"), address("fd00:20:ffff:ffff:ffff:ffff:ffff:ffff")}, 2}};
  return city;
}

}  // namespace sekisho::sensor
