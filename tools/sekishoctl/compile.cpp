// SPDX-License-Identifier: GPL-3.0-or-later
#include "verbs.hpp"

#include "compile/compile.hpp"
#include "ruleset/to_nft.hpp"

#include <boost/json.hpp>

#include <iostream>

namespace sekisho::ctl {

Exit run_compile(const Arguments& arguments) {
  const auto parsed = load(arguments);
  if (!parsed) {
    return failed(arguments, parsed.error().text(), Exit::No);
  }
  if (!parsed->policy) {
    return not_valid(arguments, *parsed);
  }
  const policy::Instant at = now();
  const compile::Compiled compiled = compile::compile(*parsed->policy, {at, {}, {}}, {});
  const std::string text =
      ruleset::to_nft(compiled.table, at) + ruleset::to_nft(compiled.frames, at);
  if (arguments.json) {
    std::cout << boost::json::serialize(boost::json::object{{"ok", true}, {"ruleset", text}})
              << '\n';
  } else {
    std::cout << text;
  }
  return Exit::Yes;
}

}  // namespace sekisho::ctl
