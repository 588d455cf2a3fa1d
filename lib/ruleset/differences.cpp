// SPDX-License-Identifier: GPL-3.0-or-later
#include "ruleset/ruleset.hpp"
#include "ruleset/shape_text.hpp"
#include "ruleset/to_nft.hpp"
#include "ruleset/values.hpp"

namespace sekisho::ruleset {
namespace {

/// Sentences up to a limit.
class Sentences {
 public:
  explicit Sentences(std::size_t most) : most_{most} {}
  void add(std::string sentence) {
    if (!full()) {
      sentences_.push_back(std::move(sentence));
    }
  }
  void instead(const std::string& what, const std::string& expected, const std::string& found) {
    add(what + ": expected '" + expected + "', found '" + found + "'");
  }
  [[nodiscard]] bool full() const { return sentences_.size() >= most_; }
  [[nodiscard]] std::vector<std::string> take() && { return std::move(sentences_); }

 private:
  std::size_t most_;
  std::vector<std::string> sentences_;
};

/// Walks two sorted lists at once. `order` compares one of each; the callbacks get what is only
/// expected, only found, or in both.
template <typename List, typename Order, typename Missing, typename Extra, typename Both>
void walk(const List& expected, const List& found, const Sentences& said, Order order,
          Missing missing, Extra extra, Both both) {
  auto a = expected.begin();
  auto b = found.begin();
  while ((a != expected.end() || b != found.end()) && !said.full()) {
    const std::strong_ordering which = a == expected.end() ? std::strong_ordering::greater
                                       : b == found.end()  ? std::strong_ordering::less
                                                           : order(*a, *b);
    if (which < 0) {
      missing(*a++);
    } else if (which > 0) {
      extra(*b++);
    } else {
      both(*a++, *b++);
    }
  }
}

std::string instant_text(Instant instant) {
  return std::to_string(instant.time_since_epoch().count());
}

/// An element without counting down: its end is said as seconds since 1970.
std::string said_element(const SetShape& shape, const Element& element) {
  Element endless = element;
  endless.expires.reset();
  const std::string text = to_nft(shape, endless, Instant{});
  return element.expires ? text + " until " + instant_text(*element.expires) : text;
}

bool ends_alike(const Element& a, const Element& b, std::chrono::seconds tolerance) {
  if (!a.expires || !b.expires) {
    return a.expires == b.expires;
  }
  return std::chrono::abs(*a.expires - *b.expires) <= tolerance;
}

void compare_elements(const Set& expected, const Set& found, std::chrono::seconds tolerance,
                      Sentences& said) {
  if (expected.elements == found.elements || expected.shape.name == kHeartbeats) {
    return;
  }
  const SetShape& shape = expected.shape;
  const auto name = [&](const Element& element) {
    return "set '" + shape.name + "' element " + element_text(shape, element);
  };
  walk(
      *expected.elements, *found.elements, said,
      [](const Element& a, const Element& b) { return order(a, b); },
      [&](const Element& element) { said.add(name(element) + " is missing"); },
      [&](const Element& element) { said.add(name(element) + " is not expected"); },
      [&](const Element& a, const Element& b) {
        if (a.value != b.value || a.comment != b.comment || !ends_alike(a, b, tolerance)) {
          said.instead(name(a), said_element(shape, a), said_element(shape, b));
        }
      });
}

std::string shape_text(const SetShape& shape) {
  std::string text;
  for (const std::string& line : shape_lines(shape)) {
    text += (text.empty() ? "" : "; ") + line;
  }
  return text;
}

void compare_sets(const Table& expected, const Table& found, std::chrono::seconds tolerance,
                  Sentences& said) {
  const auto name = [](const Set& set) { return "set '" + set.shape.name + "'"; };
  walk(
      expected.sets, found.sets, said,
      [](const Set& a, const Set& b) { return a.shape.name <=> b.shape.name; },
      [&](const Set& set) { said.add(name(set) + " is missing"); },
      [&](const Set& set) { said.add(name(set) + " is not expected"); },
      [&](const Set& a, const Set& b) {
        if (a.shape != b.shape) {
          said.instead(name(a), shape_text(a.shape), shape_text(b.shape));
        } else {
          compare_elements(a, b, tolerance, said);
        }
      });
}

std::string hook_text(const std::optional<Hook>& hook) {
  if (!hook) {
    return "no hook";
  }
  return std::string{name_of(hook->point)} +
         (hook->device.empty() ? "" : " device '" + hook->device + "'") + " priority " +
         std::to_string(hook->priority) + " policy " + (hook->policy_drop ? "drop" : "accept");
}

std::string rule_text(const Rule& rule) {
  return to_nft(rule) + (rule.comment.empty() ? "" : " # " + rule.comment);
}

void compare_rules(const Chain& expected, const Chain& found, Sentences& said) {
  const std::size_t most = std::max(expected.rules.size(), found.rules.size());
  for (std::size_t i = 0; i < most && !said.full(); ++i) {
    const std::string name = "chain '" + expected.name + "' rule " + std::to_string(i + 1);
    if (i >= found.rules.size()) {
      said.add(name + " is missing: '" + rule_text(expected.rules[i]) + "'");
    } else if (i >= expected.rules.size()) {
      said.add(name + " is not expected: '" + rule_text(found.rules[i]) + "'");
    } else if (expected.rules[i] != found.rules[i]) {
      said.instead(name, rule_text(expected.rules[i]), rule_text(found.rules[i]));
    }
  }
}

void compare_chains(const Table& expected, const Table& found, Sentences& said) {
  const auto name = [](const Chain& chain) { return "chain '" + chain.name + "'"; };
  walk(
      expected.chains, found.chains, said,
      [](const Chain& a, const Chain& b) { return a.name <=> b.name; },
      [&](const Chain& chain) { said.add(name(chain) + " is missing"); },
      [&](const Chain& chain) { said.add(name(chain) + " is not expected"); },
      [&](const Chain& a, const Chain& b) {
        if (a.hook != b.hook) {
          said.instead(name(a), hook_text(a.hook), hook_text(b.hook));
        }
        compare_rules(a, b, said);
      });
}

}  // namespace

std::vector<std::string> differences(const Table& expected, const Table& found,
                                     std::chrono::seconds tolerance, std::size_t most) {
  Sentences said{most};
  if (expected.name != found.name) {
    said.instead("table", expected.name, found.name);
  }
  compare_sets(expected, found, tolerance, said);
  compare_chains(expected, found, said);
  return std::move(said).take();
}

void settle_ends(Table& found, const Table& expected, std::chrono::seconds tolerance) {
  for (Set& set : found.sets) {
    const Set* wanted = expected.set(set.shape.name);
    if (!set.shape.timeout || wanted == nullptr) {
      continue;
    }
    std::vector<Element> settled{set.elements->begin(), set.elements->end()};
    for (Element& element : settled) {
      const auto at = std::ranges::lower_bound(*wanted->elements, element.key, {}, &Element::key);
      if (at != wanted->elements->end() && at->key == element.key && element.expires &&
          at->expires && std::chrono::abs(*element.expires - *at->expires) <= tolerance) {
        element.expires = at->expires;
      }
    }
    set.elements = std::make_shared<const Elements>(std::move(settled));
  }
}

}  // namespace sekisho::ruleset
