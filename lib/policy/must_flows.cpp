// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/must_flows.hpp"

#include "policy/traffic.hpp"

#include <algorithm>

namespace sekisho::policy {
namespace {

/// What can carry a must-flow.
Picture carriers_of(const Policy& policy, Situation situation) {
  situation.locked.clear();
  Picture picture = picture_of(policy, situation);
  for (const Permit& permit : policy.permits()) {
    if (permit.kind == PermitKind::Exchange && is_valid(permit, situation)) {
      add_permit(policy, permit, picture);
    }
  }
  return picture;
}

std::vector<Product> products_of(const Picture& picture, const TrafficKey& key) {
  std::vector<Product> products;
  if (const auto found = picture.find(key); found != picture.end()) {
    for (const Traffic& traffic : found->second) {
      products.push_back(traffic.product);
    }
  }
  return products;
}

}  // namespace

std::vector<std::string> broken_must_flows(const Policy& before, const Situation& situation_before,
                                           const Policy& after, const Situation& situation_after) {
  std::vector<std::string> broken;
  if (before.must_flows().empty()) {
    return broken;
  }
  const Picture now = carriers_of(before, situation_before);
  const Picture then = carriers_of(after, situation_after);
  for (const Permit& must_flow : before.must_flows()) {
    Picture wanted;
    add_permit(before, must_flow, wanted);
    const bool lost = std::ranges::any_of(wanted, [&](const auto& side) {
      const Product& whole = side.second.front().product;
      const auto missing_now = without(whole, products_of(now, side.first));
      const auto missing_then = without(whole, products_of(then, side.first));
      return std::ranges::any_of(
          missing_then, [&](const Product& piece) { return !without(piece, missing_now).empty(); });
    });
    if (lost) {
      broken.push_back(must_flow.id);
    }
  }
  return broken;
}

}  // namespace sekisho::policy
