// SPDX-License-Identifier: GPL-3.0-or-later
#include "jail/memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>
#include <vector>

namespace sekisho::jail {
namespace {

constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

Error cannot_keep() {
  return system_error("cannot keep content in memory", errno);
}

UniqueFd new_memory() {
  return UniqueFd{::memfd_create("item", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      return false;
    }
    bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return true;
}

}  // namespace

Mapping::Mapping(Mapping&& other) noexcept
    : start_{std::exchange(other.start_, nullptr)}, size_{std::exchange(other.size_, 0)} {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(start_, other.start_);
  std::swap(size_, other.size_);
  return *this;
}

Mapping::~Mapping() {
  if (start_ != nullptr) {
    ::munmap(const_cast<void*>(start_), size_);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  }
}

Result<Sealed> Sealed::copy_of(std::string_view bytes) {
  UniqueFd fd = new_memory();
  if (!fd || !write_all(fd.get(), bytes) || ::fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) {
    return fail(cannot_keep());
  }
  return Sealed{std::move(fd), bytes.size()};
}

tl::expected<Sealed, Sealed::NotTaken> Sealed::rest_of(int from, std::uint64_t most) {
  const auto not_taken = [](bool too_large, Error error) {
    return tl::unexpected<NotTaken>{NotTaken{too_large, std::move(error)}};
  };
  const auto too_large = [&] {
    return not_taken(true, Error{"more than " + std::to_string(most) + " bytes"});
  };
  struct stat status {};
  if (::fstat(from, &status) == 0 && S_ISREG(status.st_mode) &&
      static_cast<std::uint64_t>(status.st_size) > most) {
    return too_large();
  }
  UniqueFd fd = new_memory();
  if (!fd) {
    return not_taken(false, cannot_keep());
  }
  constexpr std::size_t kPiece = 1U << 20U;
  std::vector<char> piece(kPiece);
  std::uint64_t size = 0;
  for (;;) {
    const ssize_t got = ::read(from, piece.data(), piece.size());
    if (got < 0 && errno != EINTR) {
      return not_taken(false, system_error("cannot read", errno));
    }
    if (got == 0) {
      break;
    }
    size += got > 0 ? static_cast<std::uint64_t>(got) : 0;
    if (size > most) {
      return too_large();
    }
    if (got > 0 && !write_all(fd.get(), {piece.data(), static_cast<std::size_t>(got)})) {
      return not_taken(false, cannot_keep());
    }
  }
  if (::fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) {
    return not_taken(false, cannot_keep());
  }
  return Sealed{std::move(fd), size};
}

Result<Sealed> Sealed::adopt(UniqueFd fd) {
  struct stat status {};
  const int seals = ::fcntl(fd.get(), F_GET_SEALS);
  if (seals < 0 || (seals & kSeals) != kSeals || ::fstat(fd.get(), &status) != 0) {
    return fail("content that is not sealed");
  }
  return Sealed{std::move(fd), static_cast<std::uint64_t>(status.st_size)};
}

Result<Mapping> Sealed::map() const {
  if (size_ == 0) {
    return Mapping{};
  }
  const void* start = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd_.get(), 0);
  if (start == MAP_FAILED) {  // NOLINT(cppcoreguidelines-pro-type-cstyle-cast)
    return fail(system_error("cannot map content", errno));
  }
  return Mapping{start, size_};
}

Result<Unsealed> Unsealed::of_size(std::uint64_t size) {
  UniqueFd fd = new_memory();
  if (!fd || ::ftruncate(fd.get(), static_cast<off_t>(size)) != 0) {
    return fail(cannot_keep());
  }
  void* start = nullptr;
  if (size > 0) {
    start = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (start == MAP_FAILED) {  // NOLINT(cppcoreguidelines-pro-type-cstyle-cast)
      return fail(cannot_keep());
    }
  }
  return Unsealed{std::move(fd), start, size};
}

Unsealed::Unsealed(Unsealed&& other) noexcept
    : fd_{std::move(other.fd_)},
      start_{std::exchange(other.start_, nullptr)},
      size_{other.size_},
      filled_{other.filled_} {}

Unsealed::~Unsealed() {
  unmap();
}

void Unsealed::unmap() {
  if (start_ != nullptr) {
    ::munmap(std::exchange(start_, nullptr), size_);
  }
}

ssize_t Unsealed::read_from(int fd) {
  const ssize_t got = ::read(fd, static_cast<char*>(start_) + filled_, missing());
  filled_ += got > 0 ? static_cast<std::uint64_t>(got) : 0;
  return got;
}

Result<Sealed> Unsealed::seal() && {
  unmap();  // a writable mapping keeps the kernel from sealing
  if (::fcntl(fd_.get(), F_ADD_SEALS, kSeals) != 0) {
    return fail(cannot_keep());
  }
  return Sealed{std::move(fd_), size_};
}

}  // namespace sekisho::jail
