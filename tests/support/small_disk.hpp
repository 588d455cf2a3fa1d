// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A small disk at some directory, in a mount namespace of its own: the host sees nothing of it,
/// and it is gone with this object.

#include <sys/types.h>

#include <string>

namespace sekisho::testing {

class SmallDisk {
 public:
  /// `size` as tmpfs has it: "6m". Throws where the machine refuses a mount.
  SmallDisk(const std::string& directory, const std::string& size);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  /// For "nsenter --mount=PATH".
  [[nodiscard]] std::string mount_namespace() const;
  /// Takes all the room there is, until `empty`.
  void fill() const;
  void empty() const;

 private:
  std::string directory_;
  pid_t holder_ = 0;
};

}  // namespace sekisho::testing
