// SPDX-License-Identifier: GPL-3.0-or-later
#include "in_force.hpp"

#include "documents.hpp"
#include "state/state.hpp"

#include <boost/json.hpp>

namespace sekisho::ctl {
namespace {

struct Texts {
  std::uint64_t revision = 0;
  std::string sha256;
  std::vector<policy::Source> sources;
  bool from_daemon = false;
};

Texts texts_of(const boost::json::object& document) {
  Texts texts{number_in(document, "revision"), text_in(document, "policy_sha256"), {}, true};
  for (const auto& row : rows_in(document, "sources")) {
    texts.sources.push_back({text_in(object_of(row), "name"), text_in(object_of(row), "text")});
  }
  return texts;
}

Result<Texts> texts_in_force(const Arguments& arguments) {
  if (const auto answer = ask_quietly(arguments, control::InForce{});
      answer && answer->kind == control::Answer::Kind::Yes) {
    return texts_of(document_of(*answer));
  }
  auto revision = state::newest(arguments.state_dir);
  if (!revision) {
    return fail(std::move(revision).error());
  }
  if (!*revision) {
    return fail("no daemon answers, and there is no revision in '" + arguments.state_dir + "'");
  }
  return Texts{(*revision)->number, (*revision)->sha256, (*revision)->sources};
}

}  // namespace

Result<InForce> in_force(const Arguments& arguments) {
  auto texts = texts_in_force(arguments);
  if (!texts) {
    return fail(std::move(texts).error());
  }
  policy::Parsed parsed = policy::parse(texts->sources, arguments.language, now());
  if (!parsed.policy) {
    return fail("what is in force is no valid config any more");
  }
  return InForce{texts->revision, texts->sha256, *std::move(parsed.policy), texts->from_daemon};
}

}  // namespace sekisho::ctl
