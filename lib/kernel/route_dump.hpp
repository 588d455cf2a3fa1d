// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Questions to rtnetlink: one, or everything of a kind. Knows no kind.

#include "base/result.hpp"
#include "kernel/owned.hpp"
#include "kernel/socket.hpp"

#include <linux/rtnetlink.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::kernel {

/// A request with the given structure behind its header.
template <typename Struct>
struct Request {
  Request(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence, const Struct& body)
      : header{mnl_nlmsg_put_header(bytes.data())} {
    header->nlmsg_type = type;
    header->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    header->nlmsg_seq = sequence;
    std::memcpy(mnl_nlmsg_put_extra_header(header, sizeof body), &body, sizeof body);
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  [[nodiscard]] ByteView view() const { return as_bytes({bytes.data(), header->nlmsg_len}); }

  alignas(nlmsghdr) std::array<char, 256> bytes{};
  nlmsghdr* header;
};

/// Everything of one kind; asked again while it changes under the walk.
template <typename Item, typename Struct, typename Decode>
Result<std::vector<Item>> list(std::uint16_t type, const std::string& what, const Decode& decode,
                               const Struct& body = {}) {
  constexpr int kAttempts = 8;
  auto socket = Socket::open(NETLINK_ROUTE);
  if (!socket) {
    return fail(std::move(socket).error());
  }
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::vector<Item> items;
    const std::uint32_t sequence = socket->next_sequence();
    const Request<Struct> request{type, NLM_F_DUMP, sequence, body};
    const auto asked = socket->ask(request.view(), sequence, [&](const Message& message) {
      if (std::optional<Item> item = decode(message)) {
        items.push_back(*std::move(item));
      }
    });
    if (asked) {
      return items;
    }
    if (asked.error() != EINTR) {
      return fail(system_error("cannot list " + what, asked.error()));
    }
  }
  return fail("cannot list " + what + ": they change all the time");
}

}  // namespace sekisho::kernel
