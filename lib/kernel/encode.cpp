// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/encode.hpp"

#include "kernel/comments.hpp"
#include "kernel/fields.hpp"
#include "kernel/owned.hpp"

#include <net/if_arp.h>

#include <algorithm>
#include <array>

namespace sekisho::kernel {
namespace {

using ruleset::Bytes;
using ruleset::Field;
using ruleset::Mark;

constexpr std::size_t kMostStatements = 40;  // the kernel takes 128 expressions, a statement makes a few

template <typename Number>
std::span<const std::uint8_t> raw(const Number& number) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the number's bytes in host order
  return {reinterpret_cast<const std::uint8_t*>(&number), sizeof number};
}

void set_data(nftnl_expr& expression, std::uint16_t attribute, std::span<const std::uint8_t> bytes) {
  nftnl_expr_set(&expression, attribute, bytes.data(), static_cast<std::uint32_t>(bytes.size()));
}

class Encoder {
 public:
  explicit Encoder(nftnl_rule& rule) : rule_{rule} {}

  Result<void> operator()(const ruleset::Compare& compare) {
    if (compare.value.size() != ruleset::length_of(type_of(compare.field))) {
      return fail("a value of " + std::to_string(compare.value.size()) + " bytes for '" +
                  std::string{ruleset::name_of(compare.field)} + "'");
    }
    if (auto loaded = load_key({compare.field}); !loaded) {
      return loaded;
    }
    add_compare(compare.negated ? NFT_CMP_NEQ : NFT_CMP_EQ, compare.value.view());
    return {};
  }

  Result<void> operator()(const ruleset::HasBits& has) {
    if (ruleset::length_of(type_of(has.field)) != sizeof has.mask) {
      return fail("'" + std::string{ruleset::name_of(has.field)} + "' has no bits to look at");
    }
    if (auto loaded = load_key({has.field}); !loaded) {
      return loaded;
    }
    const std::uint32_t none = 0;
    add_bitwise(0, raw(has.mask), raw(none));
    add_compare(NFT_CMP_NEQ, raw(none));
    return {};
  }

  Result<void> operator()(const ruleset::InSet& in) {
    return look_up(in.key, in.set, std::nullopt, in.negated);
  }

  Result<void> operator()(const ruleset::SetMark& set) {
    nftnl_expr& expression = add("immediate");
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
    set_data(expression, NFTNL_EXPR_IMM_DATA, raw(set.value));
    store(set.mark);
    return {};
  }

  Result<void> operator()(const ruleset::ChangeMark& change) {
    load(change.mark == Mark::Meta ? Field::MetaMark : Field::CtMark, 0);
    add_bitwise(0, raw(change.keep), raw(change.flip));
    store(change.mark);
    return {};
  }

  Result<void> operator()(const ruleset::MapMark& map) {
    if (auto looked = look_up(map.key, map.map, NFT_REG_1, false); !looked) {
      return looked;
    }
    store(map.mark);
    return {};
  }

  Result<void> operator()(const ruleset::MapVerdict& map) {
    return look_up(map.key, map.map, NFT_REG_VERDICT, false);
  }

  Result<void> operator()(const ruleset::Verdict& verdict) {
    nftnl_expr& expression = add("immediate");
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_IMM_VERDICT, verdict_code(verdict.kind));
    if (!verdict.chain.empty()) {
      nftnl_expr_set_str(&expression, NFTNL_EXPR_IMM_CHAIN, verdict.chain.c_str());
    }
    return {};
  }

  Result<void> operator()(const ruleset::Log& log) {
    nftnl_expr& expression = add("log");
    nftnl_expr_set_u16(&expression, NFTNL_EXPR_LOG_GROUP, log.group);
    // a snaplen of zero would be taken literally
    if (log.snaplen != 0) {
      nftnl_expr_set_u32(&expression, NFTNL_EXPR_LOG_SNAPLEN, log.snaplen);
    }
    if (log.queue_threshold != 0) {
      nftnl_expr_set_u16(&expression, NFTNL_EXPR_LOG_QTHRESHOLD, log.queue_threshold);
    }
    return {};
  }

  Result<void> operator()(const ruleset::Counter& /*counter*/) {
    add("counter");
    return {};
  }

