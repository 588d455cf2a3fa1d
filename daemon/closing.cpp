// SPDX-License-Identifier: GPL-3.0-or-later
#include "closing.hpp"

#include "boundary.hpp"
#include "compile/compile.hpp"
#include "policy/parse.hpp"
#include "proof.hpp"
#include "state/config_files.hpp"
#include "state/state.hpp"

#include <chrono>
#include <iostream>

namespace sekisho::daemon {
namespace {

/// As the config names it, if it can be read.
std::string table_name(const Startup& startup, policy::Instant now) {
  const auto sources = state::read_config(startup.config);
  const auto parsed = sources ? policy::parse(*sources, startup.language, now) : policy::Parsed{};
  return parsed.policy ? parsed.policy->appliance().table : policy::Appliance{}.table;
}

Result<> close(const Startup& startup) {
  const policy::Instant now =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto closed =
      std::make_shared<const policy::Policy>(closed_policy(table_name(startup, now)));
  auto boundary = Boundary::open();
  if (!boundary) {
    return fail(std::move(boundary).error());
  }
  const auto there = boundary->is_there(closed->appliance().table);
  if (!there) {
    return fail(there.error());
  }
  if (*there) {
    return {};
  }
  // zones keep their numbers; without the file they are allotted when the daemon starts
  const auto numbers = state::load_numbers(startup.state_dir);
  const auto compiled = compile::compile(*closed, {now}, numbers ? *numbers : compile::Numbers{});
  return boundary->put({compiled.table, compiled.frames}, now, proof_for(closed, {now}, std::make_shared<prove::Prover>()));
}

}  // namespace

policy::Policy closed_policy(const std::string& table) {
  policy::PolicyParts nothing;
  nothing.appliance.name = "closed";
  nothing.appliance.table = table;
  return policy::Policy{std::move(nothing)};
}

int run_closing(const Startup& startup) {
  const auto closed = close(startup);
  if (!closed) {
    std::cerr << "sekishod: cannot close the boundary: " << closed.error().text() << '\n';
  }
  return closed ? 0 : 1;
}

}  // namespace sekisho::daemon
