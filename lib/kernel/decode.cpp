// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/decode.hpp"

#include "base/escape.hpp"
#include "kernel/encode.hpp"
#include "kernel/fields.hpp"
#include "kernel/message.hpp"
#include "kernel/owned.hpp"

#include <net/if_arp.h>

#include <algorithm>

namespace sekisho::kernel {
namespace {

using ruleset::Bytes;
using ruleset::Field;
using ruleset::Mark;

constexpr std::uint8_t kIcmp6 = 58;
constexpr std::uint8_t kIpv6 = 10;

std::optional<std::uint32_t> host_word(ByteView bytes) {
  return bytes.size() == sizeof(std::uint32_t) ? structure<std::uint32_t>(bytes) : std::nullopt;
}

ByteView value_in(const Attributes& data) {
  return data.find(NFTA_DATA_VALUE).value_or(ByteView{});
}

/// The attributes of `meta` and `ct`, which differ in number alone, and the key that is the mark.
struct MarkWords {
  std::uint16_t key;
  std::uint16_t source;
  std::uint16_t target;
  std::uint32_t mark;
};
constexpr MarkWords kMetaWords{NFTA_META_KEY, NFTA_META_SREG, NFTA_META_DREG, NFT_META_MARK};
constexpr MarkWords kCtWords{NFTA_CT_KEY, NFTA_CT_SREG, NFTA_CT_DREG, NFT_CT_MARK};

/// `register & keep ^ flip` of the field loaded last.
struct Change {
  ByteView keep;
  ByteView flip;
};

/// Reads one rule. Each step answers whether `encode` could have written what was seen so far: fields are loaded one
/// behind the other from the first register on, and one more expression uses them all up.
class Decoder {
 public:
  bool step(std::string_view name, const Attributes& data) {
    if (name == "meta" || name == "ct") {
      return mark_or_load(name == "meta" ? Mark::Meta : Mark::Ct, data);
    }
    if (name == "payload" || name == "fib" || name == "rt") {
      return load(name, data);
    }
    if (name == "bitwise") {
      return bitwise(data);
    }
    if (name == "byteorder") {
      return byteorder(data);
    }
    if (name == "cmp") {
      return compare(data);
    }
    if (name == "lookup") {
      return lookup(data);
    }
    if (name == "immediate") {
      return immediate(data);
    }
    if (name == "tproxy") {
      return tproxy(data);
    }
    return idle() && plain(name, data);
  }

  /// The statements, when nothing is left half said.
  std::optional<std::vector<ruleset::Statement>> finish() && {
    if (!idle() || ethernet_ == Ethernet::JustProven) {
      return std::nullopt;
    }
    return std::move(statements_);
  }

 private:
  enum class Ethernet : std::uint8_t { Unproven, JustProven, Proven };

  [[nodiscard]] bool idle() const {
    return key_.empty() && !iif_type_ && !change_ && !value_ && !map_ && !port_;
  }

  /// Ends the statement: its key is used up. The proof of Ethernet must be followed by its first use.
  bool say(ruleset::Statement statement) {
    const bool uses = std::ranges::any_of(key_, is_of_the_link);
    if (ethernet_ == (uses ? Ethernet::Unproven : Ethernet::JustProven)) {
      return false;
    }
    ethernet_ = uses ? Ethernet::Proven : ethernet_;
    statements_.push_back(std::move(statement));
    key_.clear();
    offset_ = 0;
    masked_ = false;
    change_.reset();
    value_.reset();
    map_.reset();
    port_.reset();
    return true;
  }

  bool mark_or_load(Mark mark, const Attributes& data) {
    const MarkWords& words = mark == Mark::Meta ? kMetaWords : kCtWords;
    const auto key = data.u32(words.key);
    if (!key || (mark == Mark::Ct && data.has(NFTA_CT_DIRECTION))) {
      return false;
    }
    if (const auto source = data.u32(words.source)) {
      return offset_of(*source) == 0U && *key == words.mark && store(mark);
    }
    const auto target = data.u32(words.target);
    if (mark == Mark::Meta && *key == NFT_META_IIFTYPE) {
      iif_type_ = idle() && ethernet_ == Ethernet::Unproven && target && offset_of(*target) == 0U;
      return iif_type_;
    }
    return loaded({mark == Mark::Meta ? Source::Meta : Source::Ct, *key, 0, 0}, target);
  }

  bool load(std::string_view name, const Attributes& data) {
    if (name == "payload") {
      const auto base = data.u32(NFTA_PAYLOAD_BASE);
      const auto offset = data.u32(NFTA_PAYLOAD_OFFSET);
      const auto length = data.u32(NFTA_PAYLOAD_LEN);
      return base && offset && length &&
             loaded({Source::Payload, *base, *offset, *length}, data.u32(NFTA_PAYLOAD_DREG));
    }
    if (name == "fib") {
      const auto flags = data.u32(NFTA_FIB_FLAGS);
      return flags && data.u32(NFTA_FIB_RESULT) == NFT_FIB_RESULT_ADDRTYPE &&
             loaded({Source::Fib, *flags, 0, 0}, data.u32(NFTA_FIB_DREG));
    }
    const auto key = data.u32(NFTA_RT_KEY);
    return key && loaded({Source::Route, *key, 0, 0}, data.u32(NFTA_RT_DREG));
  }

