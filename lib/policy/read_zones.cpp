// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/parse_steps.hpp"
#include "policy/values.hpp"

#include <array>

namespace sekisho::policy {
namespace {

constexpr std::array kLanguages{Word<Language>{"ja", Language::Ja},
                                Word<Language>{"en", Language::En}};
constexpr std::array kModels{Word<Model>{"alpha", Model::Alpha}, Word<Model>{"beta", Model::Beta},
                             Word<Model>{"beta_prime", Model::BetaPrime}};
constexpr std::array kAllowDeny{Word<bool>{"allow", true}, Word<bool>{"deny", false}};

std::optional<Model> read_model(const Field& field) {
  const auto* text = std::get_if<std::string>(&field.node.value);
  if (text != nullptr && *text == "alpha_prime") {
    field.error(message::kAlphaPrime);
    return std::nullopt;
  }
  return read_word<kModels>(field);
}

std::optional<ZoneClass> read_class(const Field& field) {
  const auto* text = std::get_if<std::string>(&field.node.value);
  if (text == nullptr) {
    field.wrong_type(message::kText);
    return std::nullopt;
  }
  const auto known = zone_class_named(*text);
  if (!known) {
    std::string all;
    for (const ClassWord& word : class_words()) {
      all += (all.empty() ? "" : ", ") + std::string{word.name};
    }
    field.error(message::kUnknownWord, {*text, all});
  }
  return known;
}

/// The value of what was read, or what stands for it.
template <typename T>
T value_or(const std::optional<At<T>>& read, T otherwise) {
  return read ? read->value : std::move(otherwise);
}

std::optional<int> read_level(const Field& field) {
  const auto level = read_integer(field);
  if (!level) {
    return std::nullopt;
  }
  if (*level < 1 || *level > 3) {
    field.error(message::kOutOfRange, {std::string{field.key}, std::string{"1"}, std::string{"3"}});
    return std::nullopt;
  }
  return static_cast<int>(*level);
}

std::optional<Label> read_label(const Field& field) {
  Section section{field.key, field.node, field.findings};
  const auto confidentiality = section.required("confidentiality", read_level);
  const auto integrity = section.required("integrity", read_level);
  const auto availability = section.required("availability", read_level);
  if (!confidentiality || !integrity || !availability) {
    return std::nullopt;
  }
  return Label{confidentiality->value, integrity->value, availability->value};
}

std::optional<std::uint32_t> read_max_records(const Field& field) {
  static constexpr std::int64_t kMost = 1'000'000;
  const auto count = read_integer(field);
  if (!count) {
    return std::nullopt;
  }
  if (*count < 1 || *count > kMost) {
    field.error(message::kOutOfRange,
                {std::string{field.key}, std::string{"1"}, std::to_string(kMost)});
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(*count);
}

}  // namespace

void read_appliance(const Node& node, Draft& draft, Findings& findings) {
  Section section{"appliance", node, findings};
  Appliance appliance;
  appliance.name = value_or(section.required("name", read_text), {});
  appliance.model = value_or(section.required("model", read_model), Model::Alpha);
  appliance.language = value_or(section.required("language", read_word<kLanguages>), Language::Ja);
  appliance.table = value_or(section.optional("table", read_table_name), appliance.table);
  appliance.policy_edition = value_or(section.optional("policy", read_text), {});
  draft.appliance = std::move(appliance);
}

void read_zone(const Node& node, Draft& draft, Findings& findings) {
  Section section{"zone", node, findings};
  ZoneDraft zone;
  zone.spot = section.spot();
  zone.name = section.required("name", read_zone_name);
  if (const auto zone_class = section.required("class", read_class)) {
    zone.zone_class = zone_class->value;
  }
  zone.interfaces = section.required_list("interfaces", read_interface);
  zone.networks = section.required_list("networks", read_prefix);
  zone.gateways = section.filled_list("gateways", read_address);
  zone.organ = value_or(section.optional("organ", read_text), {});
  zone.intra_zone_allow = value_or(section.optional("intra_zone", read_word<kAllowDeny>), true);
  draft.zones.push_back(std::move(zone));
}

void read_system(const Node& node, Draft& draft, Findings& findings) {
  Section section{"system", node, findings};
  SystemDraft system;
  system.spot = section.spot();
  system.name = section.required("name", read_name);
  system.zone = section.required("zone", read_text);
  system.addresses = section.required_list("addresses", read_address);
  system.macs = section.filled_list("macs", read_mac);
  if (const auto label = section.optional("label", read_label)) {
    system.label = label->value;
  }
  draft.systems.push_back(std::move(system));
}

void read_management(const Node& node, Draft& draft, Findings& findings) {
  Section section{"management", node, findings};
  ManagementDraft management;
  management.spot = section.spot();
  management.interfaces = section.required_list("interfaces", read_interface);
  management.networks = section.required_list("networks", read_prefix);
  management.services = section.required_list("services", read_service);
  draft.management = std::move(management);
}

void read_sensor(const Node& node, Draft& draft, Findings& findings) {
  Section section{"sensor", node, findings};
  draft.sensor = value_or(section.required("enable", read_boolean), false);
}

void read_violations(const Node& node, Draft& draft, Findings& findings) {
  Section section{"violations", node, findings};
  Violations& violations = draft.violations;
  violations.window = value_or(section.optional("window", read_duration), violations.window);
  violations.max_records =
      value_or(section.optional("max_records", read_max_records), violations.max_records);
}

}  // namespace sekisho::policy
