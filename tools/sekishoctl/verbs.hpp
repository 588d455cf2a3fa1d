// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The verbs of sekishoctl, one file each, and what they share: arguments in, exit code out.

#include "base/result.hpp"
#include "base/words.hpp"
#include "control/requests.hpp"
#include "policy/parse.hpp"

#include <boost/json/fwd.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::ctl {

/// 0 yes or done, 1 the answer is no, 2 usage, 3 the daemon could not be reached or refused.
enum class Exit : int { Yes = 0, No = 1, Usage = 2, Unreachable = 3 };

/// What was asked for, checked against the verb's own row.
struct Arguments {
  bool json = false;
  std::string runtime_dir = "/run/sekisho";
  std::string state_dir = "/var/lib/sekisho";
  std::string config = "/etc/sekisho/sekisho.toml";
  Language language = Language::En;
  std::map<std::string, std::string, std::less<>>
      options;                    ///< of the verb; flags have an empty value
  std::vector<std::string> rest;  ///< behind the options

  [[nodiscard]] bool has(std::string_view option) const { return options.contains(option); }
  [[nodiscard]] std::optional<std::string> value(std::string_view option) const;
  /// The FILE argument, or the config that the daemon uses.
  [[nodiscard]] const std::string& file() const { return rest.empty() ? config : rest.front(); }
};

struct Option {
  std::string_view name;   ///< "--since"
  std::string_view value;  ///< "T"; empty for a flag
  Text help;
};

struct Verb {
  std::string_view name;
  std::string_view arguments;  ///< "[FILE]"
  std::size_t most = 0;        ///< how many of them
  Text help;
  std::span<const Option> options;
  Exit (*run)(const Arguments&);
};

/// Every verb there is.
[[nodiscard]] std::span<const Verb> verbs();

/// The file and its conf.d, read and parsed; prints nothing.
[[nodiscard]] Result<policy::Parsed> load(const Arguments& arguments);
/// JSON is UTF-8; file names and what configs quote need not be, and are escaped then.
[[nodiscard]] std::string utf8(const std::string& text);
/// The language of LANG or LC_ALL.
[[nodiscard]] Language language_of_user();
[[nodiscard]] policy::Instant now();
/// "2026-04-01 08:30:00" in the user's time zone.
[[nodiscard]] std::string local_time(policy::Instant instant);
/// "2026-04-01T08:30:00Z"
[[nodiscard]] std::string utc_text(policy::Instant instant);

/// Without a daemon: what the state dir says was in force, held against the kernel of this network
/// namespace. The document of `verify`.
[[nodiscard]] Result<boost::json::object> verify_alone(const Arguments& arguments);

/// Prints why it did not work, as text on stderr or as {"ok":false,"error":…} on stdout.
Exit failed(const Arguments& arguments, const std::string& why, Exit exit);
/// Wrong arguments: a line on stderr and where to read on; with `json` a document on stdout too.
/// `verb` is empty while there is none.
Exit usage(bool json, std::string_view verb, const std::string& why);
/// Errors and warnings of a config, one line each, on stderr.
void print_diagnostics(const policy::Parsed& parsed);
/// What is wrong with a config that something was to be done with.
Exit not_valid(const Arguments& arguments, const policy::Parsed& parsed);
[[nodiscard]] boost::json::array diagnostics_json(
    const std::vector<policy::Diagnostic>& diagnostics);

/// What the daemon says to a request; nothing when it could not be asked or refused, which has been
/// printed then.
[[nodiscard]] std::optional<control::Answer> ask(const Arguments& arguments,
                                                 const control::Request& request);
/// The same without a word when nobody answers.
[[nodiscard]] Result<control::Answer> ask_quietly(const Arguments& arguments,
                                                  const control::Request& request);
/// Why the daemon refused, from an answer of that kind.
[[nodiscard]] std::string refusal_in(const control::Answer& answer);
/// An answer's document; an empty object when it is none.
[[nodiscard]] boost::json::object document_of(const control::Answer& answer);

/// Has the daemon change what is in force and says what came of it. `name`: what the operator calls
/// the text that the daemon knows as its config file.
Exit change(const Arguments& arguments, const control::Request& request, const std::string& name);
/// The ids behind --break-must-flow, separated by commas.
[[nodiscard]] std::vector<std::string> must_flows_to_break(const Arguments& arguments);
/// "90s", "30m", "2h", "7d" as seconds.
[[nodiscard]] std::optional<std::uint64_t> seconds_in(std::string_view text);

Exit run_apply(const Arguments& arguments);
Exit run_approve(const Arguments& arguments);
Exit run_check(const Arguments& arguments);
Exit run_compile(const Arguments& arguments);
Exit run_confirm(const Arguments& arguments);
Exit run_diff(const Arguments& arguments);
Exit run_dump_tables(const Arguments& arguments);
Exit run_explain(const Arguments& arguments);
Exit run_grant(const Arguments& arguments);
Exit run_history(const Arguments& arguments);
Exit run_lockdown(const Arguments& arguments);
Exit run_message_ids(const Arguments& arguments);
Exit run_permits(const Arguments& arguments);
Exit run_reload(const Arguments& arguments);
Exit run_requests(const Arguments& arguments);
Exit run_revoke(const Arguments& arguments);
Exit run_rollback(const Arguments& arguments);
Exit run_sanitize(const Arguments& arguments);
Exit run_selfcheck(const Arguments& arguments);
Exit run_status(const Arguments& arguments);
Exit run_top(const Arguments& arguments);
Exit run_unlock(const Arguments& arguments);
Exit run_verify(const Arguments& arguments);
Exit run_violations(const Arguments& arguments);

}  // namespace sekisho::ctl
