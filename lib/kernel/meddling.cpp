// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/meddling.hpp"

#include "base/escape.hpp"
#include "kernel/route_dump.hpp"

#include <linux/fib_rules.h>
#include <linux/if_link.h>

#include <algorithm>
#include <map>
#include <set>

namespace sekisho::kernel {
namespace {

/// A device as RTM_NEWLINK tells it.
struct Device {
  std::uint32_t index = 0;
  std::string name;
  std::string kind;          ///< "bridge", "macvlan", …; empty for hardware
  std::uint32_t master = 0;  ///< index; 0 for none
  std::uint32_t below = 0;   ///< index of what it lies on; 0 for none, or in another namespace
  bool xdp = false;
};

std::optional<Device> decode_device(const Message& message) {
  const auto header = structure<ifinfomsg>(message.payload);
  if (message.type != RTM_NEWLINK || !header) {
    return std::nullopt;
  }
  const Attributes attributes = attributes_after(message.payload, sizeof(ifinfomsg));
  Device device;
  device.index = static_cast<std::uint32_t>(header->ifi_index);
  device.name = attributes.text(IFLA_IFNAME);
  device.kind = attributes.nested(IFLA_LINKINFO).text(IFLA_INFO_KIND);
  device.master = attributes.host_u32(IFLA_MASTER).value_or(0);
  // the peer of a veth stands there too, and is nothing below it
  const bool lies_on = device.kind != "veth" && !attributes.has(IFLA_LINK_NETNSID);
  device.below = lies_on ? attributes.host_u32(IFLA_LINK).value_or(0) : 0;
  const auto attached = attributes.nested(IFLA_XDP).find(IFLA_XDP_ATTACHED);
  device.xdp = attached && !attached->empty() && attached->front() != XDP_ATTACHED_NONE;
  return device;
}

/// The index of an interface with a hook of traffic control (clsact or ingress).
std::optional<std::uint32_t> decode_hook(const Message& message) {
  const auto header = structure<tcmsg>(message.payload);
  if (message.type != RTM_NEWQDISC || !header) {
    return std::nullopt;
  }
  const std::string kind{attributes_after(message.payload, sizeof(tcmsg)).text(TCA_KIND)};
  return kind == "clsact" || kind == "ingress"
             ? std::optional{static_cast<std::uint32_t>(header->tcm_ifindex)}
             : std::nullopt;
}

/// The interfaces that a routing rule names.
std::optional<std::set<std::string>> decode_rule(const Message& message) {
  if (message.type != RTM_NEWRULE || !structure<fib_rule_hdr>(message.payload)) {
    return std::nullopt;
  }
  const Attributes attributes = attributes_after(message.payload, sizeof(fib_rule_hdr));
  return std::set<std::string>{std::string{attributes.text(FRA_IIFNAME)},
                               std::string{attributes.text(FRA_OIFNAME)}};
}

class Finder {
 public:
  explicit Finder(const std::vector<std::string>& interfaces)
      : ours_{interfaces.begin(), interfaces.end()} {}

  void look_at(const std::vector<Device>& devices) {
    for (const Device& device : devices) {
      names_[device.index] = device.name;
    }
    for (const Device& device : devices) {
      if (ours_.contains(device.name)) {
        look_at(device);
      } else if (const std::string below = name_of(device.below); ours_.contains(below)) {
        add(below, "the device '" + escaped(device.name) + "' lies on it");
      }
    }
  }
  void look_at_hook(std::uint32_t index) {
    if (const std::string name = name_of(index); ours_.contains(name)) {
      add(name, "it has a traffic control hook");
    }
  }
  void look_at_rule(const std::set<std::string>& named) {
    for (const std::string& name : named) {
      if (ours_.contains(name)) {
        add(name, "a routing rule names it");
      }
    }
  }
  [[nodiscard]] std::vector<Meddling> found() && { return {found_.begin(), found_.end()}; }

 private:
  void look_at(const Device& device) {
    if (device.master != 0) {
      add(device.name, "it is a port of '" + escaped(name_of(device.master)) + "'");
    }
    if (device.xdp) {
      add(device.name, "it has an XDP program");
    }
  }
  void add(const std::string& interface, std::string what) {
    found_.insert({interface, std::move(what)});
  }
  [[nodiscard]] std::string name_of(std::uint32_t index) const {
    const auto found = names_.find(index);
    return found == names_.end() ? "" : found->second;
  }

  std::set<std::string> ours_;
  std::map<std::uint32_t, std::string> names_;
  std::set<Meddling> found_;
};

}  // namespace

Result<std::vector<Meddling>> meddling(const std::vector<std::string>& interfaces) {
  Finder finder{interfaces};
  const auto devices = list<Device, ifinfomsg>(RTM_GETLINK, "interfaces", decode_device);
  if (!devices) {
    return fail(devices.error());
  }
  finder.look_at(*devices);
  const auto hooks = list<std::uint32_t, tcmsg>(RTM_GETQDISC, "traffic control", decode_hook);
  if (!hooks) {
    return fail(hooks.error());
  }
  for (const std::uint32_t index : *hooks) {
    finder.look_at_hook(index);
  }
  for (const std::uint8_t family : std::initializer_list<std::uint8_t>{AF_INET, AF_INET6}) {
    fib_rule_hdr body{};
    body.family = family;
    const auto rules =
        list<std::set<std::string>, fib_rule_hdr>(RTM_GETRULE, "routing rules", decode_rule, body);
    if (!rules) {
      return fail(rules.error());
    }
    for (const auto& named : *rules) {
      finder.look_at_rule(named);
    }
  }
  return std::move(finder).found();
}

}  // namespace sekisho::kernel
