// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A config as it was read: single values are good, nothing is known yet of how they fit together.
/// Every value that a later check may complain about carries its place.

#include "policy/document.hpp"
#include "policy/policy.hpp"
#include "policy/spot.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sekisho::policy {

/// A list as far as it could be read.
template <typename T>
struct Listed {
  std::vector<At<T>> items;
  bool whole = true;  ///< false: something in it was refused already
};

struct ZoneDraft {
  Spot spot;
  std::optional<At<std::string>> name;
  std::optional<ZoneClass> zone_class;
  Listed<std::string> interfaces;
  Listed<net::Prefix> networks;
  Listed<net::Address> gateways;
  std::string organ;
  bool intra_zone_allow = true;
};

struct SystemDraft {
  Spot spot;
  std::optional<At<std::string>> name;
  std::optional<At<std::string>> zone;
  Listed<net::Address> addresses;
  Listed<net::Mac> macs;
  std::optional<Label> label;
};

struct EndDraft {
  Spot spot;
  std::optional<At<std::string>> zone;
  std::optional<At<std::string>> system;
  Listed<net::Prefix> hosts;
  Listed<net::Mac> macs;
  /// What the names mean, once they are looked up; `resolved` only where every name was found.
  End end;
  bool resolved = false;
};

struct PermitDraft {
  PermitKind kind = PermitKind::Flow;
  Spot spot;
  std::optional<At<std::string>> id;
  std::optional<EndDraft> from;
  std::optional<EndDraft> to;
  Listed<net::Service> services;
  std::optional<At<std::string>> purpose;
  std::optional<At<std::string>> applicant;
  std::optional<At<std::string>> approver;
  std::optional<At<Date>> approved;
  std::optional<At<Moment>> valid_from;
  std::optional<At<Moment>> valid_until;
  std::optional<At<Moment>> review_by;
  bool standby = false;
  ExchangeKind exchange = ExchangeKind::Mail;
  std::optional<At<std::string>> profile;
  ExchangeTls tls;

  /// For messages: the id, or nothing.
  [[nodiscard]] std::string name() const { return id ? id->value : std::string{}; }
};

struct ProfileDraft {
  SanitizeProfile profile;
  Spot spot;
};

struct ManagementDraft {
  Spot spot;
  Listed<std::string> interfaces;
  Listed<net::Prefix> networks;
  Listed<net::Service> services;
};

struct Draft {
  bool version_said = false;
  std::optional<Appliance> appliance;
  std::vector<ZoneDraft> zones;
  std::vector<SystemDraft> systems;
  std::vector<PermitDraft> permits;     ///< in order of place
  std::vector<PermitDraft> must_flows;  ///< in order of place
  std::vector<ProfileDraft> profiles;
  std::optional<ManagementDraft> management;
  bool sensor = false;
  Violations violations;
};

}  // namespace sekisho::policy
