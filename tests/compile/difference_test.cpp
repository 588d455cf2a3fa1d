// SPDX-License-Identifier: GPL-3.0-or-later
// The operations of a difference, applied one by one to a model that refuses what the kernel
// refuses.
#include "compile/difference.hpp"

#include "ruleset/to_nft.hpp"
#include "support/netns.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>

namespace sekisho::compile {
namespace {

using namespace ruleset;

using Rng = std::mt19937_64;

std::size_t below(Rng& rng, std::size_t limit) {
  return std::uniform_int_distribution<std::size_t>{0, limit - 1}(rng);
}

void require(bool holds, const std::string& otherwise) {
  if (!holds) {
    throw std::runtime_error{otherwise};
  }
}

bool looks_up(const Rule& rule, const std::string& set) {
  return std::ranges::any_of(rule.statements, [&](const Statement& statement) {
    const auto* in = std::get_if<InSet>(&statement);
    const auto* vmap = std::get_if<MapVerdict>(&statement);
    return (in != nullptr && in->set == set) || (vmap != nullptr && vmap->map == set);
  });
}
bool leads_to(const Rule& rule, const std::string& chain) {
  return std::ranges::any_of(rule.statements, [&](const Statement& statement) {
    const auto* verdict = std::get_if<Verdict>(&statement);
    return verdict != nullptr && verdict->chain == chain;
  });
}
bool leads_to(const Element& element, const std::string& chain) {
  const auto* verdict = std::get_if<Verdict>(&element.value);
  return verdict != nullptr && verdict->chain == chain;
}

/// A table that is changed as the kernel changes its own.
class Model {
 public:
  explicit Model(std::optional<Table> table) : table_{std::move(table)} {}

  void apply(const Batch& batch) {
    for (const Operation& operation : batch.operations) {
      std::visit([&](const auto& o) { (*this)(o, batch.table.name); }, operation);
    }
  }
  [[nodiscard]] Table table() const { return table_.value(); }

 private:
  void operator()(const AddTable& /*unused*/, const std::string& name) {
    require(!table_, "the table exists");
    table_ = Table{name, {}, {}};
  }
  void operator()(const AddChain& o, const std::string& /*unused*/) {
    require(table_->chain(o.chain.name) == nullptr, "the chain exists: " + o.chain.name);
    require(o.chain.rules.empty(), "a chain is added with rules");
    table_->chains.push_back(o.chain);
    normalise(*table_);
  }
  void operator()(const DeleteChain& o, const std::string& /*unused*/) {
    const Chain& gone = chain(o.chain);
    require(!gone.hook, "a base chain is deleted");
    require(gone.rules.empty(), "a chain with rules is deleted");
    for (const Chain& other : table_->chains) {
      require(
          std::ranges::none_of(other.rules, [&](const Rule& r) { return leads_to(r, o.chain); }),
          "a chain that a rule leads to is deleted");
    }
    for (const Set& set : table_->sets) {
      require(std::ranges::none_of(*set.elements,
                                   [&](const Element& e) { return leads_to(e, o.chain); }),
              "a chain that an element leads to is deleted");
    }
    std::erase_if(table_->chains, [&](const Chain& c) { return c.name == o.chain; });
  }
  void operator()(const FlushChain& o, const std::string& /*unused*/) {
    chain(o.chain).rules.clear();
  }
  void operator()(const AddRule& o, const std::string& /*unused*/) {
    for (const Statement& statement : o.rule.statements) {
      if (const auto* in = std::get_if<InSet>(&statement)) {
        set(in->set);
      } else if (const auto* vmap = std::get_if<MapVerdict>(&statement)) {
        set(vmap->map);
      } else if (const auto* verdict = std::get_if<Verdict>(&statement); !verdict->chain.empty()) {
        chain(verdict->chain);
      }
    }
    chain(o.chain).rules.push_back(o.rule);
  }
  void operator()(const AddSet& o, const std::string& /*unused*/) {
    require(table_->set(o.shape.name) == nullptr, "the set exists: " + o.shape.name);
    Set made;
    made.shape = o.shape;
    table_->sets.push_back(made);
    normalise(*table_);
  }
  void operator()(const DeleteSet& o, const std::string& /*unused*/) {
    set(o.set);
    for (const Chain& other : table_->chains) {
      require(std::ranges::none_of(other.rules, [&](const Rule& r) { return looks_up(r, o.set); }),
              "a set that a rule looks up is deleted: " + o.set);
    }
    std::erase_if(table_->sets, [&](const Set& s) { return s.shape.name == o.set; });
  }
  void operator()(const AddElements& o, const std::string& /*unused*/) {
    Set& to = set(o.shape.name);
    require(to.shape == o.shape, "elements of another shape");
    std::vector<Element> all{to.elements->begin(), to.elements->end()};
    for (const Element& element : o.elements) {
      if (const auto* verdict = std::get_if<Verdict>(&element.value)) {
        chain(verdict->chain);
      }
      require(std::ranges::none_of(all, [&](const Element& e) { return e.key == element.key; }),
              "the element exists");
      all.push_back(element);
    }
    to.elements = std::make_shared<const Elements>(std::move(all));
    normalise(*table_);
  }
  void operator()(const DeleteElements& o, const std::string& /*unused*/) {
    Set& from = set(o.shape.name);
    std::vector<Element> all{from.elements->begin(), from.elements->end()};
    for (const Element& element : o.elements) {
      require(std::erase_if(all,
                            [&](const Element& e) {
                              return e.key == element.key && e.key_end == element.key_end;
                            }) == 1,
              "the element does not exist");
    }
    from.elements = std::make_shared<const Elements>(std::move(all));
  }

