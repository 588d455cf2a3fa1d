// SPDX-License-Identifier: GPL-3.0-or-later
// Trials, and ways back to what was in force before.
#include "enforcer.hpp"

#include "files/files.hpp"
#include "state/config_files.hpp"

namespace sekisho::daemon {

Attempt Enforcer::confirm(const Wish& wish) {
  if (!trial_) {
    return failure("nothing awaits a confirmation");
  }
  if (auto written = files::replace(startup_.config, in_force_.sources.front().text, 0640);
      !written) {
    return failure(std::move(written).error().text());
  }
  trial_.reset();
  Attempt attempt = failure({});
  attempt.ok = true;
  const auto change = state::load_change(startup_.state_dir, in_force_.revision);
  const auto saved =
      change ? state::save_change(startup_.state_dir,
                                  {change->number, change->sha256, change->who, change->when,
                                   change->what + ", confirmed by " + wish.who, false})
             : Result<>{fail(change.error())};
  if (!saved) {
    attempt.error = "confirmed, but not in the history: " + saved.error().text();
  }
  return attempt;
}

Attempt Enforcer::end_trial(const Wish& wish) {
  Wish whatever_it_breaks = wish;
  for (const policy::Permit& must_flow : in_force_.policy->must_flows()) {
    whatever_it_breaks.break_must_flows.push_back(must_flow.id);
  }
  Attempt attempt = put(trial_.value(), whatever_it_breaks, Revise::Always);
  if (attempt.ok) {
    trial_.reset();
  }
  return attempt;
}

Result<std::uint64_t> Enforcer::last_other_text() const {
  const auto numbers = state::revisions(startup_.state_dir);
  if (!numbers) {
    return fail(numbers.error());
  }
  for (auto number = numbers->rbegin(); number != numbers->rend(); ++number) {
    const auto change = state::load_change(startup_.state_dir, *number);
    if (change && !change->provisional && change->sha256 != in_force_.sha256) {
      return *number;
    }
  }
  return fail("there is no earlier text to roll back to");
}

Attempt Enforcer::roll_back(std::uint64_t revision, const Wish& wish) {
  const Result<std::uint64_t> number =
      revision == 0 ? last_other_text() : Result<std::uint64_t>{revision};
  if (!number) {
    return failure(number.error().text());
  }
  auto earlier = state::load(startup_.state_dir, *number);
  if (!earlier) {
    return failure(earlier.error().text());
  }
  const std::vector<policy::Source> sources = earlier->sources;
  Wish named = wish;
  named.what += " to " + std::to_string(*number);
  Attempt attempt = put(sources, named, Revise::Always);
  if (!attempt.ok) {
    return attempt;
  }
  trial_.reset();
  if (auto written = state::write_config(startup_.config, sources); !written) {
    attempt.ok = false;
    attempt.error = "in force, but not all config files are: " + written.error().text();
  }
  return attempt;
}

Attempt Enforcer::restore() {
  std::string why = "there is no earlier revision";
  const auto numbers = state::revisions(startup_.state_dir);
  if (!numbers) {
    return failure(numbers.error().text());
  }
  for (auto number = numbers->rbegin(); number != numbers->rend(); ++number) {
    auto revision = state::load(startup_.state_dir, *number);
    if (!revision || revision->provisional) {
      why = revision ? why : revision.error().text();
      continue;
    }
    Attempt attempt = put(std::move(revision->sources), {}, Revise::Never);
    if (attempt.ok) {
      return attempt;
    }
    why = attempt.why();
  }
  return failure(why);
}

Result<std::vector<state::Change>> Enforcer::history() const {
  const auto numbers = state::revisions(startup_.state_dir);
  if (!numbers) {
    return fail(numbers.error());
  }
  std::vector<state::Change> changes;
  for (const std::uint64_t number : *numbers) {
    if (auto change = state::load_change(startup_.state_dir, number)) {
      changes.push_back(*std::move(change));
    }
  }
  return changes;
}

}  // namespace sekisho::daemon
