// SPDX-License-Identifier: GPL-3.0-or-later
#include "answers.hpp"

#include "base/escape.hpp"
#include "clock.hpp"
#include "kernel/losses.hpp"

#include <net/if.h>
#include <sys/utsname.h>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace sekisho::daemon {
namespace {

using boost::json::array;
using boost::json::object;
using policy::Permit;
using policy::PermitKind;

std::string utf8(const std::string& text) {
  return is_utf8(text) ? text : escaped(text);
}

array names_json(const std::set<std::string>& names) {
  array list;
  for (const std::string& name : names) {
    list.emplace_back(name);
  }
  return list;
}

boost::json::value time_or_null(const std::optional<policy::Instant>& instant) {
  return instant ? boost::json::value(utc_text(*instant)) : boost::json::value(nullptr);
}

std::string_view name_of(policy::Model model) {
  static constexpr std::array<std::string_view, 3> kNames{"alpha", "beta", "beta_prime"};
  return kNames.at(static_cast<std::size_t>(model));
}

array zones_json(const policy::Policy& policy) {
  array zones;
  for (const policy::Zone& zone : policy.zones()) {
    array interfaces;
    for (const std::string& name : zone.interfaces) {
      interfaces.push_back(
          object{{"name", name}, {"present", ::if_nametoindex(name.c_str()) != 0}});
    }
    array networks;
    for (const net::Prefix& network : zone.networks) {
      networks.emplace_back(network.str());
    }
    array gateways;
    for (const net::Address& gateway : zone.gateways) {
      gateways.emplace_back(gateway.str());
    }
    zones.push_back(object{{"name", zone.name},
                           {"class", sekisho::name_of(zone.zone_class)},
                           {"interfaces", std::move(interfaces)},
                           {"networks", std::move(networks)},
                           {"gateways", std::move(gateways)},
                           {"organ", zone.organ},
                           {"intra_zone", zone.intra_zone_allow ? "allow" : "deny"}});
  }
  return zones;
}

array permits_json(const InForce& in_force, const std::map<std::string, ruleset::Usage>& usage) {
  const auto zone = [&in_force](const policy::End& end) {
    return end.zone ? in_force.policy->zones()[*end.zone].name : std::string{"-"};
  };
  array permits;
  for (const Permit& permit : in_force.policy->permits()) {
    array services;
    for (const net::Service& service : permit.services) {
      services.emplace_back(service.str());
    }
    const std::string_view why = policy::why_not(permit, in_force.situation);
    const auto used = usage.find(permit.id);
    const ruleset::Usage count = used == usage.end() ? ruleset::Usage{} : used->second;
    permits.push_back(
        object{{"id", permit.id},
               {"kind", policy::name_of(permit.kind)},
               {"from_zone", zone(permit.from)},
               {"to_zone", zone(permit.to)},
               {"services", std::move(services)},
               {"in_force", why.empty()},
               {"why_not", why},
               {"valid_from", time_or_null(permit.valid_from)},
               {"valid_until", time_or_null(policy::end_of(permit, in_force.situation))},
               {"packets", count.packets},
               {"bytes", count.bytes}});
  }
  return permits;
}

array drops_json(const InForce& in_force, const std::vector<Counters::Count>& drops) {
  std::map<std::uint32_t, std::string> zones;
  for (const auto& [name, number] : in_force.compiled.numbers.zones) {
    zones[number] = name;
  }
  const auto zone = [&zones](std::uint32_t number) {
    const auto found = zones.find(number & 0xffU);
    return found == zones.end() ? std::string{"-"} : found->second;
  };
  array rows;
  for (const Counters::Count& count : drops) {
    const auto reason = reason_numbered(static_cast<std::uint8_t>(count.word & 0xffU));
    if (count.packets == 0 || !reason) {
      continue;
    }
    rows.push_back(object{{"src_zone", zone(count.word >> 16U)},
                          {"dst_zone", zone(count.word >> 8U)},
                          {"reason", sekisho::name_of(*reason)},
                          {"packets", count.packets},
                          {"bytes", count.bytes}});
  }
  return rows;
}

/// What the kernel dropped by itself, and how full its tables are.
array losses_json() {
  array rows;
  for (const kernel::Loss& loss : kernel::losses()) {
    rows.push_back(
        object{{"name", loss.name}, {"meaning", loss.meaning}, {"packets", loss.packets}});
  }
  return rows;
}

object tables_json() {
  object tables;
  if (const auto connections = kernel::connection_table()) {
    tables["connections"] = object{{"entries", connections->entries}, {"most", connections->most}};
  }
  for (const auto& table :
       kernel::neighbour_tables().value_or(std::vector<kernel::NeighbourTable>{})) {
    tables[table.family == net::Family::V4 ? "neighbours_v4" : "neighbours_v6"] =
        object{{"entries", table.entries}, {"most", table.most}};
  }
  return tables;
}

object kernel_json(const Enforcer& enforcer, std::uint32_t generation) {
  static constexpr std::array<std::string_view, 4> kOutcomes{"set", "already", "missing", "failed"};
  utsname system{};
  (void)::uname(&system);
  array settings;
  for (const kernel::Applied& setting : enforcer.boundary().settings()) {
    settings.push_back(
        object{{"name", setting.name},
               {"value", setting.value},
               {"before", setting.before},
               {"outcome", kOutcomes.at(static_cast<std::size_t>(setting.outcome))}});
  }
  array weaker;
  if (!enforcer.boundary().owned()) {
    weaker.emplace_back(
        "the table is not owned: others can change it, and it is put right again when they do");
  }
  return {{"release", system.release},
          {"table", enforcer.in_force().compiled.table.name},
          {"owned", enforcer.boundary().owned()},
          {"generation", generation},
          {"weaker", std::move(weaker)},
          {"settings", std::move(settings)},
          {"tables", tables_json()},
          {"dropped_by_stack", losses_json()}};
}

array exchanges_json(const InForce& in_force) {
  array exchanges;
  for (const Permit& permit : in_force.policy->permits()) {
    if (permit.kind == PermitKind::Exchange) {
      const bool holds = policy::in_force(permit, in_force.situation);
      exchanges.push_back(object{{"id", permit.id},
                                 {"open", holds && in_force.situation.relay},
                                 {"in_force", holds}});
    }
  }
  return exchanges;
}

/// Sections that are understood and do nothing yet.
void add_dormant(const policy::Policy& policy, array& warnings) {
  const auto screens = std::ranges::count_if(policy.permits(), [](const Permit& permit) {
    return permit.kind == PermitKind::Exchange && !policy::is_mail_exchange(permit);
  });
  if (screens > 0) {
    warnings.emplace_back("not in force: " + std::to_string(screens) +
                          " [[exchange]] of screens, as there is no relay for them");
  }
}

array diagnostics_json(const std::vector<policy::Diagnostic>& diagnostics) {
  array rows;
  for (const policy::Diagnostic& diagnostic : diagnostics) {
    rows.push_back(object{{"file", utf8(diagnostic.place.file)},
                          {"line", diagnostic.place.line},
                          {"column", diagnostic.place.column},
                          {"message", utf8(diagnostic.message)},
                          {"clause", diagnostic.clause}});
  }
  return rows;
}

object counterexample_json(const prove::Counterexample& counterexample) {
  object packet;
  for (const auto& [name, value] : prove::texts_of(counterexample)) {
    packet[name] = utf8(value);
  }
  return {{"hook", ruleset::name_of(counterexample.hook)},
          {"packet", std::move(packet)},
          {"why", utf8(counterexample.why)}};
}

}  // namespace

