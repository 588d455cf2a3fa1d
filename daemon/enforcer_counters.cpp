// SPDX-License-Identifier: GPL-3.0-or-later
// What the kernel has counted for us.
#include "enforcer.hpp"

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

}  // namespace

Result<std::vector<Counters::Count>> Enforcer::read_drops() {
  const auto elements = boundary_.read_elements("drops", clock_.now());
  if (!elements) {
    return fail(elements.error());
  }
  std::map<std::uint32_t, Counters::Count> by_word;  // a word may be counted in both tables
  for (const ruleset::Element& element : *elements) {
    Counters::Count& count = by_word[mark_in(element.key)];
    count.word = mark_in(element.key);
    count.packets += element.usage.packets;
    count.bytes += element.usage.bytes;
  }
  std::vector<Counters::Count> counts;
  for (const auto& [word, count] : by_word) {
    counts.push_back(count);
  }
  return counts;
}

Result<std::map<std::string, ruleset::Usage>> Enforcer::read_usage() {
  std::map<std::string, ruleset::Usage> usage;
  for (const char* name : {"live", "live_mac", "live_hop4", "live_hop6"}) {
    const auto elements = boundary_.read_elements(name, clock_.now());
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
