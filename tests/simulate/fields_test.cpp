// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulate/fields.hpp"

#include "simulate/tables.hpp"

#include <gtest/gtest.h>

namespace sekisho::simulate::test {
namespace {

using ruleset::Bytes;
using ruleset::Field;
using ruleset::HookPoint;

enum class Lacks : std::uint8_t { Field, Header };

/// What a rule at `hook` gets: bytes, nothing, or a fault.
std::variant<Bytes, Lacks> loaded(Field field, const Packet& packet,
                                  HookPoint hook = HookPoint::Forward, int priority = 0) {
  const auto value = load(
      field,
      {.packet = packet, .hook = hook, .priority = priority, .meta_mark = 0x11, .ct_mark = 0x22});
  if (!value) {
    return Lacks::Header;
  }
  return *value ? std::variant<Bytes, Lacks>{**value} : Lacks::Field;
}
std::variant<Bytes, Lacks> is(Bytes bytes) {
  return bytes;
}
std::variant<Bytes, Lacks> byte(unsigned value) {
  return ruleset::bytes_of(static_cast<std::uint8_t>(value));
}
std::variant<Bytes, Lacks> number(std::uint32_t value) {
  return ruleset::mark_bytes(value);
}

TEST(Fields, HaveTheLengthOfTheirType) {
  Packet packet = tcp();
  packet.src_mac = net::Mac::parse("02:00:00:00:00:01");
  Packet icmp = packet;
  icmp.protocol = net::protocol::kIcmp;
  Packet six = tcp6();
  six.protocol = net::protocol::kIcmp6;

  for (int i = 0; i <= static_cast<int>(Field::NextHop6); ++i) {
    const auto field = static_cast<Field>(i);
    for (const Packet& one : {packet, icmp, six}) {
      const auto value = loaded(field, one);
      if (const auto* bytes = std::get_if<Bytes>(&value)) {
        EXPECT_EQ(bytes->size(), length_of(type_of(field))) << name_of(field);
      }
    }
  }
}

TEST(Fields, OfThePacket) {
  EXPECT_EQ(loaded(Field::MetaMark, tcp()), number(0x11));
  EXPECT_EQ(loaded(Field::CtMark, tcp()), number(0x22));
  EXPECT_EQ(loaded(Field::NfProto, tcp()), byte(2));
  EXPECT_EQ(loaded(Field::NfProto, tcp6()), byte(10));
  EXPECT_EQ(loaded(Field::L4Proto, tcp()), byte(6));
  EXPECT_EQ(loaded(Field::IpSaddr, tcp()), is(ip("10.20.0.5")));
  EXPECT_EQ(loaded(Field::IpDaddr, tcp()), is(ip("10.10.0.7")));
  EXPECT_EQ(loaded(Field::Ip6Saddr, tcp6()), is(ip("fd00:20::5")));
  EXPECT_EQ(loaded(Field::Ip6Daddr, tcp6()), is(ip("fd00:10::7")));
  EXPECT_EQ(loaded(Field::Ip6HopLimit, tcp6()), byte(64));
  EXPECT_EQ(loaded(Field::ThSport, tcp()), is(port(40000)));
  EXPECT_EQ(loaded(Field::ThDport, tcp()), is(port(443)));
}

TEST(Fields, OfTheOtherFamilysHeaderAreFaults) {
  for (const Field field : {Field::IpSaddr, Field::IpDaddr, Field::IpHeaderLength}) {
    EXPECT_NE(loaded(field, tcp()), (std::variant<Bytes, Lacks>{Lacks::Header})) << name_of(field);
    EXPECT_EQ(loaded(field, tcp6()), (std::variant<Bytes, Lacks>{Lacks::Header})) << name_of(field);
  }
  for (const Field field :
       {Field::Ip6Saddr, Field::Ip6Daddr, Field::Ip6NextHeader, Field::Ip6HopLimit}) {
    EXPECT_EQ(loaded(field, tcp()), (std::variant<Bytes, Lacks>{Lacks::Header})) << name_of(field);
    EXPECT_NE(loaded(field, tcp6()), (std::variant<Bytes, Lacks>{Lacks::Header})) << name_of(field);
  }
}

TEST(Fields, OptionsShowInTheHeaders) {
  Packet four = tcp();
  Packet six = tcp6();
  EXPECT_EQ(loaded(Field::IpHeaderLength, four), byte(5));
  EXPECT_EQ(loaded(Field::Ip6NextHeader, six), byte(6));

  four.has_options = six.has_options = true;

  EXPECT_EQ(loaded(Field::IpHeaderLength, four), byte(6));
  EXPECT_EQ(loaded(Field::Ip6NextHeader, six), byte(0));
}

TEST(Fields, IcmpTypesBelongToTheirProtocolAndPortsToAny) {
  Packet ping = tcp();
  ping.protocol = net::protocol::kIcmp;
  ping.icmp_type = 8;
  Packet gre = tcp();
  gre.protocol = 47;
  Packet none = tcp();
  none.protocol = 59;

  EXPECT_EQ(loaded(Field::IcmpType, ping), byte(8));
  EXPECT_EQ(loaded(Field::Icmp6Type, ping), (std::variant<Bytes, Lacks>{Lacks::Header}));
  EXPECT_EQ(loaded(Field::IcmpType, tcp()), (std::variant<Bytes, Lacks>{Lacks::Header}));
  EXPECT_EQ(loaded(Field::ThSport, ping), is(port(0x0800)));
  EXPECT_EQ(loaded(Field::ThDport, ping), is(port(0)));
  EXPECT_EQ(loaded(Field::ThDport, gre), is(port(443)));
  EXPECT_EQ(loaded(Field::ThDport, none), (std::variant<Bytes, Lacks>{Lacks::Field}));
}

TEST(Fields, InterfacesAreKnownWhereTheKernelKnowsThem) {
  const auto in = is(ruleset::name_bytes("lg0"));
  const auto out = is(ruleset::name_bytes("mn0"));
  const auto none = is(ruleset::name_bytes(""));

  EXPECT_EQ(loaded(Field::IifName, tcp(), HookPoint::Forward), in);
  EXPECT_EQ(loaded(Field::OifName, tcp(), HookPoint::Forward), out);
  EXPECT_EQ(loaded(Field::OifName, tcp(), HookPoint::Prerouting), none);
  EXPECT_EQ(loaded(Field::OifName, tcp(), HookPoint::Input), none);
  EXPECT_EQ(loaded(Field::IifName, tcp(), HookPoint::Output), none);
}

TEST(Fields, TheConnectionsStateIsAlwaysThereTheRestOfItOnlyWithAConnection) {
  const auto with = [](CtState state) {
    Packet packet = tcp();
    packet.state = state;
    packet.direction = Direction::Reply;
    return packet;
  };
  const std::variant<Bytes, Lacks> lacks{Lacks::Field};

  EXPECT_EQ(loaded(Field::CtState, with(CtState::Invalid)), number(1));
  EXPECT_EQ(loaded(Field::CtState, with(CtState::Established)), number(2));
  EXPECT_EQ(loaded(Field::CtState, with(CtState::Related)), number(4));
  EXPECT_EQ(loaded(Field::CtState, with(CtState::New)), number(8));
  EXPECT_EQ(loaded(Field::CtState, with(CtState::Untracked)), number(64));
  EXPECT_EQ(loaded(Field::CtDirection, with(CtState::Established)), byte(1));
  for (const CtState state : {CtState::Invalid, CtState::Untracked}) {
    EXPECT_EQ(loaded(Field::CtMark, with(state)), lacks);
    EXPECT_EQ(loaded(Field::CtDirection, with(state)), lacks);
  }
}

TEST(Fields, BeforeConntrackThereIsNoConnection) {
  const std::variant<Bytes, Lacks> lacks{Lacks::Field};

  EXPECT_EQ(loaded(Field::CtMark, tcp(), HookPoint::Prerouting, -300), lacks);
  EXPECT_EQ(loaded(Field::CtState, tcp(), HookPoint::Prerouting, -300), number(1));
  EXPECT_EQ(loaded(Field::CtMark, tcp(), HookPoint::Prerouting, -150), number(0x22));
  EXPECT_EQ(loaded(Field::CtMark, tcp(), HookPoint::Forward, -300), number(0x22));
}

TEST(Fields, TheMacIsThatOfArrivingFramesOnly) {
  Packet packet = tcp();
  const std::variant<Bytes, Lacks> lacks{Lacks::Field};
  EXPECT_EQ(loaded(Field::EtherSaddr, packet), lacks);

  packet.src_mac = net::Mac::parse("02:00:00:00:00:01");

  EXPECT_EQ(loaded(Field::EtherSaddr, packet), is(Bytes{packet.src_mac->bytes()}));
  EXPECT_EQ(loaded(Field::EtherSaddr, packet, HookPoint::Output), lacks);
}

TEST(Fields, RoutesGiveTypesOfAddresses) {
  Packet packet = tcp();
  const auto type = [&](Route route) {
    packet.route = route;
    return loaded(Field::FibDaddrType, packet, HookPoint::Input);
  };

  EXPECT_EQ(type(Route::Forward), number(1));
  EXPECT_EQ(type(Route::Broadcast), number(3));
  EXPECT_EQ(type(Route::Multicast), number(5));
  EXPECT_EQ(loaded(Field::PktType, packet), byte(2));
  EXPECT_EQ(type(Route::Local), number(2));
  EXPECT_EQ(loaded(Field::FibDaddrIifType, packet), number(2));
  packet.dst_on_in = false;
  EXPECT_EQ(loaded(Field::FibDaddrIifType, packet), number(1));
  EXPECT_EQ(loaded(Field::FibSaddrType, packet), number(1));
  packet.source_is_local = true;
  EXPECT_EQ(loaded(Field::FibSaddrType, packet), number(2));
}

TEST(Fields, TheNextHopIsTheGatewayOrTheDestination) {
  Packet packet = tcp();
  const std::variant<Bytes, Lacks> lacks{Lacks::Field};
  EXPECT_EQ(loaded(Field::NextHop4, packet), is(ip("10.10.0.7")));

  packet.next_hop = net::Address::parse("10.10.0.1");

  EXPECT_EQ(loaded(Field::NextHop4, packet), is(ip("10.10.0.1")));
  EXPECT_EQ(loaded(Field::NextHop6, packet), lacks) << "no fault: the kernel ends the rule";
  EXPECT_EQ(loaded(Field::NextHop6, tcp6()), is(ip("fd00:10::7")));
  EXPECT_EQ(loaded(Field::NextHop4, packet, HookPoint::Prerouting), lacks);
}

TEST(Keys, PadTheirFieldsOnlyWhenThereAreSeveral) {
  const Packet packet = tcp();
  const Position at{.packet = packet, .hook = HookPoint::Forward};

  EXPECT_EQ(**load_key({Field::ThDport}, at), port(443));
  EXPECT_EQ(**load_key({Field::L4Proto, Field::ThDport}, at),
            joined({ruleset::bytes_of(std::uint8_t{6}), port(443)}));
}

TEST(Keys, LackWhatOneOfTheirFieldsLacksAndFailWhenTooLong) {
  Packet packet = tcp6();
  packet.state = CtState::Invalid;
  const Position at{.packet = packet, .hook = HookPoint::Forward};

  EXPECT_FALSE(load_key({Field::IifName, Field::CtMark}, at)->has_value());
  EXPECT_TRUE(load_key({Field::Ip6Saddr, Field::Ip6Daddr, Field::IifName, Field::OifName}, at));
  EXPECT_FALSE(load_key(
      {Field::Ip6Saddr, Field::Ip6Daddr, Field::IifName, Field::OifName, Field::L4Proto}, at));
}

}  // namespace
}  // namespace sekisho::simulate::test
