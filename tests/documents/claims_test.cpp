// SPDX-License-Identifier: GPL-3.0-or-later
// SECURITY.md cites tests that there are, and answers every way around that is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace sekisho {
namespace {

using ::testing::IsEmpty;

const std::filesystem::path kSource{SEKISHO_SOURCE};

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  return text.str();
}

bool is_letter_or_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
/// The word that begins at `at`, and where it ends.
std::string word_at(const std::string& text, std::size_t& at) {
  const std::size_t begin = at;
  while (at < text.size() && is_letter_or_digit(text[at])) {
    ++at;
  }
  return text.substr(begin, at - begin);
}

/// "Suite.Name" of every test in one file.
void add_tests(const std::string& text, std::set<std::string>& names) {
  for (const std::string macro : {"TEST(", "TEST_F(", "TEST_P("}) {
    for (std::size_t at = 0; (at = text.find(macro, at)) != std::string::npos;) {
      at += macro.size();
      const std::string suite = word_at(text, at);
      at = text.find_first_not_of(", \n", at);
      names.insert(suite + "." + word_at(text, at));
    }
  }
}

std::set<std::string> tests() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{kSource / "tests"}) {
    if (entry.path().extension() == ".cpp") {
      add_tests(text_of(entry.path()), names);
    }
  }
  return names;
}

/// What stands between backquotes and looks like "Suite.Name", "Suite.Begin*" or "Suite.*".
std::vector<std::string> cited_in(const std::string& text) {
  std::vector<std::string> cited;
  for (std::size_t at = 0; (at = text.find('`', at)) != std::string::npos;) {
    const std::size_t end = std::min(text.find('`', at + 1), text.size());
    const std::string span = text.substr(at + 1, end - at - 1);
    std::size_t dot = 0;
    const bool suite = !word_at(span, dot).empty() && dot < span.size() && span[dot] == '.';
    std::size_t rest = dot + 1;
    const bool begins = suite && span[0] >= 'A' && span[0] <= 'Z' && rest < span.size() &&
                        ((span[rest] >= 'A' && span[rest] <= 'Z') || span[rest] == '*');
    if (begins && span.find_first_of("/ ", rest) == std::string::npos) {
      cited.push_back(span);
    }
    at = end + 1;
  }
  return cited;
}

bool exists(const std::string& cited, const std::set<std::string>& names) {
  if (!cited.ends_with('*')) {
    return names.contains(cited);
  }
  const std::string beginning = cited.substr(0, cited.size() - 1);
  const auto at = names.lower_bound(beginning);
  return at != names.end() && at->starts_with(beginning);
}

TEST(Claims, CiteTestsThatThereAre) {
  const std::vector<std::string> cited = cited_in(text_of(kSource / "SECURITY.md"));
  const std::set<std::string> names = tests();
  std::vector<std::string> missing;

  std::ranges::copy_if(cited, std::back_inserter(missing),
                       [&](const std::string& one) { return !exists(one, names); });

  EXPECT_GT(cited.size(), 60U);
  EXPECT_GT(names.size(), 500U);
  EXPECT_THAT(missing, IsEmpty());
}

TEST(Claims, AnswerEveryKnownWayAroundOnce) {
  std::vector<std::string> rows;
  std::istringstream lines{text_of(kSource / "SECURITY.md")};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("| T")) {
      EXPECT_EQ(std::ranges::count(line, '|'), 4) << line;
      std::size_t at = 3;
      rows.push_back(word_at(line, at));
    }
  }

  std::vector<std::string> expected;
  for (int way = 1; way <= 38; ++way) {
    const bool of_content = way == 18 || way == 19 || (way >= 23 && way <= 27) || way == 35;
    if (!of_content) {
      expected.push_back(std::to_string(way));
    }
  }
  EXPECT_EQ(rows, expected);
}

}  // namespace
}  // namespace sekisho
