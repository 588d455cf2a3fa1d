// SPDX-License-Identifier: GPL-3.0-or-later
#include "nflog/fold.hpp"

#include <algorithm>

namespace sekisho::nflog {
namespace {

/// The least that one packed fold takes: IPv4, no hardware address, no names.
constexpr std::size_t kShortestFold = 56;
constexpr std::size_t kMacLength = 6;

enum class Tag : std::uint8_t { No = 0, Yes = 1, V4 = 4, V6 = 6 };

void write(Writer& writer, Tag tag) {
  writer.u8(static_cast<std::uint8_t>(tag));
}

void write(Writer& writer, const net::Address& address) {
  write(writer, address.is_v4() ? Tag::V4 : Tag::V6);
  writer.raw(as_text(address.bytes()));
}

void write(Writer& writer, const Drop& drop) {
  writer.u32(drop.word);
  writer.u32(drop.in);
  writer.u32(drop.out);
  write(writer, drop.src_mac ? Tag::Yes : Tag::No);
  if (drop.src_mac) {
    writer.raw(as_text(drop.src_mac->bytes()));
  }
  write(writer, drop.src);
  write(writer, drop.dst);
  writer.u8(drop.protocol);
  writer.u16(drop.sport);
  writer.u16(drop.dport);
  writer.u32(drop.bytes);
}

void write(Writer& writer, const Fold& fold) {
  write(writer, fold.first);
  writer.text(std::string_view{fold.in}.substr(0, kLongestName));
  writer.text(std::string_view{fold.out}.substr(0, kLongestName));
  writer.u64(fold.packets);
  writer.u64(fold.bytes);
}

/// The reads yield nothing when the bytes are none that `write` writes.
std::optional<net::Address> read_address(Reader& reader) {
  switch (Tag{reader.u8()}) {
    case Tag::V4: return net::Address::from_bytes(reader.take(4));
    case Tag::V6: return net::Address::from_bytes(reader.take(16));
    default: return std::nullopt;
  }
}

bool read_mac(Reader& reader, std::optional<net::Mac>& mac) {
  const Tag tag{reader.u8()};
  if (tag != Tag::Yes) {
    return tag == Tag::No && !reader.failed();
  }
  const ByteView bytes = reader.take(kMacLength);
  if (bytes.empty()) {
    return false;
  }
  std::array<std::uint8_t, kMacLength> value{};
  std::ranges::copy(bytes, value.begin());
  mac = net::Mac{value};
  return true;
}

std::optional<Drop> read_drop(Reader& reader) {
  Drop drop;
  drop.word = reader.u32();
  drop.in = reader.u32();
  drop.out = reader.u32();
  if (!read_mac(reader, drop.src_mac)) {
    return std::nullopt;
  }
  const auto src = read_address(reader);
  const auto dst = src ? read_address(reader) : std::nullopt;
  if (!dst) {
    return std::nullopt;
  }
  drop.src = *src;
  drop.dst = *dst;
  drop.protocol = reader.u8();
  drop.sport = reader.u16();
  drop.dport = reader.u16();
  drop.bytes = reader.u32();
  return drop;
}

std::optional<Fold> read_fold(Reader& reader) {
  auto drop = read_drop(reader);
  if (!drop) {
    return std::nullopt;
  }
  Fold fold;
  fold.first = *drop;
  fold.in = reader.text(kLongestName);
  fold.out = reader.text(kLongestName);
  fold.packets = reader.u64();
  fold.bytes = reader.u64();
  return reader.failed() || fold.packets == 0 ? std::nullopt : std::optional{std::move(fold)};
}

}  // namespace

Folder::Folder(std::function<std::string(std::uint32_t)> name, std::size_t most)
    : name_{std::move(name)}, most_{std::min(most, kMostFolds)} {}

std::string Folder::name_of(std::uint32_t index) {
  if (index == 0) {
    return {};
  }
  const auto known = names_.find(index);
  return known != names_.end() ? known->second : names_.emplace(index, name_(index)).first->second;
}

void Folder::add(const Drop& drop) {
  const Key key{drop.word, drop.in, drop.src_mac, drop.src, drop.dst, drop.protocol, drop.dport};
  if (const auto known = places_.find(key); known != places_.end()) {
    Fold& fold = folds_[known->second];
    ++fold.packets;
    fold.bytes += drop.bytes;
  } else if (folds_.size() < most_) {
    places_.emplace(key, folds_.size());
    folds_.push_back({drop, name_of(drop.in), name_of(drop.out), 1, drop.bytes});
  }
}

std::vector<Fold> Folder::close() {
  places_.clear();
  names_.clear();
  return std::exchange(folds_, {});
}

std::string pack(const std::vector<Fold>& folds) {
  const std::size_t count = std::min(folds.size(), kMostFolds);
  Writer writer;
  writer.u32(static_cast<std::uint32_t>(count));
  for (std::size_t i = 0; i < count; ++i) {
    write(writer, folds[i]);
  }
  return std::move(writer).take();
}

Result<std::vector<Fold>> unpack(ByteView bytes) {
  Reader reader{bytes};
  const std::size_t count = reader.u32();
  if (reader.failed() || count > kMostFolds || count > reader.left() / kShortestFold) {
    return fail("folds: a count that the message cannot hold");
  }
  std::vector<Fold> folds;
  folds.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto fold = read_fold(reader);
    if (!fold) {
      return fail("folds: fold " + std::to_string(i) + " does not hold together");
    }
    folds.push_back(*std::move(fold));
  }
  if (reader.left() != 0) {
    return fail("folds: " + std::to_string(reader.left()) + " bytes too many");
  }
  return folds;
}

}  // namespace sekisho::nflog
