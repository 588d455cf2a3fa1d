// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/city.hpp"

namespace sekisho::testing {

City::City() : appliance_{NetNs::create()} {
  plug("mn0", "02:00:00:0a:01:05", {"10.10.0.1/16", "fd00:10::1/48"},
       {"10.10.1.5/16", "fd00:10::1:5/48", "10.10.1.6/16"}, {"10.10.0.1", "fd00:10::1"});
  plug("lg0", "02:00:00:14:03:04", {"10.20.0.1/16", "fd00:20::1/48"},
       {"10.20.3.4/16", "fd00:20::3:4/48", "10.20.3.5/16", "10.20.0.25/16"},
       {"10.20.0.1", "fd00:20::1"});
  plug("in0", "02:00:00:1e:00:02", {"10.30.0.1/16", "fd00:30::1/48"},
       {"10.30.0.2/16", "fd00:30::2/48"}, {"10.30.0.1", "fd00:30::1"});
  // its host is the security cloud's gateway and everything behind it
  plug("sc0", "02:00:00:cb:00:01", {"203.0.113.2/30", "2001:db8:c::2/126"},
       {"203.0.113.1/30", "203.0.113.53/32", "2001:db8:c::1/126", "2001:db8:c::53/128",
        "198.51.100.80/32", "2001:db8:80::80/128"},
       {"203.0.113.2", "2001:db8:c::2"});
  plug("mgmt0", "02:00:00:63:00:02", {"10.99.0.1/24"}, {"10.99.0.2/24"}, {"10.99.0.1"});
  plug("x0", "02:00:00:58:00:02", {"192.0.2.1/24"}, {"192.0.2.2/24"}, {"192.0.2.1"});
  appliance_.sh("ip route add default via 203.0.113.1; ip -6 route add default via 2001:db8:c::1");
}

void City::plug(const std::string& interface, const std::string& mac,
                const std::vector<std::string>& own, const std::vector<std::string>& theirs,
                const std::vector<std::string>& gateways) {
  NetNs host = NetNs::create();
  for (const NetNs* one :
       {static_cast<const NetNs*>(&appliance_), static_cast<const NetNs*>(&host)}) {
    // addresses are usable at once
    one->sh("sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0");
  }
  appliance_.sh("ip link add " + interface + " type veth peer name eth0 address " + mac +
                " netns " + host.path());
  const auto add = [](const NetNs& ns, const std::string& device,
                      const std::vector<std::string>& addresses) {
    for (const std::string& address : addresses) {
      ns.sh("ip addr add " + address + " dev " + device +
            (address.find(':') == std::string::npos ? "" : " nodad"));
    }
    ns.sh("ip link set " + device + " up");
  };
  add(appliance_, interface, own);
  add(host, "eth0", theirs);
  for (const std::string& gateway : gateways) {
    host.sh("ip route add default via " + gateway);
  }
  hosts_.emplace(interface, std::move(host));
}

}  // namespace sekisho::testing