  Result<void> operator()(const ruleset::Tproxy& tproxy) {
    nftnl_expr& port = add("immediate");
    nftnl_expr_set_u32(&port, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
    set_data(port, NFTNL_EXPR_IMM_DATA, ruleset::bytes_of(tproxy.port).view());
    nftnl_expr& expression = add("tproxy");
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_TPROXY_FAMILY, NFPROTO_UNSPEC);
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_TPROXY_REG_PORT, NFT_REG_1);
    return {};
  }

  Result<void> operator()(const ruleset::Foreign& foreign) {
    return fail("cannot write a foreign statement '" + foreign.text + "'");
  }

 private:
  nftnl_expr& add(const char* name) {
    auto expression = owned(nftnl_expr_alloc(name));
    nftnl_expr& made = *expression;
    nftnl_rule_add_expr(&rule_, expression.release());
    return made;
  }

  void add_compare(std::uint32_t operation, std::span<const std::uint8_t> value) {
    nftnl_expr& expression = add("cmp");
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_CMP_OP, operation);
    set_data(expression, NFTNL_EXPR_CMP_DATA, value);
  }

  void add_bitwise(std::uint32_t offset, std::span<const std::uint8_t> mask,
                   std::span<const std::uint8_t> flip) {
    nftnl_expr& expression = add("bitwise");
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_BITWISE_SREG, register_at(offset));
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_BITWISE_DREG, register_at(offset));
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_BOOL);
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_BITWISE_LEN, static_cast<std::uint32_t>(mask.size()));
    set_data(expression, NFTNL_EXPR_BITWISE_MASK, mask);
    set_data(expression, NFTNL_EXPR_BITWISE_XOR, flip);
  }

  void load_meta(std::uint32_t key, std::uint32_t target) {
    nftnl_expr& expression = add("meta");
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_META_KEY, key);
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_META_DREG, target);
  }

  void load_payload(const Load& from, std::uint32_t target) {
    nftnl_expr& expression = add("payload");
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_PAYLOAD_DREG, target);
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_PAYLOAD_BASE, from.key);
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_PAYLOAD_OFFSET, from.offset);
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_PAYLOAD_LEN, from.length);
  }

  void load_other(const Load& from, std::uint32_t target) {
    if (from.source == Source::Ct) {
      nftnl_expr& expression = add("ct");
      nftnl_expr_set_u32(&expression, NFTNL_EXPR_CT_KEY, from.key);
      nftnl_expr_set_u32(&expression, NFTNL_EXPR_CT_DREG, target);
    } else if (from.source == Source::Fib) {
      nftnl_expr& expression = add("fib");
      nftnl_expr_set_u32(&expression, NFTNL_EXPR_FIB_FLAGS, from.key);
      nftnl_expr_set_u32(&expression, NFTNL_EXPR_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
      nftnl_expr_set_u32(&expression, NFTNL_EXPR_FIB_DREG, target);
    } else {
      nftnl_expr& expression = add("rt");
      nftnl_expr_set_u32(&expression, NFTNL_EXPR_RT_KEY, from.key);
      nftnl_expr_set_u32(&expression, NFTNL_EXPR_RT_DREG, target);
    }
  }

  void load(Field field, std::uint32_t offset) {
    const Load& from = load_of(field);
    switch (from.source) {
      case Source::Meta: load_meta(from.key, register_at(offset)); break;
      case Source::Payload: load_payload(from, register_at(offset)); break;
      default: load_other(from, register_at(offset)); break;
    }
    if (const auto mask = mask_of(field)) {
      const std::uint8_t none = 0;
      add_bitwise(offset, raw(*mask), raw(none));
    }
  }

  /// The link-layer header is Ethernet's: once per rule, before its first use.
  void prove_ethernet() {
    if (!ethernet_) {
      const std::uint16_t type = ARPHRD_ETHER;
      load_meta(NFT_META_IIFTYPE, NFT_REG_1);
      add_compare(NFT_CMP_EQ, raw(type));
      ethernet_ = true;
    }
  }

  Result<void> load_key(const std::vector<Field>& key) {
    std::uint32_t length = 0;
    for (const Field field : key) {
      length += padded_length(field);
    }
    if (key.empty() || length > Bytes::kMost) {
      return fail("a key of " + std::to_string(length) + " bytes");
    }
    if (std::ranges::any_of(key, is_of_the_link)) {
      prove_ethernet();
    }
    std::uint32_t offset = 0;
    for (const Field field : key) {
      load(field, offset);
      offset += padded_length(field);
    }
    return {};
  }

  Result<void> look_up(const std::vector<Field>& key, const std::string& set,
                       std::optional<std::uint32_t> target, bool negated) {
    if (auto loaded = load_key(key); !loaded) {
      return loaded;
    }
    nftnl_expr& expression = add("lookup");
    nftnl_expr_set_u32(&expression, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
    nftnl_expr_set_str(&expression, NFTNL_EXPR_LOOKUP_SET, set.c_str());
    if (target) {
      nftnl_expr_set_u32(&expression, NFTNL_EXPR_LOOKUP_DREG, *target);
    }
    if (negated) {
      nftnl_expr_set_u32(&expression, NFTNL_EXPR_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
    }
    return {};
  }

  void store(Mark mark) {
    if (mark == Mark::Meta) {
      nftnl_expr& expression = add("meta");
      nftnl_expr_set_u32(&expression, NFTNL_EXPR_META_KEY, NFT_META_MARK);
      nftnl_expr_set_u32(&expression, NFTNL_EXPR_META_SREG, NFT_REG_1);
    } else {
      nftnl_expr& expression = add("ct");
      nftnl_expr_set_u32(&expression, NFTNL_EXPR_CT_KEY, NFT_CT_MARK);
      nftnl_expr_set_u32(&expression, NFTNL_EXPR_CT_SREG, NFT_REG_1);
    }
  }

  nftnl_rule& rule_;
  bool ethernet_ = false;
};

}  // namespace

Result<void> encode(const ruleset::Rule& rule, nftnl_rule& into) {
  if (rule.statements.size() > kMostStatements) {
    return fail("a rule of " + std::to_string(rule.statements.size()) + " statements");
  }
  Encoder encoder{into};
  for (const ruleset::Statement& statement : rule.statements) {
    if (auto done = std::visit(encoder, statement); !done) {
      return done;
    }
  }
  const auto comment = comment_data(rule.comment);
  if (!comment) {
    return fail(comment.error());
  }
  if (!comment->empty()) {
    nftnl_rule_set_data(&into, NFTNL_RULE_USERDATA, comment->data(),
                        static_cast<std::uint32_t>(comment->size()));
  }
  return {};
}

std::uint32_t verdict_code(ruleset::VerdictKind kind) {
  static constexpr std::array<int, 5> kCodes{NF_ACCEPT, NF_DROP, NFT_JUMP, NFT_GOTO, NFT_RETURN};
  return static_cast<std::uint32_t>(kCodes.at(static_cast<std::size_t>(kind)));
}

}  // namespace sekisho::kernel
