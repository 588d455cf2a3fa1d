// SPDX-License-Identifier: GPL-3.0-or-later
#include "prove/sets.hpp"

#include <algorithm>

namespace sekisho::prove {

using ruleset::Element;

SetView::SetView(const ruleset::Set& set, Pool& pool)
    : set_{set}, pool_{pool}, columns_(set.shape.key.size()) {
  std::size_t offset = 0;
  for (const ruleset::Type type : set.shape.key) {
    offsets_.push_back(offset);
    lengths_.push_back(ruleset::length_of(type));
    offset += (lengths_.back() + 3U) & ~std::size_t{3};
  }
  well_formed_ = check();
}

bool SetView::check() const {
  if (lengths_.empty()) {
    return false;
  }
  const std::size_t size = lengths_.size() == 1
                               ? lengths_.front()
                               : offsets_.back() + ((lengths_.back() + 3U) & ~std::size_t{3});
  const auto holds = static_cast<std::size_t>(set_.shape.holds);
  return std::ranges::all_of(elements(), [&](const Element& element) {
    return element.key.size() == size && element.value.index() == holds &&
           (element.key_end.empty() || element.key_end.size() == size);
  });
}

Interval SetView::part(const Element& element, std::size_t position) const {
  const std::size_t offset = offsets_[position];
  const std::size_t length = lengths_[position];
  const Value first = value_of(element.key.view().subspan(offset, length));
  return {first, element.key_end.empty()
                     ? first
                     : value_of(element.key_end.view().subspan(offset, length))};
}

const Values* SetView::column(std::size_t position) {
  if (columns_[position] == nullptr) {
    Values all;
    all.reserve(elements().size());
    for (const Element& element : elements()) {
      all.push_back(part(element, position));
    }
    columns_[position] = pool_.keep(united(std::move(all)));
  }
  return columns_[position];
}

const std::map<std::uint32_t, const Values*>& SetView::by_mark() {
  if (by_mark_.empty()) {
    std::map<std::uint32_t, Values> groups;
    for (const Element& element : elements()) {
      groups[std::get<std::uint32_t>(element.value)].push_back(part(element, 0));
    }
    for (auto& [mark, keys] : groups) {
      const Values* kept = pool_.keep(united(std::move(keys)));
      for (const auto& [_, other] : by_mark_) {
        pool_.note_disjoint(kept, other);
      }
      by_mark_.emplace(mark, kept);
    }
  }
  return by_mark_;
}

std::shared_ptr<SetView> Sets::view_of(const ruleset::Set& set) {
  const bool of_zones =
      set.shape.interval && set.shape.holds == ruleset::Holds::Marks && set.shape.key.size() == 1;
  if (!of_zones) {
    return std::make_shared<SetView>(set, pool_);
  }
  std::shared_ptr<SetView>& view = lasting_[set.elements.get()];
  if (view == nullptr || view->shape() != set.shape) {
    view = std::make_shared<SetView>(set, pool_);
  }
  return view;
}

SetView* Sets::find(const std::string& name) {
  const auto known = views_.find(name);
  if (known != views_.end()) {
    return known->second.get();
  }
  const ruleset::Set* set = table_.set(name);
  auto view = set == nullptr ? nullptr : view_of(*set);
  return views_.emplace(name, std::move(view)).first->second.get();
}

std::optional<std::size_t> Lookup::position(Field field) const {
  const auto at = std::ranges::find(key_, field);
  return at == key_.end() ? std::nullopt
                          : std::optional{static_cast<std::size_t>(at - key_.begin())};
}

bool Lookup::ends_rule(const Space& space) const {
  return std::ranges::any_of(
      key_, [&](Field field) { return reading(space, field) == Reading::Nothing; });
}

bool Lookup::meets(const Space& space, const Element& element) const {
  for (std::size_t i = 0; i < key_.size(); ++i) {
    if (reading(space, key_[i]) == Reading::Itself &&
        !overlap(view_.part(element, i), space[key_[i]])) {
      return false;
    }
  }
  return true;
}

std::optional<Space> Lookup::part(const Space& space, const Element& element) const {
  return meets(space, element) ? parts(space, {&element}) : std::nullopt;
}

std::optional<std::vector<const Element*>> Lookup::hit(const Space& space, std::size_t most) const {
  std::vector<const Element*> found;
  for (const Element& element : view_.elements()) {
    if (meets(space, element)) {
      if (found.size() == most) {
        return std::nullopt;
      }
      found.push_back(&element);
    }
  }
  return found;
}

std::optional<Space> Lookup::parts(Space space, const std::vector<const Element*>& elements) const {
  if (elements.empty()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < key_.size(); ++i) {
    if (reading(space, key_[i]) != Reading::Itself) {
      continue;
    }
    Values values;
    for (const Element* element : elements) {
      values.push_back(view_.part(*element, i));
    }
    if (!space.narrow(key_[i], pool_.keep(united(std::move(values))), pool_)) {
      return std::nullopt;
    }
  }
  return space;
}

std::optional<Space> Lookup::present(Space space) const {
  for (const Field field : key_) {
    if (may_be_missing(field) && contains(space[field], missing(field))) {
      static const auto kPresent = [] {
        std::array<Values, kFields> made;
        for (std::size_t i = 0; i < kFields; ++i) {
          const auto one = static_cast<Field>(i);
          made.at(i) = may_be_missing(one) ? without(all_of(one), {{missing(one), missing(one)}})
                                           : all_of(one);
        }
        return made;
      }();
      if (!space.narrow(field, &kPresent.at(static_cast<std::size_t>(field)), pool_)) {
        return std::nullopt;
      }
    }
  }
  return space;
}

}  // namespace sekisho::prove
