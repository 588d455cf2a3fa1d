// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The city's policy as an immutable value: zones, permits, the ceiling already checked. Knows no nftables, no clock and
/// no file; `parse.hpp` is the only way to a Policy.

#include "base/words.hpp"
#include "net/address.hpp"
#include "net/service.hpp"
#include "policy/versions.hpp"

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sekisho::policy {

/// UTC, whole seconds.
using Instant = std::chrono::sys_seconds;

/// A place in a config file; line and column count from 1, columns in code points. Line 0: no place.
struct Place {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  auto operator<=>(const Place&) const = default;
};

/// Index into `Policy::zones()`, in file order.
using ZoneIndex = std::size_t;

struct Zone {
  std::string name;  ///< [a-z][a-z0-9-]{0,14}
  ZoneClass zone_class = ZoneClass::Internet;
  std::vector<std::string> interfaces;
  std::vector<net::Prefix> networks;
  std::string organ;
  bool intra_zone_allow = true;
  std::vector<net::Address> gateways;  ///< the only next hops of this zone; none: any
  Place place;
};

struct Label {
  int confidentiality = 0;
  int integrity = 0;
  int availability = 0;
  auto operator<=>(const Label&) const = default;
};

struct System {
  std::string name;
  ZoneIndex zone = 0;
  std::vector<net::Address> addresses;
  std::vector<net::Mac> macs;
  std::optional<Label> label;
  Place place;
};

/// One side of a permit. `hosts` empty: the whole zone. The macs and addresses of a named system are already filled in.
struct End {
  std::optional<ZoneIndex> zone;  ///< nothing: the management networks (the far end of a self_flow)
  std::vector<net::Prefix> hosts;
  std::vector<net::Mac> macs;
  std::string system;

  [[nodiscard]] bool whole_zone() const { return hosts.empty(); }
};

enum class PermitKind : std::uint8_t { Flow, SpecificFlow, Exchange, SelfFlow, MustFlow };
/// The name of the table it is written in: "flow", "specific_flow", …
[[nodiscard]] std::string_view name_of(PermitKind kind);
enum class ExchangeKind : std::uint8_t { Mail, Screen };

/// Whether a leg of a mail exchange is under TLS.
enum class LegTls : std::uint8_t { Never, Opportunistic, Required };
/// What the legs of a mail exchange are protected with; files in PEM.
struct ExchangeTls {
  LegTls near = LegTls::Never;  ///< the accepted leg
  LegTls far = LegTls::Opportunistic;
  std::string certificate_file;  ///< of the accepted leg, with its chain
  std::string key_file;
  std::string authorities_file;  ///< with one, the far server's certificate is checked
  std::string far_name;          ///< for this name
  bool operator==(const ExchangeTls&) const = default;
};

struct Permit {
  PermitKind kind = PermitKind::Flow;
  std::string id;
  End from;  ///< of a self_flow: unused
  End to;
  std::vector<net::Service> services;
  std::string purpose;
  std::string applicant;
  std::string approver;
  std::optional<std::chrono::year_month_day> approved;
  std::optional<Instant> valid_from;
  std::optional<Instant> valid_until;  ///< from this instant on the permit is expired
  std::optional<Instant> review_by;
  bool standby = false;  ///< in force only while granted
  ExchangeKind exchange = ExchangeKind::Mail;
  std::string profile;  ///< of an exchange
  ExchangeTls tls;      ///< of a mail exchange
  std::size_t order = 0;  ///< among all permits, in file order
  Place place;

  /// Inside its time at `now`. Says nothing of standby.
  [[nodiscard]] bool in_time(Instant now) const {
    return (!valid_from || *valid_from <= now) && (!valid_until || now < *valid_until);
  }
};

/// The relay carries these.
[[nodiscard]] bool is_mail_exchange(const Permit& permit);

enum class Attachments : std::uint8_t { Remove, Sanitize };
enum class Links : std::uint8_t { Neutralise, Remove };
enum class MyNumberFound : std::uint8_t { Block, Quarantine, Log };
enum class Documents : std::uint8_t { Rebuild, Flatten, Text };
enum class BadEntries : std::uint8_t { Replace, Refuse };

/// Bounds of one item with all that is nested in it.
struct SanitizeLimits {
  std::uint64_t max_bytes = 256ULL << 20U;
  std::uint32_t max_entries = 10'000;
  std::uint32_t max_depth = 3;    ///< items within items
  std::uint32_t max_ratio = 200;  ///< unpacked to packed
  std::uint32_t max_pixels = 100'000'000;
  std::chrono::seconds timeout{60};
  std::uint64_t max_memory = 2ULL << 30U;  ///< bytes
};

struct SanitizeProfile {
  std::string name;
  Attachments attachments = Attachments::Remove;
  Links links = Links::Neutralise;
  std::uint64_t max_message = 25ULL << 20U;  ///< bytes
  MyNumberFound my_number = MyNumberFound::Quarantine;
  Documents documents = Documents::Rebuild;
  BadEntries bad_entries = BadEntries::Replace;
  SanitizeLimits limits;
  Place place;
};

struct Management {
  std::vector<std::string> interfaces;
  std::vector<net::Prefix> networks;
  std::vector<net::Service> services;
  Place place;
};

struct Violations {
  std::chrono::milliseconds window{1000};
  std::uint32_t max_records = 1000;  ///< per window
};

enum class Model : std::uint8_t { Alpha, Beta, BetaPrime };

struct Appliance {
  std::string name;
  Model model = Model::Alpha;
  Language language = Language::Ja;
  std::string table = "sekisho";
  std::string policy_edition;
};

/// A stretch of one zone's addresses.
struct ZoneRange {
  net::Range range;
  ZoneIndex zone;
  bool operator==(const ZoneRange&) const = default;
};

/// Everything the files say, checked. Made by `parse` alone (and by tests through `PolicyParts`).
struct PolicyParts {
  Appliance appliance;
  std::vector<Zone> zones;
  std::vector<System> systems;
  std::vector<Permit> permits;  ///< flows, specific flows, exchanges and self flows, in file order
  std::vector<Permit> must_flows;
  std::vector<SanitizeProfile> profiles;
  std::optional<Management> management;
  bool sensor = false;
  Violations violations;
};

class Policy {
 public:
  using ZoneRange = policy::ZoneRange;

  explicit Policy(PolicyParts parts);
  /// With the flattened networks of `space`, whose zones and management have the same networks.
  Policy(PolicyParts parts, const Policy& space);

  [[nodiscard]] const Appliance& appliance() const { return parts_.appliance; }
  [[nodiscard]] const std::vector<Zone>& zones() const { return parts_.zones; }
  [[nodiscard]] const std::vector<System>& systems() const { return parts_.systems; }
  [[nodiscard]] const std::vector<Permit>& permits() const { return parts_.permits; }
  [[nodiscard]] const std::vector<Permit>& must_flows() const { return parts_.must_flows; }
  [[nodiscard]] const std::vector<SanitizeProfile>& profiles() const { return parts_.profiles; }
  [[nodiscard]] const std::optional<Management>& management() const { return parts_.management; }
  [[nodiscard]] bool sensor() const { return parts_.sensor; }
  [[nodiscard]] const Violations& violations() const { return parts_.violations; }

  [[nodiscard]] std::optional<ZoneIndex> zone_named(std::string_view name) const;
  /// The zone that holds the interface; nothing for management and foreign interfaces.
  [[nodiscard]] std::optional<ZoneIndex> zone_of_interface(std::string_view interface) const;
  /// Longest prefix over all zones; special addresses are in none.
  [[nodiscard]] std::optional<ZoneIndex> zone_of(const net::Address& address) const;

  /// Zone networks without the special ranges and without more specific networks of other zones and of management, which
  /// is in no zone: sorted, disjoint, each with its zone. Computed once.
  [[nodiscard]] const std::vector<ZoneRange>& flattened() const { return space_->flattened; }
  /// The zone whose networks hold every address of the family, and that has what no other network takes out.
  [[nodiscard]] std::optional<ZoneIndex> zone_of_the_rest(net::Family family) const {
    return space_->rest.at(static_cast<std::size_t>(family));
  }
  /// By zone: equal as long as its addresses are.
  [[nodiscard]] const std::vector<Digest>& spaces() const { return space_->digests; }
  /// By index of zones() and permits().
  [[nodiscard]] const Versions& versions() const { return versions_; }
  /// `hosts` as far as they are addresses of `zone`; the zone's whole address space when there are none. Of one family,
  /// sorted, disjoint.
  [[nodiscard]] std::vector<net::Range> addresses_of(const End& end, net::Family family) const;

 private:
  struct Space {
    std::vector<ZoneRange> flattened;
    std::vector<Digest> digests;
    std::array<std::optional<ZoneIndex>, net::kFamilies.size()> rest;
  };
  [[nodiscard]] static Space space_of(const PolicyParts& parts);

  PolicyParts parts_;
  std::shared_ptr<const Space> space_;
  Versions versions_;
};

/// Of zones, in file order, then of management.
[[nodiscard]] std::vector<std::string> interfaces_of(const Policy& policy);

}  // namespace sekisho::policy
