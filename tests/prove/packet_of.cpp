// SPDX-License-Identifier: GPL-3.0-or-later
#include "prove/packet_of.hpp"

#include "simulate/decision.hpp"
#include "simulate/run.hpp"

#include <algorithm>
#include <cstring>

namespace sekisho::prove::test {
namespace {

using ruleset::Bytes;
using ruleset::Field;
using ruleset::HookPoint;
using simulate::Packet;

class Fields {
 public:
  explicit Fields(const Counterexample& counterexample) : packet_{counterexample.packet} {}

  [[nodiscard]] bool has(Field field) const { return packet_.contains(field); }
  [[nodiscard]] std::uint32_t number(Field field) const {
    std::uint32_t value = 0;
    for (const std::uint8_t byte :
         has(field) ? packet_.at(field).view() : std::span<const std::uint8_t>{}) {
      value = value << 8U | byte;
    }
    return value;
  }
  [[nodiscard]] std::uint32_t host_number(Field field) const {
    std::uint32_t value = 0;
    if (has(field)) {
      std::memcpy(&value, packet_.at(field).view().data(), sizeof value);
    }
    return value;
  }
  [[nodiscard]] std::string name(Field field) const {
    std::string text;
    for (const std::uint8_t byte :
         has(field) ? packet_.at(field).view() : std::span<const std::uint8_t>{}) {
      if (byte != 0) {
        text += static_cast<char>(byte);
      }
    }
    return text;
  }
  [[nodiscard]] net::Address address(Field v4, Field v6) const {
    return net::Address::from_bytes(packet_.at(has(v4) ? v4 : v6).view()).value();
  }

 private:
  const std::map<Field, Bytes>& packet_;
};

simulate::CtState state_of(std::uint32_t bits) {
  switch (bits) {
    case 1: return simulate::CtState::Invalid;
    case 2: return simulate::CtState::Established;
    case 4: return simulate::CtState::Related;
    case 64: return simulate::CtState::Untracked;
    default: return simulate::CtState::New;
  }
}

/// The first packet of the connection that this one answers.
Packet first_of(Packet packet) {
  if (packet.direction == simulate::Direction::Original) {
    return packet;
  }
  std::swap(packet.in, packet.out);
  std::swap(packet.src, packet.dst);
  std::swap(packet.sport, packet.dport);
  for (unsigned type = 0; type <= 0xff; ++type) {
    const auto asking = static_cast<std::uint8_t>(type);
    if (net::icmp_reply_type(packet.protocol, asking) == packet.icmp_type) {
      packet.icmp_type = asking;
      break;
    }
  }
  packet.next_hop.reset();
  packet.src_mac.reset();
  packet.direction = simulate::Direction::Original;
  packet.state = simulate::CtState::New;
  return packet;
}

std::string disbelief_of_frame(const Case& one, const Counterexample& counterexample) {
  const Fields fields{counterexample};
  Packet frame;
  frame.in = fields.name(Field::IifName);
  frame.ether_type = static_cast<std::uint16_t>(fields.number(Field::EtherType));
  const bool taken = simulate::run(one.frames, frame, kNow).accepted;
  const bool permitted =
      simulate::decide(one.policy, one.situation, frame).verdict == Verdict::Permit;
  return !taken ? "the frame is dropped" : permitted ? "the policy permits it" : "";
}

}  // namespace

Packet packet_of(const Counterexample& counterexample) {
  const Fields fields{counterexample};
  Packet packet;
  packet.in = fields.name(Field::IifName);
  packet.out = fields.name(Field::OifName);
  packet.src = fields.address(Field::IpSaddr, Field::Ip6Saddr);
  packet.dst = fields.address(Field::IpDaddr, Field::Ip6Daddr);
  packet.route =
      counterexample.hook == HookPoint::Input ? simulate::Route::Local : simulate::Route::Forward;
  packet.protocol = static_cast<std::uint8_t>(fields.number(Field::L4Proto));
  packet.sport = static_cast<std::uint16_t>(fields.number(Field::ThSport));
  packet.dport = static_cast<std::uint16_t>(fields.number(Field::ThDport));
  packet.icmp_type = static_cast<std::uint8_t>(
      fields.number(fields.has(Field::IcmpType) ? Field::IcmpType : Field::Icmp6Type));
  static constexpr std::array<std::uint32_t, 8> kExtensions{0, 43, 44, 51, 60, 135, 139, 140};
  const bool extended =
      fields.has(Field::Ip6NextHeader) &&
      std::ranges::find(kExtensions, fields.number(Field::Ip6NextHeader)) != kExtensions.end();
  packet.has_options =
      extended || (fields.has(Field::IpHeaderLength) && fields.number(Field::IpHeaderLength) != 5);
  constexpr std::uint32_t kLocal = 2;
  packet.source_is_local = fields.host_number(Field::FibSaddrType) == kLocal;
  packet.dst_on_in = fields.host_number(Field::FibDaddrIifType) == kLocal;
  packet.hop_limit = fields.has(Field::Ip6HopLimit)
                         ? static_cast<std::uint8_t>(fields.number(Field::Ip6HopLimit))
                         : std::uint8_t{64};
  if (fields.has(Field::NextHop4) || fields.has(Field::NextHop6)) {
    packet.next_hop = fields.address(Field::NextHop4, Field::NextHop6);
  }
  if (fields.has(Field::EtherSaddr)) {
    std::array<std::uint8_t, 6> mac{};
    std::ranges::copy(counterexample.packet.at(Field::EtherSaddr).view(), mac.begin());
    packet.src_mac = net::Mac{mac};
  }
  packet.state = state_of(fields.host_number(Field::CtState));
  packet.direction = fields.number(Field::CtDirection) == 1 ? simulate::Direction::Reply
                                                            : simulate::Direction::Original;
  packet.ct_mark = fields.host_number(Field::CtMark);
  return packet;
}

std::string disbelief(const Case& one, const Counterexample& counterexample) {
  if (counterexample.hook == HookPoint::Ingress) {
    return disbelief_of_frame(one, counterexample);
  }
  const bool guess = counterexample.why.find("understood") != std::string::npos ||
                     counterexample.why.find("calculated") != std::string::npos;
  if (guess) {
    return "";
  }
  const Packet packet = packet_of(counterexample);
  const simulate::Outcome done = simulate::run(one.packets, packet, kNow);
  const simulate::Decision said = simulate::decide(one.policy, one.situation, first_of(packet));
  if (done.fault) {
    return *done.fault;
  }
  if (counterexample.connection_mark) {
    const std::string& why = counterexample.why;
    const bool of_another = why.find("'" + said.permit + "'") == std::string::npos;
    return done.ct_mark != *counterexample.connection_mark ? "it gets another mark"
           : of_another                                    ? ""
                        : "the policy says that it is of " + said.permit;
  }
  if (!done.accepted) {
    std::string trace = "it is dropped:";
    for (const std::string& chain : done.trace) {
      trace += " " + chain;
    }
    return trace;
  }
  return said.verdict == Verdict::Permit ? "the policy permits it" : "";
}

}  // namespace sekisho::prove::test
