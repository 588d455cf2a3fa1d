// SPDX-License-Identifier: GPL-3.0-or-later
#include "checks.hpp"

#include "base/escape.hpp"
#include "base/width.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <iostream>

namespace sekisho::ctl {
namespace {

struct LevelWord {
  std::string_view name;
  Text mark;
};
constexpr std::array kLevels{
    LevelWord{"ok", {"OK", "OK"}},
    LevelWord{"warn", {"注意", "warn"}},
    LevelWord{"ng", {"NG", "NG"}},
};

const LevelWord& word_of(Level level) {
  return kLevels.at(static_cast<std::size_t>(level));
}

struct Findings {
  std::vector<Check> checks;
  bool reached = false;  ///< a daemon answers

  [[nodiscard]] bool ok() const {
    return std::ranges::none_of(checks, [](const Check& one) { return one.level == Level::Bad; });
  }
};

void add_daemons_own(const Arguments& arguments, const Result<InForce>& in_force,
                     Findings& findings) {
  const auto answer = ask_quietly(arguments, control::Status{});
  findings.reached = answer && answer->kind == control::Answer::Kind::Yes;
  if (!findings.reached) {
    const std::string why = answer ? refusal_in(*answer) : answer.error().text();
    const Text unchecked{"; プロセス、表、必須の通信は検査していない",
                         "; processes, table and must-flows are not checked"};
    findings.checks.push_back(
        {"daemon", Level::Bad, why + std::string{unchecked.in(arguments.language)}, "2(7)"});
    return;
  }
  const boost::json::object status = document_of(*answer);
  findings.checks.push_back(check_processes(arguments, status));
  findings.checks.push_back(check_table(arguments, status));
  findings.checks.push_back(check_must_flows(arguments, in_force));
}

Findings check_all(const Arguments& arguments) {
  const auto found = in_force(arguments);
  const DriftAndProof kernel = check_kernel(arguments);
  const ClockAndChain records = check_records(arguments);
  Findings findings;
  findings.checks = {check_config(arguments, found),
                     kernel.drift,
                     kernel.proof,
                     records.clock,
                     records.chain,
                     check_permits(arguments, found),
                     check_reviews(arguments, found),
                     check_disk(arguments)};
  add_daemons_own(arguments, found, findings);
  return findings;
}

/// "ng: drift; warn: clock; ok: …", for the daemon's record.
std::string outcome_of(const Findings& findings) {
  std::string outcome;
  for (const Level level : {Level::Bad, Level::Warn, Level::Ok}) {
    std::string ids;
    for (const Check& one : findings.checks) {
      ids += one.level == level ? " " + std::string{one.id} : "";
    }
    if (!ids.empty()) {
      outcome += (outcome.empty() ? "" : "; ") + std::string{word_of(level).name} + ":" + ids;
    }
  }
  return outcome;
}

void print(const Arguments& arguments, const Findings& findings) {
  boost::json::array rows;
  for (const Check& one : findings.checks) {
    const std::string text = escaped(one.text);
    rows.push_back({{"id", one.id},
                    {"ok", one.level != Level::Bad},
                    {"level", word_of(one.level).name},
                    {"text", text},
                    {"clause", one.clause}});
    if (!arguments.json) {
      std::cout << fitted(word_of(one.level).mark.in(arguments.language), 6) << one.id << ": "
                << text << " (" << one.clause << ")\n";
    }
  }
  if (arguments.json) {
    std::cout << boost::json::serialize(
                     boost::json::object{{"ok", findings.ok()}, {"checks", std::move(rows)}})
              << '\n';
  }
}

}  // namespace

Exit run_selfcheck(const Arguments& arguments) {
  const Findings findings = check_all(arguments);
  print(arguments, findings);
  if (!findings.reached) {
    return Exit::Unreachable;
  }
  const auto recorded =
      ask_quietly(arguments, control::Selfcheck{findings.ok(), outcome_of(findings)});
  if (!recorded || recorded->kind != control::Answer::Kind::Yes) {
    std::cerr << "sekishoctl: "
              << Text{"点検は記録されなかった", "the self-check is not recorded"}.in(
                     arguments.language)
              << ": " << (recorded ? refusal_in(*recorded) : recorded.error().text()) << '\n';
    return Exit::Unreachable;
  }
  return findings.ok() ? Exit::Yes : Exit::No;
}

}  // namespace sekisho::ctl
