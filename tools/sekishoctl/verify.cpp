// SPDX-License-Identifier: GPL-3.0-or-later
#include "verbs.hpp"

#include "compile/compile.hpp"
#include "kernel/compare.hpp"
#include "kernel/meddling.hpp"
#include "kernel/others.hpp"
#include "state/state.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <iostream>

namespace sekisho::ctl {

Result<std::vector<std::string>> compare_alone(const Arguments& arguments) {
  const auto revision = state::newest(arguments.state_dir);
  if (!revision) {
    return fail(revision.error());
  }
  if (!*revision) {
    return fail("there is no revision in '" + arguments.state_dir + "'");
  }
  const auto numbers = state::load_numbers(arguments.state_dir);
  if (!numbers) {
    return fail(numbers.error());
  }
  const policy::Instant at = now();
  const policy::Parsed parsed = policy::parse((*revision)->sources, arguments.language, at);
  if (!parsed.policy) {
    return fail("revision " + std::to_string((*revision)->number) + " is not valid any more");
  }
  const auto standing = state::load_standing(arguments.state_dir);
  if (!standing) {
    return fail(standing.error());
  }
  auto situation = policy::situation_of(*parsed.policy, *standing, at);
  const auto meddled = kernel::meddling(policy::interfaces_of(*parsed.policy));
  if (!meddled) {
    return fail(meddled.error());
  }
  for (const kernel::Meddling& one : *meddled) {
    situation.closed.insert(one.interface);
  }
  const auto compiled = compile::compile(*parsed.policy, situation, *numbers);
  auto nftables = kernel::Nftables::open();
  if (!nftables) {
    return fail(std::move(nftables).error());
  }
  auto differences = kernel::compare(*nftables, std::array{&compiled.table, &compiled.frames}, at);
  const auto others = kernel::others(compiled.table.name);
  if (!differences || !others) {
    return differences ? fail(others.error()) : differences;
  }
  std::ranges::transform(*others, std::back_inserter(*differences), &kernel::Other::text);
  return differences;
}

namespace {

Exit print(const Arguments& arguments, const boost::json::object& document) {
  const bool ok = document.contains("ok") && document.at("ok") == true;
  if (arguments.json) {
    std::cout << boost::json::serialize(document) << '\n';
    return ok ? Exit::Yes : Exit::No;
  }
  const auto* differences = document.if_contains("differences");
  for (const auto& row : differences != nullptr && differences->is_array() ? differences->as_array()
                                                                           : boost::json::array{}) {
    std::cout << (row.is_string() ? std::string{row.as_string()} : boost::json::serialize(row))
              << '\n';
  }
  const Text text =
      ok ? Text{"カーネルの規則は設定どおり", "the kernel holds what the policy compiles to"}
         : Text{"カーネルの規則が設定と異なる", "the kernel holds something else"};
  std::cout << text.in(arguments.language) << '\n';
  return ok ? Exit::Yes : Exit::No;
}

}  // namespace

Exit run_verify(const Arguments& arguments) {
  const auto answer = ask_quietly(arguments, control::Verify{});
  if (answer) {
    if (answer->kind == control::Answer::Kind::Refused) {
      return failed(arguments, refusal_in(*answer), Exit::Unreachable);
    }
    return print(arguments, document_of(*answer));
  }
  const auto differences = compare_alone(arguments);
  if (!differences) {
    return failed(arguments, answer.error().text() + "; without it: " + differences.error().text(),
                  Exit::Unreachable);
  }
  boost::json::array rows(differences->begin(), differences->end());
  return print(arguments, {{"ok", differences->empty()},
                           {"proved", false},
                           {"differences", std::move(rows)},
                           {"counterexample", nullptr}});
}

}  // namespace sekisho::ctl
