// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/numbering.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <stdexcept>
#include <unordered_map>

namespace sekisho::compile {
namespace {

/// More changes than this are looked up like all.
constexpr std::size_t kFew = 64;

std::uint8_t zone_number(Numbers& numbers, const std::string& name) {
  const auto known = numbers.zones.find(name);
  if (known != numbers.zones.end()) {
    return known->second;
  }
  std::uint8_t next = 1;
  for (const auto& [_, number] : numbers.zones) {
    next = std::max(next, static_cast<std::uint8_t>(number + 1));
  }
  if (next == 255) {
    throw std::length_error{"more than 254 zones were ever named"};
  }
  numbers.zones.emplace(name, next);
  return next;
}

/// A digest is as good a hash as any part of it.
struct PartOf {
  std::size_t operator()(const Digest& digest) const {
    std::size_t part = 0;
    std::memcpy(&part, digest.data(), sizeof part);
    return part;
  }
};

/// Permits' numbers out of those known, which stay in order; new ones are put among them at the end.
class Allotting {
 public:
  explicit Allotting(Numbers& numbers) : numbers_{numbers} {}

  std::uint32_t number_of(const Digest& version) {
    const auto at = std::ranges::lower_bound(numbers_.permits, version, {}, &Numbers::Numbered::version);
    if (at != numbers_.permits.end() && at->version == version) {
      return at->number;
    }
    fresh_.push_back({version, numbers_.next_permit++});
    return fresh_.back().number;
  }

  /// Traffic inside zones comes last.
  void finish(const policy::Policy& policy, Allotted& made) {
    for (const Digest& version : policy.versions().zones) {
      made.intra.push_back(number_of(version));
    }
    std::ranges::sort(fresh_, {}, &Numbers::Numbered::version);
    const auto middle = numbers_.permits.insert(numbers_.permits.end(), fresh_.begin(), fresh_.end());
    std::ranges::inplace_merge(numbers_.permits, middle, {}, &Numbers::Numbered::version);
  }

 private:
  Numbers& numbers_;
  std::vector<Numbers::Numbered> fresh_;
};

/// Twins (two permits that resolve to the same) must still be told apart.
Digest twin_of(const Digest& version, int twin) {
  std::string text = hex(version);
  return Sha256{}.of(text.append(1, '#').append(std::to_string(twin)));
}

using Digests = std::span<const Digest>;

/// Numbers of versions that no other permit of the policy has.
std::vector<std::uint32_t> numbers_of(Digests versions, Allotting& allotting) {
  std::vector<std::uint32_t> numbers;
  numbers.reserve(versions.size());
  std::unordered_map<Digest, int, PartOf> twins;
  twins.reserve(versions.size());
  for (const Digest& version : versions) {
    const int twin = twins[version]++;
    numbers.push_back(allotting.number_of(twin > 0 ? twin_of(version, twin) : version));
  }
  return numbers;
}

/// What two lists begin with, and then end with, in common.
std::pair<std::size_t, std::size_t> in_common(Digests a, Digests b) {
  const auto front = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const Digests rest_of_a = a.subspan(front);
  const Digests rest_of_b = b.subspan(front);
  const auto back = std::mismatch(rest_of_a.rbegin(), rest_of_a.rend(), rest_of_b.rbegin(), rest_of_b.rend());
  return {front, static_cast<std::size_t>(back.first - rest_of_a.rbegin())};
}

bool has_any_of(Digests all, Digests some) {
  return std::ranges::any_of(some, [&](const Digest& one) { return std::ranges::find(all, one) != all.end(); });
}

/// A number more for each exchange.
std::vector<std::uint32_t> far_numbers_of(const policy::Policy& policy, Allotting& allotting) {
  std::vector<std::uint32_t> numbers(policy.permits().size());
  std::unordered_map<Digest, int, PartOf> twins;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (policy::is_mail_exchange(policy.permits()[i])) {
      const Digest version = twin_of(policy.versions().permits[i], -1);
      const int twin = twins[version]++;
      numbers[i] = allotting.number_of(twin > 0 ? twin_of(version, twin) : version);
    }
  }
  return numbers;
}

Allotted begun(const policy::Policy& policy, const Numbers& known) {
  Allotted made{known, {}, {}, {}, {}};
  for (const policy::Zone& zone : policy.zones()) {
    made.zones.push_back(zone_number(made.numbers, zone.name));
  }
  return made;
}

}  // namespace

Allotted allot(const policy::Policy& policy, const Numbers& known) {
  Allotted made = begun(policy, known);
  Allotting allotting{made.numbers};
  made.permits = numbers_of(policy.versions().permits, allotting);
  made.far = far_numbers_of(policy, allotting);
  allotting.finish(policy, made);
  return made;
}

Allotted allot(const policy::Policy& policy, const Numbers& known, const Before& before) {
  const Digests then = before.policy.versions().permits;
  const Digests now = policy.versions().permits;
  const auto [front, back] = in_common(then, now);
  const Digests gone = then.subspan(front, then.size() - front - back);
  const Digests come = now.subspan(front, now.size() - front - back);
  const bool few = gone.size() + come.size() <= kFew;
  // a twin of what goes or comes would count on
  const auto twins = [&](Digests others) { return has_any_of(others, gone) || has_any_of(others, come); };
  if (!few || known.permits != before.compiled.numbers.permits || twins(now.first(front)) || twins(now.last(back))) {
    return allot(policy, known);
  }
  Allotted made = begun(policy, known);
  Allotting allotting{made.numbers};
  const std::vector<std::uint32_t> numbers = numbers_of(come, allotting);
  const auto& marks = before.compiled.marks;
  made.permits.assign(marks.begin(), marks.begin() + static_cast<std::ptrdiff_t>(front));
  made.permits.insert(made.permits.end(), numbers.begin(), numbers.end());
  made.permits.insert(made.permits.end(), marks.end() - static_cast<std::ptrdiff_t>(back), marks.end());
  allotting.finish(policy, made);
  return made;
}

}  // namespace sekisho::compile
