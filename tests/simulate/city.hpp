// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A small city for tests of decisions: five zones of both families, a management network, and
/// permits to add.

#include "policy/policy.hpp"
#include "simulate/decision.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::simulate::test {

inline constexpr policy::Instant kNow{std::chrono::seconds{1'800'000'000}};

enum Zones : policy::ZoneIndex { kJumin, kOffice, kGuarded, kInet, kCloud };

[[nodiscard]] net::Address address(std::string_view text);
[[nodiscard]] net::Prefix prefix(std::string_view text);
[[nodiscard]] net::Mac mac(std::string_view text);
[[nodiscard]] net::Service service(std::string_view text);

/// Two families of the same numbers: host 5 of zone 10 is 10.10.0.5 and fd00:10::5.
[[nodiscard]] net::Address host(net::Family family, int zone, int number);
/// Both addresses of a host, as an end of a permit.
[[nodiscard]] policy::End end_at(Zones zone, std::vector<int> numbers = {});

/// jumin (10), office (20), guarded (21, nothing inside it), inet (30) and cloud with its gateways;
/// management is 99.
[[nodiscard]] policy::PolicyParts city();
[[nodiscard]] policy::PolicyParts city(std::vector<policy::Permit> permits);

[[nodiscard]] policy::Permit flow(std::string id, policy::End from, policy::End to,
                                  std::vector<std::string_view> services);
[[nodiscard]] policy::Permit specific_flow(std::string id, policy::End from, policy::End to,
                                           std::vector<std::string_view> services);
[[nodiscard]] policy::Permit self_flow(std::string id, policy::End to,
                                       std::vector<std::string_view> services);

/// A TCP packet from office's host 5 to jumin's host 7, port 443.
[[nodiscard]] Packet office_to_jumin(net::Family family);
/// The same from inet's host 5 to the far side of the cloud, by its gateway.
[[nodiscard]] Packet inet_to_cloud(net::Family family);

[[nodiscard]] Decision decide_now(const policy::PolicyParts& parts, const Packet& packet);

/// "reason permit src_zone dst_zone clause", for one line of a table of packets.
[[nodiscard]] std::string line(const Decision& decision);

}  // namespace sekisho::simulate::test
