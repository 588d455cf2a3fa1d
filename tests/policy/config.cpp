// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include <algorithm>

namespace sekisho::policy::test {

using testing::ElementsAre;
using testing::IsEmpty;

Instant now() {
  using namespace std::chrono;
  return sys_days{year{2026} / 11 / 23} + hours{15};
}

std::string good_config() {
  return R"(version = 1

[appliance]
name = "boundary"
model = "alpha"
language = "en"

[[zone]]
name = "jumin"
class = "my_number"
interfaces = ["mn0"]
networks = ["10.10.0.0/16", "fd00:10::/48"]

[[zone]]
name = "office"
class = "lgwan"
interfaces = ["lg0"]
networks = ["10.20.0.0/16", "fd00:20::/48"]

[[zone]]
name = "inet"
class = "internet"
interfaces = ["in0"]
networks = ["10.30.0.0/16", "fd00:30::/48"]

[[zone]]
name = "cloud"
class = "security_cloud"
interfaces = ["sc0"]
networks = ["0.0.0.0/0", "::/0"]
gateways = ["203.0.113.1", "2001:db8:c::1"]

[management]
interfaces = ["mgmt0"]
networks = ["10.99.0.0/24"]
services = ["tcp/22"]

[[system]]
name = "tax"
zone = "jumin"
addresses = ["10.10.1.5"]
macs = ["02:00:00:0a:01:05"]

[[flow]]
id = "web"
from = { zone = "inet" }
to = { zone = "cloud" }
services = ["tcp/443"]
purpose = "browsing"

[[specific_flow]]
id = "eltax"
from = { zone = "office", hosts = ["10.20.3.4"] }
to = { system = "tax" }
services = ["tcp/8443"]
purpose = "tax returns"
applicant = "sato"
approver = "suzuki"
approved = 2026-03-20
valid_from = 2026-04-01T00:00:00+09:00
valid_until = 2027-03-31T23:59:59+09:00

[[exchange]]
id = "mail-in"
kind = "mail"
from = { zone = "cloud", hosts = ["203.0.113.25"] }
to = { zone = "office", hosts = ["10.20.0.25"] }
services = ["tcp/25"]
purpose = "mail"
applicant = "tanaka"
approver = "takahashi"
approved = 2026-03-21
valid_until = 2027-03-30T23:59:59+09:00

[[self_flow]]
id = "ntp"
to = { zone = "cloud", hosts = ["203.0.113.123"] }
services = ["udp/123"]
purpose = "clock"
)";
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos || text.find(from, at + 1) != std::string::npos) {
    ADD_FAILURE() << "the config does not hold exactly one \"" << from << '"';
    return text;
  }
  return text.replace(at, from.size(), to);
}

std::string place(std::string_view text, std::string_view needle) {
  const std::size_t at = text.rfind(needle);
  if (at == std::string_view::npos) {
    ADD_FAILURE() << "the config does not hold \"" << needle << '"';
    return {};
  }
  const std::string_view before = text.substr(0, at);
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::string_view in_line = before.substr(before.rfind('\n') + 1);
  const auto column = 1 + std::ranges::count_if(in_line, [](char c) {
                        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
                      });
  return std::to_string(line) + ":" + std::to_string(column);
}

Parsed parsed(const std::string& text) {
  return parsed_files({text});
}

Parsed parsed_files(const std::vector<std::string>& texts) {
  std::vector<Source> sources;
  for (const std::string& text : texts) {
    const std::string name =
        sources.empty() ? "sekisho.toml" : "conf.d/" + std::to_string(sources.size()) + ".toml";
    sources.push_back({name, text});
  }
  return parse(sources, Language::En, now());
}

Policy policy_in(const std::string& text, Instant at) {
  auto made = parse({{"x.toml", text}}, Language::En, at);
  if (!made.policy) {
    throw std::runtime_error{made.errors.front().str("error")};
  }
  return *std::move(made.policy);
}

std::vector<std::string> errors_of(const Parsed& parsed) {
  std::vector<std::string> lines;
  for (const Diagnostic& error : parsed.errors) {
    lines.push_back(error.str("error"));
  }
  return lines;
}

std::vector<std::string> warnings_of(const Parsed& parsed) {
  std::vector<std::string> lines;
  for (const Diagnostic& warning : parsed.warnings) {
    lines.push_back(warning.str("warning"));
  }
  return lines;
}

void expect_error(const std::string& text, std::string_view needle, const std::string& message) {
  const Parsed result = parsed(text);

  EXPECT_THAT(errors_of(result),
              ElementsAre("sekisho.toml:" + place(text, needle) + ": error: " + message));
  EXPECT_FALSE(result.policy);
}

void expect_warning(const std::string& text, std::string_view needle, const std::string& message) {
  const Parsed result = parsed(text);

  EXPECT_THAT(errors_of(result), IsEmpty());
  EXPECT_THAT(warnings_of(result),
              ElementsAre("sekisho.toml:" + place(text, needle) + ": warning: " + message));
}

void expect_good(const std::string& text) {
  const Parsed result = parsed(text);

  EXPECT_THAT(errors_of(result), IsEmpty());
  EXPECT_TRUE(result.policy);
}

}  // namespace sekisho::policy::test
