// SPDX-License-Identifier: GPL-3.0-or-later
#include "prove/space.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

namespace sekisho::prove {
namespace {

constexpr std::uint32_t kInvalid = 1;
constexpr std::uint32_t kRelated = 4;
constexpr std::uint32_t kUntracked = 64;

/// What is calculated faster than it is looked up.
constexpr std::size_t kQuick = 4;

constexpr bool is_mark(std::size_t field) {
  return field == static_cast<std::size_t>(Field::MetaMark) ||
         field == static_cast<std::size_t>(Field::CtMark);
}

Values points(std::initializer_list<Value> values) {
  Values made;
  for (const Value value : values) {
    made.push_back({value, value});
  }
  return united(std::move(made));
}

unsigned bits_of(Field field) {
  return static_cast<unsigned>(8 * ruleset::length_of(ruleset::type_of(field)));
}

Values present(Field field) {
  switch (field) {
    case Field::NfProto: return points({kIpv4, kIpv6});
    case Field::CtDirection: return points({0, 1});
    case Field::CtState:
      return points({host_order(kInvalid), host_order(2), host_order(kRelated), host_order(8),
                     host_order(kUntracked)});
    default: break;
  }
  const unsigned bits = bits_of(field);
  return {{0, bits == 128 ? ~Value{0} : (Value{1} << bits) - 1}};
}

Values make_all(Field field) {
  Values all = present(field);
  if (may_be_missing(field)) {
    all.push_back({missing(field), missing(field)});
  }
  return united(std::move(all));
}

bool covers(const Values& wide, const Values& narrow) {
  return wide.size() == 1 && wide.front().first <= narrow.front().first &&
         narrow.back().last <= wide.front().last;
}

/// What conntrack does not track has neither a mark nor a direction, and the other way round.
bool settle(Space& space, Pool& pool) {
  const auto narrow = [&](Field field, const Values* values) {
    const Values* left = pool.common(space.at(field), values);
    space.put(field, left);
    return !left->empty();
  };
  static const Values kTracked = without(all_of(Field::CtState), untracked_states());
  if (!overlap(space[Field::CtState], untracked_states())) {
    static const Values kMark = present(Field::CtMark);
    static const Values kDirection = present(Field::CtDirection);
    return narrow(Field::CtMark, &kMark) && narrow(Field::CtDirection, &kDirection);
  }
  const auto lacks_nothing = [&](Field field) { return !contains(space[field], missing(field)); };
  if (lacks_nothing(Field::CtMark) || lacks_nothing(Field::CtDirection)) {
    return narrow(Field::CtState, &kTracked) && settle(space, pool);
  }
  return true;
}

/// Makes `into` hold `other` too, if no other packets come in by that but through its marks.
bool absorb(Space& into, const Space& other, Pool& pool) {
  for (std::size_t i = 0; i < kFields; ++i) {
    if (!is_mark(i) && !pool.within(other.fields[i], into.fields[i])) {
      return false;
    }
  }
  const auto united_mark = [&](Field field) {
    Values both = into[field];
    both.insert(both.end(), other[field].begin(), other[field].end());
    return pool.keep(united(std::move(both)));
  };
  if (!pool.within(other.at(Field::MetaMark), into.at(Field::MetaMark))) {
    into.put(Field::MetaMark, united_mark(Field::MetaMark));
  }
  if (!pool.within(other.at(Field::CtMark), into.at(Field::CtMark))) {
    into.put(Field::CtMark, &all_of(Field::CtMark));
  }
  std::erase_if(into.passed, [&](const ruleset::InSet* lookup) {
    return std::ranges::find(other.passed, lookup) == other.passed.end();
  });
  return true;
}

}  // namespace

Value host_order(std::uint32_t number) {
  return value_of(std::bit_cast<std::array<std::uint8_t, sizeof number>>(number));
}

std::uint32_t number_of(Value host_ordered) {
  const auto bytes = bytes_of(host_ordered, sizeof(std::uint32_t));
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

const Values& untracked_states() {
  static const Values kStates = points({host_order(kInvalid), host_order(kUntracked)});
  return kStates;
}

const Values& related_state() {
  static const Values kState = points({host_order(kRelated)});
  return kState;
}

Value missing(Field field) {
  return Value{1} << bits_of(field);
}

bool may_be_missing(Field field) {
  switch (field) {
    case Field::PktType:
    case Field::CtMark:
    case Field::CtDirection:
    case Field::EtherSaddr:
    case Field::EtherType:
    case Field::ThSport:
    case Field::ThDport:
    case Field::IcmpType:
    case Field::Icmp6Type: return true;
    default: return false;
  }
}

const Values& all_of(Field field) {
  static const std::array<Values, kFields> kAll = [] {
    std::array<Values, kFields> made;
    for (std::size_t i = 0; i < kFields; ++i) {
      made.at(i) = make_all(static_cast<Field>(i));
    }
    return made;
  }();
  return kAll.at(static_cast<std::size_t>(field));
}

const Values* Pool::common(const Values* a, const Values* b) {
  if (a == b || a->empty() || b->empty()) {
    return a->empty() ? a : b;
  }
  if (covers(*a, *b)) {
    return b;
  }
  if (covers(*b, *a)) {
    return a;
  }
  const Pair pair = a < b ? Pair{a, b} : Pair{b, a};
  if (const auto known = common_.find(pair); known != common_.end()) {
    return known->second;
  }
  const Values* made = keep(prove::common(*a, *b));
  common_.emplace(pair, made);
  return made;
}

const Values* Pool::without(const Values* values, const Values* holes) {
  if (holes->empty()) {
    return values;
  }
  if (values->size() + holes->size() <= kQuick) {
    return keep(prove::without(*values, *holes));
  }
  const auto [at, added] = without_.try_emplace(Pair{values, holes});
  if (added) {
    at->second = keep(prove::without(*values, *holes));
  }
  return at->second;
}

bool Pool::within(const Values* inner, const Values* outer) {
  if (inner == outer || inner->empty()) {
    return true;
  }
  if (outer->empty() || inner->front().first < outer->front().first ||
      outer->back().last < inner->back().last) {
    return false;
  }
  if (inner->size() <= kQuick) {
    return prove::within(*inner, *outer);
  }
  const auto [at, added] = within_.try_emplace(Pair{inner, outer});
  if (added) {
    at->second = prove::within(*inner, *outer);
  }
  return at->second;
}

void Pool::note_disjoint(const Values* a, const Values* b) {
  common_.emplace(a < b ? Pair{a, b} : Pair{b, a}, &none_);
}

Space Space::everything() {
  Space space;
  for (std::size_t i = 0; i < kFields; ++i) {
    space.fields.at(i) = &all_of(static_cast<Field>(i));
  }
  return space;
}

Space Space::everything(Value nfproto) {
  static const Values kV4 = points({kIpv4});
  static const Values kV6 = points({kIpv6});
  Space space = everything();
  space.put(Field::NfProto, nfproto == kIpv4 ? &kV4 : &kV6);
  return space;
}

bool Space::narrow(Field field, const Values* values, Pool& pool) {
  const Values* left = pool.common(at(field), values);
  put(field, left);
  if (left->empty()) {
    return false;
  }
  const bool of_conntrack =
      field == Field::CtState || field == Field::CtMark || field == Field::CtDirection;
  return !of_conntrack || settle(*this, pool);
}

void Space::overwrite(Field field, const Values* values) {
  put(field, values);
  std::erase_if(passed, [&](const ruleset::InSet* lookup) {
    return std::ranges::find(lookup->key, field) != lookup->key.end();
  });
}

Reading reading(const Space& space, Field field) {
  switch (field) {
    case Field::IpSaddr:
    case Field::IpDaddr:
    case Field::IpHeaderLength: return space.is_v4() ? Reading::Itself : Reading::Anything;
    case Field::Ip6Saddr:
    case Field::Ip6Daddr:
    case Field::Ip6NextHeader:
    case Field::Ip6HopLimit: return space.is_v6() ? Reading::Itself : Reading::Anything;
    case Field::NextHop4: return space.is_v4() ? Reading::Itself : Reading::Nothing;
    case Field::NextHop6: return space.is_v6() ? Reading::Itself : Reading::Nothing;
    default: return Reading::Itself;
  }
}

void merge(std::vector<Space>& spaces, Pool& pool) {
  // whoever compares each with each must not have many
  constexpr std::size_t kMostCompared = 64;
  if (spaces.size() > kMostCompared) {
    return;
  }
  std::vector<Space> made;
  for (Space& space : spaces) {
    const bool held =
        std::ranges::any_of(made, [&](Space& one) { return absorb(one, space, pool); });
    if (!held) {
      std::erase_if(made, [&](const Space& one) { return absorb(space, one, pool); });
      made.push_back(std::move(space));
    }
  }
  spaces = std::move(made);
}

}  // namespace sekisho::prove
