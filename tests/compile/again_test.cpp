// SPDX-License-Identifier: GPL-3.0-or-later
// A policy compiled from the one before is the very value that it is when compiled anew, whatever
// was edited, decided or came to its time in between.
#include "compile/compile.hpp"
#include "compile/difference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace sekisho::compile {
namespace {

using policy::Instant;
using policy::Permit;
using policy::PermitKind;
using policy::PolicyParts;
using policy::Situation;
using policy::ZoneIndex;
using Rng = std::mt19937_64;

constexpr Instant kNow{std::chrono::seconds{1'795'478'400}};
constexpr std::size_t kZones = 4;

net::Prefix prefix(const std::string& text) {
  return net::Prefix::parse(text).value();
}

net::Service service(const char* text) {
  return net::parse_service(text).service.value();
}

/// Draws from little, so that permits meet, repeat each other and stand behind each other.
class Editor {
 public:
  explicit Editor(std::uint64_t seed) : rng_{seed} {}

  [[nodiscard]] PolicyParts city() {
    PolicyParts parts;
    static constexpr std::array kNames{"jumin", "lgwan", "office", "cloud"};
    for (std::size_t i = 0; i < kZones; ++i) {
      policy::Zone zone;
      zone.name = kNames.at(i);
      zone.interfaces = {std::string{kNames.at(i)}.substr(0, 2) + "0"};
      zone.networks = {i + 1 < kZones ? prefix("10." + std::to_string(i) + ".0.0/16") : prefix("0.0.0.0/0"),
                       prefix("fd00:" + std::to_string(i) + "::/48")};
      parts.zones.push_back(zone);
    }
    parts.zones.back().gateways = {*net::Address::parse("203.0.113.1")};
    for (std::size_t count = below(30); count > 0; --count) {
      parts.permits.push_back(permit());
    }
    number(parts);
    return parts;
  }

  /// One to three edits of the config, or a decision, or time.
  void edit(PolicyParts& parts, Situation& situation) {
    for (std::size_t count = 1 + below(3); count > 0; --count) {
      if (below(4) == 0) {
        decide(parts, situation);
      } else if (below(12) == 0) {
        rebuild(parts);
      } else {
        edit_permits(parts.permits);
      }
    }
    number(parts);
  }

 private:
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>{0, limit - 1}(rng_); }

  /// Order is that of the file.
  static void number(PolicyParts& parts) {
    for (std::size_t i = 0; i < parts.permits.size(); ++i) {
      parts.permits[i].order = i;
    }
  }

  std::vector<net::Prefix> hosts(ZoneIndex zone) {
    const std::string net = zone + 1 < kZones ? "10." + std::to_string(zone) + ".0." : "198.51.100.";
    const std::string net6 = "fd00:" + std::to_string(zone) + "::";
    std::vector<net::Prefix> some;
    for (std::size_t count = below(3); count > 0; --count) {
      switch (below(6)) {
        case 0: some.push_back(prefix(net + "0/28")); break;
        case 1: some.push_back(prefix(net6 + "0/120")); break;
        case 2: some.push_back(prefix(net6 + std::to_string(1 + below(2)))); break;
        default: some.push_back(prefix(net + std::to_string(1 + below(3)))); break;
      }
    }
    return some;
  }

  policy::End end(ZoneIndex zone) {
    policy::End made{zone, hosts(zone), {}, {}};
    if (below(4) == 0) {
      made.macs.emplace_back(std::array<std::uint8_t, 6>{2, 0, 0, 0, 0, static_cast<std::uint8_t>(below(3))});
    }
    return made;
  }

  std::vector<net::Service> services() {
    static constexpr std::array kServices{"tcp/443", "tcp/80", "tcp/80-90", "udp/53", "icmp/echo-request",
                                          "icmpv6/echo-request", "proto/47"};
    std::vector<net::Service> some;
    for (std::size_t count = 1 + below(2); count > 0; --count) {
      some.push_back(service(kServices.at(below(kServices.size()))));
    }
    return some;
  }

  Permit permit() {
    Permit made;
    made.kind = below(8) == 0 ? PermitKind::SelfFlow : below(3) == 0 ? PermitKind::SpecificFlow : PermitKind::Flow;
    made.id = "p" + std::to_string(++ids_);
    if (made.kind != PermitKind::SelfFlow) {
      made.from = end(below(kZones));
    }
    made.to = end(below(kZones));
    made.services = services();
    set_times(made);
    return made;
  }

  void set_times(Permit& permit) {
    const auto moment = [&] { return kNow + std::chrono::seconds{60 * below(200)}; };
    permit.valid_from = below(6) == 0 ? std::optional{moment()} : std::nullopt;
    permit.valid_until = below(3) == 0 ? std::optional{moment()} : std::nullopt;
    permit.standby = below(6) == 0;
  }

  void edit_permits(std::vector<Permit>& permits) {
    const std::size_t at = below(permits.size() + 1);
    const auto place = permits.begin() + static_cast<std::ptrdiff_t>(at);
    if (at == permits.size() || below(5) == 0) {
      permits.insert(place, permit());
      return;
    }
    switch (below(9)) {
      case 0: permits.erase(place); break;
      case 1: std::swap(permits[at], permits[below(permits.size())]); break;
      case 2: {  // resolves to the same under another name
        Permit twin = permits[at];
        twin.id = "p" + std::to_string(++ids_);
        permits.insert(permits.begin() + static_cast<std::ptrdiff_t>(below(permits.size())), twin);
        break;
      }
      case 3: permits[at].id = "p" + std::to_string(++ids_); break;
      case 4: set_times(permits[at]); break;
      case 5: permits[at].to.hosts = hosts(permits[at].to.zone.value()); break;
      case 6: permits[at].purpose = "another"; break;
      case 7: permits[at].services = services(); break;
      default: permits[at] = permit(); break;
    }
  }

  void decide(const PolicyParts& parts, Situation& situation) {
    const std::string id = parts.permits.empty() ? "p1" : parts.permits[below(parts.permits.size())].id;
    switch (below(5)) {
      case 0: situation.now += std::chrono::seconds{60 * below(20)}; break;
      case 1: situation.revoked.contains(id) ? void(situation.revoked.erase(id)) : void(situation.revoked.insert(id)); break;
      case 2: situation.granted[id] = situation.now + std::chrono::seconds{60 * below(20)}; break;
      case 3: situation.locked = below(2) == 0 ? std::set<ZoneIndex>{below(kZones)} : std::set<ZoneIndex>{}; break;
      default: situation.closed = below(2) == 0 ? std::set<std::string>{"of0"} : std::set<std::string>{}; break;
    }
  }

  /// What concerns more than permits.
  void rebuild(PolicyParts& parts) {
    policy::Zone& zone = parts.zones[below(kZones)];
    switch (below(6)) {
      case 0: zone.networks.push_back(prefix("192.168." + std::to_string(below(4)) + ".0/24")); break;
      case 1: zone.networks.resize(1); break;
      case 2: zone.intra_zone_allow = !zone.intra_zone_allow; break;
      case 3: zone.interfaces = {zone.interfaces.front(), zone.interfaces.front() + "x"}; break;
      case 4: zone.gateways = {*net::Address::parse("203.0.113." + std::to_string(1 + below(2)))}; break;
      default: parts.management = policy::Management{{"mgmt0"}, {prefix("10.1.9.0/24")}, services(), {}}; break;
    }
  }

  Rng rng_;
  std::size_t ids_ = 0;
};

testing::AssertionResult equal(const ruleset::Table& expected, const ruleset::Table& found) {
  const auto said = ruleset::differences(expected, found, std::chrono::seconds{0}, 3);
  return said.empty() ? testing::AssertionSuccess() : testing::AssertionFailure() << testing::PrintToString(said);
}

void expect_equal(const Compiled& anew, const Compiled& again) {
  EXPECT_TRUE(equal(anew.table, again.table));
  EXPECT_TRUE(equal(anew.frames, again.frames));
  EXPECT_TRUE(difference(anew.table, again.table).empty());
  EXPECT_EQ(anew.numbers, again.numbers);
  EXPECT_EQ(anew.marks, again.marks);
  EXPECT_EQ(anew.intra, again.intra);
  EXPECT_EQ(anew.tally, again.tally);
}

TEST(Again, IsTheSameAsAnewAfterAnyEdits) {
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    Editor editor{seed};
    PolicyParts parts = editor.city();
    Situation situation{kNow, {}, {}};
    auto policy = std::make_unique<policy::Policy>(parts);
    Compiled compiled = compile(*policy, situation, {});

    for (int step = 0; step < 25; ++step) {
      const Situation before = situation;
      editor.edit(parts, situation);
      auto next = std::make_unique<policy::Policy>(parts);
      const Compiled anew = compile(*next, situation, compiled.numbers);

      Compiled again = compile(*next, situation, compiled.numbers, {*policy, before, compiled});

      ASSERT_NO_FATAL_FAILURE(expect_equal(anew, again));
      ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed << " step " << step;
      compiled = std::move(again);
      policy = std::move(next);
    }
  }
}

TEST(Again, SharesAllButWhatOnePermitTouches) {
  PolicyParts parts;
  for (const char* name : {"office", "cloud"}) {
    policy::Zone zone;
    zone.name = name;
    zone.interfaces = {name};
    for (int i = 0; i < 256; ++i) {
      zone.networks.push_back(prefix((zone.name == "office" ? "10.0." : "192.168.") + std::to_string(i) + ".0/25"));
    }
    parts.zones.push_back(zone);
  }
  for (std::size_t i = 0; i < 3000; ++i) {
    Permit permit;
    permit.id = "p" + std::to_string(i);
    permit.order = i;
    permit.from = {0, {prefix("10.0." + std::to_string(i % 256) + ".1")}, {}, {}};
    permit.to = {1, {prefix("192.168." + std::to_string(i / 256) + ".1")}, {}, {}};
    permit.services = {service("tcp/443")};
    parts.permits.push_back(permit);
  }
  const Situation situation{kNow, {}, {}};
  const policy::Policy policy{parts};
  const Compiled before = compile(policy, situation, {});
  parts.permits[1500].services = {service("tcp/444")};
  const policy::Policy edited{parts};

  const Compiled after = compile(edited, situation, before.numbers, {policy, situation, before});

  std::vector<std::string> others;
  for (const ruleset::Set& set : after.table.sets) {
    if (set.elements->size() > 100 && before.table.set(set.shape.name)->elements != set.elements) {
      others.push_back(set.shape.name);
      std::size_t apart = 0;
      std::vector<const ruleset::Element*> shared;
      for (const ruleset::Element& element : *before.table.set(set.shape.name)->elements) {
        shared.push_back(&element);
      }
      std::ranges::sort(shared);
      for (const ruleset::Element& element : *set.elements) {
        apart += std::ranges::binary_search(shared, &element) ? 0U : 1U;
      }
      EXPECT_LT(apart, 300U) << set.shape.name;
    }
  }
  EXPECT_THAT(others, testing::ElementsAre("known", "live", "office_to_cloud_host_port4"));
}

}  // namespace
}  // namespace sekisho::compile
