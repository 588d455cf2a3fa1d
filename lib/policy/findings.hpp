// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What is wrong, or worth a warning, collected while a config is read and checked; put into words
/// only at the end, when the config's language is known.

#include "policy/messages.hpp"
#include "policy/parse.hpp"
#include "policy/spot.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sekisho::policy {

/// A text as the config has it, a word in both languages, or a place in the files.
using Argument = std::variant<std::string, const Message*, Spot>;

struct Finding {
  Spot spot;
  const Message* message = nullptr;
  std::vector<Argument> arguments;
  std::optional<Clause> clause;
};

class Findings {
 public:
  void error(Spot spot, const Message& message, std::vector<Argument> arguments = {},
             std::optional<Clause> clause = std::nullopt);
  void warning(Spot spot, const Message& message, std::vector<Argument> arguments = {});

  [[nodiscard]] const std::vector<Finding>& errors() const { return errors_; }
  [[nodiscard]] const std::vector<Finding>& warnings() const { return warnings_; }

 private:
  std::vector<Finding> errors_;
  std::vector<Finding> warnings_;
};

/// The place of a spot, with the file's name.
[[nodiscard]] Place place_of(Spot spot, const std::vector<Source>& sources);

/// The findings in words, sorted by place, each once.
[[nodiscard]] std::vector<Diagnostic> in_words(std::vector<Finding> findings,
                                               const std::vector<Source>& sources,
                                               Language language);

}  // namespace sekisho::policy
