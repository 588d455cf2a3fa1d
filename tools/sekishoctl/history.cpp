// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/escape.hpp"
#include "documents.hpp"
#include "verbs.hpp"

#include <boost/json.hpp>

#include <iostream>

namespace sekisho::ctl {

Exit run_history(const Arguments& arguments) {
  const auto answer = ask(arguments, control::History{});
  if (!answer) {
    return Exit::Unreachable;
  }
  if (arguments.json) {
    std::cout << answer->json << '\n';
    return Exit::Yes;
  }
  const boost::json::object document = document_of(*answer);
  for (const boost::json::value& value : rows_in(document, "revisions")) {
    const boost::json::object& row = object_of(value);
    const Text on_trial{" (確認待ち)", " (on trial)"};
    std::cout << (is_true(row, "in_force") ? "* " : "  ") << number_in(row, "revision") << "  "
              << text_in(row, "when") << "  " << text_in(row, "policy_sha256").substr(0, 12) << "  "
              << escaped(text_in(row, "who")) << ": " << escaped(text_in(row, "what"))
              << (is_true(row, "on_trial") ? on_trial.in(arguments.language) : "") << '\n';
  }
  return Exit::Yes;
}

}  // namespace sekisho::ctl
