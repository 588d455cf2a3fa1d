// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/transaction.hpp"

#include "kernel/encode.hpp"
#include "kernel/fields.hpp"
#include "kernel/owned.hpp"
#include "kernel/sets.hpp"

#include <algorithm>
#include <map>

namespace sekisho::kernel {
namespace {

// One attribute holds 64 KB; a message is closed well before that.
constexpr std::uint32_t kListFull = 56 * 1024;
constexpr std::size_t kMostMessage = std::size_t{192} * 1024;
constexpr std::chrono::hours kWhile{1};
/// Between the look at the clock and an element's place in a set of the kernel.
constexpr std::chrono::milliseconds kOnTheWay{250};
/// A machine's clock that is further from the caller's is not the one that the caller goes by.
constexpr std::chrono::seconds kSameClock{10};

/// The caller knows the second alone, and since it looked time has gone by: an element whose time were counted from
/// there would outlive its end.
std::chrono::sys_time<std::chrono::milliseconds> to_the_moment(ruleset::Instant second) {
  const auto wall = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const bool same = wall >= second && wall - second < kSameClock;
  return (same ? wall : second + std::chrono::seconds{1}) + kOnTheWay;
}

/// Names are attributes of at most 255 characters; the kernel checks the rest.
Result<void> check_name(const std::string& name) {
  if (name.empty() || name.size() >= NFT_NAME_MAXLEN) {
    return fail("'" + name + "' is no name");
  }
  return {};
}

std::uint16_t create(std::uint16_t more = 0) { return static_cast<std::uint16_t>(NLM_F_CREATE | more); }

Owned<nftnl_chain> named_chain(const ruleset::TableId& table, const std::string& name) {
  auto chain = owned(nftnl_chain_alloc());
  nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_TABLE, table.name.c_str());
  nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_NAME, name.c_str());
  nftnl_chain_set_u32(chain.get(), NFTNL_CHAIN_FAMILY, number_of(table.family));
  return chain;
}

Owned<nftnl_rule> rule_of(const ruleset::TableId& table, const std::string& chain) {
  auto rule = owned(nftnl_rule_alloc());
  nftnl_rule_set_str(rule.get(), NFTNL_RULE_TABLE, table.name.c_str());
  nftnl_rule_set_str(rule.get(), NFTNL_RULE_CHAIN, chain.c_str());
  nftnl_rule_set_u32(rule.get(), NFTNL_RULE_FAMILY, number_of(table.family));
  return rule;
}

std::uint32_t number_of(ruleset::HookPoint point) {
  switch (point) {
    case ruleset::HookPoint::Ingress: return NF_NETDEV_INGRESS;
    case ruleset::HookPoint::Egress: return NF_NETDEV_EGRESS;
    default: return static_cast<std::uint32_t>(point);
  }
}

void set_hook(nftnl_chain& chain, const ruleset::Hook& hook) {
  nftnl_chain_set_str(&chain, NFTNL_CHAIN_TYPE, "filter");
  nftnl_chain_set_u32(&chain, NFTNL_CHAIN_HOOKNUM, number_of(hook.point));
  if (ruleset::is_of_device(hook.point)) {
    nftnl_chain_set_str(&chain, NFTNL_CHAIN_DEV, hook.device.c_str());
  }
  nftnl_chain_set_s32(&chain, NFTNL_CHAIN_PRIO, hook.priority);
  nftnl_chain_set_u32(&chain, NFTNL_CHAIN_POLICY, hook.policy_drop ? NF_DROP : NF_ACCEPT);
}

}  // namespace

Result<Transaction> Transaction::make(std::span<const Part> parts, ruleset::Instant now,
                                      const Options& options) {
  Transaction made{now, options};
  made.begin();
  for (const Part& part : parts) {
    if (auto written = made.write(part); !written) {
      return fail(std::move(written).error());
    }
  }
  made.end();
  return made;
}

