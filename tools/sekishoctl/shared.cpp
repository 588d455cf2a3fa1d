// SPDX-License-Identifier: GPL-3.0-or-later
#include "verbs.hpp"

#include "base/escape.hpp"
#include "control/client.hpp"
#include "state/config_files.hpp"

#include <boost/json.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>

namespace sekisho::ctl {
namespace {

std::string text_of(const std::tm& parts, const char* format) {
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

}  // namespace

std::optional<std::string> Arguments::value(std::string_view option) const {
  const auto found = options.find(option);
  return found == options.end() ? std::nullopt : std::optional{found->second};
}

std::string utf8(const std::string& text) {
  return is_utf8(text) ? text : escaped(text);
}

Language language_of_user() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
    if (value != nullptr && *value != '\0') {
      return std::string_view{value}.starts_with("ja") ? Language::Ja : Language::En;
    }
  }
  return Language::En;
}

policy::Instant now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string local_time(policy::Instant instant) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(instant);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return text_of(parts, "%Y-%m-%d %H:%M:%S");
}

std::string utc_text(policy::Instant instant) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(instant);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return text_of(parts, "%Y-%m-%dT%H:%M:%SZ");
}

Result<policy::Parsed> load(const Arguments& arguments) {
  const auto sources = state::read_config(arguments.file());
  if (!sources) {
    return fail(sources.error());
  }
  return policy::parse(*sources, arguments.language, now());
}

Exit failed(const Arguments& arguments, const std::string& why, Exit exit) {
  if (arguments.json) {
    std::cout << boost::json::serialize(boost::json::object{{"ok", false}, {"error", utf8(why)}})
              << '\n';
  } else {
    std::cerr << "sekishoctl: " << why << '\n';
  }
  return exit;
}

Exit usage(bool json, std::string_view verb, const std::string& why) {
  std::cerr << "sekishoctl: " << why << "\nsekishoctl " << verb << (verb.empty() ? "" : " ")
            << "--help tells more\n";
  if (json) {
    std::cout << boost::json::serialize(boost::json::object{{"ok", false}, {"error", utf8(why)}})
              << '\n';
  }
  return Exit::Usage;
}

void print_diagnostics(const policy::Parsed& parsed) {
  for (const policy::Diagnostic& error : parsed.errors) {
    std::cerr << error.str("error") << '\n';
  }
  for (const policy::Diagnostic& warning : parsed.warnings) {
    std::cerr << warning.str("warning") << '\n';
  }
}

boost::json::array diagnostics_json(const std::vector<policy::Diagnostic>& diagnostics) {
  boost::json::array rows;
  for (const policy::Diagnostic& diagnostic : diagnostics) {
    rows.push_back({{"file", utf8(diagnostic.place.file)},
                    {"line", diagnostic.place.line},
                    {"column", diagnostic.place.column},
                    {"message", utf8(diagnostic.message)},
                    {"clause", diagnostic.clause}});
  }
  return rows;
}

Exit not_valid(const Arguments& arguments, const policy::Parsed& parsed) {
  if (arguments.json) {
    std::cout << boost::json::serialize(
                     boost::json::object{{"ok", false},
                                         {"error", utf8(arguments.file()) + " is not valid"},
                                         {"errors", diagnostics_json(parsed.errors)},
                                         {"warnings", diagnostics_json(parsed.warnings)}})
              << '\n';
  } else {
    print_diagnostics(parsed);
  }
  return Exit::No;
}

Result<control::Answer> ask_quietly(const Arguments& arguments, const control::Request& request) {
  // a policy may be large; what only looks does not take long
  const bool changes = std::holds_alternative<control::Apply>(request) ||
                       std::holds_alternative<control::Reload>(request);
  const std::chrono::seconds deadline{changes ? 120 : 30};
  return control::ask(arguments.runtime_dir + "/control.sock", request, deadline);
}

std::optional<control::Answer> ask(const Arguments& arguments, const control::Request& request) {
  auto answer = ask_quietly(arguments, request);
  if (!answer) {
    failed(arguments, answer.error().text(), Exit::Unreachable);
    return std::nullopt;
  }
  if (answer->kind == control::Answer::Kind::Refused) {
    failed(arguments, refusal_in(*answer), Exit::Unreachable);
    return std::nullopt;
  }
  return *std::move(answer);
}

std::string refusal_in(const control::Answer& answer) {
  const boost::json::object document = document_of(answer);
  const auto* error = document.if_contains("error");
  return error != nullptr && error->is_string() ? std::string{error->as_string()}
                                                : "the daemon refused";
}

boost::json::object document_of(const control::Answer& answer) {
  boost::system::error_code error;
  boost::json::value document = boost::json::parse(answer.json, error);
  return !error && document.is_object() ? std::move(document).as_object() : boost::json::object{};
}

std::optional<std::uint64_t> seconds_in(std::string_view text) {
  static const std::map<std::string_view, std::uint64_t> kUnits{
      {"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86'400}};
  constexpr std::uint64_t kMost = 1ULL << 40U;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto unit = kUnits.find(text.substr(static_cast<std::size_t>(end - text.data())));
  return error == std::errc{} && unit != kUnits.end() && number <= kMost
             ? std::optional{number * unit->second}
             : std::nullopt;
}

}  // namespace sekisho::ctl
