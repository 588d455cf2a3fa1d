// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Configs drawn at random, most of them valid: nested zones, permits of every rank that overlap,
/// bound addresses, gateways, ends.

#include <array>
#include <cstdint>
#include <random>
#include <string>

namespace sekisho::testing {

class RandomConfig {
 public:
  explicit RandomConfig(std::mt19937_64& rng) : rng_{rng} {}

  std::string text() {
    std::string config =
        "version = 1\n[appliance]\nname = \"r\"\nmodel = \"alpha\"\nlanguage = \"en\"\n";
    config += zone("jumin", "my_number", "mn0", R"("10.10.0.0/16", "fd00:10::/48")");
    config += zone("lgwan", "lgwan", "lg0", R"("10.20.0.0/16", "fd00:20::/48")");
    config += zone("office", "internet", chance(2) ? "in0\", \"in1" : "in0",
                   R"("10.30.0.0/16", "fd00:30::/48")");
    config += zone("lab", "internet", "lab0", R"("10.30.64.0/18", "fd00:30:0:1::/64")");
    config += zone("cloud", "security_cloud", "sc0", R"("0.0.0.0/0", "::/0")",
                   R"(gateways = ["203.0.113.1", "2001:db8:c::1"])");
    if (chance(2)) {
      config +=
          "[management]\ninterfaces = [\"mgmt0\"]\nnetworks = [\"10.99.0.0/24\"]\n"
          "services = [\"tcp/22\", \"icmp/echo-request\"]\n";
    }
    for (std::uint64_t i = below(10) + 1; i > 0; --i) {
      config += permit("p" + std::to_string(i));
    }
    return config;
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return rng_() % limit; }
  bool chance(std::uint64_t of) { return below(of) == 0; }
  template <std::size_t N>
  const char* one_of(const std::array<const char*, N>& words) {
    return words.at(below(N));
  }

  std::string zone(const char* name, const char* zone_class, const std::string& interfaces,
                   const char* networks, const char* more = "") {
    return std::string{"[[zone]]\nname = \""} + name + "\"\nclass = \"" + zone_class +
           "\"\ninterfaces = [\"" + interfaces + "\"]\nnetworks = [" + networks + "]\n" +
           (chance(3) ? "intra_zone = \"deny\"\n" : "") + more + "\n";
  }

  std::string services() {
    static constexpr std::array kServices{
        "tcp/443",           "tcp/80-90",          "tcp/85", "udp/53", "udp/50-60", "sctp/99",
        "icmp/echo-request", "icmpv6/echo-request"};
    std::string text = std::string{"\""} + one_of(kServices) + "\"";
    while (chance(2)) {
      text += std::string{", \""} + one_of(kServices) + "\"";
    }
    return text;
  }

  /// Hosts in the /24 or /56 of a zone, single and as prefixes, so that permits overlap.
  std::string hosts(const std::string& v4, const std::string& v6) {
    switch (below(5)) {
      case 0: return "\"" + v4 + "4\"";
      case 1: return "\"" + v4 + "0/28\"";
      case 2: return "\"" + v4 + "4\", \"" + v6 + "4\"";
      case 3: return "\"" + v4 + "0/24\", \"" + v6 + "0/120\"";
      default: return "\"" + v6 + "4\"";
    }
  }

  std::string end(const std::string& zone, const std::string& hosts, const char* mac) {
    return "{ zone = \"" + zone + "\"" + (hosts.empty() ? "" : ", hosts = [" + hosts + "]") +
           (!hosts.empty() && chance(4) ? std::string{", macs = [\""} + mac + "\"]" : "") + " }";
  }

  std::string permit(const std::string& id) {
    static constexpr const char* kMac = "02:00:00:00:00:04";
    const bool specific = chance(3);
    const auto maybe = [&](const std::string& some) {
      return specific || chance(2) ? some : std::string{};
    };
    std::string from;
    std::string to;
    if (specific) {
      from = end("lgwan", maybe(hosts("10.20.3.", "fd00:20::")), kMac);
      to = end("jumin", maybe(hosts("10.10.3.", "fd00:10::")), kMac);
    } else {
      from = chance(2) ? end("office", maybe(hosts("10.30.3.", "fd00:30::")), kMac)
                       : end("lab", maybe(hosts("10.30.65.", "fd00:30:0:1::")), kMac);
      to = chance(3) ? end("office", maybe(hosts("10.30.3.", "fd00:30::")), kMac)
                     : end("cloud", maybe(hosts("198.51.100.", "2001:db8:80::")), kMac);
    }
    std::string text = std::string{specific ? "[[specific_flow]]" : "[[flow]]"} + "\nid = \"" + id +
                       "\"\nfrom = " + from + "\nto = " + to + "\nservices = [" + services() +
                       "]\npurpose = \"p\"\n";
    if (specific) {
      text += "applicant = \"a\"\napprover = \"b\"\napproved = 2026-06-01\nvalid_until = " +
              std::string{chance(4) ? "2026-11-01" : "2027-03-31"} + "T00:00:00+09:00\n";
    }
    return text;
  }

  std::mt19937_64& rng_;
};

}  // namespace sekisho::testing
