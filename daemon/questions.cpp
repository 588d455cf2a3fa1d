// SPDX-License-Identifier: GPL-3.0-or-later
#include "questions.hpp"

#include "explain/explain.hpp"

namespace sekisho::daemon {
namespace {

Result<std::uint8_t> icmp_type_of(std::uint8_t protocol, const std::string& text) {
  constexpr std::uint8_t kEchoRequest4 = 8;
  constexpr std::uint8_t kEchoRequest6 = 128;
  if (text.empty()) {
    return protocol == net::protocol::kIcmp ? kEchoRequest4 : kEchoRequest6;
  }
  const auto type = net::icmp_type_named(protocol, text);
  return type ? Result<std::uint8_t>{*type} : fail("unknown type '" + text + "'");
}

Result<explain::Question> question_of(const control::Explain& asked) {
  explain::Question question;
  question.in = asked.in;
  const auto src = net::Address::parse(asked.src);
  const auto dst = net::Address::parse(asked.dst);
  if (!src || !dst || src->family() != dst->family()) {
    return fail("source '" + asked.src + "' and destination '" + asked.dst +
                "' are not two addresses of one family");
  }
  question.src = *src;
  question.dst = *dst;
  const auto protocol = net::protocol_named(asked.proto);
  if (!protocol) {
    return fail("unknown protocol '" + asked.proto + "'");
  }
  question.protocol = *protocol;
  question.sport = asked.sport.value_or(0);
  question.dport = asked.dport.value_or(0);
  if (net::is_icmp(*protocol)) {
    const auto type = icmp_type_of(*protocol, asked.type);
    if (!type) {
      return fail(type.error());
    }
    question.icmp_type = *type;
  }
  if (!asked.mac.empty()) {
    const auto mac = net::Mac::parse(asked.mac);
    if (!mac) {
      return fail("'" + asked.mac + "' is no hardware address");
    }
    question.mac = *mac;
  }
  return question;
}

}  // namespace

Result<simulate::Decision> decide(const policy::Policy& policy, const policy::Situation& situation,
                                  const control::Explain& asked) {
  const auto question = question_of(asked);
  if (!question) {
    return fail(question.error());
  }
  const auto packet = explain::packet_for(*question);
  if (!packet) {
    return fail(packet.error());
  }
  return simulate::decide(policy, situation, *packet);
}

}  // namespace sekisho::daemon
