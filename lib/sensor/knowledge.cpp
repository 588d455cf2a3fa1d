// SPDX-License-Identifier: GPL-3.0-or-later
#include "sensor/knowledge.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sensor {
namespace {

constexpr std::size_t kLongestName = 15;

void put(Writer& writer, const net::Address& address) {
  writer.text(as_text(address.bytes()));
}

/// The lowest address, and a failed reader, for other lengths than addresses have.
net::Address take_address(Reader& reader) {
  const auto address = net::Address::from_bytes(as_bytes(reader.text(16)));
  if (!address) {
    (void)reader.take(reader.left() + 1);
  }
  return address.value_or(net::Address{});
}

net::Mac take_mac(Reader& reader) {
  std::array<std::uint8_t, 6> bytes{};
  std::ranges::copy(reader.take(bytes.size()), bytes.begin());
  return net::Mac{bytes};
}

Wire take_wire(Reader& reader) {
  Wire wire;
  wire.interface = reader.text(kLongestName);
  wire.index = reader.u32();
  wire.zone = reader.u8();
  wire.own = take_mac(reader);
  for (std::uint32_t left = reader.u32(); left > 0 && !reader.failed(); --left) {
    wire.addresses.push_back(take_address(reader));
  }
  return wire;
}

}  // namespace

std::uint8_t Knowledge::zone_of(const net::Address& address) const {
  const auto after = std::ranges::upper_bound(parts, address, {},
                                              [](const Part& part) { return part.range.first; });
  return after != parts.begin() && std::prev(after)->range.contains(address)
             ? std::prev(after)->zone
             : 0;
}

Knowledge knowledge_of(const policy::Policy& policy,
                       const std::map<std::string, std::uint8_t>& numbers) {
  Knowledge knowledge;
  knowledge.window = policy.violations().window;
  for (const auto& part : policy.flattened()) {
    knowledge.parts.push_back({part.range, numbers.at(policy.zones()[part.zone].name)});
  }
  return knowledge;
}

std::string pack(const Knowledge& knowledge) {
  Writer writer;
  writer.u32(static_cast<std::uint32_t>(knowledge.window.count()));
  writer.u32(static_cast<std::uint32_t>(knowledge.wires.size()));
  for (const Wire& wire : knowledge.wires) {
    writer.text(std::string_view{wire.interface}.substr(0, kLongestName));
    writer.u32(wire.index);
    writer.u8(wire.zone);
    writer.raw(as_text(wire.own.bytes()));
    writer.u32(static_cast<std::uint32_t>(wire.addresses.size()));
    for (const net::Address& address : wire.addresses) {
      put(writer, address);
    }
  }
  writer.u32(static_cast<std::uint32_t>(knowledge.parts.size()));
  for (const Part& part : knowledge.parts) {
    put(writer, part.range.first);
    put(writer, part.range.last);
    writer.u8(part.zone);
  }
  return std::move(writer).take();
}

Result<Knowledge> unpack_knowledge(ByteView bytes) {
  Reader reader{bytes};
  Knowledge knowledge;
  knowledge.window = std::chrono::milliseconds{reader.u32()};
  for (std::uint32_t left = reader.u32(); left > 0 && !reader.failed(); --left) {
    knowledge.wires.push_back(take_wire(reader));
  }
  for (std::uint32_t left = reader.u32(); left > 0 && !reader.failed(); --left) {
    const net::Address first = take_address(reader);
    const net::Address last = take_address(reader);
    knowledge.parts.push_back({{first, last}, reader.u8()});
  }
  if (reader.failed() || reader.left() != 0) {
    return fail("what the sensor is to know does not hold together");
  }
  return knowledge;
}

}  // namespace sekisho::sensor
