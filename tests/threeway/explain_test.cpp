// SPDX-License-Identifier: GPL-3.0-or-later
// The same rows asked of the programs: what `sekishoctl explain` says is what the row says, and so,
// by the tests beside this one, what the kernel does.
#include "support/sekishod.hpp"
#include "threeway/lab_test.hpp"
#include "threeway/rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <fstream>
#include <iterator>

namespace sekisho::threeway {
namespace {

/// Rows that a question about a first packet can put into words.
bool can_be_asked(const Row& row) {
  const Probe& probe = row.probe;
  const bool opens = probe.protocol != 6 || probe.flags == tcp::kSyn;
  return row.stack.empty() && opens && probe.options.empty() && probe.extensions.empty() &&
         probe.split == Split::Whole && probe.hops == 0 && probe.chunk == 1 && !probe.tag &&
         !probe.ether_type && probe.to_mac.empty() && !probe.broken_checksum;
}

std::string question(const Probe& probe, const simulate::Packet& packet) {
  std::string words = "explain --json --src " + probe.src + " --dst " + probe.dst + " --proto " +
                      std::to_string(probe.protocol);
  words += probe.in.empty() ? "" : " --in " + probe.in;
  if (net::has_ports(probe.protocol)) {
    words +=
        " --sport " + std::to_string(packet.sport) + " --dport " + std::to_string(packet.dport);
  }
  words += net::is_icmp(probe.protocol) ? " --type " + std::to_string(probe.type) : "";
  words += packet.src_mac ? " --mac " + packet.src_mac->str() : "";
  return words;
}

std::string answer_in(const std::string& out) {
  boost::system::error_code error;
  const auto document = boost::json::parse(out, error);
  if (error || !document.is_object() || !document.as_object().contains("reason")) {
    return "no answer: " + out;
  }
  const auto text = [&](const char* key) { return std::string{document.at(key).as_string()}; };
  const std::string permit = text("permit") == "-" ? "" : ":" + text("permit");
  const std::string reason = text("reason") == "-" ? "none" : text("reason");  // no decision
  return reason + permit + " " + text("src_zone") + " " + text("dst_zone");
}

class ExplainProgram : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (IsSkipped()) {
      return;
    }
    daemon_.emplace(lab_->appliance(), SEKISHO_BIN);
    std::ifstream file{SEKISHO_SOURCE "/tests/threeway/city.toml"};
    daemon_->write_config({std::istreambuf_iterator<char>{file}, {}});
    daemon_->start();
    ASSERT_TRUE(daemon_->ready()) << daemon_->log();
    const auto relay_is_open = [this] {
      return daemon_->ctl("status --json").out.find(R"("open":true)") != std::string::npos;
    };
    ASSERT_TRUE(testing::eventually(relay_is_open, std::chrono::seconds{30})) << daemon_->log();
  }

  /// How many rows could be asked.
  std::size_t ask(const Rows& rows) {
    std::size_t asked = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Row& row = rows[i];
      simulate::Packet packet;
      if (!can_be_asked(row)) {
        continue;
      }
      lab_->inside([&] { packet = packet_of(row.probe, i, lab_->ends_of(row.probe.in)); });
      const std::string words = question(row.probe, packet);
      const std::string& decision = row.carried.empty() ? row.decision : row.carried;
      EXPECT_EQ(answer_in(daemon_->ctl(words).out), decision) << row.what << "\n" << words;
      ++asked;
    }
    return asked;
  }

  std::optional<testing::Sekishod> daemon_;
};

TEST_F(ExplainProgram, SaysOfEveryRowWhatTheRowSays) {
  const std::size_t asked = ask(crossing_rows()) + ask(permit_rows()) + ask(header_rows()) +
                            ask(address_rows()) + ask(appliance_rows());

  EXPECT_GE(asked, 500U);
}

}  // namespace
}  // namespace sekisho::threeway
