// SPDX-License-Identifier: GPL-3.0-or-later
#include "prove/prove.hpp"

#include "prove/example.hpp"
#include "prove/frames.hpp"
#include "prove/judge.hpp"
#include "prove/step.hpp"
#include "ruleset/values.hpp"

#include <array>

namespace sekisho::prove {
namespace {

using ruleset::Chain;
using ruleset::HookPoint;
using ruleset::Table;

constexpr std::array kJudged{HookPoint::Forward, HookPoint::Input, HookPoint::Output};

/// An interface that a hook does not know has no name; every other has one.
std::vector<Space> everything_at(HookPoint hook, Pool& pool) {
  std::vector<Space> all{Space::everything(kIpv4), Space::everything(kIpv6)};
  const Values* none = pool.point(0);
  const Values* any = pool.without(&all_of(Field::IifName), none);
  for (Space& space : all) {
    space.put(Field::IifName, hook == HookPoint::Output ? none : any);
    space.put(Field::OifName, hook == HookPoint::Input ? none : any);
  }
  return all;
}

/// The packets' table, hook by hook.
class Packets {
 public:
  Packets(const Table* table, Charter& charter, Ground& ground, std::chrono::seconds tolerance)
      : table_{table == nullptr ? none_ : *table},
        charter_{charter},
        pool_{ground.pool},
        sets_{table_, ground.pool, ground.zone_maps},
        live_{table_, charter, sets_, ground.pool, tolerance} {}

  std::optional<Counterexample> refute() {
    for (const HookPoint hook : kJudged) {
      if (auto found = refute(hook)) {
        return found;
      }
    }
    for (const Chain& chain : table_.chains) {
      const bool only_marks =
          chain.hook && std::ranges::find(kJudged, chain.hook->point) == kJudged.end();
      if (auto found = only_marks ? refute(chain) : std::nullopt) {
        return found;
      }
    }
    return std::nullopt;
  }

 private:
  /// Without a chain there nothing is held up.
  std::optional<Counterexample> refute(HookPoint hook) {
    bool guarded = false;
    for (const Chain& chain : table_.chains) {
      if (chain.hook && chain.hook->point == hook) {
        guarded = true;
        if (auto found = refute(chain)) {
          return found;
        }
      }
    }
    Judge judge{hook, charter_, live_, sets_, pool_};
    for (const Space& space : guarded ? std::vector<Space>{} : everything_at(hook, pool_)) {
      judge.accepted(space);
    }
    return told(judge, hook);
  }

  std::optional<Counterexample> refute(const Chain& base) {
    const HookPoint hook = base.hook->point;
    Judge judge{hook, charter_, live_, sets_, pool_};
    Walk{table_, sets_, pool_, judge}.base(base, everything_at(hook, pool_));
    return told(judge, hook);
  }

  std::optional<Counterexample> told(const Judge& judge, HookPoint hook) {
    if (!judge.fault()) {
      return std::nullopt;
    }
    const Fault& fault = *judge.fault();
    return Counterexample{hook, example_of(fault.space, hook, sets_, pool_), fault.mark, fault.why};
  }

  Table none_;
  const Table& table_;
  Charter& charter_;
  Pool& pool_;
  Sets sets_;
  Live live_;
};

std::optional<Counterexample> refute_frames(const Table* table, Charter& charter, Ground& ground) {
  const Table none;
  Sets sets{table == nullptr ? none : *table, ground.pool, ground.zone_maps};
  const auto frame = frame_fault(table, charter, sets, ground.pool);
  if (!frame) {
    return std::nullopt;
  }
  Counterexample found{HookPoint::Ingress, {}, std::nullopt, frame->fault.why};
  found.packet.emplace(Field::IifName, ruleset::name_bytes(frame->wire));
  const Value type = frame->fault.space[Field::EtherType].front().first;
  if (type != missing(Field::EtherType)) {
    found.packet.emplace(Field::EtherType, ruleset::bytes_of(static_cast<std::uint16_t>(type)));
  }
  return found;
}

std::optional<Counterexample> refute_on(Ground& ground, const policy::Policy& policy,
                                        const policy::Situation& situation, const Tables& tables,
                                        std::chrono::seconds tolerance) {
  Charter charter{policy, situation, ground};
  auto found = Packets{tables.packets, charter, ground, tolerance}.refute();
  return found ? found : refute_frames(tables.frames, charter, ground);
}

}  // namespace

std::optional<Counterexample> refute(const policy::Policy& policy,
                                     const policy::Situation& situation, const Tables& tables,
                                     std::chrono::seconds tolerance) {
  Ground ground{policy};
  return refute_on(ground, policy, situation, tables, tolerance);
}

struct Prover::Memory {
  explicit Memory(const policy::Policy& policy) : ground{policy} {}

  Proved proved;
  Ground ground;
};

Prover::Prover() = default;
Prover::~Prover() = default;

std::optional<Counterexample> Prover::refute(std::shared_ptr<const policy::Policy> policy,
                                             const policy::Situation& situation,
                                             const Table& packets, const Table& frames,
                                             std::chrono::seconds tolerance) {
  constexpr std::size_t kMostKept = 1'000'000;
  Proved next{std::move(policy), situation, packets, frames};
  const bool known = memory_ != nullptr && memory_->ground.pool.size() < kMostKept;
  const auto left = known ? left_to_prove(memory_->proved, next) : std::nullopt;
  auto memory = left ? std::move(memory_) : std::make_unique<Memory>(*next.policy);
  auto found = refute_on(memory->ground, *next.policy, situation,
                         {left ? &*left : &packets, &frames}, tolerance);
  memory_.reset();
  if (!found) {
    memory->proved = std::move(next);
    memory_ = std::move(memory);
  }
  return found;
}

std::map<std::string, std::string> texts_of(const Counterexample& counterexample) {
  std::map<std::string, std::string> texts;
  for (const auto& [field, bytes] : counterexample.packet) {
    std::string text = ruleset::value_text(ruleset::type_of(field), bytes.view());
    std::erase(text, '"');
    texts.emplace(ruleset::name_of(field), std::move(text));
  }
  return texts;
}

std::string text_of(const Counterexample& counterexample) {
  std::string text{ruleset::name_of(counterexample.hook)};
  std::string_view between = ": ";
  for (const auto& [name, value] : texts_of(counterexample)) {
    text += std::string{between} + name + ' ' + value;
    between = ", ";
  }
  return text + ": " + counterexample.why;
}

}  // namespace sekisho::prove
