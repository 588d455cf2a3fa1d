// SPDX-License-Identifier: GPL-3.0-or-later
#include "nflog/drop.hpp"

#include "nflog/packet.hpp"

#include <netinet/in.h>

#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <net/if_arp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace sekisho::nflog {
namespace {

constexpr std::size_t kTlvHeader = 4;
constexpr std::size_t kMacLength = 6;

/// What the TLVs say, before it is put together.
struct Fields {
  std::optional<std::uint32_t> mark;
  std::uint32_t in = 0;
  std::uint32_t out = 0;
  std::uint16_t ethertype = 0;
  std::optional<net::Mac> sender;  ///< as the device reads it from its header
  std::uint16_t hardware = 0;      ///< ARPHRD_…
  ByteView link_header;
  ByteView packet;
};

std::optional<net::Mac> mac_of(ByteView bytes) {
  if (bytes.size() < kMacLength) {
    return std::nullopt;
  }
  std::array<std::uint8_t, kMacLength> mac{};
  std::copy_n(bytes.begin(), kMacLength, mac.begin());
  return net::Mac{mac};
}

/// nfulnl_msg_packet_hw: length, padding, eight bytes.
std::optional<net::Mac> sender_of(ByteView value) {
  Reader reader{value};
  const std::uint16_t length = reader.u16();
  (void)reader.u16();
  return length == kMacLength ? mac_of(reader.take(8)) : std::nullopt;
}

/// A TLV of another size than its type has leaves the field as it is.
template <typename Value>
void set_u32(ByteView value, Value& field) {
  if (value.size() == sizeof(std::uint32_t)) {
    field = Reader{value}.u32();
  }
}

void read_field(int type, ByteView value, Fields& fields) {
  switch (type) {
    case NFULA_PACKET_HDR: fields.ethertype = Reader{value}.u16(); break;
    case NFULA_MARK: set_u32(value, fields.mark); break;
    case NFULA_IFINDEX_INDEV: set_u32(value, fields.in); break;
    case NFULA_IFINDEX_OUTDEV: set_u32(value, fields.out); break;
    case NFULA_HWADDR: fields.sender = sender_of(value); break;
    case NFULA_PAYLOAD: fields.packet = value; break;
    case NFULA_HWTYPE: fields.hardware = Reader{value}.u16(); break;
    case NFULA_HWHEADER: fields.link_header = value; break;
    default: break;
  }
}

/// Lengths and types of TLVs are in the byte order of this machine.
std::uint16_t host_order(ByteView bytes) {
  std::uint16_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

/// Until the end or a length that leads nowhere; the last value may be cut.
Fields read_fields(ByteView rest) {
  Fields fields;
  while (rest.size() >= kTlvHeader) {
    const std::size_t length = host_order(rest);
    if (length < kTlvHeader) {
      break;
    }
    const int type = host_order(rest.subspan(2)) & NLA_TYPE_MASK;
    const std::size_t kept = std::min(length, rest.size());
    read_field(type, rest.subspan(kTlvHeader, kept - kTlvHeader), fields);
    rest = rest.subspan(std::min(NLA_ALIGN(length), rest.size()));
  }
  return fields;
}

std::optional<net::Mac> source_mac(const Fields& fields) {
  if (fields.sender || fields.hardware != ARPHRD_ETHER || fields.link_header.size() < kMacLength) {
    return fields.sender;
  }
  return mac_of(fields.link_header.subspan(kMacLength));  // behind the destination
}

std::uint16_t ethertype_of(const Fields& fields, std::uint8_t family) {
  if (fields.ethertype != 0) {
    return fields.ethertype;
  }
  switch (family) {
    case AF_INET: return kEthertypeV4;
    case AF_INET6: return kEthertypeV6;
    default: return 0;
  }
}

}  // namespace

std::optional<Drop> decode(ByteView record) {
  Reader header{record};
  const std::uint8_t family = header.u8();
  const std::uint8_t version = header.u8();
  (void)header.u16();  // the group: the reader listens to one
  if (header.failed() || version != 0) {
    return std::nullopt;
  }
  const Fields fields = read_fields(record.last(header.left()));
  if (!fields.mark) {
    return std::nullopt;
  }
  Drop drop;
  drop.word = *fields.mark;
  drop.in = fields.in;
  drop.out = fields.out;
  drop.src_mac = source_mac(fields);
  read_packet(ethertype_of(fields, family), fields.packet, drop);
  return drop;
}

}  // namespace sekisho::nflog
