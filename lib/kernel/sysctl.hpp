// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The settings of the network stack that the appliance depends on, in the calling thread's network namespace. What is
/// set is a list of values; how is below it.

#include "base/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::kernel {

/// As sysctl(8) names it: dots separate, and a dot within an interface's name is a slash.
struct Setting {
  std::string name;
  std::string value;
  std::string reason;
  bool operator==(const Setting&) const = default;
};

/// Everything but forwarding, for "all", "default" and each of `interfaces` by itself: of some settings the kernel takes
/// the larger of "all" and the interface's own (rp_filter, send_redirects), of others the interface's alone.
[[nodiscard]] std::vector<Setting> hygiene(std::span<const std::string> interfaces);
/// Forwarding of both families. Switching IPv4 forwarding makes the kernel set accept_redirects of "all" and "default"
/// itself, so the list puts those right again; IPv6 hosts that do not forward would heed router advertisements, which
/// `hygiene` forbids either way.
[[nodiscard]] std::vector<Setting> forwarding(bool on);

struct Applied {
  enum class Outcome : std::uint8_t {
    Set,      ///< it was another value
    Already,  ///< it had that value and was not written
    Missing,  ///< this kernel or namespace does not have it
    Failed,
  };
  std::string name;
  std::string value;
  std::string before;  ///< empty when it could not be read
  Outcome outcome{};
  std::string error;  ///< of Failed
};

/// One setting. Fails for a name with anything but letters, digits and "._/:@-", or with a part "..".
[[nodiscard]] Result<Applied> set(const Setting& setting);
/// Each in order; goes on after a failure and reports it.
[[nodiscard]] std::vector<Applied> apply(std::span<const Setting> settings);
/// The value now, without the line end.
[[nodiscard]] Result<std::string> value_of(std::string_view name);

}  // namespace sekisho::kernel
