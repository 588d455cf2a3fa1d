// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/events.hpp"

#include "base/escape.hpp"
#include "kernel/owned.hpp"

#include <cerrno>

namespace sekisho::kernel {

std::optional<GenerationChange> decode_generation(const Message& message) {
  const Attributes attributes = attributes_after(message.payload, sizeof(nfgenmsg));
  const auto generation = attributes.u32(NFTA_GEN_ID);
  if (message.type != ((NFNL_SUBSYS_NFTABLES << 8U) | NFT_MSG_NEWGEN) || !generation) {
    return std::nullopt;
  }
  return GenerationChange{*generation, attributes.u32(NFTA_GEN_PROC_PID).value_or(0),
                          escaped(attributes.text(NFTA_GEN_PROC_NAME))};
}

Result<GenerationEvents> GenerationEvents::open() {
  auto socket = Socket::open(NETLINK_NETFILTER);
  if (!socket) {
    return fail(std::move(socket).error());
  }
  if (auto joined = socket->join(NFNLGRP_NFTABLES); !joined) {
    return fail(std::move(joined).error());
  }
  return GenerationEvents{*std::move(socket)};
}

Result<GenerationEvents::News> GenerationEvents::read() {
  News news;
  while (true) {
    const auto datagram = socket_.receive(false);
    if (!datagram && datagram.error() == EAGAIN) {
      return news;
    }
    if (!datagram && datagram.error() != ENOBUFS && datagram.error() != EMSGSIZE) {
      return fail(system_error("cannot read the ruleset's changes", datagram.error()));
    }
    if (!datagram) {
      news.lost = true;
      continue;
    }
    for (const Message& message : Messages{*datagram}) {
      if (auto change = decode_generation(message)) {
        news.changes.push_back(*std::move(change));
      }
    }
  }
}

}  // namespace sekisho::kernel
