// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace sekisho::net {
namespace {

std::vector<Range> make_special_ranges() {
  static constexpr std::array<std::string_view, 9> kPrefixes{
      "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
      // unspecified, loopback and IPv4-compatible; IPv4-mapped; link-local; multicast
      "::/96", "::ffff:0:0/96", "fe80::/10", "ff00::/8"};
  std::vector<Range> ranges;
  for (const std::string_view text : kPrefixes) {
    ranges.push_back(Prefix::parse(text)->range());
  }
  return merged(std::move(ranges));
}

}  // namespace

Address Address::v4(std::uint32_t value) {
  return v4(std::array<std::uint8_t, 4>{
      static_cast<std::uint8_t>(value >> 24U), static_cast<std::uint8_t>(value >> 16U & 0xffU),
      static_cast<std::uint8_t>(value >> 8U & 0xffU), static_cast<std::uint8_t>(value & 0xffU)});
}

Address Address::v4(const std::array<std::uint8_t, 4>& bytes) {
  Address made;
  std::copy(bytes.begin(), bytes.end(), made.bytes_.begin());
  return made;
}

Address Address::v6(const std::array<std::uint8_t, 16>& bytes) {
  Address made;
  made.family_ = Family::V6;
  made.bytes_ = bytes;
  return made;
}

std::optional<Address> Address::from_bytes(std::span<const std::uint8_t> bytes) {
  Address made;
  if (bytes.size() == 16) {
    made.family_ = Family::V6;
  } else if (bytes.size() != 4) {
    return std::nullopt;
  }
  std::copy(bytes.begin(), bytes.end(), made.bytes_.begin());
  return made;
}

std::optional<Address> Address::parse(std::string_view text) {
  const std::string terminated{text};
  if (terminated.size() != text.size() || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  Address made;
  if (inet_pton(AF_INET, terminated.c_str(), made.bytes_.data()) == 1) {
    return made;
  }
  made.family_ = Family::V6;
  if (inet_pton(AF_INET6, terminated.c_str(), made.bytes_.data()) == 1) {
    return made;
  }
  return std::nullopt;
}

Address Address::lowest(Family family) {
  Address made;
  made.family_ = family;
  return made;
}

Address Address::highest(Family family) {
  Address made;
  made.family_ = family;
  std::fill_n(made.bytes_.begin(), family == Family::V4 ? 4 : 16, std::uint8_t{0xff});
  return made;
}

std::span<const std::uint8_t> Address::bytes() const noexcept {
  return std::span{bytes_}.first(is_v4() ? 4 : 16);
}

std::string Address::str() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes_.data(), text.data(), text.size());
  return text.data();
}

std::optional<Address> Address::next() const {
  Address made = *this;
  for (std::size_t i = bytes().size(); i-- > 0;) {
    if (++made.bytes_.at(i) != 0) {
      return made;
    }
  }
  return std::nullopt;
}

std::optional<Address> Address::previous() const {
  Address made = *this;
  for (std::size_t i = bytes().size(); i-- > 0;) {
    if (made.bytes_.at(i)-- != 0) {
      return made;
    }
  }
  return std::nullopt;
}

std::string Range::str() const { return single() ? first.str() : first.str() + "-" + last.str(); }

Prefix::Prefix(const Address& address, unsigned length) : length_{std::min(length, address.bits())} {
  std::array<std::uint8_t, 16> kept{};
  const std::span<const std::uint8_t> bytes = address.bytes();
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned ours = std::min(8U, length_ > 8 * i ? length_ - 8 * i : 0U);
    kept.at(i) = static_cast<std::uint8_t>(bytes[i] & (0xff00U >> ours & 0xffU));
  }
  address_ = *Address::from_bytes(std::span{kept}.first(bytes.size()));
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
  const auto written = as_written(text);
  return written ? std::optional{Prefix{written->first, written->second}} : std::nullopt;
}

std::optional<std::pair<Address, unsigned>> Prefix::as_written(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = Address::parse(text.substr(0, slash));
  if (!address) {
    return std::nullopt;
  }
  if (slash == std::string_view::npos) {
    return std::pair{*address, address->bits()};
  }
  const std::string_view digits = text.substr(slash + 1);
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  const bool padded = digits.size() > 1 && digits.front() == '0';
  if (error != std::errc{} || end != digits.data() + digits.size() || padded ||
      length > address->bits()) {
    return std::nullopt;
  }
  return std::pair{*address, length};
}

Range Prefix::range() const {
  std::array<std::uint8_t, 16> last{};
  const std::span<const std::uint8_t> bytes = address_.bytes();
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned ours = std::min(8U, length_ > 8 * i ? length_ - 8 * i : 0U);
    last.at(i) = static_cast<std::uint8_t>(bytes[i] | (0xffU >> ours));
  }
  return {address_, *Address::from_bytes(std::span{last}.first(bytes.size()))};
}

bool Prefix::contains(const Address& address) const {
  return address.family() == family() && Prefix{address, length_} == *this;
}

bool Prefix::contains(const Prefix& other) const {
  return other.length_ >= length_ && contains(other.address_);
}

bool Prefix::overlaps(const Prefix& other) const { return contains(other) || other.contains(*this); }

std::string Prefix::str() const {
  return single() ? address_.str() : address_.str() + "/" + std::to_string(length_);
}

std::span<const Range> special_ranges() {
  static const std::vector<Range> kRanges = make_special_ranges();
  return kRanges;
}

bool is_special(const Address& address) {
  return std::ranges::any_of(special_ranges(), [&](const Range& r) { return r.contains(address); });
}

std::vector<Range> merged(std::vector<Range> ranges) {
  std::ranges::sort(ranges);
  std::vector<Range> out;
  for (const Range& range : ranges) {
    if (!out.empty()) {
      const auto after = out.back().last.next();
      const bool same_family = out.back().last.family() == range.first.family();
      if (same_family && (!after || range.first <= *after)) {
        out.back().last = std::max(out.back().last, range.last);
        continue;
      }
    }
    out.push_back(range);
  }
  return out;
}

std::vector<Range> without(std::span<const Range> ranges, std::span<const Range> holes) {
  std::vector<Range> out;
  std::size_t h = 0;
  for (const Range& range : ranges) {
    while (h < holes.size() && holes[h].last < range.first) {
      ++h;
    }
    std::optional<Address> from = range.first;
    for (std::size_t i = h; from && i < holes.size() && holes[i].first <= range.last; ++i) {
      if (holes[i].first > *from) {
        out.push_back({*from, *holes[i].first.previous()});
      }
      from = holes[i].last < range.last ? holes[i].last.next() : std::nullopt;
    }
    if (from && *from <= range.last) {
      out.push_back({*from, range.last});
    }
  }
  return out;
}

std::optional<Mac> Mac::parse(std::string_view text) {
  if (text.size() != 17) {
    return std::nullopt;
  }
  std::array<std::uint8_t, 6> bytes{};
  for (std::size_t i = 0; i < 6; ++i) {
    const std::string_view pair = text.substr(3 * i, 2);
    const auto [end, error] = std::from_chars(pair.data(), pair.data() + 2, bytes.at(i), 16);
    const bool joined = i == 5 || text[3 * i + 2] == ':' || text[3 * i + 2] == '-';
    if (error != std::errc{} || end != pair.data() + 2 || !joined) {
      return std::nullopt;
    }
  }
  return Mac{bytes};
}

std::string Mac::str() const {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes_) {
    if (!text.empty()) {
      text.push_back(':');
    }
    text.push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 0xfU]);
  }
  return text;
}

}  // namespace sekisho::net
