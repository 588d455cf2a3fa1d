// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the daemon's processes say to each other, and how it is written. A message that does not
/// hold together, or that its sender may not send, ends the process that receives it.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/words.hpp"
#include "policy/policy.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sekisho::daemon {

enum class Type : std::uint16_t {
  Names = 1,     ///< supervisor → recorder: Names
  Record = 2,    ///< supervisor → recorder: journal::Record
  Counters = 3,  ///< supervisor → recorder: Counters
  Peer = 4,      ///< supervisor → recorder: a role's name, its new channel as descriptor
  Finish = 5,    ///< supervisor → recorder: write everything and end
  Health = 6,    ///< every role → supervisor: what is wrong with it; empty when nothing is
  Close = 7,     ///< supervisor → watch: the number of a window that ends (u64)
  Folds = 8,     ///< watch → recorder: number of the window (u64), nflog::Fold list
  Request = 9,   ///< desk → supervisor: id (u64), uid (u32), control::Request
  Answer = 10,   ///< supervisor → desk: id (u64), control::Answer
  Wires = 11,    ///< supervisor → sensor: sensor::Knowledge
  Leaks = 12,    ///< sensor → recorder: nflog::Fold list with words of sensor/leak.hpp
  Alive = 13,    ///< every role → supervisor, once a second: that it works off what comes
};

/// What the recorder needs of a revision to put words into names.
struct Names {
  struct Zone {
    std::string name;
    ZoneClass zone_class{};
    std::string organ;
    bool operator==(const Zone&) const = default;
  };
  Language language = Language::Ja;
  std::string revision;  ///< of the field SEKISHO_POLICY
  std::uint32_t max_records = 1000;
  std::map<std::uint8_t, Zone> zones;  ///< by number
  bool operator==(const Names&) const = default;
};
[[nodiscard]] std::string pack(const Names& names);
[[nodiscard]] Result<Names> unpack_names(ByteView bytes);

/// A reading of the kernel's drop counters.
struct Counters {
  struct Count {
    std::uint32_t word = 0;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    bool operator==(const Count&) const = default;
  };
  std::uint64_t window = 0;
  bool fresh = false;    ///< the table has just been made: nothing of before is in these counters
  bool watched = false;  ///< the watch was told to close this window and will send its folds
  std::vector<Count> counts;
  /// What was read last of a table that was made anew beside one that goes on counting.
  std::vector<Count> gone;
  bool operator==(const Counters&) const = default;
};
[[nodiscard]] std::string pack(const Counters& counters);
[[nodiscard]] Result<Counters> unpack_counters(ByteView bytes);

}  // namespace sekisho::daemon