  bool loaded(const Load& from, std::optional<std::uint32_t> target) {
    auto field = field_of(from);
    if (!field || !target || offset_of(*target) != offset_ || iif_type_ || change_ || value_ || map_ ||
        port_ || !whole()) {
      return false;
    }
    if (*field == Field::IcmpType && (l4_ == kIcmp6 || (!l4_ && nf_ == kIpv6))) {
      field = Field::Icmp6Type;
    }
    key_.push_back(*field);
    masked_ = false;
    offset_ += padded_length(*field);
    return true;
  }

  /// Of the field loaded last, all that makes it that field has been done.
  [[nodiscard]] bool whole() const { return key_.empty() || masked_ || !mask_of(key_.back()); }

  bool bitwise(const Attributes& data) {
    const auto source = data.u32(NFTA_BITWISE_SREG);
    if (key_.empty() || change_ || masked_ || !source || source != data.u32(NFTA_BITWISE_DREG) ||
        offset_of(*source) != offset_ - padded_length(key_.back()) ||
        data.u32(NFTA_BITWISE_OP).value_or(NFT_BITWISE_BOOL) != NFT_BITWISE_BOOL) {
      return false;
    }
    const Change change{value_in(data.nested(NFTA_BITWISE_MASK)), value_in(data.nested(NFTA_BITWISE_XOR))};
    if (const auto mask = mask_of(key_.back())) {
      masked_ = change.keep.size() == 1 && change.keep.front() == *mask && change.flip.size() == 1 &&
                change.flip.front() == 0;
      return masked_;
    }
    change_ = change;
    return key_.size() == 1;
  }

  /// nft converts single bytes in concatenations, which changes nothing.
  bool byteorder(const Attributes& data) const {
    return !key_.empty() && data.u32(NFTA_BYTEORDER_LEN) == 1U && !change_;
  }

  bool compare(const Attributes& data) {
    const auto source = data.u32(NFTA_CMP_SREG);
    const auto operation = data.u32(NFTA_CMP_OP);
    const ByteView value = value_in(data.nested(NFTA_CMP_DATA));
    if (!source || offset_of(*source) != 0U || (operation != NFT_CMP_EQ && operation != NFT_CMP_NEQ)) {
      return false;
    }
    if (iif_type_) {
      iif_type_ = false;
      ethernet_ = Ethernet::JustProven;
      return operation == NFT_CMP_EQ && value.size() == 2 &&
             structure<std::uint16_t>(value) == std::uint16_t{ARPHRD_ETHER};
    }
    if (key_.size() != 1 || !whole()) {
      return false;
    }
    const Field field = key_.front();
    if (change_) {
      const auto mask = host_word(change_->keep);
      return mask && host_word(change_->flip) == 0U && host_word(value) == 0U &&
             operation == NFT_CMP_NEQ && say(ruleset::HasBits{field, *mask});
    }
    if (value.size() != ruleset::length_of(type_of(field))) {
      return false;
    }
    remember(field, operation == NFT_CMP_EQ, value);
    return say(ruleset::Compare{field, operation == NFT_CMP_NEQ, Bytes{value}});
  }

  /// Which header follows, for what one load cannot tell.
  void remember(Field field, bool equal, ByteView value) {
    if (equal && field == Field::L4Proto) {
      l4_ = value.front();
    } else if (equal && field == Field::NfProto) {
      nf_ = value.front();
    }
  }

  bool lookup(const Attributes& data) {
    const auto source = data.u32(NFTA_LOOKUP_SREG);
    const std::string set{data.text(NFTA_LOOKUP_SET)};
    const auto target = data.u32(NFTA_LOOKUP_DREG);
    const std::uint32_t flags = data.u32(NFTA_LOOKUP_FLAGS).value_or(0);
    if (!source || offset_of(*source) != 0U || set.empty() || key_.empty() || change_ || map_ || !whole() ||
        (flags & ~std::uint32_t{NFT_LOOKUP_F_INV}) != 0 || (target && flags != 0)) {
      return false;
    }
    if (!target) {
      return say(ruleset::InSet{key_, flags != 0, set});
    }
    if (*target == NFT_REG_VERDICT) {
      return say(ruleset::MapVerdict{key_, set});
    }
    map_ = set;
    return offset_of(*target) == 0U;
  }

