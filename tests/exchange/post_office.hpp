// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A city with a mail exchange: real clients on the Internet side, real servers on the LGWAN side,
/// and between them the daemon with a sanitizer that leaves its mark (tests/exchange_worker).

#include "support/city.hpp"
#include "support/scratch.hpp"
#include "support/sekishod.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::testing {

inline const std::string kExchange = R"([[exchange]]
id = "mail-in"
kind = "mail"
from = { zone = "cloud", hosts = ["203.0.113.25", "2001:db8:c::25"] }
to = { zone = "lgwan-office", hosts = ["10.20.0.25", "fd00:20::25"] }
services = ["tcp/25"]
purpose = "mail"
applicant = "a"
approver = "b"
approved = 2026-03-20
valid_until = 2027-03-31T23:59:59+09:00
)";

class PostOffice : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  [[nodiscard]] const NetNs& client() const { return city_->host("sc0"); }
  [[nodiscard]] const NetNs& server() const { return city_->host("lg0"); }

  /// Of the scratch folder; empty where there is none.
  [[nodiscard]] std::string file(const std::string& name) const;
  /// Runs a program in a namespace until the test ends.
  void run(const NetNs& where, const std::string& command);
  /// smtp-sink with these options, listening; what it gets is in `mailbox()`.
  void start_sink(const std::string& options = "");
  [[nodiscard]] std::string mailbox() const { return file("box"); }
  /// Postfix of its own in a namespace, until the test ends; its log is `name`/log.
  void start_postfix(const NetNs& where, const std::string& name, const std::string& main_cf);
  /// A self-signed certificate for this name: `name`.crt and `name`.key in the scratch folder.
  void make_certificate(const std::string& name) const;
  /// Puts this in the place of the exchange, by a reload.
  void configure(const std::string& exchange);
  /// A message by swaks, which says it all; its exit code.
  struct Sent {
    int code = -1;
    std::string said;
  };
  [[nodiscard]] Sent send(const std::string& text, const std::string& options = "",
                          bool v6 = false) const;

  [[nodiscard]] bool is_open() const;
  [[nodiscard]] bool opens() const {
    return eventually([this] { return is_open(); }, std::chrono::seconds{30});
  }
  [[nodiscard]] bool shuts() const {
    return eventually([this] { return !is_open(); }, std::chrono::seconds{30});
  }
  [[nodiscard]] pid_t pid_of(const std::string& role) const;
  using Record = Sekishod::Record;
  /// The exchange records so far.
  [[nodiscard]] std::vector<Record> exchanged() const;

  test::Scratch scratch_;
  std::optional<City> city_;
  std::optional<Sekishod> daemon_;

 private:
  std::vector<int> running_;
  std::vector<std::string> stops_;  ///< commands
};

}  // namespace sekisho::testing
