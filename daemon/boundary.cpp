// SPDX-License-Identifier: GPL-3.0-or-later
#include "boundary.hpp"

#include "compile/difference.hpp"

namespace sekisho::daemon {
namespace {

using ruleset::Instant;
using ruleset::Table;

constexpr int kAttempts = 10;
constexpr std::chrono::seconds kTolerance{
    2};  ///< between an end as compiled and as the kernel tells it
constexpr std::size_t kMostDifferences = 20;

/// Base chains are never replaced, so a table that has others can neither be used nor removed.
Result<> check_hooks(const std::optional<Table>& from, const Table& to) {
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

}  // namespace

Result<Boundary> Boundary::open() {
  auto nftables = kernel::Nftables::open({.own = true});
  if (!nftables) {
    return fail(std::move(nftables).error());
  }
  return Boundary{*std::move(nftables)};
}

Result<> Boundary::prepare(const std::string& table) {
  if (prepared_) {
    return {};
  }
  const auto found = nftables_.info(table);
  if (!found) {
    return fail(found.error());
  }
  if (!found->present) {
    made_ = true;
    shut_the_way();
  }
  prepared_ = true;
  return {};
}

void Boundary::open_the_way(const std::vector<std::string>& interfaces) {
  std::vector<kernel::Setting> wanted = kernel::hygiene(interfaces);
  const std::vector<kernel::Setting> forwarding = kernel::forwarding(true);
  wanted.insert(wanted.end(), forwarding.begin(), forwarding.end());
  settings_ = kernel::apply(wanted);
}

void Boundary::shut_the_way() {
  settings_ = kernel::apply(kernel::forwarding(false));
}

Result<> Boundary::put(const Table& table, Instant now) {
  if (auto ready = prepare(table.name); !ready) {
    return ready;
  }
  std::string why;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    bool again = false;
    auto done = put_once(table, now, again);
    if (done || !again) {
      return done;
    }
    why = done.error().text();
  }
  return fail("somebody changes the ruleset all the time: " + why);
}

Result<> Boundary::put_once(const Table& table, Instant now, bool& again) {
  const auto generation = nftables_.generation();
  if (!generation) {
    return fail(generation.error());
  }
  const bool known = generation_ == *generation && table_.has_value();
  std::optional<Table> from = table_;
  if (!known) {
    auto found = nftables_.read_back(table.name, now);
    if (!found) {
      return fail(std::move(found).error());
    }
    from = *std::move(found);
    if (from) {
      ruleset::settle_ends(*from, table, kTolerance);
    }
  }
  if (auto ours = check_hooks(from, table); !ours) {
    return ours;
  }
  ruleset::Batch batch = compile::difference(from, table);
  if (from && !known) {
    batch.operations.insert(batch.operations.begin(), ruleset::AddTable{});  // takes an orphan over
  }
  generation_ = 0;
  if (!batch.empty()) {
    const auto committed = nftables_.commit(batch, now, *generation);
    if (!committed) {
      // an element may have ended since: then what the kernel really holds tells the difference
      again = committed.error().kind == kernel::CommitError::Kind::StaleGeneration || known;
      return fail(committed.error().text);
    }
  }
  const auto info = nftables_.info(table.name);
  owned_ = info && info->owner_portid == nftables_.port();
  const auto differences = compare_with(table, now);
  if (!differences) {
    return fail(differences.error());
  }
  if (!differences->empty()) {
    return fail("the kernel holds something else: " + differences->front());
  }
  table_ = table;
  generation_ = batch.empty() ? *generation : *generation + 1;
  return {};
}

Result<std::vector<std::string>> Boundary::compare_with(const Table& expected, Instant now) {
  const auto found = nftables_.read_back(expected.name, now);
  if (!found) {
    return fail(found.error());
  }
  if (!*found) {
    return std::vector<std::string>{"there is no table '" + expected.name + "'"};
  }
  return ruleset::differences(expected, **found, kTolerance, kMostDifferences);
}

Result<std::vector<std::string>> Boundary::compare(Instant now) {
  return table_ ? compare_with(*table_, now) : fail("there is no table yet");
}

Result<std::vector<std::string>> Boundary::repair(Instant now) {
  const auto generation = nftables_.generation();
  if (!generation) {
    return fail(generation.error());
  }
  if (*generation == generation_) {
    return std::vector<std::string>{};
  }
  auto differences = compare(now);
  if (!differences) {
    return fail(std::move(differences).error());
  }
  if (differences->empty()) {
    generation_ = *generation;
    return differences;
  }
  const auto info = nftables_.info(table_->name);
  made_ = made_ || (info && !info->present);
  const Table wanted = *table_;
  if (auto done = put(wanted, now); !done) {
    return fail(std::move(done).error().in("cannot repair the table"));
  }
  return differences;
}

Result<ruleset::Elements> Boundary::read_elements(const std::string& set, Instant now) {
  const ruleset::Set* found = table_ ? table_->set(set) : nullptr;
  return found == nullptr ? Result<ruleset::Elements>{}
                          : nftables_.read_elements(table_->name, found->shape, now);
}

}  // namespace sekisho::daemon
