// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A real kernel between the wires of a city: the appliance in one throw-away namespace, the far
/// end of every wire in another that has no addresses and answers nothing. The appliance's table is
/// compiled and committed as the daemon does.

#include "compile/compile.hpp"
#include "kernel/nftables.hpp"
#include "kernel/socket.hpp"
#include "policy/parse.hpp"
#include "support/netns.hpp"
#include "threeway/probe.hpp"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace sekisho::threeway {

inline constexpr policy::Instant kNow{std::chrono::seconds{1'795'478'400}};  // 2026-11-24

/// What the kernel did with one row's packets.
struct Seen {
  std::set<std::string> places;  ///< wires it left by, and "appliance" where a socket received it
  std::map<std::string, std::uint64_t>
      counted;  ///< "source destination reason" of every drop counter that rose
};

/// What it did with the packets of several rows.
struct SeenTogether {
  std::map<std::string, std::set<std::string>> places;  ///< by mark; none: it turned up nowhere
  std::map<std::string, std::uint64_t> counted;         ///< of all of them
};

class Lab {
 public:
  Lab();

  [[nodiscard]] const testing::NetNs& appliance() const { return appliance_; }
  [[nodiscard]] const policy::Policy& policy() const { return *policy_; }
  [[nodiscard]] const policy::Situation& situation() const { return situation_; }
  [[nodiscard]] const compile::Compiled& compiled() const { return *compiled_; }
  /// Shuts zones off by name, and those alone; in one commit of what differs.
  void lock(const std::set<std::string>& zones);
  /// The table as the kernel gives it back.
  [[nodiscard]] const ruleset::Table& table() const { return table_; }
  [[nodiscard]] const ruleset::Table& frames() const { return frames_; }
  /// The far end's and the appliance's hardware address; of no wire: zeros.
  [[nodiscard]] LinkEnds ends_of(const std::string& wire) const;

  /// Runs `body` on a thread inside the appliance's namespace, on one processor: what that thread
  /// sends is worked off in the order it was sent.
  void inside(const std::function<void()>& body) const;
  /// The next hops' hardware addresses, so that nobody has to be asked for them.
  void know_neighbours(const std::vector<simulate::Packet>& packets) const;

  /// Sends a row's packets and says what became of them, when all work on them has been done.
  /// Forgets connections first, unless told otherwise. Inside only.
  [[nodiscard]] Seen send(const Probe& probe, std::size_t row, bool forget = true);
  /// The same for rows that have nothing to do with each other, at a fraction of the time. The
  /// first one's number is `row`.
  [[nodiscard]] SeenTogether send(std::span<const Probe> probes, std::size_t row,
                                  bool forget = true);
  [[nodiscard]] std::string shell(const std::string& command) const {
    return appliance_.output(command);
  }

 private:
  void make_wires() const;
  void commit(const std::optional<compile::Compiled>& from);
  void open_sockets();
  void transmit(const Probe& probe, std::size_t row);
  void transmit_own(const Probe& probe, std::size_t row) const;
  void watch_wires(SeenTogether& seen);
  void watch_sockets(SeenTogether& seen) const;
  void forget_connections();
  [[nodiscard]] std::map<std::string, std::uint64_t> counters();

  testing::NetNs appliance_;
  testing::NetNs far_;
  std::optional<policy::Policy> policy_;
  policy::Situation situation_{kNow};
  std::optional<compile::Compiled> compiled_;
  ruleset::Table table_;
  ruleset::Table frames_;
  std::optional<kernel::Nftables> nftables_;
  std::optional<kernel::Socket> conntrack_;
  UniqueFd capture_;
  std::vector<UniqueFd> receivers_;
  UniqueFd own4_;
  UniqueFd own6_;
  std::map<std::string, int> far_index_;
  std::map<std::string, std::uint64_t> before_;
  std::size_t markers_ = 0;
};

}  // namespace sekisho::threeway
