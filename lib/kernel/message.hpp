// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Netlink messages and attributes, read without trust: lengths are checked before use, and what does not fit ends the
/// walk. It knows no socket and no subsystem. (libnftnl's own parsers end the process on an attribute of wrong size.)

#include "base/bytes.hpp"

#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <string_view>

namespace sekisho::kernel {

/// Whatever follows the header, with the header's numbers. Source: struct nlmsghdr.
struct Message {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::uint32_t sequence = 0;
  ByteView payload;
};
struct Attribute {
  std::uint16_t type = 0;  ///< without NLA_F_NESTED and NLA_F_NET_BYTEORDER
  ByteView payload;
};

/// Takes one item off the front of `rest`; nothing, and an empty `rest`, at the end or at what does not fit.
[[nodiscard]] std::optional<Message> next_message(ByteView& rest) noexcept;
[[nodiscard]] std::optional<Attribute> next_attribute(ByteView& rest) noexcept;

/// The items of a run of bytes, for `for`.
template <typename Item, std::optional<Item> (*next)(ByteView&) noexcept>
class Items {
 public:
  class Iterator {
   public:
    explicit Iterator(ByteView bytes) : rest_{bytes}, item_{next(rest_)} {}
    const Item& operator*() const { return *item_; }
    Iterator& operator++() {
      item_ = next(rest_);
      return *this;
    }
    bool operator==(std::default_sentinel_t /*end*/) const { return !item_; }

   private:
    ByteView rest_;
    std::optional<Item> item_;
  };

  explicit Items(ByteView bytes) noexcept : bytes_{bytes} {}
  [[nodiscard]] Iterator begin() const { return Iterator{bytes_}; }
  [[nodiscard]] std::default_sentinel_t end() const { return std::default_sentinel; }

 protected:
  ByteView bytes_;
};

using Messages = Items<Message, next_message>;

/// Numbers are in network order unless it says otherwise; one of another size counts as absent.
class Attributes : public Items<Attribute, next_attribute> {
 public:
  using Items::Items;

  /// The first of that type.
  [[nodiscard]] std::optional<ByteView> find(std::uint16_t type) const;
  /// What is nested in it; empty when absent.
  [[nodiscard]] Attributes nested(std::uint16_t type) const;
  [[nodiscard]] bool has(std::uint16_t type) const { return find(type).has_value(); }
  [[nodiscard]] std::optional<std::uint16_t> u16(std::uint16_t type) const;
  [[nodiscard]] std::optional<std::uint32_t> u32(std::uint16_t type) const;
  [[nodiscard]] std::optional<std::uint64_t> u64(std::uint16_t type) const;
  /// As rtnetlink writes numbers.
  [[nodiscard]] std::optional<std::uint32_t> host_u32(std::uint16_t type) const;
  /// Up to the first zero byte; empty when absent.
  [[nodiscard]] std::string_view text(std::uint16_t type) const;
};

/// A kernel structure from the front of `bytes`, in host order; nothing when there are fewer bytes.
template <typename Struct>
[[nodiscard]] std::optional<Struct> structure(ByteView bytes) {
  if (bytes.size() < sizeof(Struct)) {
    return std::nullopt;
  }
  Struct made;
  std::memcpy(&made, bytes.data(), sizeof made);
  return made;
}
/// The attributes behind a structure of `header` bytes; none when it is not whole.
[[nodiscard]] Attributes attributes_after(ByteView payload, std::size_t header);

}  // namespace sekisho::kernel