Result<void> Transaction::write(const Part& part) {
  part_ = part;
  rule_numbers_.clear();
  if (auto named = check_name(part.batch->table.name); !named) {
    return fail(std::move(named).error().in("table"));
  }
  for (const ruleset::Operation& operation : part.batch->operations) {
    current_ = &operation;
    if (auto written = write(operation); !written) {
      steps_.push_back({used_, &operation, rule_number_});
      const auto last = static_cast<std::uint32_t>(options_.first_sequence + steps_.size() - 1);
      return fail(std::move(written).error().in("cannot " + describe(last, 0)));
    }
  }
  return {};
}

char* Transaction::room() {
  if (buffer_.size() < used_ + kMostMessage) {
    buffer_.resize(std::max(buffer_.size() * 2, used_ + 2 * kMostMessage));
  }
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libmnl writes chars
  return reinterpret_cast<char*>(buffer_.data() + used_);
}

nlmsghdr& Transaction::start(std::uint16_t type, std::uint16_t flags) {
  const auto sequence = static_cast<std::uint32_t>(options_.first_sequence + steps_.size());
  nlmsghdr* message = nftnl_nlmsg_build_hdr(
      room(), type, static_cast<std::uint16_t>(number_of(table().family)), flags, sequence);
  steps_.push_back({used_, current_, rule_number_});
  return *message;
}

void Transaction::finish(const nlmsghdr& message) {
  used_ += (message.nlmsg_len + std::size_t{3}) & ~std::size_t{3};
}

void Transaction::begin() {
  nlmsghdr* message = nftnl_batch_begin(room(), options_.first_sequence);
  if (options_.generation) {
    mnl_attr_put_u32(message, NFNL_BATCH_GENID, htonl(*options_.generation));
  }
  steps_.push_back({used_, nullptr, 0});
  finish(*message);
}

void Transaction::end() {
  end_ = used_;
  const auto sequence = static_cast<std::uint32_t>(options_.first_sequence + steps_.size());
  nlmsghdr* message = nftnl_batch_end(room(), sequence);
  message->nlmsg_flags |= NLM_F_ACK;
  steps_.push_back({used_, nullptr, 0});
  finish(*message);
}

Result<void> Transaction::write(const ruleset::Operation& operation) {
  return std::visit([this](const auto& one) { return write(one); }, operation);
}

Result<void> Transaction::write(const ruleset::AddTable& /*add*/) {
  const auto made = owned(nftnl_table_alloc());
  nftnl_table_set_str(made.get(), NFTNL_TABLE_NAME, table().name.c_str());
  nftnl_table_set_u32(made.get(), NFTNL_TABLE_FAMILY, number_of(table().family));
  nftnl_table_set_u32(made.get(), NFTNL_TABLE_FLAGS, part_.table_flags);
  nlmsghdr& message = start(NFT_MSG_NEWTABLE, create());
  nftnl_table_nlmsg_build_payload(&message, made.get());
  finish(message);
  return {};
}

Result<void> Transaction::write(const ruleset::AddChain& add) {
  if (auto named = check_name(add.chain.name); !named) {
    return named;
  }
  const auto chain = named_chain(table(), add.chain.name);
  if (add.chain.hook) {
    set_hook(*chain, *add.chain.hook);
  }
  nlmsghdr& message = start(NFT_MSG_NEWCHAIN, create());
  nftnl_chain_nlmsg_build_payload(&message, chain.get());
  finish(message);
  return {};
}

Result<void> Transaction::write(const ruleset::DeleteChain& erase) {
  if (auto named = check_name(erase.chain); !named) {
    return named;
  }
  const auto chain = named_chain(table(), erase.chain);
  nlmsghdr& message = start(NFT_MSG_DELCHAIN, 0);
  nftnl_chain_nlmsg_build_payload(&message, chain.get());
  finish(message);
  return {};
}

