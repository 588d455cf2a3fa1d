// SPDX-License-Identifier: GPL-3.0-or-later
#include "verbs.hpp"

#include "files/files.hpp"

#include <boost/json.hpp>

#include <iostream>
#include <iterator>

namespace sekisho::ctl {
namespace {

std::string text_in(const boost::json::object& object, const char* key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string{value->as_string()} : std::string{};
}

/// The daemon names its own config file; the operator knows the text by another name.
void print_rows(const boost::json::object& document, const char* key, const char* severity,
                const std::string& own, const std::string& name) {
  const auto* rows = document.if_contains(key);
  for (const boost::json::value& row :
       rows != nullptr && rows->is_array() ? rows->as_array() : boost::json::array{}) {
    if (!row.is_object()) {
      continue;
    }
    const boost::json::object& one = row.as_object();
    const std::string file = text_in(one, "file");
    const std::string clause = text_in(one, "clause");
    std::cerr << (file == own ? name : file) << ':' << one.at("line") << ':' << one.at("column")
              << ": " << severity << ": " << text_in(one, "message")
              << (clause.empty() ? "" : " (" + clause + ")") << '\n';
  }
}

Exit tell(const Arguments& arguments, const control::Request& request, const std::string& name) {
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
  if (const std::string error = text_in(document, "error"); !error.empty()) {
    std::cerr << "sekishoctl: " << error << '\n';
  }
  if (done) {
    const Text text{"適用中の改訂: ", "in force: revision "};
    std::cout << text.in(arguments.language) << document.at("revision") << '\n';
  }
  return done ? Exit::Yes : Exit::No;
}

}  // namespace

Exit run_apply(const Arguments& arguments) {
  if (arguments.file() == "-") {
    const std::string text{std::istreambuf_iterator<char>{std::cin}, {}};
    return tell(arguments, control::Apply{text}, "-");
  }
  auto text = files::read(arguments.file(), policy::kLargestFile + 1);
  if (!text) {
    return failed(arguments, text.error().text(), Exit::No);
  }
  return tell(arguments, control::Apply{*std::move(text)}, arguments.file());
}

Exit run_reload(const Arguments& arguments) {
  return tell(arguments, control::Reload{}, arguments.config);
}

}  // namespace sekisho::ctl
