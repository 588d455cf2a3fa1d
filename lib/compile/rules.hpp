// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The words that rules are made of, so that the chains read like sentences.

#include "net/address.hpp"
#include "net/service.hpp"
#include "ruleset/ruleset.hpp"

#include <initializer_list>

namespace sekisho::compile {

using ruleset::Field;
using ruleset::kHeartbeats;

/// nfproto values (linux/netfilter.h).
inline constexpr std::uint8_t kIpv4 = 2;
inline constexpr std::uint8_t kIpv6 = 10;
/// ct state bits (linux/netfilter/nf_tables.h, NF_CT_STATE_…).
inline constexpr std::uint32_t kInvalid = 1;
inline constexpr std::uint32_t kRelated = 4;
inline constexpr std::uint32_t kUntracked = 64;
/// NF_IP_PRI_MANGLE: behind conntrack, before the route.
inline constexpr std::int32_t kMangle = -150;
/// Of neighbour discovery: nobody further away can have sent it (RFC 4861).
inline constexpr std::uint8_t kOnLinkHopLimit = 255;

inline ruleset::Statement ipv4() {
  return ruleset::Compare{Field::NfProto, false, ruleset::bytes_of(kIpv4)};
}
inline ruleset::Statement ipv6() {
  return ruleset::Compare{Field::NfProto, false, ruleset::bytes_of(kIpv6)};
}
inline ruleset::Statement of(net::Family family) { return family == net::Family::V4 ? ipv4() : ipv6(); }
inline ruleset::Statement l4(std::uint8_t protocol) {
  return ruleset::Compare{Field::L4Proto, false, ruleset::bytes_of(protocol)};
}
inline ruleset::Statement is(Field field, ruleset::Bytes value) { return ruleset::Compare{field, false, value}; }
inline ruleset::Statement is_not(Field field, ruleset::Bytes value) { return ruleset::Compare{field, true, value}; }
inline ruleset::Statement ct_state(std::uint32_t bits) { return ruleset::HasBits{Field::CtState, bits}; }
inline ruleset::Statement in(std::vector<Field> key, std::string set) {
  return ruleset::InSet{std::move(key), false, std::move(set)};
}
inline ruleset::Statement not_in(std::vector<Field> key, std::string set) {
  return ruleset::InSet{std::move(key), true, std::move(set)};
}
inline ruleset::Statement meta_mark(std::uint32_t value) { return ruleset::SetMark{ruleset::Mark::Meta, value}; }
inline ruleset::Statement or_mark(std::uint32_t bits) {
  return ruleset::ChangeMark{ruleset::Mark::Meta, ~bits, bits};
}
inline ruleset::Statement meta_mark_from(std::vector<Field> key, std::string map) {
  return ruleset::MapMark{ruleset::Mark::Meta, std::move(key), std::move(map)};
}
inline ruleset::Statement ct_mark_from(std::vector<Field> key, std::string map) {
  return ruleset::MapMark{ruleset::Mark::Ct, std::move(key), std::move(map)};
}
inline ruleset::Statement accept() { return ruleset::Verdict{ruleset::VerdictKind::Accept, {}}; }
inline ruleset::Statement drop() { return ruleset::Verdict{ruleset::VerdictKind::Drop, {}}; }
inline ruleset::Statement jump(std::string chain) {
  return ruleset::Verdict{ruleset::VerdictKind::Jump, std::move(chain)};
}
inline ruleset::Statement go_to(std::string chain) {
  return ruleset::Verdict{ruleset::VerdictKind::Goto, std::move(chain)};
}

inline ruleset::Rule rule(std::initializer_list<ruleset::Statement> statements, std::string comment = {}) {
  return {std::vector<ruleset::Statement>{statements}, std::move(comment)};
}
inline ruleset::Chain chain(std::string name, std::vector<ruleset::Rule> rules) {
  return {std::move(name), std::nullopt, std::move(rules)};
}

}  // namespace sekisho::compile
