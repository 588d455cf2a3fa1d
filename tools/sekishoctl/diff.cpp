// SPDX-License-Identifier: GPL-3.0-or-later
#include "verbs.hpp"

#include "files/files.hpp"
#include "policy/changes.hpp"
#include "state/config_files.hpp"
#include "state/state.hpp"

#include <boost/json.hpp>

#include <iostream>

namespace sekisho::ctl {
namespace {

Result<std::vector<policy::Source>> sources_of(const boost::json::object& document) {
  const auto* list = document.if_contains("sources");
  std::vector<policy::Source> sources;
  for (const auto& one :
       list != nullptr && list->is_array() ? list->as_array() : boost::json::array{}) {
    const auto* name = one.is_object() ? one.as_object().if_contains("name") : nullptr;
    const auto* text = one.is_object() ? one.as_object().if_contains("text") : nullptr;
    if (name == nullptr || text == nullptr || !name->is_string() || !text->is_string()) {
      return fail("the daemon's answer does not hold together");
    }
    sources.push_back({std::string{name->as_string()}, std::string{text->as_string()}});
  }
  return sources;
}

/// The config as `apply` would have it: FILE in the place of the main file, with the daemon's
/// conf.d.
Result<policy::Parsed> load_for_apply(const Arguments& arguments) {
  if (arguments.rest.empty()) {
    return load(arguments);
  }
  auto text = files::read(arguments.file(), policy::kLargestFile + 1);
  if (!text) {
    return fail(std::move(text).error());
  }
  auto sources = state::read_config(arguments.config, *std::move(text));
  if (!sources) {
    return fail(std::move(sources).error());
  }
  sources->front().name = arguments.file();
  return policy::parse(*sources, arguments.language, now());
}

/// What is in force: from the daemon, or from its state dir when none answers.
Result<std::vector<policy::Source>> sources_in_force(const Arguments& arguments) {
  if (const auto answer = ask_quietly(arguments, control::InForce{});
      answer && answer->kind == control::Answer::Kind::Yes) {
    return sources_of(document_of(*answer));
  }
  auto revision = state::newest(arguments.state_dir);
  if (!revision) {
    return fail(std::move(revision).error());
  }
  if (!*revision) {
    return fail("no daemon answers, and there is no revision in '" + arguments.state_dir + "'");
  }
  return (*std::move(revision))->sources;
}

void print(const std::vector<std::string>& sentences, const char* sign) {
  for (const std::string& sentence : sentences) {
    std::cout << sign << ' ' << sentence << '\n';
  }
}

boost::json::array as_json(const std::vector<std::string>& sentences) {
  return boost::json::array(sentences.begin(), sentences.end());
}

}  // namespace

Exit run_diff(const Arguments& arguments) {
  const auto parsed = load_for_apply(arguments);
  if (!parsed) {
    return failed(arguments, parsed.error().text(), Exit::No);
  }
  if (!parsed->policy) {
    return not_valid(arguments, *parsed);
  }
  const auto sources = sources_in_force(arguments);
  if (!sources) {
    return failed(arguments, sources.error().text(), Exit::Unreachable);
  }
  const policy::Situation situation{now(), {}, {}};
  const policy::Parsed before = policy::parse(*sources, arguments.language, situation.now);
  if (!before.policy) {
    return failed(arguments, "what is in force is no valid config any more", Exit::Unreachable);
  }
  const policy::Changes changes =
      policy::changes(*before.policy, *parsed->policy, situation, arguments.language);
  if (arguments.json) {
    std::cout << boost::json::serialize(boost::json::object{{"ok", true},
                                                            {"more", as_json(changes.more)},
                                                            {"less", as_json(changes.less)},
                                                            {"other", as_json(changes.other)}})
              << '\n';
    return Exit::Yes;
  }
  print(changes.more, "+");
  print(changes.less, "-");
  print(changes.other, "~");
  if (changes.more.empty() && changes.less.empty() && changes.other.empty()) {
    std::cout << Text{"変更なし", "nothing changes"}.in(arguments.language) << '\n';
  }
  return Exit::Yes;
}

}  // namespace sekisho::ctl
