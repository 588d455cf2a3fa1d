// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Workers as the unconfined side has them: orders and items go in, answers or failures come out,
/// each in bounded time. Whatever a worker does ends with its own item. Never looks into content.

#include "base/unique_fd.hpp"
#include "ipc/channel.hpp"
#include "jail/confine.hpp"
#include "jail/memory.hpp"
#include "jail/messages.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::jail {

/// Where the program stands that builds a jail: beside the calling program, or where packages put
/// it.
[[nodiscard]] std::string worker_program();

/// What a job may use and say.
struct Bounds {
  Share share;
  std::uint32_t text = 4U << 20U;    ///< bytes of the answer that are read
  std::uint64_t body = 1ULL << 30U;  ///< bytes of the content that is passed on
};

struct Finished {
  std::string text;
  Sealed body;
};
struct Failure {
  enum class Why : std::uint8_t { Died, OutOfTime, OutOfMemory, SaidTooMuch };
  Why why = Why::Died;
  std::string detail;  ///< "killed by signal 31 (a forbidden system call)"
};
using Outcome = tl::expected<Finished, Failure>;

struct Done {
  std::uint64_t job = 0;
  Outcome outcome;
};

class Pool {
 public:
  /// Starts the zygote and waits until it is confined; the error names the step that failed.
  /// `spares`: workers that are kept ready.
  [[nodiscard]] static Result<Pool> open(const std::string& program, Kind kind, std::size_t spares);
  Pool(Pool&&) noexcept;
  Pool& operator=(Pool&&) noexcept;
  /// Every worker dies.
  ~Pool();

  /// Begins a job and names it. Seconds count by the clock too, from now on. Fails when there is no
  /// zygote and none can be started.
  [[nodiscard]] Result<std::uint64_t> start(const std::string& order, const Sealed& item,
                                            const Bounds& bounds);

  /// Readable when `advance` has something to do.
  [[nodiscard]] int fd() const;
  /// What has ended since; does not wait.
  [[nodiscard]] std::vector<Done> advance();
  [[nodiscard]] std::size_t running() const;
  /// The process to watch, for tests and for status.
  [[nodiscard]] int zygote_pid() const;

 private:
  class Inside;
  explicit Pool(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace sekisho::jail
