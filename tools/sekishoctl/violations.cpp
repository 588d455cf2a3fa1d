// SPDX-License-Identifier: GPL-3.0-or-later
// Records come from the daemon's own store: it is whole and chained, while a journal rotates.
#include "verbs.hpp"

#include "base/escape.hpp"
#include "journal/store.hpp"

#include <poll.h>
#include <sys/inotify.h>
#include <boost/json.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <ctime>
#include <iostream>

namespace sekisho::ctl {
namespace {

using journal::Entry;

std::string field(const Entry& entry, std::string_view name) {
  const auto found = entry.record.fields.find(name);
  return found == entry.record.fields.end() ? "-" : found->second;
}

/// Microseconds since 1970: "30m", "2h", "7d" ago, or a date with an optional time, local.
std::optional<std::uint64_t> time_of(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  const std::map<std::string_view, std::uint64_t> units{
      {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
  if (const auto seconds = units.find(unit); error == std::errc{} && seconds != units.end()) {
    const auto at = static_cast<std::uint64_t>(now().time_since_epoch().count());
    const std::uint64_t ago = number > at / seconds->second ? at : number * seconds->second;
    return (at - ago) * 1'000'000;
  }
  for (const char* format :
       {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    std::tm parts{};
    parts.tm_isdst = -1;
    const char* rest = ::strptime(text.c_str(), format, &parts);
    if (rest != nullptr && *rest == '\0') {
      return static_cast<std::uint64_t>(std::mktime(&parts)) * 1'000'000;
    }
  }
  return std::nullopt;
}

struct Filter {
  std::uint64_t since = 0;
  std::optional<std::string> zone;
  std::optional<std::string> reason;
  bool all = false;

  [[nodiscard]] bool passes(const Entry& entry) const {
    const Event event = entry.record.event;
    const bool violation = event == Event::Violation || event == Event::Summary ||
                           event == Event::Leak ||
                           (event == Event::Exchange && field(entry, "SEKISHO_VERDICT") == "deny");
    return (all || violation) && entry.time >= since &&
           (!zone || field(entry, "SEKISHO_SRC_ZONE") == *zone ||
            field(entry, "SEKISHO_DST_ZONE") == *zone) &&
           (!reason || field(entry, "SEKISHO_REASON") == *reason);
  }
};

std::string local_time(std::uint64_t micros) {
  const auto seconds = static_cast<std::time_t>(micros / 1'000'000);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts)};
}

std::string line_of(const Entry& entry) {
  std::string line = local_time(entry.time) + " " + std::to_string(entry.seq) + " ";
  if (const std::string count = field(entry, "SEKISHO_COUNT"); count != "-") {
    line += "×" + count + " ";
  }
  return line + escaped(entry.record.message);
}

/// Prints what passes; entries of a JSON array are kept apart by commas.
class Printer {
 public:
  Printer(const Arguments& arguments, bool follows)
      : json_{arguments.json}, array_{arguments.json && !follows} {
    std::cout << (array_ ? "[" : "");
  }
  ~Printer() { std::cout << (array_ ? "]\n" : "") << std::flush; }
  Printer(const Printer&) = delete;
  Printer& operator=(const Printer&) = delete;

  void print(const Entry& entry) {
    if (array_) {
      std::cout << (first_ ? "\n" : ",\n") << journal::to_json(entry);
    } else {
      std::cout << (json_ ? journal::to_json(entry) : line_of(entry)) << '\n' << std::flush;
    }
    first_ = false;
  }

 private:
  bool json_;
  bool array_;
  bool first_ = true;
};

Exit verify_chain(const Arguments& arguments, const std::string& records) {
  std::optional<Entry> before;
  std::string broken;
  const auto read = journal::read_entries(records, 0, [&](const Entry& entry) {
    // the oldest segments may be gone: the first entry there is begins the walk
    const bool follows =
        !before || (entry.seq == before->seq + 1 && entry.chain == chain_of(entry, before->chain));
    const bool begins =
        before || entry.seq != 1 || entry.chain == chain_of(entry, std::string(64, '0'));
    if (!follows || !begins) {
      broken = "the chain of records breaks at number " + std::to_string(entry.seq);
    }
    before = entry;
    return broken.empty();
  });
  const std::string why = read ? broken : read.error().text();
  const std::uint64_t last = before ? before->seq : 0;
  if (arguments.json) {
    std::cout << boost::json::serialize(
                     boost::json::object{{"ok", why.empty()}, {"last", last}, {"error", why}})
              << '\n';
  } else {
    std::cout << (why.empty() ? std::to_string(last) + ": OK" : why) << '\n';
  }
  return why.empty() ? Exit::Yes : Exit::No;
}

/// Waits until something in the directory changes, a second at most: a new segment may have begun
/// unseen.
void wait_for_change(const std::string& directory, const UniqueFd& changes) {
  constexpr int kLongestMillis = 1000;
  pollfd one{changes.get(), POLLIN, 0};
  (void)::inotify_add_watch(changes.get(), directory.c_str(), IN_MODIFY | IN_CREATE);
  if (::poll(&one, 1, kLongestMillis) > 0) {
    std::array<char, 4096> buffer{};
    while (::read(changes.get(), buffer.data(), buffer.size()) > 0) {
    }
  }
}

}  // namespace

Exit run_violations(const Arguments& arguments) {
  const std::string records = arguments.state_dir + "/records";
  if (arguments.has("--verify")) {
    return verify_chain(arguments, records);
  }
  Filter filter{0, arguments.value("--zone"), arguments.value("--reason"), arguments.has("--all")};
  if (const auto since = arguments.value("--since")) {
    const auto time = time_of(*since);
    if (!time) {
      return usage("violations", "--since '" + *since +
                                     "' is no time: 2026-04-01, '2026-04-01 08:30', 30m, 2h, 7d");
    }
    filter.since = *time;
  }
  if (filter.reason && !reason_named(*filter.reason)) {
    return usage("violations", "there is no reason '" + *filter.reason + "'");
  }
  const bool follow = arguments.has("--follow");
  const UniqueFd changes{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  std::uint64_t last = 0;
  Printer printer{arguments, follow};
  do {
    const auto read = journal::read_entries(records, last, [&](const Entry& entry) {
      last = entry.seq;
      if (filter.passes(entry)) {
        printer.print(entry);
      }
      return true;
    });
    if (!read) {
      std::cerr << "sekishoctl: " << read.error().text() << '\n';
      return Exit::Unreachable;
    }
    if (follow) {
      wait_for_change(records, changes);
    }
  } while (follow && std::cout);
  return Exit::Yes;
}

}  // namespace sekisho::ctl
