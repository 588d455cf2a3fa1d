// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Equal drops of a window become one: same word (zones and reason), interface, hardware address,
/// source, destination, protocol and destination port. Knows no clock: the caller says when a
/// window ends.

#include "base/result.hpp"
#include "nflog/drop.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::nflog {

struct Fold {
  Drop first;
  std::string in;  ///< interface names; empty for none
  std::string out;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;

  bool operator==(const Fold&) const = default;
};

/// More folds than this no window holds and no message carries.
inline constexpr std::size_t kMostFolds = 500'000;
/// Bytes of an interface name (IFNAMSIZ without its end).
inline constexpr std::size_t kLongestName = 15;

class Folder {
 public:
  /// `name` gives the name of an interface index, empty when it has gone; it is asked once per
  /// index and window, at the first drop that needs it, and not for index 0. At most `most` folds
  /// (and kMostFolds) are kept in a window; drops beyond them are only counted, by the kernel.
  Folder(std::function<std::string(std::uint32_t)> name, std::size_t most);

  void add(const Drop& drop);
  /// The folds of this window in the order of their first drop; the next window begins.
  [[nodiscard]] std::vector<Fold> close();

 private:
  struct Key {
    std::uint32_t word = 0;
    std::uint32_t in = 0;
    std::optional<net::Mac> src_mac;
    net::Address src;
    net::Address dst;
    std::uint8_t protocol = 0;
    std::uint16_t dport = 0;

    auto operator<=>(const Key&) const = default;
  };

  std::string name_of(std::uint32_t index);

  std::function<std::string(std::uint32_t)> name_;
  std::size_t most_;
  std::vector<Fold> folds_;
  /// In folds_. Ordered, since senders choose the keys and could aim at a hash.
  std::map<Key, std::size_t> places_;
  std::map<std::uint32_t, std::string> names_;
};

/// For the channel between the processes. `pack` writes at most kMostFolds and cuts names at
/// kLongestName; `unpack` fails above either, at a fold of no packet, at an unknown address family
/// and at missing or surplus bytes.
[[nodiscard]] std::string pack(const std::vector<Fold>& folds);
[[nodiscard]] Result<std::vector<Fold>> unpack(ByteView bytes);

}  // namespace sekisho::nflog