Result<void> Transaction::write(const ruleset::FlushChain& flush) {
  if (auto named = check_name(flush.chain); !named) {
    return named;
  }
  const auto rule = rule_of(table(), flush.chain);
  nlmsghdr& message = start(NFT_MSG_DELRULE, 0);
  nftnl_rule_nlmsg_build_payload(&message, rule.get());
  finish(message);
  return {};
}

Result<void> Transaction::write(const ruleset::AddRule& add) {
  rule_number_ = ++rule_numbers_[add.chain];
  if (auto named = check_name(add.chain); !named) {
    return named;
  }
  const auto rule = rule_of(table(), add.chain);
  if (auto encoded = encode(add.rule, *rule); !encoded) {
    return encoded;
  }
  nlmsghdr& message = start(NFT_MSG_NEWRULE, create(NLM_F_APPEND));
  nftnl_rule_nlmsg_build_payload(&message, rule.get());
  finish(message);
  return {};
}

Result<void> Transaction::write(const ruleset::AddSet& add) {
  if (auto named = check_name(add.shape.name); !named) {
    return named;
  }
  const auto set = encode_shape(table(), add.shape, ++sets_);
  if (!set) {
    return fail(set.error());
  }
  nlmsghdr& message = start(NFT_MSG_NEWSET, create());
  nftnl_set_nlmsg_build_payload(&message, set->get());
  finish(message);
  return {};
}

Result<void> Transaction::write(const ruleset::DeleteSet& erase) {
  if (auto named = check_name(erase.set); !named) {
    return named;
  }
  const auto set = owned(nftnl_set_alloc());
  nftnl_set_set_str(set.get(), NFTNL_SET_TABLE, table().name.c_str());
  nftnl_set_set_str(set.get(), NFTNL_SET_NAME, erase.set.c_str());
  nlmsghdr& message = start(NFT_MSG_DELSET, 0);
  nftnl_set_nlmsg_build_payload(&message, set.get());
  finish(message);
  return {};
}

Result<void> Transaction::write(const ruleset::AddElements& add) {
  return write_elements(Act::Add, add.shape, add.elements, Whole{to_the_moment(now_)});
}

Result<void> Transaction::write(const ruleset::DeleteElements& erase) {
  if (erase.shape.timeout) {
    // one that has just expired cannot be deleted and would void the batch: make sure that it is there
    auto added = write_elements(Act::Add, erase.shape, erase.elements, Lasting{kWhile});
    if (!added) {
      return added;
    }
  }
  return write_elements(Act::Delete, erase.shape, erase.elements, KeysOnly{});
}

Result<void> Transaction::write_elements(Act act, const ruleset::SetShape& shape,
                                         const ruleset::Elements& elements,
                                         const Extent& extent) {
  if (auto named = check_name(shape.name); !named) {
    return named;
  }
  nlmsghdr* message = nullptr;
  nlattr* list = nullptr;
  int index = 0;
  const auto close = [&] {
    if (message != nullptr) {
      mnl_attr_nest_end(message, list);
      finish(*message);
      message = nullptr;
    }
  };
  const auto open = [&] {
    message = act == Act::Add ? &start(NFT_MSG_NEWSETELEM, create()) : &start(NFT_MSG_DELSETELEM, 0);
    mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, table().name.c_str());
    mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, shape.name.c_str());
    list = mnl_attr_nest_start(message, NFTA_SET_ELEM_LIST_ELEMENTS);
    index = 0;
  };
  const std::function<void(nftnl_set_elem&)> put = [&](nftnl_set_elem& element) {
    if (message != nullptr && message->nlmsg_len > kListFull) {
      close();
    }
    if (message == nullptr) {
      open();
    }
    nftnl_set_elem_nlmsg_build(message, &element, ++index);
  };
  for (const ruleset::Element& element : elements) {
    if (auto encoded = encode_element(shape, element, extent, put); !encoded) {
      close();
      return encoded;
    }
  }
  close();
  return {};
}

}  // namespace sekisho::kernel
