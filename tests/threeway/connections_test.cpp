// SPDX-License-Identifier: GPL-3.0-or-later
// Packets of live connections: what the table read back from the kernel says of them (run), and
// what the kernel does. The policy alone decides only first packets.
#include "threeway/answers.hpp"
#include "threeway/lab_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::threeway {
namespace {

using simulate::CtState;
using simulate::Direction;
using simulate::Packet;

constexpr std::size_t kRow = 6000;
const std::string kPasses{};

class Connections : public LabTest {
 protected:
  /// How conntrack sees the last packet.
  struct Place {
    CtState state = CtState::Established;
    Direction direction = Direction::Reply;
  };

  /// `opening` are let through one after the other; the last packet is counted under `word`, or
  /// passes.
  static void expect(const std::vector<Probe>& opening, const Probe& last, const Place& place,
                     const std::string& word) {
    lab_->inside([&] {
      std::vector<Packet> packets;
      for (const Probe& probe : opening) {
        packets.push_back(packet_of(probe, kRow, lab_->ends_of(probe.in)));
      }
      Packet packet = packet_of(last, kRow, lab_->ends_of(last.in));
      packet.state = place.state;
      packet.direction = place.direction;
      if (place.state != CtState::Invalid) {  // which belongs to no connection
        packet.ct_mark = simulate::run(lab_->table(), packets.front(), kNow).ct_mark;
      }
      packets.push_back(packet);
      lab_->know_neighbours(packets);
      for (std::size_t i = 0; i < opening.size(); ++i) {
        const Seen seen = lab_->send(opening[i], kRow, i == 0);
        ASSERT_TRUE(arrived(packets[i], seen)) << i << ": " << text_of(seen);
      }

      const simulate::Outcome done = simulate::run(lab_->table(), packet, kNow);
      const Seen seen = lab_->send(last, kRow, false);

      EXPECT_EQ(done.accepted ? kPasses : word_of(lab_->table(), done), word)
          << text_of(lab_->table(), done);
      EXPECT_EQ(arrived(packet, seen), word == kPasses) << text_of(seen);
      const std::map<std::string, std::uint64_t> counted =
          word == kPasses ? std::map<std::string, std::uint64_t>{}
                          : decltype(seen.counted){{word, 1}};
      EXPECT_EQ(seen.counted, counted) << text_of(seen);
    });
  }
};

/// The other way round.
Probe answer_to(const Probe& probe, const std::string& wire) {
  Probe answer = probe;
  answer.in = wire;
  answer.src = probe.dst;
  answer.dst = probe.src;
  answer.sport = probe.dport;
  answer.dport = port_of(kRow);
  answer.flags = tcp::kSyn | tcp::kAck;
  answer.mac.clear();
  return answer;
}

/// ICMP "port unreachable" about the probe's packet.
Probe error_about(const Probe& probe, const std::string& wire, const std::string& src) {
  Probe error{.in = wire, .src = src, .dst = probe.src, .protocol = 1, .type = 3, .code = 3};
  error.body = packets_of(probe, kRow).front();
  error.body.resize(28);  // the header, and eight bytes of what it carries (RFC 792)
  return error;
}

const Probe kWeb4{.in = "in0", .src = "10.30.0.7", .dst = "198.51.100.9"};
const Probe kWeb6{.in = "in0", .src = "fd00:30::7", .dst = "2001:db8:5::9"};
const Probe kTax{.in = "lg0", .src = "10.20.3.4", .dst = "10.10.1.5", .mac = "02:00:00:14:03:04"};

Probe segment(Probe probe) {
  probe.flags = tcp::kAck;
  return probe;
}

TEST_F(Connections, AnswersPassByTheWireTheyBelongTo) {
  expect({kWeb4}, answer_to(kWeb4, "sc0"), {}, kPasses);
  expect({kWeb6}, answer_to(kWeb6, "sc0"), {}, kPasses);
  expect({kWeb4}, answer_to(kWeb4, "lg0"), {}, "lgwan-office inet-office spoofed_source");
  expect({kWeb6}, answer_to(kWeb6, "lg0"), {}, "lgwan-office inet-office spoofed_source");
  expect({kWeb4}, answer_to(kWeb4, "x0"), {}, "- inet-office unknown_zone");
}

TEST_F(Connections, LaterPacketsPassByTheZonesWiresAlone) {
  const std::vector<Probe> opened{kWeb4, answer_to(kWeb4, "sc0")};
  const Place forth{CtState::Established, Direction::Original};
  Probe by_second_wire = segment(kWeb4);
  by_second_wire.in = "in1";
  Probe by_guests = segment(kWeb4);
  by_guests.in = "gu0";

  expect(opened, segment(kWeb4), forth, kPasses);
  expect(opened, by_second_wire, forth, kPasses);
  expect(opened, by_guests, forth, "guests cloud spoofed_source");
}

TEST_F(Connections, HeadersAreJudgedOnEveryPacket) {
  Probe options = answer_to(kWeb4, "sc0");
  options.options = {1, 1, 1, 1};
  Probe headers = answer_to(kWeb6, "sc0");
  headers.extensions = {60};
  Probe hidden = answer_to(kWeb6, "sc0");
  hidden.split = Split::TwiceAtomic;

  expect({kWeb4}, options, {}, "cloud inet-office invalid");
  expect({kWeb6}, headers, {}, "cloud inet-office invalid");
  expect({kWeb6}, hidden, {}, "cloud inet-office invalid");
}

TEST_F(Connections, HardwareAddressesAreCheckedOnEveryPacketOfTheirSide) {
  const Place forth{CtState::New, Direction::Original};
  Probe moved = kTax;
  moved.mac.clear();
  Probe honest = answer_to(kTax, "mn0");
  honest.mac = "02:00:00:0a:01:05";

  expect({kTax}, kTax, forth, kPasses);
  expect({kTax}, moved, forth, "lgwan-office jumin mac_mismatch");
  expect({kTax}, honest, {}, kPasses);
  expect({kTax}, answer_to(kTax, "mn0"), {}, "jumin lgwan-office mac_mismatch");
}

TEST_F(Connections, AHardwareAddressOfTheServerAloneIsNamedWhenItDiffers) {
  const Probe opening{.in = "lg0", .src = "10.20.3.8", .dst = "10.10.1.5", .dport = 8443};
  Probe honest = answer_to(opening, "mn0");
  honest.mac = "02:00:00:0a:01:05";

  expect({opening}, honest, {}, kPasses);
  expect({opening}, answer_to(opening, "mn0"), {}, "jumin lgwan-office mac_mismatch");
}

TEST_F(Connections, ErrorsPassWhenTheirSenderIsHonest) {
  const Place related{CtState::Related, Direction::Reply};

  expect({kWeb4}, error_about(kWeb4, "sc0", "198.51.100.1"), related, kPasses);
  expect({kWeb4}, error_about(kWeb4, "sc0", "10.10.0.7"), related,
         "cloud inet-office spoofed_source");
  expect({kWeb4}, error_about(kWeb4, "lg0", "10.20.0.7"), related,
         "lgwan-office inet-office cross_zone");
}

TEST_F(Connections, SegmentsOutsideTheWindowAreInvalidAndEndNothing) {
  const Place outside{CtState::Invalid, Direction::Original};
  const Place forth{CtState::Established, Direction::Original};
  for (const Probe& opening : {kWeb4, kWeb6}) {
    const std::vector<Probe> opened{opening, answer_to(opening, "sc0"), segment(opening)};
    Probe injected = segment(opening);
    injected.sequence = 0x70000000;
    Probe reset = injected;
    reset.flags = tcp::kRst;

    expect(opened, injected, outside, "inet-office cloud invalid");
    expect(opened, reset, outside, "inet-office cloud invalid");
    lab_->inside([&] {
      const Seen after = lab_->send(segment(opening), kRow, false);
      EXPECT_EQ(text_of(after), "seen at sc0, counted");
    });
    expect(opened, segment(opening), forth, kPasses);
  }
}

TEST_F(Connections, TheAppliancesOwnAreAnsweredByTheirWireAlone) {
  const Probe clock{.src = "203.0.113.2", .dst = "198.51.100.123", .protocol = 17, .dport = 123};
  Probe options = answer_to(clock, "sc0");
  options.options = {1, 1, 1, 1};

  expect({clock}, answer_to(clock, "sc0"), {}, kPasses);
  expect({clock}, answer_to(clock, "in0"), {}, "inet-office cloud spoofed_source");
  expect({clock}, options, {}, "cloud cloud invalid");
}

TEST_F(Connections, OfTheApplianceErrorsAreSentAboutLiveConnectionsOnly) {
  lab_->inside([] {
    Probe exhausted = segment(kWeb4);
    exhausted.hops = 1;
    lab_->know_neighbours({packet_of(kWeb4, kRow, lab_->ends_of("in0")),
                           packet_of(answer_to(kWeb4, "sc0"), kRow, lab_->ends_of("sc0"))});
    (void)lab_->send(kWeb4, kRow);
    (void)lab_->send(answer_to(kWeb4, "sc0"), kRow, false);

    const Seen live = lab_->send(exhausted, kRow, false);
    const Seen dead = lab_->send(exhausted, kRow);

    EXPECT_EQ(text_of(live), "seen at in0, counted");
    EXPECT_EQ(text_of(dead), "seen at, counted [- inet-office self_protected] 1");
  });
}

}  // namespace
}  // namespace sekisho::threeway
