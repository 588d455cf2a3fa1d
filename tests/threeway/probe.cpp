// SPDX-License-Identifier: GPL-3.0-or-later
#include "threeway/probe.hpp"

#include "base/bytes.hpp"
#include "explain/explain.hpp"
#include "support/checksums.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <stdexcept>

namespace sekisho::threeway {
namespace {

namespace protocol = net::protocol;
using testing::crc32c;
using testing::internet_checksum;

constexpr std::uint8_t kFragment = 44;  // IPPROTO_FRAGMENT
constexpr std::uint8_t kRouting = 43;   // IPPROTO_ROUTING
constexpr std::uint8_t kUdpLite = 136;  // IPPROTO_UDPLITE

void append(Frame& frame, std::span<const std::uint8_t> bytes) {
  frame.insert(frame.end(), bytes.begin(), bytes.end());
}
void append(Frame& frame, const Writer& writer) {
  append(frame, as_bytes(writer.bytes()));
}
void put16(Frame& frame, std::size_t at, std::uint16_t value) {
  frame.at(at) = static_cast<std::uint8_t>(value >> 8U);
  frame.at(at + 1) = static_cast<std::uint8_t>(value & 0xffU);
}

/// Over the addresses, length and protocol (RFC 768, RFC 8200 section 8.1) and the transport bytes.
std::uint16_t transport_checksum(const Probe& probe, const Frame& transport) {
  Writer pseudo;
  pseudo.raw(as_text(probe.source().bytes()));
  pseudo.raw(as_text(probe.destination().bytes()));
  pseudo.u32(static_cast<std::uint32_t>(transport.size()));
  pseudo.u32(probe.protocol);
  Frame all;
  append(all, pseudo);
  append(all, transport);
  return internet_checksum(all);
}

Frame tcp_header(const Probe& probe, std::uint16_t sport) {
  Writer header;
  header.u16(sport);
  header.u16(probe.dport);
  header.u32(probe.sequence);
  header.u32((probe.flags & tcp::kAck) != 0 ? probe.sequence + 1 : 0);
  header.u8(5U << 4U);
  header.u8(probe.flags);
  header.u16(8192);
  header.u32(0);  // checksum, urgent pointer
  Frame frame;
  append(frame, header);
  return frame;
}

Frame sctp_packet(const Probe& probe, std::uint16_t sport) {
  Writer header;
  header.u16(sport);
  header.u16(probe.dport);
  header.u32(probe.chunk == 1 ? 0 : 7);  // verification tag: 0 with INIT
  header.u32(0);                         // checksum
  header.u8(probe.chunk);
  header.u8(0);
  header.u16(0);  // length
  header.u32(7);  // initiate tag
  header.u32(65536);
  header.u32(0x00010001);  // streams
  header.u32(1);           // initial TSN
  header.u32(0xc0000000);  // a parameter of ours for the rest: skip it unseen
  Frame frame;
  append(frame, header);
  return frame;
}

/// Up to where the probe's body begins.
Frame transport_header(const Probe& probe, std::uint16_t sport) {
  Frame frame;
  Writer header;
  switch (probe.protocol) {
    case protocol::kTcp: return tcp_header(probe, sport);
    case protocol::kSctp: return sctp_packet(probe, sport);
    case protocol::kUdp:
    case kUdpLite:
      header.u16(sport);
      header.u16(probe.dport);
      header.u32(0);  // length or coverage, checksum
      break;
    case protocol::kIcmp:
    case protocol::kIcmp6:
      header.u8(probe.type);
      header.u8(probe.code);
      header.u16(0);
      header.u16(sport);
      header.u16(1);
      break;
    case 47:
      header.u32(0x00000800);  // GRE version 0 with IPv4 in it
      break;
    default:
      header.u32(0x00010203);
      header.u32(1);
      break;
  }
  append(frame, header);
  return frame;
}

void seal(const Probe& probe, Frame& transport) {
  switch (probe.protocol) {
    case protocol::kTcp: put16(transport, 16, transport_checksum(probe, transport)); break;
    case protocol::kUdp:
      put16(transport, 4, static_cast<std::uint16_t>(transport.size()));
      put16(transport, 6, transport_checksum(probe, transport));
      break;
    case kUdpLite: put16(transport, 6, transport_checksum(probe, transport)); break;
    case protocol::kIcmp: put16(transport, 2, internet_checksum(transport)); break;
    case protocol::kIcmp6: put16(transport, 2, transport_checksum(probe, transport)); break;
    case protocol::kSctp: {
      // one chunk with one parameter: more would be another packet to conntrack
      put16(transport, 14, static_cast<std::uint16_t>(transport.size() - 12));
      put16(transport, 34, static_cast<std::uint16_t>(transport.size() - 32));
      const std::uint32_t crc = crc32c(transport);
      for (unsigned i = 0; i < 4; ++i) {
        transport.at(8 + i) = static_cast<std::uint8_t>(crc >> (8 * i));
      }
      break;
    }
    default: break;
  }
  if (probe.broken_checksum) {
    transport.at(transport.size() - 1) ^= 0x55U;
  }
}

Frame transport_of(const Probe& probe, std::size_t row) {
  Frame transport = transport_header(probe, probe.sport != 0 ? probe.sport : port_of(row));
  append(transport, probe.body);
  const std::string mark = mark_of(row);
  append(transport, as_bytes(mark));
  // once more at the end: each of two fragments has it whole
  transport.resize(std::max<std::size_t>(transport.size() + 2, 58));
  append(transport, as_bytes(mark));
  seal(probe, transport);
  return transport;
}

std::uint8_t hops_of(const Probe& probe) {
  if (probe.hops != 0) {
    return probe.hops;
  }
  const bool discovery =
      probe.protocol == protocol::kIcmp6 && probe.type >= 133 && probe.type <= 137;
  return discovery ? 255 : 64;
}

struct Piece {
  std::uint16_t offset = 0;  ///< in bytes
  bool more = false;
  Frame bytes;
};

std::vector<Piece> pieces_of(const Frame& payload, Split split) {
  constexpr std::size_t kCut = 40;  // a multiple of eight, behind the first mark
  const auto part = [&](std::size_t from, std::size_t to, bool more) {
    return Piece{static_cast<std::uint16_t>(from), more,
                 Frame(payload.begin() + static_cast<std::ptrdiff_t>(from),
                       payload.begin() + static_cast<std::ptrdiff_t>(to))};
  };
  const Piece first = part(0, kCut, true);
  const Piece last = part(kCut, payload.size(), false);
  switch (split) {
    case Split::Two: return {first, last};
    case Split::Reversed: return {last, first};
    case Split::FirstOnly: return {first};
    case Split::LastOnly: return {last};
    case Split::Overlap: return {first, part(kCut - 8, payload.size(), false)};
    default: return {part(0, payload.size(), false)};
  }
}

Frame ipv4_packet(const Probe& probe, const Piece& piece, std::size_t row) {
  Writer header;
  header.u8(static_cast<std::uint8_t>(0x40U | (5 + probe.options.size() / 4)));
  header.u8(0);
  header.u16(static_cast<std::uint16_t>(20 + probe.options.size() + piece.bytes.size()));
  header.u16(port_of(row));  // identification
  header.u16(static_cast<std::uint16_t>((piece.more ? 0x2000U : 0U) | piece.offset / 8U));
  header.u8(hops_of(probe));
  header.u8(probe.protocol);
  header.u16(0);
  header.raw(as_text(probe.source().bytes()));
  header.raw(as_text(probe.destination().bytes()));
  Frame frame;
  append(frame, header);
  append(frame, probe.options);
  put16(frame, 10, internet_checksum(frame));
  append(frame, piece.bytes);
  return frame;
}

/// Eight bytes: PadN in options headers, no segments left in a routing header, zeros in the others.
Frame extension_header(std::uint8_t number, std::uint8_t next) {
  Frame header{next, 0, 0, 0, 0, 0, 0, 0};
  if (number == 0 || number == 60) {
    header[2] = 1;
    header[3] = 4;
  }
  if (number == kRouting) {
    header[2] = 4;
  }
  return header;
}

Frame fragment_header(std::uint8_t next, const Piece& piece, std::size_t row) {
  Writer header;
  header.u8(next);
  header.u8(0);
  header.u16(static_cast<std::uint16_t>(piece.offset | (piece.more ? 1U : 0U)));
  header.u32(static_cast<std::uint32_t>(row));
  Frame frame;
  append(frame, header);
  return frame;
}

Frame ipv6_packet(const Probe& probe, std::uint8_t next, const Frame& payload) {
  Writer header;
  header.u32(0x60000000);
  header.u16(static_cast<std::uint16_t>(payload.size()));
  header.u8(next);
  header.u8(hops_of(probe));
  header.raw(as_text(probe.source().bytes()));
  header.raw(as_text(probe.destination().bytes()));
  Frame frame;
  append(frame, header);
  append(frame, payload);
  return frame;
}

std::vector<Frame> ipv6_packets(const Probe& probe, const Frame& transport, std::size_t row) {
  Frame payload = transport;
  std::uint8_t next = probe.protocol;
  for (auto at = probe.extensions.rbegin(); at != probe.extensions.rend(); ++at) {
    const Frame header = extension_header(*at, next);
    payload.insert(payload.begin(), header.begin(), header.end());
    next = *at;
  }
  if (probe.split == Split::Whole) {
    return {ipv6_packet(probe, next, payload)};
  }
  if (probe.split == Split::TwiceAtomic) {
    const Frame inner = fragment_header(next, {}, row);
    payload.insert(payload.begin(), inner.begin(), inner.end());
    next = kFragment;
  }
  std::vector<Frame> packets;
  for (const Piece& piece : pieces_of(payload, probe.split)) {
    Frame bytes = fragment_header(next, piece, row);
    append(bytes, piece.bytes);
    packets.push_back(ipv6_packet(probe, kFragment, bytes));
  }
  return packets;
}

net::Mac group_mac(const net::Address& group) {
  const auto b = group.bytes();
  if (group.is_v4()) {
    return net::Mac{{0x01, 0x00, 0x5e, static_cast<std::uint8_t>(b[1] & 0x7fU), b[2], b[3]}};
  }
  return net::Mac{{0x33, 0x33, b[12], b[13], b[14], b[15]}};
}

net::Mac receiver_of(const Probe& probe, const LinkEnds& ends) {
  if (!probe.to_mac.empty()) {
    return net::Mac::parse(probe.to_mac).value();
  }
  const net::Address dst = probe.destination();
  if (simulate::is_multicast(dst)) {
    return group_mac(dst);
  }
  return simulate::is_limited_broadcast(dst) ? net::Mac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}
                                             : ends.to;
}

net::Mac sender_of(const Probe& probe, const LinkEnds& ends) {
  return probe.mac.empty() ? ends.from : net::Mac::parse(probe.mac).value();
}

/// What conntrack says of a first packet, beyond ICMP types.
simulate::CtState state_of(const Probe& probe, simulate::CtState by_type) {
  using simulate::CtState;
  const bool opens_tcp = (probe.flags & 0x3fU) == tcp::kSyn;  // whatever it offers of ECN
  if ((probe.protocol == protocol::kTcp && !opens_tcp) ||
      (probe.protocol == protocol::kSctp && probe.chunk != 1)) {
    return CtState::Invalid;
  }
  const bool checked = net::has_ports(probe.protocol) || net::is_icmp(probe.protocol);
  return probe.broken_checksum && checked ? CtState::Invalid : by_type;
}

}  // namespace

