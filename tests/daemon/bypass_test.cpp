// SPDX-License-Identifier: GPL-3.0-or-later
// Ways around the boundary that are not a packet between two zones: whose addresses the appliance
// answers for, what a payload may open, and what a wire that is too narrow says.
#include "daemon_lab.hpp"
#include "support/checksums.hpp"
#include "support/sockets.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace sekisho::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Bytes = std::vector<std::uint8_t>;
constexpr std::array<std::uint8_t, 6> kOwnMac{0x02, 0, 0, 0x1e, 0, 0x02};  // of in0's host

Bytes address_bytes(const std::string& text) {
  const int family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
  Bytes bytes(family == AF_INET ? 4 : 16);
  EXPECT_EQ(::inet_pton(family, text.c_str(), bytes.data()), 1) << text;
  return bytes;
}
void append(Bytes& to, const Bytes& bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

/// "Who has it?" of ARP (RFC 826).
Bytes arp_request(const std::string& source, const std::string& target) {
  Bytes frame(6, 0xff);
  frame.insert(frame.end(), kOwnMac.begin(), kOwnMac.end());
  append(frame, {0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1});
  frame.insert(frame.end(), kOwnMac.begin(), kOwnMac.end());
  append(frame, address_bytes(source));
  append(frame, Bytes(6, 0));
  append(frame, address_bytes(target));
  return frame;
}

/// The same of IPv6 (RFC 4861, section 4.3), to the group of all addresses that end like it.
Bytes neighbour_solicitation(const std::string& source, const std::string& target) {
  const Bytes wanted = address_bytes(target);
  Bytes group = address_bytes("ff02::1:ff00:0");
  std::copy(wanted.end() - 3, wanted.end(), group.end() - 3);
  Bytes message{135, 0, 0, 0, 0, 0, 0, 0};
  append(message, wanted);
  append(message, {1, 1});
  message.insert(message.end(), kOwnMac.begin(), kOwnMac.end());
  const auto length = static_cast<std::uint8_t>(message.size());
  Bytes summed = address_bytes(source);
  append(summed, group);
  append(summed, {0, 0, 0, length, 0, 0, 0, 58});
  append(summed, message);
  const std::uint16_t sum = internet_checksum(summed);
  message[2] = static_cast<std::uint8_t>(sum >> 8U);
  message[3] = static_cast<std::uint8_t>(sum & 0xffU);
  Bytes frame{0x33, 0x33, group[12], group[13], group[14], group[15]};
  frame.insert(frame.end(), kOwnMac.begin(), kOwnMac.end());
  append(frame, {0x86, 0xdd, 0x60, 0, 0, 0, 0, length, 58, 255});
  append(frame, address_bytes(source));
  append(frame, group);
  append(frame, message);
  return frame;
}

class Bypass : public DaemonLab {
 protected:
  void SetUp() override {
    DaemonLab::SetUp();
    if (city_) {
      begin(kZones + flow("ftp", "", "\"tcp/21\", \"tcp/80\""));
      city_->host("in0").run([this] {
        wire_ = UniqueFd{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL))};
        sockaddr_ll at{};
        at.sll_family = AF_PACKET;
        at.sll_protocol = htons(ETH_P_ALL);
        at.sll_ifindex = static_cast<int>(::if_nametoindex("eth0"));
        ASSERT_EQ(::bind(wire_.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
      });
    }
  }
  void put_on_wire(const Bytes& frame) const {
    EXPECT_EQ(::send(wire_.get(), frame.data(), frame.size(), 0),
              static_cast<ssize_t>(frame.size()));
  }
  /// The addresses for which the appliance says that it has them, until it says so of `last`.
  [[nodiscard]] std::vector<std::string> claimed_until(const std::string& last) const {
    std::vector<std::string> all;
    while (all.empty() || all.back() != last) {
      pollfd one{wire_.get(), POLLIN, 0};
      if (::poll(&one, 1, 5000) != 1) {
        ADD_FAILURE() << "no answer for " << last;
        break;
      }
      Bytes frame(2048);
      const ssize_t size = ::recv(wire_.get(), frame.data(), frame.size(), 0);
      frame.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
      if (const std::string address = claim_in(frame); !address.empty()) {
        all.push_back(address);
      }
    }
    return all;
  }

 private:
  static std::string claim_in(const Bytes& frame) {
    const bool arp = frame.size() >= 42 && frame[12] == 0x08 && frame[13] == 0x06;
    const bool v6 = frame.size() >= 78 && frame[12] == 0x86 && frame[20] == 58;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (arp && frame[21] == 2) {
      (void)::inet_ntop(AF_INET, frame.data() + 28, text.data(), text.size());
    } else if (v6 && frame[54] == 136) {
      (void)::inet_ntop(AF_INET6, frame.data() + 62, text.data(), text.size());
    }
    return text.data();
  }

  UniqueFd wire_;
};

TEST_F(Bypass, TheApplianceAnswersForNoAddressOfAnotherWire) {
  for (const char* other : {"10.10.0.1", "10.20.0.1", "203.0.113.2", "10.99.0.1", "10.10.1.5",
                            "198.51.100.80", "10.30.9.9"}) {
    put_on_wire(arp_request("10.30.0.2", other));
  }
  put_on_wire(arp_request("10.20.3.4", "10.30.0.1"));  // a stranger's source
  put_on_wire(arp_request("10.30.0.2", "10.30.0.1"));

  EXPECT_THAT(claimed_until("10.30.0.1"), ::testing::ElementsAre("10.30.0.1"));
  EXPECT_THAT(city_->appliance().output("ip neigh show dev lg0"), IsEmpty());

  for (const char* other : {"fd00:10::1", "fd00:20::1", "2001:db8:c::2", "fd00:10::1:5"}) {
    put_on_wire(neighbour_solicitation("fd00:30::2", other));
  }
  put_on_wire(neighbour_solicitation("fd00:30::2", "fd00:30::1"));

  EXPECT_THAT(claimed_until("fd00:30::1"), ::testing::ElementsAre("fd00:30::1"));
}

TEST_F(Bypass, NoPayloadOpensAPort) {
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 21};
  city_->host("in0").sh(
      "python3 -c \"import socket as s; k=s.create_connection(('198.51.100.80', 21), 5); "
      "k.sendall(b'PORT 10,30,0,2,117,48\\r\\n'); k.recv(64)\"");  // port 30000
  const EchoServer waiting{city_->host("in0"), "10.30.0.2", 30'000};

  EXPECT_FALSE(Connection(city_->host("sc0"), "198.51.100.80", "10.30.0.2", 30'000,
                          Connection::Kind::Tcp, std::chrono::milliseconds{500})
                   .open());

  EXPECT_EQ(city_->appliance().output("cat /proc/thread-self/net/nf_conntrack_expect"), "");
}

TEST_F(Bypass, AWireThatIsTooNarrowIsSaidToSendersOfLiveConnections) {
  city_->appliance().sh("ip link set sc0 mtu 1300");
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 80};
  UniqueFd client;
  city_->host("in0").run([&] {
    client = bound(resolve("10.30.0.2", 0), SOCK_STREAM);
    connect(client, resolve("198.51.100.80", 80));
  });
  const Bytes much(20'000, '?');

  ASSERT_EQ(::send(client.get(), much.data(), much.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(much.size()));

  std::size_t echoed = 0;
  EXPECT_TRUE(eventually([&] {
    Bytes some(much.size());
    const ssize_t size = ::recv(client.get(), some.data(), some.size(), MSG_DONTWAIT);
    echoed += static_cast<std::size_t>(std::max<ssize_t>(size, 0));
    return echoed == much.size();
  })) << echoed;
  EXPECT_THAT(city_->host("in0").output("ip route get 198.51.100.80"), HasSubstr("mtu 1300"));
}

}  // namespace
}  // namespace sekisho::testing
