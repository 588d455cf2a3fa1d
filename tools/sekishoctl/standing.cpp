// SPDX-License-Identifier: GPL-3.0-or-later
// What operators decide beside the config: emergency cuts, grants, revocations.
#include "base/escape.hpp"
#include "documents.hpp"
#include "verbs.hpp"

#include <boost/json.hpp>

#include <charconv>
#include <iostream>

namespace sekisho::ctl {
namespace {

using boost::json::object;

constexpr std::uint64_t kLongestGrant = 31ULL * 86'400;  // seconds

void print_request(const object& row, Language language) {
  std::cout << Text{"申請 ", "request "}.in(language) << number_in(row, "request") << ": "
            << text_in(row, "permit") << ", " << number_in(row, "seconds") << " s, "
            << escaped(text_in(row, "asked_by")) << " " << text_in(row, "asked")
            << Text{", 期限 ", ", lapses "}.in(language) << text_in(row, "lapses") << '\n';
}

void print_grant(const object& row, Language language) {
  std::cout << Text{"許可中 ", "granted "}.in(language) << text_in(row, "permit") << " > "
            << text_in(row, "until") << ", " << escaped(text_in(row, "asked_by")) << " / "
            << escaped(text_in(row, "approved_by")) << '\n';
}

void print_names(const object& document, std::string_view key, Text title, Language language) {
  for (const boost::json::value& name : rows_in(document, key)) {
    std::cout << title.in(language) << escaped(std::string{name.as_string()}) << '\n';
  }
}

}  // namespace

Exit run_lockdown(const Arguments& arguments) {
  if (arguments.rest.empty()) {
    return usage(arguments.json, "lockdown", "say what to cut off: a zone, a class, or all");
  }
  return change(arguments, control::Lockdown{arguments.rest.front(), false}, arguments.config);
}

Exit run_unlock(const Arguments& arguments) {
  return change(arguments,
                control::Lockdown{arguments.rest.empty() ? "" : arguments.rest.front(), true},
                arguments.config);
}

Exit run_grant(const Arguments& arguments) {
  const auto like = arguments.value("--like");
  const auto duration = arguments.value("--for");
  const auto seconds = duration ? seconds_in(*duration) : std::nullopt;
  if (!like || !seconds || *seconds > kLongestGrant) {
    return usage(arguments.json, "grant",
                 "say for what permit and how long: --like ID --for 2h, 31 days at most");
  }
  const auto answer = ask(arguments, control::Grant{*like, static_cast<std::uint32_t>(*seconds)});
  if (!answer) {
    return Exit::Unreachable;
  }
  const bool done = answer->kind == control::Answer::Kind::Yes;
  const object document = document_of(*answer);
  if (arguments.json) {
    std::cout << answer->json << '\n';
  } else if (!done) {
    std::cerr << "sekishoctl: " << text_in(document, "error") << '\n';
  } else {
    const Text text{"別の利用者の承認を待つ: sekishoctl approve ",
                    "waits for another user: sekishoctl approve "};
    std::cout << text.in(arguments.language) << number_in(document, "request") << '\n';
  }
  return done ? Exit::Yes : Exit::No;
}

Exit run_requests(const Arguments& arguments) {
  const auto answer = ask(arguments, control::Requests{});
  if (!answer) {
    return Exit::Unreachable;
  }
  if (arguments.json) {
    std::cout << answer->json << '\n';
    return Exit::Yes;
  }
  const object document = document_of(*answer);
  for (const boost::json::value& row : rows_in(document, "requests")) {
    print_request(object_of(row), arguments.language);
  }
  for (const boost::json::value& row : rows_in(document, "granted")) {
    print_grant(object_of(row), arguments.language);
  }
  print_names(document, "revoked", {"取消 ", "revoked "}, arguments.language);
  print_names(document, "locked", {"緊急遮断 ", "locked down "}, arguments.language);
  return Exit::Yes;
}

Exit run_approve(const Arguments& arguments) {
  std::uint64_t number = 0;
  const std::string text = arguments.rest.empty() ? "" : arguments.rest.front();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return usage(arguments.json, "approve", "say which request: its number");
  }
  return change(arguments, control::Approve{number}, arguments.config);
}

Exit run_revoke(const Arguments& arguments) {
  if (arguments.rest.empty()) {
    return usage(arguments.json, "revoke", "say which permit");
  }
  return change(arguments, control::Revoke{arguments.rest.front(), must_flows_to_break(arguments)},
                arguments.config);
}

}  // namespace sekisho::ctl
