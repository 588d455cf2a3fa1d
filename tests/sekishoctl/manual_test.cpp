// SPDX-License-Identifier: GPL-3.0-or-later
// The man pages say what the programs do: every verb, option, word and field stands in one.
#include "base/words.hpp"
#include "ctl.hpp"
#include "sanitize/frame/words.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace sekisho::testing {
namespace {

const std::string kPages = SEKISHO_SOURCE "/daemon/";

/// The page as a reader has it, without markup and with single spaces.
std::string page(const std::string& name) {
  const std::string command = "mandoc -T utf8 -O width=200 " + kPages + name;
  std::FILE* pipe = ::popen(command.c_str(), "re");
  std::string text;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) {
    const char letter = std::isspace(c) != 0 ? ' ' : static_cast<char>(c);
    if (letter == '\b') {  // bold is a letter struck twice
      text.pop_back();
    } else if (letter != ' ' || !text.ends_with(' ')) {
      text += letter;
    }
  }
  ::pclose(pipe);
  return text;
}

/// Whether it stands there by itself, not within another word.
bool has_word(const std::string& text, std::string_view word) {
  const auto part_of_word = [&text](std::size_t at) {
    return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 ||
                                text[at] == '_' || text[at] == '-');
  };
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    if (!part_of_word(at - 1) && !part_of_word(at + word.size())) {
      return true;
    }
  }
  return false;
}

/// First words of the lines of a help text that begin with two spaces and then `sign`.
std::vector<std::string> rows_of(const std::string& help, const std::string& sign) {
  std::vector<std::string> rows;
  std::istringstream lines{help};
  for (std::string line; std::getline(lines, line);) {
    std::string first;
    std::istringstream{line} >> first;
    if (line.starts_with("  ") && line.substr(2).starts_with(sign)) {
      rows.push_back(first);
    }
  }
  return rows;
}

std::vector<std::string> verbs() {
  std::vector<std::string> rows = rows_of(ctl({"--help"}).out, "");
  std::erase_if(rows, [](const std::string& row) { return row.starts_with("-"); });
  return rows;
}

TEST(Manual, EveryVerbIsAnEntryOfItsOwn) {
  const std::string source = read_whole(kPages + "sekishoctl.8");

  ASSERT_EQ(verbs().size(), 24U);
  for (const std::string& verb : verbs()) {
    EXPECT_TRUE(has_word(source, ".It Cm " + verb)) << verb;
  }
}

TEST(Manual, EveryOptionOfEveryVerbStandsThere) {
  const std::string text = page("sekishoctl.8");

  for (const std::string& verb : verbs()) {
    const auto options = rows_of(ctl({verb, "--help"}).out, "--");
    EXPECT_GE(options.size(), 6U) << verb;
    for (const std::string& option : options) {
      EXPECT_TRUE(has_word(text, option)) << verb << " " << option;
    }
  }
}

TEST(Manual, EveryKeyOfTheJsonAnswersStandsThere) {
  const std::string text = page("sekishoctl.8");

  for (const char* key :
       {"revision", "policy_sha256", "state",      "ready",    "zones",       "permits",
        "drops",    "src_zone",      "dst_zone",   "reason",   "packets",     "bytes",
        "kernel",   "processes",     "role",       "pid",      "exchanges",   "id",
        "open",     "warnings",      "ok",         "errors",   "file",        "line",
        "column",   "message",       "clause",     "proved",   "differences", "counterexample",
        "verdict",  "permit",        "more",       "less",     "other",       "changed",
        "error",    "ruleset",       "message_id", "priority", "last"}) {
    EXPECT_TRUE(text.find("\"" + std::string{key} + "\"") != std::string::npos) << key;
  }
}

TEST(Manual, EveryReasonAndEveryFieldIsExplained) {
  const std::string text = page("sekishoctl.8") + page("sekishod.8");

  for (const ReasonWord& word : reason_words()) {
    EXPECT_TRUE(has_word(text, word.name)) << word.name;
  }
  for (const FieldWord& word : field_words()) {
    EXPECT_TRUE(has_word(text, word.name)) << word.name;
  }
  for (const EventWord& word : event_words()) {
    EXPECT_TRUE(has_word(text, word.name)) << word.name;
  }
}

TEST(Manual, EveryOptionOfTheDaemonStandsThere) {
  const std::string text = page("sekishod.8");

  for (const char* option :
       {"--config", "--state-dir", "--runtime-dir", "--log", "--help", "--version"}) {
    EXPECT_TRUE(has_word(text, option)) << option;
  }
}

TEST(Manual, EveryWordOfTheSanitizerIsExplainedAsTheCodeHasIt) {
  const std::string text = page("sekisho-sanitize.7");
  const auto expect = [&](const std::string& sentence) {
    EXPECT_NE(text.find(sentence), std::string::npos) << sentence;
  };

  for (const sanitize::TypeWord& word : sanitize::type_words()) {
    EXPECT_TRUE(has_word(text, word.name)) << word.name;
    if (word.type != sanitize::Type::Unknown) {
      expect(std::string{word.extensions});
    }
  }
  for (const sanitize::StatusWord& word : sanitize::status_words()) {
    expect(std::string{word.name} + " " + std::string{word.title.ja} + ": " +
           std::string{word.title.en} + ".");
  }
  for (const sanitize::RefusalWord& word : sanitize::refusal_words()) {
    expect(std::string{word.name} + " (" + std::string{word_of(word.status).name} + ") " +
           std::string{word.meaning.ja} + ": " + std::string{word.meaning.en} + ".");
  }
  for (const sanitize::ActionWord& word : sanitize::action_words()) {
    expect(std::string{word.code} + " " + std::string{word.meaning.ja} + ": " +
           std::string{word.meaning.en} + ".");
  }
  for (const char* limit : {"max_bytes", "max_entries", "max_depth", "max_ratio", "max_pixels",
                            "timeout", "max_memory"}) {
    EXPECT_TRUE(has_word(text, limit)) << limit;
    EXPECT_TRUE(has_word(page("sekisho.toml.5"), limit)) << limit;
  }
}

TEST(Manual, ThePagesHaveNoFaultOfMarkup) {
  for (const char* name : {"sekishoctl.8", "sekishod.8", "sekisho.toml.5", "sekisho-sanitize.7"}) {
    const std::string command = "mandoc -T lint -W warning " + kPages + name;

    EXPECT_EQ(std::system(command.c_str()), 0) << name;
  }
}

}  // namespace
}  // namespace sekisho::testing
