// SPDX-License-Identifier: GPL-3.0-or-later
// What the kernel has counted for us.
#include "enforcer.hpp"

#include <array>
#include <cstring>

namespace sekisho::daemon {
namespace {

std::uint32_t mark_in(const ruleset::Bytes& key) {
  std::uint32_t mark = 0;
  if (key.size() >= sizeof mark) {
    std::memcpy(&mark, key.view().data(), sizeof mark);
  }
  return mark;
}

constexpr std::array kFamilies{ruleset::TableFamily::Inet, ruleset::TableFamily::Netdev};

/// Word by word: one may be counted in both tables.
std::vector<Counters::Count> sum_of(std::vector<Counters::Count> all,
                                    const std::vector<Counters::Count>& more) {
  std::map<std::uint32_t, std::size_t> places;
  for (std::size_t i = 0; i < all.size(); ++i) {
    places[all[i].word] = i;
  }
  for (const Counters::Count& count : more) {
    const auto [place, is_new] = places.emplace(count.word, all.size());
    if (is_new) {
      all.push_back(count);
    } else {
      all[place->second].packets += count.packets;
      all[place->second].bytes += count.bytes;
    }
  }
  return all;
}

}  // namespace

Result<std::vector<Counters::Count>> Enforcer::read_drops(ruleset::TableFamily family) {
  const auto elements = boundary_.read_elements(family, "drops", clock_.now());
  if (!elements) {
    return fail(elements.error());
  }
  std::vector<Counters::Count> counts;
  for (const ruleset::Element& element : *elements) {
    counts.push_back({mark_in(element.key), element.usage.packets, element.usage.bytes});
  }
  return counts;
}

Result<std::vector<Counters::Count>> Enforcer::read_drops() {
  std::vector<Counters::Count> all;
  for (const ruleset::TableFamily family : kFamilies) {
    auto counts = read_drops(family);
    if (!counts) {
      return counts;
    }
    all = sum_of(std::move(all), *counts);
  }
  return all;
}

Result<Counters> Enforcer::read_counters() {
  std::map<ruleset::TableFamily, std::vector<Counters::Count>> read;
  for (const ruleset::TableFamily family : kFamilies) {
    auto counts = read_drops(family);
    if (!counts) {
      return fail(std::move(counts).error());
    }
    read[family] = *std::move(counts);
  }
  Counters counters;
  counters.fresh = boundary_.are_fresh();
  for (const ruleset::TableFamily family : kFamilies) {
    counters.counts = sum_of(std::move(counters.counts), read[family]);
    if (boundary_.was_remade(family) && !counters.fresh) {
      counters.gone = sum_of(std::move(counters.gone), counted_[family]);
    }
  }
  counted_ = std::move(read);
  return counters;
}

Result<std::map<std::string, ruleset::Usage>> Enforcer::read_usage() {
  std::map<std::string, ruleset::Usage> usage;
  for (const char* name : {"live", "live_mac", "live_hop4", "live_hop6"}) {
    const auto elements = boundary_.read_elements(ruleset::TableFamily::Inet, name, clock_.now());
    if (!elements) {
      return fail(elements.error());
    }
    for (const ruleset::Element& element : *elements) {
      const auto id = in_force_.compiled.permit_ids.find(mark_in(element.key));
      if (id != in_force_.compiled.permit_ids.end()) {
        usage[id->second].packets += element.usage.packets;
        usage[id->second].bytes += element.usage.bytes;
      }
    }
  }
  return usage;
}

}  // namespace sekisho::daemon
