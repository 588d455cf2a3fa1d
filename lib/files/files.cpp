// SPDX-License-Identifier: GPL-3.0-or-later
#include "files/files.hpp"

#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace sekisho::files {
namespace {

Result<> write_all(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno != EINTR) {
      return fail(system_error("cannot write '" + path + "'", errno));
    }
    content.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return {};
}

std::string parent_of(const std::string& path) {
  const std::string parent = std::filesystem::path{path}.parent_path().string();
  return parent.empty() ? "." : parent;
}

Result<> sync_directory(const std::string& path) {
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd || ::fsync(fd.get()) != 0) {
    return fail(system_error("cannot sync '" + path + "'", errno));
  }
  return {};
}

/// The temporary file of a replacement; removed unless it was renamed.
class Draft {
 public:
  explicit Draft(const std::string& path) : path_{path + ".XXXXXX"} {
    fd_ = UniqueFd{::mkostemp(path_.data(), O_CLOEXEC)};
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (fd_ && !placed_) {
      ::unlink(path_.c_str());
    }
  }
  [[nodiscard]] int fd() const { return fd_.get(); }
  Result<> place_at(const std::string& path) {
    if (::rename(path_.c_str(), path.c_str()) != 0) {
      return fail(system_error("cannot replace '" + path + "'", errno));
    }
    placed_ = true;
    return {};
  }

 private:
  std::string path_;
  UniqueFd fd_;
  bool placed_ = false;
};

}  // namespace

Result<std::string> read(const std::string& path, std::size_t limit) {
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) {
    return fail(system_error("cannot read '" + path + "'", errno));
  }
  if (!S_ISREG(status.st_mode)) {
    return fail("cannot read '" + path + "': not a regular file");
  }
  std::string content;
  std::string buffer(1U << 18U, '\0');
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno != EINTR) {
      return fail(system_error("cannot read '" + path + "'", errno));
    }
    if (got == 0) {
      return content;
    }
    content.append(buffer, 0, got > 0 ? static_cast<std::size_t>(got) : 0);
    if (content.size() > limit) {
      return fail("'" + path + "' is larger than " + std::to_string(limit >> 20U) + " MiB");
    }
  }
}

Result<> replace(const std::string& path, std::string_view content, mode_t mode) {
  Draft draft{path};
  if (draft.fd() < 0) {
    return fail(system_error("cannot write beside '" + path + "'", errno));
  }
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  const bool owned = !exists || ::fchown(draft.fd(), status.st_uid, status.st_gid) == 0;
  if (!owned || ::fchmod(draft.fd(), exists ? status.st_mode & 07777U : mode) != 0) {
    return fail(system_error("cannot set the mode of '" + path + "'", errno));
  }
  if (auto written = write_all(draft.fd(), content, path); !written) {
    return written;
  }
  if (::fsync(draft.fd()) != 0) {
    return fail(system_error("cannot sync '" + path + "'", errno));
  }
  if (auto placed = draft.place_at(path); !placed) {
    return placed;
  }
  return sync_directory(parent_of(path));
}

Result<> make_directories(const std::string& path, mode_t mode) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return {};
  }
  if (const std::string parent = parent_of(path); parent != path && parent != ".") {
    if (auto made = make_directories(parent, 0755); !made) {
      return made;
    }
  }
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
    return fail(system_error("cannot make directory '" + path + "'", errno));
  }
  return {};
}

Result<std::vector<std::string>> list(const std::string& directory, std::string_view suffix) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator at{directory, error}, end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.ends_with(suffix) && at->is_regular_file()) {
      names.push_back(name);
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return fail("cannot list '" + directory + "': " + error.message());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace sekisho::files
