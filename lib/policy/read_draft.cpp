// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/parse_steps.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace sekisho::policy {
namespace {

using Reader = void (*)(const Node&, Draft&, Findings&);

struct SectionWord {
  std::string_view name;
  Reader read = nullptr;  ///< nothing: read by name below
  bool repeats = false;   ///< an array of tables, which appends over files
};

void read_version(const Node& node, Draft& draft, Findings& findings) {
  draft.version_said = true;
  const auto* version = std::get_if<std::int64_t>(&node.value);
  if (version == nullptr) {
    Field{"version", node, findings}.wrong_type(message::kInteger);
  } else if (*version != 1) {
    findings.error(node.spot, message::kVersion);
  }
}

constexpr std::array kSections{
    SectionWord{"version", read_version},
    SectionWord{"appliance", read_appliance},
    SectionWord{"zone", read_zone, true},
    SectionWord{"system", read_system, true},
    SectionWord{"flow", read_flow, true},
    SectionWord{"specific_flow", read_specific_flow, true},
    SectionWord{"exchange", read_exchange, true},
    SectionWord{"must_flow", read_must_flow, true},
    SectionWord{"self_flow", read_self_flow, true},
    SectionWord{"management", read_management},
    SectionWord{"sensor", read_sensor},
    SectionWord{"violations", read_violations},
    SectionWord{"sanitize"},
};

/// Reads the entries of all documents' roots, one after another.
class Roots {
 public:
  Roots(Draft& draft, Findings& findings) : draft_{draft}, findings_{findings} {}

  void read(const Entry& entry) {
    const auto section = std::ranges::find(kSections, entry.key, &SectionWord::name);
    if (section == kSections.end()) {
      unknown(entry);
    } else if (section->name == "sanitize") {
      read_profiles(entry);
    } else if (section->repeats) {
      read_each(entry, *section);
    } else if (first(entry, entry.key)) {
      section->read(entry.node, draft_, findings_);
    }
  }

 private:
  void unknown(const Entry& entry) {
    std::vector<std::string_view> names;
    std::ranges::transform(kSections, std::back_inserter(names), &SectionWord::name);
    unknown_key(entry, names, findings_);
  }

  /// False, and an error, where the key was said before in another file.
  bool first(const Entry& entry, const std::string& full_name) {
    const auto [said, is_first] = said_.emplace(full_name, entry.spot);
    if (!is_first) {
      findings_.error(entry.spot, message::kSaidTwice, {full_name, said->second});
    }
    return is_first;
  }

  void read_profiles(const Entry& entry) {
    const auto* profiles = std::get_if<Table>(&entry.node.value);
    if (profiles == nullptr) {
      Field{entry.key, entry.node, findings_}.wrong_type(message::kTable);
      return;
    }
    for (const Entry& profile : *profiles) {
      if (first(profile, "sanitize." + profile.key)) {
        read_profile(profile, draft_, findings_);
      }
    }
  }

  void read_each(const Entry& entry, const SectionWord& section) {
    const auto* tables = std::get_if<Array>(&entry.node.value);
    if (tables == nullptr) {
      findings_.error(entry.spot, message::kWrongType,
                      {entry.key, &message::kArrayOfTables, &type_of(entry.node)});
      return;
    }
    for (const Node& table : *tables) {
      section.read(table, draft_, findings_);
    }
  }

  Draft& draft_;
  Findings& findings_;
  std::map<std::string, Spot> said_;
};

}  // namespace

Draft read_draft(const std::vector<Table>& documents, bool all, Findings& findings) {
  Draft draft;
  Roots roots{draft, findings};
  bool appliance = false;
  for (const Table& document : documents) {
    for (const Entry& entry : document) {
      appliance = appliance || entry.key == "appliance";
      roots.read(entry);
    }
  }
  if (all && !draft.version_said) {
    findings.error({}, message::kMissingKey, {std::string{"version"}});
  }
  if (all && !appliance) {
    findings.error({}, message::kMissingTable, {std::string{"appliance"}});
  }
  for (std::vector<PermitDraft>* permits : {&draft.permits, &draft.must_flows}) {
    if (!std::ranges::is_sorted(*permits, {}, &PermitDraft::spot)) {
      std::ranges::stable_sort(*permits, {}, &PermitDraft::spot);
    }
  }
  return draft;
}

}  // namespace sekisho::policy
