// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Small hand-made tables for tests of the interpreter.

#include "ruleset/ruleset.hpp"
#include "simulate/run.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sekisho::simulate::test {

inline const ruleset::Verdict kAccept{ruleset::VerdictKind::Accept, {}};
inline const ruleset::Verdict kDrop{ruleset::VerdictKind::Drop, {}};
inline const ruleset::Verdict kReturn{ruleset::VerdictKind::Return, {}};
inline ruleset::Verdict jump(std::string chain) {
  return {ruleset::VerdictKind::Jump, std::move(chain)};
}
inline ruleset::Verdict go_to(std::string chain) {
  return {ruleset::VerdictKind::Goto, std::move(chain)};
}

inline ruleset::Rule rule(std::vector<ruleset::Statement> statements) {
  return {std::move(statements), {}};
}
inline ruleset::SetMark meta_mark(std::uint32_t value) {
  return {ruleset::Mark::Meta, value};
}
inline ruleset::SetMark ct_mark(std::uint32_t value) {
  return {ruleset::Mark::Ct, value};
}

/// A chain that is jumped to.
inline ruleset::Chain chain(std::string name, std::vector<ruleset::Rule> rules) {
  return {std::move(name), std::nullopt, std::move(rules)};
}
inline ruleset::Chain base(std::string name, ruleset::Hook hook, std::vector<ruleset::Rule> rules) {
  return {std::move(name), hook, std::move(rules)};
}
/// "forward" at priority 0, which drops what falls through.
inline ruleset::Chain forward(std::vector<ruleset::Rule> rules) {
  return base("forward", {ruleset::HookPoint::Forward, 0, true}, std::move(rules));
}

inline ruleset::Element element(ruleset::Bytes key, decltype(ruleset::Element::value) value = {}) {
  ruleset::Element made;
  made.key = key;
  made.value = std::move(value);
  return made;
}
inline ruleset::Element range(ruleset::Bytes first, ruleset::Bytes last,
                              decltype(ruleset::Element::value) value = {}) {
  ruleset::Element made = element(first, std::move(value));
  made.key_end = last;
  return made;
}
inline ruleset::SetShape shape(std::string name, std::vector<ruleset::Type> key,
                               ruleset::Holds holds = ruleset::Holds::Keys) {
  ruleset::SetShape made;
  made.name = std::move(name);
  made.key = std::move(key);
  made.holds = holds;
  return made;
}
inline ruleset::Set set_of(ruleset::SetShape shape, ruleset::Elements elements) {
  return {std::move(shape), std::make_shared<const ruleset::Elements>(std::move(elements))};
}

inline ruleset::Bytes port(std::uint16_t number) {
  return ruleset::bytes_of(number);
}
inline ruleset::Bytes ip(std::string_view text) {
  return ruleset::Bytes{net::Address::parse(text).value().bytes()};
}
/// The fields as a concatenation.
inline ruleset::Bytes joined(const std::vector<ruleset::Bytes>& fields) {
  ruleset::Bytes all;
  for (const ruleset::Bytes& field : fields) {
    all.append(field.view());
  }
  return all;
}

inline ruleset::Table table(std::vector<ruleset::Chain> chains,
                            std::vector<ruleset::Set> sets = {}) {
  ruleset::Table made{"t", std::move(sets), std::move(chains)};
  normalise(made);
  return made;
}

inline constexpr ruleset::Instant kThen{std::chrono::seconds{1'800'000'000}};

inline Packet tcp() {
  return {.in = "lg0",
          .out = "mn0",
          .src = net::Address::parse("10.20.0.5").value(),
          .dst = net::Address::parse("10.10.0.7").value(),
          .sport = 40000,
          .dport = 443};
}
inline Packet tcp6() {
  Packet packet = tcp();
  packet.src = net::Address::parse("fd00:20::5").value();
  packet.dst = net::Address::parse("fd00:10::7").value();
  return packet;
}

}  // namespace sekisho::simulate::test
