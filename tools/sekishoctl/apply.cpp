// SPDX-License-Identifier: GPL-3.0-or-later
#include "documents.hpp"
#include "verbs.hpp"

#include "files/files.hpp"

#include <boost/json.hpp>

#include <charconv>
#include <iostream>
#include <iterator>
#include <sstream>

namespace sekisho::ctl {
namespace {

constexpr std::uint64_t kLongestTrial = 86'400;  // seconds

/// The daemon names its own config file; the operator knows the text by another name.
void print_rows(const boost::json::object& document, const char* key, const char* severity,
                const std::string& own, const std::string& name) {
  for (const boost::json::value& row : rows_in(document, key)) {
    const boost::json::object& one = object_of(row);
    const std::string file = text_in(one, "file");
    const std::string clause = text_in(one, "clause");
    std::cerr << (file == own ? name : file) << ':' << number_in(one, "line") << ':'
              << number_in(one, "column") << ": " << severity << ": " << text_in(one, "message")
              << (clause.empty() || clause == "-" ? "" : " (" + clause + ")") << '\n';
  }
}

}  // namespace

Exit change(const Arguments& arguments, const control::Request& request, const std::string& name) {
  const auto answer = ask(arguments, request);
  if (!answer) {
    return Exit::Unreachable;
  }
  const bool done = answer->kind == control::Answer::Kind::Yes;
  if (arguments.json) {
    std::cout << answer->json << '\n';
    return done ? Exit::Yes : Exit::No;
  }
  const boost::json::object document = document_of(*answer);
  print_rows(document, "errors", "error", arguments.config, name);
  print_rows(document, "warnings", "warning", arguments.config, name);
  if (document.contains("error")) {
    std::cerr << "sekishoctl: " << text_in(document, "error") << '\n';
  }
  if (done) {
    const Text text{"適用中の改訂: ", "in force: revision "};
    std::cout << text.in(arguments.language) << number_in(document, "revision") << '\n';
  }
  return done ? Exit::Yes : Exit::No;
}

std::vector<std::string> must_flows_to_break(const Arguments& arguments) {
  std::vector<std::string> ids;
  std::istringstream list{arguments.value("--break-must-flow").value_or("")};
  for (std::string id; std::getline(list, id, ',');) {
    ids.push_back(id);
  }
  return ids;
}

Exit run_apply(const Arguments& arguments) {
  control::Apply request;
  request.break_must_flows = must_flows_to_break(arguments);
  if (const auto time = arguments.value("--confirm")) {
    const auto seconds = seconds_in(*time);
    if (!seconds || *seconds == 0 || *seconds > kLongestTrial) {
      return usage(arguments.json, "apply",
                   "--confirm '" + *time + "' is no time up to a day: 300, 90s, 10m");
    }
    request.confirm_seconds = static_cast<std::uint32_t>(*seconds);
  }
  if (arguments.file() == "-") {
    request.text.assign(std::istreambuf_iterator<char>{std::cin}, {});
  } else {
    auto text = files::read(arguments.file(), policy::kLargestFile + 1);
    if (!text) {
      return failed(arguments, text.error().text(), Exit::No);
    }
    request.text = *std::move(text);
  }
  const Exit exit = change(arguments, request, arguments.file());
  if (exit == Exit::Yes && request.confirm_seconds != 0 && !arguments.json) {
    const Text text{"sekishoctl confirm がなければ自動的に戻します",
                    "rolled back unless sekishoctl confirm comes"};
    std::cout << text.in(arguments.language) << " (" << request.confirm_seconds << " s)\n";
  }
  return exit;
}

Exit run_confirm(const Arguments& arguments) {
  return change(arguments, control::Confirm{}, arguments.config);
}

Exit run_reload(const Arguments& arguments) {
  return change(arguments, control::Reload{must_flows_to_break(arguments)}, arguments.config);
}

Exit run_rollback(const Arguments& arguments) {
  control::Rollback request;
  request.break_must_flows = must_flows_to_break(arguments);
  if (!arguments.rest.empty()) {
    const std::string& text = arguments.rest.front();
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), request.revision);
    if (error != std::errc{} || end != text.data() + text.size() || request.revision == 0) {
      return usage(arguments.json, "rollback", "'" + text + "' is no revision");
    }
  }
  return change(arguments, request, arguments.config);
}

}  // namespace sekisho::ctl
