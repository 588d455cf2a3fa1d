// SPDX-License-Identifier: GPL-3.0-or-later
// Which addresses the appliance answers for on a wire.
#include "daemon_lab.hpp"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <set>

namespace sekisho::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

constexpr int kPatience = 5000;  // milliseconds

/// RFC 826, for IPv4 over Ethernet.
struct [[gnu::packed]] ArpFrame {
  std::array<std::uint8_t, 6> to{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  std::array<std::uint8_t, 6> from{0x02, 0, 0, 0x14, 0x03, 0x04};
  std::uint16_t type = htons(0x0806);
  std::uint16_t hardware = htons(1);
  std::uint16_t protocol = htons(0x0800);
  std::uint8_t hardware_length = 6;
  std::uint8_t protocol_length = 4;
  std::uint16_t operation = htons(ARPOP_REQUEST);
  std::array<std::uint8_t, 6> sender_mac{0x02, 0, 0, 0x14, 0x03, 0x04};
  in_addr sender{};
  std::array<std::uint8_t, 6> target_mac{};
  in_addr target{};
};

class Arp : public DaemonLab {
 protected:
  /// Asks for each address from 10.20.3.4 behind lg0, then for the gateway there; who has answered
  /// by the time that the gateway did, which is asked last.
  [[nodiscard]] std::set<std::string> answering(const std::vector<std::string>& targets) const {
    std::set<std::string> heard;
    city_->host("lg0").run([&] {
      const UniqueFd socket{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(0x0806))};
      for (const std::string& target : targets) {
        ask(socket.get(), target);
      }
      ask(socket.get(), kGateway);
      pollfd one{socket.get(), POLLIN, 0};
      while (!heard.contains(kGateway)) {
        ASSERT_EQ(::poll(&one, 1, kPatience), 1);
        ArpFrame frame;
        if (::recv(socket.get(), &frame, sizeof frame, 0) >= static_cast<ssize_t>(sizeof frame) &&
            frame.operation == htons(ARPOP_REPLY)) {
          heard.insert(::inet_ntoa(frame.sender));  // NOLINT(concurrency-mt-unsafe): one thread
        }
      }
    });
    return heard;
  }

 private:
  static constexpr const char* kGateway = "10.20.0.1";

  static void ask(int socket, const std::string& target) {
    ArpFrame frame;
    ASSERT_EQ(::inet_pton(AF_INET, "10.20.3.4", &frame.sender), 1);
    ASSERT_EQ(::inet_pton(AF_INET, target.c_str(), &frame.target), 1);
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_ifindex = static_cast<int>(::if_nametoindex("eth0"));
    ASSERT_EQ(::sendto(socket, &frame, sizeof frame, 0, reinterpret_cast<const sockaddr*>(&to),
                       sizeof to),
              static_cast<ssize_t>(sizeof frame));
  }
};

TEST_F(Arp, WithoutTheDaemonTheKernelAnswersForAddressesOfOtherWires) {  // guards the test below
  EXPECT_THAT(answering({"10.10.0.1"}), Contains("10.10.0.1"));
}

TEST_F(Arp, NoOtherZonesGatewayIsAnsweredForNorAnyHost) {
  begin(kZones + flow("web", "", "\"tcp/80\""));

  // the gateways of other zones, of management and of nobody; hosts, as a proxy would answer
  EXPECT_THAT(answering({"10.10.0.1", "10.30.0.1", "203.0.113.2", "10.99.0.1", "192.0.2.1",
                         "10.10.1.5", "10.30.0.2", "198.51.100.80"}),
              ElementsAre("10.20.0.1"));
}

}  // namespace
}  // namespace sekisho::testing
