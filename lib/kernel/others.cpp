// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/others.hpp"

#include "base/escape.hpp"
#include "kernel/owned.hpp"
#include "kernel/socket.hpp"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <functional>
#include <set>

namespace sekisho::kernel {
namespace {

constexpr int kAttempts = 8;
constexpr std::uint32_t kBroute = 29;  // NFT_META_BRI_BROUTE, which older headers lack

constexpr std::string_view kTranslates = "translates addresses";
constexpr std::string_view kDiverts = "diverts packets";
constexpr std::string_view kMarks = "marks packets";
constexpr std::string_view kRewrites = "rewrites packets";
constexpr std::string_view kPast = "takes packets past the rules";
constexpr std::string_view kConnections = "changes how connections are tracked";

/// Expressions that do one thing, by the kernel's names.
struct ExpressionWord {
  std::string_view name;
  std::string_view does;
};
constexpr std::array kExpressions{
    ExpressionWord{"nat", kTranslates},
    ExpressionWord{"masq", kTranslates},
    ExpressionWord{"redir", kTranslates},
    ExpressionWord{"tproxy", kDiverts},
    ExpressionWord{"queue", kDiverts},
    ExpressionWord{"synproxy", kDiverts},
    ExpressionWord{"fwd", kPast},
    ExpressionWord{"flow_offload", kPast},
    ExpressionWord{"dup", "copies packets"},
    ExpressionWord{"notrack", kConnections},
};
/// Targets of iptables that change nothing.
constexpr std::array<std::string_view, 5> kHarmless{"LOG", "NFLOG", "REJECT", "TRACE", "AUDIT"};

using Does = std::optional<std::string>;

Does said(std::string_view does, std::string_view by) {
  return std::string{does} + " (" + escaped(by) + ")";
}

Does object_does(std::uint32_t type) {
  switch (type) {
    case NFT_OBJECT_CT_HELPER: return said(kConnections, "ct helper");
    case NFT_OBJECT_CT_TIMEOUT: return said(kConnections, "ct timeout");
    case NFT_OBJECT_CT_EXPECT: return said(kConnections, "ct expectation");
    case NFT_OBJECT_SECMARK: return said(kMarks, "secmark");
    case NFT_OBJECT_SYNPROXY: return said(kDiverts, "synproxy");
    default: return std::nullopt;
  }
}

/// Keys of `meta … set` that others act on.
Does meta_does(const Attributes& data) {
  const std::uint32_t key = data.u32(NFTA_META_KEY).value_or(0);
  if (!data.has(NFTA_META_SREG)) {
    return std::nullopt;
  }
  switch (key) {
    case NFT_META_MARK: return said(kMarks, "meta mark");
    case NFT_META_PKTTYPE: return said(kDiverts, "meta pkttype");
    case NFT_META_SECMARK: return said(kMarks, "meta secmark");
    case kBroute: return said(kDiverts, "meta broute");
    default: return std::nullopt;  // priority and traces
  }
}

Does ct_does(const Attributes& data) {
  if (!data.has(NFTA_CT_SREG)) {
    return std::nullopt;
  }
  const bool marks = data.u32(NFTA_CT_KEY) == std::uint32_t{NFT_CT_MARK};
  return marks ? said("marks connections", "ct mark") : said(kConnections, "ct set");
}

Does expression_does(std::string_view name, const Attributes& data) {
  if (const auto* word = std::ranges::find(kExpressions, name, &ExpressionWord::name);
      word != kExpressions.end()) {
    return said(word->does, name);
  }
  if (name == "meta") {
    return meta_does(data);
  }
  if (name == "ct") {
    return ct_does(data);
  }
  if (name == "objref") {
    return object_does(data.u32(NFTA_OBJREF_IMM_TYPE).value_or(0));
  }
  if ((name == "payload" && data.has(NFTA_PAYLOAD_SREG)) ||
      (name == "exthdr" && data.has(NFTA_EXTHDR_SREG))) {
    return said(kRewrites, name);
  }
  if (const std::string_view target = data.text(NFTA_TARGET_NAME);
      name == "target" && std::ranges::find(kHarmless, target) == kHarmless.end()) {
    return said("changes packets", "target " + std::string{target});
  }
  return std::nullopt;
}

std::string family_name(std::uint8_t family) {
  switch (family) {
    case NFPROTO_INET: return "inet";
    case NFPROTO_IPV4: return "ip";
    case NFPROTO_IPV6: return "ip6";
    case NFPROTO_ARP: return "arp";
    case NFPROTO_NETDEV: return "netdev";
    case NFPROTO_BRIDGE: return "bridge";
    default: return std::to_string(family);
  }
}

/// Of a message's header.
std::uint8_t family_of(const Message& message) {
  const auto header = structure<nfgenmsg>(message.payload);
  return header ? header->nfgen_family : 0;
}

Attributes attributes_of(const Message& message) {
  return attributes_after(message.payload, sizeof(nfgenmsg));
}

std::string table_text(const Message& message, std::string_view name) {
  return "table " + family_name(family_of(message)) + " " + escaped(name);
}

bool is(const Message& message, std::uint16_t type) {
  return message.type == ((NFNL_SUBSYS_NFTABLES << 8U) | type);
}

class Finder {
 public:
  Finder(Socket socket, const std::string& own) : socket_{std::move(socket)}, own_{own} {}

