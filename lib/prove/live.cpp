// SPDX-License-Identifier: GPL-3.0-or-later
#include "prove/live.hpp"

#include "ruleset/values.hpp"

#include <algorithm>

namespace sekisho::prove {
namespace {

using ruleset::Element;
using ruleset::HookPoint;
using ruleset::Type;

bool is_single(const Interval& interval) {
  return interval.first == interval.last;
}

/// The part of an element that is the value of `field`; nothing where the key has no such field.
std::optional<Interval> part_of(const Lookup& lookup, const Element& element, Field field) {
  const auto position = lookup.position(field);
  return position ? std::optional{lookup.view().part(element, *position)} : std::nullopt;
}

bool lies_in(const std::optional<Interval>& interval, const Values& values) {
  return interval && within({*interval}, values);
}

}  // namespace

bool is_live_set(const ruleset::SetShape& shape) {
  constexpr std::array kBegin{Type::Mark, Type::CtDirection, Type::IfName};
  return shape.holds == ruleset::Holds::Keys && shape.key.size() >= kBegin.size() &&
         std::equal(kBegin.begin(), kBegin.end(), shape.key.begin());
}

Live::Live(const ruleset::Table& table, Charter& charter, Sets& sets, Pool& pool,
           std::chrono::seconds tolerance)
    : charter_{charter}, sets_{sets}, pool_{pool}, tolerance_{tolerance} {
  for (const ruleset::Set& set : table.sets) {
    const SetView* view = is_live_set(set.shape) ? sets.find(set.shape.name) : nullptr;
    if (view == nullptr || !view->well_formed()) {
      continue;
    }
    for (const Element& element : view->elements()) {
      const std::uint32_t mark = number_of(view->part(element, 0).first);
      const auto [at, added] = grants_.try_emplace(mark, nullptr);
      if (added) {
        at->second = charter.named(element.comment);
      }
    }
  }
}

const Grant* Live::grant_of(std::uint32_t mark) const {
  const auto found = grants_.find(mark);
  return found == grants_.end() ? nullptr : found->second;
}

bool Live::is_proof(const ruleset::InSet& lookup, HookPoint hook) {
  const auto has = [&](Field field) {
    return std::ranges::find(lookup.key, field) != lookup.key.end();
  };
  return has(Field::CtMark) && has(Field::CtDirection) &&
         (hook == HookPoint::Output || has(Field::IifName)) &&
         (hook == HookPoint::Input || has(Field::OifName));
}

const std::vector<Live::Excess>& Live::excess(const ruleset::InSet& lookup, HookPoint hook) {
  const auto [at, added] = excess_.try_emplace({hook, {lookup.key, false, lookup.set}});
  SetView* view = sets_.find(lookup.set);
  if (added && view != nullptr) {
    const Lookup by_key{*view, lookup.key, pool_};
    for (const Element& element : view->elements()) {
      if (std::string why = excess_of(by_key, element, hook); !why.empty()) {
        at->second.push_back({&element, std::move(why)});
      }
    }
  }
  return at->second;
}

/// Empty for an element as the policy wants it.
std::string Live::excess_of(const Lookup& lookup, const Element& element, HookPoint hook) const {
  const Interval mark = *part_of(lookup, element, Field::CtMark);
  const Interval way = *part_of(lookup, element, Field::CtDirection);
  if (!is_single(mark) || !is_single(way) || way.first > 1) {
    return "more than one mark or direction is alive at once";
  }
  const std::uint32_t number = number_of(mark.first);
  const Grant* grant = grant_of(number);
  if (grant == nullptr) {
    return "mark " + ruleset::mark_text(number) + " is alive and stands for nothing in the policy";
  }
  if (!grant->under_ceiling) {
    return grant->name + " is not under the ceiling";
  }
  if (!grant->in_force) {
    return grant->name + " is not in force";
  }
  if (grant->ends && (!element.expires || *element.expires > *grant->ends + tolerance_)) {
    return grant->name + " would outlive its end";
  }
  if (hook == HookPoint::Forward) {
    return forwarded_excess(lookup, element, *grant, way.first == 0 ? Way::Original : Way::Reply);
  }
  return own_excess(lookup, element, *grant, hook);
}

std::string Live::forwarded_excess(const Lookup& lookup, const Element& element, const Grant& grant,
                                   Way way) const {
  if (grant.kind == GrantKind::OwnFlow || grant.kind == GrantKind::NearLeg) {
    return grant.name + " is of the appliance's own packets, which are not forwarded";
  }
  const ZoneIndex from = way == Way::Original ? *grant.from : *grant.to;
  const ZoneIndex to = way == Way::Original ? *grant.to : *grant.from;
  if (!lies_in(part_of(lookup, element, Field::IifName), *charter_.wires(from)) ||
      !lies_in(part_of(lookup, element, Field::OifName), *charter_.wires(to))) {
    return grant.name + " is alive between interfaces that are not its zones'";
  }
  const auto& macs = grant.macs.at(static_cast<std::size_t>(way));
  if (!macs.empty()) {
    const auto sender = part_of(lookup, element, Field::EtherSaddr);
    const bool declared =
        sender && is_single(*sender) && std::ranges::find(macs, sender->first) != macs.end();
    return declared ? "" : grant.name + " is alive for another hardware address than declared";
  }
  if (!charter_.has_gateways(to)) {
    return "";
  }
  const auto hop4 = part_of(lookup, element, Field::NextHop4);
  const auto hop6 = part_of(lookup, element, Field::NextHop6);
  const bool declared = (hop4 && lies_in(hop4, *charter_.gateways(to, net::Family::V4))) ||
                        (hop6 && lies_in(hop6, *charter_.gateways(to, net::Family::V6)));
  return declared ? "" : grant.name + " is alive for another next hop than the gateways";
}

std::string Live::own_excess(const Lookup& lookup, const Element& element, const Grant& grant,
                             HookPoint hook) const {
  const bool near = grant.kind == GrantKind::NearLeg;
  if (grant.kind != GrantKind::OwnFlow && !near) {
    return grant.name + " is of packets that are forwarded, not of the appliance's own";
  }
  const Field field = hook == HookPoint::Input ? Field::IifName : Field::OifName;
  const auto zone = near ? grant.from : grant.to;
  const Values& wires = zone ? *charter_.wires(*zone) : *charter_.management_wires();
  return lies_in(part_of(lookup, element, field), wires)
             ? ""
             : grant.name + " is alive on an interface that is not its zone's";
}

}  // namespace sekisho::prove
