// SPDX-License-Identifier: GPL-3.0-or-later
#include "ledger.hpp"
#include "terminal.hpp"
#include "verbs.hpp"

#include <boost/json.hpp>

#include <iostream>

namespace sekisho::ctl {

Exit run_permits(const Arguments& arguments) {
  const int forms = (arguments.json ? 1 : 0) + (arguments.has("--csv") ? 1 : 0) +
                    (arguments.has("--html") ? 1 : 0);
  if (forms > 1) {
    return usage(arguments.json, "permits", "--csv, --html and --json are three forms, one a call");
  }
  const auto ledger = read_ledger(arguments);
  if (!ledger) {
    return failed(arguments, ledger.error().text(), Exit::Unreachable);
  }
  if (arguments.json) {
    std::cout << boost::json::serialize(ledger_json(*ledger)) << '\n';
  } else if (arguments.has("--csv")) {
    std::cout << ledger_csv(*ledger);
  } else if (arguments.has("--html")) {
    std::cout << ledger_html(*ledger);
  } else {
    std::cout << ledger_text(*ledger, arguments.language, size_of_terminal().columns);
  }
  return Exit::Yes;
}

}  // namespace sekisho::ctl