  Chain& chain(const std::string& name) {
    require(table_->chain(name) != nullptr, "no such chain: " + name);
    return *std::ranges::find(table_->chains, name, &Chain::name);
  }
  Set& set(const std::string& name) {
    require(table_->set(name) != nullptr, "no such set: " + name);
    return *std::ranges::find_if(table_->sets, [&](const Set& s) { return s.shape.name == name; });
  }

  std::optional<Table> table_;
};

/// A set named s<number>: 1 has intervals, 2 leads to chains, 3 does one or the other.
Set random_set(Rng& rng, std::size_t number, const std::vector<std::string>& chains) {
  Set set;
  set.shape.name = "s" + std::to_string(number);
  set.shape.key = {Type::Mark};
  set.shape.interval = number == 1;
  const bool verdicts = number == 2 || (number == 3 && below(rng, 2) == 0);
  set.shape.holds = verdicts ? Holds::Verdicts : Holds::Keys;
  if (below(rng, 3) == 0 && !set.shape.interval) {
    set.shape.size = 64;
  }
  std::vector<Element> elements;
  for (std::uint8_t key = 0; key < 8; ++key) {
    if (below(rng, 2) == 0 || (verdicts && chains.empty())) {
      continue;
    }
    Element element;
    element.key = mark_bytes(std::uint32_t{key} << 24U);
    element.key_end = set.shape.interval ? element.key : Bytes{};
    element.comment = below(rng, 4) == 0 ? "said" : "";
    if (verdicts) {
      element.value = Verdict{VerdictKind::Goto, chains[below(rng, chains.size())]};
    }
    elements.push_back(element);
  }
  set.elements = std::make_shared<const Elements>(std::move(elements));
  return set;
}

/// Looks up a set or leads to one of `targets`, or both; only base chains look up verdicts.
Rule random_rule(Rng& rng, const std::vector<Set>& sets, std::span<const std::string> targets,
                 bool of_base) {
  Rule rule;
  if (!sets.empty()) {
    const Set& set = sets[below(rng, sets.size())];
    if (set.shape.holds == Holds::Keys) {
      rule.statements.emplace_back(InSet{{Field::MetaMark}, false, set.shape.name});
    } else if (of_base) {
      rule.statements.emplace_back(MapVerdict{{Field::MetaMark}, set.shape.name});
      return rule;
    }
  }
  rule.statements.emplace_back(
      targets.empty() ? Verdict{VerdictKind::Drop, {}}
                      : Verdict{VerdictKind::Goto, targets[below(rng, targets.size())]});
  return rule;
}

/// A consistent table of a base chain, up to four regular chains and up to four sets. Chains lead
/// only to later ones, so that there is no loop.
Table random_table(Rng& rng) {
  std::vector<std::string> chains;
  for (const char* name : {"c0", "c1", "c2", "c3"}) {
    if (below(rng, 3) != 0) {
      chains.emplace_back(name);
    }
  }
  Table table{"t", {}, {Chain{"base", Hook{HookPoint::Forward, 0, true}, {}}}};
  for (std::size_t number = 0; number < 4; ++number) {
    if (below(rng, 4) != 0) {
      table.sets.push_back(random_set(rng, number, chains));
    }
  }
  for (const std::string& name : chains) {
    table.chains.push_back(Chain{name, std::nullopt, {}});
  }
  for (std::size_t i = 0; i < table.chains.size(); ++i) {
    for (std::size_t count = below(rng, 4); count > 0; --count) {
      table.chains[i].rules.push_back(
          random_rule(rng, table.sets, std::span{chains}.subspan(i), i == 0));
    }
  }
  normalise(table);
  return table;
}

std::vector<std::string> differ(const Table& expected, const Table& found) {
  return differences(expected, found, std::chrono::seconds{0}, 5);
}

TEST(Difference, TurnsAnyTableIntoAnyOther) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Rng rng{seed};
    const Table from = random_table(rng);
    const Table to = random_table(rng);
    Model model{from};

    ASSERT_NO_THROW(model.apply(difference(from, to))) << "seed " << seed;

    ASSERT_EQ(differ(to, model.table()), std::vector<std::string>{}) << "seed " << seed;
    ASSERT_EQ(differ(to, applied(from, difference(from, to))), std::vector<std::string>{})
        << "seed " << seed;
  }
}

