// SPDX-License-Identifier: GPL-3.0-or-later
#include "ruleset/elements.hpp"

#include <algorithm>
#include <stdexcept>

namespace sekisho::ruleset {
namespace {

// small enough to be copied for one change, large enough that there are few
constexpr std::size_t kPiece = 128;

/// `from` without `gone`, with `come`, each a part that belongs here.
std::vector<Element> merged(std::span<const Element> from, std::span<const Element> gone,
                            std::span<const Element> come) {
  std::vector<Element> made;
  made.reserve(from.size() + come.size());
  auto leaving = gone.begin();
  auto coming = come.begin();
  for (const Element& element : from) {
    for (; coming != come.end() && order(*coming, element) < 0; ++coming) {
      made.push_back(*coming);
    }
    if (leaving != gone.end() && order(*leaving, element) == 0) {
      ++leaving;
      continue;
    }
    if (coming != come.end() && order(*coming, element) == 0) {
      throw std::logic_error{"an element comes whose key is there"};
    }
    made.push_back(element);
  }
  if (leaving != gone.end()) {
    throw std::logic_error{"an element goes that is not there"};
  }
  made.insert(made.end(), coming, come.end());
  return made;
}

/// Takes those before `end` off the front.
std::span<const Element> take_before(std::span<const Element>& rest, const Element* end) {
  const auto at = end == nullptr ? rest.end() : std::ranges::find_if(rest, [&](const Element& element) {
    return order(element, *end) >= 0;
  });
  const auto taken = rest.first(static_cast<std::size_t>(at - rest.begin()));
  rest = rest.subspan(taken.size());
  return taken;
}

}  // namespace

bool Element::same(const Element& other) const {
  return key == other.key && key_end == other.key_end && value == other.value &&
         expires == other.expires && comment == other.comment;
}

std::strong_ordering order(const Element& a, const Element& b) {
  const auto keys = a.key <=> b.key;
  return keys != 0 ? keys : a.key_end <=> b.key_end;
}

Elements::Elements(std::vector<Element> all) { append(std::move(all)); }

void Elements::append(std::vector<Element> some) {
  const std::size_t parts = (some.size() + kPiece - 1) / kPiece;
  for (std::size_t part = 0; part < parts; ++part) {
    const auto at = [&](std::size_t n) { return some.begin() + static_cast<std::ptrdiff_t>(some.size() * n / parts); };
    starts_.push_back(size_);
    pieces_.push_back(parts == 1 ? std::make_shared<const std::vector<Element>>(std::move(some))
                                 : std::make_shared<const std::vector<Element>>(std::move_iterator{at(part)},
                                                                                std::move_iterator{at(part + 1)}));
    size_ += pieces_.back()->size();
  }
}

Elements Elements::edited(std::span<const Element> gone, std::span<const Element> come) const {
  Elements made;
  made.pieces_.reserve(pieces_.size() + 1);
  made.starts_.reserve(pieces_.size() + 1);
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const Element* next = i + 1 < pieces_.size() ? &pieces_[i + 1]->front() : nullptr;
    const auto leaving = take_before(gone, next);
    const auto coming = take_before(come, next);
    if (leaving.empty() && coming.empty()) {
      made.starts_.push_back(made.size_);
      made.pieces_.push_back(pieces_[i]);
      made.size_ += pieces_[i]->size();
    } else {
      made.append(merged(*pieces_[i], leaving, coming));
    }
  }
  made.append(merged({}, gone, come));  // of nothing, all is left
  return made;
}

bool Elements::Iterator::begins_what_begins(const Iterator& other) const {
  return index_ < of_->size_ && other.index_ < other.of_->size_ && index_ == of_->starts_[piece_] &&
         other.index_ == other.of_->starts_[other.piece_] &&
         of_->pieces_[piece_] == other.of_->pieces_[other.piece_];
}

void Elements::Iterator::seek(std::size_t index) {
  index_ = index;
  const auto after = std::ranges::upper_bound(of_->starts_, index);
  piece_ = after == of_->starts_.begin() ? 0 : static_cast<std::size_t>(after - of_->starts_.begin()) - 1;
}

}  // namespace sekisho::ruleset
