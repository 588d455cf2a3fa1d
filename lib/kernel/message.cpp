// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/message.hpp"

#include <linux/netlink.h>

#include <algorithm>

namespace sekisho::kernel {
namespace {

/// Cuts `length` bytes with their padding off `rest`, without the `header` bytes in front.
ByteView cut(ByteView& rest, std::size_t length, std::size_t header) {
  const ByteView payload = rest.subspan(header, length - header);
  const std::size_t padded = (length + 3U) & ~std::size_t{3};
  rest = rest.subspan(std::min(padded, rest.size()));
  return payload;
}

}  // namespace

std::optional<Message> next_message(ByteView& rest) noexcept {
  const auto header = structure<nlmsghdr>(rest);
  if (!header || header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > rest.size()) {
    rest = {};
    return std::nullopt;
  }
  return Message{header->nlmsg_type, header->nlmsg_flags, header->nlmsg_seq,
                 cut(rest, header->nlmsg_len, sizeof(nlmsghdr))};
}

std::optional<Attribute> next_attribute(ByteView& rest) noexcept {
  const auto header = structure<nlattr>(rest);
  if (!header || header->nla_len < sizeof(nlattr) || header->nla_len > rest.size()) {
    rest = {};
    return std::nullopt;
  }
  const auto type = static_cast<std::uint16_t>(header->nla_type & NLA_TYPE_MASK);
  return Attribute{type, cut(rest, header->nla_len, sizeof(nlattr))};
}

std::optional<ByteView> Attributes::find(std::uint16_t type) const {
  for (const Attribute& attribute : *this) {
    if (attribute.type == type) {
      return attribute.payload;
    }
  }
  return std::nullopt;
}

Attributes Attributes::nested(std::uint16_t type) const {
  return Attributes{find(type).value_or(ByteView{})};
}

std::optional<std::uint16_t> Attributes::u16(std::uint16_t type) const {
  const auto bytes = find(type);
  return bytes && bytes->size() == 2 ? std::optional{Reader{*bytes}.u16()} : std::nullopt;
}

std::optional<std::uint32_t> Attributes::u32(std::uint16_t type) const {
  const auto bytes = find(type);
  return bytes && bytes->size() == 4 ? std::optional{Reader{*bytes}.u32()} : std::nullopt;
}

std::optional<std::uint64_t> Attributes::u64(std::uint16_t type) const {
  const auto bytes = find(type);
  return bytes && bytes->size() == 8 ? std::optional{Reader{*bytes}.u64()} : std::nullopt;
}

std::optional<std::uint32_t> Attributes::host_u32(std::uint16_t type) const {
  const auto bytes = find(type);
  return bytes && bytes->size() == 4 ? structure<std::uint32_t>(*bytes) : std::nullopt;
}

std::string_view Attributes::text(std::uint16_t type) const {
  const std::string_view whole = as_text(find(type).value_or(ByteView{}));
  return whole.substr(0, whole.find('\0'));
}

Attributes attributes_after(ByteView payload, std::size_t header) {
  const std::size_t padded = (header + 3U) & ~std::size_t{3};
  return Attributes{payload.size() < padded ? ByteView{} : payload.subspan(padded)};
}

}  // namespace sekisho::kernel
