// SPDX-License-Identifier: GPL-3.0-or-later
#include "verbs.hpp"

#include "net/address.hpp"
#include "net/service.hpp"

#include <net/if.h>
#include <boost/json.hpp>

#include <charconv>
#include <iostream>

namespace sekisho::ctl {
namespace {

Result<std::optional<std::uint16_t>> port_of(const Arguments& arguments, const char* option) {
  const auto text = arguments.value(option);
  if (!text) {
    return std::nullopt;
  }
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), port);
  if (error != std::errc{} || end != text->data() + text->size()) {
    return fail(std::string{option} + " is a number from 0 to 65535, not '" + *text + "'");
  }
  return port;
}

/// What the words of the command line cannot be, before anybody is asked.
Result<control::Explain> question_of(const Arguments& arguments) {
  control::Explain question;
  for (const char* option : {"--src", "--dst", "--proto"}) {
    if (!arguments.has(option)) {
      return fail(std::string{option} + " is missing");
    }
  }
  question.in = arguments.value("--in").value_or("");
  question.src = *arguments.value("--src");
  question.dst = *arguments.value("--dst");
  question.proto = *arguments.value("--proto");
  question.type = arguments.value("--type").value_or("");
  question.mac = arguments.value("--mac").value_or("");
  if (question.in.size() >= IF_NAMESIZE) {
    return fail("no interface can be called '" + question.in + "'");
  }
  const auto src = net::Address::parse(question.src);
  const auto dst = net::Address::parse(question.dst);
  const auto protocol = net::protocol_named(question.proto);
  if (!src || !dst || src->family() != dst->family()) {
    return fail("--src and --dst are two addresses of one family");
  }
  if (!protocol) {
    return fail("unknown protocol '" + question.proto + "'");
  }
  if (!question.type.empty() && !net::icmp_type_named(*protocol, question.type)) {
    return fail("unknown type '" + question.type + "' of protocol '" + question.proto + "'");
  }
  if (!question.mac.empty() && !net::Mac::parse(question.mac)) {
    return fail("'" + question.mac + "' is no hardware address");
  }
  const auto sport = port_of(arguments, "--sport");
  const auto dport = port_of(arguments, "--dport");
  if (!sport || !dport) {
    return fail(sport ? dport.error() : sport.error());
  }
  question.sport = *sport;
  question.dport = *dport;
  return question;
}

std::string sentence(const boost::json::object& document, Language language) {
  const auto text = [&document](const char* key) {
    const auto* value = document.if_contains(key);
    return value != nullptr && value->is_string() ? std::string{value->as_string()}
                                                  : std::string{"-"};
  };
  std::string line =
      text("verdict") + ": " + text("src_zone") + " > " + text("dst_zone") + ": " + text("reason");
  if (const auto reason = reason_named(text("reason"))) {
    for (const ReasonWord& word : reason_words()) {
      line += word.reason == *reason ? " (" + std::string{word.meaning.in(language)} + ")"
                                     : std::string{};
    }
  }
  const auto add = [&](const Text& label, const char* key) {
    if (text(key) != "-") {
      line += ", " + std::string{label.in(language)} + " " + text(key);
    }
  };
  add({"許可", "permit"}, "permit");
  add({"条項", "clause"}, "clause");
  return line;
}

}  // namespace

Exit run_explain(const Arguments& arguments) {
  const auto question = question_of(arguments);
  if (!question) {
    return usage(arguments.json, "explain", question.error().text());
  }
  const auto answer = ask(arguments, *question);
  if (!answer) {
    return Exit::Unreachable;
  }
  if (arguments.json) {
    std::cout << answer->json << '\n';
  } else {
    std::cout << sentence(document_of(*answer), arguments.language) << '\n';
  }
  return answer->kind == control::Answer::Kind::Yes ? Exit::Yes : Exit::No;
}

}  // namespace sekisho::ctl
