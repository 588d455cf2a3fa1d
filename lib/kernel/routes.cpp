// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/routes.hpp"

#include "kernel/route_dump.hpp"
#include "kernel/route_messages.hpp"

#include <linux/rtnetlink.h>
#include <net/if.h>

#include <array>
#include <cerrno>

namespace sekisho::kernel {
namespace {

/// errno by which the kernel says that a route refuses (linux/rtnetlink.h, RTN_…: prohibit, unreachable, blackhole).
bool is_refusal(int number) {
  return number == ENETUNREACH || number == EHOSTUNREACH || number == EACCES || number == EINVAL;
}

}  // namespace

Result<Route> route_to(const net::Address& destination) {
  const std::string what = "cannot ask for the route to " + destination.str();
  auto socket = Socket::open(NETLINK_ROUTE);
  if (!socket) {
    return fail(std::move(socket).error().in(what));
  }
  rtmsg body{};
  body.rtm_family = destination.is_v4() ? AF_INET : AF_INET6;
  body.rtm_dst_len = static_cast<unsigned char>(destination.bits());
  const std::uint32_t sequence = socket->next_sequence();
  const Request<rtmsg> request{RTM_GETROUTE, NLM_F_ACK, sequence, body};
  mnl_attr_put(request.header, RTA_DST, destination.bytes().size(), destination.bytes().data());
  std::optional<RouteMessage> found;
  const auto asked = socket->ask(request.view(), sequence,
                                 [&found](const Message& message) { found = decode_route(message); });
  if (!asked && is_refusal(asked.error())) {
    return Route{};
  }
  if (!asked) {
    return fail(system_error(what, asked.error()));
  }
  if (!found || found->kind == Route::Kind::Unreachable) {
    return Route{};
  }
  std::array<char, IF_NAMESIZE> name{};
  if (::if_indextoname(found->interface, name.data()) == nullptr) {
    return fail(system_error(what, errno));
  }
  return Route{found->kind, name.data(), found->gateway};
}

Result<std::vector<Link>> links() {
  return list<Link, ifinfomsg>(RTM_GETLINK, "interfaces", decode_link);
}

Result<std::vector<InterfaceAddress>> addresses() {
  return list<InterfaceAddress, ifaddrmsg>(RTM_GETADDR, "addresses", decode_address);
}

Result<std::vector<Neighbour>> neighbours() {
  return list<Neighbour, ndmsg>(RTM_GETNEIGH, "neighbours", decode_neighbour);
}

}  // namespace sekisho::kernel
