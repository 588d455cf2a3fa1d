// SPDX-License-Identifier: GPL-3.0-or-later
#include "nflog/packet.hpp"

#include <netinet/in.h>

#include <algorithm>

namespace sekisho::nflog {
namespace {

constexpr std::size_t kHeaderV4 = 20;
constexpr std::size_t kHeaderV6 = 40;
/// IPv6 headers to walk; the longest chains that are legitimate have six (RFC 8200, 4.1).
constexpr int kMostExtensions = 16;

/// Source and destination port come first in all of them.
bool begins_with_ports(std::uint8_t protocol) {
  switch (protocol) {
    case IPPROTO_TCP:
    case IPPROTO_UDP:
    case IPPROTO_DCCP:
    case IPPROTO_SCTP:
    case IPPROTO_UDPLITE: return true;
    default: return false;
  }
}

/// `content` is what the IP header announced and the record kept, from the transport header on.
void read_ports(ByteView content, Drop& drop) {
  if (!begins_with_ports(drop.protocol) || content.size() < 4) {
    return;
  }
  Reader reader{content};
  drop.sport = reader.u16();
  drop.dport = reader.u16();
}

void read_v4(ByteView packet, Drop& drop) {
  if (packet.size() < kHeaderV4 || packet[0] >> 4U != 4) {
    return;
  }
  Reader reader{packet};
  const std::size_t header = std::size_t{4} * (reader.u8() & 0xfU);
  (void)reader.u8();
  const std::uint16_t total = reader.u16();
  if (header < kHeaderV4 || total < header) {
    return;
  }
  (void)reader.u16();
  const bool later_fragment = (reader.u16() & 0x1fffU) != 0;
  (void)reader.u8();
  drop.protocol = reader.u8();
  (void)reader.u16();
  drop.src = *net::Address::from_bytes(reader.take(4));
  drop.dst = *net::Address::from_bytes(reader.take(4));
  drop.bytes = total;
  if (const std::size_t kept = std::min<std::size_t>(packet.size(), total);
      !later_fragment && kept > header) {
    read_ports(packet.subspan(header, kept - header), drop);
  }
}

/// What stands behind one header of a chain.
struct Step {
  std::uint8_t next = 0;
  std::size_t length = 0;
  bool later_fragment = false;
};

/// Nothing when `type` is no extension header or the record does not hold what is needed of it.
std::optional<Step> step_over(std::uint8_t type, ByteView content) {
  if (content.size() < 8) {
    return std::nullopt;
  }
  const std::size_t units = content[1];
  switch (type) {
    case IPPROTO_HOPOPTS:
    case IPPROTO_ROUTING:
    case IPPROTO_DSTOPTS: return Step{content[0], (units + 1) * 8, false};
    case IPPROTO_AH: return Step{content[0], (units + 2) * 4, false};
    case IPPROTO_FRAGMENT: return Step{content[0], 8, content[2] != 0 || (content[3] & 0xf8U) != 0};
    default: return std::nullopt;
  }
}

/// To the first header that is no extension, or that is not there; IPPROTO_HOPOPTS is 0, as an
/// unknown protocol is.
void walk_extensions(ByteView content, Drop& drop) {
  for (int walked = 0; walked < kMostExtensions; ++walked) {
    const auto step = step_over(drop.protocol, content);
    if (!step) {
      read_ports(content, drop);
      return;
    }
    drop.protocol = step->next;
    if (step->later_fragment || step->length > content.size()) {
      return;
    }
    content = content.subspan(step->length);
  }
}

void read_v6(ByteView packet, Drop& drop) {
  if (packet.size() < kHeaderV6 || packet[0] >> 4U != 6) {
    return;
  }
  Reader reader{packet};
  (void)reader.u32();
  const std::size_t length = reader.u16();
  drop.protocol = reader.u8();
  (void)reader.u8();
  drop.src = *net::Address::from_bytes(reader.take(16));
  drop.dst = *net::Address::from_bytes(reader.take(16));
  drop.bytes = static_cast<std::uint32_t>(kHeaderV6 + length);
  walk_extensions(packet.subspan(kHeaderV6, std::min(length, packet.size() - kHeaderV6)), drop);
}

}  // namespace

void read_packet(std::uint16_t ethertype, ByteView packet, Drop& drop) {
  if (ethertype == kEthertypeV4) {
    read_v4(packet, drop);
  } else if (ethertype == kEthertypeV6) {
    read_v6(packet, drop);
  }
}

}  // namespace sekisho::nflog
