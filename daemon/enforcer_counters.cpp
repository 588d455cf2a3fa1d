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
std::vector<Counters::Count> sum_of(const std::vector<Counters::Count>& some,
                                    const std::vector<Counters::Count>& more) {
  std::map<std::uint32_t, Counters::Count> by_word;
  for (const auto* counts : {&some, &more}) {
    for (const Counters::Count& count : *counts) {
      Counters::Count& sum = by_word[count.word];
      sum.word = count.word;
      sum.packets += count.packets;
      sum.bytes += count.bytes;
    }
  }
  std::vector<Counters::Count> sums;
  for (const auto& [word, sum] : by_word) {
    sums.push_back(sum);
  }
  return sums;
}

}  // namespace

Result<Enforcer::Drops> Enforcer::read_tables() {
  Drops drops;
  for (const ruleset::TableFamily family : kFamilies) {
    const auto elements = boundary_.read_elements(family, "drops", clock_.now());
    if (!elements) {
      return fail(elements.error());
    }
    for (const ruleset::Element& element : *elements) {
      drops[family].push_back({mark_in(element.key), element.usage.packets, element.usage.bytes});
    }
  }
  return drops;
}

Result<std::vector<Counters::Count>> Enforcer::read_drops() {
  auto drops = read_tables();
  if (!drops) {
    return fail(std::move(drops).error());
  }
  return sum_of((*drops)[ruleset::TableFamily::Inet], (*drops)[ruleset::TableFamily::Netdev]);
}

Result<Counters> Enforcer::read_counters() {
  auto drops = read_tables();
  if (!drops) {
    return fail(std::move(drops).error());
  }
  Counters counters;
  counters.fresh = boundary_.are_fresh();
  for (const ruleset::TableFamily family : kFamilies) {
    counters.counts = sum_of(counters.counts, (*drops)[family]);
    if (boundary_.was_remade(family) && !counters.fresh) {
      counters.gone = sum_of(counters.gone, counted_[family]);
    }
  }
  counted_ = *std::move(drops);
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
      const std::string id = compile::permit_of(mark_in(element.key), in_force_.compiled);
      if (!id.empty()) {
        usage[id].packets += element.usage.packets;
        usage[id].bytes += element.usage.bytes;
      }
    }
  }
  return usage;
}

}  // namespace sekisho::daemon
