// SPDX-License-Identifier: GPL-3.0-or-later
// What is written is proved before, and contained where the kernel then holds something else.
#include "enforcer.hpp"

#include "kernel/compare.hpp"
#include "kernel/others.hpp"
#include "proof.hpp"

#include <algorithm>
#include <iterator>

namespace sekisho::daemon {
namespace {

Tables tables_of(const InForce& in_force) {
  return {in_force.compiled.table, in_force.compiled.frames};
}

}  // namespace

Result<> Enforcer::write(const InForce& next) {
  auto done =
      boundary_.put(tables_of(next), clock_.now(), proof_for(next.policy, next.situation, prover_));
  return done || !boundary_.mismatch() ? done : contain(next, std::move(done).error());
}

/// What was in force before stays so, but for the zones that the mismatch is about: they are locked
/// down. Where not even that can be written, nothing is forwarded.
Result<> Enforcer::contain(const InForce& wanted, Error why) {
  distrusted_.merge(
      zones_concerned(*wanted.policy, tables_of(wanted), boundary_.mismatch().value()));
  const InForce& base = in_force_.policy == nullptr ? wanted : in_force_;
  InForce cut = with(base, base.standing);
  if (auto done = boundary_.put(tables_of(cut), clock_.now(),
                                proof_for(cut.policy, cut.situation, prover_));
      !done) {
    boundary_.shut_the_way();
    return fail(std::move(why).in("nothing is forwarded any more: " + done.error().text()));
  }
  std::string names;
  for (const std::string& name : distrusted_) {
    names += (names.empty() ? "'" : ", '") + name + "'";
  }
  in_force_ = std::move(cut);
  return fail(std::move(why).in("locked down: " + names));
}

Result<Boundary::Repaired> Enforcer::repair() {
  auto repaired = boundary_.repair(clock_.now());
  if (!repaired && boundary_.mismatch()) {
    auto contained = contain(in_force_, std::move(repaired).error());
    return fail(std::move(contained).error());
  }
  return repaired;
}

Result<Enforcer::Verified> Enforcer::verify() {
  auto found = boundary_.look(clock_.now());
  const auto others = kernel::others(in_force_.compiled.table.name);
  if (!found || !others) {
    return fail(found ? others.error() : found.error());
  }
  std::ranges::transform(*others, std::back_inserter(found->differences), &kernel::Other::text);
  const prove::Tables tables{found->packets ? &*found->packets : nullptr,
                             found->frames ? &*found->frames : nullptr};
  return Verified{
      std::move(found->differences),
      prove::refute(*in_force_.policy, in_force_.situation, tables, kernel::kTolerance)};
}

}  // namespace sekisho::daemon
