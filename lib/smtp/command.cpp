// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/command.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace sekisho::smtp {
namespace {

using Parsed = tl::expected<Command, Refusal>;
using Checked = tl::expected<void, Refusal>;

constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestEnvid = 100;
constexpr std::size_t kLongestOrcpt = 500;
constexpr std::size_t kLongestSize = 20;

tl::unexpected<Refusal> refuse(Status status, std::string text) {
  return tl::unexpected<Refusal>{Refusal{status, std::move(text)}};
}
tl::unexpected<Refusal> bad_parameter(std::string_view keyword) {
  return refuse({501, 5, 4}, "bad parameter " + std::string{keyword});
}

std::string upper(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return made;
}

/// A domain or something between brackets: it is said in records, never resolved or passed on.
bool is_hello_name(std::string_view name) {
  static constexpr std::string_view kOthers = "-._:[]";
  return !name.empty() && name.size() <= kLongestName && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

struct Parameter {
  std::string keyword;
  std::string_view value;
  bool has_value = false;
};

/// The path up to its closing bracket, and the parameters behind it: exactly one blank before each.
struct Split {
  std::string_view path;
  std::vector<Parameter> parameters;
};
tl::expected<Split, Refusal> split(std::string_view text) {
  std::size_t end = 0;
  bool quoted = false;
  for (; end < text.size() && (quoted || text[end] != '>'); ++end) {
    if (text[end] == '\\' && quoted) {
      ++end;
    } else if (text[end] == '"') {
      quoted = !quoted;
    }
  }
  if (end >= text.size() || text.front() != '<') {
    return refuse({501, 5, 2}, "path not in angle brackets");
  }
  Split made{text.substr(0, end + 1), {}};
  std::set<std::string> seen;
  for (text.remove_prefix(end + 1); !text.empty();) {
    if (text.front() != ' ') {
      return refuse({501, 5, 2}, "malformed parameters");
    }
    text.remove_prefix(1);
    const std::string_view word = text.substr(0, text.find(' '));
    const std::size_t sign = word.find('=');
    Parameter parameter{upper(word.substr(0, sign)),
                        sign == std::string_view::npos ? "" : word.substr(sign + 1),
                        sign != std::string_view::npos};
    if (parameter.keyword.empty() || !seen.insert(parameter.keyword).second) {
      return refuse({501, 5, 4},
                    parameter.keyword.empty() ? "malformed parameters" : "parameter said twice");
    }
    made.parameters.push_back(std::move(parameter));
    text.remove_prefix(word.size());
  }
  return made;
}

Checked read(const Parameter& parameter, const Features& offered, MailOptions& options) {
  const auto& [keyword, value, has_value] = parameter;
  if (keyword == "SIZE") {
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(value.begin(), value.end(), size);
    if (error != std::errc{} || end != value.end() || value.size() > kLongestSize) {
      return bad_parameter(keyword);
    }
    options.size = size;
    return {};
  }
  if (keyword == "BODY") {
    options.eight_bit = upper(value) == "8BITMIME";
    return options.eight_bit || upper(value) == "7BIT" ? Checked{} : bad_parameter(keyword);
  }
  if (keyword == "SMTPUTF8" && offered.utf8) {
    options.utf8 = true;
    return has_value ? bad_parameter(keyword) : Checked{};
  }
  if (keyword == "RET" && offered.dsn) {
    const std::string word = upper(value);
    options.ret = word == "FULL" ? MailOptions::Return::Full : MailOptions::Return::Headers;
    return word == "FULL" || word == "HDRS" ? Checked{} : bad_parameter(keyword);
  }
  if (keyword == "ENVID" && offered.dsn) {
    options.envid = value;
    return is_xtext(value) && value.size() <= kLongestEnvid ? Checked{} : bad_parameter(keyword);
  }
  return refuse({555, 5, 4}, "unknown parameter");
}

Checked read_notify(std::string_view value, RcptOptions& options) {
  static constexpr std::array<std::pair<std::string_view, RcptOptions::Notify>, 4> kWords{
      {{"NEVER", RcptOptions::kNever},
       {"SUCCESS", RcptOptions::kSuccess},
       {"FAILURE", RcptOptions::kFailure},
       {"DELAY", RcptOptions::kDelay}}};
  while (true) {
    const std::size_t comma = value.find(',');
    const std::string word = upper(value.substr(0, comma));
    const auto* found = std::ranges::find(kWords, std::string_view{word},
                                          &std::pair<std::string_view, RcptOptions::Notify>::first);
    if (found == kWords.end() || (options.notify & found->second) != 0) {
      return bad_parameter("NOTIFY");
    }
    options.notify = static_cast<std::uint8_t>(options.notify | found->second);
    if (comma == std::string_view::npos) {
      break;
    }
    value.remove_prefix(comma + 1);
  }
  const bool alone = options.notify == RcptOptions::kNever;
  return (options.notify & RcptOptions::kNever) == 0 || alone ? Checked{} : bad_parameter("NOTIFY");
}

Checked read(const Parameter& parameter, const Features& offered, RcptOptions& options) {
  if (parameter.keyword == "NOTIFY" && offered.dsn) {
    return read_notify(parameter.value, options);
  }
  if (parameter.keyword == "ORCPT" && offered.dsn) {
    const std::string_view value = parameter.value;
    const std::size_t sign = value.find(';');
    const std::string_view type = value.substr(0, sign);
    const bool plain = is_hello_name(type) && sign != std::string_view::npos &&
                       is_xtext(value.substr(sign + 1)) && value.size() <= kLongestOrcpt;
    options.orcpt = value;
    return plain ? Checked{} : bad_parameter("ORCPT");
  }
  return refuse({555, 5, 4}, "unknown parameter");
}

template <typename Options>
Checked read_all(const Split& parts, const Features& offered, Options& options) {
  for (const Parameter& parameter : parts.parameters) {
    if (auto done = read(parameter, offered, options); !done) {
      return done;
    }
  }
  return {};
}

Parsed parse_mail(std::string_view rest, const Features& offered) {
  if (upper(rest.substr(0, 5)) != "FROM:") {
    return refuse({501, 5, 4}, "MAIL FROM:<…> is expected");
  }
  const auto parts = split(rest.substr(5));
  if (!parts) {
    return tl::unexpected{parts.error()};
  }
  command::Mail mail;
  if (auto done = read_all(*parts, offered, mail.options); !done) {
    return tl::unexpected{std::move(done).error()};
  }
  auto path = parse_reverse_path(parts->path, mail.options.utf8);
  if (!path) {
    return refuse({553, 1, 7}, path.error().text());
  }
  mail.sender = *std::move(path);
  return mail;
}

Parsed parse_rcpt(std::string_view rest, const Features& offered) {
  if (upper(rest.substr(0, 3)) != "TO:") {
    return refuse({501, 5, 4}, "RCPT TO:<…> is expected");
  }
  const auto parts = split(rest.substr(3));
  if (!parts) {
    return tl::unexpected{parts.error()};
  }
  auto path = parse_forward_path(parts->path, offered.utf8);
  if (!path) {
    return refuse({553, 1, 3}, path.error().text());
  }
  command::Rcpt rcpt{*std::move(path), {}};
  if (auto done = read_all(*parts, offered, rcpt.options); !done) {
    return tl::unexpected{std::move(done).error()};
  }
  return rcpt;
}

template <typename T>
Parsed without_argument(std::string_view verb, std::string_view rest) {
  return rest.empty() ? Parsed{T{}} : refuse({501, 5, 4}, std::string{verb} + " has no argument");
}

}  // namespace

tl::expected<Command, Refusal> parse_command(std::string_view line, const Features& offered) {
  const std::size_t blank = line.find(' ');
  const std::string verb = upper(line.substr(0, blank));
  const std::string_view rest = blank == std::string_view::npos ? "" : line.substr(blank + 1);
  if (verb == "EHLO" || verb == "HELO") {
    return is_hello_name(rest) ? Parsed{command::Hello{std::string{rest}, verb == "EHLO"}}
                               : refuse({501, 5, 4}, "a domain is expected");
  }
  if (verb == "MAIL") {
    return parse_mail(rest, offered);
  }
  if (verb == "RCPT") {
    return parse_rcpt(rest, offered);
  }
  if (verb == "DATA") {
    return without_argument<command::Data>(verb, rest);
  }
  if (verb == "RSET") {
    return without_argument<command::Reset>(verb, rest);
  }
  if (verb == "QUIT") {
    return without_argument<command::Quit>(verb, rest);
  }
  if (verb == "STARTTLS" && offered.starttls) {
    return without_argument<command::StartTls>(verb, rest);
  }
  if (verb == "NOOP") {
    return command::Noop{};
  }
  // known to the standards and never offered: to no client, so that none finds a way around
  static constexpr std::array<std::string_view, 12> kNever{
      "VRFY", "EXPN", "ETRN",    "TURN",     "ATRN",     "AUTH",
      "BDAT", "BURL", "XCLIENT", "XFORWARD", "STARTTLS", "HELP"};
  return refuse({static_cast<std::uint16_t>(
                     std::ranges::find(kNever, std::string_view{verb}) == kNever.end() ? 500 : 502),
                 5, 1},
                "command not implemented");
}

}  // namespace sekisho::smtp
