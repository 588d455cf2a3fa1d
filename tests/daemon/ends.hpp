// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Established connections of which a test holds both ends: TCP and UDP by the kernel's sockets;
/// echo and SCTP by packets of the test's own.

#include "base/unique_fd.hpp"
#include "support/netns.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sekisho::testing {

class Ends {
 public:
  struct Way {
    const NetNs& from;
    std::string source;
    const NetNs& to;
    std::string destination;
  };
  enum class Kind : std::uint8_t { Tcp, Udp, Echo, Sctp };

  /// To port 443 of those that have ports.
  [[nodiscard]] static std::unique_ptr<Ends> make(Kind kind, const Way& way);
  virtual ~Ends() = default;
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;

  /// Something goes through, first from the client and then to it.
  [[nodiscard]] bool talk() const { return talk_to_server() && talk_to_client(); }
  /// Packets that come out at either end of each while all ends send bursts. Those that came before
  /// do not count.
  [[nodiscard]] static std::vector<std::uint64_t> passing(
      const std::vector<std::unique_ptr<Ends>>& all);

 protected:
  Ends() = default;
  [[nodiscard]] bool talk_to_server() const;
  [[nodiscard]] bool talk_to_client() const;
  virtual void send_from_client() const = 0;
  virtual void send_from_server() const = 0;
  /// How many packets each end has been handed so far.
  [[nodiscard]] virtual std::uint64_t at_client() const = 0;
  [[nodiscard]] virtual std::uint64_t at_server() const = 0;
};

}  // namespace sekisho::testing
