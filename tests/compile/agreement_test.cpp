// SPDX-License-Identifier: GPL-3.0-or-later
// Two independent answers to one question: what interface.md says of a packet (decide), and what
// the compiled table does with it (run).
#include "compile/compile.hpp"
#include "policy/parse.hpp"
#include "simulate/decision.hpp"
#include "simulate/run.hpp"
#include "support/packets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>

namespace sekisho::compile {
namespace {

constexpr policy::Instant kNow{std::chrono::seconds{1'795'478'400}};  // 2026-11-24

policy::Policy shipped_policy() {
  std::ifstream file{SEKISHO_SOURCE "/conf/sekisho.toml"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  auto parsed = policy::parse({{"sekisho.toml", text}}, Language::En, kNow);
  EXPECT_TRUE(parsed.errors.empty());
  return std::move(parsed.policy).value();
}

std::uint8_t zone_number(const Compiled& compiled, const std::string& name) {
  return name == "-" ? std::uint8_t{0} : compiled.numbers.zones.at(name);
}

std::string describe(const simulate::Packet& p, const simulate::Outcome& outcome) {
  std::string text = p.in + " -> " + p.out + " " + p.src.str() + " -> " + p.dst.str() + " proto " +
                     std::to_string(p.protocol) + " dport " + std::to_string(p.dport) + " type " +
                     std::to_string(p.icmp_type) + " state " +
                     std::to_string(static_cast<int>(p.state)) + " route " +
                     std::to_string(static_cast<int>(p.route)) + " word " +
                     std::to_string(outcome.word & 0xffU) + ":";
  for (const std::string& chain : outcome.trace) {
    text += " " + chain;
  }
  return text + (outcome.fault ? " FAULT " + *outcome.fault : "");
}

/// What never reaches our chains as a packet of its own is left to the tests with a real kernel.
bool seen_by_the_chains(const simulate::Packet& packet) {
  const bool refused_by_the_stack =
      packet.source_is_local && packet.src.is_v4() && !packet.in.empty();
  return packet.route != simulate::Route::None && !refused_by_the_stack;
}

/// Connection tracking finds the other family's ICMP invalid (nf_conntrack_proto_icmp.c,
/// …_icmpv6.c).
simulate::Packet judged_by_conntrack(simulate::Packet packet) {
  const auto foreign = packet.src.is_v4() ? net::protocol::kIcmp6 : net::protocol::kIcmp;
  if (packet.protocol == foreign) {
    packet.state = simulate::CtState::Invalid;
  }
  return packet;
}

struct Compared {
  std::vector<std::string> disagreements;
  int packets = 0;
  int permitted = 0;
};

/// Asks both about `count` random packets; a forwarded packet must be permitted by the same permit
/// too.
void compare(const policy::Policy& policy, int count, std::mt19937_64& rng, Compared& compared) {
  const policy::Situation situation{kNow, {}, {}};
  const Compiled compiled = compile(policy, situation, {});
  for (int i = 0; i < count; ++i) {
    const simulate::Packet packet = judged_by_conntrack(testing::random_packet(rng, policy));
    if (!seen_by_the_chains(packet)) {
      continue;
    }

    const simulate::Decision said = simulate::decide(policy, situation, packet);
    const simulate::Outcome done = simulate::run(compiled.table, packet, kNow);

    ++compared.packets;
    compared.permitted += done.accepted ? 1 : 0;
    const bool permitted_by_policy = said.verdict == Verdict::Permit;
    const std::uint32_t word = drop_word(zone_number(compiled, said.src_zone),
                                         zone_number(compiled, said.dst_zone), said.reason);
    bool agree = !done.fault && permitted_by_policy == done.accepted &&
                 (done.accepted || (done.counted && done.word == word));
    if (agree && (said.reason == Reason::Flow || said.reason == Reason::SpecificFlow)) {
      const auto id = compiled.permit_ids.find(done.ct_mark);
      agree = id != compiled.permit_ids.end() && id->second == said.permit;
    }
    if (!agree && compared.disagreements.size() < 20) {
      compared.disagreements.push_back(std::string{name_of(said.reason)} + " " + said.permit +
                                       " for " + describe(packet, done));
    }
  }
}

TEST(Agreement, TheCompiledTableDoesWhatThePolicySaysWithFirstPackets) {
  std::mt19937_64 rng{20261124};
  Compared compared;

  compare(shipped_policy(), 60000, rng, compared);

  EXPECT_THAT(compared.disagreements, ::testing::IsEmpty());
  EXPECT_GT(compared.packets, 20000);
  EXPECT_GT(compared.permitted, 500);
}

/// A valid config drawn at random: nested zones, permits of every rank that overlap, bound
/// addresses, gateways, ends.
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

TEST(Agreement, RandomPoliciesMeanTheSameToBoth) {
  std::mt19937_64 rng{7};
  Compared compared;
  int valid = 0;
  for (int round = 0; round < 300 && compared.disagreements.empty(); ++round) {
    const std::string text = RandomConfig{rng}.text();
    auto parsed = policy::parse({{"random.toml", text}}, Language::En, kNow);
    if (!parsed.policy) {
      continue;  // it has drawn hosts of both families where only one is left, or another rule is
                 // broken
    }
    ++valid;

    compare(*parsed.policy, 400, rng, compared);

    EXPECT_THAT(compared.disagreements, ::testing::IsEmpty()) << text;
  }
  EXPECT_GT(valid, 100);
  EXPECT_GT(compared.packets, 10000);
  EXPECT_GT(compared.permitted, 500);
}

TEST(Agreement, NumbersStayWithWhatTheyStandFor) {
  const policy::Policy policy = shipped_policy();
  const policy::Situation situation{kNow, {}, {}};

  const Compiled first = compile(policy, situation, {});
  const Compiled again = compile(policy, situation, first.numbers);

  EXPECT_EQ(first.numbers, again.numbers);
  EXPECT_EQ(first.permit_ids, again.permit_ids);
}

}  // namespace
}  // namespace sekisho::compile