std::string status_json(const Enforcer& enforcer, const Condition& condition) {
  const InForce& in_force = enforcer.in_force();
  const policy::Policy& policy = *in_force.policy;
  array processes;
  for (const Crew::Process& process : condition.processes) {
    processes.push_back(object{{"role", process.role}, {"pid", process.pid}});
  }
  array warnings;
  for (const std::string& warning : condition.warnings) {
    warnings.emplace_back(utf8(warning));
  }
  add_dormant(policy, warnings);
  const char* state = in_force.revision == 0               ? "closed"
                      : !in_force.situation.locked.empty() ? "lockdown"
                      : condition.degraded                 ? "degraded"
                                                           : "enforcing";
  return serialize(object{{"name", policy.appliance().name},
                          {"model", name_of(policy.appliance().model)},
                          {"revision", in_force.revision},
                          {"policy_sha256", in_force.sha256},
                          {"state", state},
                          {"ready", condition.ready},
                          {"on_trial", enforcer.on_trial()},
                          {"locked", names_json(in_force.standing.locked)},
                          {"zones", zones_json(policy)},
                          {"permits", permits_json(in_force, condition.usage)},
                          {"drops", drops_json(in_force, condition.drops)},
                          {"kernel", kernel_json(enforcer, condition.generation)},
                          {"processes", std::move(processes)},
                          {"exchanges", exchanges_json(in_force)},
                          {"warnings", std::move(warnings)}});
}

