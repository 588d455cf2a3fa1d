// SPDX-License-Identifier: GPL-3.0-or-later
#include "checks.hpp"

#include "documents.hpp"
#include "records.hpp"

#include "state/config_files.hpp"

#include <sys/statvfs.h>
#include <sys/timex.h>
#include <boost/json.hpp>

#include <cerrno>

namespace sekisho::ctl {
namespace {

constexpr std::string_view kMistakes = "3(2)";
constexpr std::string_view kIntegrity = "2(6)";
constexpr std::string_view kAvailability = "2(7)";
constexpr std::string_view kMonitoring = "6(7)";
constexpr std::string_view kSeparation = "6(3)";
constexpr std::string_view kTechnical = "6(6)";
constexpr std::chrono::days kSoon{30};

std::string said(const Arguments& arguments, const Text& text) {
  return std::string{text.in(arguments.language)};
}

std::string list_of(const std::vector<std::string>& items) {
  constexpr std::size_t kMost = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(items.size(), kMost); ++i) {
    text += (i == 0 ? "" : ", ") + items[i];
  }
  return items.size() > kMost ? text + ", … (" + std::to_string(items.size()) + ")" : text;
}

Check clock_check(const Arguments& arguments, const std::optional<journal::Entry>& last) {
  const policy::Instant at = now();
  if (last && policy::Instant{std::chrono::seconds{last->time / 1'000'000}} > at) {
    return {"clock", Level::Bad,
            said(arguments, {"時計が最新の記録より前", "the clock is before the newest record"}),
            kMonitoring};
  }
  timex kernel{};
  const int state = ::adjtimex(&kernel);
  const bool synchronised = state >= 0 && state != TIME_ERROR && (kernel.status & STA_UNSYNC) == 0;
  return synchronised ? Check{"clock", Level::Ok, said(arguments, {"同期している", "synchronised"}),
                              kMonitoring}
                      : Check{"clock", Level::Warn,
                              said(arguments, {"カーネルによれば時計は同期していない",
                                               "not synchronised, as the kernel says"}),
                              kMonitoring};
}

Check unknown(std::string_view id, std::string_view clause, const Error& why) {
  return {id, Level::Bad, why.text(), clause};
}

Check listed(const Arguments& arguments, std::string_view id, const std::vector<std::string>& found,
             const Text& none) {
  return found.empty() ? Check{id, Level::Ok, said(arguments, none), kMistakes}
                       : Check{id, Level::Warn, list_of(found), kMistakes};
}

}  // namespace

Check check_config(const Arguments& arguments, const Result<InForce>& in_force) {
  const auto sources = state::read_config(arguments.config);
  if (!sources) {
    return unknown("config", kMistakes, sources.error());
  }
  const policy::Parsed parsed = policy::parse(*sources, arguments.language, now());
  if (!parsed.policy) {
    return {"config", Level::Bad, parsed.errors.front().str("error"), kMistakes};
  }
  if (!in_force) {
    return unknown("config", kMistakes, in_force.error());
  }
  const std::string revision = std::to_string(in_force->revision);
  if (policy::fingerprint(*sources) != in_force->sha256) {
    return {"config", Level::Warn,
            said(arguments, {"設定ファイルは適用中の改訂と異なる: ",
                             "the files are not what is in force, revision "}) +
                revision,
            kMistakes};
  }
  return {"config", Level::Ok,
          said(arguments, {"適用中の改訂 ", "in force as revision "}) + revision, kMistakes};
}

DriftAndProof check_kernel(const Arguments& arguments) {
  DriftAndProof same{{"drift", Level::Ok,
                      said(arguments, {"カーネルの規則は設定どおり",
                                       "the kernel holds what the policy compiles to"}),
                      kIntegrity},
                     {"proof", Level::Ok,
                      said(arguments, {"許可のない通信は通らないことを証明した",
                                       "proved: nothing passes without a permit"}),
                      kSeparation}};
  const auto answer = ask_quietly(arguments, control::Verify{});
  const auto verified = !answer ? verify_alone(arguments)
                        : answer->kind == control::Answer::Kind::Refused
                            ? Result<boost::json::object>{fail(refusal_in(*answer))}
                            : Result<boost::json::object>{document_of(*answer)};
  if (!verified) {
    return {unknown("drift", kIntegrity, verified.error()),
            unknown("proof", kSeparation, verified.error())};
  }
  std::vector<std::string> differences;
  for (const auto& row : rows_in(*verified, "differences")) {
    differences.push_back(joined({row}));
  }
  if (!differences.empty()) {
    same.drift = {"drift", Level::Bad, list_of(differences), kIntegrity};
  }
  if (!is_true(*verified, "proved")) {
    same.proof = {"proof", Level::Bad, counterexample_in(*verified), kSeparation};
  }
  return same;
}

