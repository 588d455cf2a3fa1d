// SPDX-License-Identifier: GPL-3.0-or-later
#include "verbs.hpp"

#include "compile/compile.hpp"
#include "documents.hpp"
#include "kernel/compare.hpp"
#include "kernel/meddling.hpp"
#include "kernel/others.hpp"
#include "prove/prove.hpp"
#include "state/state.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <iostream>

namespace sekisho::ctl {

namespace {

boost::json::value counterexample_json(const std::optional<prove::Counterexample>& found) {
  if (!found) {
    return nullptr;
  }
  boost::json::object packet;
  for (const auto& [name, value] : prove::texts_of(*found)) {
    packet[name] = utf8(value);
  }
  return {{"hook", ruleset::name_of(found->hook)},
          {"packet", std::move(packet)},
          {"why", utf8(found->why)}};
}

}  // namespace

Result<boost::json::object> verify_alone(const Arguments& arguments) {
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
  auto found = kernel::find(*nftables, std::array{&compiled.table, &compiled.frames}, at);
  const auto others = kernel::others(compiled.table.name);
  if (!found || !others) {
    return fail(found ? others.error() : found.error());
  }
  std::ranges::transform(*others, std::back_inserter(found->differences), &kernel::Other::text);
  const auto table = [&](std::size_t i) { return found->tables[i] ? &*found->tables[i] : nullptr; };
  const auto counterexample =
      prove::refute(*parsed.policy, situation, {table(0), table(1)}, kernel::kTolerance);
  return boost::json::object{
      {"ok", found->differences.empty() && !counterexample},
      {"proved", !counterexample},
      {"differences", boost::json::array(found->differences.begin(), found->differences.end())},
      {"counterexample", counterexample_json(counterexample)}};
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
  const bool same = rows_in(document, "differences").empty();
  const Text text =
      same ? Text{"カーネルの規則は設定どおり", "the kernel holds what the policy compiles to"}
           : Text{"カーネルの規則が設定と異なる", "the kernel holds something else"};
  std::cout << text.in(arguments.language) << '\n';
  const Text proof = is_true(document, "proved")
                         ? Text{"許可のない通信は通らないことを証明した",
                                "proved: nothing passes without a permit"}
                         : Text{"許可のない通信が通り得る: ", "not proved: "};
  std::cout << proof.in(arguments.language) << counterexample_in(document) << '\n';
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
  const auto alone = verify_alone(arguments);
  if (!alone) {
    return failed(arguments, answer.error().text() + "; without it: " + alone.error().text(),
                  Exit::Unreachable);
  }
  return print(arguments, *alone);
}

}  // namespace sekisho::ctl
