// SPDX-License-Identifier: GPL-3.0-or-later
#include "verbs.hpp"

#include <boost/json.hpp>

#include <iostream>

namespace sekisho::ctl {
namespace {

boost::json::array reasons() {
  boost::json::array out;
  for (const ReasonWord& word : reason_words()) {
    out.push_back({{"reason", word.name},
                   {"verdict", name_of(word.verdict)},
                   {"ja", word.meaning.ja},
                   {"en", word.meaning.en}});
  }
  return out;
}

boost::json::array classes() {
  boost::json::array out;
  for (const ClassWord& word : class_words()) {
    out.push_back({{"class", word.name}, {"ja", word.title.ja}, {"en", word.title.en}});
  }
  return out;
}

boost::json::array fields() {
  boost::json::array out;
  for (const FieldWord& word : field_words()) {
    out.push_back({{"field", word.name},
                   {"number", word.number},
                   {"ja", word.meaning.ja},
                   {"en", word.meaning.en}});
  }
  return out;
}

boost::json::array clauses() {
  boost::json::array out;
  for (const ClauseWord& word : clause_words()) {
    out.push_back({{"clause", word.id}, {"ja", word.title.ja}, {"en", word.title.en}});
  }
  return out;
}

boost::json::array ceilings() {
  static constexpr std::array<std::string_view, 4> kNames{"flow", "specific_flow", "exchange",
                                                          "never"};
  boost::json::array out;
  for (const ClassWord& from : class_words()) {
    for (const ClassWord& to : class_words()) {
      const auto allowed = static_cast<std::size_t>(ceiling(from.zone_class, to.zone_class));
      out.push_back({{"from", from.name}, {"to", to.name}, {"ceiling", kNames.at(allowed)}});
    }
  }
  return out;
}

boost::json::array events() {
  boost::json::array out;
  for (const EventWord& word : event_words()) {
    out.push_back({{"event", word.name},
                   {"message_id", word.message_id},
                   {"priority", word.priority},
                   {"ja", word.meaning.ja},
                   {"en", word.meaning.en}});
  }
  return out;
}

void print_rows(const boost::json::array& rows) {
  for (const boost::json::value& row : rows) {
    std::string line;
    for (const auto& member : row.as_object()) {
      const boost::json::value& value = member.value();
      line += line.empty() ? "" : "\t";
      line += value.is_string() ? std::string{value.as_string()} : boost::json::serialize(value);
    }
    std::cout << line << '\n';
  }
}

}  // namespace

Exit run_message_ids(const Arguments& arguments) {
  if (arguments.json) {
    std::cout << boost::json::serialize(events()) << '\n';
  } else {
    print_rows(events());
  }
  return Exit::Yes;
}

Exit run_dump_tables(const Arguments& arguments) {
  const boost::json::object tables{{"classes", classes()}, {"ceiling", ceilings()},
                                   {"clauses", clauses()}, {"reasons", reasons()},
                                   {"events", events()},   {"fields", fields()}};
  if (arguments.json) {
    std::cout << boost::json::serialize(tables) << '\n';
    return Exit::Yes;
  }
  for (const auto& table : tables) {
    std::cout << "[" << table.key() << "]\n";
    print_rows(table.value().as_array());
  }
  return Exit::Yes;
}

}  // namespace sekisho::ctl