  Result<std::vector<Other>> find() {
    auto asked = dump(NFT_MSG_GETRULE, [this](const Message& message) { add_rule(message); });
    if (asked) {
      asked =
          dump(NFT_MSG_GETFLOWTABLE, [this](const Message& message) { add_flowtable(message); });
    }
    if (asked && !maps_.empty()) {
      asked = dump(NFT_MSG_GETSET, [this](const Message& message) { add_map(message); });
    }
    if (!asked) {
      return fail(system_error("cannot list what other rules do", asked.error()));
    }
    return std::vector<Other>{found_.begin(), found_.end()};
  }

 private:
  /// Everything of a kind; the error is errno.
  tl::expected<void, int> dump(std::uint16_t type,
                               const std::function<void(const Message&)>& each) {
    tl::expected<void, int> asked;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      alignas(nlmsghdr) std::array<char, 64> bytes{};
      const std::uint32_t sequence = socket_.next_sequence();
      const nlmsghdr* header =
          nftnl_nlmsg_build_hdr(bytes.data(), type, NFPROTO_UNSPEC, NLM_F_DUMP, sequence);
      asked = socket_.ask(as_bytes({bytes.data(), header->nlmsg_len}), sequence, each);
      if (asked || asked.error() != EINTR) {
        break;
      }
    }
    return asked;
  }

  /// The attribute of the table's name is the first of all these.
  [[nodiscard]] bool is_own(const Message& message) const {
    static_assert(int{NFTA_RULE_TABLE} == 1 && int{NFTA_FLOWTABLE_TABLE} == 1 &&
                  int{NFTA_SET_TABLE} == 1);
    const std::uint8_t family = family_of(message);
    return (family == NFPROTO_INET || family == NFPROTO_NETDEV) &&
           attributes_of(message).text(1) == own_;
  }

  void add(Other other) {
    if (found_.size() < kMostOthers) {
      found_.insert(std::move(other));
    }
  }
  void add_rule(const Message& message) {
    if (is_own(message)) {
      return;
    }
    OtherRule rule = decode_other_rule(message);
    for (Other& other : rule.does) {
      add(std::move(other));
    }
    for (const std::string& map : rule.maps) {
      maps_.insert(map_text(message, attributes_of(message).text(NFTA_RULE_TABLE), map));
    }
  }
  void add_flowtable(const Message& message) {
    if (auto other = decode_other_flowtable(message); other && !is_own(message)) {
      add(*std::move(other));
    }
  }
  void add_map(const Message& message) {
    const Attributes set = attributes_of(message);
    const std::string text =
        map_text(message, set.text(NFTA_SET_TABLE), std::string{set.text(NFTA_SET_NAME)});
    const Does does = object_does(set.u32(NFTA_SET_OBJ_TYPE).value_or(0));
    if (does && maps_.contains(text)) {
      add({text, *does});
    }
  }
  static std::string map_text(const Message& message, std::string_view table,
                              const std::string& map) {
    return table_text(message, table) + ", map " + escaped(map);
  }

  Socket socket_;
  const std::string& own_;
  std::set<Other> found_;
  std::set<std::string> maps_;
};

}  // namespace

OtherRule decode_other_rule(const Message& message) {
  OtherRule found;
  if (!is(message, NFT_MSG_NEWRULE)) {
    return found;
  }
  const Attributes rule = attributes_of(message);
  const std::string where = table_text(message, rule.text(NFTA_RULE_TABLE)) + ", chain " +
                            escaped(rule.text(NFTA_RULE_CHAIN));
  for (const Attribute& one : rule.nested(NFTA_RULE_EXPRESSIONS)) {
    const Attributes expression{one.payload};
    const Attributes data = expression.nested(NFTA_EXPR_DATA);
    const std::string_view name = expression.text(NFTA_EXPR_NAME);
    if (Does does = expression_does(name, data)) {
      found.does.push_back({where, *std::move(does)});
    }
    if (const std::string_view map = data.text(NFTA_OBJREF_SET_NAME);
        name == "objref" && !map.empty()) {
      found.maps.emplace_back(map);
    }
  }
  return found;
}

std::optional<Other> decode_other_flowtable(const Message& message) {
  const Attributes table = attributes_of(message);
  if (!is(message, NFT_MSG_NEWFLOWTABLE)) {
    return std::nullopt;
  }
  return Other{table_text(message, table.text(NFTA_FLOWTABLE_TABLE)) + ", flowtable " +
                   escaped(table.text(NFTA_FLOWTABLE_NAME)),
               std::string{kPast}};
}

Result<std::vector<Other>> others_in_nftables(const std::string& own) {
  auto socket = Socket::open(NETLINK_NETFILTER);
  if (!socket) {
    return fail(std::move(socket).error());
  }
  return Finder{*std::move(socket), own}.find();
}

std::vector<Other> others_in_iptables() {
  static constexpr std::array<std::string_view, 3> kChanging{"mangle", "nat", "raw"};
  std::vector<Other> found;
  for (const char* family : {"ip", "ip6"}) {
    std::ifstream names{"/proc/thread-self/net/" + std::string{family} + "_tables_names"};
    for (std::string name; std::getline(names, name);) {
      if (std::ranges::find(kChanging, name) != kChanging.end()) {
        found.push_back({"table " + std::string{family} + " " + name + " of iptables-legacy",
                         "may change packets"});
      }
    }
  }
  std::ranges::sort(found);
  return found;
}

Result<std::vector<Other>> others(const std::string& own) {
  auto found = others_in_nftables(own);
  if (found) {
    std::ranges::move(others_in_iptables(), std::back_inserter(*found));
    std::ranges::sort(*found);
  }
  return found;
}

}  // namespace sekisho::kernel
