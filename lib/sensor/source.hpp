// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The frames of one wire, by libpcap. Opened with CAP_NET_RAW, read without.

#include "base/result.hpp"
#include "sensor/filter.hpp"
#include "sensor/frame.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sekisho::sensor {

class Source {
 public:
  /// What comes in by the interface, to other hosts too; not what leaves by it. `narrow`: the
  /// filter for while the wire is busy. Whatever the handle's owner would send carries `mark`,
  /// which without a capability nobody can change, so that a rule can drop it. Nothing for an
  /// interface that is not there, is down or has no Ethernet.
  [[nodiscard]] static Result<std::optional<Source>> open(const std::string& interface,
                                                          const std::string& narrow,
                                                          std::uint32_t mark);

  /// Readable when there are frames. Closed on exec.
  [[nodiscard]] int fd() const noexcept;
  /// Hands on some of the frames that are waiting; never waits. Frames that the buffer could not
  /// hold, and those that the pace leaves out, are lost silently.
  [[nodiscard]] Result<> read(const std::function<void(const Sight&)>& each, Pace::Time now);
  /// Time has passed.
  [[nodiscard]] Result<> rest(Pace::Time now) { return keep_pace(0, now); }
  [[nodiscard]] Pace::Mode mode() const noexcept { return pace_.mode(); }

 private:
  struct Handle;
  struct Close {
    void operator()(Handle* handle) const;
  };
  explicit Source(Handle* handle) : handle_{handle} {}

  [[nodiscard]] Result<> keep_pace(std::size_t frames, Pace::Time now);

  std::unique_ptr<Handle, Close> handle_;
  Pace pace_;
};

}  // namespace sekisho::sensor
