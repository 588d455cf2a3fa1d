// SPDX-License-Identifier: GPL-3.0-or-later
// The connection table: as the kernel tells it, and as no kernel would.
#include "kernel/connections.hpp"

#include "kernel/owned.hpp"
#include "net/service.hpp"
#include "support/echo.hpp"
#include "support/netns.hpp"
#include "support/sekishod.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>

namespace sekisho::kernel {
namespace {

using testing::EchoServer;
using testing::NetNs;
using Kind = testing::Connection::Kind;

constexpr std::uint16_t kEntry = NFNL_SUBSYS_CTNETLINK << 8U | IPCTNL_MSG_CT_NEW;

class Tracked : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::can_make_namespaces()) {
      GTEST_SKIP() << "needs root for network namespaces";
    }
    ns_.emplace(NetNs::create());
    ns_->sh(
        "nft 'add table inet t; add chain inet t c { type filter hook output priority 0; }; "
        "add rule inet t c ct state new ct mark set 0x80000007'");
  }

  [[nodiscard]] std::vector<Connection> all() const {
    std::vector<Connection> found;
    ns_->run([&found] {
      const auto listed =
          each_connection([&found](const Connection& one) { found.push_back(one); });
      EXPECT_TRUE(listed) << listed.error().text();
    });
    return found;
  }
  /// Those to a port.
  [[nodiscard]] std::vector<Connection> to(std::uint16_t port, std::uint8_t protocol) const {
    std::vector<Connection> found = all();
    std::erase_if(found, [&](const Connection& one) {
      return one.original.dport != port || one.protocol != protocol;
    });
    return found;
  }

  std::optional<NetNs> ns_;
};

TEST_F(Tracked, AnEmptyTableHasNone) {
  EXPECT_TRUE(all().empty());
}

TEST_F(Tracked, BothFamiliesAndProtocolsAreToldWithTheirMark) {
  for (const char* address : {"127.0.0.1", "::1"}) {
    for (const Kind kind : {Kind::Tcp, Kind::Udp}) {
      const EchoServer server{*ns_, address, 7000};
      testing::Connection connection{*ns_, address, address, 7000, kind};
      ASSERT_TRUE(connection.echoes());
      const std::uint8_t protocol = kind == Kind::Tcp ? net::protocol::kTcp : net::protocol::kUdp;

      auto found = to(7000, protocol);
      std::erase_if(found, [&](const Connection& one) {
        return one.original.dst != *net::Address::parse(address);
      });

      ASSERT_EQ(found.size(), 1U) << address;
      const Connection& one = found.front();
      EXPECT_EQ(one.mark, 0x80000007U);
      EXPECT_FALSE(one.closed);
      EXPECT_EQ(one.original.src, *net::Address::parse(address));
      EXPECT_NE(one.original.sport, 0);
      EXPECT_EQ(one.reply, (Tuple{one.original.dst, one.original.src, one.original.dport,
                                  one.original.sport, 0}));
    }
  }
}

TEST_F(Tracked, TcpThatBothSidesHaveEndedIsClosed) {
  const EchoServer server{*ns_, "127.0.0.1", 7000};
  {
    testing::Connection connection{*ns_, "127.0.0.1", "127.0.0.1", 7000};
    ASSERT_TRUE(connection.echoes());
    ASSERT_FALSE(to(7000, net::protocol::kTcp).front().closed);
  }
  EXPECT_TRUE(testing::eventually([this] {
    const auto found = to(7000, net::protocol::kTcp);
    return !found.empty() && found.front().closed;
  }));
}

TEST_F(Tracked, PingsHaveATypeAndNoPorts) {
  ns_->sh("ping -c 1 -W 2 127.0.0.1 > /dev/null");

  const auto found = all();

  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].protocol, net::protocol::kIcmp);
  EXPECT_EQ(found[0].original.icmp_type, 8);
  EXPECT_EQ(found[0].reply.icmp_type, 0);
  EXPECT_EQ(found[0].original.sport, 0);
  EXPECT_EQ(found[0].original.dport, 0);
}

