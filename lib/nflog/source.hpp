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
  /// Binds the group in the caller's network namespace. Fails when another reader holds it ("group
  /// 5 is read by another process already") and without CAP_NET_ADMIN. The receive buffer is forced
  /// to 32 MiB; where that is refused, it is as large as the system allows.
  [[nodiscard]] static Result<Source> open(std::uint16_t group);

  /// Readable when there are records. Closed on exec.
  [[nodiscard]] int fd() const noexcept;
  /// Every record that is waiting, until `most` are reached; never waits. What the kernel sent
  /// together is read together, so that nothing stays behind where poll does not see it: the last
  /// datagram may go beyond `most` by some records. Returns how many there were, those without a
  /// mark too, which `each` does not see. Records that the socket could not hold are lost silently
  /// (the kernel's drop counters tell).
  [[nodiscard]] Result<std::size_t> read(const std::function<void(const Drop&)>& each,
                                         std::size_t most);

 private:
  struct Handle;
  struct Close {
    void operator()(Handle* handle) const;
  };
  explicit Source(Handle* handle) : handle_{handle} {}

  std::unique_ptr<Handle, Close> handle_;
};

}  // namespace sekisho::nflog
