// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The daemon on the appliance of a small city.

#include "support/city.hpp"
#include "support/echo.hpp"
#include "support/sekishod.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace sekisho::testing {

/// Zones of conf/sekisho.toml and management; permits are appended.
inline const std::string kZones = R"(version = 1
[appliance]
name = "boundary-1"
model = "alpha"
language = "en"
[[zone]]
name = "jumin"
class = "my_number"
interfaces = ["mn0"]
networks = ["10.10.0.0/16", "fd00:10::/48"]
organ = "mayor"
[[zone]]
name = "lgwan-office"
class = "lgwan"
interfaces = ["lg0"]
networks = ["10.20.0.0/16", "fd00:20::/48"]
[[zone]]
name = "inet-office"
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
services = ["tcp/22", "tcp/9469", "icmp/echo-request"]
[violations]
window = "200ms"
)";

/// A flow of the Internet zone to the cloud.
inline std::string flow(const std::string& id, const std::string& hosts,
                        const std::string& services, const std::string& purpose = "web") {
  return "[[flow]]\nid = \"" + id +
         "\"\nfrom = { zone = \"inet-office\" }\nto = { zone = \"cloud\"" +
         (hosts.empty() ? "" : ", hosts = [" + hosts + "]") + " }\nservices = [" + services +
         "]\npurpose = \"" + purpose + "\"\n";
}

/// A specific flow between two hosts that ends at this TOML moment.
inline std::string eltax(const std::string& until, const std::string& purpose = "tax") {
  return R"([[specific_flow]]
id = "eltax"
from = { zone = "lgwan-office", hosts = ["10.20.3.4"] }
to = { zone = "jumin", hosts = ["10.10.1.5"] }
services = ["tcp/443", "udp/443"]
applicant = "tax"
approver = "ciso"
approved = 2026-10-01
purpose = ")" +
         purpose + "\"\nvalid_until = " + until + "\n";
}

class DaemonLab : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!can_make_namespaces()) {
      GTEST_SKIP() << "needs root for network namespaces";
    }
    city_.emplace();
    daemon_.emplace(city_->appliance(), built_programs());
  }

  void begin(const std::string& config) {
    daemon_->write_config(config);
    daemon_->start();
    ASSERT_TRUE(daemon_->ready()) << daemon_->log();
  }

  /// Packets by "source>destination reason".
  using Sums = std::map<std::string, std::uint64_t>;

  [[nodiscard]] Sums kernel_sums() const {
    Sums sums;
    const auto status = boost::json::parse(daemon_->ctl("status --json").out);
    for (const auto& row : status.at("drops").as_array()) {
      const std::string key = std::string{row.at("src_zone").as_string()} + ">" +
                              std::string{row.at("dst_zone").as_string()} + " " +
                              std::string{row.at("reason").as_string()};
      sums[key] += row.at("packets").to_number<std::uint64_t>();
    }
    return sums;
  }

  /// Of the events named.
  [[nodiscard]] Sums record_sums(const std::set<std::string>& events = {"violation",
                                                                        "summary"}) const {
    Sums sums;
    for (Sekishod::Record& record : daemon_->records()) {
      if (events.contains(record["SEKISHO_EVENT"])) {
        sums[record["SEKISHO_SRC_ZONE"] + ">" + record["SEKISHO_DST_ZONE"] + " " +
             record["SEKISHO_REASON"]] += std::stoull(record["SEKISHO_COUNT"]);
      }
    }
    return sums;
  }

  /// The sums are equal, and not empty.
  [[nodiscard]] bool balanced() const {
    return eventually([this] {
      const Sums kernel = kernel_sums();
      return !kernel.empty() && kernel == record_sums();
    });
  }
  [[nodiscard]] std::string sums_text() const {
    return ::testing::PrintToString(kernel_sums()) + ::testing::PrintToString(record_sums());
  }

  std::optional<City> city_;
  std::optional<Sekishod> daemon_;
};

}  // namespace sekisho::testing