std::string attempt_json(const Attempt& attempt, const InForce& in_force) {
  object document{{"ok", attempt.ok},
                  {"changed", attempt.changed},
                  {"revision", in_force.revision},
                  {"policy_sha256", in_force.sha256},
                  {"errors", diagnostics_json(attempt.errors)},
                  {"warnings", diagnostics_json(attempt.warnings)}};
  if (!attempt.error.empty()) {
    document["error"] = utf8(attempt.error);
  }
  return serialize(document);
}

std::string decision_json(const simulate::Decision& decision) {
  const bool deny = decision.verdict == Verdict::Deny;
  return serialize(object{{"verdict", sekisho::name_of(decision.verdict)},
                          {"reason", sekisho::name_of(decision.reason)},
                          {"clause", deny ? sekisho::name_of(decision.clause) : "-"},
                          {"permit", decision.permit},
                          {"src_zone", decision.src_zone},
                          {"dst_zone", decision.dst_zone}});
}

std::string verify_json(const Enforcer::Verified& verified) {
  array rows;
  for (const std::string& difference : verified.differences) {
    rows.emplace_back(utf8(difference));
  }
  const bool proved = !verified.counterexample;
  return serialize(
      object{{"ok", verified.differences.empty() && proved},
             {"proved", proved},
             {"differences", std::move(rows)},
             {"counterexample",
              proved ? boost::json::value{} : counterexample_json(*verified.counterexample)}});
}

std::string in_force_json(const InForce& in_force) {
  array sources;
  for (const policy::Source& source : in_force.sources) {
    sources.push_back(object{{"name", utf8(source.name)}, {"text", utf8(source.text)}});
  }
  return serialize(object{{"revision", in_force.revision},
                          {"policy_sha256", in_force.sha256},
                          {"sources", std::move(sources)}});
}

std::string history_json(const std::vector<state::Change>& changes, std::uint64_t in_force) {
  array rows;
  for (const state::Change& change : changes) {
    rows.push_back(object{{"revision", change.number},
                          {"policy_sha256", change.sha256},
                          {"who", utf8(change.who)},
                          {"when", change.when},
                          {"what", utf8(change.what)},
                          {"on_trial", change.provisional},
                          {"in_force", change.number == in_force}});
  }
  return serialize(object{{"ok", true}, {"revisions", std::move(rows)}});
}

std::string request_json(const policy::GrantRequest& request) {
  return serialize(object{{"ok", true}, {"request", request.number}});
}

std::string standing_json(const InForce& in_force) {
  const policy::Standing& standing = in_force.standing;
  array requests;
  for (const policy::GrantRequest& request : standing.requests) {
    requests.push_back(object{{"request", request.number},
                              {"permit", request.permit},
                              {"seconds", request.duration.count()},
                              {"asked_by", utf8(request.asked.name)},
                              {"asked", utc_text(request.when)},
                              {"lapses", utc_text(request.when + policy::kRequestsWait)}});
  }
  array granted;
  for (const auto& [permit, until] : in_force.situation.granted) {
    const policy::Grant& grant = standing.granted.at(permit);
    granted.push_back(object{{"permit", permit},
                             {"until", utc_text(until)},
                             {"asked_by", utf8(grant.asked.name)},
                             {"approved_by", utf8(grant.approved.name)}});
  }
  return serialize(object{{"ok", true},
                          {"requests", std::move(requests)},
                          {"granted", std::move(granted)},
                          {"revoked", names_json(in_force.situation.revoked)},
                          {"locked", names_json(standing.locked)}});
}

std::string refusal_json(const std::string& why) {
  return serialize(object{{"ok", false}, {"error", utf8(why)}});
}

std::string error_json(const std::string& text) {
  return serialize(object{{"error", utf8(text)}});
}

std::string revision_text(const InForce& in_force) {
  return std::to_string(in_force.revision) + ":" + in_force.sha256;
}

Names names_of(const InForce& in_force) {
  Names names;
  const policy::Policy& policy = *in_force.policy;
  names.language = policy.appliance().language;
  names.revision = revision_text(in_force);
  names.max_records = policy.violations().max_records;
  for (const auto& [name, number] : in_force.compiled.numbers.zones) {
    if (const auto index = policy.zone_named(name)) {
      const policy::Zone& zone = policy.zones()[*index];
      names.zones[number] = {name, zone.zone_class, zone.organ};
    }
  }
  return names;
}

}  // namespace sekisho::daemon
