// SPDX-License-Identifier: GPL-3.0-or-later
#include "records.hpp"

#include "base/escape.hpp"

namespace sekisho::ctl {

using journal::Entry;

std::string records_in(const Arguments& arguments) {
  return arguments.state_dir + "/records";
}

std::string field(const Entry& entry, std::string_view name) {
  const auto found = entry.record.fields.find(name);
  return found == entry.record.fields.end() ? "-" : found->second;
}

bool is_violation(const Entry& entry) {
  const Event event = entry.record.event;
  return event == Event::Violation || event == Event::Summary || event == Event::Leak ||
         (event == Event::Exchange && field(entry, "SEKISHO_VERDICT") == "deny");
}

std::string line_of(const Entry& entry) {
  const policy::Instant second{std::chrono::seconds{entry.time / 1'000'000}};
  std::string line = local_time(second) + " " + std::to_string(entry.seq) + " ";
  if (const std::string count = field(entry, "SEKISHO_COUNT"); count != "-") {
    line += "×" + count + " ";
  }
  return line + escaped(entry.record.message);
}

Chain walk_chain(const std::string& records) {
  Chain chain;
  auto& last = chain.last;
  const auto read = journal::read_entries(records, 0, [&](const Entry& entry) {
    // the oldest segments may be gone: the first entry there is begins the walk
    const bool follows =
        !last || (entry.seq == last->seq + 1 && entry.chain == chain_of(entry, last->chain));
    const bool begins =
        last || entry.seq != 1 || entry.chain == chain_of(entry, std::string(64, '0'));
    if (!follows || !begins) {
      chain.broken = "the chain of records breaks at number " + std::to_string(entry.seq);
    }
    last = entry;
    return chain.broken.empty();
  });
  if (!read) {
    chain.broken = read.error().text();
  }
  return chain;
}

}  // namespace sekisho::ctl
