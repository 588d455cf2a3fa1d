// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize_report.hpp"

#include "base/escape.hpp"
#include "columns.hpp"

#include <unistd.h>
#include <boost/json.hpp>

#include <iostream>

namespace sekisho::ctl {
namespace {

using namespace sanitize;

boost::json::value text_or_null(const std::string& text) {
  return text.empty() ? boost::json::value{} : boost::json::value(utf8(text));
}

boost::json::object json_of(const ItemReport& item) {
  boost::json::array actions;
  for (const Change& change : item.changes) {
    actions.push_back({{"action", word_of(change.action).code},
                       {"object", change.object},
                       {"count", change.count}});
  }
  return {{"input", utf8(item.input)},
          {"output", text_or_null(item.output)},
          {"type", word_of(item.type).name},
          {"status", word_of(item.status).name},
          {"reason", item.why ? boost::json::value(word_of(*item.why).name) : boost::json::value{}},
          {"actions", std::move(actions)},
          {"sha256_in", text_or_null(item.sha256_in)},
          {"sha256_out", text_or_null(item.sha256_out)},
          {"millis", item.millis.count()}};
}

void print_text(const ItemReport& item, Language language) {
  std::cout << escaped(item.input) << ": " << word_of(item.status).title.in(language);
  if (item.why) {
    const RefusalWord& word = word_of(*item.why);
    std::cout << ": " << word.meaning.in(language)
              << (item.detail.empty() ? "" : " (" + item.detail + ")") << "\n    "
              << word.advice.in(language);
  } else {
    std::cout << " → " << escaped(item.output);
  }
  std::cout << '\n';
  for (const Change& change : item.changes) {
    const ActionWord& word = word_of(change.action);
    std::cout << "    " << word.code << " " << word.meaning.in(language);
    std::cout << (change.object.empty() ? "" : ": " + change.object);
    std::cout << (change.count > 1 ? " ×" + std::to_string(change.count) : "") << '\n';
  }
}

std::string_view name_of(Mode mode) {
  switch (mode) {
    case Mode::Rebuild: return "rebuild";
    case Mode::Text: return "text";
    case Mode::Refuse: break;
  }
  return "refuse";
}

}  // namespace

void print_reports(const Arguments& arguments, const std::vector<ItemReport>& reports) {
  if (arguments.json) {
    boost::json::array items;
    for (const ItemReport& report : reports) {
      items.push_back(json_of(report));
    }
    std::cout << boost::json::serialize(boost::json::object{{"items", std::move(items)}}) << '\n';
    return;
  }
  for (const ItemReport& report : reports) {
    print_text(report, arguments.language);
  }
}

void print_types(const Arguments& arguments) {
  boost::json::array rows;
  Columns columns;
  for (const TypeWord& word : type_words()) {
    rows.push_back({{"type", word.name},
                    {"mode", name_of(word.mode)},
                    {"extension", text_or_null(std::string{word.extension})},
                    {"comes_as", word.extensions},
                    {"title", word.title.in(arguments.language)}});
    columns.add({std::string{word.name}, std::string{name_of(word.mode)},
                 std::string{word.extension}, std::string{word.title.in(arguments.language)},
                 std::string{word.extensions}});
  }
  if (arguments.json) {
    std::cout << boost::json::serialize(boost::json::object{{"types", std::move(rows)}}) << '\n';
    return;
  }
  for (const std::string& line : columns.lines()) {
    std::cout << line << '\n';
  }
}

Progress::Progress(std::size_t all) : all_{all}, shows_{::isatty(STDERR_FILENO) == 1} {}

void Progress::show(std::size_t done) {
  if (shows_) {
    std::cerr << '\r' << done << '/' << all_ << std::flush;
  }
}

void Progress::clear() {
  if (shows_) {
    std::cerr << "\r\x1B[K" << std::flush;
  }
}

}  // namespace sekisho::ctl
