// SPDX-License-Identifier: GPL-3.0-or-later
// Faults sown into a proved pair of tables, one at a time: each is found, and the counterexample is
// a packet that the interpreter lets pass, or whose connection it gives the mark of a permit, while
// the policy says that it may not.
#include "prove/cases.hpp"
#include "prove/edits.hpp"
#include "prove/packet_of.hpp"
#include "simulate/decision.hpp"
#include "simulate/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::prove::test {
namespace {

using ruleset::Compare;
using ruleset::Element;
using ruleset::Field;
using ruleset::InSet;
using ruleset::Rule;
using ruleset::SetMark;
using ruleset::Verdict;
using ruleset::VerdictKind;

Case city() {
  return compiled(parsed(text_of(SEKISHO_SOURCE "/tests/prove/city.toml")).value());
}

Rule rule(std::vector<ruleset::Statement> statements) {
  return {std::move(statements), {}};
}
Verdict go_to(const std::string& chain) {
  return {VerdictKind::Goto, chain};
}
Compare is(Field field, ruleset::Bytes value) {
  return {field, false, value};
}
Compare name_is(Field field, const char* name) {
  return is(field, ruleset::name_bytes(name));
}
InSet in(std::vector<Field> key, const char* set) {
  return {std::move(key), false, set};
}

void add_live(Case& one, const char* set, const Words& words, const char* permit) {
  add_element(one.packets, set, words, {}, permit);
}
void set_mark_of(Case& one, const char* map, const char* element, std::uint32_t mark) {
  change_element(one.packets, map, element, [&](Element& changed) { changed.value = mark; });
}

struct Sown {
  const char* name;
  void (*sow)(Case&);
};

void PrintTo(const Sown& fault, std::ostream* out) {
  *out << fault.name;
}

const std::vector<Sown> kFaults{
    // elements of the maps that give marks
    {"AnotherPermitsMark",
     [](Case& one) {
       set_mark_of(one, "lgwan_to_jumin_host_port4", "10.20.3.20 . 10.10.1.20 . tcp . 22",
                   0x80000002);
     }},
    {"AMarkOfAnotherPairOfZones",
     [](Case& one) {
       set_mark_of(one, "lgwan_to_jumin_host_port4", "10.20.3.9 . 10.10.1.9 . tcp . 1433",
                   0x80000005);
     }},
    {"AnotherSource",
     [](Case& one) {
       move_element(one.packets, "lgwan_to_jumin_host_port4", "10.20.3.9 . 10.10.1.9 . tcp . 1433",
                    {"10.20.3.8", "10.10.1.9", "6", "1433"});
     }},
    {"AnotherDestination",
     [](Case& one) {
       move_element(one.packets, "lgwan_to_jumin_host_port6",
                    "fd00:20::9 . fd00:10::9 . tcp . 1433",
                    {"fd00:20::9", "fd00:10::99", "6", "1433"});
     }},
    {"AnotherPort",
     [](Case& one) {
       move_element(one.packets, "inet_to_cloud_zone_port6", "tcp . 80", {"6", "25"});
     }},
    {"AnotherProtocol",
     [](Case& one) {
       move_element(one.packets, "inet_to_cloud_zone_port4", "tcp . 443", {"17", "443"});
     }},
    {"AWidenedPortInterval",
     [](Case& one) {
       move_element(one.packets, "inet_to_cloud_net_port4",
                    "10.30.1.0/24 . 198.51.100.0/24 . tcp . 2000-2999",
                    {"10.30.1.0-10.30.1.255", "198.51.100.0-198.51.100.255", "6", "2000-3000"});
     }},
    {"AWidenedSourceInterval",
     [](Case& one) {
       move_element(one.packets, "inet_to_cloud_net_port4",
                    "10.30.1.0/24 . 198.51.100.0/24 . tcp . 2000-2999",
                    {"10.30.1.0-10.30.2.0", "198.51.100.0-198.51.100.255", "6", "2000-2999"});
     }},
    {"AWidenedDestinationInterval",
     [](Case& one) {
       move_element(one.packets, "inet_to_cloud_net_port4", "0.0.0.0/0 . 198.51.100.53 . udp . 53",
                    {"0.0.0.0-255.255.255.255", "198.51.100.52-198.51.100.53", "17", "53"});
     }},
    {"AnotherIcmpType",
     [](Case& one) {
       add_element(one.packets, "lgwan_to_guarded_zone_icmp4", {"13"}, std::uint32_t{0x80000004},
                   "ping");
     }},
    // zones
    {"APrefixOfAnotherZone",
     [](Case& one) {
       set_mark_of(one, "zone4", "10.20.0.0/16", 0x00000400);
       add_element(one.packets, "port_zone", {"lg0", "0x00000400"});
     }},
    {"AWidenedZone",
     [](Case& one) {
       add_element(one.packets, "zone4", {"10.31.0.0-10.98.255.255"}, std::uint32_t{0x00000400});
     }},
    {"AZoneOfIpv6Widened",
     [](Case& one) {
       set_mark_of(one, "zone6", "fd00:10::/48", 0x00000200);
       add_element(one.packets, "port_zone", {"mn0", "0x00000200"});
     }},
    {"LoopbackAddressesInAZone",
     [](Case& one) { set_mark_of(one, "zone4", "127.0.0.0/8", 0x00000500); }},
    {"AnInterfaceOfAnotherZone",
     [](Case& one) {
       add_element(one.packets, "port_zone", {"in0", "0x00000500"});
     }},
    // what is alive
    {"ARevokedPermitAlive", [](Case& one) { one.situation.revoked.insert("web"); }},
    {"APermitOnStandbyAlive",
     [](Case& one) {
       add_live(one, "live", {"0x80000003", "original", "lg0", "mn0"}, "standby");
       change_element(one.packets, "live", R"(0x80000003 . original . "lg0" . "mn0")",
                      [](Element& element) { element.expires = kNow + std::chrono::hours{1}; });
     }},
    {"APermitOfALockedZoneAlive", [](Case& one) { one.situation.locked.insert(0); }},
    {"AnotherWireOut",
     [](Case& one) {
       add_live(one, "live", {"0x80000004", "original", "lg0", "in0"}, "ping");
     }},
    {"AnotherWireIn",
     [](Case& one) {
       move_element(one.packets, "live", R"(0x80000005 . reply . "sc0" . "in0")",
                    {"0x80000005", "reply", "lg0", "in0"});
     }},
    {"TheOtherDirection",
     [](Case& one) {
       move_element(one.packets, "live", R"(0x80000004 . original . "lg0" . "lg9")",
                    {"0x80000004", "original", "lg9", "lg0"});
     }},
    {"WithoutItsEnd",
     [](Case& one) {
       change_element(one.packets, "live", R"(0x80000002 . original . "lg0" . "mn0")",
                      [](Element& element) { element.expires.reset(); });
     }},
    {"WithALaterEnd",
     [](Case& one) {
       change_element(one.packets, "live", R"(0x80000002 . reply . "mn0" . "lg0")",
                      [](Element& element) { *element.expires += std::chrono::minutes{1}; });
     }},
    {"WithoutItsHardwareAddress",
     [](Case& one) {
       add_live(one, "live", {"0x80000008", "original", "in0", "sc0"}, "bound");
     }},
    {"AnotherHardwareAddress",
     [](Case& one) {
       move_element(one.packets, "live_mac",
                    R"(0x80000008 . original . "in0" . "sc0" . 02:00:00:1e:01:07)",
                    {"0x80000008", "original", "in0", "sc0", "02:00:00:1e:01:08"});
     }},
    {"AnotherNextHop",
     [](Case& one) {
       add_live(one, "live_hop4", {"0x80000006", "original", "in0", "sc0", "203.0.113.2"}, "dns");
     }},
    {"AnotherNextHopOfIpv6",
     [](Case& one) {
       move_element(one.packets, "live_hop6",
                    R"(0x80000005 . original . "in0" . "sc0" . 2001:db8:c::1)",
                    {"0x80000005", "original", "in0", "sc0", "2001:db8:c::2"});
     }},
    {"WithoutItsNextHop",
     [](Case& one) {
       add_live(one, "live", {"0x80000006", "original", "in0", "sc0"}, "dns");
       std::vector<ruleset::Rule>& rules = chain_of(one.packets, "forward").rules;
       rules.erase(rules.begin());  // by which such packets are looked up with their next hop alone
     }},
    {"AMarkOfNothing",
     [](Case& one) {
       add_live(one, "live", {"0x80000042", "original", "lg0", "mn0"}, "");
     }},
    {"AMarkOfAPermitThatIsGone",
     [](Case& one) {
       add_live(one, "live", {"0x80000042", "original", "lg0", "mn0"}, "forgotten");
     }},
    // rules of what is forwarded
    {"AnAcceptBeforeEverything",
     [](Case& one) { put_first(one.packets, "forward", rule({kAccept})); }},
    {"AnAcceptForOnePairOfWires",
     [](Case& one) {
       put_first(one.packets, "forward",
                 rule({name_is(Field::IifName, "in0"), name_is(Field::OifName, "sc0"), kAccept}));
     }},
    {"AnAcceptBeforeTheChecksOfLivePackets",
     [](Case& one) { put_first(one.packets, "pass", rule({kAccept})); }},
    {"APolicyOfAccept",
     [](Case& one) {
       chain_of(one.packets, "forward").hook->policy_drop = false;
       replace_rules(one.packets, "forward", "drop", {});
       replace_rules(one.packets, "forward", "goto decide", {});
     }},
    {"AMissingDrop",
     [](Case& one) {
       chain_of(one.packets, "forward").hook->policy_drop = false;
       replace_rules(one.packets, "count", "counter drop", {});
       replace_rules(one.packets, "count", "meta mark @drops", {});
     }},
    {"AMissingBaseChain",
     [](Case& one) {
       std::erase_if(one.packets.chains,
                     [](const ruleset::Chain& chain) { return chain.name == "forward"; });
     }},
    {"AMissingTable", [](Case& one) { one.packets.chains.clear(); }},
    {"ANegatedLookup",
     [](Case& one) {
       replace_rules(
           one.packets, "forward", "ct mark . ct direction . iifname . oifname @live goto",
           {rule({InSet{{Field::CtMark, Field::CtDirection, Field::IifName, Field::OifName},
                        true,
                        "live"},
                  go_to("pass")})});
     }},
    {"ALookupWithTheWiresSwapped",
     [](Case& one) {
       replace_rules(
           one.packets, "forward", "ct mark . ct direction . iifname . oifname @live goto",
           {rule({in({Field::CtMark, Field::CtDirection, Field::OifName, Field::IifName}, "live"),
                  go_to("pass")})});
     }},
    {"ALookupInAnotherSet",
     [](Case& one) {
       put_first(one.packets, "forward", rule({in({Field::CtMark}, "known"), kAccept}));
     }},
    {"AWrongFamily",
     [](Case& one) {
       replace_rules(
           one.packets, "pass", "ip hdrlength",
           {rule({is(Field::NfProto, ruleset::bytes_of(std::uint8_t{10})),
                  Compare{Field::IpHeaderLength, true, ruleset::bytes_of(std::uint8_t{5})},
                  go_to("invalid")})});
     }},
    {"ExtensionHeadersForgotten",
     [](Case& one) { replace_rules(one.packets, "pass", "ip6 nexthdr", {}); }},
    {"OneExtensionHeaderForgotten",
     [](Case& one) { remove_element(one.packets, "extension_headers", "0"); }},
    {"RelatedPacketsLikeOthers",
     [](Case& one) { replace_rules(one.packets, "pass", "ct state related", {}); }},
    {"RelatedPacketsOfAnyProtocol",
     [](Case& one) {
       replace_rules(one.packets, "related", "goto invalid", {rule({go_to("related_source")})});
     }},
    {"RelatedPacketsFromAnySource",
     [](Case& one) {
       replace_rules(one.packets, "related_source", "iifname . meta mark", {rule({kAccept})});
     }},
    {"TheSourceIsNotChecked",
     [](Case& one) { replace_rules(one.packets, "decide4", "iifname . meta mark", {}); }},
    {"TheDestinationIsNotChecked",
     [](Case& one) { replace_rules(one.packets, "decide6", "oifname . meta mark", {}); }},
    {"AnOwnAddressAsSource",
     [](Case& one) { replace_rules(one.packets, "decide6", "fib saddr type", {}); }},
    {"TheNextHopOfABoundPermitIsNotChecked",
     [](Case& one) { replace_rules(one.packets, "decide4", "oifname @gated", {}); }},
    {"AnotherNextHopForFirstPackets",
     [](Case& one) {
       add_element(one.packets, "next_hops4", {"sc0", "203.0.113.66"});
     }},
    {"RepliesLikeFirstPackets",
     [](Case& one) {
       replace_rules(one.packets, "cloud_to_inet", "goto unmatched",
                     {rule({is(Field::NfProto, ruleset::bytes_of(std::uint8_t{2})),
                            ruleset::MapMark{ruleset::Mark::Ct,
                                             {Field::L4Proto, Field::ThDport},
                                             "inet_to_cloud_zone_port4"},
                            Verdict{VerdictKind::Jump, "if_live"}})});
     }},
    {"AnotherChainForAPair",
     [](Case& one) {
       change_element(one.packets, "pairs", R"("lg0" . "mn0")",
                      [](Element& element) { element.value = go_to("inet_to_cloud"); });
     }},
    {"TheInsideOfAnotherZone",
     [](Case& one) {
       replace_rules(
           one.packets, "lgwan_to_jumin", "goto unmatched",
           {rule({SetMark{ruleset::Mark::Ct, 0x8000000b}, Verdict{VerdictKind::Jump, "if_live"}})});
     }},
    {"ACalculatedMark",
     [](Case& one) {
       put_first(one.packets, "forward", rule({ruleset::ChangeMark{ruleset::Mark::Ct, ~0U, 1}}));
     }},
    {"AForeignStatement",
     [](Case& one) { put_first(one.packets, "forward", rule({ruleset::Foreign{"queue"}})); }},
    // the appliance itself
    {"AnAcceptForEverybodyToTheAppliance",
     [](Case& one) { put_first(one.packets, "input", rule({kAccept})); }},
    {"AnotherWireForLo",
     [](Case& one) {
       replace_rules(one.packets, "input", "iifname \"lo\"",
                     {rule({name_is(Field::IifName, "in0"), kAccept})});
     }},
    {"ManagementByAWireOfAZone",
     [](Case& one) {
       add_element(one.packets, "management_ports", {"in0"});
       add_element(one.packets, "management4", {"10.30.0.0-10.30.255.255"});
     }},
    {"ManagementFromAnotherNetwork",
     [](Case& one) { add_element(one.packets, "management4", {"10.98.0.0-10.98.255.255"}); }},
    {"AnotherServiceOfManagement",
     [](Case& one) {
       add_element(one.packets, "managed", {"6", "23-23"});
     }},
    {"AnotherIcmpTypeOfManagement",
     [](Case& one) { add_element(one.packets, "managed_icmp4", {"13"}); }},
    {"ManagementOfAnotherInterfacesAddress",
     [](Case& one) { replace_rules(one.packets, "managed4", "fib daddr . iif", {}); }},
    {"NeighboursFromAfar",
     [](Case& one) {
       put_first(one.packets, "input",
                 rule({is(Field::NfProto, ruleset::bytes_of(std::uint8_t{10})),
                       is(Field::L4Proto, ruleset::bytes_of(std::uint8_t{58})),
                       in({Field::Icmp6Type}, "neighbours"), go_to("neighbour")}));
     }},
    {"AnOwnFlowOnAnotherWire",
     [](Case& one) {
       add_live(one, "self_live", {"0x80000009", "original", "in0"}, "log");
     }},
    {"AnOwnFlowToAnotherHost",
     [](Case& one) {
       move_element(one.packets, "self_log_to4", "10.20.9.9", {"10.20.9.9-10.20.9.10"});
     }},
    {"AnOwnFlowToAnotherPort",
     [](Case& one) {
       move_element(one.packets, "self_log_ports", "udp . 514", {"17", "514-515"});
     }},
    {"OwnPacketsByAnyWire",
     [](Case& one) {
       put_first(one.packets, "output", rule({in({Field::OifName}, "zone_ports"), kAccept}));
     }},
    {"OwnErrorsAboutNoConnection",
     [](Case& one) { add_element(one.packets, "known", {"0x00000000"}); }},
    {"OwnErrorsIntoAnotherZone",
     [](Case& one) {
       replace_rules(one.packets, "error", "oifname . meta mark",
                     {rule({in({Field::CtMark}, "known"), kAccept})});
     }},
    // frames
    {"ATagTaken", [](Case& one) { add_element(one.frames, "ether_types", {"0x8100"}); }},
    {"AWireWithoutAGuard",
     [](Case& one) {
       std::erase_if(one.frames.chains,
                     [](const ruleset::Chain& chain) { return chain.name == "at_lg0"; });
     }},
    {"AGuardOfAnotherWire", [](Case& one) { chain_of(one.frames, "at_sc0").hook->device = "sc1"; }},
    {"AClosedWireOpen", [](Case& one) { one.situation.closed.insert("in0"); }},
    {"AFrameGuardWithoutItsDrop",
     [](Case& one) { replace_rules(one.frames, "at_mn0", "ether type !=", {}); }},
};

class Faults : public ::testing::TestWithParam<Sown> {};
INSTANTIATE_TEST_SUITE_P(Sown, Faults, ::testing::ValuesIn(kFaults),
                         [](const auto& one) { return std::string{one.param.name}; });

TEST_P(Faults, IsFoundWithAPacketThatShowsIt) {
  Case one = city();
  ASSERT_EQ(outcome(one), "proved");

  GetParam().sow(one);

  const auto found = one.refuted();
  ASSERT_TRUE(found);
  EXPECT_EQ(disbelief(one, *found), "") << text_of(*found);
}

TEST_P(Faults, IsFoundInTheNextStateToo) {
  Case one = city();
  Prover prover;
  ASSERT_FALSE(one.refuted_by(prover));

  GetParam().sow(one);

  EXPECT_TRUE(one.refuted_by(prover));
  EXPECT_TRUE(one.refuted_by(prover));
}

TEST(FaultsAreMany, AndEachHasAName) {
  EXPECT_GE(kFaults.size(), 30U);
}

}  // namespace
}  // namespace sekisho::prove::test