/// A message of ctnetlink as the kernel writes one; IPv4, TCP, established.
std::vector<std::uint8_t> entry() {
  std::array<char, 1024> buffer{};
  nlmsghdr* header = mnl_nlmsg_put_header(buffer.data());
  header->nlmsg_type = kEntry;
  const nfgenmsg general{AF_INET, NFNETLINK_V0, 0};
  std::memcpy(mnl_nlmsg_put_extra_header(header, sizeof general), &general, sizeof general);
  const auto put_tuple = [header](std::uint16_t type, std::uint32_t src, std::uint32_t dst) {
    nlattr* tuple = mnl_attr_nest_start(header, type);
    nlattr* ip = mnl_attr_nest_start(header, CTA_TUPLE_IP);
    mnl_attr_put_u32(header, CTA_IP_V4_SRC, src);
    mnl_attr_put_u32(header, CTA_IP_V4_DST, dst);
    mnl_attr_nest_end(header, ip);
    nlattr* proto = mnl_attr_nest_start(header, CTA_TUPLE_PROTO);
    mnl_attr_put_u8(header, CTA_PROTO_NUM, net::protocol::kTcp);
    mnl_attr_put_u16(header, CTA_PROTO_SRC_PORT, 0x0102);
    mnl_attr_put_u16(header, CTA_PROTO_DST_PORT, 0x0304);
    mnl_attr_nest_end(header, proto);
    mnl_attr_nest_end(header, tuple);
  };
  put_tuple(CTA_TUPLE_ORIG, 0x0100000a, 0x0200000a);
  put_tuple(CTA_TUPLE_REPLY, 0x0200000a, 0x0100000a);
  nlattr* info = mnl_attr_nest_start(header, CTA_PROTOINFO);
  nlattr* tcp = mnl_attr_nest_start(header, CTA_PROTOINFO_TCP);
  mnl_attr_put_u8(header, CTA_PROTOINFO_TCP_STATE, TCP_CONNTRACK_ESTABLISHED);
  mnl_attr_nest_end(header, tcp);
  mnl_attr_nest_end(header, info);
  mnl_attr_put_u32(header, CTA_MARK, 0x07000080);
  return {buffer.begin(), buffer.begin() + header->nlmsg_len};
}

/// Reads an exact copy on the heap, so that the sanitizer sees every byte read beyond it.
std::size_t read(const std::vector<std::uint8_t>& bytes) {
  const auto copy =
      std::make_unique<std::uint8_t[]>(bytes.size());  // NOLINT(modernize-avoid-c-arrays)
  std::ranges::copy(bytes, copy.get());
  std::size_t understood = 0;
  for (const Message& message : Messages{ByteView{copy.get(), bytes.size()}}) {
    understood += decode_connection(message) ? 1 : 0;
  }
  return understood;
}

TEST(HostileConnections, AWholeEntryIsUnderstood) {  // guards the tests below
  const auto bytes = entry();
  ByteView rest{bytes};

  const auto found = decode_connection(*next_message(rest));

  ASSERT_TRUE(found);
  EXPECT_EQ(found->original.src.str(), "10.0.0.1");
  EXPECT_EQ(found->reply.src.str(), "10.0.0.2");
  EXPECT_EQ(found->mark, 0x80000007U);
  EXPECT_FALSE(found->closed);
}

TEST(HostileConnections, ACutOrChangedEntryIsReadWithinItsBounds) {
  const auto whole = entry();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    std::vector<std::uint8_t> cut{whole.begin(),
                                  whole.begin() + static_cast<std::ptrdiff_t>(length)};
    (void)read(cut);
    if (length >= sizeof(nlmsghdr)) {  // a header that admits the cut
      const auto said = static_cast<std::uint32_t>(length);
      std::memcpy(cut.data(), &said, sizeof said);
      (void)read(cut);
    }
  }
  std::mt19937 random{7};
  std::size_t understood = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = whole;
    for (int changes = 1 + static_cast<int>(random() % 4); changes > 0; --changes) {
      bytes[sizeof(nlmsghdr) + random() % (bytes.size() - sizeof(nlmsghdr))] =
          static_cast<std::uint8_t>(random());
    }
    understood += read(bytes);
  }
  EXPECT_GT(understood, 0U);
  EXPECT_LT(understood, 20'000U);
}

}  // namespace
}  // namespace sekisho::kernel