std::string mark_of(std::size_t row) {
  std::array<char, 8> text{};
  (void)std::snprintf(text.data(), text.size(), "SK%04zu", row % 10000);
  return text.data();
}

std::string mark_in(std::string_view bytes) {
  for (std::size_t at = 0; (at = bytes.find("SK", at)) != std::string_view::npos; ++at) {
    const std::string_view mark = bytes.substr(at, 6);
    if (mark.size() == 6 && mark.find_first_not_of("0123456789", 2) == std::string_view::npos) {
      return std::string{mark};
    }
  }
  return {};
}

std::uint16_t port_of(std::size_t row) {
  return static_cast<std::uint16_t>(20000 + row);
}

std::vector<Frame> packets_of(const Probe& probe, std::size_t row) {
  const Frame transport = transport_of(probe, row);
  if (!probe.v4()) {
    return ipv6_packets(probe, transport, row);
  }
  std::vector<Frame> packets;
  for (const Piece& piece : pieces_of(transport, probe.split)) {
    packets.push_back(ipv4_packet(probe, piece, row));
  }
  return packets;
}

std::vector<Frame> frames_of(const Probe& probe, std::size_t row, const LinkEnds& ends) {
  std::vector<Frame> frames;
  for (const Frame& packet : packets_of(probe, row)) {
    Frame frame;
    append(frame, receiver_of(probe, ends).bytes());
    append(frame, sender_of(probe, ends).bytes());
    Writer type;
    if (probe.tag) {
      type.u16(0x8100);
      type.u16(*probe.tag);
    }
    type.u16(probe.ether_type.value_or(probe.v4() ? 0x0800 : 0x86dd));
    append(frame, type);
    append(frame, packet);
    frames.push_back(std::move(frame));
  }
  return frames;
}

namespace {

bool is_foreign(std::optional<std::uint16_t> ether_type) {
  return ether_type && *ether_type != 0x0800 && *ether_type != 0x86dd && *ether_type != 0x0806;
}

}  // namespace

simulate::Packet packet_of(const Probe& probe, std::size_t row, const LinkEnds& ends) {
  const explain::Question question{.in = probe.in,
                                   .src = probe.source(),
                                   .dst = probe.destination(),
                                   .protocol = probe.protocol,
                                   .sport = probe.sport != 0 ? probe.sport : port_of(row),
                                   .dport = probe.dport,
                                   .icmp_type = probe.type,
                                   .mac = sender_of(probe, ends)};
  auto packet = explain::packet_for(question);
  if (!packet) {
    throw std::runtime_error{packet.error().text()};
  }
  packet->has_options =
      !probe.options.empty() || !probe.extensions.empty() || probe.split == Split::TwiceAtomic;
  if (probe.tag || is_foreign(probe.ether_type)) {
    packet->ether_type = probe.tag ? simulate::kTag : probe.ether_type;
  }
  packet->hop_limit = hops_of(probe);
  packet->state = state_of(probe, packet->state);
  return *std::move(packet);
}

}  // namespace sekisho::threeway
