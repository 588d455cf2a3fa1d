// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulate/lookup.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace sekisho::simulate {
namespace {

using ruleset::Bytes;
using ruleset::Element;
using ruleset::Set;
using Found = Result<const Element*>;

std::size_t key_length(const std::vector<ruleset::Type>& key) {
  if (key.size() == 1) {
    return ruleset::length_of(key.front());
  }
  std::size_t length = 0;
  for (const ruleset::Type type : key) {
    length += (ruleset::length_of(type) + 3U) / 4U * 4U;
  }
  return length;
}

const Bytes& last_key(const Element& element) {
  return element.key_end.empty() ? element.key : element.key_end;
}

bool alive(const Element& element, ruleset::Instant now) {
  return !element.expires || now < *element.expires;
}

/// The elements whose keys are not above `key`.
std::ranges::subrange<ruleset::Elements::Iterator> up_to(const ruleset::Elements& elements, const Bytes& key) {
  return {elements.begin(), std::ranges::upper_bound(elements, key, {}, &Element::key)};
}

Found find_exact(const Set& set, const Bytes& key) {
  const auto candidates = up_to(*set.elements, key);
  return candidates.empty() || candidates.back().key != key ? nullptr : &candidates.back();
}

Found find_range(const Set& set, const Bytes& key) {
  const auto candidates = up_to(*set.elements, key);
  if (candidates.size() > 1 && key <= last_key(candidates.end()[-2])) {
    return fail("ranges that overlap");
  }
  const bool inside = !candidates.empty() && key <= last_key(candidates.back());
  return inside ? &candidates.back() : nullptr;
}

/// Every field within its own bounds (nft_set_pipapo.c).
bool holds(const Element& element, const std::vector<ruleset::Type>& types, const Bytes& key) {
  std::size_t offset = 0;
  for (const ruleset::Type type : types) {
    const std::size_t length = ruleset::length_of(type);
    const Bytes value{key.view().subspan(offset, length)};
    const Bytes first{element.key.view().subspan(offset, length)};
    const Bytes last{last_key(element).view().subspan(offset, length)};
    if (value < first || last < value) {
      return false;
    }
    offset += (length + 3U) / 4U * 4U;
  }
  return true;
}

Found find_box(const Set& set, const Bytes& key, ruleset::Instant now) {
  const Element* found = nullptr;
  for (const Element& element : *set.elements) {
    if (last_key(element).size() != key.size()) {
      return fail("element of another length");
    }
    if (!holds(element, set.shape.key, key) || !alive(element, now)) {
      continue;
    }
    if (found != nullptr) {
      return fail("elements that overlap");
    }
    found = &element;
  }
  return found;
}

Found find_any(const Set& set, const Bytes& key, ruleset::Instant now) {
  if (!set.shape.interval) {
    return find_exact(set, key);
  }
  return set.shape.key.size() == 1 ? find_range(set, key) : find_box(set, key, now);
}

}  // namespace

Result<const Element*> find(const Set& set, const Bytes& key, ruleset::Instant now) {
  const std::size_t length = key_length(set.shape.key);
  const bool elements_fit = set.elements->empty() || set.elements->front().key.size() == length;
  if (key.size() != length || !elements_fit) {
    return fail("key of " + std::to_string(key.size()) + " bytes in a set of " +
                std::to_string(length) + (elements_fit ? "" : ", elements of another length"));
  }
  auto found = find_any(set, key, now);
  if (!found || *found == nullptr) {
    return found;
  }
  if ((**found).expires && !set.shape.timeout) {
    return fail("an element with an end in a set without timeouts");
  }
  return alive(**found, now) ? *found : nullptr;
}

}  // namespace sekisho::simulate
