// SPDX-License-Identifier: GPL-3.0-or-later
#include "enforcer.hpp"

#include "closing.hpp"
#include "proof.hpp"

#include "files/files.hpp"
#include "policy/must_flows.hpp"
#include "state/config_files.hpp"

#include <algorithm>

namespace sekisho::daemon {
namespace {

using policy::Instant;

std::vector<std::string> ids_in_force(const policy::Policy& policy,
                                      const policy::Situation& situation) {
  std::vector<std::string> ids;
  for (const policy::Permit& permit : policy.permits()) {
    if (policy::in_force(permit, situation)) {
      ids.push_back(permit.id);
    }
  }
  std::ranges::sort(ids);
  return ids;
}

}  // namespace

std::string Attempt::why() const {
  std::string text = error;
  for (const policy::Diagnostic& diagnostic : errors) {
    text += (text.empty() ? "" : "; ") + diagnostic.str("error");
  }
  return text;
}

Result<Enforcer> Enforcer::open(const Startup& startup) {
  auto numbers = state::load_numbers(startup.state_dir);
  if (!numbers) {
    return fail(std::move(numbers).error());
  }
  auto standing = state::load_standing(startup.state_dir);
  if (!standing) {
    return fail(std::move(standing).error());
  }
  const auto before = state::load_life(startup.state_dir);
  if (!before) {
    return fail(before.error());
  }
  auto boundary = Boundary::open();
  if (!boundary) {
    return fail(std::move(boundary).error());
  }
  Enforcer enforcer{startup, *std::move(boundary), Clock{before->seen}};
  enforcer.numbers_ = *std::move(numbers);
  enforcer.in_force_.standing = *std::move(standing);
  enforcer.reminded_ = before->seen;
  enforcer.boot_ = kernel::value_of("kernel.random.boot_id").value_or("");
  if (!before->boot.empty() && before->boot != enforcer.boot_) {
    enforcer.boundary_.count_anew();
  }
  return enforcer;
}

Attempt Enforcer::failure(std::string why) const {
  Attempt attempt;
  attempt.error = std::move(why);
  attempt.language = startup_.language;
  return attempt;
}

Attempt Enforcer::reload(const Wish& wish) {
  auto sources = state::read_config(startup_.config);
  if (!sources) {
    return failure(sources.error().text());
  }
  Attempt attempt = put(*std::move(sources), wish, Revise::IfChanged);
  if (attempt.ok) {
    trial_.reset();
  }
  return attempt;
}

Attempt Enforcer::apply(const std::string& text, const Wish& wish, bool on_trial) {
  if (trial_) {
    return failure("what was applied before awaits its confirmation: confirm it or roll it back");
  }
  auto sources = state::read_config(startup_.config, text);
  if (!sources) {
    return failure(sources.error().text());
  }
  std::vector<policy::Source> before = in_force_.sources;
  Attempt attempt = put(*std::move(sources), wish, on_trial ? Revise::OnTrial : Revise::Always);
  if (!attempt.ok) {
    return attempt;
  }
  if (on_trial) {
    trial_ = std::move(before);
  } else if (auto written = files::replace(startup_.config, text, 0640); !written) {
    attempt.ok = false;
    attempt.error =
        "in force, but the config file is still the earlier one: " + written.error().text();
  }
  return attempt;
}

Result<Preview> Enforcer::preview(const std::string& text) {
  const auto sources = state::read_config(startup_.config, text);
  if (!sources) {
    return fail(sources.error());
  }
  const policy::Instant now = clock_.now();
  const policy::Parsed parsed = policy::parse(*sources, startup_.language, now);
  if (!parsed.policy) {
    return fail("the config is not valid");
  }
  const auto situation = policy::situation_of(*parsed.policy, in_force_.standing, now);
  return preview_of(in_force_.compiled, {*parsed.policy, situation, numbers_});
}

Result<> Enforcer::close() {
  InForce closed;
  closed.policy = std::make_shared<const policy::Policy>(closed_policy(policy::Appliance{}.table));
  closed.standing = in_force_.standing;
  closed.situation.now = clock_.now();
  closed.compiled = compile::compile(*closed.policy, closed.situation, numbers_);
  if (auto done = boundary_.put({closed.compiled.table, closed.compiled.frames}, clock_.now(),
                                proof_for(closed.policy, closed.situation, prover_));
      !done) {
    boundary_.shut_the_way();
    return done;
  }
  in_force_ = std::move(closed);
  return {};
}

Attempt Enforcer::put(std::vector<policy::Source> sources, const Wish& wish, Revise revise) {
  policy::Parsed parsed = policy::parse(sources, startup_.language, clock_.now());
  Attempt attempt;
  attempt.errors = std::move(parsed.errors);
  attempt.warnings = std::move(parsed.warnings);
  attempt.language = parsed.language;
  if (!parsed.policy) {
    return attempt;
  }
  InForce next;
  next.sha256 = policy::fingerprint(sources);
  next.sources = std::move(sources);
  next.policy = std::make_shared<const policy::Policy>(*std::move(parsed.policy));
  std::set<std::string> distrusted = std::exchange(distrusted_, {});
  next = with(std::move(next), policy::without_the_past(in_force_.standing, clock_.now()));
  distrusted_ = std::move(distrusted);
  if (auto done = put_in_force(next, wish, revise); !done) {
    attempt.error = done.error().text();
    return attempt;
  }
  attempt.ok = true;
  attempt.changed = next.revision != in_force_.revision;
  in_force_ = std::move(next);
  distrusted_.clear();
  return attempt;
}

InForce Enforcer::with(InForce next, policy::Standing standing) {
  next.standing = std::move(standing);
  next.situation = policy::situation_of(*next.policy, next.standing, clock_.now());
  next.situation.relay = relay_;
  // a policy that is new may have other wires than were looked at
  const auto found = kernel::meddling(policy::interfaces_of(*next.policy));
  for (const kernel::Meddling& one : found ? *found : meddled_) {
    next.situation.closed.insert(one.interface);
  }
  for (const std::string& name : distrusted_) {
    next.situation.locked.merge(policy::zones_meant(*next.policy, name));
  }
  next.compiled =
      in_force_.policy == nullptr
          ? compile::compile(*next.policy, next.situation, numbers_)
          : compile::compile(*next.policy, next.situation, numbers_,
                             {*in_force_.policy, in_force_.situation, in_force_.compiled});
  return next;
}

Attempt Enforcer::decide(policy::Standing standing, const Wish& wish) {
  Attempt attempt = failure({});
  attempt.language = in_force_.policy->appliance().language;
  const policy::Standing before = in_force_.standing;
  InForce next = with(in_force_, policy::without_the_past(std::move(standing), clock_.now()));
  // on disk first: what is cut off or revoked stays so, whenever the daemon or the host may die
  if (auto saved = state::save_standing(startup_.state_dir, next.standing); !saved) {
    attempt.error = saved.error().text();
    return attempt;
  }
  const Revise revise = trial_ ? Revise::OnTrial : Revise::Always;
  if (auto done = put_in_force(next, wish, revise); !done) {
    attempt.error = done.error().text();
    if (auto undone = state::save_standing(startup_.state_dir, before); !undone) {
      attempt.error += "; and after a restart it may hold all the same: " + undone.error().text();
    }
    return attempt;
  }
  attempt.ok = true;
  attempt.changed = true;
  in_force_ = std::move(next);
  return attempt;
}

Result<> Enforcer::note(policy::Standing standing) {
  if (auto saved = state::save_standing(startup_.state_dir, standing); !saved) {
    return saved;
  }
  in_force_.standing = std::move(standing);
  return {};
}

Result<> Enforcer::check_must_flows(const InForce& next, const Wish& wish) const {
  if (in_force_.revision == 0) {
    return {};
  }
  std::string broken;
  for (const std::string& id : policy::broken_must_flows(*in_force_.policy, in_force_.situation,
                                                         *next.policy, next.situation)) {
    if (std::ranges::find(wish.break_must_flows, id) == wish.break_must_flows.end()) {
      broken += (broken.empty() ? "'" : ", '") + id + "'";
    }
  }
  return broken.empty() ? Result<>{}
                        : fail("it would break the must-flow " + broken +
                               "; --break-must-flow says that it may");
}

Result<> Enforcer::put_in_force(InForce& next, const Wish& wish, Revise revise) {
  const std::string& table = next.compiled.table.name;
  if (in_force_.policy != nullptr && in_force_.compiled.table.name != table) {
    return fail("the table's name changes from '" + in_force_.compiled.table.name + "' to '" +
                table + "' only when the daemon starts anew");
  }
  if (auto kept = check_must_flows(next, wish); !kept) {
    return kept;
  }
  // numbers first: whatever the kernel may hold after a crash, they are never given to anything
  // else
  if (next.compiled.numbers != numbers_) {
    if (auto saved = state::save_numbers(startup_.state_dir, next.compiled.numbers); !saved) {
      return saved;
    }
    numbers_ = next.compiled.numbers;
  }
  if (auto done = write(next); !done) {
    return done;
  }
  boundary_.open_the_way(policy::interfaces_of(*next.policy));
  auto numbered = number_revision(next, wish, revise);
  if (!numbered && in_force_.policy != nullptr) {
    if (auto undone = write(in_force_); !undone) {
      return fail(std::move(numbered).error().in(undone.error().text()));
    }
  }
  return numbered;
}

Result<> Enforcer::number_revision(InForce& next, const Wish& wish, Revise revise) {
  std::uint64_t last = in_force_.revision;
  std::string last_sha256 = in_force_.sha256;
  if (last == 0) {  // the first of this life goes on behind the former one
    const auto numbers = state::revisions(startup_.state_dir);
    if (!numbers) {
      return fail(numbers.error());
    }
    last = numbers->empty() ? 0 : numbers->back();
    const auto newest = state::load(startup_.state_dir, last);
    last_sha256 = newest && !newest->provisional ? newest->sha256 : "";
  }
  const bool same = last != 0 && last_sha256 == next.sha256;
  if (revise == Revise::Never || (revise == Revise::IfChanged && same)) {
    next.revision = last;
    return {};
  }
  next.revision = last + 1;
  const state::Change change{next.revision,          next.sha256, wish.who,
                             utc_text(clock_.now()), wish.what,   revise == Revise::OnTrial};
  return same ? state::save_change(startup_.state_dir, change)
              : state::save(startup_.state_dir, {change, next.sources});
}

Result<Enforcer::Turned> Enforcer::refresh() {
  const Instant now = clock_.now();
  const auto before = ids_in_force(*in_force_.policy, in_force_.situation);
  const auto after = ids_in_force(*in_force_.policy,
                                  policy::situation_of(*in_force_.policy, in_force_.standing, now));
  Turned turned;
  std::ranges::set_difference(after, before, std::back_inserter(turned.begun));
  std::ranges::set_difference(before, after, std::back_inserter(turned.ended));
  if (clock_.take_leap()) {
    boundary_.forget();
  } else if (turned.begun.empty() && turned.ended.empty()) {
    return turned;
  }
  InForce next = with(in_force_, in_force_.standing);
  if (auto done = write(next); !done) {
    return fail(std::move(done).error());
  }
  in_force_ = std::move(next);
  return turned;
}

std::optional<Instant> Enforcer::next_turn() const {
  std::optional<Instant> next;
  const auto consider = [&](const std::optional<Instant>& turn) {
    if (turn && *turn > in_force_.situation.now && (!next || *turn < *next)) {
      next = turn;
    }
  };
  for (const policy::Permit& permit : in_force_.policy->permits()) {
    consider(permit.valid_from);
    consider(policy::end_of(permit, in_force_.situation));
    consider(permit.valid_until);
  }
  return next;
}

Result<Enforcer::LookedAround> Enforcer::look_around() {
  auto found = kernel::meddling(policy::interfaces_of(*in_force_.policy));
  if (!found) {
    return fail(std::move(found).error());
  }
  LookedAround seen;
  std::ranges::set_difference(*found, meddled_, std::back_inserter(seen.begun));
  std::ranges::set_difference(meddled_, *found, std::back_inserter(seen.ended));
  if (seen.begun.empty() && seen.ended.empty()) {
    return seen;
  }
  std::swap(meddled_, *found);
  InForce next = with(in_force_, in_force_.standing);
  if (auto done = write(next); !done) {
    std::swap(meddled_, *found);  // and once more at the next look
    return fail(std::move(done).error());
  }
  in_force_ = std::move(next);
  return seen;
}

std::vector<policy::Reminder> Enforcer::remind() {
  policy::Situation situation = in_force_.situation;
  situation.now = clock_.now();
  return policy::reminders(*in_force_.policy, situation, std::exchange(reminded_, situation.now));
}

Result<> Enforcer::save_time() {
  return state::save_life(startup_.state_dir, {clock_.now(), boot_});
}

}  // namespace sekisho::daemon
