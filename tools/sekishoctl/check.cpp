// SPDX-License-Identifier: GPL-3.0-or-later
#include "verbs.hpp"

#include <boost/json.hpp>

#include <iostream>

namespace sekisho::ctl {
namespace {

boost::json::array as_json(const std::vector<policy::Diagnostic>& diagnostics) {
  boost::json::array out;
  for (const policy::Diagnostic& d : diagnostics) {
    out.push_back({{"file", d.place.file},
                   {"line", d.place.line},
                   {"column", d.place.column},
                   {"message", d.message},
                   {"clause", d.clause}});
  }
  return out;
}

}  // namespace

Exit run_check(const Arguments& arguments) {
  if (arguments.rest.size() > 1) {
    std::cerr << "usage: sekishoctl check [FILE]\n";
    return Exit::Usage;
  }
  const std::string path = arguments.rest.empty() ? std::string{kDefaultConfig} : arguments.rest.front();
  auto parsed = load(path);
  if (!parsed) {
    parsed = policy::Parsed{{}, {{{path, 0, 0}, parsed.error().text(), ""}}, {}, language_of_user()};
  }
  const bool ok = parsed->errors.empty();
  if (arguments.json) {
    const boost::json::object document{
        {"ok", ok}, {"errors", as_json(parsed->errors)}, {"warnings", as_json(parsed->warnings)}};
    std::cout << boost::json::serialize(document) << '\n';
    return ok ? Exit::Yes : Exit::No;
  }
  for (const policy::Diagnostic& error : parsed->errors) {
    std::cerr << error.str("error") << '\n';
  }
  for (const policy::Diagnostic& warning : parsed->warnings) {
    std::cerr << warning.str("warning") << '\n';
  }
  if (ok) {
    std::cout << path << ": OK\n";
  }
  return ok ? Exit::Yes : Exit::No;
}

}  // namespace sekisho::ctl
