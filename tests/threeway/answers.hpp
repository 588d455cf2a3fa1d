// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Three kinds of answer as texts that can be compared and read.

#include "simulate/decision.hpp"
#include "simulate/run.hpp"
#include "threeway/lab.hpp"

#include <string>

namespace sekisho::threeway {

/// "reason[:permit] source destination"
[[nodiscard]] std::string text_of(const simulate::Decision& decision);
/// "source destination reason", as the drop counters are commented.
[[nodiscard]] std::string word_of(const simulate::Decision& decision);
[[nodiscard]] std::string word_of(const ruleset::Table& table, const simulate::Outcome& outcome);
/// What became of it, and the chains it went through.
[[nodiscard]] std::string text_of(const ruleset::Table& table, const simulate::Outcome& outcome);
[[nodiscard]] std::string text_of(const Seen& seen);

/// Whether a packet that is let through turned up where it has to, and nowhere else. An answer of
/// the appliance may quote it on the wire it came by.
[[nodiscard]] bool arrived(const simulate::Packet& packet, const Seen& seen);

}  // namespace sekisho::threeway
