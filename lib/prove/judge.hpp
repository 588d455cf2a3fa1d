// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Holds what the walk through one base chain tells against the policy, and keeps the first fault.

#include "prove/live.hpp"
#include "prove/walk.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>

namespace sekisho::prove {

/// Packets that must not be, narrowed to those that must not.
struct Fault {
  Space space;
  std::string why;
  std::optional<std::uint32_t> mark = std::nullopt;
};

class Judge final : public Listener {
 public:
  Judge(ruleset::HookPoint hook, Charter& charter, Live& live, Sets& sets, Pool& pool)
      : hook_{hook}, charter_{charter}, live_{live}, sets_{sets}, pool_{pool} {}

  void accepted(const Space& space) override;
  void marked(const Space& space, std::uint32_t mark) override;
  void marked(const Space& space, const Lookup& lookup) override;
  void not_understood(const Space& space, const std::string& why) override;
  [[nodiscard]] bool satisfied() const override { return fault_.has_value(); }

  [[nodiscard]] const std::optional<Fault>& fault() const { return fault_; }

 private:
  using Check = std::function<std::optional<Fault>(const Space&)>;

  void keep(std::optional<Fault> fault);
  /// Of a space that the check finds fault with: whether each part that the lookups it has passed
  /// leave of it is without fault.
  std::optional<Fault> refined(const Space& space, std::span<const ruleset::InSet* const> lookups,
                               const Check& check);

  std::optional<Fault> of_forwarded(const Space& space);
  std::optional<Fault> of_received(const Space& space);
  std::optional<Fault> of_sent(const Space& space);
  std::optional<Fault> of_management(const Space& space);
  std::optional<Fault> of_header(const Space& space);
  std::optional<Fault> of_related(const Space& space);
  std::optional<Fault> of_liveness(const Space& space);
  Space of_its_permit(Space space);
  std::optional<Fault> of_mark(const Space& space, std::uint32_t mark, const Grant& grant);
  /// What of the connections is not the grant's, seen from this way.
  std::optional<Fault> beyond(const Space& space, const Grant& grant, Way way);
  [[nodiscard]] static Values beyond_selectors(const Space& space, std::uint8_t protocol,
                                               const Values& served, Way way);
  std::optional<Fault> beyond_services(const Space& space, const Grant& grant, Way way);
  std::optional<Fault> beyond_gateways(const Space& space, const Grant& grant, Way way);

  [[nodiscard]] bool is_neighbour(const Space& space, Field wire) const;
  [[nodiscard]] bool is_own_report(const Space& space) const;
  [[nodiscard]] bool is_own_error(const Space& space);
  /// Without the values that are in order; nothing where all are.
  std::optional<Space> outside(const Space& space, Field field, const Values* in_order);

  ruleset::HookPoint hook_;
  Charter& charter_;
  Live& live_;
  Sets& sets_;
  Pool& pool_;
  std::optional<Fault> fault_;
};

}  // namespace sekisho::prove
