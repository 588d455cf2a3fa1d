// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/service.hpp"

#include <gtest/gtest.h>

namespace sekisho::net {

// Lets GoogleTest name a service in its messages.
static void PrintTo(const Service& service, std::ostream* out) {
  *out << service.str();
}

namespace {

Service service(std::string_view text) {
  const ParsedService parsed = parse_service(text);
  EXPECT_TRUE(parsed.service) << text;
  return parsed.service.value_or(Service{});
}

TEST(NetService, ReadsEveryForm) {
  EXPECT_EQ(service("tcp/443"), (Service{protocol::kTcp, 443, 443}));
  EXPECT_EQ(service("udp/2000-2999"), (Service{protocol::kUdp, 2000, 2999}));
  EXPECT_EQ(service("sctp/1-65535"), (Service{protocol::kSctp, 1, 65535}));
  EXPECT_EQ(service("icmp/echo-request"), (Service{protocol::kIcmp, 8, 8}));
  EXPECT_EQ(service("icmpv6/echo-request"), (Service{protocol::kIcmp6, 128, 128}));
  EXPECT_EQ(service("icmp/13"), (Service{protocol::kIcmp, 13, 13}));
  EXPECT_EQ(service("proto/50"), (Service{50, 0, 0}));
  EXPECT_EQ(service("proto/6"), (Service{protocol::kTcp, 0, 65535}));
  EXPECT_EQ(service("proto/1"), (Service{protocol::kIcmp, 0, 255}));
}

TEST(NetService, SaysWhatIsWrong) {
  const auto fault = [](std::string_view text) {
    const ParsedService parsed = parse_service(text);
    EXPECT_FALSE(parsed.service) << text;
    return parsed.fault;
  };

  for (const std::string_view text :
       {"", "tcp", "http/80", "6/80", "TCP/80", "esp/1", "/80", "300/1"}) {
    EXPECT_EQ(fault(text), ServiceFault::Unknown) << text;
  }
  for (const std::string_view text : {"tcp/", "tcp/0", "tcp/65536", "tcp/080", "tcp/80-", "tcp/-80",
                                      "tcp/ 80", "tcp/1-2-3", "tcp/0-9", "udp/http"}) {
    EXPECT_EQ(fault(text), ServiceFault::BadPort) << text;
  }
  EXPECT_EQ(fault("tcp/2-1"), ServiceFault::Reversed);
  EXPECT_EQ(fault("icmp/256"), ServiceFault::BadType);
  EXPECT_EQ(fault("icmp/nd-redirect"), ServiceFault::BadType);
  EXPECT_EQ(fault("icmpv6/"), ServiceFault::BadType);
  EXPECT_EQ(fault("proto/256"), ServiceFault::BadProtocol);
  EXPECT_EQ(fault("proto/esp"), ServiceFault::BadProtocol);
}

TEST(NetService, WritesWhatItReads) {
  for (const std::string_view text :
       {"tcp/443", "udp/2000-2999", "sctp/1-65535", "icmp/echo-request", "icmpv6/packet-too-big",
        "icmp/200", "proto/50", "proto/6", "proto/17", "proto/1", "proto/58"}) {
    EXPECT_EQ(service(text).str(), text);
  }
}

TEST(NetService, ContainsByProtocolAndSelector) {
  EXPECT_TRUE(service("tcp/10-20").contains(protocol::kTcp, 20));
  EXPECT_FALSE(service("tcp/10-20").contains(protocol::kTcp, 21));
  EXPECT_FALSE(service("tcp/10-20").contains(protocol::kUdp, 15));
  EXPECT_TRUE(service("proto/6").contains(protocol::kTcp, 0));
  EXPECT_TRUE(service("proto/47").contains(47, 1234));
}

TEST(NetProtocol, IsNamedOrNumbered) {
  EXPECT_EQ(protocol_name(protocol::kIcmp6), "icmpv6");
  EXPECT_EQ(protocol_name(47), "47");
  EXPECT_EQ(protocol_named("sctp"), protocol::kSctp);
  EXPECT_EQ(protocol_named("47"), 47);
  EXPECT_EQ(protocol_named("256"), std::nullopt);
  EXPECT_EQ(protocol_named("gre"), std::nullopt);
}

TEST(NetIcmp, NamesGoThereAndBackForEveryType) {
  for (const std::uint8_t protocol : {protocol::kIcmp, protocol::kIcmp6}) {
    for (int type = 0; type < 256; ++type) {
      const auto number = static_cast<std::uint8_t>(type);
      EXPECT_EQ(icmp_type_named(protocol, icmp_type_name(protocol, number)), number);
    }
  }
}

TEST(NetIcmp, OnlyQueriesHaveAReply) {
  EXPECT_EQ(icmp_reply_type(protocol::kIcmp, 8), 0);
  EXPECT_EQ(icmp_reply_type(protocol::kIcmp, 13), 14);
  EXPECT_EQ(icmp_reply_type(protocol::kIcmp, 15), 16);
  EXPECT_EQ(icmp_reply_type(protocol::kIcmp, 17), 18);
  EXPECT_EQ(icmp_reply_type(protocol::kIcmp6, 128), 129);
  EXPECT_EQ(icmp_reply_type(protocol::kIcmp6, 139), 140);
  EXPECT_EQ(icmp_reply_type(protocol::kIcmp, 0), std::nullopt);
  EXPECT_EQ(icmp_reply_type(protocol::kIcmp, 3), std::nullopt);
  EXPECT_EQ(icmp_reply_type(protocol::kIcmp6, 8), std::nullopt);
}

}  // namespace
}  // namespace sekisho::net