  /// A mark takes what the first register holds.
  bool store(Mark mark) {
    if (value_) {
      return say(ruleset::SetMark{mark, *value_});
    }
    if (map_) {
      return say(ruleset::MapMark{mark, key_, *map_});
    }
    const Field own = mark == Mark::Meta ? Field::MetaMark : Field::CtMark;
    if (change_ && key_ == std::vector{own}) {
      const auto keep = host_word(change_->keep);
      const auto flip = host_word(change_->flip);
      return keep && flip && say(ruleset::ChangeMark{mark, *keep, *flip});
    }
    return false;
  }

  bool immediate(const Attributes& data) {
    const auto target = data.u32(NFTA_IMMEDIATE_DREG);
    const Attributes value = data.nested(NFTA_IMMEDIATE_DATA);
    if (!target || !idle()) {
      return false;
    }
    if (*target != NFT_REG_VERDICT) {
      value_ = host_word(value_in(value));
      port_ = port_in(value_in(value));
      return (value_ || port_) && offset_of(*target) == 0U;
    }
    auto verdict = decode_verdict(value.find(NFTA_DATA_VERDICT).value_or(ByteView{}));
    return verdict && say(*std::move(verdict));
  }

  static std::optional<std::uint16_t> port_in(ByteView bytes) {
    Reader reader{bytes};
    const std::uint16_t port = reader.u16();
    return reader.failed() || reader.left() > 0 ? std::nullopt : std::optional{port};
  }

  /// To any address, by the port alone.
  bool tproxy(const Attributes& data) {
    const auto port = data.u32(NFTA_TPROXY_REG_PORT);
    return port_ && port && offset_of(*port) == 0U && !data.has(NFTA_TPROXY_REG_ADDR) &&
           data.u32(NFTA_TPROXY_FAMILY) == std::uint32_t{NFPROTO_UNSPEC} &&
           say(ruleset::Tproxy{*port_});
  }

  /// What needs no register.
  bool plain(std::string_view name, const Attributes& data) {
    if (name == "counter") {
      return say(ruleset::Counter{});
    }
    const auto group = data.u16(NFTA_LOG_GROUP);
    if (name != "log" || !group || data.has(NFTA_LOG_PREFIX) || data.has(NFTA_LOG_LEVEL) ||
        data.has(NFTA_LOG_FLAGS)) {
      return false;
    }
    return say(ruleset::Log{*group, data.u32(NFTA_LOG_SNAPLEN).value_or(0),
                            data.u16(NFTA_LOG_QTHRESHOLD).value_or(0)});
  }

  std::vector<ruleset::Statement> statements_;
  std::vector<Field> key_;
  std::uint32_t offset_ = 0;  ///< where the next field of the key goes
  bool masked_ = false;       ///< the last field's other bits are gone
  bool iif_type_ = false;
  std::optional<Change> change_;
  std::optional<std::uint32_t> value_;
  std::optional<std::string> map_;
  std::optional<std::uint16_t> port_;
  Ethernet ethernet_ = Ethernet::Unproven;
  std::optional<std::uint8_t> l4_;
  std::optional<std::uint8_t> nf_;
};

/// The names of the expressions, for the reader of a drift report.
std::string names_of(ByteView expressions) {
  constexpr std::size_t kMost = 400;
  std::string names;
  for (const Attribute& item : Attributes{expressions}) {
    if (names.size() > kMost) {
      return names + ", …";
    }
    names += (names.empty() ? "" : ", ") + escaped(Attributes{item.payload}.text(NFTA_EXPR_NAME).substr(0, 32));
  }
  return names.empty() ? "no expressions" : names;
}

}  // namespace

std::vector<ruleset::Statement> decode(ByteView expressions) {
  Decoder decoder;
  for (const Attribute& item : Attributes{expressions}) {
    const Attributes expression{item.payload};
    if (!decoder.step(expression.text(NFTA_EXPR_NAME), expression.nested(NFTA_EXPR_DATA))) {
      return {ruleset::Foreign{names_of(expressions)}};
    }
  }
  auto statements = std::move(decoder).finish();
  return statements ? *std::move(statements)
                    : std::vector<ruleset::Statement>{ruleset::Foreign{names_of(expressions)}};
}

std::optional<ruleset::Verdict> decode_verdict(ByteView verdict) {
  using ruleset::VerdictKind;
  const Attributes parts{verdict};
  const auto code = parts.u32(NFTA_VERDICT_CODE);
  const std::string chain{parts.text(NFTA_VERDICT_CHAIN)};
  for (const VerdictKind kind : {VerdictKind::Accept, VerdictKind::Drop, VerdictKind::Jump,
                                 VerdictKind::Goto, VerdictKind::Return}) {
    const bool leads = kind == VerdictKind::Jump || kind == VerdictKind::Goto;
    if (code == verdict_code(kind) && leads != chain.empty()) {
      return ruleset::Verdict{kind, chain};
    }
  }
  return std::nullopt;
}

}  // namespace sekisho::kernel
