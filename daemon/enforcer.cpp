// SPDX-License-Identifier: GPL-3.0-or-later
#include "enforcer.hpp"

#include "clock.hpp"
#include "compile/difference.hpp"
#include "files/files.hpp"
#include "state/config_files.hpp"
#include "state/state.hpp"

#include <algorithm>

namespace sekisho::daemon {
namespace {

using policy::Instant;
using std::chrono::seconds;

constexpr int kAttempts = 10;
constexpr seconds kTolerance{2};  ///< between an end as compiled and as the kernel tells it
constexpr std::size_t kMostDifferences = 20;

std::vector<std::string> interfaces_of(const policy::Policy& policy) {
  std::vector<std::string> all;
  for (const policy::Zone& zone : policy.zones()) {
    all.insert(all.end(), zone.interfaces.begin(), zone.interfaces.end());
  }
  if (policy.management()) {
    all.insert(all.end(), policy.management()->interfaces.begin(),
               policy.management()->interfaces.end());
  }
  return all;
}

/// Base chains are never replaced, so a table that has others can neither be used nor removed.
Result<> check_hooks(const std::optional<ruleset::Table>& from, const ruleset::Table& to) {
  for (const ruleset::Chain& chain : from ? from->chains : std::vector<ruleset::Chain>{}) {
    const ruleset::Chain* wanted = to.chain(chain.name);
    const bool alike = wanted == nullptr ? !chain.hook : wanted->hook == chain.hook;
    if (!alike) {
      return fail("table '" + to.name + "' is not ours: it has a base chain '" + chain.name +
                  "' that we would not make; remove the table, or choose another name by "
                  "[appliance] table");
    }
  }
  return {};
}

std::vector<std::string> ids_in_force(const InForce& in_force, Instant at) {
  policy::Situation situation = in_force.situation;
  situation.now = at;
  std::vector<std::string> ids;
  for (const policy::Permit& permit : in_force.policy->permits()) {
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
  auto nftables = kernel::Nftables::open({.own = true});
  if (!nftables) {
    return fail(std::move(nftables).error());
  }
  Enforcer enforcer{startup, *std::move(nftables)};
  auto numbers = state::load_numbers(startup.state_dir);
  if (!numbers) {
    return fail(std::move(numbers).error());
  }
  enforcer.numbers_ = *std::move(numbers);
  return enforcer;
}

Attempt Enforcer::failure(std::string why) const {
  Attempt attempt;
  attempt.error = std::move(why);
  attempt.language = startup_.language;
  return attempt;
}

Attempt Enforcer::reload(const std::string& who) {
  auto sources = state::read_config(startup_.config);
  if (!sources) {
    return failure(sources.error().text());
  }
  return put(*std::move(sources), who, Revise::IfChanged);
}

Attempt Enforcer::apply(const std::string& text, const std::string& who) {
  auto sources = state::read_config(startup_.config, text);
  if (!sources) {
    return failure(sources.error().text());
  }
  Attempt attempt = put(*std::move(sources), who, Revise::Always);
  if (!attempt.ok) {
    return attempt;
  }
  if (auto written = files::replace(startup_.config, text, 0640); !written) {
    attempt.ok = false;
    attempt.error =
        "in force, but the config file is still the earlier one: " + written.error().text();
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
    if (!revision) {
      why = revision.error().text();
      continue;
    }
    Attempt attempt = put(std::move(revision->sources), "last good revision", Revise::Never);
    if (attempt.ok) {
      return attempt;
    }
    why = attempt.why();
  }
  return failure(why);
}

Result<Preview> Enforcer::preview(const std::string& text) const {
  const auto sources = state::read_config(startup_.config, text);
  if (!sources) {
    return fail(sources.error());
  }
  const policy::Parsed parsed = policy::parse(*sources, startup_.language, now());
  if (!parsed.policy) {
    return fail("the config is not valid");
  }
  policy::Situation situation = in_force_.situation;
  situation.now = now();
  return preview_of(in_force_.compiled, {*parsed.policy, situation, numbers_});
}

Result<> Enforcer::close() {
  policy::PolicyParts nothing;
  nothing.appliance.name = "closed";
  InForce closed;
  closed.policy = std::make_shared<const policy::Policy>(std::move(nothing));
  closed.situation.now = now();
  closed.compiled = compile::compile(*closed.policy, closed.situation, numbers_);
  if (auto ready = prepare(closed.policy->appliance().table); !ready) {
    return ready;
  }
  if (auto committed = commit(closed.compiled.table); !committed) {
    settings_ = kernel::apply(kernel::forwarding(false));
    return committed;
  }
  in_force_ = std::move(closed);
  return {};
}

Attempt Enforcer::put(std::vector<policy::Source> sources, const std::string& who, Revise revise) {
  policy::Parsed parsed = policy::parse(sources, startup_.language, now());
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
  next.situation.now = now();
  next.compiled = compile::compile(*next.policy, next.situation, numbers_);
  if (auto done = put_in_force(next, who, revise); !done) {
    attempt.error = done.error().text();
    return attempt;
  }
  attempt.ok = true;
  attempt.changed = next.revision != in_force_.revision;
  in_force_ = std::move(next);
  return attempt;
}

Result<> Enforcer::put_in_force(InForce& next, const std::string& who, Revise revise) {
  const std::string& table = next.compiled.table.name;
  if (in_force_.policy != nullptr && in_force_.compiled.table.name != table) {
    return fail("the table's name changes from '" + in_force_.compiled.table.name + "' to '" +
                table + "' only when the daemon starts anew");
  }
  // numbers first: whatever the kernel may hold after a crash, they are never given to anything
  // else
  if (next.compiled.numbers != numbers_) {
    if (auto saved = state::save_numbers(startup_.state_dir, next.compiled.numbers); !saved) {
      return saved;
    }
    numbers_ = next.compiled.numbers;
  }
  if (auto ready = prepare(table); !ready) {
    return ready;
  }
  if (auto committed = commit(next.compiled.table); !committed) {
    return committed;
  }
  open_the_way(*next.policy);
  return number_revision(next, who, revise);
}

Result<> Enforcer::number_revision(InForce& next, const std::string& who, Revise revise) {
  std::uint64_t last = in_force_.revision;
  std::string last_sha256 = in_force_.sha256;
  if (last == 0) {  // the first of this life goes on behind the former one
    const auto numbers = state::revisions(startup_.state_dir);
    if (!numbers) {
      return fail(numbers.error());
    }
    last = numbers->empty() ? 0 : numbers->back();
    const auto newest = state::load(startup_.state_dir, last);
    last_sha256 = newest ? newest->sha256 : "";
  }
  const bool same = last != 0 && last_sha256 == next.sha256;
  if (revise == Revise::Never || (revise == Revise::IfChanged && same)) {
    next.revision = last;
    return {};
  }
  next.revision = last + 1;
  return state::save(startup_.state_dir,
                     {next.revision, next.sha256, who, utc_text(now()), next.sources});
}

Result<> Enforcer::prepare(const std::string& table) {
  if (prepared_) {
    return {};
  }
  const auto found = nftables_.info(table);
  if (!found) {
    return fail(found.error());
  }
  if (!found->present) {
    made_table_ = true;
    settings_ = kernel::apply(kernel::forwarding(false));
  }
  prepared_ = true;
  return {};
}

void Enforcer::open_the_way(const policy::Policy& policy) {
  std::vector<kernel::Setting> wanted = kernel::hygiene(interfaces_of(policy));
  const std::vector<kernel::Setting> forwarding = kernel::forwarding(true);
  wanted.insert(wanted.end(), forwarding.begin(), forwarding.end());
  settings_ = kernel::apply(wanted);
}

Result<> Enforcer::commit(const ruleset::Table& next) {
  std::string why;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    bool again = false;
    auto done = commit_once(next, again);
    if (done || !again) {
      return done;
    }
    why = done.error().text();
  }
  return fail("somebody changes the ruleset all the time: " + why);
}

Result<> Enforcer::commit_once(const ruleset::Table& next, bool& again) {
  const auto generation = nftables_.generation();
  if (!generation) {
    return fail(generation.error());
  }
  std::optional<ruleset::Table> from;
  const bool known = generation_ == *generation && in_force_.policy != nullptr;
  if (known) {
    from = in_force_.compiled.table;
  } else {
    auto found = nftables_.read_back(next.name, now());
    if (!found) {
      return fail(std::move(found).error());
    }
    from = *std::move(found);
  }
  if (auto ours = check_hooks(from, next); !ours) {
    return ours;
  }
  ruleset::Batch batch = compile::difference(from, next);
  if (from && !known) {
    batch.operations.insert(batch.operations.begin(), ruleset::AddTable{});  // takes an orphan over
  }
  if (!batch.empty()) {
    const auto committed = nftables_.commit(batch, now(), *generation);
    if (!committed) {
      // an element may have ended since: then what the kernel really holds tells the difference
      again = committed.error().kind == kernel::CommitError::Kind::StaleGeneration || known;
      generation_ = 0;
      return fail(committed.error().text);
    }
  }
  generation_ = batch.empty() ? *generation : *generation + 1;
  const auto info = nftables_.info(next.name);
  owned_ = info && info->owner_portid == nftables_.port();
  const auto differences = compare_with(next);
  if (!differences) {
    return fail(differences.error());
  }
  return differences->empty() ? Result<>{}
                              : fail("the kernel holds something else: " + differences->front());
}

Result<std::vector<std::string>> Enforcer::compare_with(const ruleset::Table& expected) {
  const auto found = nftables_.read_back(expected.name, now());
  if (!found) {
    return fail(found.error());
  }
  if (!*found) {
    return std::vector<std::string>{"there is no table '" + expected.name + "'"};
  }
  return ruleset::differences(expected, **found, kTolerance, kMostDifferences);
}

Result<std::vector<std::string>> Enforcer::compare() {
  return compare_with(in_force_.compiled.table);
}

Result<std::vector<std::string>> Enforcer::repair() {
  const auto generation = nftables_.generation();
  if (!generation) {
    return fail(generation.error());
  }
  if (*generation == generation_) {
    return std::vector<std::string>{};
  }
  auto differences = compare();
  if (!differences) {
    return fail(std::move(differences).error());
  }
  if (differences->empty()) {
    generation_ = *generation;
    return differences;
  }
  const auto table = nftables_.info(in_force_.compiled.table.name);
  made_table_ = made_table_ || (table && !table->present);
  if (auto committed = commit(in_force_.compiled.table); !committed) {
    return fail(std::move(committed).error().in("cannot repair the table"));
  }
  return differences;
}

Result<Enforcer::Turned> Enforcer::refresh() {
  const Instant at = now();
  const auto before = ids_in_force(in_force_, in_force_.situation.now);
  const auto after = ids_in_force(in_force_, at);
  Turned turned;
  std::ranges::set_difference(after, before, std::back_inserter(turned.begun));
  std::ranges::set_difference(before, after, std::back_inserter(turned.ended));
  if (turned.begun.empty() && turned.ended.empty()) {
    return turned;
  }
  InForce next = in_force_;
  next.situation.now = at;
  next.compiled = compile::compile(*next.policy, next.situation, numbers_);
  if (auto committed = commit(next.compiled.table); !committed) {
    return fail(std::move(committed).error());
  }
  in_force_ = std::move(next);
  return turned;
}

std::optional<Instant> Enforcer::next_turn() const {
  std::optional<Instant> next;
  for (const policy::Permit& permit : in_force_.policy->permits()) {
    for (const std::optional<Instant>& turn : {permit.valid_from, permit.valid_until}) {
      if (turn && *turn > in_force_.situation.now && (!next || *turn < *next)) {
        next = turn;
      }
    }
  }
  return next;
}

}  // namespace sekisho::daemon
