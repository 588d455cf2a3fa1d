// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulate/run.hpp"

#include "base/result.hpp"
#include "simulate/fields.hpp"
#include "simulate/lookup.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace sekisho::simulate {
namespace {

using ruleset::Chain;
using ruleset::HookPoint;
using ruleset::Rule;
using ruleset::VerdictKind;

constexpr std::size_t kJumpStackSize = 16;  // NFT_JUMP_STACK_SIZE
/// No table without a loop enters as many chains for one packet.
constexpr std::size_t kMostChains = 4096;

/// How a statement or a whole rule ends: with the next one, with the next rule, or with a verdict.
struct Next {};
struct Break {};
struct Step {
  explicit Step(Next /*next*/) {}
  explicit Step(Break /*end*/) : breaks{true} {}
  explicit Step(const ruleset::Verdict& of_the_table) : verdict{&of_the_table} {}
  bool breaks = false;
  const ruleset::Verdict* verdict = nullptr;
};

class Machine {
 public:
  Machine(const ruleset::Table& table, const Packet& packet, ruleset::Instant now)
      : table_{table}, at_{.packet = packet, .ct_mark = packet.ct_mark}, now_{now} {}

  Outcome run();

 private:
  struct Frame {
    const Chain* chain;
    std::size_t rule;
  };

  Result<Ending> hook(HookPoint point);
  Result<Ending> base_chain(const Chain& base);
  Result<std::optional<Ending>> next_rule(Frame& place, std::vector<Frame>& stack);
  Result<std::optional<ruleset::Verdict>> rule(const Rule& rule);
  Result<> enter(Frame& place, std::vector<Frame>& stack, const ruleset::Verdict& verdict);

  Result<Step> step(const ruleset::Compare& statement);
  Result<Step> step(const ruleset::HasBits& statement);
  Result<Step> step(const ruleset::InSet& statement);
  Result<Step> step(const ruleset::SetMark& statement);
  Result<Step> step(const ruleset::ChangeMark& statement);
  Result<Step> step(const ruleset::MapMark& statement);
  Result<Step> step(const ruleset::MapVerdict& statement);
  static Result<Step> step(const ruleset::Verdict& statement) { return Step{statement}; }
  static Result<Step> step(const ruleset::Log& /*statement*/) { return Step{Next{}}; }
  static Result<Step> step(const ruleset::Counter& /*statement*/) { return Step{Next{}}; }
  Result<Step> step(const ruleset::Tproxy& statement);
  static Result<Step> step(const ruleset::Foreign& statement) {
    return fail("foreign statement '" + statement.text + "'");
  }

  /// The element the key finds in the set; null for none, and for a key of fields the packet lacks
  /// (then `absent`).
  struct Lookup {
    const ruleset::Element* element = nullptr;
    bool absent = false;
  };
  Result<Lookup> look_up(const std::vector<ruleset::Field>& key, const std::string& name,
                         ruleset::Holds holds);
  void set_mark(ruleset::Mark mark, std::uint32_t value);
  void conclude(const Result<Ending>& end);

