// SPDX-License-Identifier: GPL-3.0-or-later
// From the commit, or the instant, that ends a permit on: not one packet of what was established,
// in either direction.
#include "clock.hpp"
#include "daemon_lab.hpp"
#include "support/sockets.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>

#include <array>
#include <thread>

namespace sekisho::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr int kBurst = 200;
/// Longer than TCP's first retransmission.
constexpr milliseconds kWatched{600};

/// One established connection of which the test holds both ends.
class Ends {
 public:
  Ends(int type, const NetNs& client_ns, const SocketAddress& client, const NetNs& server_ns,
       const SocketAddress& server)
      : type_{type} {
    client_ns.run([&] { client_ = bound(client, type); });
    server_ns.run([&] { server_ = bound(server, type); });
    if (type == SOCK_DGRAM) {
      connect(client_, server);
      connect(server_, client);
    } else {
      EXPECT_EQ(::listen(server_.get(), 1), 0);
      connect(client_, server);
      server_.reset(::accept4(server_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    }
  }

  /// A byte goes through, first from the client and then to it.
  [[nodiscard]] bool talk() const { return passes(client_, server_) && passes(server_, client_); }

  /// Packets that come out at either end while both ends send bursts. Those that came before do
  /// not count.
  [[nodiscard]] std::uint64_t passing() const {
    (void)drained(client_);
    (void)drained(server_);
    const std::uint64_t before = type_ == SOCK_STREAM ? segments() : 0;
    for (int i = 0; i < kBurst; ++i) {
      send(client_);
      send(server_);
    }
    std::this_thread::sleep_for(kWatched);  // what is watched for is that nothing happens
    return type_ == SOCK_STREAM ? segments() - before : drained(client_) + drained(server_);
  }

 private:
  static void send(const UniqueFd& fd) {
    (void)::send(fd.get(), "?", 1, MSG_NOSIGNAL | MSG_DONTWAIT);  // nobody need take it
  }
  static bool passes(const UniqueFd& from, const UniqueFd& to) {
    (void)drained(to);
    send(from);
    pollfd one{to.get(), POLLIN, 0};
    return ::poll(&one, 1, 2000) == 1 && drained(to) > 0;
  }
  /// How many reads it took to empty what lies there: of datagrams, their number.
  static std::uint64_t drained(const UniqueFd& fd) {
    std::array<char, 16> bytes{};
    std::uint64_t reads = 0;
    while (::recv(fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) {
      ++reads;
    }
    return reads;
  }
  /// That TCP was handed at both ends, bare acknowledgements too.
  [[nodiscard]] std::uint64_t segments() const { return segments(client_) + segments(server_); }
  static std::uint64_t segments(const UniqueFd& fd) {
    tcp_info info{};
    socklen_t length = sizeof info;
    EXPECT_EQ(::getsockopt(fd.get(), IPPROTO_TCP, TCP_INFO, &info, &length), 0);
    return info.tcpi_segs_in;
  }

  int type_;
  UniqueFd client_;
  UniqueFd server_;
};

class PermitsThatEnd : public DaemonLab {
 protected:
  /// Begins with the permit and one connection of each kind, which carry.
  void establish(system_clock::time_point until) {
    begin(kZones + eltax(daemon::utc_text(std::chrono::floor<std::chrono::seconds>(until))));
    for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
      ends_.emplace_back(type, city_->host("lg0"), resolve("10.20.3.4", 40'000), city_->host("mn0"),
                         resolve("10.10.1.5", 443));
      ASSERT_TRUE(ends_.back().talk()) << daemon_->log();
      ASSERT_GT(ends_.back().passing(), 0U);
    }
  }
  void expect_silence() const {
    for (const Ends& ends : ends_) {
      EXPECT_EQ(ends.passing(), 0U) << daemon_->log();
    }
  }

  std::vector<Ends> ends_;
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
  ASSERT_TRUE(ends_.front().talk() && ends_.back().talk());
  ASSERT_LT(system_clock::now(), until) << "the machine is too slow for this end";

  std::this_thread::sleep_until(until);

  expect_silence();
}

}  // namespace
}  // namespace sekisho::testing
