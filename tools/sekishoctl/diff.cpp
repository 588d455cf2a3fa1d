// SPDX-License-Identifier: GPL-3.0-or-later
#include "documents.hpp"
#include "in_force.hpp"
#include "verbs.hpp"

#include "base/escape.hpp"
#include "files/files.hpp"
#include "policy/changes.hpp"
#include "state/config_files.hpp"

#include <boost/json.hpp>

#include <iostream>

namespace sekisho::ctl {
namespace {

using boost::json::object;

/// The config as `apply` would have it: FILE in the place of the main file, with the daemon's
/// conf.d.
Result<std::vector<policy::Source>> sources_to_apply(const Arguments& arguments) {
  if (arguments.rest.empty()) {
    return state::read_config(arguments.config);
  }
  auto text = files::read(arguments.file(), policy::kLargestFile + 1);
  if (!text) {
    return fail(std::move(text).error());
  }
  auto sources = state::read_config(arguments.config, *std::move(text));
  if (sources) {
    sources->front().name = arguments.file();
  }
  return sources;
}

void print(const std::vector<std::string>& sentences, const char* sign) {
  for (const std::string& sentence : sentences) {
    std::cout << sign << ' ' << sentence << '\n';
  }
}

boost::json::array as_json(const std::vector<std::string>& sentences) {
  return boost::json::array(sentences.begin(), sentences.end());
}

/// The live connections that would end, as only the daemon can tell: "connections" and their
/// number; null where it cannot be asked.
object preview(const Arguments& arguments, const std::string& text) {
  const auto answer = ask_quietly(arguments, control::Preview{text});
  if (answer && answer->kind == control::Answer::Kind::Yes) {
    return document_of(*answer);
  }
  const std::string why = answer ? refusal_in(*answer) : answer.error().text();
  if (arguments.json) {
    return {{"connections", nullptr}, {"connections_total", nullptr}};
  }
  std::cerr << "sekishoctl: "
            << Text{"終了する接続は不明", "which connections would end is not known"}.in(
                   arguments.language)
            << ": " << why << '\n';
  return {{"connections", nullptr}, {"connections_total", nullptr}};
}

std::string end_of(const object& connection, const char* host, const char* port) {
  const std::string address = text_in(connection, host);
  const auto* number = connection.if_contains(port);
  if (number == nullptr || number->is_null()) {
    return address;
  }
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? "[" + address + "]" : address) + ":" + text_in(connection, port);
}

void print_connections(const object& preview, Language language) {
  const auto& rows = rows_in(preview, "connections");
  for (const auto& row : rows) {
    const object& one = object_of(row);
    std::cout << "x "
              << escaped(text_in(one, "proto") + " " + end_of(one, "src", "sport") + " -> " +
                         end_of(one, "dst", "dport") + " (" + text_in(one, "permit") + ")")
              << Text{" は切断される", " would end"}.in(language) << '\n';
  }
  if (const auto total = number_in(preview, "connections_total"); total > rows.size()) {
    std::cout << "x " << Text{"ほか ", "and "}.in(language) << total - rows.size()
              << Text{" 接続", " more"}.in(language) << '\n';
  }
}

}  // namespace

Exit run_diff(const Arguments& arguments) {
  const auto sources = sources_to_apply(arguments);
  if (!sources) {
    return failed(arguments, sources.error().text(), Exit::No);
  }
  const policy::Situation situation{now(), {}, {}};
  const policy::Parsed parsed = policy::parse(*sources, arguments.language, situation.now);
  if (!parsed.policy) {
    return not_valid(arguments, parsed);
  }
  const auto before = in_force(arguments);
  if (!before) {
    return failed(arguments, before.error().text(), Exit::Unreachable);
  }
  const policy::Changes changes =
      policy::changes(before->policy, *parsed.policy, situation, arguments.language);
  const object ending = preview(arguments, sources->front().text);
  if (arguments.json) {
    object document{{"ok", true},
                    {"more", as_json(changes.more)},
                    {"less", as_json(changes.less)},
                    {"other", as_json(changes.other)}};
    document.insert(ending.begin(), ending.end());
    std::cout << boost::json::serialize(document) << '\n';
    return Exit::Yes;
  }
  print(changes.more, "+");
  print(changes.less, "-");
  print(changes.other, "~");
  print_connections(ending, arguments.language);
  if (changes.more.empty() && changes.less.empty() && changes.other.empty() &&
      rows_in(ending, "connections").empty()) {
    std::cout << Text{"変更なし", "nothing changes"}.in(arguments.language) << '\n';
  }
  return Exit::Yes;
}

}  // namespace sekisho::ctl
