// SPDX-License-Identifier: GPL-3.0-or-later
#include "jail/root.hpp"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sekisho::jail {
namespace {

/// Any directory that every system has: a mount covers it in this namespace alone.
constexpr const char* kPlace = "/dev";

constexpr unsigned long kHarmless = MS_NOSUID | MS_NODEV | MS_NOEXEC;

Result<> failed(const std::string& what) {
  return fail("cannot " + what + ": " + std::strerror(errno));
}

bool make_parents(const std::string& path) {
  for (std::size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1)) {
    if (::mkdir(path.substr(0, at).c_str(), 0555) != 0 && errno != EEXIST) {
      return false;
    }
  }
  return ::mkdir(path.c_str(), 0555) == 0 || errno == EEXIST;
}

Result<> bind(const char* tree) {
  struct stat status {};
  if (::stat(tree, &status) != 0) {
    return {};  // a system without it draws with what it has
  }
  const std::string place = kPlace + std::string{tree};
  if (!make_parents(place) || ::mount(tree, place.c_str(), nullptr, MS_BIND, nullptr) != 0 ||
      ::mount(nullptr, place.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY | kHarmless,
              nullptr) != 0) {
    return failed(std::string{"bind "} + tree);
  }
  return {};
}

}  // namespace

Result<> enter_root_with(std::span<const char* const> trees) {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return failed("keep mounts to itself");
  }
  if (::mount("tmpfs", kPlace, "tmpfs", kHarmless, "size=64k,nr_inodes=64,mode=0555") != 0) {
    return failed("mount an empty directory");
  }
  for (const char* tree : trees) {
    if (auto bound = bind(tree); !bound) {
      return bound;
    }
  }
  // the old root comes to lie on top of the new one, and is let go of
  if (::chdir(kPlace) != 0 || ::syscall(SYS_pivot_root, ".", ".") != 0 ||
      ::umount2(".", MNT_DETACH) != 0 || ::chdir("/") != 0) {
    return failed("change the root");
  }
  if (::mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | kHarmless, nullptr) != 0) {
    return failed("make the root read-only");
  }
  return {};
}

}  // namespace sekisho::jail