ClockAndChain check_records(const Arguments& arguments) {
  const Chain chain = walk_chain(records_in(arguments));
  const std::string last = chain.last ? std::to_string(chain.last->seq) : "0";
  Check links{"chain", Level::Ok, said(arguments, {"最後の記録は ", "whole up to record "}) + last,
              kIntegrity};
  if (!chain.broken.empty()) {
    links.level = Level::Bad;
    links.text = chain.broken;
  }
  return {clock_check(arguments, chain.last), links};
}

Check check_disk(const Arguments& arguments) {
  constexpr std::uint64_t kMebi = 1ULL << 20U;
  constexpr std::uint64_t kLittle = 64 * kMebi;
  constexpr std::uint64_t kEnough = 512 * kMebi;
  struct statvfs disk {};
  if (::statvfs(arguments.state_dir.c_str(), &disk) != 0) {
    return unknown("disk", kAvailability,
                   system_error("cannot look at '" + arguments.state_dir + "'", errno));
  }
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  const Level level = free < kLittle ? Level::Bad : free < kEnough ? Level::Warn : Level::Ok;
  return {"disk", level,
          std::to_string(free / kMebi) + said(arguments, {" MiB の空き", " MiB free"}),
          kAvailability};
}

Check check_permits(const Arguments& arguments, const Result<InForce>& in_force) {
  if (!in_force) {
    return unknown("permits", kMistakes, in_force.error());
  }
  const policy::Instant at = now();
  std::vector<std::string> ending;
  for (const policy::Permit& permit : in_force->policy.permits()) {
    if (permit.valid_until && *permit.valid_until <= at + kSoon) {
      ending.push_back("'" + permit.id + "' " + local_time(*permit.valid_until));
    }
  }
  return listed(arguments, "permits", ending,
                {"30日以内に終わる許可はない", "none ends within 30 days"});
}

Check check_reviews(const Arguments& arguments, const Result<InForce>& in_force) {
  if (!in_force) {
    return unknown("reviews", kMistakes, in_force.error());
  }
  const policy::Instant at = now();
  std::vector<std::string> overdue;
  for (const policy::Permit& permit : in_force->policy.permits()) {
    if (permit.review_by && *permit.review_by <= at) {
      overdue.push_back("'" + permit.id + "' " + local_time(*permit.review_by));
    }
  }
  return listed(arguments, "reviews", overdue,
                {"期限を過ぎた見直しはない", "no review is overdue"});
}

Check check_processes(const Arguments& /*arguments*/, const boost::json::object& status) {
  const std::string state = text_in(status, "state");
  std::string text = state;
  for (const auto& row : rows_in(status, "processes")) {
    text += " " + text_in(object_of(row), "role");
  }
  const bool well = state == "enforcing" || state == "lockdown";
  if (!well && !rows_in(status, "warnings").empty()) {
    text += ": " + joined({rows_in(status, "warnings").front()});
  }
  const Level level = !well || !is_true(status, "ready") ? Level::Bad
                      : state == "lockdown"              ? Level::Warn
                                                         : Level::Ok;
  return {"processes", level, text, kAvailability};
}

Check check_table(const Arguments& arguments, const boost::json::object& status) {
  const auto* kernel = status.if_contains("kernel");
  const bool owned = kernel != nullptr && is_true(object_of(*kernel), "owned");
  return owned
             ? Check{"table", Level::Ok,
                     said(arguments, {"表は専有", "owned: nobody else can change it"}), kTechnical}
             : Check{"table", Level::Warn,
                     said(arguments, {"表は専有でない", "not owned: others can change it"}),
                     kTechnical};
}

}  // namespace sekisho::ctl
