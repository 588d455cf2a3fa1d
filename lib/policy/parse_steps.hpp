// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The steps between documents and a Policy, in order: read, resolve names, check zones, check
/// permits, warn. Each adds to the findings and none stops at the first.

#include "policy/draft.hpp"
#include "policy/findings.hpp"
#include "policy/section.hpp"

#include <vector>

namespace sekisho::policy {

/// All documents as one draft. With `all` false a document is missing, and what is not there may
/// stand in it.
[[nodiscard]] Draft read_draft(const std::vector<Table>& documents, bool all, Findings& findings);

// One reader per table of the grammar; `node` is the table.
void read_appliance(const Node& node, Draft& draft, Findings& findings);
void read_zone(const Node& node, Draft& draft, Findings& findings);
void read_system(const Node& node, Draft& draft, Findings& findings);
void read_flow(const Node& node, Draft& draft, Findings& findings);
void read_specific_flow(const Node& node, Draft& draft, Findings& findings);
void read_exchange(const Node& node, Draft& draft, Findings& findings);
void read_must_flow(const Node& node, Draft& draft, Findings& findings);
void read_self_flow(const Node& node, Draft& draft, Findings& findings);
void read_management(const Node& node, Draft& draft, Findings& findings);
void read_sensor(const Node& node, Draft& draft, Findings& findings);
void read_violations(const Node& node, Draft& draft, Findings& findings);
/// `entry`: the key NAME of [sanitize.NAME] with its table.
void read_profile(const Entry& entry, Draft& draft, Findings& findings);

/// Profiles that exist without a table.
[[nodiscard]] const std::vector<SanitizeProfile>& built_in_profiles();

/// Names, interfaces, networks, gateways, systems: what the interface page says of zones.
void check_zones(const Draft& draft, Findings& findings);
/// Fills `end` of both ends of every permit from zone and system names.
void resolve_ends(Draft& draft, Findings& findings);
/// `space`: a policy of the draft's zones alone, which says whose an address is.
void check_systems(const Draft& draft, const Policy& space, Findings& findings);
void check_hosts(const Draft& draft, const Policy& space, Findings& findings);
/// Ids, ceiling, services, approval and time.
void check_permits(const Draft& draft, Findings& findings);
/// One permit's times.
void check_times(const PermitDraft& permit, const Draft& draft, Findings& findings);

/// What is no error but wants a look; only of a draft without errors.
void warn_of_permits(const Draft& draft, const Policy& policy, Instant now, Findings& findings);
void warn_of_shadows(const Draft& draft, Findings& findings);
void warn_of_zones(const Draft& draft, Findings& findings);

/// True when every packet from `inner`'s ends by `inner`'s services is one of `outer`'s: same
/// zones, hosts inside hosts, services inside services. `budget` is lowered by the comparisons
/// made; at zero the answer is false.
[[nodiscard]] bool covers(const PermitDraft& outer, const PermitDraft& inner, std::size_t& budget);

/// Index of the zone with that name; the first of several.
[[nodiscard]] std::optional<ZoneIndex> zone_named(const Draft& draft, std::string_view name);

}  // namespace sekisho::policy
