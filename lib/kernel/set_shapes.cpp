// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/comments.hpp"
#include "kernel/fields.hpp"
#include "kernel/sets.hpp"

#include <algorithm>
#include <array>

namespace sekisho::kernel {
namespace {

using ruleset::Holds;
using ruleset::SetShape;
using ruleset::Type;

// nft packs the types of a concatenation into one number (src/datatype.c)
constexpr unsigned kTypeBits = 6;
constexpr std::size_t kMostFields = 5;
constexpr std::uint32_t kVerdictType = 0xffffff00;  // NFT_DATA_VERDICT
constexpr std::uint32_t kMarkLength = 4;

constexpr std::array kAllTypes{
    Type::NfProto,   Type::Integer,   Type::Ipv4Addr,    Type::Ipv6Addr,
    Type::EtherAddr, Type::EtherType, Type::InetProto,   Type::InetService,
    Type::Icmp4Type, Type::Mark,      Type::CtState,     Type::CtDirection,
    Type::Icmp6Type, Type::PktType,   Type::FibAddrType, Type::IfName};

std::uint32_t key_type(const SetShape& shape) {
  std::uint32_t number = 0;
  for (const Type type : shape.key) {
    number = (number << kTypeBits) | static_cast<std::uint32_t>(type);
  }
  return number;
}

std::uint32_t flags_of(const SetShape& shape) {
  std::uint32_t flags = 0;
  const auto add = [&flags](bool when, std::uint32_t flag) { flags |= when ? flag : 0U; };
  add(shape.interval, NFT_SET_INTERVAL);
  add(shape.interval && shape.key.size() > 1, NFT_SET_CONCAT);
  add(shape.holds != Holds::Keys, NFT_SET_MAP);
  add(shape.timeout, NFT_SET_TIMEOUT);
  add(shape.counter && shape.limit, NFT_SET_EXPR);
  return flags;
}

/// How nft prints single values and ranges of a type (its enum byteorder): 1 host, 2 big endian, 0
/// for concatenations.
std::uint32_t byte_order(const std::vector<Type>& key) {
  if (key.size() != 1) {
    return 0;
  }
  switch (key.front()) {
    case Type::Ipv4Addr:
    case Type::Ipv6Addr:
    case Type::EtherAddr:
    case Type::EtherType:
    case Type::InetProto:
    case Type::InetService:
    case Type::Icmp4Type:
    case Type::Icmp6Type: return 2;
    default: return 1;
  }
}

void set_user_data(nftnl_set& set, const SetShape& shape) {
  std::vector<std::pair<std::uint8_t, std::uint32_t>> numbers{
      {std::uint8_t{NFTNL_UDATA_SET_KEYBYTEORDER}, byte_order(shape.key)}};
  if (shape.holds != Holds::Keys) {
    numbers.emplace_back(std::uint8_t{NFTNL_UDATA_SET_DATABYTEORDER},
                         shape.holds == Holds::Marks ? 1U : 0U);
  }
  const auto data = number_data(numbers);
  nftnl_set_set_data(&set, NFTNL_SET_USERDATA, data.data(),
                     static_cast<std::uint32_t>(data.size()));
}

void add_expressions(nftnl_set& set, const SetShape& shape) {
  if (shape.counter) {
    nftnl_set_add_expr(&set, owned(nftnl_expr_alloc("counter")).release());
  }
  if (shape.limit) {
    auto limit = owned(nftnl_expr_alloc("limit"));
    nftnl_expr_set_u64(limit.get(), NFTNL_EXPR_LIMIT_RATE, shape.limit->packets_per_second);
    nftnl_expr_set_u64(limit.get(), NFTNL_EXPR_LIMIT_UNIT, 1);
    nftnl_expr_set_u32(limit.get(), NFTNL_EXPR_LIMIT_BURST, shape.limit->burst);
    nftnl_expr_set_u32(limit.get(), NFTNL_EXPR_LIMIT_TYPE, NFT_LIMIT_PKTS);
    nftnl_expr_set_u32(limit.get(), NFTNL_EXPR_LIMIT_FLAGS, 0);
    nftnl_set_add_expr(&set, limit.release());
  }
}

void describe_fields(nftnl_set& set, const SetShape& shape) {
  if (shape.size) {
    nftnl_set_set_u32(&set, NFTNL_SET_DESC_SIZE, *shape.size);
  }
  if (shape.interval && shape.key.size() > 1) {
    std::array<std::uint8_t, kMostFields> lengths{};
    std::ranges::transform(shape.key, lengths.begin(), [](Type type) {
      return static_cast<std::uint8_t>(ruleset::length_of(type));
    });
    nftnl_set_set_data(&set, NFTNL_SET_DESC_CONCAT, lengths.data(),
                       static_cast<std::uint32_t>(shape.key.size()));
  }
}

std::optional<Type> type_numbered(std::uint32_t number) {
  for (const Type type : kAllTypes) {
    if (static_cast<std::uint32_t>(type) == number) {
      return type;
    }
  }
  return std::nullopt;
}

/// The fields of a key; empty when one is unknown or the length does not fit.
std::vector<Type> decode_key(std::uint32_t number, std::uint32_t length) {
  std::vector<Type> key;
  for (; number != 0; number >>= kTypeBits) {
    const auto type = type_numbered(number & ((1U << kTypeBits) - 1));
    if (!type) {
      return {};
    }
    key.insert(key.begin(), *type);
  }
  return key_length(key) == length ? key : std::vector<Type>{};
}

/// Takes the expressions of a set over; false for any that a shape cannot say.
bool decode_expression(const Attributes& expression, SetShape& shape) {
  const std::string_view name = expression.text(NFTA_EXPR_NAME);
  const Attributes data = expression.nested(NFTA_EXPR_DATA);
  if (name == "counter") {
    return !std::exchange(shape.counter, true);
  }
  const auto rate = data.u64(NFTA_LIMIT_RATE);
  const auto burst = data.u32(NFTA_LIMIT_BURST);
  if (name != "limit" || shape.limit || !rate || *rate > UINT32_MAX || !burst ||
      data.u64(NFTA_LIMIT_UNIT) != 1U || data.u32(NFTA_LIMIT_TYPE).value_or(0) != NFT_LIMIT_PKTS ||
      data.u32(NFTA_LIMIT_FLAGS).value_or(0) != 0) {
    return false;
  }
  shape.limit = ruleset::Rate{static_cast<std::uint32_t>(*rate), *burst};
  return true;
}

bool decode_expressions(const Attributes& set, SetShape& shape) {
  if (const auto one = set.find(NFTA_SET_EXPR)) {
    return decode_expression(Attributes{*one}, shape);
  }
  for (const Attribute& item : set.nested(NFTA_SET_EXPRESSIONS)) {
    if (!decode_expression(Attributes{item.payload}, shape)) {
      return false;
    }
  }
  return true;
}

/// What maps map to; nothing for what no shape holds.
std::optional<Holds> decode_holds(const Attributes& set, std::uint32_t flags) {
  if ((flags & NFT_SET_MAP) == 0) {
    return Holds::Keys;
  }
  const auto type = set.u32(NFTA_SET_DATA_TYPE);
  if (type == kVerdictType) {
    return Holds::Verdicts;
  }
  return type == static_cast<std::uint32_t>(Type::Mark) && set.u32(NFTA_SET_DATA_LEN) == kMarkLength
             ? std::optional{Holds::Marks}
             : std::nullopt;
}

}  // namespace

std::uint32_t key_length(const std::vector<Type>& key) {
  if (key.size() == 1) {
    return static_cast<std::uint32_t>(ruleset::length_of(key.front()));
  }
  std::uint32_t length = 0;
  for (const Type type : key) {
    length += padded_length(type);
  }
  return length;
}

Result<Owned<nftnl_set>> encode_shape(const ruleset::TableId& table, const SetShape& shape,
                                      std::uint32_t id) {
  if (shape.key.empty() || shape.key.size() > kMostFields ||
      key_length(shape.key) > ruleset::Bytes::kMost) {
    return fail("a key of " + std::to_string(shape.key.size()) + " fields");
  }
  auto set = owned(nftnl_set_alloc());
  nftnl_set_set_str(set.get(), NFTNL_SET_TABLE, table.name.c_str());
  nftnl_set_set_str(set.get(), NFTNL_SET_NAME, shape.name.c_str());
  nftnl_set_set_u32(set.get(), NFTNL_SET_FAMILY, number_of(table.family));
  nftnl_set_set_u32(set.get(), NFTNL_SET_ID, id);
  nftnl_set_set_u32(set.get(), NFTNL_SET_FLAGS, flags_of(shape));
  nftnl_set_set_u32(set.get(), NFTNL_SET_KEY_TYPE, key_type(shape));
  nftnl_set_set_u32(set.get(), NFTNL_SET_KEY_LEN, key_length(shape.key));
  if (shape.holds != Holds::Keys) {
    const bool marks = shape.holds == Holds::Marks;
    nftnl_set_set_u32(set.get(), NFTNL_SET_DATA_TYPE,
                      marks ? static_cast<std::uint32_t>(Type::Mark) : kVerdictType);
    nftnl_set_set_u32(set.get(), NFTNL_SET_DATA_LEN, marks ? kMarkLength : 0);
  }
  describe_fields(*set, shape);
  set_user_data(*set, shape);
  add_expressions(*set, shape);
  return set;
}

std::optional<SetShape> decode_shape(const Attributes& set) {
  constexpr std::uint32_t kKnown =
      NFT_SET_INTERVAL | NFT_SET_CONCAT | NFT_SET_MAP | NFT_SET_TIMEOUT | NFT_SET_EXPR;
  SetShape shape;
  shape.name = set.text(NFTA_SET_NAME);
  if (shape.name.empty()) {
    return std::nullopt;
  }
  const std::uint32_t flags = set.u32(NFTA_SET_FLAGS).value_or(0);
  shape.key =
      decode_key(set.u32(NFTA_SET_KEY_TYPE).value_or(0), set.u32(NFTA_SET_KEY_LEN).value_or(0));
  shape.interval = (flags & NFT_SET_INTERVAL) != 0;
  shape.timeout = (flags & NFT_SET_TIMEOUT) != 0;
  shape.size = set.nested(NFTA_SET_DESC).u32(NFTA_SET_DESC_SIZE);
  const auto holds = decode_holds(set, flags);
  shape.holds = holds.value_or(Holds::Keys);
  const bool ours = decode_expressions(set, shape) && holds && (flags & ~kKnown) == 0 &&
                    set.u64(NFTA_SET_TIMEOUT).value_or(0) == 0;
  if (!ours) {
    shape.key.clear();
  }
  return shape;
}

}  // namespace sekisho::kernel
