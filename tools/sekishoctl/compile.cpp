// SPDX-License-Identifier: GPL-3.0-or-later
#include "verbs.hpp"

#include "compile/compile.hpp"
#include "ruleset/to_nft.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <iostream>

namespace sekisho::ctl {

Exit run_compile(const Arguments& arguments) {
  if (arguments.rest.size() > 1) {
    std::cerr << "usage: sekishoctl compile [FILE]\n";
    return Exit::Usage;
  }
  const std::string path = arguments.rest.empty() ? std::string{kDefaultConfig} : arguments.rest.front();
  const auto parsed = load(path);
  if (!parsed) {
    std::cerr << "sekishoctl: " << parsed.error().text() << '\n';
    return Exit::No;
  }
  if (!parsed->policy) {
    for (const policy::Diagnostic& error : parsed->errors) {
      std::cerr << error.str("error") << '\n';
    }
    return Exit::No;
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const compile::Compiled compiled = compile::compile(*parsed->policy, {now, {}, {}}, {});
  const std::string text = ruleset::to_nft(compiled.table, now);
  if (arguments.json) {
    std::cout << boost::json::serialize(boost::json::object{{"ruleset", text}}) << '\n';
  } else {
    std::cout << text;
  }
  return Exit::Yes;
}

}  // namespace sekisho::ctl