  const ruleset::Table& table_;
  Position at_;
  ruleset::Instant now_;
  bool counting_ = false;  ///< this rule has matched an element that counts
  Outcome outcome_;
};

std::span<const HookPoint> hooks_of(const Packet& packet) {
  static constexpr std::array kOwn{HookPoint::Output, HookPoint::Postrouting};
  static constexpr std::array kForward{HookPoint::Prerouting, HookPoint::Forward,
                                       HookPoint::Postrouting};
  static constexpr std::array kInput{HookPoint::Prerouting, HookPoint::Input};
  if (packet.in.empty()) {
    return kOwn;
  }
  switch (packet.route) {
    case Route::Forward: return kForward;
    case Route::None: return std::span{kInput}.first(1);
    default: return kInput;
  }
}

Outcome Machine::run() {
  static constexpr std::array kIngress{HookPoint::Ingress};
  const bool frames = table_.family == ruleset::TableFamily::Netdev;
  Result<Ending> end = Ending::Accepted;
  for (const HookPoint point : frames ? kIngress : hooks_of(at_.packet)) {
    end = hook(point);
    if (end && outcome_.diverted) {
      end = *end == Ending::Accepted ? hook(HookPoint::Input) : end;
      break;
    }
    if (!end || *end != Ending::Accepted) {
      break;
    }
  }
  const bool lost = at_.packet.route == Route::None && !frames && !outcome_.diverted;
  if (end && *end == Ending::Accepted && lost) {
    end = Ending::NoRoute;
  }
  conclude(end);
  return std::move(outcome_);
}

void Machine::conclude(const Result<Ending>& end) {
  outcome_.word = at_.meta_mark;
  outcome_.ct_mark = at_.ct_mark;
  if (end) {
    outcome_.end = *end;
    outcome_.accepted = *end == Ending::Accepted;
    outcome_.counted = *end == Ending::Dropped && counting_;
  } else {
    outcome_.fault = end.error().text();
  }
}

Result<Ending> Machine::hook(HookPoint point) {
  const std::string device = point == HookPoint::Ingress ? at_.packet.in : "";
  std::vector<const Chain*> bases;
  for (const Chain& chain : table_.chains) {
    if (chain.hook && chain.hook->point == point && chain.hook->device == device) {
      bases.push_back(&chain);
    }
  }
  std::ranges::stable_sort(bases, {}, [](const Chain* chain) { return chain->hook->priority; });
  for (const Chain* base : bases) {
    at_.hook = point;
    at_.priority = base->hook->priority;
    auto end = base_chain(*base);
    if (!end || *end != Ending::Accepted) {
      return end;
    }
  }
  return Ending::Accepted;
}

/// nft_do_chain: the stack keeps where jumps go on, a goto keeps nothing.
Result<Ending> Machine::base_chain(const Chain& base) {
  std::vector<Frame> stack;
  Frame place{&base, 0};
  outcome_.trace.push_back(base.name);
  while (true) {
    if (place.rule == place.chain->rules.size()) {
      if (stack.empty()) {
        return base.hook->policy_drop ? Ending::ByPolicy : Ending::Accepted;
      }
      place = stack.back();
      stack.pop_back();
      continue;
    }
    const auto ending = next_rule(place, stack);
    if (!ending) {
      return fail(ending.error());
    }
    if (*ending) {
      return **ending;
    }
  }
}

Result<std::optional<Ending>> Machine::next_rule(Frame& place, std::vector<Frame>& stack) {
  const Chain& chain = *place.chain;
  const std::size_t number = place.rule++;
  const auto in_rule = [&](Error error) {
    return fail(
        std::move(error).in("chain '" + chain.name + "' rule " + std::to_string(number + 1)));
  };
  const auto verdict = rule(chain.rules[number]);
  if (!verdict) {
    return in_rule(verdict.error());
  }
  if (!*verdict) {
    return std::nullopt;
  }
  switch ((**verdict).kind) {
    case VerdictKind::Accept: return Ending::Accepted;
    case VerdictKind::Drop: return Ending::Dropped;
    default: break;
  }
  if (auto entered = enter(place, stack, **verdict); !entered) {
    return in_rule(std::move(entered).error());
  }
  return std::nullopt;
}

Result<> Machine::enter(Frame& place, std::vector<Frame>& stack, const ruleset::Verdict& verdict) {
  if (verdict.kind == VerdictKind::Return) {
    place.rule = place.chain->rules.size();
    return {};
  }
  const Chain* target = table_.chain(verdict.chain);
  if (target == nullptr || target->hook) {
    return fail((target == nullptr ? "no chain '" : "jump to base chain '") + verdict.chain + "'");
  }
  if (outcome_.trace.size() >= kMostChains) {
    return fail("loop through chain '" + verdict.chain + "'");
  }
  if (verdict.kind == VerdictKind::Jump) {
    if (stack.size() == kJumpStackSize) {
      return fail("more than " + std::to_string(kJumpStackSize) + " nested jumps");
    }
    stack.push_back(place);
  }
  place = {target, 0};
  outcome_.trace.push_back(target->name);
  return {};
}

Result<std::optional<ruleset::Verdict>> Machine::rule(const Rule& rule) {
  counting_ = false;
  for (const ruleset::Statement& statement : rule.statements) {
    const auto next = std::visit([this](const auto& one) { return this->step(one); }, statement);
    if (!next) {
      return fail(next.error());
    }
    if (next->verdict != nullptr) {
      return *next->verdict;
    }
    if (next->breaks) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

Step matched(bool yes) {
  return yes ? Step{Next{}} : Step{Break{}};
}

Result<Step> Machine::step(const ruleset::Compare& statement) {
  const auto value = load(statement.field, at_);
  if (!value) {
    return fail(value.error());
  }
  if (!*value) {
    return matched(false);
  }
  const auto loaded = (**value).view();
  const auto wanted = statement.value.view();
  const bool prefix =
      statement.field == ruleset::Field::IifName || statement.field == ruleset::Field::OifName;
  if (wanted.size() > loaded.size() || (wanted.size() < loaded.size() && !prefix)) {
    return fail("'" + std::string{name_of(statement.field)} + "' compared with " +
                std::to_string(wanted.size()) + " bytes");
  }
  const bool equal = std::ranges::equal(loaded.first(wanted.size()), wanted);
  return matched(equal != statement.negated);
}

Result<Step> Machine::step(const ruleset::HasBits& statement) {
  const auto value = load(statement.field, at_);
  if (!value) {
    return fail(value.error());
  }
  if (!*value) {
    return matched(false);
  }
  std::uint32_t bits = 0;
  if ((**value).size() != sizeof bits) {
    return fail("bits of '" + std::string{name_of(statement.field)} + "'");
  }
  std::memcpy(&bits, (**value).view().data(), sizeof bits);
  return matched((bits & statement.mask) != 0);
}

Result<Machine::Lookup> Machine::look_up(const std::vector<ruleset::Field>& key,
                                         const std::string& name, ruleset::Holds holds) {
  const ruleset::Set* set = table_.set(name);
  if (set == nullptr || set->shape.holds != holds) {
    return fail((set == nullptr ? "no set '" : "set of another kind '") + name + "'");
  }
  const auto value = load_key(key, at_);
  if (!value) {
    return fail(value.error());
  }
  if (!*value) {
    return Lookup{.element = nullptr, .absent = true};
  }
  const auto element = find(*set, **value, now_);
  if (!element) {
    return fail(Error{element.error()}.in("set '" + name + "'"));
  }
  counting_ = counting_ || (*element != nullptr && set->shape.counter);
  return Lookup{.element = *element, .absent = false};
}

Result<Step> Machine::step(const ruleset::InSet& statement) {
  const auto found = look_up(statement.key, statement.set, ruleset::Holds::Keys);
  if (!found) {
    return fail(found.error());
  }
  return matched(!found->absent && (found->element != nullptr) != statement.negated);
}

/// nft_ct_set_eval does nothing for a packet of no connection, and the rule goes on.
void Machine::set_mark(ruleset::Mark mark, std::uint32_t value) {
  if (mark == ruleset::Mark::Meta) {
    at_.meta_mark = value;
  } else if (at_.tracked()) {
    at_.ct_mark = value;
  }
}

Result<Step> Machine::step(const ruleset::SetMark& statement) {
  set_mark(statement.mark, statement.value);
  return Step{Next{}};
}

Result<Step> Machine::step(const ruleset::ChangeMark& statement) {
  const bool meta = statement.mark == ruleset::Mark::Meta;
  if (!meta && !at_.tracked()) {
    return matched(false);  // it is loaded first
  }
  const std::uint32_t old = meta ? at_.meta_mark : at_.ct_mark;
  set_mark(statement.mark, (old & statement.keep) ^ statement.flip);
  return Step{Next{}};
}

Result<Step> Machine::step(const ruleset::MapMark& statement) {
  const auto found = look_up(statement.key, statement.map, ruleset::Holds::Marks);
  if (!found) {
    return fail(found.error());
  }
  if (found->element == nullptr) {
    return matched(false);
  }
  const auto* value = std::get_if<std::uint32_t>(&found->element->value);
  if (value == nullptr) {
    return fail("an element without a mark in map '" + statement.map + "'");
  }
  set_mark(statement.mark, *value);
  return Step{Next{}};
}

/// There is always a listener: that is what the heartbeat before it says.
Result<Step> Machine::step(const ruleset::Tproxy& /*statement*/) {
  if (at_.hook != HookPoint::Prerouting || at_.packet.protocol != net::protocol::kTcp) {
    return fail("a packet diverted that is not of TCP, or not in prerouting");
  }
  outcome_.diverted = true;
  return Step{Next{}};
}

Result<Step> Machine::step(const ruleset::MapVerdict& statement) {
  const auto found = look_up(statement.key, statement.map, ruleset::Holds::Verdicts);
  if (!found) {
    return fail(found.error());
  }
  if (found->element == nullptr) {
    return matched(false);
  }
  const auto* verdict = std::get_if<ruleset::Verdict>(&found->element->value);
  if (verdict == nullptr) {
    return fail("an element without a verdict in map '" + statement.map + "'");
  }
  return Step{*verdict};
}

}  // namespace

Outcome run(const ruleset::Table& table, const Packet& packet, ruleset::Instant now) {
  return Machine{table, packet, now}.run();
}

}  // namespace sekisho::simulate
