// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// IPv4 and IPv6 addresses, prefixes and closed ranges as values, with the arithmetic that flattening needs.

#include <endian.h>

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sekisho::net {

enum class Family : std::uint8_t { V4, V6 };
inline constexpr std::array kFamilies{Family::V4, Family::V6};

/// One address. Ordered by family, then by value; bytes are in network order.
class Address {
 public:
  Address() = default;
  static Address v4(std::uint32_t value);
  static Address v4(const std::array<std::uint8_t, 4>& bytes);
  static Address v6(const std::array<std::uint8_t, 16>& bytes);
  /// 4 or 16 bytes in network order; nothing for any other length.
  static std::optional<Address> from_bytes(std::span<const std::uint8_t> bytes);
  /// Dotted quad or RFC 4291 text, without zone index or prefix.
  static std::optional<Address> parse(std::string_view text);
  static Address lowest(Family family);
  static Address highest(Family family);

  [[nodiscard]] Family family() const noexcept { return family_; }
  [[nodiscard]] bool is_v4() const noexcept { return family_ == Family::V4; }
  /// 32 or 128.
  [[nodiscard]] unsigned bits() const noexcept { return is_v4() ? 32 : 128; }
  /// 4 or 16 bytes in network order.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept;
  [[nodiscard]] std::string str() const;
  /// The next address; nothing after the highest.
  [[nodiscard]] std::optional<Address> next() const;
  /// The address before; nothing before the lowest.
  [[nodiscard]] std::optional<Address> previous() const;

  bool operator==(const Address&) const = default;
  // as the default, in two comparisons: addresses are sorted by the hundred thousand
  std::strong_ordering operator<=>(const Address& other) const noexcept {
    if (family_ != other.family_) {
      return family_ <=> other.family_;
    }
    const std::uint64_t high = half(0);
    const std::uint64_t high_of_other = other.half(0);
    return high != high_of_other ? high <=> high_of_other : half(1) <=> other.half(1);
  }

 private:
  [[nodiscard]] std::uint64_t half(std::size_t which) const noexcept {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes_.data() + which * sizeof value, sizeof value);
    return be64toh(value);
  }

  Family family_ = Family::V4;
  std::array<std::uint8_t, 16> bytes_{};  // v4: the first four, the rest zero
};

/// first ≤ last, of one family.
struct Range {
  Address first;
  Address last;

  [[nodiscard]] bool contains(const Address& address) const {
    return first <= address && address <= last;
  }
  [[nodiscard]] bool overlaps(const Range& other) const {
    return first <= other.last && other.first <= last;
  }
  [[nodiscard]] bool single() const { return first == last; }
  /// "A" or "A-B".
  [[nodiscard]] std::string str() const;
  static Range all(Family family) { return {Address::lowest(family), Address::highest(family)}; }
  auto operator<=>(const Range&) const = default;
};

class Prefix {
 public:
  Prefix() = default;
  /// `length` at most the address's bits; host bits are cleared.
  Prefix(const Address& address, unsigned length);
  /// "A/L" or "A" (full length). Host bits that are set are kept out; `as_written` has them.
  static std::optional<Prefix> parse(std::string_view text);
  /// The address of such a text as it stands there, and its length.
  static std::optional<std::pair<Address, unsigned>> as_written(std::string_view text);

  [[nodiscard]] const Address& address() const noexcept { return address_; }
  [[nodiscard]] unsigned length() const noexcept { return length_; }
  [[nodiscard]] Family family() const noexcept { return address_.family(); }
  [[nodiscard]] bool single() const noexcept { return length_ == address_.bits(); }
  [[nodiscard]] Range range() const;
  [[nodiscard]] bool contains(const Address& address) const;
  [[nodiscard]] bool contains(const Prefix& other) const;
  [[nodiscard]] bool overlaps(const Prefix& other) const;
  /// "A/L", or "A" for a single address.
  [[nodiscard]] std::string str() const;
  auto operator<=>(const Prefix&) const = default;

 private:
  Address address_;
  unsigned length_ = 0;
};

/// Addresses that belong to no zone whatever its networks say: unspecified and "this network", loopback, link-local,
/// multicast, reserved and broadcast, IPv4-mapped (RFC 6890, RFC 4291). Sorted and disjoint.
[[nodiscard]] std::span<const Range> special_ranges();
[[nodiscard]] bool is_special(const Address& address);

/// `ranges` (sorted, disjoint) without `holes` (sorted, disjoint).
[[nodiscard]] std::vector<Range> without(std::span<const Range> ranges, std::span<const Range> holes);
/// Sorted and disjoint; what touches is merged.
[[nodiscard]] std::vector<Range> merged(std::vector<Range> ranges);

class Mac {
 public:
  Mac() = default;
  explicit Mac(const std::array<std::uint8_t, 6>& bytes) : bytes_{bytes} {}
  /// "02:00:00:0a:01:05"; `-` for `:` is accepted.
  static std::optional<Mac> parse(std::string_view text);
  [[nodiscard]] const std::array<std::uint8_t, 6>& bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::string str() const;
  auto operator<=>(const Mac&) const = default;

 private:
  std::array<std::uint8_t, 6> bytes_{};
};

}  // namespace sekisho::net
