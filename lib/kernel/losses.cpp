// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/losses.hpp"

#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace sekisho::kernel {
namespace {

struct Row {
  std::string_view file;
  std::string_view group;  ///< empty: the form of snmp6
  std::string_view name;
  std::string_view meaning;
};
/// Source: RFC 4293 and the kernel's snmp.rst.
constexpr std::array kRows{
    Row{"snmp", "Ip", "InHdrErrors", "IPv4: headers that do not hold, hops used up"},
    Row{"snmp", "Ip", "InAddrErrors", "IPv4: addresses that nothing can be done with"},
    Row{"snmp", "Ip", "InUnknownProtos", "IPv4: to the appliance, by a protocol that it has not"},
    Row{"snmp", "Ip", "InDiscards", "IPv4: no room on the way in"},
    Row{"snmp", "Ip", "OutDiscards", "IPv4: no room on the way out"},
    Row{"snmp", "Ip", "OutNoRoutes", "IPv4: no route on the way out"},
    Row{"snmp", "Ip", "ReasmFails", "IPv4: fragments that never became whole"},
    Row{"snmp", "Ip", "FragFails", "IPv4: too large for the next wire"},
    Row{"netstat", "IpExt", "InNoRoutes", "IPv4: no route to forward by"},
    Row{"netstat", "IpExt", "InTruncatedPkts", "IPv4: shorter than they say"},
    Row{"netstat", "IpExt", "InCsumErrors", "IPv4: a wrong header checksum"},
    Row{"snmp6", "", "Ip6InHdrErrors", "IPv6: headers that do not hold, hops used up"},
    Row{"snmp6", "", "Ip6InTooBigErrors", "IPv6: too large for the next wire"},
    Row{"snmp6", "", "Ip6InNoRoutes", "IPv6: no route to forward by"},
    Row{"snmp6", "", "Ip6InAddrErrors", "IPv6: addresses that nothing can be done with"},
    Row{"snmp6", "", "Ip6InUnknownProtos", "IPv6: to the appliance, by a protocol that it has not"},
    Row{"snmp6", "", "Ip6InTruncatedPkts", "IPv6: shorter than they say"},
    Row{"snmp6", "", "Ip6InDiscards", "IPv6: no room on the way in"},
    Row{"snmp6", "", "Ip6OutDiscards", "IPv6: no room on the way out"},
    Row{"snmp6", "", "Ip6OutNoRoutes", "IPv6: no route on the way out"},
    Row{"snmp6", "", "Ip6ReasmFails", "IPv6: fragments that never became whole"},
};
constexpr std::size_t kBacklogDropped = 1;  ///< column of softnet_stat (net-procfs.c)

/// The first word of `rest`, taken off it.
std::string_view take_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
  rest.remove_prefix(word.size());
  return word;
}

std::string_view take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return line;
}

std::optional<std::uint64_t> number(std::string_view word, int base = 10) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, base);
  return error == std::errc{} && end == word.data() + word.size() ? std::optional{value}
                                                                  : std::nullopt;
}

/// Of the calling thread's namespace; empty where there is none.
std::string read(std::string_view name) {
  const UniqueFd fd{
      ::open(("/proc/thread-self/net/" + std::string{name}).c_str(), O_RDONLY | O_CLOEXEC)};
  std::string text;
  std::array<char, 16384> buffer{};
  for (ssize_t size = 0; fd && (size = ::read(fd.get(), buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return text;
}

void add_tables(std::vector<Loss>& all) {
  if (const auto connections = connection_table()) {
    all.push_back({"conntrack drop", "the connection table was full", connections->dropped});
    all.push_back({"conntrack insert_failed", "a connection begun twice at once",
                   connections->insert_failed});
    all.push_back({"conntrack early_drop", "connections, not packets: forgotten early for others",
                   connections->given_up});
  }
  for (const NeighbourTable& table : neighbour_tables().value_or(std::vector<NeighbourTable>{})) {
    const bool v4 = table.family == net::Family::V4;
    all.push_back({std::string{v4 ? "arp_cache" : "ndisc_cache"} + " table_fulls",
                   std::string{v4 ? "IPv4" : "IPv6"} +
                       ": the table of neighbours was full (of the whole machine)",
                   table.full});
  }
}

}  // namespace

std::optional<std::uint64_t> value_in_groups(std::string_view text, std::string_view group,
                                             std::string_view name) {
  while (!text.empty()) {
    std::string_view names = take_line(text);
    if (take_word(names) != std::string{group} + ":") {
      continue;
    }
    std::string_view values = take_line(text);
    for (take_word(values); !names.empty();) {
      const std::string_view value = take_word(values);
      if (take_word(names) == name) {
        return number(value);
      }
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> value_in_lines(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (take_word(line) == name) {
      return number(take_word(line));
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> sum_of_column(std::string_view text, std::size_t column) {
  std::optional<std::uint64_t> sum;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    for (std::size_t i = 0; i < column; ++i) {
      take_word(line);
    }
    if (const auto value = number(take_word(line), 16)) {
      sum = sum.value_or(0) + *value;
    }
  }
  return sum;
}

std::vector<Loss> losses() {
  std::vector<Loss> all;
  if (const auto backlog = sum_of_column(read("softnet_stat"), kBacklogDropped)) {
    all.push_back(
        {"softnet dropped", "a processor's backlog was full (of the whole machine)", *backlog});
  }
  std::string_view file;
  std::string text;
  for (const Row& row : kRows) {
    if (row.file != file) {
      file = row.file;
      text = read(file);
    }
    const auto value = row.group.empty() ? value_in_lines(text, row.name)
                                         : value_in_groups(text, row.group, row.name);
    if (value) {
      const std::string group = row.group.empty() ? "" : std::string{row.group} + " ";
      all.push_back({group + std::string{row.name}, std::string{row.meaning}, *value});
    }
  }
  add_tables(all);
  return all;
}

}  // namespace sekisho::kernel
