// SPDX-License-Identifier: GPL-3.0-or-later
// Handles on a real wire between two throw-away namespaces: "w0" here, "p0" there.
#include "sensor/source.hpp"

#include "frames.hpp"
#include "support/netns.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

namespace sekisho::sensor {
namespace {

constexpr int kPatience = 10'000;  // milliseconds
constexpr std::uint32_t kMark = 7;
constexpr Pace::Time kNow{1};

class Handles : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::can_make_namespaces()) {
      GTEST_SKIP() << "needs root for network namespaces";
    }
    here_.emplace(testing::NetNs::create());
    there_.emplace(testing::NetNs::create());
    for (const testing::NetNs* one : {&*here_, &*there_}) {
      one->sh("sysctl -qw net.ipv6.conf.default.disable_ipv6=1");  // no chatter of the stack's own
    }
    here_->sh("ip link add w0 type veth peer name p0 netns " + there_->path() +
              "; ip link set w0 up");
    there_->sh("ip link set p0 up");
  }

  [[nodiscard]] std::optional<Source> open(const std::string& interface) const {
    std::optional<Source> opened;
    here_->run([&] {
      auto source = Source::open(interface, narrow_filter(small_city(), 2), kMark);
      ASSERT_TRUE(source) << source.error().text();
      opened = *std::move(source);
    });
    return opened;
  }
  static void send(const testing::NetNs& from, const char* interface, const Bytes& frame,
                   int times = 1) {
    from.run([&] {
      const UniqueFd fd{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)};
      sockaddr_ll to{};
      to.sll_family = AF_PACKET;
      to.sll_ifindex = static_cast<int>(::if_nametoindex(interface));
      for (int i = 0; i < times; ++i) {
        ASSERT_GT(::sendto(fd.get(), frame.data(), frame.size(), 0,
                           reinterpret_cast<const sockaddr*>(&to), sizeof to),
                  0);
      }
    });
  }
  /// Sights until `enough` holds.
  static std::vector<Sight> read(Source& source,
                                 const std::function<bool(const std::vector<Sight>&)>& enough) {
    std::vector<Sight> sights;
    while (!enough(sights)) {
      pollfd one{source.fd(), POLLIN, 0};
      if (::poll(&one, 1, kPatience) != 1) {
        ADD_FAILURE() << "no more frames; there were " << sights.size();
        break;
      }
      const auto done = source.read([&](const Sight& sight) { sights.push_back(sight); }, kNow);
      EXPECT_TRUE(done) << done.error().text();
    }
    return sights;
  }

  std::optional<testing::NetNs> here_;
  std::optional<testing::NetNs> there_;
};

TEST_F(Handles, ThereIsNoneOfAnInterfaceThatIsMissingOrDown) {
  here_->sh("ip link set w0 down");

  EXPECT_FALSE(open("w0"));
  EXPECT_FALSE(open("nosuch0"));
}

TEST_F(Handles, HearWhatComesInAndNotWhatLeaves) {
  auto source = open("w0");
  ASSERT_TRUE(source);

  send(*here_, "w0", arp("10.0.0.1", "10.0.0.2", "02:00:00:00:00:0a"));
  send(*there_, "p0", arp("10.0.0.2", "10.0.0.1", "02:00:00:00:00:0b"));

  const auto heard = read(*source, [](const auto& all) { return !all.empty(); });
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].sender, mac("02:00:00:00:00:0b"));
}

TEST_F(Handles, HearFramesToOtherHostsAndTags) {
  auto source = open("w0");
  ASSERT_TRUE(source);
  const Bytes inner = ipv4("10.10.0.5", "10.20.0.1", "11", udp(1, 2)) + Bytes(20);

  send(*there_, "p0", ethernet("8100", hex("0007 0800") + inner, kHost, "02:00:00:00:00:77"));

  const auto heard = read(*source, [](const auto& all) { return !all.empty(); });
  EXPECT_TRUE(heard[0].tagged);
  EXPECT_EQ(heard[0].claimed, address("10.10.0.5"));
}

TEST_F(Handles, OfABusyWireHearOnlyWhatMayShowSomething) {
  auto source = open("w0");
  ASSERT_TRUE(source);
  const auto legal = ethernet("0800", ipv4("10.20.3.4", "10.20.0.1", "11", udp(1, 2)) + Bytes(20));
  std::size_t heard = 0;
  while (source->mode() == Pace::Mode::Wide && heard <= 2 * Pace::kBusy) {
    send(*there_, "p0", legal, 1000);
    heard += read(*source, [](const auto& all) { return !all.empty(); }).size();
  }
  ASSERT_EQ(source->mode(), Pace::Mode::Narrow);

  send(*there_, "p0", legal, 1000);
  send(*there_, "p0",
       ethernet("0800", ipv4("10.10.1.5", "10.20.0.1", "11", udp(1, 2)) + Bytes(20)));

  const auto foreign = [](const Sight& sight) { return sight.claimed == address("10.10.1.5"); };
  const auto after =
      read(*source, [&](const auto& all) { return std::ranges::any_of(all, foreign); });
  EXPECT_EQ(after.size(), 1U);
}

TEST_F(Handles, SayThatTheirInterfaceHasGone) {
  auto source = open("w0");
  ASSERT_TRUE(source);

  here_->sh("ip link del w0");

  pollfd one{source->fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&one, 1, kPatience), 1);
  EXPECT_FALSE(source->read([](const Sight&) {}, kNow));
}

}  // namespace
}  // namespace sekisho::sensor
