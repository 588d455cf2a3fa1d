// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Equal drops of a window become one: same word (zones and reason), interface, hardware address, source, destination,
/// protocol and destination port. Knows no clock: the caller says when a window ends.

#include "base/result.hpp"
#include "nflog/drop.hpp"

#include <cstdint>
#include <functional>
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

class Folder {
 public:
  /// `name` gives the name of an interface index, empty when it has gone. At most `most` folds are kept in a window;
  /// drops beyond them are only counted, by the kernel.
  Folder(std::function<std::string(std::uint32_t)> name, std::size_t most);

  void add(const Drop& drop);
  /// The folds of this window in the order of their first drop; the next window begins.
  [[nodiscard]] std::vector<Fold> close();

 private:
  struct Key;
  struct KeyHash;
  std::function<std::string(std::uint32_t)> name_;
  std::size_t most_;
};

/// For the channel between the processes; bounded on both sides.
[[nodiscard]] std::string pack(const std::vector<Fold>& folds);
[[nodiscard]] Result<std::vector<Fold>> unpack(ByteView bytes);

}  // namespace sekisho::nflog
