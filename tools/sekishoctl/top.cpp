// SPDX-License-Identifier: GPL-3.0-or-later
#include "picture.hpp"
#include "records.hpp"
#include "terminal.hpp"
#include "verbs.hpp"

#include <boost/json.hpp>

#include <iostream>
#include <thread>

namespace sekisho::ctl {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPeriod{1000};
constexpr std::size_t kMostViolations = 50;

Sight look(const Arguments& arguments) {
  Sight sight;
  const auto answer = ask_quietly(arguments, control::Status{});
  sight.at = steady_clock::now();
  sight.time = local_time(now());
  if (!answer) {
    sight.trouble = answer.error().text();
  } else if (answer->kind == control::Answer::Kind::Refused) {
    sight.trouble = refusal_in(*answer);
  } else {
    sight.status = document_of(*answer);
  }
  sight.violations = journal::newest_entries(records_in(arguments), kMostViolations, is_violation)
                         .value_or(std::vector<journal::Entry>{});
  return sight;
}

/// Pictures on stdout, one a line, until nobody reads or answers.
Exit print_objects(const Arguments& arguments, Sight before, bool once) {
  do {
    std::this_thread::sleep_until(before.at + kPeriod);
    Sight sight = look(arguments);
    if (!sight.trouble.empty()) {
      return failed(arguments, sight.trouble, Exit::Unreachable);
    }
    std::cout << boost::json::serialize(picture_json(before, sight)) << '\n' << std::flush;
    before = std::move(sight);
  } while (!once && std::cout);
  return Exit::Yes;
}

Exit print_once(const Arguments& arguments, const Sight& before) {
  std::this_thread::sleep_until(before.at + kPeriod);
  const Sight sight = look(arguments);
  if (!sight.trouble.empty()) {
    return failed(arguments, sight.trouble, Exit::Unreachable);
  }
  for (const std::string& line :
       picture_lines(picture_json(before, sight), sight, arguments.language, size_of_terminal())) {
    std::cout << line << '\n';
  }
  return Exit::Yes;
}

/// The daemon may go and come again meanwhile; the picture says so.
Exit show(const Arguments& arguments, Sight before, const Screen& screen) {
  Sight sight = before;
  boost::json::object picture = picture_json(before, sight);
  while (screen.show(picture_lines(picture, sight, arguments.language, size_of_terminal()))) {
    const auto left = std::chrono::ceil<milliseconds>(sight.at + kPeriod - steady_clock::now());
    switch (screen.wait(std::max(left, milliseconds{0}))) {
      case Screen::News::End: return Exit::Yes;
      case Screen::News::Resized: continue;
      case Screen::News::Nothing: break;
    }
    if (steady_clock::now() >= sight.at + kPeriod) {
      before = std::exchange(sight, look(arguments));
      picture = picture_json(before, sight);
    }
  }
  return Exit::Yes;
}

}  // namespace

Exit run_top(const Arguments& arguments) {
  const bool once = arguments.has("--once");
  const bool live = !once && !arguments.json;
  if (live && !is_terminal()) {
    return usage(false, "top", "stdout is no terminal; --once and --json need none");
  }
  Sight first = look(arguments);
  if (!first.trouble.empty()) {
    return failed(arguments, first.trouble, Exit::Unreachable);
  }
  if (arguments.json) {
    return print_objects(arguments, std::move(first), once);
  }
  if (once) {
    return print_once(arguments, first);
  }
  const auto screen = Screen::open();
  if (!screen) {
    return failed(arguments, screen.error().text(), Exit::Unreachable);
  }
  return show(arguments, std::move(first), *screen);
}

}  // namespace sekisho::ctl
