// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the supervisor itself has to put on record, and what is not well with it at the moment.

#include "crew.hpp"
#include "enforcer.hpp"
#include "journal/record.hpp"

#include <map>
#include <string>
#include <vector>

namespace sekisho::daemon {

class Chronicle {
 public:
  /// Both must outlive it.
  Chronicle(Crew& crew, const Enforcer& enforcer) : crew_{crew}, enforcer_{enforcer} {}

  /// Of the config in force; English while there is none.
  [[nodiscard]] Language language() const;

  /// "text: appliance revision", with what is in force.
  [[nodiscard]] journal::Record about_in_force(Event event, Text text) const;
  void tell(const journal::Record& record) { crew_.record(record); }
  /// Something that was wanted was not done.
  void tell_failure(Event event, const Attempt& attempt, Text text);
  /// The state of a role has changed; empty: it is well.
  void tell_health(const std::string& role, const std::string& health);

  /// Something of the supervisor's own is not well, or is again: recorded when that changes.
  void complain(const std::string& what, const std::string& why);
  /// What is not well now, one sentence each.
  [[nodiscard]] std::vector<std::string> complaints() const;

 private:
  Crew& crew_;
  const Enforcer& enforcer_;
  std::map<std::string, std::string> complaints_;
};

}  // namespace sekisho::daemon
