// SPDX-License-Identifier: GPL-3.0-or-later
// Puts the policy in force and keeps it so, starts the other processes, answers what the desk
// passes on.
#include "answers.hpp"
#include "base/escape.hpp"
#include "control/requests.hpp"
#include "crew.hpp"
#include "enforcer.hpp"
#include "event_loop.hpp"
#include "notify.hpp"
#include "questions.hpp"
#include "roles.hpp"
#include "surroundings.hpp"

#include <pwd.h>
#include <csignal>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>

namespace sekisho::daemon {
namespace {

using control::Answer;
using journal::Record;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kLongestTurn{60'000};  ///< the clock may be set meanwhile
constexpr milliseconds kCrewDeadline{10'000};
constexpr int kErrorPriority = 3;

std::string user_text(std::uint32_t uid) {
  const passwd* entry = ::getpwuid(uid);  // NOLINT(concurrency-mt-unsafe): one thread
  return entry == nullptr ? "uid " + std::to_string(uid) : std::string{entry->pw_name};
}

class Supervisor {
 public:
  Supervisor(EventLoop& loop, const Startup& startup, Surroundings surroundings, Enforcer enforcer)
      : loop_{loop},
        surroundings_{std::move(surroundings)},
        enforcer_{std::move(enforcer)},
        crew_{loop,
              startup,
              surroundings_.records.get(),
              surroundings_.listener.get(),
              {[this](std::uint64_t id, std::uint32_t uid, ByteView request) {
                 handle(id, uid, request);
               },
               [this](const std::string& role, const std::string& health) {
                 hear_health(role, health);
               },
               [this] { crew_complete(); }}} {
    loop_.on_signals({SIGHUP, SIGTERM, SIGINT, SIGCHLD}, [this](int number) { caught(number); });
    crew_.start();
    overdue_ = loop_.after(kCrewDeadline, [this] { crew_complete(); });
  }

  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  /// Once everybody who records is there: from the first packet on there is a record.
  void crew_complete() {
    if (std::exchange(begun_, true)) {
      return;
    }
    overdue_.reset();
    if (!begin()) {
      exit_code_ = 1;
      return end();
    }
    keep_time();
    if (const auto period = alive_period()) {
      alive_ = loop_.every(*period, [] { notify_alive(); });
    }
    ready_ = true;
    notify_ready(status_line());
  }

  /// The config into force, or the last good revision, or nothing but denial.
  bool begin() {
    Attempt attempt = enforcer_.reload("start");
    if (!attempt.ok) {
      record_failure(Event::Health, attempt,
                     {"設定を適用できません", "the config cannot be put in force"});
      const std::string why = attempt.why();
      attempt = enforcer_.restore();
      if (attempt.ok) {
        last_good_ = "the config cannot be put in force, the last good revision is: " + why;
      }
    }
    if (!attempt.ok) {
      const auto closed = enforcer_.close();
      Record record = journal::record_of(
          Event::Health,
          closed ? "閉鎖: 適用できる設定がありません / closed: there is no config to put in force"
                 : "closed, but the rules could not be written: " + closed.error().text());
      record.priority = kErrorPriority;
      crew_.record(record);
      return false;
    }
    crew_.tell_names(names_of(enforcer_.in_force()));
    Record record = record_in_force(Event::Start, {"起動した", "started"});
    crew_.record(record);
    close_window();
    return true;
  }

  [[nodiscard]] Language language() const {
    return enforcer_.in_force().policy == nullptr
               ? Language::En
               : enforcer_.in_force().policy->appliance().language;
  }
  [[nodiscard]] std::string status_line() const {
    return "revision " + std::to_string(enforcer_.in_force().revision) + " in force";
  }

  Record record_in_force(Event event, Text text) {
    const InForce& in_force = enforcer_.in_force();
    Record record = journal::record_of(event, std::string{text.in(language())} + ": " +
                                                  in_force.policy->appliance().name + " " +
                                                  revision_text(in_force));
    record.fields["SEKISHO_POLICY"] = revision_text(in_force);
    return record;
  }

  void record_failure(Event event, const Attempt& attempt, Text text) {
    Record record =
        journal::record_of(event, std::string{text.in(attempt.language)} + ": " + attempt.why());
    record.priority = kErrorPriority;
    record.fields["SEKISHO_VERDICT"] = name_of(Verdict::Deny);
    record.fields["SEKISHO_POLICY"] = revision_text(enforcer_.in_force());
    crew_.record(record);
  }

  void caught(int number) {
    if (number == SIGCHLD) {
      crew_.collect();
    } else if (number == SIGHUP) {
      hang_up();
    } else {
      stop();
    }
  }

  void hang_up() {
    if (!ready_) {
      return;  // the files are about to be read anyway
    }
    notify_reloading();
    (void)reload("SIGHUP", [this] { return enforcer_.reload("SIGHUP"); });
    notify_ready(status_line());
  }

  Attempt reload(const std::string& who, const std::function<Attempt()>& attempt_it) {
    close_window();  // what was counted under the former names
    Attempt attempt = attempt_it();
    if (!attempt.ok) {
      record_failure(Event::Reload, attempt,
                     {"設定を適用しなかった", "the config was not put in force"});
      return attempt;
    }
    last_good_.clear();
    crew_.tell_names(names_of(enforcer_.in_force()));
    Record record = record_in_force(Event::Reload, word_of(Event::Reload).meaning);
    record.message += " (" + who + ")";
    record.fields["SEKISHO_VERDICT"] = name_of(Verdict::Permit);
    crew_.record(record);
    keep_time();
    return attempt;
  }

  /// Windows and turns as the policy in force has them.
  void keep_time() {
    window_ =
        loop_.every(enforcer_.in_force().policy->violations().window, [this] { close_window(); });
    await_turn();
  }

  /// The counters as they stand now close the window that has just passed.
  void close_window() {
    repair();
    auto counts = enforcer_.read_drops();
    if (!counts) {
      return complain("counters", counts.error().text());
    }
    complain("counters", {});
    Counters counters;
    counters.fresh = enforcer_.counters_are_fresh();
    counters.counts = *std::move(counts);
    crew_.close_window(std::move(counters));
  }

  void repair() {
    const auto repaired = enforcer_.repair();
    complain("rules", repaired ? std::string{} : repaired.error().text());
    if (!repaired || repaired->empty()) {
      return;
    }
    Record record = record_in_force(Event::Drift, word_of(Event::Drift).meaning);
    for (const std::string& difference : *repaired) {
      record.message += "; " + difference;
    }
    crew_.record(record);
  }

  /// Something of the supervisor's own is not well, or is again: recorded when that changes.
  void complain(const std::string& what, const std::string& why) {
    std::string& known = complaints_[what];
    if (known != why) {
      known = why;
      hear_health(what, why);
    }
  }

  void hear_health(const std::string& role, const std::string& health) {
    const Text well{"回復した", "is well again"};
    Record record = journal::record_of(
        Event::Health, role + ": " + (health.empty() ? std::string{well.in(language())} : health));
    if (enforcer_.in_force().policy != nullptr) {
      record.fields["SEKISHO_POLICY"] = revision_text(enforcer_.in_force());
    }
    crew_.record(record);
  }

  void await_turn() {
    const auto next = enforcer_.next_turn();
    if (!next) {
      turning_.reset();
      return;
    }
    const auto left = std::chrono::ceil<milliseconds>(*next - std::chrono::system_clock::now());
    turning_ = loop_.after(std::clamp(left, milliseconds{0}, kLongestTurn), [this] { turn(); });
  }

  void turn() {
    const auto turned = enforcer_.refresh();
    complain("permits", turned ? std::string{} : turned.error().text());
    if (turned) {
      record_turned(turned->begun, {"許可の期間が始まった", "a permit has begun"});
      record_turned(turned->ended, {"許可の期間が終わった", "a permit has ended"});
    }
    await_turn();
  }

  void record_turned(const std::vector<std::string>& ids, Text text) {
    for (const std::string& id : ids) {
      Record record = record_in_force(Event::Expiry, text);
      record.message += " '" + id + "'";
      record.fields["SEKISHO_PERMIT"] = id;
      crew_.record(record);
    }
  }

  void handle(std::uint64_t id, std::uint32_t uid, ByteView bytes) {
    const auto request = control::unpack_request(bytes);
    Answer answer{Answer::Kind::Refused, error_json("the daemon has not begun yet")};
    if (!request) {
      answer.json = error_json(request.error().text());
    } else if (ready_) {
      answer =
          std::visit([&](const auto& asked) { return answer_to(asked, user_text(uid)); }, *request);
    }
    crew_.answer(id, control::pack(answer));
  }

  Answer answer_to(const control::Status& /*asked*/, const std::string& /*who*/) {
    Condition condition;
    condition.ready = ready_;
    condition.processes = crew_.processes();
    condition.warnings = crew_.complaints();
    for (const auto& [what, why] : complaints_) {
      if (!why.empty()) {
        condition.warnings.push_back(what + ": " + why);
      }
    }
    if (!last_good_.empty()) {
      condition.warnings.push_back(last_good_);
    }
    condition.degraded = !condition.warnings.empty();
    for (const std::string& weakness : surroundings_.weaknesses) {
      condition.warnings.push_back(weakness);
    }
    condition.drops = enforcer_.read_drops().value_or(std::vector<Counters::Count>{});
    condition.usage = enforcer_.read_usage().value_or(std::map<std::string, ruleset::Usage>{});
    condition.generation = enforcer_.generation().value_or(0);
    return {Answer::Kind::Yes, status_json(enforcer_, condition)};
  }

  Answer answer_to(const control::Apply& asked, const std::string& who) {
    return told(reload(who, [&] { return enforcer_.apply(asked.text, who); }));
  }

  Answer answer_to(const control::Reload& /*asked*/, const std::string& who) {
    return told(reload(who, [&] { return enforcer_.reload(who); }));
  }

  Answer told(const Attempt& attempt) const {
    return {attempt.ok ? Answer::Kind::Yes : Answer::Kind::No,
            attempt_json(attempt, enforcer_.in_force())};
  }

  Answer answer_to(const control::Explain& asked, const std::string& /*who*/) {
    const InForce& in_force = enforcer_.in_force();
    const auto decision = decide(*in_force.policy, in_force.situation, asked);
    if (!decision) {
      return {Answer::Kind::Refused, error_json(decision.error().text())};
    }
    const bool deny = decision->verdict == Verdict::Deny;
    return {deny ? Answer::Kind::No : Answer::Kind::Yes, decision_json(*decision)};
  }

  Answer answer_to(const control::Verify& /*asked*/, const std::string& /*who*/) {
    const auto differences = enforcer_.compare();
    if (!differences) {
      return {Answer::Kind::Refused, error_json(differences.error().text())};
    }
    return {differences->empty() ? Answer::Kind::Yes : Answer::Kind::No, verify_json(*differences)};
  }

  Answer answer_to(const control::InForce& /*asked*/, const std::string& /*who*/) {
    return {Answer::Kind::Yes, in_force_json(enforcer_.in_force())};
  }

  Answer answer_to(const control::Preview& asked, const std::string& /*who*/) {
    const auto preview = enforcer_.preview(asked.text);
    return preview ? Answer{Answer::Kind::Yes, preview_json(*preview)}
                   : Answer{Answer::Kind::Refused, error_json(preview.error().text())};
  }

  Answer answer_to(const control::Selfcheck& asked, const std::string& who) {
    Record record = record_in_force(Event::Selfcheck, word_of(Event::Selfcheck).meaning);
    record.message += " (" + who + "): " + escaped(asked.outcome);
    record.priority = asked.ok ? record.priority : kErrorPriority;
    record.fields["SEKISHO_VERDICT"] = name_of(asked.ok ? Verdict::Permit : Verdict::Deny);
    crew_.record(record);
    return {Answer::Kind::Yes, "{}"};
  }

  void stop() {
    notify_stopping();
    if (ready_) {
      close_window();
      crew_.record(record_in_force(
          Event::Stop, {"停止した (規則は有効のまま)", "stopped, the rules stay in force"}));
    }
    end();
  }

  void end() {
    ready_ = false;
    window_.reset();
    turning_.reset();
    crew_.finish();
    loop_.stop();
  }

  EventLoop& loop_;
  Surroundings surroundings_;
  Enforcer enforcer_;
  Crew crew_;
  std::map<std::string, std::string> complaints_;
  std::string last_good_;  ///< why the config is not what is in force; empty when it is
  EventLoop::Watching overdue_;
  EventLoop::Watching window_;
  EventLoop::Watching turning_;
  EventLoop::Watching alive_;
  bool begun_ = false;
  bool ready_ = false;
  int exit_code_ = 0;
};

Result<int> supervise(const Startup& startup) {
  if (auto able = check_powers(); !able) {
    return fail(std::move(able).error());
  }
  auto surroundings = prepare_surroundings(startup);
  if (!surroundings) {
    return fail(std::move(surroundings).error());
  }
  auto enforcer = Enforcer::open(startup);
  if (!enforcer) {
    return fail(std::move(enforcer).error());
  }
  EventLoop loop;
  Supervisor supervisor{loop, startup, *std::move(surroundings), *std::move(enforcer)};
  loop.run();
  return supervisor.exit_code();
}

}  // namespace

int run_supervisor(const Startup& startup) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  const auto done = supervise(startup);
  if (!done) {
    std::cerr << "sekishod: " << done.error().text() << '\n';
  }
  return done.value_or(1);
}

}  // namespace sekisho::daemon
