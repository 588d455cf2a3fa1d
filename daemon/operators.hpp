// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What operators ask, answered: each request of lib/control by one function. Knows no socket; how
/// a change is brought about and recorded is the supervisor's.

#include "chronicle.hpp"
#include "control/requests.hpp"
#include "enforcer.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace sekisho::daemon {

/// A change in the making, and what its record says beside its event.
struct Undertaking {
  Event event;
  Verdict verdict;  ///< of the record, when it succeeds
  std::string permit;
  Wish wish;
  std::function<Attempt(const Wish&)> attempt;
};

class Operators {
 public:
  struct Means {
    /// Makes the change between two windows and records what came of it.
    std::function<Attempt(const Undertaking&)> undertake;
    /// What was applied on trial is rolled back after this time.
    std::function<void(std::chrono::seconds)> await_confirmation;
    /// What is not quite well but needs nobody's action.
    std::function<std::vector<std::string>()> weaknesses;
  };

  /// All must outlive it.
  Operators(Enforcer& enforcer, Chronicle& chronicle, const Crew& crew, Means means)
      : enforcer_{enforcer}, chronicle_{chronicle}, crew_{crew}, means_{std::move(means)} {}

  [[nodiscard]] control::Answer answer(const control::Request& request, const policy::Person& who);

 private:
  using Answer = control::Answer;
  using Person = policy::Person;

  Answer answer_to(const control::Status& asked, const Person& who);
  Answer answer_to(const control::Apply& asked, const Person& who);
  Answer answer_to(const control::Confirm& asked, const Person& who);
  Answer answer_to(const control::Reload& asked, const Person& who);
  Answer answer_to(const control::Rollback& asked, const Person& who);
  Answer answer_to(const control::History& asked, const Person& who);
  Answer answer_to(const control::Explain& asked, const Person& who);
  Answer answer_to(const control::Verify& asked, const Person& who);
  Answer answer_to(const control::InForce& asked, const Person& who);
  Answer answer_to(const control::Lockdown& asked, const Person& who);
  Answer answer_to(const control::Grant& asked, const Person& who);
  Answer answer_to(const control::Requests& asked, const Person& who);
  Answer answer_to(const control::Approve& asked, const Person& who);
  Answer answer_to(const control::Revoke& asked, const Person& who);
  Answer answer_to(const control::Preview& asked, const Person& who);
  Answer answer_to(const control::Selfcheck& asked, const Person& who);

  [[nodiscard]] Answer told(const Attempt& attempt) const;
  [[nodiscard]] Answer undertake(const Undertaking& undertaking);
  [[nodiscard]] Answer decide(Undertaking undertaking, policy::Standing standing);
  [[nodiscard]] const policy::Permit* permit_named(const std::string& id) const;

  Enforcer& enforcer_;
  Chronicle& chronicle_;
  const Crew& crew_;
  Means means_;
};

}  // namespace sekisho::daemon
