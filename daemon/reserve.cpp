// SPDX-License-Identifier: GPL-3.0-or-later
#include "reserve.hpp"

#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace sekisho::daemon {
namespace {

constexpr off_t kRoom = 512 << 10;  ///< several revisions and decisions

}  // namespace

void Reserve::keep() {
  if (kept_) {
    return;
  }
  const UniqueFd fd{::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  kept_ = fd && ::fallocate(fd.get(), 0, 0, kRoom) == 0;
  if (!kept_) {
    (void)::unlink(path_.c_str());
  }
}

bool Reserve::give_up() {
  return std::exchange(kept_, false) && ::unlink(path_.c_str()) == 0;
}

}  // namespace sekisho::daemon
