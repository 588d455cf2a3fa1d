// SPDX-License-Identifier: GPL-3.0-or-later
#include "compile/boxes.hpp"

#include <algorithm>
#include <optional>

namespace sekisho::compile {
namespace {

Box common(const Box& a, const Box& b) {
  return {{std::max(a.source.first, b.source.first), std::min(a.source.last, b.source.last)},
          {std::max(a.destination.first, b.destination.first), std::min(a.destination.last, b.destination.last)},
          {a.service.protocol, std::max(a.service.first, b.service.first),
           std::min(a.service.last, b.service.last)}};
}

/// `box` without `hole`, which overlaps it: up to two slices an axis.
void cut(const Box& box, const Box& hole, std::vector<Box>& out) {
  Box rest = box;
  const auto slice_range = [&](net::Range Box::*axis) {
    const net::Range whole = rest.*axis;
    const net::Range gone = hole.*axis;
    if (whole.first < gone.first) {
      Box below = rest;
      (below.*axis).last = *gone.first.previous();
      out.push_back(below);
      (rest.*axis).first = gone.first;
    }
    if (gone.last < whole.last) {
      Box above = rest;
      (above.*axis).first = *gone.last.next();
      out.push_back(above);
      (rest.*axis).last = gone.last;
    }
  };
  slice_range(&Box::source);
  slice_range(&Box::destination);
  if (rest.service.first < hole.service.first) {
    Box below = rest;
    below.service.last = static_cast<std::uint16_t>(hole.service.first - 1);
    out.push_back(below);
  }
  if (hole.service.last < rest.service.last) {
    Box above = rest;
    above.service.first = static_cast<std::uint16_t>(hole.service.last + 1);
    out.push_back(above);
  }
}

/// Puts one claim over the pieces so far: behind them where they are open, beside them elsewhere.
void place(const Claim& claim, std::vector<Piece>& pieces) {
  std::vector<Box> left{claim.box};
  const std::size_t before = pieces.size();
  for (std::size_t i = 0; i < before && !left.empty(); ++i) {
    if (!pieces[i].box.overlaps(claim.box)) {
      continue;
    }
    std::vector<Box> outside;
    for (const Box& part : left) {
      if (part.overlaps(pieces[i].box)) {
        cut(part, pieces[i].box, outside);
      } else {
        outside.push_back(part);
      }
    }
    left = std::move(outside);
    if (!pieces[i].open || pieces[i].permits.back() == claim.permit) {
      continue;
    }
    std::vector<Box> apart;
    const Box inside = common(pieces[i].box, claim.box);
    cut(pieces[i].box, inside, apart);
    for (const Box& part : apart) {
      pieces.push_back({part, pieces[i].permits, true});
    }
    pieces[i].box = inside;
    pieces[i].permits.push_back(claim.permit);
    pieces[i].open = claim.bound;
  }
  for (const Box& part : left) {
    pieces.push_back({part, {claim.permit}, claim.bound});
  }
}

}  // namespace

bool Box::overlaps(const Box& other) const {
  return service.protocol == other.service.protocol && service.first <= other.service.last &&
         other.service.first <= service.last && source.overlaps(other.source) &&
         destination.overlaps(other.destination);
}

std::vector<Piece> disjoint(const std::vector<Claim>& claims) {
  std::vector<Piece> pieces;
  for (const Claim& claim : claims) {
    place(claim, pieces);
  }
  return pieces;
}

}  // namespace sekisho::compile
