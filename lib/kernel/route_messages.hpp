// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// rtnetlink's answers, read from any bytes. It knows no socket.

#include "kernel/message.hpp"
#include "kernel/routes.hpp"

#include <optional>

namespace sekisho::kernel {

struct RouteMessage {
  Route::Kind kind = Route::Kind::Unreachable;
  std::uint32_t interface = 0;  ///< index, 0 for none
  std::optional<net::Address> gateway;
};
/// Of RTM_NEWROUTE, RTM_NEWLINK, RTM_NEWADDR and RTM_NEWNEIGH; nothing for what is none.
[[nodiscard]] std::optional<RouteMessage> decode_route(const Message& message);
[[nodiscard]] std::optional<Link> decode_link(const Message& message);
[[nodiscard]] std::optional<InterfaceAddress> decode_address(const Message& message);
[[nodiscard]] std::optional<Neighbour> decode_neighbour(const Message& message);

}  // namespace sekisho::kernel
