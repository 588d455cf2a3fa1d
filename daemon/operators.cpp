// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators.hpp"

#include "answers.hpp"
#include "base/escape.hpp"
#include "preview.hpp"
#include "questions.hpp"

#include <algorithm>

namespace sekisho::daemon {
namespace {

using control::Answer;
using policy::GrantRequest;
using policy::Permit;
using policy::Standing;
using std::chrono::seconds;

constexpr seconds kShortestGrant{60};
constexpr seconds kLongestGrant{std::chrono::hours{31 * 24}};
constexpr std::size_t kMostRequests = 1000;

Answer no(const std::string& why) {
  return {Answer::Kind::No, refusal_json(why)};
}

std::string quoted(const std::string& text) {
  return "'" + text + "'";
}

}  // namespace

Answer Operators::answer(const control::Request& request, const Person& who) {
  return std::visit([&](const auto& asked) { return answer_to(asked, who); }, request);
}

Answer Operators::told(const Attempt& attempt) const {
  return {attempt.ok ? Answer::Kind::Yes : Answer::Kind::No,
          attempt_json(attempt, enforcer_.in_force())};
}

Answer Operators::undertake(const Undertaking& undertaking) {
  return told(means_.undertake(undertaking));
}

Answer Operators::decide(Undertaking undertaking, Standing standing) {
  undertaking.attempt = [&](const Wish& wish) {
    return enforcer_.decide(standing, wish);  // may be tried again
  };
  return undertake(undertaking);
}

const Permit* Operators::permit_named(const std::string& id) const {
  const auto& permits = enforcer_.in_force().policy->permits();
  const auto found = std::ranges::find(permits, id, &Permit::id);
  return found == permits.end() ? nullptr : &*found;
}

Answer Operators::answer_to(const control::Status& /*asked*/, const Person& /*who*/) {
  Condition condition;
  condition.ready = true;
  condition.processes = crew_.processes();
  condition.warnings = chronicle_.complaints();
  for (const kernel::Meddling& one : enforcer_.meddled()) {
    condition.warnings.push_back("interface '" + one.interface + "' is closed: " + one.what);
  }
  for (const kernel::Other& one : enforcer_.boundary().others()) {
    condition.warnings.push_back("other rules handle packets: " + one.text());
  }
  for (const std::string& name : enforcer_.distrusted()) {
    condition.warnings.push_back(
        "zone '" + name + "' is locked down: the kernel held something else than was written");
  }
  condition.degraded = !condition.warnings.empty();
  std::ranges::move(means_.weaknesses(), std::back_inserter(condition.warnings));
  condition.drops = enforcer_.read_drops().value_or(std::vector<Counters::Count>{});
  condition.usage = enforcer_.read_usage().value_or(std::map<std::string, ruleset::Usage>{});
  condition.generation = enforcer_.boundary().generation().value_or(0);
  return {Answer::Kind::Yes, status_json(enforcer_, condition)};
}

Answer Operators::answer_to(const control::Apply& asked, const Person& who) {
  const seconds trial{asked.confirm_seconds};
  const bool on_trial = trial > seconds{0};
  Attempt attempt = means_.undertake(
      {Event::Reload,
       Verdict::Permit,
       "",
       {who.name, "apply", asked.break_must_flows},
       [&](const Wish& wish) { return enforcer_.apply(asked.text, wish, on_trial); }});
  if (attempt.ok && on_trial) {
    means_.await_confirmation(trial);
  }
  return told(attempt);
}

Answer Operators::answer_to(const control::Confirm& /*asked*/, const Person& who) {
  return undertake(
      {Event::Reload, Verdict::Permit, "", {who.name, "confirm", {}}, [&](const Wish& wish) {
         return enforcer_.confirm(wish);
       }});
}

Answer Operators::answer_to(const control::Reload& asked, const Person& who) {
  return undertake({Event::Reload,
                    Verdict::Permit,
                    "",
                    {who.name, "reload", asked.break_must_flows},
                    [&](const Wish& wish) { return enforcer_.reload(wish); }});
}

Answer Operators::answer_to(const control::Rollback& asked, const Person& who) {
  return undertake({Event::Rollback,
                    Verdict::Permit,
                    "",
                    {who.name, "rollback", asked.break_must_flows},
                    [&](const Wish& wish) { return enforcer_.roll_back(asked.revision, wish); }});
}

Answer Operators::answer_to(const control::History& /*asked*/, const Person& /*who*/) {
  const auto changes = enforcer_.history();
  return changes ? Answer{Answer::Kind::Yes, history_json(*changes, enforcer_.in_force().revision)}
                 : Answer{Answer::Kind::Refused, error_json(changes.error().text())};
}

Answer Operators::answer_to(const control::Explain& asked, const Person& /*who*/) {
  const InForce& in_force = enforcer_.in_force();
  const auto decision = daemon::decide(*in_force.policy, in_force.situation, asked);
  if (!decision) {
    return {Answer::Kind::Refused, error_json(decision.error().text())};
  }
  const bool deny = decision->verdict == Verdict::Deny;
  return {deny ? Answer::Kind::No : Answer::Kind::Yes, decision_json(*decision)};
}

Answer Operators::answer_to(const control::Verify& /*asked*/, const Person& /*who*/) {
  const auto verified = enforcer_.verify();
  if (!verified) {
    return {Answer::Kind::Refused, error_json(verified.error().text())};
  }
  const bool ok = verified->differences.empty() && !verified->counterexample;
  return {ok ? Answer::Kind::Yes : Answer::Kind::No, verify_json(*verified)};
}

Answer Operators::answer_to(const control::InForce& /*asked*/, const Person& /*who*/) {
  return {Answer::Kind::Yes, in_force_json(enforcer_.in_force())};
}

Answer Operators::answer_to(const control::Lockdown& asked, const Person& who) {
  Standing standing = enforcer_.in_force().standing;
  const std::string what =
      (asked.unlock ? "unlock " : "lockdown ") + quoted(asked.name.empty() ? "all" : asked.name);
  if (!asked.unlock) {
    if (policy::zones_meant(*enforcer_.in_force().policy, asked.name).empty()) {
      return no("there is no zone, and no zone of a class, " + quoted(asked.name));
    }
    standing.locked.insert(asked.name);
  } else if (asked.name.empty()) {
    standing.locked.clear();
  } else if (standing.locked.erase(asked.name) == 0) {
    return no("no lockdown is named " + quoted(asked.name));
  }
  if (standing.locked == enforcer_.in_force().standing.locked) {
    return no(asked.unlock ? "nothing is locked down"
                           : quoted(asked.name) + " is locked down already");
  }
  return decide({Event::Lockdown,
                 asked.unlock ? Verdict::Permit : Verdict::Deny,
                 "",
                 {who.name, what, {}},
                 {}},
                std::move(standing));
}

Answer Operators::answer_to(const control::Grant& asked, const Person& who) {
  const InForce& in_force = enforcer_.in_force();
  const policy::Instant now = enforcer_.clock().now();
  const Permit* permit = permit_named(asked.permit);
  const seconds duration{asked.seconds};
  if (permit == nullptr) {
    return no("there is no permit " + quoted(asked.permit));
  }
  if (duration < kShortestGrant || duration > kLongestGrant) {
    return no("a grant is for a minute at least and 31 days at most");
  }
  if (!permit->in_time(now)) {
    return no("the time of permit " + quoted(permit->id) +
              " is over or has not begun: the config says when");
  }
  if (policy::is_valid(*permit, in_force.situation) &&
      !in_force.situation.granted.contains(permit->id)) {
    return no("permit " + quoted(permit->id) + " needs no grant");
  }
  Standing standing = policy::without_the_past(in_force.standing, now);
  if (standing.requests.size() >= kMostRequests) {
    return no("too many requests wait for approval");
  }
  const GrantRequest request{++standing.last_request,
                             permit->id,
                             policy::digest_of(*in_force.policy, *permit),
                             duration,
                             who,
                             now};
  standing.requests.push_back(request);
  if (auto noted = enforcer_.note(std::move(standing)); !noted) {
    return {Answer::Kind::Refused, error_json(noted.error().text())};
  }
  journal::Record record =
      chronicle_.about_in_force(Event::Grant, {"許可の申請", "a grant is requested"});
  record.message += " (" + std::to_string(request.number) + ": " + quoted(permit->id) + ", " +
                    std::to_string(duration.count()) + " s, " + who.name + ")";
  record.fields["SEKISHO_PERMIT"] = permit->id;
  chronicle_.tell(record);
  return {Answer::Kind::Yes, request_json(request)};
}

Answer Operators::answer_to(const control::Requests& /*asked*/, const Person& /*who*/) {
  return {Answer::Kind::Yes, standing_json(enforcer_.in_force())};
}

Answer Operators::answer_to(const control::Approve& asked, const Person& who) {
  const InForce& in_force = enforcer_.in_force();
  Standing standing = policy::without_the_past(in_force.standing, enforcer_.clock().now());
  const auto request = std::ranges::find(standing.requests, asked.request, &GrantRequest::number);
  if (request == standing.requests.end()) {
    return no("no request " + std::to_string(asked.request) + " waits for approval");
  }
  if (request->asked.uid == who.uid) {
    journal::Record record = chronicle_.about_in_force(
        Event::Grant, {"自分の申請は承認できない", "nobody approves an own request"});
    record.message += " (" + std::to_string(request->number) + ", " + who.name + ")";
    record.fields["SEKISHO_VERDICT"] = name_of(Verdict::Deny);
    record.fields["SEKISHO_PERMIT"] = request->permit;
    chronicle_.tell(record);
    return no("whoever asked cannot approve: request " + std::to_string(asked.request) + " is of " +
              quoted(request->asked.name));
  }
  const Permit* permit = permit_named(request->permit);
  if (permit == nullptr || policy::digest_of(*in_force.policy, *permit) != request->digest) {
    return no("permit " + quoted(request->permit) + " is not what the request was about any more");
  }
  const std::string id = permit->id;
  standing.granted[id] = {request->digest, enforcer_.clock().now() + request->duration,
                          request->asked, who};
  const std::string what = "grant " + quoted(id) + " for " +
                           std::to_string(request->duration.count()) + " s, asked by " +
                           request->asked.name;
  standing.requests.erase(request);
  return decide({Event::Grant, Verdict::Permit, id, {who.name, what, {}}, {}}, std::move(standing));
}

Answer Operators::answer_to(const control::Revoke& asked, const Person& who) {
  const InForce& in_force = enforcer_.in_force();
  const Permit* permit = permit_named(asked.permit);
  if (permit == nullptr) {
    return no("there is no permit " + quoted(asked.permit));
  }
  if (in_force.situation.revoked.contains(permit->id) &&
      !in_force.situation.granted.contains(permit->id)) {
    return no("permit " + quoted(permit->id) + " is revoked already");
  }
  Standing standing = in_force.standing;
  standing.revoked[permit->id] = policy::digest_of(*in_force.policy, *permit);
  standing.granted.erase(permit->id);
  return decide({Event::Grant,
                 Verdict::Deny,
                 permit->id,
                 {who.name, "revoke " + quoted(permit->id), asked.break_must_flows},
                 {}},
                std::move(standing));
}

Answer Operators::answer_to(const control::Preview& asked, const Person& /*who*/) {
  const auto preview = enforcer_.preview(asked.text);
  return preview ? Answer{Answer::Kind::Yes, preview_json(*preview)}
                 : Answer{Answer::Kind::Refused, error_json(preview.error().text())};
}

Answer Operators::answer_to(const control::Selfcheck& asked, const Person& who) {
  constexpr int kErrorPriority = 3;
  journal::Record record =
      chronicle_.about_in_force(Event::Selfcheck, word_of(Event::Selfcheck).meaning);
  record.message += " (" + who.name + "): " + escaped(asked.outcome);
  record.priority = asked.ok ? record.priority : kErrorPriority;
  record.fields["SEKISHO_VERDICT"] = name_of(asked.ok ? Verdict::Permit : Verdict::Deny);
  chronicle_.tell(record);
  return {Answer::Kind::Yes, "{}"};
}

}  // namespace sekisho::daemon
