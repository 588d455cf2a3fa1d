// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/rules.hpp"
#include "compile/table.hpp"

namespace sekisho::compile {
namespace {

using ruleset::Rule;
using ruleset::Type;

ruleset::Statement leave() {
  return ruleset::Verdict{ruleset::VerdictKind::Return, {}};
}

std::vector<Rule> to_a_locked_zone(const Draft& draft) {
  return {mark_zone_of(Field::IpDaddr, draft), mark_zone_of(Field::Ip6Daddr, draft),
          rule({in({Field::MetaMark}, "locked_zones"), go_to("lockdown")})};
}

}  // namespace

void write_lockdown(Draft& draft) {
  if (draft.situation.locked.empty()) {
    return;
  }
  draft.declare({.name = "locked_ports", .key = {Type::IfName}, .limit = {}, .size = 1024});
  draft.declare({.name = "locked_zones", .key = {Type::Mark}, .limit = {}, .size = 256});
  for (const policy::ZoneIndex index : draft.situation.locked) {
    const policy::Zone& zone = draft.policy.zones()[index];
    draft.add("locked_zones",
              {ruleset::mark_bytes(draft.zone_mark(index)), {}, {}, {}, zone.name, {}});
    for (const std::string& interface : zone.interfaces) {
      draft.add("locked_ports", {ruleset::name_bytes(interface), {}, {}, {}, zone.name, {}});
    }
  }
  draft.add(chain("cut_own", to_a_locked_zone(draft)));
  std::vector<Rule> cut = to_a_locked_zone(draft);
  cut.insert(cut.begin(), rule({in({Field::IifName}, "locked_ports"), go_to("lockdown")}));
  draft.add(chain("cut", std::move(cut)));
  // management is never cut off; neighbours on the wire are no decision
  draft.add(chain("cut_input",
                  {rule({in({Field::IifName}, "management_ports"), leave()}),
                   rule({ipv6(), l4(net::protocol::kIcmp6), in({Field::Icmp6Type}, "neighbours"),
                         is(Field::Ip6HopLimit, ruleset::bytes_of(kOnLinkHopLimit)),
                         not_in({Field::Ip6NextHeader}, "extension_headers"), leave()}),
                   rule({go_to("cut")})}));
}

}  // namespace sekisho::compile
