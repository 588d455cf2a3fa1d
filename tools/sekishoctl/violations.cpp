// SPDX-License-Identifier: GPL-3.0-or-later
#include "records.hpp"
#include "verbs.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <boost/json.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <ctime>
#include <iostream>

namespace sekisho::ctl {
namespace {

using journal::Entry;

/// Seconds since 1970 of a date with an optional time, local where no offset is said.
std::optional<std::time_t> date_of(const std::string& text) {
  for (const char* format : {"%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M",
                             "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    std::tm parts{};
    const char* rest = ::strptime(text.c_str(), format, &parts);
    if (rest == nullptr || *rest != '\0') {
      continue;
    }
    const bool absolute = std::string_view{format}.ends_with("%z");
    const long offset = parts.tm_gmtoff;
    const int day = parts.tm_mday;
    parts.tm_isdst = -1;
    const std::time_t time = absolute ? ::timegm(&parts) - offset : std::mktime(&parts);
    return parts.tm_mday == day ? std::optional{time} : std::nullopt;  // not 31 February
  }
  return std::nullopt;
}

/// Microseconds since 1970: "30m", "2h", "7d" ago, or a date.
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
  const auto date = date_of(text);
  return date ? std::optional{static_cast<std::uint64_t>(std::max<std::time_t>(*date, 0)) *
                              1'000'000}
              : std::nullopt;
}

struct Filter {
  std::uint64_t since = 0;
  std::optional<std::string> zone;
  std::optional<std::string> reason;
  bool all = false;

  [[nodiscard]] bool passes(const Entry& entry) const {
    return (all || is_violation(entry)) && entry.time >= since &&
           (!zone || field(entry, "SEKISHO_SRC_ZONE") == *zone ||
            field(entry, "SEKISHO_DST_ZONE") == *zone) &&
           (!reason || field(entry, "SEKISHO_REASON") == *reason);
  }
};

/// Prints what passes; entries of a JSON array are kept apart by commas.
class Printer {
 public:
  Printer(const Arguments& arguments, bool follows)
      : json_{arguments.json}, array_{arguments.json && !follows} {}

  void print(const Entry& entry) {
    if (array_) {
      std::cout << (first_ ? "[\n" : ",\n") << journal::to_json(entry);
    } else {
      std::cout << (json_ ? journal::to_json(entry) : line_of(entry)) << '\n' << std::flush;
    }
    first_ = false;
  }
  void end() const { std::cout << (!array_ ? "" : first_ ? "[]\n" : "\n]\n") << std::flush; }
  /// The records cannot be read on: one document whether or not it has begun.
  Exit break_off(const Arguments& arguments, const std::string& why) const {
    if (array_ && first_) {
      return failed(arguments, why, Exit::Unreachable);
    }
    end();
    std::cerr << "sekishoctl: " << why << '\n';
    return Exit::Unreachable;
  }

 private:
  bool json_;
  bool array_;
  bool first_ = true;
};

/// No records, and none that can be read, are two things.
Result<> look_at(const std::string& directory) {
  const UniqueFd fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return fd ? Result<>{}
            : fail(system_error("cannot read the records in '" + directory + "'", errno));
}

Exit verify_chain(const Arguments& arguments, const std::string& records) {
  const Chain chain = walk_chain(records);
  const std::uint64_t last = chain.last ? chain.last->seq : 0;
  const bool whole = chain.broken.empty();
  if (arguments.json) {
    std::cout << boost::json::serialize(
                     boost::json::object{{"ok", whole}, {"last", last}, {"error", chain.broken}})
              << '\n';
  } else {
    std::cout << (whole ? std::to_string(last) + ": OK" : chain.broken) << '\n';
  }
  return whole ? Exit::Yes : Exit::No;
}

/// Waits until something in the watched directory changes, a second at most: not every file system
/// tells.
void wait_for_change(const UniqueFd& changes) {
  constexpr int kLongestMillis = 1000;
  pollfd one{changes.get(), POLLIN, 0};
  if (::poll(&one, 1, kLongestMillis) > 0) {
    std::array<char, 4096> buffer{};
    while (::read(changes.get(), buffer.data(), buffer.size()) > 0) {
    }
  }
}

Result<Filter> filter_of(const Arguments& arguments) {
  Filter filter{0, arguments.value("--zone"), arguments.value("--reason"), arguments.has("--all")};
  if (const auto since = arguments.value("--since")) {
    const auto time = time_of(*since);
    if (!time) {
      return fail("--since '" + *since +
                  "' is no time: 2026-04-01, '2026-04-01 08:30', 30m, 2h, 7d");
    }
    filter.since = *time;
  }
  if (filter.reason && !reason_named(*filter.reason)) {
    return fail("there is no reason '" + *filter.reason + "'");
  }
  return filter;
}

Exit list(const Arguments& arguments, const Filter& filter, const std::string& records) {
  const bool follow = arguments.has("--follow");
  const UniqueFd changes{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  (void)::inotify_add_watch(changes.get(), records.c_str(), IN_MODIFY | IN_CREATE);
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
      return printer.break_off(arguments, read.error().text());
    }
    if (follow) {
      wait_for_change(changes);
    }
  } while (follow && std::cout);
  printer.end();
  return Exit::Yes;
}

}  // namespace

Exit run_violations(const Arguments& arguments) {
  const auto filter = filter_of(arguments);
  if (!filter) {
    return usage(arguments.json, "violations", filter.error().text());
  }
  const std::string records = records_in(arguments);
  if (auto there = look_at(records); !there) {
    return failed(arguments, there.error().text(), Exit::Unreachable);
  }
  return arguments.has("--verify") ? verify_chain(arguments, records)
                                   : list(arguments, *filter, records);
}

}  // namespace sekisho::ctl
