// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A small city in throw-away namespaces: an appliance and one host per zone of conf/sekisho.toml,
/// both families, with addresses and routes and nothing else. Forwarding is left to whom it
/// concerns.

#include "support/netns.hpp"

#include <map>
#include <string>
#include <vector>

namespace sekisho::testing {

class City {
 public:
  /// Interfaces of the appliance mn0, lg0, in0, sc0, mgmt0 and x0 (of no zone); behind each one
  /// host with eth0.
  City();

  [[nodiscard]] const NetNs& appliance() const { return appliance_; }
  /// "mn0" is the host behind mn0.
  [[nodiscard]] const NetNs& host(const std::string& interface) const {
    return hosts_.at(interface);
  }

 private:
  void plug(const std::string& interface, const std::string& mac,
            const std::vector<std::string>& own, const std::vector<std::string>& theirs,
            const std::vector<std::string>& gateways);

  NetNs appliance_;
  std::map<std::string, NetNs> hosts_;
};

}  // namespace sekisho::testing
