// SPDX-License-Identifier: GPL-3.0-or-later
#include "health.hpp"

#include "files/files.hpp"
#include "kernel/losses.hpp"

#include <sys/statvfs.h>

#include <algorithm>

namespace sekisho::daemon {
namespace {

constexpr int kCalmReadings = 5;
constexpr std::uint64_t kMebi = 1ULL << 20U;
constexpr std::uint64_t kAmpleDisk = 64 * kMebi;  ///< more than that left is enough of any disk
constexpr std::size_t kLongestMeminfo = 65536;

std::string amounts(std::uint64_t left, std::uint64_t of, Language language) {
  const std::string part = std::to_string(left);
  const std::string whole = std::to_string(of);
  return language == Language::Ja ? whole + " 中 " + part : part + " of " + whole;
}

std::optional<Resources::Room> disk_of(const std::string& directory) {
  struct statvfs status {};
  if (::statvfs(directory.c_str(), &status) != 0) {
    return std::nullopt;
  }
  return Resources::Room{std::uint64_t{status.f_blocks} * status.f_frsize,
                         std::uint64_t{status.f_bavail} * status.f_frsize,
                         status.f_files == 0 ? 1 : status.f_favail};
}

std::optional<Resources::Room> memory() {
  const auto text = files::read("/proc/meminfo", kLongestMeminfo);
  return text ? memory_in(*text) : std::nullopt;
}

}  // namespace

std::optional<Resources::Room> memory_in(std::string_view meminfo) {
  const auto total = kernel::value_in_lines(meminfo, "MemTotal:");
  const auto available = kernel::value_in_lines(meminfo, "MemAvailable:");
  return total && available ? std::optional{Resources::Room{*total * 1024, *available * 1024, 1}}
                            : std::nullopt;
}

Resources read_resources(const std::string& state_dir) {
  Resources now;
  if (auto table = kernel::connection_table()) {
    now.connections = *table;
  }
  now.neighbours = kernel::neighbour_tables().value_or(std::vector<kernel::NeighbourTable>{});
  now.memory = memory();
  now.disk = disk_of(state_dir);
  return now;
}

std::map<std::string, std::string> Shortages::judge(const Resources& now, Language language) {
  if (now.connections) {
    judge_connections(*now.connections, language);
  }
  for (const kernel::NeighbourTable& table : now.neighbours) {
    judge_neighbours(table, language);
  }
  if (now.memory) {
    const auto [total, free, files] = *now.memory;
    const Text text{"メモリが残り少ない (MiB): ", "memory runs out (MiB left): "};
    note("memory",
         {free<total / 32, free> total / 16,
          std::string{text.in(language)} + amounts(free / kMebi, total / kMebi, language)});
  }
  if (now.disk) {
    const auto [total, free, files] = *now.disk;
    const std::uint64_t needed = std::min(total / 20, kAmpleDisk);
    const Text text{
        "状態ディレクトリのディスクが残り少ない。一杯では記録はメモリで待ち、設定は変更できない "
        "(KiB): ",
        "the state dir's disk runs full; once it is, records wait in memory and nothing can be "
        "applied (KiB left): "};
    note("disk", {free < needed || files == 0, free > 2 * needed && files > 0,
                  std::string{text.in(language)} + amounts(free / 1024, total / 1024, language)});
  }
  std::map<std::string, std::string> all;
  for (const auto& [name, state] : states_) {
    all[name] = state.text;
  }
  return all;
}

/// Where connections are given up early for others, the table is as full as where none is let in.
void Shortages::judge_connections(const kernel::ConnectionTable& now, Language language) {
  const bool dropped = rose("dropped", now.dropped);
  const bool refusing = rose("given up", now.given_up) || dropped;
  const bool known = now.most > 0;
  const Text text{"接続表が一杯。新しい接続は通らず、確立した接続は続く: ",
                  "the connection table is full; new connections fail, established ones go on: "};
  note("connections", {refusing || (known && now.entries * 20 >= now.most * 19),
                       !refusing && (!known || now.entries * 10 < now.most * 9),
                       std::string{text.in(language)} + amounts(now.entries, now.most, language)});
}

void Shortages::judge_neighbours(const kernel::NeighbourTable& now, Language language) {
  const std::string name =
      std::string{"neighbours-"} + (now.family == net::Family::V4 ? "v4" : "v6");
  const bool refused = rose(name, now.full);
  const Text text{"隣接表が一杯。新しい隣接へは届かず、既知の隣接へは届く: ",
                  "the table of neighbours is full; new ones cannot be reached, known ones can: "};
  note(name, {refused, !refused,
              std::string{text.in(language)} + amounts(now.entries, now.most, language)});
}

bool Shortages::rose(const std::string& counter, std::uint64_t value) {
  const auto [known, first] = counters_.try_emplace(counter, value);
  return !first && std::exchange(known->second, value) != value;
}

void Shortages::note(const std::string& name, const Finding& finding) {
  State& state = states_[name];
  if (finding.little) {
    state.calm = 0;
    if (state.text.empty()) {
      state.text = finding.text;
    }
  } else if (!finding.enough) {
    state.calm = 0;
  } else if (++state.calm >= kCalmReadings) {
    state.text.clear();
  }
}

std::map<std::string, std::string> Provisions::look(Language language) {
  reserve_.keep();
  return shortages_.judge(read_resources(state_dir_), language);
}

}  // namespace sekisho::daemon
