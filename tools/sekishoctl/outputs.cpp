// SPDX-License-Identifier: GPL-3.0-or-later
#include "outputs.hpp"

#include "files/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <functional>

namespace sekisho::ctl {
namespace {

constexpr mode_t kMode = 0666;

Result<> write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      return fail(system_error("cannot write", errno));
    }
    bytes = bytes.subspan(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return {};
}

/// "report.pdf", "report-2.pdf", "report-3.pdf" …
std::string numbered(const std::string& name, unsigned number) {
  if (number == 1) {
    return name;
  }
  const std::size_t dot = name.rfind('.');
  const std::size_t at = dot == std::string::npos || dot == 0 ? name.size() : dot;
  return name.substr(0, at) + "-" + std::to_string(number) + name.substr(at);
}

/// Tries names until one is free. `place` gives a file its name and sets errno where it cannot.
Result<std::string> first_free(const std::string& name,
                               const std::function<bool(const char*)>& place) {
  constexpr unsigned kMost = 100'000;
  for (unsigned number = 1; number <= kMost; ++number) {
    std::string tried = numbered(name, number);
    if (place(tried.c_str())) {
      return tried;
    }
    if (errno != EEXIST) {
      break;
    }
  }
  return fail(system_error("cannot name the result '" + name + "'", errno));
}

/// A file without a name, until it is whole.
Result<std::string> add_nameless(int directory, const UniqueFd& file, const std::string& name,
                                 ByteView bytes) {
  if (auto written = write_all(file.get(), bytes); !written) {
    return fail(std::move(written).error());
  }
  const std::string link = "/proc/self/fd/" + std::to_string(file.get());
  return first_free(name, [&](const char* tried) {
    return ::linkat(AT_FDCWD, link.c_str(), directory, tried, AT_SYMLINK_FOLLOW) == 0;
  });
}

/// For file systems that have no nameless files: a draft that takes its name at the end.
Result<std::string> add_draft(int directory, const std::string& name, ByteView bytes) {
  const std::string draft = ".sekisho-" + std::to_string(::getpid()) + ".part";
  UniqueFd file{::openat(directory, draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode)};
  if (!file) {
    return fail(system_error("cannot write", errno));
  }
  auto written = write_all(file.get(), bytes);
  auto placed = written ? first_free(name,
                                     [&](const char* tried) {
                                       return ::renameat2(directory, draft.c_str(), directory,
                                                          tried, RENAME_NOREPLACE) == 0;
                                     })
                        : fail(std::move(written).error());
  if (!placed) {
    ::unlinkat(directory, draft.c_str(), 0);
  }
  return placed;
}

}  // namespace

Result<Outputs> Outputs::open(const std::string& directory) {
  if (auto made = files::make_directories(directory, 0777); !made) {
    return fail(std::move(made).error());
  }
  UniqueFd fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd) {
    return fail(system_error("cannot open '" + directory + "'", errno));
  }
  return Outputs{directory, std::move(fd)};
}

Result<std::string> Outputs::add(const std::string& name, ByteView bytes) const {
  const UniqueFd file{::openat(directory_.get(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, kMode)};
  const bool unknown = errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL;
  if (!file && !unknown) {
    return fail(system_error("cannot write", errno));
  }
  auto placed = file ? add_nameless(directory_.get(), file, name, bytes)
                     : add_draft(directory_.get(), name, bytes);
  if (!placed) {
    return placed;
  }
  return path_ + (path_.ends_with('/') ? "" : "/") + *placed;
}

}  // namespace sekisho::ctl
