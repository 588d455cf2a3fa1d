// SPDX-License-Identifier: GPL-3.0-or-later
#include "preview.hpp"

#include "explain/explain.hpp"
#include "kernel/routes.hpp"
#include "simulate/decision.hpp"

#include <net/if.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <tuple>

namespace sekisho::daemon {
namespace {

using kernel::Connection;

constexpr std::size_t kMostNamed = 100;
constexpr std::size_t kMostJudged = 5000;  ///< different questions: a second or so of asking routes

/// Marks of the connections that live: every key of the live sets begins with one.
std::set<std::uint32_t> live_marks(const ruleset::Table& table) {
  std::set<std::uint32_t> marks;
  for (const char* name : {"live", "live_mac", "live_hop4", "live_hop6", "self_live"}) {
    const ruleset::Set* set = table.set(name);
    if (set == nullptr) {
      continue;
    }
    for (const ruleset::Element& element : *set->elements) {
      std::uint32_t mark = 0;
      if (element.key.size() >= sizeof mark) {
        std::memcpy(&mark, element.key.view().data(), sizeof mark);
        marks.insert(mark);
      }
    }
  }
  return marks;
}

class Judge {
 public:
  Judge(const Prospect& next, std::vector<kernel::Neighbour> neighbours)
      : next_{next}, neighbours_{std::move(neighbours)} {}

  /// Whether its first packet would be let through if it came now; nothing once too much was asked.
  [[nodiscard]] Result<std::optional<bool>> passes(const Connection& connection) {
    const kernel::Tuple& way = connection.original;
    const Question key{connection.protocol, way.src, way.dst, way.dport, way.icmp_type};
    if (const auto known = known_.find(key); known != known_.end()) {
      return std::optional{known->second};
    }
    if (known_.size() == kMostJudged) {
      return std::optional<bool>{};
    }
    const auto passes = judge(connection);
    if (!passes) {
      return fail(passes.error());
    }
    known_.emplace(key, *passes);
    return std::optional{*passes};
  }

 private:
  /// What a decision depends on; never the source port.
  using Question =
      std::tuple<std::uint8_t, net::Address, net::Address, std::uint16_t, std::uint8_t>;

  [[nodiscard]] Result<bool> judge(const Connection& connection) const {
    const kernel::Tuple& way = connection.original;
    explain::Question question{.src = way.src,
                               .dst = way.dst,
                               .protocol = connection.protocol,
                               .sport = way.sport,
                               .dport = way.dport,
                               .icmp_type = way.icmp_type};
    const auto from = kernel::route_to(way.src);
    if (!from) {
      return fail(from.error());
    }
    if (from->kind != kernel::Route::Kind::Local) {
      question.in = from->interface;
      question.mac = mac_of(from->gateway.value_or(way.src), from->interface);
    }
    const auto packet = explain::packet_for(question);
    if (!packet) {
      return fail(packet.error());
    }
    return simulate::decide(next_.policy, next_.situation, *packet).verdict == Verdict::Permit;
  }

  [[nodiscard]] std::optional<net::Mac> mac_of(const net::Address& hop,
                                               const std::string& interface) const {
    const std::uint32_t index = ::if_nametoindex(interface.c_str());
    for (const kernel::Neighbour& one : neighbours_) {
      if (one.index == index && one.address == hop) {
        return one.mac;
      }
    }
    return std::nullopt;
  }

  const Prospect& next_;
  std::vector<kernel::Neighbour> neighbours_;
  std::map<Question, bool> known_;
};

Result<> add(const Connection& connection, const compile::Compiled& now, Judge& judge,
             Preview& preview) {
  const auto passes = judge.passes(connection);
  if (!passes) {
    return fail(passes.error());
  }
  preview.complete = preview.complete && passes->has_value();
  if (passes->value_or(true)) {
    return {};
  }
  if (++preview.total <= kMostNamed) {
    const std::string id = compile::permit_of(connection.mark, now);
    preview.ending.push_back({connection, id.empty() ? "intra_zone" : id});
  }
  return {};
}

}  // namespace

Result<Preview> preview_of(const compile::Compiled& now, const Prospect& next) {
  const auto lives = live_marks(now.table);
  const auto stays = live_marks(compile::compile(next.policy, next.situation, next.numbers).table);
  auto neighbours = kernel::neighbours();
  if (!neighbours) {
    return fail(std::move(neighbours).error());
  }
  Judge judge{next, *std::move(neighbours)};
  Preview preview;
  Result<> judged;
  auto listed = kernel::each_connection([&](const Connection& connection) {
    const bool loses = lives.contains(connection.mark) && !stays.contains(connection.mark);
    if (judged && loses && !connection.closed) {
      judged = add(connection, now, judge, preview);
    }
  });
  if (!listed || !judged) {
    return fail(listed ? std::move(judged).error() : std::move(listed).error());
  }
  return preview;
}

std::string preview_json(const Preview& preview) {
  boost::json::array rows;
  for (const Preview::Ending& one : preview.ending) {
    const kernel::Tuple& way = one.connection.original;
    const bool ports = net::has_ports(one.connection.protocol);
    const auto port = [ports](std::uint16_t number) {
      return ports ? boost::json::value(number) : boost::json::value(nullptr);
    };
    rows.push_back({{"proto", net::protocol_name(one.connection.protocol)},
                    {"src", way.src.str()},
                    {"sport", port(way.sport)},
                    {"dst", way.dst.str()},
                    {"dport", port(way.dport)},
                    {"permit", one.permit}});
  }
  return boost::json::serialize(boost::json::object{{"connections", std::move(rows)},
                                                    {"connections_total", preview.total},
                                                    {"connections_complete", preview.complete}});
}

}  // namespace sekisho::daemon
