// SPDX-License-Identifier: GPL-3.0-or-later
// From the commit, or the instant, that ends a permit on: not one packet of what was established,
// in either direction.
#include "daemon_lab.hpp"

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <ctime>
#include <thread>

namespace sekisho::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr int kBurst = 200;
/// Longer than TCP's first retransmission.
constexpr milliseconds kWatched{600};

sockaddr_in at(const std::string& address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  EXPECT_EQ(::inet_pton(AF_INET, address.c_str(), &result.sin_addr), 1);
  return result;
}

/// One established connection of which the test holds both ends.
class Ends {
 public:
  Ends(int type, const NetNs& client_ns, const sockaddr_in& client, const NetNs& server_ns,
       const sockaddr_in& server)
      : type_{type} {
    client_ns.run([&] { client_ = bound(client); });
    server_ns.run([&] { server_ = bound(server); });
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
  [[nodiscard]] UniqueFd bound(const sockaddr_in& address) const {
    UniqueFd fd{::socket(AF_INET, type_ | SOCK_CLOEXEC, 0)};
    const int one = 1;
    EXPECT_EQ(::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), 0);
    EXPECT_EQ(::bind(fd.get(), generic(address), sizeof address), 0);
    return fd;
  }
  static const sockaddr* generic(const sockaddr_in& address) {
    return reinterpret_cast<const sockaddr*>(&address);
  }
  static void connect(const UniqueFd& fd, const sockaddr_in& to) {
    EXPECT_EQ(::connect(fd.get(), generic(to), sizeof to), 0);
  }
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

/// A TOML moment.
std::string moment(system_clock::time_point when) {
  const std::time_t seconds = system_clock::to_time_t(when);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string eltax(system_clock::time_point until) {
  return R"([[specific_flow]]
id = "eltax"
from = { zone = "lgwan-office", hosts = ["10.20.3.4"] }
to = { zone = "jumin", hosts = ["10.10.1.5"] }
services = ["tcp/443", "udp/443"]
applicant = "tax"
approver = "ciso"
approved = 2026-10-01
purpose = "eltax"
valid_until = )" +
         moment(until) + "\n";
}

class PermitsThatEnd : public DaemonLab {
 protected:
  /// Begins with the permit and one connection of each kind, which carry.
  void establish(system_clock::time_point until) {
    begin(kZones + eltax(until));
    for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
      const std::uint16_t port = 40'000;
      ends_.emplace_back(type, city_->host("lg0"), at("10.20.3.4", port), city_->host("mn0"),
                         at("10.10.1.5", 443));
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

TEST_F(PermitsThatEnd, NothingPassesAfterALockdownOfEitherSide) {
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
