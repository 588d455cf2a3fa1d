// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Whether tables let pass nothing but what a policy permits at a moment: over all packets, not
/// some. Shares no code with `compile`; knows no clock, no file and no netlink.
///
/// The proof is an induction over the marks of connections. The tables are walked with sets of
/// packets, and shown is that
/// - wherever a connection gets the mark of a permit, its addresses and its service are that
///   permit's, seen from whichever end the packet comes;
/// - whatever is forwarded carries a mark that a lookup has found alive, for this direction, these
///   interfaces, this sender and this next hop, where the permit's zones and ends say so; or it is
///   an ICMP error about such a connection with a source of the zone it comes from;
/// - a mark is alive only while its permit is in force, under the ceiling, and no longer;
/// - the appliance itself is reached and sends only as management, as its own flows, or as a
///   neighbour;
/// - wires take IP and ARP only, and closed wires nothing.
/// Which permit a mark stands for is taken from the comments that elements carry, and then held
/// against that permit alone: a wrong comment cannot make anything pass for proved. What other
/// tables do to marks is not part of it.

#include "policy/policy.hpp"
#include "policy/situation.hpp"
#include "ruleset/ruleset.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace sekisho::prove {

/// A packet that would pass, or a connection that would get a mark, without a permit.
struct Counterexample {
  ruleset::HookPoint hook{};
  /// What the fields are, as the kernel compares them; fields that such a packet does not have, or
  /// that say nothing here, are left out.
  std::map<ruleset::Field, ruleset::Bytes> packet;
  /// The mark that its connection gets, where that is the fault.
  std::optional<std::uint32_t> connection_mark;
  std::string why;
};

/// What is to be judged. Null: there is no such table.
struct Tables {
  const ruleset::Table* packets = nullptr;
  const ruleset::Table* frames = nullptr;
};

/// Nothing when it is proved. Ends of elements may be later than their permit's by `tolerance`.
/// Tables that are not understood, or too large to be judged, are a counterexample without a
/// packet.
[[nodiscard]] std::optional<Counterexample> refute(const policy::Policy& policy,
                                                   const policy::Situation& situation,
                                                   const Tables& tables,
                                                   std::chrono::seconds tolerance);

/// Proves one state after another; what has been proved and is the same still is not proved twice.
class Prover {
 public:
  Prover();
  ~Prover();
  Prover(const Prover&) = delete;
  Prover& operator=(const Prover&) = delete;

  /// As `refute`.
  [[nodiscard]] std::optional<Counterexample> refute(std::shared_ptr<const policy::Policy> policy,
                                                     const policy::Situation& situation,
                                                     const ruleset::Table& packets,
                                                     const ruleset::Table& frames,
                                                     std::chrono::seconds tolerance);

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;  ///< what was proved last; nothing after what was not
};

/// A field of a packet and its value, as nft writes them: "ip saddr" and "10.0.0.1".
[[nodiscard]] std::map<std::string, std::string> texts_of(const Counterexample& counterexample);
/// In one line: "forward: ip saddr 10.0.0.1, …: nothing in the policy permits it".
[[nodiscard]] std::string text_of(const Counterexample& counterexample);

}  // namespace sekisho::prove
