// SPDX-License-Identifier: GPL-3.0-or-later
#include "verbs.hpp"

#include "files/files.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace sekisho::ctl {
namespace {

constexpr std::array kVerbs{
    Verb{"check", "check [FILE]", {"設定を検査する", "validate a config file"}, run_check},
    Verb{"compile", "compile [FILE]", {"規則を nft の書式で出力する", "print the ruleset for nft -f"}, run_compile},
    Verb{"message-ids", "message-ids", {"記録の識別子の一覧", "list the MESSAGE_ID of every event"}, run_message_ids},
    Verb{"dump-tables", "dump-tables", {"定数の一覧", "the constants of the interface"}, run_dump_tables},
};

void print_help(std::ostream& out) {
  out << "usage: sekishoctl [--json] VERB [ARGUMENT…]\n\n";
  for (const Verb& verb : kVerbs) {
    out << "  " << verb.usage << std::string(20 - std::min<std::size_t>(verb.usage.size(), 18), ' ')
        << verb.help.in(language_of_user()) << '\n';
  }
  out << "\nexit: 0 yes or done, 1 the answer is no, 2 usage, 3 the daemon could not be reached\n";
}

int run(const std::vector<std::string>& words) {
  Arguments arguments;
  std::string name;
  for (const std::string& word : words) {
    if (word == "--help" || word == "-h") {
      print_help(std::cout);
      return static_cast<int>(Exit::Yes);
    }
    if (word == "--json") {
      arguments.json = true;
    } else if (name.empty() && !word.starts_with('-')) {
      name = word;
    } else {
      arguments.rest.push_back(word);
    }
  }
  const auto verb = std::ranges::find(kVerbs, name, &Verb::name);
  if (verb == kVerbs.end()) {
    if (!name.empty()) {
      std::cerr << "sekishoctl: unknown verb '" << name << "'\n";
    }
    print_help(std::cerr);
    return static_cast<int>(Exit::Usage);
  }
  return static_cast<int>(verb->run(arguments));
}

}  // namespace

std::span<const Verb> verbs() { return kVerbs; }

Language language_of_user() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
    if (value != nullptr && *value != '\0') {
      return std::string_view{value}.starts_with("ja") ? Language::Ja : Language::En;
    }
  }
  return Language::En;
}

Result<policy::Parsed> load(const std::string& path) {
  std::vector<policy::Source> sources;
  // one byte more than the limit, so that the parser says itself what is too large
  auto main_text = files::read(path, policy::kLargestFile + 1);
  if (!main_text) {
    return fail(std::move(main_text).error());
  }
  sources.push_back({path, std::move(*main_text)});
  const std::string directory = (std::filesystem::path{path}.parent_path() / "conf.d").string();
  const auto names = files::list(directory, ".toml");
  if (!names) {
    return fail(names.error());
  }
  for (const std::string& name : *names) {
    auto text = files::read(directory + "/" + name, policy::kLargestFile + 1);
    if (!text) {
      return fail(std::move(text).error());
    }
    sources.push_back({directory + "/" + name, std::move(*text)});
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return policy::parse(sources, language_of_user(), now);
}

}  // namespace sekisho::ctl

int main(int count, char** words) {
  try {
    return sekisho::ctl::run({words + 1, words + count});
  } catch (const std::exception& bug) {
    std::cerr << "sekishoctl: " << bug.what() << '\n';
    return 3;
  }
}
