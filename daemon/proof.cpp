// SPDX-License-Identifier: GPL-3.0-or-later
#include "proof.hpp"

#include "kernel/compare.hpp"

#include <algorithm>

namespace sekisho::daemon {
namespace {

using ruleset::Element;
using ruleset::Set;
using ruleset::Table;
using ruleset::Type;

/// Gathers zones; once something is about none, all of them.
class Concerned {
 public:
  explicit Concerned(const policy::Policy& policy) : policy_{policy} {}

  void everything() {
    for (const policy::Zone& zone : policy_.zones()) {
      zones_.insert(zone.name);
    }
  }

  void differing(const Table& wanted, const std::optional<Table>& found) {
    const auto shapes = [](const Table& table) {
      std::vector<ruleset::SetShape> all;
      for (const Set& set : table.sets) {
        all.push_back(set.shape);
      }
      return all;
    };
    if (!found || found->chains != wanted.chains || shapes(*found) != shapes(wanted)) {
      return everything();
    }
    Table settled = *found;
    ruleset::settle_ends(settled, wanted, kernel::kTolerance);
    for (std::size_t i = 0; i < wanted.sets.size(); ++i) {
      if (wanted.sets[i].shape.name == ruleset::kHeartbeats) {
        continue;
      }
      differing(wanted.sets[i], settled.sets[i]);
    }
  }

  std::set<std::string> take() && { return std::move(zones_); }

 private:
  void differing(const Set& wanted, const Set& found) {
    auto a = wanted.elements->begin();
    auto b = found.elements->begin();
    while (a != wanted.elements->end() || b != found.elements->end()) {
      const bool only_wanted =
          b == found.elements->end() || (a != wanted.elements->end() && before(*a, *b));
      const bool only_found =
          a == wanted.elements->end() || (b != found.elements->end() && before(*b, *a));
      if (only_wanted) {
        about(wanted, *a++);
      } else if (only_found) {
        about(found, *b++);
      } else {
        if (!a->same(*b)) {
          about(wanted, *a);
          about(found, *b);
        }
        ++a;
        ++b;
      }
    }
  }

  static bool before(const Element& a, const Element& b) {
    return a.key != b.key ? a.key < b.key : a.key_end < b.key_end;
  }

  void about(const Set& set, const Element& element) {
    const std::size_t known = found_;
    name(element.comment);
    std::size_t offset = 0;
    for (const Type type : set.shape.key) {
      const std::size_t length = ruleset::length_of(type);
      if (type == Type::IfName && offset + length <= element.key.size()) {
        interface(element.key.view().subspan(offset, length));
      }
      offset += (length + 3U) & ~std::size_t{3};
    }
    if (found_ == known) {
      everything();
    }
  }

  /// As comments name them: a permit, a zone, or what passes inside a zone.
  void name(const std::string& comment) {
    const auto permit = std::ranges::find(policy_.permits(), comment, &policy::Permit::id);
    if (permit != policy_.permits().end()) {
      zone(permit->from.zone);
      zone(permit->to.zone);
      return;
    }
    constexpr std::string_view kInside = "intra ";
    zone(policy_.zone_named(comment.starts_with(kInside) ? comment.substr(kInside.size())
                                                         : comment));
  }

  void interface(std::span<const std::uint8_t> bytes) {
    const std::string padded{bytes.begin(), bytes.end()};
    zone(policy_.zone_of_interface(padded.c_str()));
  }

  void zone(std::optional<policy::ZoneIndex> index) {
    if (index) {
      zones_.insert(policy_.zones()[*index].name);
      ++found_;
    }
  }

  const policy::Policy& policy_;
  std::set<std::string> zones_;
  std::size_t found_ = 0;
};

}  // namespace

Boundary::Judge proof_for(std::shared_ptr<const policy::Policy> policy, policy::Situation situation,
                          std::shared_ptr<prove::Prover> prover) {
  return [policy = std::move(policy), situation = std::move(situation),
          prover = std::move(prover)](const Tables& tables) {
    const auto found =
        prover->refute(policy, situation, tables.packets, tables.frames, kernel::kTolerance);
    return found ? fail("it is not proved: " + prove::text_of(*found)) : Result<>{};
  };
}

std::set<std::string> zones_concerned(const policy::Policy& policy, const Tables& wanted,
                                      const Boundary::Found& found) {
  Concerned concerned{policy};
  concerned.differing(wanted.packets, found.packets);
  concerned.differing(wanted.frames, found.frames);
  return std::move(concerned).take();
}

}  // namespace sekisho::daemon
