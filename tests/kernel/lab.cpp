// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/lab.hpp"

#include "net/address.hpp"
#include "ruleset/to_nft.hpp"

#include <algorithm>

namespace sekisho::kernel {
namespace {

using namespace ruleset;  // NOLINT(google-build-using-namespace): the vocabulary of this file

Statement is(Field field, const Bytes& value) { return Compare{field, false, value}; }
Statement is_not(Field field, const Bytes& value) { return Compare{field, true, value}; }
Statement in(std::vector<Field> key, std::string set) { return InSet{std::move(key), false, std::move(set)}; }
Rule rule(std::vector<Statement> statements, std::string comment = {}) {
  return {std::move(statements), std::move(comment)};
}

Element key(const Bytes& bytes, std::string comment = {}) { return {bytes, {}, {}, {}, std::move(comment), {}}; }
Element until(Element element, int seconds) {
  element.expires = kNow + std::chrono::seconds{seconds};
  return element;
}
Element mapped(Element element, std::variant<std::monostate, std::uint32_t, Verdict> value) {
  element.value = std::move(value);
  return element;
}
Element range(const Bytes& first, const Bytes& last) {
  Element element = key(first);
  element.key_end = last;
  return element;
}

void add(Table& table, SetShape shape, Elements elements) {
  table.sets.push_back({std::move(shape), std::make_shared<const Elements>(std::move(elements))});
}

void add_hashes(Table& table) {
  const Bytes live = joined({mark_bytes(0x8a000001), number(0), name_bytes("in0"), name_bytes("sc0")});
  const Bytes lasting = joined({mark_bytes(0x8a000002), number(1), name_bytes("sc0"), name_bytes("in0")});
  const std::vector<Type> key_of_live{Type::Mark, Type::CtDirection, Type::IfName, Type::IfName};
  add(table, {.name = "live", .key = key_of_live, .timeout = true, .counter = true, .limit = {}, .size = {}},
      {until(key(live, "web"), 300), key(lasting)});
  std::vector<Type> with_mac = key_of_live;
  with_mac.push_back(Type::EtherAddr);
  Bytes bound = live;
  bound.append(mac("02:00:00:00:00:01").view());
  add(table, {.name = "live_mac", .key = with_mac, .timeout = true, .counter = true, .limit = {}, .size = {}},
      {until(key(bound), 86400)});
  add(table, {.name = "drops", .key = {Type::Mark}, .counter = true, .limit = {}, .size = 65536},
      {key(mark_bytes(0x20101), "lgwan jumin cross_zone")});
  add(table, {.name = "sample", .key = {Type::Mark}, .limit = Rate{100, 20}, .size = 65536},
      {key(mark_bytes(0x20101))});
  add(table, {.name = "both", .key = {Type::Mark}, .counter = true, .limit = Rate{7, 3}, .size = {}},
      {key(mark_bytes(1))});
  add(table, {.name = "hosts6", .key = {Type::Ipv6Addr}, .limit = {}, .size = 64}, {key(address("fd00::1"))});
  add(table, {.name = "macs", .key = {Type::EtherAddr}, .limit = {}, .size = {}}, {key(mac("02:00:00:00:00:02"))});
  add(table, {.name = "types4", .key = {Type::Icmp4Type}, .limit = {}, .size = {}}, {key(number(3)), key(number(8))});
  add(table, {.name = "types6", .key = {Type::Icmp6Type}, .limit = {}, .size = {}}, {key(number(135))});
  add(table, {.name = "headers", .key = {Type::InetProto}, .limit = {}, .size = 64}, {key(number(0)), key(number(43))});
  add(table, {.name = "hops6", .key = {Type::IfName, Type::Ipv6Addr}, .limit = {}, .size = {}},
      {key(joined({name_bytes("in0"), address("fd00::2")}))});
}

void add_ranges(Table& table) {
  add(table, {.name = "zone4", .key = {Type::Ipv4Addr}, .holds = Holds::Marks, .interval = true, .limit = {}, .size = {}},
      {mapped(range(address("10.0.0.0"), address("10.255.255.255")), 0x100U),
       mapped(range(address("11.0.0.0"), address("11.0.0.9")), 0x200U),
       mapped(range(address("11.0.0.10"), address("11.0.0.10")), 0x100U),
       mapped(range(address("240.0.0.0"), address("255.255.255.255")), 0x300U)});
  add(table, {.name = "zone6", .key = {Type::Ipv6Addr}, .holds = Holds::Marks, .interval = true, .limit = {}, .size = {}},
      {mapped(range(address("::"), address("::5")), 0x100U),
       mapped(range(address("fd00::"), address("fd00::ffff")), 0x200U)});
  add(table, {.name = "ports", .key = {Type::InetService}, .interval = true, .timeout = true, .limit = {}, .size = {}},
      {range(port(25), port(25)), until(range(port(80), port(90)), 600), range(port(65535), port(65535))});
  const auto tuple = [](const char* from, const char* to, int protocol, int at) {
    return joined({address(from), address(to), number(protocol), port(at)});
  };
  add(table,
      {.name = "net4",
       .key = {Type::Ipv4Addr, Type::Ipv4Addr, Type::InetProto, Type::InetService},
       .holds = Holds::Marks,
       .interval = true,
       .limit = {},
       .size = {}},
      {mapped(range(tuple("10.0.0.0", "11.0.0.0", 6, 2000), tuple("10.0.0.255", "11.0.0.7", 6, 2999)), 0x8a000001U),
       mapped(range(tuple("10.0.1.0", "11.0.0.0", 17, 53), tuple("10.0.1.0", "11.0.0.0", 17, 53)), 0x8a000002U)});
}

void add_verdict_maps(Table& table) {
  add(table, {.name = "pairs", .key = {Type::IfName, Type::IfName}, .holds = Holds::Verdicts, .limit = {}, .size = 64},
      {mapped(key(joined({name_bytes("in0"), name_bytes("sc0")}), "there"), Verdict{VerdictKind::Goto, "deeper"}),
       mapped(key(joined({name_bytes("mg0"), name_bytes("sc0")})), Verdict{VerdictKind::Drop, {}}),
       mapped(key(joined({name_bytes("sc0"), name_bytes("in0")})), Verdict{VerdictKind::Jump, "deeper"})});
  add(table, {.name = "ends", .key = {Type::CtDirection}, .holds = Holds::Verdicts, .limit = {}, .size = {}},
      {mapped(key(number(0)), Verdict{VerdictKind::Accept, {}}),
       mapped(key(number(1)), Verdict{VerdictKind::Return, {}})});
}

/// Every field compared, with the proof that it needs.
std::vector<Rule> comparisons() {
  const Statement v4 = is(Field::NfProto, number(2));
  const Statement v6 = is(Field::NfProto, number(10));
  const Statement tcp = is(Field::L4Proto, number(6));
  return {
      rule({is(Field::MetaMark, mark_bytes(0x80000001))}),
      rule({is(Field::IifName, name_bytes("in0")), is_not(Field::OifName, name_bytes("a-name-of-15-ch"))}),
      rule({v4, is(Field::PktType, number(1))}),
      rule({is(Field::CtState, mark_bytes(8)), is_not(Field::CtMark, mark_bytes(0))}),
      rule({is(Field::CtDirection, number(1))}),
      rule({is(Field::EtherSaddr, mac("02:00:00:00:00:03"))}),
      rule({is(Field::EtherType, bytes_of(std::uint16_t{0x88b5}))}),
      rule({v4, is(Field::IpSaddr, address("10.0.0.1")), is(Field::IpDaddr, address("11.0.0.1"))}),
      rule({v4, is_not(Field::IpHeaderLength, number(5))}),
      rule({v6, is(Field::Ip6Saddr, address("fd00::1")), is(Field::Ip6Daddr, address("fd00::2"))}),
      // apart: nft joins comparisons of neighbouring bytes into one
      rule({v6, is(Field::Ip6NextHeader, number(43))}),
      rule({v6, is(Field::Ip6HopLimit, number(255))}),
      rule({tcp, is(Field::ThSport, port(1024))}),
      rule({tcp, is(Field::ThDport, port(443))}),
      rule({v4, is(Field::L4Proto, number(1)), is(Field::IcmpType, number(8))}),
      rule({v6, is(Field::L4Proto, number(58)), is(Field::Icmp6Type, number(128))}),
      rule({is(Field::FibSaddrType, mark_bytes(2)), is_not(Field::FibDaddrType, mark_bytes(5))}),
      rule({is(Field::FibDaddrIifType, mark_bytes(2))}),
      rule({v4, is(Field::NextHop4, address("10.0.0.254"))}),
      rule({v6, is(Field::NextHop6, address("fd00::fe"))}),
      rule({is_not(Field::L4Proto, number(17)), HasBits{Field::CtState, 65}, HasBits{Field::MetaMark, 0x80},
            HasBits{Field::CtMark, 0x1}}),
  };
}

std::vector<Rule> lookups() {
  const Statement v4 = is(Field::NfProto, number(2));
  const Statement v6 = is(Field::NfProto, number(10));
  const Statement tcp = is(Field::L4Proto, number(6));
  const std::vector<Field> live{Field::CtMark, Field::CtDirection, Field::IifName, Field::OifName};
  std::vector<Field> live_mac = live;
  live_mac.push_back(Field::EtherSaddr);
  const std::vector<Field> four{Field::IpSaddr, Field::IpDaddr, Field::L4Proto, Field::ThDport};
  return {
      rule({in(live, "live"), Verdict{VerdictKind::Goto, "deeper"}}),
      rule({in(live_mac, "live_mac"), in({Field::EtherSaddr}, "macs"), Verdict{VerdictKind::Accept, {}}}, "twice"),
      rule({InSet{{Field::MetaMark}, true, "both"}, Verdict{VerdictKind::Return, {}}}),
      rule({in({Field::MetaMark}, "sample"), Log{5, 128, 1}}),
      rule({in({Field::MetaMark}, "drops"), Verdict{VerdictKind::Drop, {}}}),
      rule({v6, in({Field::Ip6Saddr}, "hosts6"), in({Field::Ip6NextHeader}, "headers"), Log{0, 0, 0}}),
      rule({v4, is(Field::L4Proto, number(1)), in({Field::IcmpType}, "types4"), Counter{}}),
      rule({v6, is(Field::L4Proto, number(58)), in({Field::Icmp6Type}, "types6")}),
      rule({v6, in({Field::OifName, Field::NextHop6}, "hops6")}),
      rule({tcp, in({Field::ThDport}, "ports")}),
      rule({v4, MapMark{Mark::Meta, {Field::IpDaddr}, "zone4"}}),
      rule({v6, MapMark{Mark::Ct, {Field::Ip6Daddr}, "zone6"}}),
      rule({tcp, v4, MapMark{Mark::Ct, four, "net4"}, Verdict{VerdictKind::Jump, "deeper"}}),
      rule({MapVerdict{{Field::IifName, Field::OifName}, "pairs"}}),
      rule({MapVerdict{{Field::CtDirection}, "ends"}}),
      rule({SetMark{Mark::Meta, 0}, SetMark{Mark::Ct, 0x8c000001}}),
      rule({ChangeMark{Mark::Meta, ~0x5U, 0x5}, ChangeMark{Mark::Ct, 0xffffff00, 0}}),
      rule({ChangeMark{Mark::Ct, 0xff, 0x1100}}),
      rule({Counter{}, Verdict{VerdictKind::Drop, {}}}, "what was forgotten"),
  };
}

std::string shape_text(const Set& set) {
  Table alone;
  alone.name = "set";
  alone.sets.push_back({set.shape, std::make_shared<const Elements>()});
  return to_nft(alone, kNow);
}

bool alike(const Element& a, const Element& b) {
  Element shifted = b;
  if (a.expires && b.expires && std::chrono::abs(*a.expires - *b.expires) <= std::chrono::seconds{3}) {
    shifted.expires = a.expires;
  }
  return a.same(shifted);
}

}  // namespace

Bytes joined(std::initializer_list<Bytes> fields) {
  Bytes made;
  for (const Bytes& field : fields) {
    made.append(field.view());
  }
  return made;
}

Bytes address(const char* text) { return Bytes{net::Address::parse(text)->bytes()}; }
Bytes mac(const char* text) { return Bytes{net::Mac::parse(text)->bytes()}; }

Table one_of_everything() {
  Table table;
  table.name = "everything";
  add_hashes(table);
  add_ranges(table);
  add_verdict_maps(table);
  table.chains.push_back({"compare", std::nullopt, comparisons()});
  table.chains.push_back({"look", std::nullopt, lookups()});
  table.chains.push_back({"deeper", std::nullopt, {}});
  table.chains.push_back({"forward", Hook{HookPoint::Forward, 0, true}, {rule({Verdict{VerdictKind::Drop, {}}})}});
  table.chains.push_back({"early", Hook{HookPoint::Prerouting, -150, false},
                          {rule({Verdict{VerdictKind::Jump, "compare"}}), rule({is(Field::L4Proto, number(6)), Tproxy{25025}})}});
  normalise(table);
  return table;
}

Batch batch_of(const Table& table) {
  Batch batch{table.name, {AddTable{}}};
  for (const Set& set : table.sets) {
    batch.operations.emplace_back(AddSet{set.shape});
  }
  for (const Chain& chain : table.chains) {
    batch.operations.emplace_back(AddChain{{chain.name, chain.hook, {}}});
  }
  for (const Set& set : table.sets) {
    batch.operations.emplace_back(AddElements{set.shape, *set.elements});
  }
  for (const Chain& chain : table.chains) {
    for (const Rule& one : chain.rules) {
      batch.operations.emplace_back(AddRule{chain.name, one});
    }
  }
  return batch;
}

std::string difference(const Table& expected, const Table& found) {
  std::string text = expected.name == found.name ? "" : "name '" + found.name + "'\n";
  const auto same_elements = [](const Set& a, const Set& b) {
    return std::ranges::equal(*a.elements, *b.elements, alike);
  };
  for (const Set& set : expected.sets) {
    const Set* other = found.set(set.shape.name);
    if (other == nullptr || set.shape != other->shape || !same_elements(set, *other)) {
      text += "set " + set.shape.name + " differs: " + (other == nullptr ? "absent" : shape_text(*other)) + "\n";
    }
  }
  for (const Chain& chain : expected.chains) {
    const Chain* other = found.chain(chain.name);
    if (other == nullptr || chain.hook != other->hook || chain.rules.size() != other->rules.size()) {
      text += "chain " + chain.name + " differs\n";
      continue;
    }
    for (std::size_t i = 0; i < chain.rules.size(); ++i) {
      if (chain.rules[i] != other->rules[i]) {
        text += chain.name + ": " + to_nft(chain.rules[i]) + "\n  but " + to_nft(other->rules[i]) + "\n";
      }
    }
  }
  if (expected.sets.size() != found.sets.size() || expected.chains.size() != found.chains.size()) {
    text += "more or fewer sets or chains\n";
  }
  return text;
}

}  // namespace sekisho::kernel
