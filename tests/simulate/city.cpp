// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulate/city.hpp"

namespace sekisho::simulate::test {

net::Address address(std::string_view text) {
  return net::Address::parse(text).value();
}
net::Prefix prefix(std::string_view text) {
  return net::Prefix::parse(text).value();
}
net::Mac mac(std::string_view text) {
  return net::Mac::parse(text).value();
}
net::Service service(std::string_view text) {
  return net::parse_service(text).service.value();
}

net::Address host(net::Family family, int zone, int number) {
  const std::string z = std::to_string(zone);
  const std::string n = std::to_string(number);
  return address(family == net::Family::V4 ? "10." + z + ".0." + n : "fd00:" + z + "::" + n);
}

policy::End end_at(Zones zone, std::vector<int> numbers) {
  static constexpr std::array kNumbers{10, 20, 21, 30, 40};
  policy::End end{.zone = zone, .hosts = {}, .macs = {}, .system = {}};
  for (const int number : numbers) {
    for (const net::Family family : net::kFamilies) {
      const net::Address one = host(family, kNumbers.at(zone), number);
      end.hosts.emplace_back(one, one.bits());
    }
  }
  return end;
}

namespace {

policy::Zone zone(std::string name, ZoneClass zone_class, std::vector<std::string> interfaces,
                  std::vector<std::string_view> networks) {
  policy::Zone made;
  made.name = std::move(name);
  made.zone_class = zone_class;
  made.interfaces = std::move(interfaces);
  for (const std::string_view network : networks) {
    made.networks.push_back(prefix(network));
  }
  return made;
}

policy::Permit permit(policy::PermitKind kind, std::string id, policy::End from, policy::End to,
                      const std::vector<std::string_view>& services) {
  policy::Permit made;
  made.kind = kind;
  made.id = std::move(id);
  made.from = std::move(from);
  made.to = std::move(to);
  for (const std::string_view text : services) {
    made.services.push_back(service(text));
  }
  return made;
}

}  // namespace

policy::PolicyParts city() {
  policy::PolicyParts parts;
  parts.zones = {zone("jumin", ZoneClass::MyNumber, {"mn0"}, {"10.10.0.0/16", "fd00:10::/48"}),
                 zone("office", ZoneClass::Lgwan, {"lg0", "lg1"}, {"10.20.0.0/16", "fd00:20::/48"}),
                 zone("guarded", ZoneClass::Lgwan, {"lg9"}, {"10.21.0.0/16", "fd00:21::/48"}),
                 zone("inet", ZoneClass::Internet, {"in0"}, {"10.30.0.0/16", "fd00:30::/48"}),
                 zone("cloud", ZoneClass::SecurityCloud, {"sc0"}, {"0.0.0.0/0", "::/0"})};
  parts.zones[kGuarded].intra_zone_allow = false;
  parts.zones[kCloud].gateways = {address("203.0.113.1"), address("2001:db8:c::1")};
  parts.management = policy::Management{
      .interfaces = {"mgmt0"},
      .networks = {prefix("10.99.0.0/24"), prefix("fd00:99::/64")},
      .services = {service("tcp/22"), service("icmp/echo-request"), service("icmpv6/echo-request")},
      .place = {}};
  return parts;
}

policy::PolicyParts city(std::vector<policy::Permit> permits) {
  policy::PolicyParts parts = city();
  parts.permits = std::move(permits);
  for (std::size_t i = 0; i < parts.permits.size(); ++i) {
    parts.permits[i].order = i;
  }
  return parts;
}

policy::Permit flow(std::string id, policy::End from, policy::End to,
                    std::vector<std::string_view> services) {
  return permit(policy::PermitKind::Flow, std::move(id), std::move(from), std::move(to), services);
}

policy::Permit specific_flow(std::string id, policy::End from, policy::End to,
                             std::vector<std::string_view> services) {
  policy::Permit made = permit(policy::PermitKind::SpecificFlow, std::move(id), std::move(from),
                               std::move(to), services);
  made.valid_until = kNow + std::chrono::hours{24};
  return made;
}

policy::Permit self_flow(std::string id, policy::End to, std::vector<std::string_view> services) {
  return permit(policy::PermitKind::SelfFlow, std::move(id), {}, std::move(to), services);
}

Packet office_to_jumin(net::Family family) {
  return {.in = "lg0",
          .out = "mn0",
          .src = host(family, 20, 5),
          .dst = host(family, 10, 7),
          .sport = 40000,
          .dport = 443,
          .src_mac = mac("02:00:00:14:00:05")};
}

Packet inet_to_cloud(net::Family family) {
  const bool v4 = family == net::Family::V4;
  return {.in = "in0",
          .out = "sc0",
          .src = host(family, 30, 5),
          .dst = address(v4 ? "198.51.100.9" : "2001:db8:9::9"),
          .sport = 40000,
          .dport = 443,
          .next_hop = address(v4 ? "203.0.113.1" : "2001:db8:c::1")};
}

Decision decide_now(const policy::PolicyParts& parts, const Packet& packet) {
  return decide(policy::Policy{parts}, policy::Situation{.now = kNow, .revoked = {}, .granted = {}},
                packet);
}

std::string line(const Decision& decision) {
  const std::string named{decision.reason == Reason::None ? name_of(decision.verdict)
                                                          : name_of(decision.reason)};
  return named + " " + decision.permit + " " + decision.src_zone + " " + decision.dst_zone + " " +
         std::string{name_of(decision.clause)};
}

}  // namespace sekisho::simulate::test
