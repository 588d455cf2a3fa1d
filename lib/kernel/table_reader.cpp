// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/table_reader.hpp"

#include "base/escape.hpp"
#include "kernel/comments.hpp"
#include "kernel/decode.hpp"
#include "kernel/fields.hpp"
#include "kernel/message.hpp"
#include "kernel/owned.hpp"

namespace sekisho::kernel {
namespace {

using ruleset::Chain;
using ruleset::Foreign;
using ruleset::Hook;
using ruleset::Rule;

Attributes attributes_of(ByteView payload) {
  return attributes_after(payload, sizeof(nfgenmsg));
}

Rule foreign(std::string text) {
  return Rule{{Foreign{std::move(text)}}, {}};
}

/// The one device of a hook; empty where it has none or several.
std::string device_of(const Attributes& hook) {
  if (hook.has(NFTA_HOOK_DEV)) {
    return std::string{hook.text(NFTA_HOOK_DEV)};
  }
  std::string device;
  std::size_t count = 0;
  for (const Attribute& one : hook.nested(NFTA_HOOK_DEVS)) {
    const auto* text = reinterpret_cast<const char*>(
        one.payload.data());  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast): a name
    device.assign(text, ::strnlen(text, one.payload.size()));
    ++count;
  }
  return count == 1 ? device : "";
}

/// The hook of a base chain; what it says beside that goes to `oddities`.
std::optional<Hook> decode_hook(const Attributes& chain, ruleset::TableFamily family,
                                std::vector<Rule>& oddities) {
  const Attributes hook = chain.nested(NFTA_CHAIN_HOOK);
  const auto point = hook.u32(NFTA_HOOK_HOOKNUM);
  const auto priority = hook.u32(NFTA_HOOK_PRIORITY);
  if (!chain.has(NFTA_CHAIN_HOOK)) {
    return std::nullopt;
  }
  if (chain.text(NFTA_CHAIN_TYPE) != "filter") {
    oddities.push_back(foreign("a chain of type '" + escaped(chain.text(NFTA_CHAIN_TYPE)) + "'"));
  }
  Hook made;
  if (family == ruleset::TableFamily::Netdev) {
    made.point = point == std::uint32_t{NF_NETDEV_EGRESS} ? ruleset::HookPoint::Egress
                                                          : ruleset::HookPoint::Ingress;
    made.device = device_of(hook);
  } else {
    made.point = static_cast<ruleset::HookPoint>(std::min<std::uint32_t>(point.value_or(0), 4));
  }
  const bool known = family == ruleset::TableFamily::Netdev
                         ? point <= std::uint32_t{NF_NETDEV_EGRESS} && !made.device.empty()
                         : point <= static_cast<std::uint32_t>(ruleset::HookPoint::Postrouting) &&
                               !hook.has(NFTA_HOOK_DEV) && !hook.has(NFTA_HOOK_DEVS);
  if (!point || !priority || !known) {
    oddities.push_back(foreign("a chain on another hook"));
  }
  made.priority = static_cast<std::int32_t>(priority.value_or(0));
  made.policy_drop = chain.u32(NFTA_CHAIN_POLICY) == std::uint32_t{NF_DROP};
  return made;
}

}  // namespace

TableInfo decode_table(ByteView payload) {
  const Attributes table = attributes_of(payload);
  return {true, table.u32(NFTA_TABLE_FLAGS).value_or(0), table.u32(NFTA_TABLE_OWNER).value_or(0)};
}

TableReader::TableReader(ruleset::TableId table, const TableInfo& info, ruleset::Instant now)
    : id_{std::move(table)}, info_{info}, now_{now} {}

bool TableReader::concerns(ByteView payload, std::uint16_t table_attribute) const {
  const auto header = structure<nfgenmsg>(payload);
  return header && header->nfgen_family == number_of(id_.family) &&
         attributes_of(payload).text(table_attribute) == id_.name;
}

Result<void> TableReader::add_set(ByteView payload) {
  if (!concerns(payload, NFTA_SET_TABLE)) {
    return {};
  }
  auto shape = decode_shape(attributes_of(payload));
  if (!shape) {
    return fail("the kernel lists a set without a name");
  }
  const std::string name = shape->name;
  sets_.try_emplace(name, *std::move(shape), now_);
  return {};
}

Result<void> TableReader::add_elements(ByteView payload) {
  if (!concerns(payload, NFTA_SET_ELEM_LIST_TABLE)) {
    return {};
  }
  const Attributes list = attributes_of(payload);
  const auto set = sets_.find(list.text(NFTA_SET_ELEM_LIST_SET));
  if (set == sets_.end()) {
    return fail("the kernel lists elements of an unknown set");
  }
  set->second.add(list);
  return {};
}

Result<void> TableReader::add_chain(ByteView payload) {
  if (!concerns(payload, NFTA_CHAIN_TABLE)) {
    return {};
  }
  const Attributes attributes = attributes_of(payload);
  Chain chain;
  chain.name = attributes.text(NFTA_CHAIN_NAME);
  if (chain.name.empty()) {
    return fail("the kernel lists a chain without a name");
  }
  chain.hook = decode_hook(attributes, id_.family, chain.rules);
  if (chain.hook && (info_.flags & NFT_TABLE_F_DORMANT) != 0) {
    chain.rules.push_back(foreign("the table is dormant: nothing is hooked"));
  }
  if ((attributes.u32(NFTA_CHAIN_FLAGS).value_or(0) & ~std::uint32_t{NFT_CHAIN_BASE}) != 0) {
    chain.rules.push_back(foreign("a chain with other flags"));
  }
  chains_.try_emplace(chain.name, chain);
  return {};
}

Result<void> TableReader::add_rule(ByteView payload) {
  if (!concerns(payload, NFTA_RULE_TABLE)) {
    return {};
  }
  const Attributes rule = attributes_of(payload);
  const auto chain = chains_.find(rule.text(NFTA_RULE_CHAIN));
  if (chain == chains_.end()) {
    return fail("the kernel lists a rule of an unknown chain");
  }
  Rule made;
  made.statements = decode(rule.find(NFTA_RULE_EXPRESSIONS).value_or(ByteView{}));
  made.comment = comment_in(rule.find(NFTA_RULE_USERDATA).value_or(ByteView{}));
  if (rule.has(NFTA_RULE_COMPAT)) {
    made.statements = {Foreign{"a rule of iptables"}};
  }
  chain->second.rules.push_back(std::move(made));
  return {};
}

std::vector<std::string> TableReader::sets() const {
  std::vector<std::string> names;
  for (const auto& [name, reader] : sets_) {
    names.push_back(name);
  }
  return names;
}

ruleset::Table TableReader::take() && {
  ruleset::Table table;
  table.name = id_.name;
  table.family = id_.family;
  for (auto& [name, reader] : sets_) {
    ruleset::SetShape shape = reader.shape();
    table.sets.push_back(
        {std::move(shape), std::make_shared<const ruleset::Elements>(std::move(reader).take())});
  }
  for (auto& [name, chain] : chains_) {
    table.chains.push_back(std::move(chain));
  }
  return table;
}

}  // namespace sekisho::kernel
