// SPDX-License-Identifier: GPL-3.0-or-later
// Reads what the kernel logs of dropped packets and folds it. What it reads was written by whoever
// sent the packets.
#include "compile/compile.hpp"
#include "event_loop.hpp"
#include "ipc/channel.hpp"
#include "messages.hpp"
#include "nflog/fold.hpp"
#include "nflog/source.hpp"
#include "pulse.hpp"
#include "roles.hpp"

#include <net/if.h>
#include <csignal>

#include <array>

namespace sekisho::daemon {
namespace {

constexpr std::size_t kMostFolds = 65536;  ///< of one window
constexpr std::size_t kAtOnce = 4096;      ///< records before anything else is looked at
constexpr std::size_t kBeforeClose = 1U << 20U;

std::string interface_name(std::uint32_t index) {
  std::array<char, IF_NAMESIZE> name{};
  return ::if_indextoname(index, name.data()) == nullptr ? std::string{} : std::string{name.data()};
}

class Watcher {
 public:
  Watcher(EventLoop& loop, nflog::Source source)
      : loop_{loop},
        source_{std::move(source)},
        folder_{interface_name, kMostFolds},
        supervisor_{UniqueFd{kSupervisorFd}},
        recorder_{UniqueFd{kOwnFd}} {
    watching_source_ =
        loop_.watch(source_.fd(), EventLoop::For::Reading, [this] { read(kAtOnce); });
    watching_supervisor_ =
        loop_.watch(supervisor_.fd(), EventLoop::For::Reading, [this] { hear(); });
    beating_ = beat(loop_, supervisor_);
    (void)supervisor_.send(static_cast<std::uint16_t>(Type::Health), {});
  }

  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  void end(const std::string& why) {
    if (!why.empty()) {
      (void)supervisor_.send(static_cast<std::uint16_t>(Type::Health), why);
      exit_code_ = 1;
    }
    loop_.stop();
  }

  void read(std::size_t most) {
    const auto count = source_.read([this](const nflog::Drop& drop) { folder_.add(drop); }, most);
    if (!count) {
      end(count.error().text());
    }
  }

  void hear() {
    for (;;) {
      auto frame = supervisor_.receive();
      if (!frame) {
        return end({});
      }
      if (!*frame) {
        return;
      }
      Reader reader{as_bytes((*frame)->payload)};
      const std::uint64_t window = reader.u64();
      if (static_cast<Type>((*frame)->type) != Type::Close || reader.failed() ||
          reader.left() != 0) {
        return end("a message that the supervisor may not send");
      }
      close(window);
    }
  }

  /// Everything that was logged before the counters were read is in the folds of this window.
  void close(std::uint64_t window) {
    read(kBeforeClose);
    Writer writer;
    writer.u64(window);
    writer.raw(nflog::pack(folder_.close()));
    if (auto sent = recorder_.send(static_cast<std::uint16_t>(Type::Folds), writer.bytes());
        !sent) {
      end({});  // the recorder has gone; the supervisor starts both again
    }
  }

  EventLoop& loop_;
  nflog::Source source_;
  nflog::Folder folder_;
  ipc::Channel supervisor_;
  ipc::Channel recorder_;
  EventLoop::Watching watching_source_;
  EventLoop::Watching watching_supervisor_;
  EventLoop::Watching beating_;
  int exit_code_ = 0;
};

Result<int> watch() {
  auto source = nflog::Source::open(compile::kLogGroup);
  if (!source) {
    return fail(std::move(source).error());
  }
  const std::array kept{source->fd()};
  if (auto done = confine("watch", kept); !done) {
    return fail(std::move(done).error());
  }
  EventLoop loop;
  loop.on_signals({SIGTERM, SIGINT, SIGHUP}, [](int) {});
  Watcher watcher{loop, *std::move(source)};
  loop.run();
  return watcher.exit_code();
}

}  // namespace

int run_watch(const Startup& /*startup*/) {
  const auto done = watch();
  return done ? *done : end_role(done.error());
}

}  // namespace sekisho::daemon
