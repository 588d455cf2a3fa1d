// SPDX-License-Identifier: GPL-3.0-or-later
// Puts the policy in force and keeps it so, starts the other processes, answers what the desk
// passes on.
#include "answers.hpp"
#include "chronicle.hpp"
#include "crew.hpp"
#include "enforcer.hpp"
#include "event_loop.hpp"
#include "health.hpp"
#include "notify.hpp"
#include "operators.hpp"
#include "post.hpp"
#include "roles.hpp"
#include "relay_sockets.hpp"
#include "surroundings.hpp"
#include "wires.hpp"

#include <fcntl.h>
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
constexpr milliseconds kTimeSaved{60'000};
constexpr milliseconds kRepair{300};  ///< however long a window is
constexpr milliseconds kHealth{1000};
constexpr seconds kTrialAgain{5};  ///< until a rollback that failed is tried again
constexpr int kErrorPriority = 3;

std::string user_text(std::uint32_t uid) {
  const passwd* entry = ::getpwuid(uid);  // NOLINT(concurrency-mt-unsafe): one thread
  return entry == nullptr ? "uid " + std::to_string(uid) : std::string{entry->pw_name};
}

class Supervisor {
 public:
  Supervisor(EventLoop& loop, const Startup& startup, Surroundings surroundings, Enforcer enforcer)
      : loop_{loop},
        provisions_{startup.state_dir},
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
                 chronicle_.tell_health(role, health);
               },
               [this] { crew_complete(); },
               [this](const std::string& role, ipc::Frame& frame) {
                 return post_.hear(role, frame);
               },
               [this](const std::string& role) { post_.began(role); },
               [this](const std::string& role) { post_.ended(role); }}},
        chronicle_{crew_, enforcer_},
        operators_{
            enforcer_,
            chronicle_,
            crew_,
            {[this](const Undertaking& undertaking) { return undertake(undertaking); },
             [this](seconds time) { await_confirmation(time); }, [this] { return weaknesses(); }}},
        post_{loop_,
              enforcer_,
              chronicle_,
              {[this](std::string_view role, Type type, std::string_view payload, int fd) {
                 return crew_.tell_relay(role, type, payload, fd);
               },
               far_socket, [this] { return relay_sockets(); }}} {
    loop_.on_signals({SIGHUP, SIGTERM, SIGINT, SIGCHLD}, [this](int number) { caught(number); });
    crew_.start();
    overdue_ = loop_.after(kCrewDeadline, [this] { crew_complete(); });
  }

  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  /// Once everybody who records is there: from the first packet on there is a record. Then once
  /// more when the sensor, which the policy may want, is there too.
  void crew_complete() {
    if (std::exchange(begun_, true)) {
      return get_ready();
    }
    if (!begin()) {
      exit_code_ = 1;
      return end();
    }
    keep_time();
    saving_time_ = loop_.every(kTimeSaved, [this] { save_time(); });
    repairing_ = loop_.every(kRepair, [this] {
      repair();
      look_around();
      sense();
    });
    looking_at_health_ = loop_.every(kHealth, [this] { look_at_health(); });
    if (const auto period = alive_period()) {
      alive_ = loop_.every(*period, [] { notify_alive(); });
    }
    if (crew_.complete()) {
      return get_ready();
    }
    overdue_ = loop_.after(kCrewDeadline, [this] { get_ready(); });
  }

  void get_ready() {
    if (begun_ && !std::exchange(ready_, true)) {
      overdue_.reset();
      notify_ready(status_line());
    }
  }

  /// The config into force, or the last good revision, or nothing but denial.
  bool begin() {
    const Attempt attempt = enforcer_.reload({"sekishod", "start", {}});
    if (!attempt.ok && enforcer_.restore().ok) {
      chronicle_.complain(
          "config",
          "the config cannot be put in force, the last good revision is: " + attempt.why());
    } else if (!attempt.ok) {
      chronicle_.tell_failure(Event::Health, attempt,
                              {"設定を適用できません", "the config cannot be put in force"});
      tell_closed(enforcer_.close());
      return false;
    }
    crew_.tell_names(names_of(enforcer_.in_force()));
    chronicle_.tell(chronicle_.about_in_force(Event::Start, {"起動した", "started"}));
    close_window();
    save_time();
    return true;
  }

  void tell_closed(const Result<>& closed) {
    Record record = journal::record_of(
        Event::Health,
        closed ? "閉鎖: 適用できる設定がありません / closed: there is no config to put in force"
               : "closed, but the rules could not be written: " + closed.error().text());
    record.priority = kErrorPriority;
    chronicle_.tell(record);
  }

  [[nodiscard]] std::string status_line() const {
    return "revision " + std::to_string(enforcer_.in_force().revision) + " in force";
  }

  [[nodiscard]] std::vector<std::string> weaknesses() const {
    std::vector<std::string> all = surroundings_.weaknesses;
    if (enforcer_.on_trial()) {
      all.emplace_back("what was applied last awaits its confirmation");
    }
    if (const std::string shut = post_.complaint(); !shut.empty()) {
      all.push_back("exchanges are " + shut);
    }
    return all;
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
    (void)undertake(
        {Event::Reload, Verdict::Permit, "", {"SIGHUP", "reload", {}}, [this](const Wish& wish) {
           return enforcer_.reload(wish);
         }});
    notify_ready(status_line());
  }

  Attempt undertake(const Undertaking& undertaking) {
    close_window();  // what was counted under the former names
    Attempt attempt = undertaking.attempt(undertaking.wish);
    if (!attempt.ok && undertaking.verdict == Verdict::Deny && provisions_.give_up_reserve()) {
      attempt = undertaking.attempt(undertaking.wish);  // with the last of the disk
    }
    if (!attempt.ok && !attempt.changed) {
      chronicle_.tell_failure(undertaking.event, attempt, {"実施しなかった", "it was not done"});
      return attempt;
    }
    if (undertaking.event == Event::Reload || undertaking.event == Event::Rollback) {
      chronicle_.complain("config", {});
    }
    crew_.tell_names(names_of(enforcer_.in_force()));
    Record record =
        chronicle_.about_in_force(undertaking.event, word_of(undertaking.event).meaning);
    record.message += " (" + undertaking.wish.what + ", " + undertaking.wish.who + ")" +
                      (attempt.error.empty() ? "" : "; " + attempt.error);
    record.fields["SEKISHO_VERDICT"] = name_of(undertaking.verdict);
    if (!undertaking.permit.empty()) {
      record.fields["SEKISHO_PERMIT"] = undertaking.permit;
    }
    chronicle_.tell(record);
    if (!enforcer_.on_trial()) {
      trial_.reset();
    }
    keep_time();
    return attempt;
  }

  void await_confirmation(seconds time) {
    trial_ = loop_.after(time, [this] {
      (void)undertake({Event::Rollback,
                       Verdict::Permit,
                       "",
                       {"sekishod", "not confirmed in time", {}},
                       [this](const Wish& wish) { return enforcer_.end_trial(wish); }});
      if (enforcer_.on_trial()) {
        await_confirmation(kTrialAgain);
      }
    });
  }

  /// Windows and turns as the policy in force has them.
  void keep_time() {
    window_ =
        loop_.every(enforcer_.in_force().policy->violations().window, [this] { close_window(); });
    await_turn();
    sense();
    relay();
  }

  /// The mail relay, as the policy in force wants it.
  void relay() {
    post_.enforce();
    crew_.relay(post_.is_wanted(), surroundings_.quarantine.get());
  }

  /// Made once; a receiver that begins anew gets the same, with whoever waits there.
  Result<std::vector<UniqueFd>> relay_sockets() {
    if (listeners_.empty()) {
      auto made = relay_listeners();
      if (!made) {
        return made;
      }
      listeners_ = *std::move(made);
    }
    std::vector<UniqueFd> copies;
    for (const UniqueFd& one : listeners_) {
      copies.emplace_back(::fcntl(one.get(), F_DUPFD_CLOEXEC, 0));
    }
    return copies;
  }

  /// The sensor, as the policy in force and the wires want it.
  void sense() {
    auto news = wires_.news(enforcer_.in_force());
    chronicle_.complain("wires", news ? std::string{} : news.error().text());
    if (news && *news) {
      crew_.sense(**std::move(news));
    }
  }

  /// The counters as they stand now close the window that has just passed.
  void close_window() {
    repair();
    look_at_clock();
    auto counters = enforcer_.read_counters();
    chronicle_.complain("counters", counters ? std::string{} : counters.error().text());
    if (counters) {
      crew_.close_window(*std::move(counters));
    }
  }

  void repair() {
    const auto repaired = enforcer_.repair();
    chronicle_.complain("rules", repaired ? std::string{} : repaired.error().text());
    if (!repaired) {
      return;
    }
    record_drift(word_of(Event::Drift).meaning, repaired->differences, repaired->authors);
    record_drift({"他の規則がパケットを操作する", "other rules handle packets"},
                 texts_of(repaired->begun), repaired->authors);
    record_drift({"他の規則はもうパケットを操作しない", "other rules handle packets no more"},
                 texts_of(repaired->ended), repaired->authors);
  }

  static std::vector<std::string> texts_of(const std::vector<kernel::Other>& others) {
    std::vector<std::string> texts;
    std::ranges::transform(others, std::back_inserter(texts), &kernel::Other::text);
    return texts;
  }

  void record_drift(Text text, const std::vector<std::string>& what, const std::string& authors) {
    if (what.empty()) {
      return;
    }
    Record record = chronicle_.about_in_force(Event::Drift, text);
    const Text unknown{"不明", "unknown"};
    record.message += std::string{Text{", 変更者 ", ", by "}.in(chronicle_.language())} +
                      (authors.empty() ? std::string{unknown.in(chronicle_.language())} : authors);
    for (const std::string& one : what) {
      record.message += "; " + one;
    }
    chronicle_.tell(record);
  }

  void look_around() {
    const auto seen = enforcer_.look_around();
    chronicle_.complain("interfaces", seen ? std::string{} : seen.error().text());
    if (seen) {
      record_meddling(seen->begun, {"経路外のため閉鎖した", "led past the rules and closed"});
      record_meddling(seen->ended, {"経路外ではなくなった", "not led past the rules any more"});
    }
  }

  void record_meddling(const std::vector<kernel::Meddling>& all, Text text) {
    for (const kernel::Meddling& one : all) {
      Record record = chronicle_.about_in_force(Event::Drift, text);
      record.message += " '" + one.interface + "': " + one.what;
      record.fields["SEKISHO_IN"] = one.interface;
      chronicle_.tell(record);
    }
  }

  void look_at_health() {
    for (const auto& [what, why] : provisions_.look(chronicle_.language())) {
      chronicle_.complain(what, why);
    }
  }

  /// A clock that was set forward ends permits at once, one that was set back revives none.
  void look_at_clock() {
    const policy::Instant now = enforcer_.clock().now();
    const seconds behind = enforcer_.clock().behind();
    chronicle_.complain("clock", behind > seconds{0}
                                     ? "the machine's clock was set back: permits go by " +
                                           utc_text(now) + " and what passes from then on"
                                     : "");
    if (enforcer_.clock().leapt() || (next_turn_ && *next_turn_ <= now)) {
      turn();
    }
  }

  /// Ends that come near and reviews that are overdue; then the time until which that was said.
  void save_time() {
    for (const policy::Reminder& reminder : enforcer_.remind()) {
      tell(reminder);
    }
    const auto saved = enforcer_.save_time();
    chronicle_.complain("time", saved ? std::string{} : saved.error().text());
  }

  void tell(const policy::Reminder& reminder) {
    const bool ends = reminder.about == policy::Reminder::About::End;
    Record record = chronicle_.about_in_force(
        Event::Expiry, ends ? Text{"許可の期限が近い", "a permit ends soon"}
                            : Text{"許可の見直し期限を過ぎた", "a permit's review is overdue"});
    record.message += " '" + reminder.permit + "' " + utc_text(reminder.at) + " (" +
                      std::to_string(reminder.days) +
                      (chronicle_.language() == Language::Ja ? " 日)" : " days)");
    record.fields["SEKISHO_PERMIT"] = reminder.permit;
    chronicle_.tell(record);
  }

  void await_turn() {
    next_turn_ = enforcer_.next_turn();
    if (!next_turn_) {
      turning_.reset();
      return;
    }
    const milliseconds left = *next_turn_ - enforcer_.clock().now();
    turning_ = loop_.after(std::clamp(left, milliseconds{0}, kLongestTurn), [this] { turn(); });
  }

  void turn() {
    const auto turned = enforcer_.refresh();
    chronicle_.complain("permits", turned ? std::string{} : turned.error().text());
    if (turned) {
      record_turned(turned->begun, {"許可の期間が始まった", "a permit has begun"});
      record_turned(turned->ended, {"許可の期間が終わった", "a permit has ended"});
      relay();
    }
    await_turn();
  }

  void record_turned(const std::vector<std::string>& ids, Text text) {
    for (const std::string& id : ids) {
      Record record = chronicle_.about_in_force(Event::Expiry, text);
      record.message += " '" + id + "'";
      record.fields["SEKISHO_PERMIT"] = id;
      chronicle_.tell(record);
    }
  }

  void handle(std::uint64_t id, std::uint32_t uid, ByteView bytes) {
    const auto request = control::unpack_request(bytes);
    Answer answer{Answer::Kind::Refused, error_json("the daemon has not begun yet")};
    if (!request) {
      answer.json = error_json(request.error().text());
    } else if (ready_) {
      answer = operators_.answer(*request, {uid, user_text(uid)});
    }
    crew_.answer(id, control::pack(answer));
  }

  void stop() {
    notify_stopping();
    if (ready_) {
      close_window();
      save_time();
      chronicle_.tell(chronicle_.about_in_force(
          Event::Stop, {"停止した (規則は有効のまま)", "stopped, the rules stay in force"}));
    }
    end();
  }

  void end() {
    ready_ = false;
    for (EventLoop::Watching* watching :
         {&window_, &turning_, &saving_time_, &repairing_, &looking_at_health_, &trial_}) {
      watching->reset();
    }
    crew_.finish();
    loop_.stop();
  }

  EventLoop& loop_;
  Provisions provisions_;
  Surroundings surroundings_;
  Enforcer enforcer_;
  Crew crew_;
  Chronicle chronicle_;
  Operators operators_;
  Post post_;
  std::vector<UniqueFd> listeners_;
  Wires wires_;
  std::optional<policy::Instant> next_turn_;
  EventLoop::Watching overdue_;
  EventLoop::Watching window_;
  EventLoop::Watching turning_;
  EventLoop::Watching saving_time_;
  EventLoop::Watching repairing_;
  EventLoop::Watching looking_at_health_;
  EventLoop::Watching trial_;
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
