// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The kernel's log of dropped packets, read with libpcap. Opened with privileges, read without.

#include "base/result.hpp"
#include "nflog/drop.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace sekisho::nflog {

class Source {
 public:
  /// Binds the group in the caller's network namespace. Fails when another reader holds it ("group 5 is read by another
  /// process already") and without CAP_NET_ADMIN. The receive buffer is forced to 32 MiB.
  [[nodiscard]] static Result<Source> open(std::uint16_t group);

  /// Readable when there are records.
  [[nodiscard]] int fd() const noexcept;
  /// Every record that is waiting, at most `most`; never waits. Returns how many there were. Records that the socket
  /// could not hold are lost silently (the kernel's drop counters tell).
  [[nodiscard]] Result<std::size_t> read(const std::function<void(const Drop&)>& each, std::size_t most);

 private:
  struct Handle;
  struct Close {
    void operator()(Handle* handle) const;
  };
  std::unique_ptr<Handle, Close> handle_;
};

}  // namespace sekisho::nflog
