// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/diversion.hpp"

#include "kernel/route_dump.hpp"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <array>
#include <cerrno>

namespace sekisho::kernel {
namespace {

constexpr std::uint16_t kNew = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
/// Before the main table (32766).
constexpr std::uint32_t kPriority = 250;

template <typename Struct>
Result<> create(Socket& socket, Request<Struct>& request, std::uint32_t sequence,
                const std::string& what) {
  const auto asked = socket.ask(request.view(), sequence, [](const Message&) {});
  if (asked || asked.error() == EEXIST) {
    return {};
  }
  return fail(system_error("cannot make " + what, asked.error()));
}

Result<> make_rule(Socket& socket, std::uint8_t family, std::uint32_t mark, std::uint32_t table) {
  fib_rule_hdr body{};
  body.family = family;
  body.action = FR_ACT_TO_TBL;
  const std::uint32_t sequence = socket.next_sequence();
  Request<fib_rule_hdr> request{RTM_NEWRULE, kNew, sequence, body};
  mnl_attr_put_u32(request.header, FRA_FWMARK, mark);
  mnl_attr_put_u32(request.header, FRA_FWMASK, ~0U);
  mnl_attr_put_u32(request.header, FRA_TABLE, table);
  mnl_attr_put_u32(request.header, FRA_PRIORITY, kPriority);
  return create(socket, request, sequence, "the routing rule of the diversion");
}

Result<> make_route(Socket& socket, std::uint8_t family, std::uint32_t table) {
  rtmsg body{};
  body.rtm_family = family;
  body.rtm_protocol = RTPROT_STATIC;
  body.rtm_scope = RT_SCOPE_HOST;
  body.rtm_type = RTN_LOCAL;
  const std::uint32_t sequence = socket.next_sequence();
  Request<rtmsg> request{RTM_NEWROUTE, kNew, sequence, body};
  mnl_attr_put_u32(request.header, RTA_OIF, ::if_nametoindex("lo"));
  mnl_attr_put_u32(request.header, RTA_TABLE, table);
  return create(socket, request, sequence, "the local route of the diversion");
}

}  // namespace

Result<> route_marked_here(std::uint32_t mark, std::uint32_t table) {
  auto socket = Socket::open(NETLINK_ROUTE);
  if (!socket) {
    return fail(std::move(socket).error());
  }
  for (const std::uint8_t family : std::initializer_list<std::uint8_t>{AF_INET, AF_INET6}) {
    if (auto made = make_route(*socket, family, table); !made) {
      return made;
    }
    if (auto made = make_rule(*socket, family, mark, table); !made) {
      return made;
    }
  }
  return {};
}

}  // namespace sekisho::kernel
