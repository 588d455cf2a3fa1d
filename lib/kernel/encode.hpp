// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Rules as the kernel's expressions, as nft would write them. The link-layer check that `ether saddr` needs is added
/// here; every other condition the rule says itself.

#include "base/result.hpp"
#include "ruleset/ruleset.hpp"

struct nftnl_rule;
struct nlmsghdr;

namespace sekisho::kernel {

/// Appends the expressions and the comment of `rule` to `into`. Fails for a Foreign statement, for a value that does not
/// fit its field and for a key that does not fit the registers.
[[nodiscard]] Result<void> encode(const ruleset::Rule& rule, nftnl_rule& into);

/// nft's number for a verdict (linux/netfilter.h, enum nft_verdicts).
[[nodiscard]] std::uint32_t verdict_code(ruleset::VerdictKind kind);

}  // namespace sekisho::kernel
