// SPDX-License-Identifier: GPL-3.0-or-later
#include "chronicle.hpp"

#include "answers.hpp"

namespace sekisho::daemon {
namespace {

using journal::Record;

constexpr int kErrorPriority = 3;

}  // namespace

Language Chronicle::language() const {
  const auto& policy = enforcer_.in_force().policy;
  return policy == nullptr ? Language::En : policy->appliance().language;
}

Record Chronicle::about_in_force(Event event, Text text) const {
  const InForce& in_force = enforcer_.in_force();
  Record record = journal::record_of(event, std::string{text.in(language())} + ": " +
                                                in_force.policy->appliance().name + " " +
                                                revision_text(in_force));
  record.fields["SEKISHO_POLICY"] = revision_text(in_force);
  return record;
}

void Chronicle::tell_failure(Event event, const Attempt& attempt, Text text) {
  Record record =
      journal::record_of(event, std::string{text.in(attempt.language)} + ": " + attempt.why());
  record.priority = kErrorPriority;
  record.fields["SEKISHO_VERDICT"] = name_of(Verdict::Deny);
  record.fields["SEKISHO_POLICY"] = revision_text(enforcer_.in_force());
  crew_.record(record);
}

void Chronicle::tell_health(const std::string& role, const std::string& health) {
  const Text well{"回復した", "is well again"};
  Record record = journal::record_of(
      Event::Health, role + ": " + (health.empty() ? std::string{well.in(language())} : health));
  if (enforcer_.in_force().policy != nullptr) {
    record.fields["SEKISHO_POLICY"] = revision_text(enforcer_.in_force());
  }
  crew_.record(record);
}

void Chronicle::complain(const std::string& what, const std::string& why) {
  std::string& known = complaints_[what];
  if (known != why) {
    known = why;
    tell_health(what, why);
  }
}

std::vector<std::string> Chronicle::complaints() const {
  std::vector<std::string> all = crew_.complaints();
  for (const auto& [what, why] : complaints_) {
    if (!why.empty()) {
      all.push_back(what + ": " + why);
    }
  }
  return all;
}

}  // namespace sekisho::daemon
