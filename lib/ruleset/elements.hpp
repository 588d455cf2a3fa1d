// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// One element of a set, and the elements of a whole set as a value that shares what it has in common with the one it
/// was edited from. Included by ruleset.hpp.

#include "ruleset/bytes.hpp"

#include <chrono>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sekisho::ruleset {

using Instant = std::chrono::sys_seconds;

enum class VerdictKind : std::uint8_t { Accept, Drop, Jump, Goto, Return };
struct Verdict {
  VerdictKind kind{};
  std::string chain;  ///< of Jump and Goto
  auto operator<=>(const Verdict&) const = default;
};

/// Counted by the kernel; zero in compiled rulesets and no part of equality.
struct Usage {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

struct Element {
  Bytes key;
  Bytes key_end;  ///< of interval sets: the last key of the range, field by field; empty in other sets
  std::variant<std::monostate, std::uint32_t, Verdict> value;  ///< of maps
  std::optional<Instant> expires;  ///< in sets with timeouts
  std::string comment;
  Usage usage;

  /// Same key range, value, end and comment.
  [[nodiscard]] bool same(const Element& other) const;
};
/// The order of elements in a set: by key, then by key_end.
[[nodiscard]] std::strong_ordering order(const Element& a, const Element& b);

/// Elements in order, keys unique (what is not is put right by `normalise`). Held in pieces that copies share, so that
/// an edited copy costs what it touches and two of them are compared where they differ.
class Elements {
 public:
  using Piece = std::shared_ptr<const std::vector<Element>>;
  class Iterator;

  Elements() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a list of elements is one
  Elements(std::vector<Element> all);
  Elements(std::initializer_list<Element> all) : Elements{std::vector<Element>{all}} {}

  [[nodiscard]] Iterator begin() const;
  [[nodiscard]] Iterator end() const;
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] const Element& front() const { return pieces_.front()->front(); }
  [[nodiscard]] const Element& back() const { return pieces_.back()->back(); }
  [[nodiscard]] const Element& operator[](std::size_t index) const;

  /// Without those that have the keys of `gone`, with those of `come`; both in order. A key that goes and was not there,
  /// or comes and is there, is a bug and throws std::logic_error.
  [[nodiscard]] Elements edited(std::span<const Element> gone, std::span<const Element> come) const;

 private:
  void append(std::vector<Element> some);

  std::vector<Piece> pieces_;       ///< none of them empty
  std::vector<std::size_t> starts_;  ///< how many elements are in the pieces before
  std::size_t size_ = 0;
};

class Elements::Iterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = Element;
  using difference_type = std::ptrdiff_t;
  using pointer = const Element*;
  using reference = const Element&;

  Iterator() = default;
  Iterator(const Elements& of, std::size_t index) : of_{&of} { seek(index); }

  reference operator*() const { return (*of_->pieces_[piece_])[index_ - of_->starts_[piece_]]; }
  pointer operator->() const { return &**this; }
  reference operator[](difference_type n) const { return *(*this + n); }
  Iterator& operator++() {
    ++index_;
    if (piece_ + 1 < of_->pieces_.size() && index_ == of_->starts_[piece_ + 1]) {
      ++piece_;
    }
    return *this;
  }
  Iterator operator++(int) { return std::exchange(*this, *this + 1); }
  Iterator& operator--() { return *this -= 1; }
  Iterator operator--(int) { return std::exchange(*this, *this - 1); }
  Iterator& operator+=(difference_type n) {
    seek(static_cast<std::size_t>(static_cast<difference_type>(index_) + n));
    return *this;
  }
  Iterator& operator-=(difference_type n) { return *this += -n; }
  friend Iterator operator+(Iterator a, difference_type n) { return a += n; }
  friend Iterator operator+(difference_type n, Iterator a) { return a += n; }
  friend Iterator operator-(Iterator a, difference_type n) { return a -= n; }
  friend difference_type operator-(const Iterator& a, const Iterator& b) {
    return static_cast<difference_type>(a.index_) - static_cast<difference_type>(b.index_);
  }
  bool operator==(const Iterator& other) const { return index_ == other.index_; }
  auto operator<=>(const Iterator& other) const { return index_ <=> other.index_; }

  /// Whether both are at the beginning of one and the same piece.
  [[nodiscard]] bool begins_what_begins(const Iterator& other) const;
  /// To the beginning of the next piece.
  void skip_piece() { seek(of_->starts_[piece_] + of_->pieces_[piece_]->size()); }

 private:
  void seek(std::size_t index);

  const Elements* of_ = nullptr;
  std::size_t index_ = 0;
  std::size_t piece_ = 0;
};

inline Elements::Iterator Elements::begin() const { return {*this, 0}; }
inline Elements::Iterator Elements::end() const { return {*this, size_}; }
inline const Element& Elements::operator[](std::size_t index) const { return *Iterator{*this, index}; }

}  // namespace sekisho::ruleset
