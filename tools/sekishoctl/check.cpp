// SPDX-License-Identifier: GPL-3.0-or-later
#include "verbs.hpp"

#include <boost/json.hpp>

#include <iostream>

namespace sekisho::ctl {

Exit run_check(const Arguments& arguments) {
  auto parsed = load(arguments);
  if (!parsed) {  // a file that cannot be read is an error at that file
    parsed = policy::Parsed{
        {}, {{{arguments.file(), 0, 0}, parsed.error().text(), ""}}, {}, arguments.language};
  }
  const bool ok = parsed->errors.empty();
  if (arguments.json) {
    const boost::json::object document{{"ok", ok},
                                       {"errors", diagnostics_json(parsed->errors)},
                                       {"warnings", diagnostics_json(parsed->warnings)}};
    std::cout << boost::json::serialize(document) << '\n';
    return ok ? Exit::Yes : Exit::No;
  }
  print_diagnostics(*parsed);
  if (ok) {
    std::cout << arguments.file() << ": OK\n";
  }
  return ok ? Exit::Yes : Exit::No;
}

}  // namespace sekisho::ctl
