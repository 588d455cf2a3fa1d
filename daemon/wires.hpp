// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Which wires there are for the sensor, and when it has to be told anew: handles belong to
/// interfaces as they were when they were opened.

#include "base/result.hpp"
#include "enforcer.hpp"
#include "sensor/knowledge.hpp"

#include <memory>
#include <optional>
#include <string>

namespace sekisho::daemon {

class Wires {
 public:
  /// What the sensor is to know, as sensor::pack has it; empty when there is to be none. Nothing
  /// while that is what was said last.
  [[nodiscard]] Result<std::optional<std::string>> news(const InForce& in_force);

 private:
  std::shared_ptr<const policy::Policy> policy_;  ///< that `known_` is of
  std::optional<sensor::Knowledge> known_;        ///< as it was said last; nothing: no sensor
};

}  // namespace sekisho::daemon
