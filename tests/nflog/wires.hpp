// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Two throw-away namespaces, "fw" with rules that mark, log and drop, and "peer" that sends to it;
/// and a source that reads fw's log.

#include "nflog/source.hpp"
#include "support/netns.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::nflog {

inline constexpr std::uint16_t kGroup = 5;
inline constexpr int kPatience = 10'000;  // milliseconds

/// Two namespaces: "fw" with the rules and two wires to "peer" (w0 there is p0, w1 is p1).
inline constexpr const char* kRules = R"(
  table inet t {
    chain input {
      type filter hook input priority 0; policy accept;
      icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, mld2-listener-report } accept
      iifname "w0" meta mark set 0x00020106 log group 5 snaplen 128 queue-threshold 1 drop
    }
    chain raw {
      type filter hook prerouting priority 0; policy accept;
      udp dport 4000 meta mark set 0x00000400 log group 5 snaplen 128 queue-threshold 1 drop
      ip frag-off & 0x3fff != 0 meta mark set 0x00000401 log group 5 snaplen 128 queue-threshold 1 drop
      exthdr frag exists meta mark set 0x00000402 log group 5 snaplen 128 queue-threshold 1 drop
    }
    chain forward {
      type filter hook forward priority 0; policy accept;
      meta mark set 0x00030201 log group 5 snaplen 128 queue-threshold 1 drop
    }
    chain output {
      type filter hook output priority 0; policy accept;
      udp dport 9999 meta mark set 0x00000999 log group 5 snaplen 128 queue-threshold 1 drop
      udp dport 9998 meta mark set 0x00000998 log group 6 snaplen 128 queue-threshold 20 drop
      udp dport 9996 meta mark set 0x00000996 log group 5 queue-threshold 1 drop
      udp dport 9997 log group 5 snaplen 128 queue-threshold 1 drop
    }
  }
  table netdev n {
    chain ingress {
      type filter hook ingress device "w0" priority 0; policy accept;
      udp dport 5000 meta mark set 0x00000500 log group 5 snaplen 128 queue-threshold 1 drop
      ether type arp arp operation reply meta mark set 0x00000501 log group 5 snaplen 128 queue-threshold 1 drop
    }
  }
)";

class KernelLog : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::can_make_namespaces()) {
      GTEST_SKIP() << "needs root for network namespaces";
    }
    fw_.emplace(testing::NetNs::create());
    peer_.emplace(testing::NetNs::create());
    wire("w0", "p0", "02:00:00:00:00:01", "02:00:00:00:00:02");
    wire("w1", "p1", "02:00:00:00:01:01", "02:00:00:00:01:02");
    fw_->sh(
        "ip addr add 10.0.0.1/24 dev w0; ip addr add 10.0.1.1/24 dev w1;"
        "ip addr add fd00::1/64 dev w0 nodad; ip addr add fd00:1::1/64 dev w1 nodad;"
        "ip neigh add 10.0.1.2 lladdr 02:00:00:00:01:02 dev w1;"
        "ip neigh add fd00:1::2 lladdr 02:00:00:00:01:02 dev w1;"
        "echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding");
    peer_->sh(
        "ip addr add 10.0.0.2/24 dev p0; ip addr add fd00::2/64 dev p0 nodad;"
        "ip neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev p0;"
        "ip neigh add fd00::1 lladdr 02:00:00:00:00:01 dev p0;"
        "ip route add 10.0.1.0/24 via 10.0.0.1; ip route add fd00:1::/64 via fd00::1");
    fw_->sh(std::string{"nft -f - <<'E'\n"} + kRules + "\nE");
    open();
  }

  void wire(const std::string& here, const std::string& there, const std::string& mac,
            const std::string& peer_mac) const {
    fw_->sh("ip link add " + here + " address " + mac + " type veth peer name " + there +
            " address " + peer_mac + " netns " + peer_->path() + "; ip link set " + here + " up");
    peer_->sh("ip link set " + there + " up");
  }

  void open() {
    fw_->run([this] {
      auto opened = Source::open(kGroup);
      ASSERT_TRUE(opened) << opened.error().text();
      source_.emplace(*std::move(opened));
      w0_ = ::if_nametoindex("w0");
      w1_ = ::if_nametoindex("w1");
    });
  }

  /// Waits until `enough` says that all is there; what came until then.
  std::vector<Drop> wait(const std::function<bool(const std::vector<Drop>&)>& enough) {
    std::vector<Drop> drops;
    while (!enough(drops)) {
      pollfd waiting{source_->fd(), POLLIN, 0};
      if (::poll(&waiting, 1, kPatience) != 1) {
        ADD_FAILURE() << "no more records; there were " << drops.size();
        break;
      }
      const auto read = source_->read([&](const Drop& drop) { drops.push_back(drop); }, 1000);
      EXPECT_TRUE(read) << read.error().text();
    }
    return drops;
  }
  std::vector<Drop> wait(std::size_t count) {
    return wait([count](const std::vector<Drop>& drops) { return drops.size() >= count; });
  }
  /// The next drop with this word; others (the stack's own chatter) are passed over.
  Drop next(std::uint32_t word) {
    const auto is = [word](const Drop& drop) { return drop.word == word; };
    const auto drops = wait([&](const auto& all) { return std::ranges::any_of(all, is); });
    const auto found = std::ranges::find_if(drops, is);
    return found == drops.end() ? Drop{} : *found;
  }

  /// What peer's p0 sends to fw: word, addresses and protocol stay to be filled in.
  [[nodiscard]] Drop from_peer(std::uint32_t word, int family) const {
    Drop drop;
    drop.word = word;
    drop.in = w0_;
    drop.src_mac = net::Mac::parse("02:00:00:00:00:02");
    drop.src = *net::Address::parse(family == AF_INET ? "10.0.0.2" : "fd00::2");
    return drop;
  }

  /// One Python program with scapy on peer's p0; `expression` is a list of packets without their
  /// Ethernet header.
  void scapy(const std::string& expression) const {
    peer_->sh(
        "/usr/bin/python3 - <<'E'\nfrom scapy.all import *\nconf.verb = 0\n"
        "frame = Ether(src='02:00:00:00:00:02', dst='02:00:00:00:00:01')\n"
        "sendp([frame / packet for packet in " +
        expression + "], iface='p0')\nE");
  }

  std::optional<testing::NetNs> fw_;
  std::optional<testing::NetNs> peer_;
  std::optional<Source> source_;
  std::uint32_t w0_ = 0;
  std::uint32_t w1_ = 0;
};

/// Sends datagrams from this thread's namespace; whether rules drop them does not matter.
inline void send_udp(std::uint16_t port, int count, std::size_t size = 1) {
  const UniqueFd fd{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  ASSERT_EQ(::inet_pton(AF_INET, "10.0.1.2", &to.sin_addr), 1);
  const std::string content(size, 'x');
  for (int i = 0; i < count; ++i) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the socket interface
    (void)::sendto(fd.get(), content.data(), size, 0, reinterpret_cast<const sockaddr*>(&to),
                   sizeof to);
  }
}

}  // namespace sekisho::nflog
