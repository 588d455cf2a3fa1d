// SPDX-License-Identifier: GPL-3.0-or-later
#include "jail/messages.hpp"

namespace sekisho::jail {
namespace {

constexpr std::uint32_t kMagic = 0x534B5731;  // "SKW1"

/// What was read, if it was all there and nothing else.
template <typename T>
std::optional<T> whole(const Reader& reader, T value) {
  return reader.failed() || reader.left() != 0 ? std::nullopt : std::optional{std::move(value)};
}

}  // namespace

std::string encode(const End& end) {
  Writer writer;
  writer.u64(end.serial);
  writer.u8(end.by_signal ? 1 : 0);
  writer.u8(end.code);
  return std::move(writer).take();
}

std::optional<End> decode_end(std::string_view payload) {
  Reader reader{as_bytes(payload)};
  End end;
  end.serial = reader.u64();
  end.by_signal = reader.u8() != 0;
  end.code = reader.u8();
  return whole(reader, end);
}

std::string encode_serial(std::uint64_t serial) {
  Writer writer;
  writer.u64(serial);
  return std::move(writer).take();
}

std::optional<std::uint64_t> decode_serial(std::string_view payload) {
  Reader reader{as_bytes(payload)};
  const std::uint64_t serial = reader.u64();
  return whole(reader, serial);
}

std::string encode(const Order& order) {
  Writer writer;
  writer.u64(order.share.memory);
  writer.u32(order.share.seconds);
  writer.text(order.text);
  return std::move(writer).take();
}

std::optional<Order> decode_order(std::string_view payload) {
  Reader reader{as_bytes(payload)};
  Order order;
  order.share.memory = reader.u64();
  order.share.seconds = reader.u32();
  order.text = reader.text(payload.size());
  return whole(reader, std::move(order));
}

std::string encode(const Lengths& lengths) {
  Writer writer;
  writer.u32(kMagic);
  writer.u32(lengths.text);
  writer.u64(lengths.body);
  return std::move(writer).take();
}

std::optional<Lengths> decode_lengths(std::string_view head) {
  Reader reader{as_bytes(head)};
  const bool ours = reader.u32() == kMagic;
  Lengths lengths;
  lengths.text = reader.u32();
  lengths.body = reader.u64();
  return ours ? whole(reader, lengths) : std::nullopt;
}

}  // namespace sekisho::jail
