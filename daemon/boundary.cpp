// SPDX-License-Identifier: GPL-3.0-or-later
#include "boundary.hpp"

#include "compile/difference.hpp"
#include "kernel/compare.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace sekisho::daemon {
namespace {

using ruleset::Instant;
using ruleset::Table;

constexpr int kAttempts = 10;
constexpr std::size_t kMostAuthors = 8;

/// Base chains are never replaced, so a table that has others can neither be used nor removed.
Result<> check_hooks(const std::optional<Table>& from, const Table& to) {
  for (const ruleset::Chain& chain : from ? from->chains : std::vector<ruleset::Chain>{}) {
    const ruleset::Chain* wanted = to.chain(chain.name);
    const bool free = !chain.hook || ruleset::may_come_and_go(*chain.hook);
    const bool alike = wanted == nullptr ? free : wanted->hook == chain.hook;
    if (!alike) {
      return fail(kernel::text_of(to.id()) + " is not ours: it has a base chain '" + chain.name +
                  "' that we would not make; remove the table, or choose another name by "
                  "[appliance] table");
    }
  }
  return {};
}

/// The drop counters' set changes its shape with the number of zones.
bool ends_counters(const ruleset::Batch& batch) {
  return std::ranges::any_of(batch.operations, [](const ruleset::Operation& operation) {
    const auto* gone = std::get_if<ruleset::DeleteSet>(&operation);
    return gone != nullptr && gone->set == "drops";
  });
}

}  // namespace

Result<Boundary> Boundary::open() {
  auto nftables = kernel::Nftables::open({.own = true});
  if (!nftables) {
    return fail(std::move(nftables).error());
  }
  return Boundary{*std::move(nftables)};
}

Result<bool> Boundary::is_there(const std::string& table) {
  const auto found = nftables_.info(table);
  return found ? Result<bool>{found->present} : fail(found.error());
}

