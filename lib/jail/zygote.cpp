// SPDX-License-Identifier: GPL-3.0-or-later
#include "jail/zygote.hpp"

#include "base/unique_fd.hpp"
#include "ipc/channel.hpp"
#include "jail/confine.hpp"
#include "jail/memory.hpp"
#include "jail/messages.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <map>
#include <new>

namespace sekisho::jail {
namespace {

std::uint16_t type_of(Message message) {
  return static_cast<std::uint16_t>(message);
}

/// Waits for one frame of this type; ends the worker where the pool is gone or says something else.
ipc::Frame expect(const ipc::Channel& channel, Message message) {
  for (;;) {
    pollfd readable{channel.fd(), POLLIN, 0};
    (void)::poll(&readable, 1, -1);
    auto frame = channel.receive();
    if (!frame) {
      ::_exit(0);  // the pool closed a worker that it did not need
    }
    if (*frame) {
      if ((*frame)->type != type_of(message)) {
        ::_exit(kExitNotConfined);
      }
      return std::move(**frame);
    }
  }
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written <= 0) {
      ::_exit(1);  // nobody reads any more
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// The item as it stays when its descriptor is closed.
Result<Mapping> map_item(UniqueFd fd) {
  const auto item = Sealed::adopt(std::move(fd));
  return item ? item->map() : fail(item.error());
}

/// From here on nothing returns. Nothing but the pipe is open.
[[noreturn]] void work_on(ipc::Frame order_frame, const UniqueFd& result, const Filter& filter,
                          const Work& work) {
  const auto order = decode_order(order_frame.payload);
  const auto item = map_item(std::move(order_frame.fd));
  if (!order || !item || !confine_worker(order->share, filter)) {
    ::_exit(kExitNotConfined);
  }
  try {
    const Answer answer = work(order->text, item->bytes());
    const Lengths lengths{static_cast<std::uint32_t>(answer.text.size()), answer.body.size()};
    write_all(result.get(), encode(lengths));
    write_all(result.get(), answer.text);
    write_all(result.get(), answer.body);
  } catch (const std::bad_alloc&) {
    ::_exit(kExitNoMemory);
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

[[noreturn]] void be_worker(UniqueFd channel_fd, const Filter& filter, const Work& work) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
    ::_exit(kExitNotConfined);
  }
  UniqueFd result;
  ipc::Frame order;
  {
    const ipc::Channel channel{std::move(channel_fd)};
    result = expect(channel, Message::Result).fd;
    order = expect(channel, Message::Order);
  }
  work_on(std::move(order), result, filter, work);
}

class Zygote {
 public:
  Zygote(ipc::Channel channel, UniqueFd children, const Filter& filter, const Work& work)
      : channel_{std::move(channel)},
        children_{std::move(children)},
        filter_{filter},
        work_{work} {}

  /// Until the pool is gone.
  void run() {
    for (;;) {
      std::array<pollfd, 2> sources{pollfd{channel_.fd(), POLLIN, 0},
                                    pollfd{children_.get(), POLLIN, 0}};
      if (::poll(sources.data(), sources.size(), -1) < 0 && errno != EINTR) {
        return;
      }
      if (!reap() || (sources[0].revents != 0 && !obey())) {
        return;
      }
    }
  }

 private:
  bool obey() {
    auto received = channel_.receive();
    if (!received) {
      return false;
    }
    if (!*received) {
      return true;
    }
    ipc::Frame& frame = **received;
    const auto serial = decode_serial(frame.payload);
    if (!serial) {
      return false;
    }
    if (frame.type == type_of(Message::Spawn)) {
      return spawn(*serial, std::move(frame.fd));
    }
    return frame.type == type_of(Message::Kill) && kill(*serial);
  }

  bool spawn(std::uint64_t serial, UniqueFd channel) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      channel_ = {};
      children_ = {};
      be_worker(std::move(channel), filter_, work_);
    }
    if (pid < 0) {
      return tell({serial, false, kExitNotConfined});
    }
    workers_.emplace(pid, serial);
    return true;
  }

  bool kill(std::uint64_t serial) {
    for (const auto& [pid, its] : workers_) {
      if (its == serial) {
        ::kill(pid, SIGKILL);
      }
    }
    return true;
  }

  bool reap() {
    signalfd_siginfo drained{};
    while (::read(children_.get(), &drained, sizeof drained) > 0) {
    }
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      const auto worker = workers_.extract(pid);
      const bool by_signal = WIFSIGNALED(status);
      const int code = by_signal ? WTERMSIG(status) : WEXITSTATUS(status);
      if (worker && !tell({worker.mapped(), by_signal, static_cast<std::uint8_t>(code)})) {
        return false;
      }
    }
    return true;
  }

  bool tell(const End& end) {
    return channel_.send(type_of(Message::Ended), encode(end)).has_value();
  }

  ipc::Channel channel_;
  UniqueFd children_;  ///< a signalfd
  const Filter& filter_;
  const Work& work_;
  std::map<pid_t, std::uint64_t> workers_;
};

Result<UniqueFd> watch_children() {
  sigset_t child{};
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  UniqueFd fd{::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!fd || ::sigprocmask(SIG_BLOCK, &child, nullptr) != 0) {
    return fail(system_error("cannot watch children", errno));
  }
  return fd;
}

}  // namespace

int serve(Kind kind, const Work& work) {
  const auto filter = Filter::of(kind);  // is written to memory first, which the limits forbid
  auto confined = filter ? confine_zygote(kind, kZygoteFd) : fail(filter.error());
  const ipc::Channel channel{UniqueFd{kZygoteFd}};
  auto children = confined ? watch_children() : fail(std::move(confined).error());
  if (!children) {
    (void)channel.send(type_of(Message::Failed), children.error().text());
    return 1;
  }
  if (!channel.send(type_of(Message::Ready), {})) {
    return 1;
  }
  Zygote zygote{ipc::Channel{UniqueFd{::fcntl(kZygoteFd, F_DUPFD_CLOEXEC, kZygoteFd)}},
                *std::move(children), *filter, work};
  ::close(kZygoteFd);
  zygote.run();
  ::_exit(0);  // what a sanitizer would look for at exit it cannot see from in here, and tries for ever
}

}  // namespace sekisho::jail
