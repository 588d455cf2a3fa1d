// SPDX-License-Identifier: GPL-3.0-or-later
#include "threeway/answers.hpp"

namespace sekisho::threeway {

std::string text_of(const simulate::Decision& decision) {
  const std::string reason =
      decision.reason == Reason::None ? "none" : std::string{name_of(decision.reason)};
  const std::string permit = decision.permit == "-" ? "" : ":" + decision.permit;
  return reason + permit + " " + decision.src_zone + " " + decision.dst_zone;
}

std::string word_of(const simulate::Decision& decision) {
  return decision.src_zone + " " + decision.dst_zone + " " + std::string{name_of(decision.reason)};
}

std::string word_of(const ruleset::Table& table, const simulate::Outcome& outcome) {
  for (const ruleset::Element& element : *table.set("drops")->elements) {
    if (element.key == ruleset::mark_bytes(outcome.word)) {
      return element.comment;
    }
  }
  return "no word " + std::to_string(outcome.word);
}

std::string text_of(const ruleset::Table& table, const simulate::Outcome& outcome) {
  std::string text = outcome.accepted  ? "accepted"
                     : outcome.counted ? word_of(table, outcome)
                                       : "dropped uncounted";
  for (const std::string& chain : outcome.trace) {
    text += " > " + chain;
  }
  return text + (outcome.fault ? " FAULT " + *outcome.fault : "");
}

std::string text_of(const Seen& seen) {
  std::string text = "seen at";
  for (const std::string& place : seen.places) {
    text += " " + place;
  }
  text += ", counted";
  for (const auto& [word, packets] : seen.counted) {
    text += " [" + word + "] " + std::to_string(packets);
  }
  return text;
}

bool arrived(const simulate::Packet& packet, const Seen& seen) {
  const bool leaves = !packet.out.empty() && packet.out != "lo";
  if (leaves) {
    return seen.places == std::set<std::string>{packet.out};
  }
  std::set<std::string> rest = seen.places;
  rest.erase(packet.in);
  return rest == std::set<std::string>{"appliance"};
}

}  // namespace sekisho::threeway