Result<> Boundary::prepare(const std::string& table) {
  if (prepared_) {
    return {};
  }
  const auto there = is_there(table);
  if (!there) {
    return fail(there.error());
  }
  if (!*there) {
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

Result<> Boundary::put(const Tables& tables, Instant now, const Judge& judge) {
  mismatch_.reset();
  if (auto ready = prepare(tables.packets.name); !ready) {
    return ready;
  }
  hear_authors();
  events_.reset();
  bool again = true;
  Result<> done;
  for (int attempt = 0; attempt < kAttempts && again; ++attempt) {
    again = false;
    done = put_once(tables, now, judge, again);
  }
  if (auto events = kernel::GenerationEvents::open()) {
    events_ = *std::move(events);
  }
  return again ? fail(std::move(done).error().in("somebody changes the ruleset all the time"))
               : done;
}

/// Whoever has changed the ruleset since this was asked last, but us.
void Boundary::hear_authors() {
  const auto news = events_ ? events_->read() : kernel::GenerationEvents::News{};
  for (const kernel::GenerationChange& change :
       news ? news->changes : std::vector<kernel::GenerationChange>{}) {
    if (change.pid != static_cast<std::uint32_t>(::getpid()) && authors_.size() < kMostAuthors) {
      authors_.insert(change.command + " (pid " + std::to_string(change.pid) + ")");
    }
  }
}

Result<Boundary::Step> Boundary::step_to(const Table& table, const Table* before, Instant now) {
  const auto step_from = [&](std::optional<Table> from) {
    ruleset::Batch batch = compile::difference(from, table);
    Table after = ruleset::applied(std::move(from), batch);
    return Step{std::move(batch), std::move(after)};
  };
  if (before != nullptr) {
    return step_from(*before);
  }
  auto found = nftables_.read_back(table.id(), now);
  if (!found) {
    return fail(std::move(found).error());
  }
  if (auto ours = check_hooks(*found, table); !ours) {
    return fail(std::move(ours).error());
  }
  if (*found) {
    ruleset::settle_ends(**found, table, kernel::kTolerance);
  }
  return step_from(*std::move(found));
}

/// In a transaction of its own: the kernel adds no base chain to a table that changes its flags.
Result<> Boundary::take_over(const Table& table, Instant now) {
  const auto info = nftables_.info(table.id());
  if (!info) {
    return fail(info.error());
  }
  if (!info->present || info->owner_portid == nftables_.port()) {
    return {};
  }
  const auto taken = nftables_.commit({table.id(), {ruleset::AddTable{}}}, now);
  return taken ? Result<>{} : fail(taken.error().text);
}

Result<> Boundary::put_once(const Tables& tables, Instant now, const Judge& judge, bool& again) {
  auto generation = nftables_.generation();
  const bool known = tables_.has_value() && generation && generation_ == *generation;
  if (!known) {
    for (const Table* table : {&tables.packets, &tables.frames}) {
      if (auto taken = take_over(*table, now); !taken) {
        return taken;
      }
    }
    generation = nftables_.generation();
  }
  if (!generation) {
    return fail(std::move(generation).error());
  }
  auto packets = step_to(tables.packets, known ? &tables_->packets : nullptr, now);
  if (!packets) {
    return fail(std::move(packets).error());
  }
  auto frames = step_to(tables.frames, known ? &tables_->frames : nullptr, now);
  if (!frames) {
    return fail(std::move(frames).error());
  }
  if (auto allowed = judge({std::move(packets->after), std::move(frames->after)}); !allowed) {
    return allowed;
  }
  generation_ = 0;
  const std::array batches{std::move(packets->batch), std::move(frames->batch)};
  const bool changes = !batches[0].empty() || !batches[1].empty();
  if (changes) {
    const auto committed = nftables_.commit(batches, now, *generation);
    if (!committed) {
      // an element may have ended since: then what the kernel really holds tells the difference
      again = committed.error().kind == kernel::CommitError::Kind::StaleGeneration || known;
      return fail(committed.error().text);
    }
    for (const ruleset::Batch& batch : batches) {
      if (ends_counters(batch)) {
        remade_.insert(batch.table.family);
      }
    }
  }
  const auto info = nftables_.info(tables.packets.id());
  owned_ = info && info->owner_portid == nftables_.port();
  // what was known to be there and is not touched is read back a moment later, by `repair`
  const std::array expected{&tables.packets, &tables.frames};
  const auto differences = known ? kernel::compare_touched(nftables_, expected, batches, now)
                                 : kernel::compare(nftables_, expected, now);
  unread_ = known && changes;
  if (!differences) {
    return fail(differences.error());
  }
  if (!differences->empty()) {
    auto found = find(tables, now);
    if (!found) {
      return fail(std::move(found).error());
    }
    mismatch_ = *std::move(found);
    return fail("the kernel holds something else: " + differences->front());
  }
  tables_ = tables;
  judge_ = judge;
  generation_ = *generation + (changes ? 1 : 0);
  looked_ = looked_ == *generation ? generation_ : looked_;
  return {};
}

Result<Boundary::Found> Boundary::find(const Tables& tables, Instant now) {
  auto found = kernel::find(nftables_, std::array{&tables.packets, &tables.frames}, now);
  if (!found) {
    return fail(std::move(found).error());
  }
  return Found{std::move(found->tables[0]), std::move(found->tables[1]),
               std::move(found->differences)};
}

Result<Boundary::Found> Boundary::look(Instant now) {
  return tables_ ? find(*tables_, now) : fail("there is no table yet");
}

Result<> Boundary::look_at_others(Repaired& repaired) {
  std::vector<kernel::Other> legacy = kernel::others_in_iptables();
  if (looked_ == generation_ && legacy == legacy_) {
    return {};
  }
  auto now = kernel::others_in_nftables(tables_ ? tables_->packets.name : std::string{});
  if (!now) {
    return fail(std::move(now).error());
  }
  legacy_ = std::move(legacy);
  now->insert(now->end(), legacy_.begin(), legacy_.end());
  std::ranges::sort(*now);
  std::ranges::set_difference(*now, others_, std::back_inserter(repaired.begun));
  std::ranges::set_difference(others_, *now, std::back_inserter(repaired.ended));
  others_ = *std::move(now);
  looked_ = generation_;
  return {};
}

Result<> Boundary::put_right(Instant now) {
  for (const Table* table : {&tables_->packets, &tables_->frames}) {
    const auto info = nftables_.info(table->id());
    if (info && !info->present) {
      remade_.insert(table->family);
    }
  }
  const Tables wanted = *tables_;
  auto done = put(wanted, now, Judge{judge_});
  return done ? done : fail(std::move(done).error().in("cannot repair the table"));
}

Result<Boundary::Repaired> Boundary::repair(Instant now) {
  const auto generation = nftables_.generation();
  if (!generation) {
    return fail(generation.error());
  }
  Repaired repaired;
  if (*generation != generation_ || unread_) {
    hear_authors();
    auto found = look(now);
    if (!found) {
      return fail(std::move(found).error());
    }
    unread_ = false;
    generation_ = found->differences.empty() ? *generation : 0;  // 0: what is there is read anew
    if (auto done = found->differences.empty() ? Result<>{} : put_right(now); !done) {
      return fail(std::move(done).error());
    }
    repaired.differences = std::move(found->differences);
    for (const std::string& author : std::exchange(authors_, {})) {
      repaired.authors += (repaired.authors.empty() ? "" : ", ") + author;
    }
  }
  if (auto looked = look_at_others(repaired); !looked) {
    return fail(std::move(looked).error());
  }
  return repaired;
}

Result<> Boundary::beat(const std::vector<std::uint32_t>& marks, std::chrono::seconds lasting,
                        Instant now) {
  const ruleset::Set* set = tables_ ? tables_->packets.set(ruleset::kHeartbeats) : nullptr;
  if (set == nullptr || marks.empty()) {
    return {};
  }
  std::vector<ruleset::Element> elements;
  for (const std::uint32_t mark : marks) {
    elements.push_back({ruleset::mark_bytes(mark), {}, {}, now + lasting, {}, {}});
  }
  std::ranges::sort(elements, {}, &ruleset::Element::key);
  // adding alone does not renew on older kernels
  const ruleset::Batch batch{tables_->packets.id(),
                             {ruleset::DeleteElements{set->shape, elements},
                              ruleset::AddElements{set->shape, elements}}};
  const auto committed = nftables_.commit(batch, now);
  if (!committed) {
    return fail(committed.error().text);
  }
  // somebody else's change in between is seen as one
  generation_ += generation_ == 0 ? 0 : 1;
  return {};
}

Result<ruleset::Elements> Boundary::read_elements(ruleset::TableFamily family,
                                                  const std::string& set, Instant now) {
  if (!tables_) {
    return ruleset::Elements{};
  }
  const bool packets = family == ruleset::TableFamily::Inet;
  const Table& table = packets ? tables_->packets : tables_->frames;
  const ruleset::Set* found = table.set(set);
  return found == nullptr ? Result<ruleset::Elements>{}
                          : nftables_.read_elements(table.id(), found->shape, now);
}

}  // namespace sekisho::daemon
