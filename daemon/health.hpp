// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What the machine may run out of (connections, neighbours, memory, disk), and when that is a
/// shortage which people must hear of. Judging is pure; knows no process and no record.

#include "base/words.hpp"
#include "kernel/limits.hpp"
#include "reserve.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::daemon {

/// What is left at one moment; without what could not be read.
struct Resources {
  struct Room {
    std::uint64_t total = 0;  ///< bytes
    std::uint64_t free = 0;
    std::uint64_t files = 1;  ///< how many may still be made; 1 where that is not limited
  };
  std::optional<kernel::ConnectionTable> connections;
  std::vector<kernel::NeighbourTable> neighbours;
  std::optional<Room> memory;
  std::optional<Room> disk;
};

/// Of the machine and the calling thread's network namespace; the disk is the state dir's.
[[nodiscard]] Resources read_resources(const std::string& state_dir);
/// From the form of /proc/meminfo.
[[nodiscard]] std::optional<Resources::Room> memory_in(std::string_view meminfo);

class Shortages {
 public:
  /// To be asked once a second: by name ("connections", "neighbours-v4", "neighbours-v6", "memory",
  /// "disk") a sentence that stays the same while there is too little, empty while there is enough.
  /// A shortage ends when there has been enough for five readings.
  [[nodiscard]] std::map<std::string, std::string> judge(const Resources& now, Language language);

 private:
  /// One reading of one thing.
  struct Finding {
    bool little = false;
    bool enough = false;  ///< neither: what was said before goes on
    std::string text;
  };
  struct State {
    std::string text;
    int calm = 0;  ///< readings with enough since
  };
  void note(const std::string& name, const Finding& finding);
  void judge_connections(const kernel::ConnectionTable& now, Language language);
  void judge_neighbours(const kernel::NeighbourTable& now, Language language);
  /// How much a counter has risen since it was seen last; of the first time nothing.
  [[nodiscard]] bool rose(const std::string& counter, std::uint64_t value);

  std::map<std::string, State> states_;
  std::map<std::string, std::uint64_t> counters_;
};

/// The two of them and the state dir's reserve, for whoever looks once a second.
class Provisions {
 public:
  explicit Provisions(const std::string& state_dir) : state_dir_{state_dir}, reserve_{state_dir} {}

  /// As `Shortages::judge`.
  [[nodiscard]] std::map<std::string, std::string> look(Language language);
  [[nodiscard]] bool give_up_reserve() { return reserve_.give_up(); }

 private:
  std::string state_dir_;
  Reserve reserve_;
  Shortages shortages_;
};

}  // namespace sekisho::daemon
