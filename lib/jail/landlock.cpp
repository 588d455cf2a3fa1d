// SPDX-License-Identifier: GPL-3.0-or-later
#include "jail/landlock.hpp"

#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>

namespace sekisho::jail {
namespace {

/// linux/landlock.h of ABI 6; older headers end earlier.
struct Ruleset {
  std::uint64_t handled_access_fs = 0;
  std::uint64_t handled_access_net = 0;
  std::uint64_t scoped = 0;
};

/// Rights to files that the kernel of each ABI knows: 13 bits, then REFER, TRUNCATE, IOCTL_DEV.
std::uint64_t file_rights(long abi) {
  const unsigned bits = abi >= 5 ? 16U : abi >= 3 ? 15U : abi >= 2 ? 14U : 13U;
  return (1ULL << bits) - 1;
}

Ruleset everything(long abi) {
  constexpr std::uint64_t kBindAndConnect = 3;
  constexpr std::uint64_t kAbstractSocketsAndSignals = 3;
  return {file_rights(abi), abi >= 4 ? kBindAndConnect : 0,
          abi >= 6 ? kAbstractSocketsAndSignals : 0};
}

std::size_t size_for(long abi) {
  return sizeof(std::uint64_t) * (abi >= 6 ? 3U : abi >= 4 ? 2U : 1U);
}

bool let_read(int ruleset, const char* tree) {
  const UniqueFd place{::open(tree, O_PATH | O_DIRECTORY | O_CLOEXEC)};
  landlock_path_beneath_attr rule{};
  rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
  rule.parent_fd = place.get();
  return place &&
         ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0U) == 0;
}

}  // namespace

Result<> restrict_by_landlock(MayRead may_read) {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0},
                             LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 0) {
    return errno == ENOSYS || errno == EOPNOTSUPP ? Result<>{} : fail(std::strerror(errno));
  }
  const Ruleset wanted = everything(abi);
  const UniqueFd ruleset{
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &wanted, size_for(abi), 0U))};
  if (!ruleset || (may_read == MayRead::Root && !let_read(ruleset.get(), "/")) ||
      ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0U) != 0) {
    return fail(std::strerror(errno));
  }
  return {};
}

}  // namespace sekisho::jail