TEST(Difference, BuildsAnyTableFromNothing) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng{seed};
    const Table to = random_table(rng);
    Model model{std::nullopt};

    ASSERT_NO_THROW(model.apply(difference(std::nullopt, to))) << "seed " << seed;

    ASSERT_EQ(differ(to, model.table()), std::vector<std::string>{}) << "seed " << seed;
    ASSERT_EQ(differ(to, applied(std::nullopt, difference(std::nullopt, to))),
              std::vector<std::string>{})
        << "seed " << seed;
  }
}

TEST(Difference, IsEmptyBetweenEqualTables) {
  Rng first{7};
  Rng second{7};

  EXPECT_TRUE(difference(random_table(first), random_table(second)).empty());
}

TEST(Difference, TouchesOnlyWhatChanged) {
  Rng rng{3};
  Table from = random_table(rng);
  Table to = from;
  std::ranges::find(to.chains, "base", &Chain::name)->rules = {Rule{{Counter{}}, {}}};
  from.chains[0].rules = {Rule{{Verdict{VerdictKind::Drop, {}}}, {}}};

  const Batch batch = difference(from, to);

  ASSERT_EQ(batch.operations.size(), 2U);
  EXPECT_EQ(std::get<FlushChain>(batch.operations[0]).chain, "base");
  EXPECT_EQ(std::get<AddRule>(batch.operations[1]).chain, "base");
}

TEST(Difference, RefusesToMoveOrToDeleteABaseChain) {
  const Table from{"t", {}, {Chain{"base", Hook{HookPoint::Forward, 0, true}, {}}}};
  Table moved = from;
  moved.chains[0].hook->policy_drop = false;
  const Table without{"t", {}, {}};
  const Table renamed{"u", {}, from.chains};

  EXPECT_THROW(static_cast<void>(difference(from, moved)), std::logic_error);
  EXPECT_THROW(static_cast<void>(difference(from, without)), std::logic_error);
  EXPECT_THROW(static_cast<void>(difference(from, renamed)), std::logic_error);
}

/// The batch as commands of nft, which makes one transaction of a file.
std::string script(const Batch& batch) {
  const std::string place = " inet " + batch.table.name + " ";
  const auto block = [&](std::vector<Set> sets, std::vector<Chain> chains) {
    return to_nft(Table{batch.table.name, std::move(sets), std::move(chains)}, {});
  };
  const auto set = [](const SetShape& shape, const Elements& elements) {
    return Set{shape, std::make_shared<const Elements>(elements)};
  };
  std::string text;
  for (const Operation& operation : batch.operations) {
    text += std::visit(
        [&](const auto& o) -> std::string {
          using Kind = std::decay_t<decltype(o)>;
          if constexpr (std::is_same_v<Kind, AddTable>) {
            return "add table inet " + batch.table.name + "\n";
          } else if constexpr (std::is_same_v<Kind, AddChain>) {
            return block({}, {o.chain});
          } else if constexpr (std::is_same_v<Kind, DeleteChain>) {
            return "delete chain" + place + o.chain + "\n";
          } else if constexpr (std::is_same_v<Kind, FlushChain>) {
            return "flush chain" + place + o.chain + "\n";
          } else if constexpr (std::is_same_v<Kind, AddRule>) {
            return "add rule" + place + o.chain + " " + to_nft(o.rule) + "\n";
          } else if constexpr (std::is_same_v<Kind, AddSet>) {
            return block({set(o.shape, {})}, {});
          } else if constexpr (std::is_same_v<Kind, DeleteSet>) {
            return "delete set" + place + o.set + "\n";
          } else if constexpr (std::is_same_v<Kind, AddElements>) {
            return block({set(o.shape, o.elements)}, {});
          } else {
            std::string deleted;
            for (const Element& element : o.elements) {
              deleted += "delete element" + place + o.shape.name + " { " +
                         to_nft(o.shape, element, {}) + " }\n";
            }
            return deleted;
          }
        },
        operation);
  }
  return text;
}

TEST(Difference, IsTakenByTheKernelInThisOrder) {
  if (!testing::can_make_namespaces()) {
    GTEST_SKIP() << "needs root for a network namespace";
  }
  const std::string path =
      ::testing::TempDir() + "sekisho-difference-" + std::to_string(::getpid());
  const auto load = [&](const testing::NetNs& ns, const Batch& batch) {
    std::ofstream{path} << script(batch);
    ns.sh("nft -f " + path);
  };
  const std::string listed =
      "nft list ruleset | tr '{},' '\\n\\n\\n' | sed 's/^[ \\t]*//; s/[ \\t]*$//' | sort";
  for (std::uint64_t seed = 0; seed < 15; ++seed) {
    Rng rng{seed};
    const Table from = random_table(rng);
    const Table to = random_table(rng);
    const auto changed = testing::NetNs::create();
    const auto fresh = testing::NetNs::create();

    load(changed, difference(std::nullopt, from));
    load(changed, difference(from, to));
    load(fresh, difference(std::nullopt, to));

    EXPECT_EQ(changed.output(listed), fresh.output(listed)) << "seed " << seed;
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace sekisho::compile
