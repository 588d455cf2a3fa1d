// SPDX-License-Identifier: GPL-3.0-or-later
#include "verbs.hpp"

#include "files/files.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <iostream>

namespace sekisho::ctl {
namespace {

constexpr std::size_t kMostFiles = 100'000;

constexpr std::array kExplainOptions{
    Option{"--in",
           "IF",
           {"受信インターフェース (省略: 装置自身が送信)",
            "interface it comes in on; without: the appliance sends it"}},
    Option{"--src", "A", {"送信元アドレス", "source address"}},
    Option{"--dst", "B", {"宛先アドレス", "destination address"}},
    Option{"--proto", "P", {"tcp, udp, icmp, … または番号", "tcp, udp, icmp, … or a number"}},
    Option{"--sport", "N", {"送信元ポート", "source port"}},
    Option{"--dport", "N", {"宛先ポート", "destination port"}},
    Option{
        "--type", "T", {"ICMP の種類 (省略: echo-request)", "type of ICMP; without: echo-request"}},
    Option{"--mac", "M", {"送信元 MAC アドレス", "hardware address of the sender"}},
};
constexpr std::array kViolationOptions{
    Option{"--since",
           "T",
           {"この時刻以降 (2026-04-01, 30m, 2h, 7d)", "since then: 2026-04-01, 30m, 2h, 7d"}},
    Option{"--follow", "", {"新しい記録を待つ", "wait for new records"}},
    Option{"--zone", "Z", {"この領域が関わるもの", "with this zone on either side"}},
    Option{"--reason", "R", {"この理由のもの", "with this reason"}},
    Option{"--all", "", {"すべての種類の記録", "records of every event"}},
    Option{"--verify", "", {"ハッシュ連鎖を検査する", "check the hash chain of all records"}},
};

constexpr std::array kPermitsOptions{
    Option{"--csv", "", {"CSV で出力する (表計算用)", "CSV for spreadsheets"}},
    Option{"--html", "", {"印刷用の HTML で出力する", "one HTML page to print"}},
};
constexpr std::array kTopOptions{
    Option{"--once", "", {"一度だけ表示する", "a single picture"}},
};
constexpr Option kBreakMustFlow{"--break-must-flow",
                                "ID",
                                {"この必須通信が途切れてもよい (複数はコンマ区切り)",
                                 "this must-flow may break; several with commas"}};
constexpr std::array kReloadOptions{kBreakMustFlow};
constexpr std::array kApplyOptions{
    Option{"--confirm",
           "TIME",
           {"この時間内に confirm がなければ戻す (300, 10m)",
            "roll back unless confirmed within TIME: 300, 10m"}},
    kBreakMustFlow,
};
constexpr std::array kGrantOptions{
    Option{"--like", "ID", {"対象の許可", "the permit"}},
    Option{"--for", "TIME", {"期間 (90m, 2h, 7d)", "how long, from the approval on: 90m, 2h, 7d"}},
};

constexpr std::array kSanitizeOptions{
    Option{"-o", "DIR", {"結果を置く場所 (省略: 現在の場所)", "where results go; without: here"}},
    Option{"--profile",
           "NAME",
           {"設定の [sanitize.NAME] に従う (省略: メールは mail-strict、他は file)",
            "go by [sanitize.NAME]; without: mail-strict for mail, file for all else"}},
    Option{"--jobs", "N", {"同時に処理する数", "how many at once"}},
    Option{"--list-types", "", {"対応する形式の一覧", "every type and how it leaves"}},
};

constexpr std::array kVerbs{
    Verb{"check", "[FILE]", 1, {"設定を検査する", "validate a config"}, {}, run_check},
    Verb{"diff",
         "[FILE]",
         1,
         {"適用すると何が変わるかを示す", "what a reload would permit more and less"},
         {},
         run_diff},
    Verb{"apply",
         "[FILE]",
         1,
         {"設定を適用し設定ファイルを置き換える",
          "put a config in force and make it the config file"},
         kApplyOptions,
         run_apply},
    Verb{"confirm",
         "",
         0,
         {"試行中の設定を確定する", "keep what was applied with --confirm"},
         {},
         run_confirm},
    Verb{"reload",
         "",
         0,
         {"設定ファイルを読み直す", "read the config files again"},
         kReloadOptions,
         run_reload},
    Verb{"rollback",
         "[REVISION]",
         1,
         {"以前の設定に戻す", "put an earlier config in force again"},
         kReloadOptions,
         run_rollback},
    Verb{"history", "", 0, {"適用の履歴", "every change of what is in force"}, {}, run_history},
    Verb{"lockdown",
         "ZONE|CLASS|all",
         1,
         {"緊急遮断", "cut off a zone, the zones of a class, or all"},
         {},
         run_lockdown},
    Verb{"unlock",
         "[ZONE|CLASS|all]",
         1,
         {"緊急遮断の解除", "lift what that name has cut off, or everything"},
         {},
         run_unlock},
    Verb{"grant",
         "",
         0,
         {"許可を一時的に有効にする申請", "ask for a permit to be in force for a while"},
         kGrantOptions,
         run_grant},
    Verb{"requests",
         "",
         0,
         {"申請・許可・取消・遮断の一覧", "what is asked for, granted, revoked and cut off"},
         {},
         run_requests},
    Verb{"approve",
         "REQUEST",
         1,
         {"別の利用者の申請を承認する", "approve somebody else's request"},
         {},
         run_approve},
    Verb{"revoke",
         "ID",
         1,
         {"許可を取り消す", "take a permit out of force until it is granted or changed"},
         kReloadOptions,
         run_revoke},
    Verb{"status", "", 0, {"装置の状態", "state of the appliance"}, {}, run_status},
    Verb{"permits", "", 0, {"通信許可台帳", "the ledger of permits"}, kPermitsOptions, run_permits},
    Verb{"top",
         "",
         0,
         {"刻々の状態", "the state of the appliance, second by second"},
         kTopOptions,
         run_top},
    Verb{"sanitize",
         "FILE…",
         kMostFiles,
         {"ファイルを無害化する", "rebuild files without what is dangerous in them"},
         kSanitizeOptions,
         run_sanitize},
    Verb{"selfcheck",
         "",
         0,
         {"自己点検", "check config, rules, clock, records and must-flows"},
         {},
         run_selfcheck},
    Verb{"explain",
         "",
         0,
         {"パケットの判定", "the decision for a packet"},
         kExplainOptions,
         run_explain},
    Verb{"compile",
         "[FILE]",
         1,
         {"規則を nft の書式で出力する", "print the ruleset for nft -f"},
         {},
         run_compile},
    Verb{"verify",
         "",
         0,
         {"カーネルの規則を読み戻して照合する", "read the kernel's rules back and compare"},
         {},
         run_verify},
    Verb{"violations",
         "",
         0,
         {"違反の記録", "records of violations"},
         kViolationOptions,
         run_violations},
    Verb{"message-ids",
         "",
         0,
         {"記録の識別子の一覧", "list the MESSAGE_ID of every event"},
         {},
         run_message_ids},
    Verb{"dump-tables",
         "",
         0,
         {"定数の一覧", "the constants of the interface"},
         {},
         run_dump_tables},
};

constexpr std::array kCommon{
    Option{"--json", "", {"JSON で出力する", "one JSON document on stdout"}},
    Option{"--runtime-dir", "DIR", {"/run/sekisho", "/run/sekisho"}},
    Option{"--state-dir", "DIR", {"省略時は装置に合わせる", "default: the daemon's"}},
    Option{"--config", "FILE", {"省略時は装置に合わせる", "default: the daemon's"}},
    Option{"--help", "", {"この説明", "this help"}},
    Option{"--version", "", {"版", "version"}},
};

void print_row(std::ostream& out, std::string left, std::string_view help) {
  constexpr std::size_t kColumn = 24;
  left.resize(std::max(kColumn, left.size() + 1), ' ');
  out << "  " << left << help << '\n';
}

void print_options(std::ostream& out, std::span<const Option> options) {
  for (const Option& option : options) {
    print_row(
        out,
        std::string{option.name} + (option.value.empty() ? "" : " " + std::string{option.value}),
        option.help.in(language_of_user()));
  }
}

void print_help(std::ostream& out) {
  out << "usage: sekishoctl [OPTION…] VERB [ARGUMENT…]\n\n";
  for (const Verb& verb : kVerbs) {
    print_row(out, std::string{verb.name} + " " + std::string{verb.arguments},
              verb.help.in(language_of_user()));
  }
  out << '\n';
  print_options(out, kCommon);
  out << "\nexit: 0 yes or done, 1 the answer is no, 2 usage, 3 the daemon could not be reached or "
         "refused\n";
}

void print_help(std::ostream& out, const Verb& verb) {
  out << "usage: sekishoctl " << verb.name << (verb.options.empty() ? "" : " [OPTION…]")
      << (verb.arguments.empty() ? "" : " ") << verb.arguments << "\n\n  "
      << verb.help.in(language_of_user()) << "\n\n";
  print_options(out, verb.options);
  print_options(out, kCommon);
}

const Verb* verb_named(std::string_view name) {
  const auto* found = std::ranges::find(kVerbs, name, &Verb::name);
  return found == kVerbs.end() ? nullptr : found;
}

/// Words as they stand on the command line, sorted.
struct Line {
  const Verb* verb = nullptr;
  Arguments arguments;
  bool help = false;
  bool version = false;
};

const Option* option_named(const Verb* verb, std::string_view name) {
  for (const Option& option : kCommon) {
    if (option.name == name) {
      return &option;
    }
  }
  for (const Option& option : verb == nullptr ? std::span<const Option>{} : verb->options) {
    if (option.name == name) {
      return &option;
    }
  }
  return nullptr;
}

Result<> take_option(Line& line, const std::vector<std::string>& words, std::size_t& i) {
  const std::size_t equals = words[i].find('=');
  const std::string name = words[i].substr(0, equals);
  const Option* option = option_named(line.verb, name);
  if (option == nullptr) {
    return fail("unknown option '" + name + "'");
  }
  std::string value;
  if (option->value.empty()) {
    if (equals != std::string::npos) {
      return fail("option '" + name + "' takes no value");
    }
  } else if (equals != std::string::npos) {
    value = words[i].substr(equals + 1);
  } else if (i + 1 < words.size()) {
    value = words[++i];
  } else {
    return fail("option '" + name + "' wants a value");
  }
  if (!line.arguments.options.emplace(name, value).second) {
    return fail("option '" + name + "' is said twice");
  }
  return {};
}

Result<Line> read_line(const std::vector<std::string>& words) {
  Line line;
  bool options = true;  // until "--"
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (options && words[i] == "--") {
      options = false;
    } else if (options && words[i] == "-h") {
      line.help = true;
    } else if (options && words[i].starts_with("-") && words[i] != "-") {
      if (auto taken = take_option(line, words, i); !taken) {
        return fail(std::move(taken).error());
      }
    } else if (line.verb == nullptr) {
      line.verb = verb_named(words[i]);
      if (line.verb == nullptr) {
        return fail("unknown verb '" + words[i] + "'");
      }
    } else if (line.arguments.rest.size() < line.verb->most) {
      line.arguments.rest.push_back(words[i]);
    } else {
      return fail("'" + words[i] + "' is one argument too many");
    }
  }
  line.help = line.help || line.arguments.has("--help");
  line.version = line.arguments.has("--version");
  line.arguments.json = line.arguments.has("--json");
  return line;
}

/// Where the daemon keeps things, as it left word in its runtime dir; options say it better.
void settle_paths(Arguments& arguments) {
  constexpr std::size_t kLargest = 65536;
  arguments.runtime_dir = arguments.value("--runtime-dir").value_or(arguments.runtime_dir);
  const auto text = files::read(arguments.runtime_dir + "/instance", kLargest);
  boost::system::error_code error;
  const boost::json::value instance =
      text ? boost::json::parse(*text, error) : boost::json::value{};
  const auto said = [&](const char* key) -> std::optional<std::string> {
    const auto* value =
        !error && instance.is_object() ? instance.as_object().if_contains(key) : nullptr;
    return value != nullptr && value->is_string() ? std::optional{std::string{value->as_string()}}
                                                  : std::nullopt;
  };
  arguments.state_dir =
      arguments.value("--state-dir").value_or(said("state_dir").value_or(arguments.state_dir));
  arguments.config =
      arguments.value("--config").value_or(said("config").value_or(arguments.config));
}

int run(const std::vector<std::string>& words) {
  auto line = read_line(words);
  if (!line) {
    const bool json = std::ranges::find(words, "--json") != words.end();
    return static_cast<int>(usage(json, "", line.error().text()));
  }
  if (line->version) {
    std::cout << "sekishoctl " << SEKISHO_VERSION << '\n';
    return static_cast<int>(Exit::Yes);
  }
  if (line->verb == nullptr) {
    print_help(line->help ? std::cout : std::cerr);
    return static_cast<int>(line->help ? Exit::Yes : Exit::Usage);
  }
  if (line->help) {
    print_help(std::cout, *line->verb);
    return static_cast<int>(Exit::Yes);
  }
  line->arguments.language = language_of_user();
  settle_paths(line->arguments);
  const Exit exit = line->verb->run(line->arguments);
  if (!std::cout.flush()) {  // a full disk behind a redirection
    std::cerr << "sekishoctl: cannot write the output\n";
    return static_cast<int>(Exit::Unreachable);
  }
  return static_cast<int>(exit);
}

}  // namespace

std::span<const Verb> verbs() {
  return kVerbs;
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
