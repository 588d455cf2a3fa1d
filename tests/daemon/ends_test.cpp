// SPDX-License-Identifier: GPL-3.0-or-later
// From the commit, or the instant, that ends a permit on: not one packet of what was established,
// in either direction and family.
#include "daemon/ends.hpp"
#include "clock.hpp"
#include "daemon_lab.hpp"

#include <thread>

namespace sekisho::testing {
namespace {

using std::chrono::system_clock;
using ::testing::Each;
using ::testing::Gt;

/// As `eltax`, for both families and all that a specific flow may be for.
std::string everything(system_clock::time_point until) {
  return R"([[specific_flow]]
id = "eltax"
from = { zone = "lgwan-office", hosts = ["10.20.3.4", "fd00:20::3:4"] }
to = { zone = "jumin", hosts = ["10.10.1.5", "fd00:10::1:5"] }
services = ["tcp/443", "udp/443", "sctp/443", "icmp/echo-request", "icmpv6/echo-request"]
applicant = "tax"
approver = "ciso"
approved = 2026-10-01
purpose = "tax"
valid_until = )" +
         daemon::utc_text(std::chrono::floor<std::chrono::seconds>(until)) + "\n";
}

class PermitsThatEnd : public DaemonLab {
 protected:
  /// Begins with the permit and one connection of each kind and family, which carry.
  void establish(system_clock::time_point until) {
    begin(kZones + everything(until));
    const NetNs& from = city_->host("lg0");
    const NetNs& to = city_->host("mn0");
    for (const Ends::Kind kind :
         {Ends::Kind::Tcp, Ends::Kind::Udp, Ends::Kind::Echo, Ends::Kind::Sctp}) {
      ends_.push_back(Ends::make(kind, {from, "10.20.3.4", to, "10.10.1.5"}));
      ASSERT_TRUE(ends_.back()->talk()) << static_cast<int>(kind) << daemon_->log();
      ends_.push_back(Ends::make(kind, {from, "fd00:20::3:4", to, "fd00:10::1:5"}));
      ASSERT_TRUE(ends_.back()->talk()) << static_cast<int>(kind) << daemon_->log();
    }
    ASSERT_THAT(Ends::passing(ends_), Each(Gt(0U)));
  }
  void expect_silence() const { EXPECT_THAT(Ends::passing(ends_), Each(0U)) << daemon_->log(); }

  std::vector<std::unique_ptr<Ends>> ends_;
};

constexpr std::chrono::hours kLong{240};

TEST_F(PermitsThatEnd, NothingPassesAfterARevocation) {
  establish(system_clock::now() + kLong);

  ASSERT_EQ(daemon_->ctl("revoke eltax").exit_code, 0);

  expect_silence();
}

TEST_F(PermitsThatEnd, NothingPassesAfterAReloadWithoutThePermit) {
  establish(system_clock::now() + kLong);

  ASSERT_EQ(daemon_->apply(kZones).exit_code, 0);

  expect_silence();
}

TEST_F(PermitsThatEnd, NothingPassesAfterALockdownOfOneSide) {
  establish(system_clock::now() + kLong);

  ASSERT_EQ(daemon_->ctl("lockdown my_number").exit_code, 0);

  expect_silence();
}

TEST_F(PermitsThatEnd, NothingPassesFromTheEndOnThoughTheDaemonIsDead) {
  const auto until =
      std::chrono::ceil<std::chrono::seconds>(system_clock::now()) + std::chrono::seconds{8};
  establish(until);
  daemon_->kill();
  for (const auto& ends : ends_) {
    ASSERT_TRUE(ends->talk());
  }
  ASSERT_LT(system_clock::now(), until) << "the machine is too slow for this end";

  std::this_thread::sleep_until(until);

  expect_silence();
}

}  // namespace
}  // namespace sekisho::testing
