// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What a policy lets pass, as products of addresses and services that can be compared: the
/// arithmetic behind `changes` and the must-flows. Knows no config text.

#include "net/address.hpp"
#include "net/service.hpp"
#include "policy/policy.hpp"
#include "policy/situation.hpp"

#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace sekisho::policy {

using Ranges = std::vector<net::Range>;
using Services = std::vector<net::Service>;

/// Every source to every destination by every service.
struct Product {
  Ranges src;
  Ranges dst;
  Services services;

  [[nodiscard]] bool empty() const { return src.empty() || dst.empty() || services.empty(); }
};

/// One permit's traffic of one family.
struct Traffic {
  std::string id;
  std::vector<net::Mac> from_macs;
  std::vector<net::Mac> to_macs;
  Product product;
  bool any_src = false;  ///< the whole zone
  bool any_dst = false;
};
/// By source zone, destination zone and family; "-" is the appliance.
using TrafficKey = std::tuple<std::string, std::string, net::Family>;
using Picture = std::map<TrafficKey, std::vector<Traffic>>;

[[nodiscard]] Services every_service();

/// Products of what of `product` lies outside all `holes`; disjoint.
[[nodiscard]] std::vector<Product> without(const Product& product,
                                           const std::vector<Product>& holes);
/// Whoever may send by `narrow` may send by `wide`: no hardware address means any.
[[nodiscard]] bool covers(const std::vector<net::Mac>& wide, const std::vector<net::Mac>& narrow);

/// Adds a permit's traffic, whether it is in force or not.
void add_permit(const Policy& policy, const Permit& permit, Picture& picture);
/// Everything that passes: inside zones, by permits in force, and management.
[[nodiscard]] Picture picture_of(const Policy& policy, const Situation& situation);

}  // namespace sekisho::policy
