// SPDX-License-Identifier: GPL-3.0-or-later
// Looks at the frames on the zones' wires. What it reads was written by whoever sent them; its
// handles are of its own user and marked, so that a rule drops whatever they would send; and the
// process ends when it tries.
#include "compile/compile.hpp"
#include "event_loop.hpp"
#include "ipc/channel.hpp"
#include "messages.hpp"
#include "muzzle.hpp"
#include "nflog/fold.hpp"
#include "pulse.hpp"
#include "roles.hpp"
#include "sensor/judge.hpp"
#include "sensor/source.hpp"

#include <net/if.h>
#include <poll.h>
#include <csignal>

#include <algorithm>
#include <array>
#include <chrono>

namespace sekisho::daemon {
namespace {

using sensor::Judge;
using std::chrono::milliseconds;

constexpr std::size_t kMostFolds = 16384;  ///< of one window
constexpr int kPatience = 10'000;          ///< milliseconds until what there is to know has come
constexpr milliseconds kRest{500};

Judge::Time now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

struct Watched {
  std::size_t wire = 0;  ///< in Knowledge::wires
  sensor::Source source;
  EventLoop::Watching watching;
};

class Sensor {
 public:
  Sensor(EventLoop& loop, const ipc::Channel& supervisor, Judge judge, std::vector<Watched> wires)
      : loop_{loop},
        supervisor_{supervisor},
        recorder_{UniqueFd{kOwnFd}},
        judge_{std::move(judge)},
        wires_{std::move(wires)},
        folder_{[this](std::uint32_t index) { return name_of(index); }, kMostFolds} {
    for (Watched& one : wires_) {
      one.watching =
          loop_.watch(one.source.fd(), EventLoop::For::Reading, [this, &one] { read(one); });
    }
    watching_supervisor_ =
        loop_.watch(supervisor_.fd(), EventLoop::For::Reading, [this] { end(); });
    watching_recorder_ = loop_.watch(recorder_.fd(), EventLoop::For::Reading, [this] { end(); });
    closing_ = loop_.every(judge_.knowledge().window, [this] { close(); });
    resting_ = loop_.every(kRest, [this] { rest(); });
    beating_ = beat(loop_, supervisor_);
    (void)supervisor_.send(static_cast<std::uint16_t>(Type::Health), {});
  }

 private:
  [[nodiscard]] std::string name_of(std::uint32_t index) const {
    for (const sensor::Wire& wire : judge_.knowledge().wires) {
      if (wire.index == index) {
        return wire.interface;
      }
    }
    return {};
  }

  void read(Watched& one) {
    const auto done = one.source.read(
        [&](const sensor::Sight& sight) {
          for (const nflog::Drop& drop : judge_.see(one.wire, sight, now())) {
            folder_.add(drop);
          }
        },
        now());
    if (!done) {
      give_up(one, done.error());
    }
  }

  void rest() {
    for (Watched& one : wires_) {
      if (auto done = one.source.rest(now()); !done && one.watching) {
        give_up(one, done.error());
      }
    }
  }

  /// An interface that has gone is the supervisor's affair, who starts this role anew.
  void give_up(Watched& one, const Error& why) {
    one.watching.reset();
    const sensor::Wire& wire = judge_.knowledge().wires.at(one.wire);
    if (::if_nametoindex(wire.interface.c_str()) == wire.index) {
      (void)supervisor_.send(static_cast<std::uint16_t>(Type::Health), why.text());
    }
  }

  void close() {
    const auto folds = folder_.close();
    if (!folds.empty() &&
        !recorder_.send(static_cast<std::uint16_t>(Type::Leaks), nflog::pack(folds))) {
      loop_.stop();  // the recorder has gone; the supervisor starts both again
    }
  }

  /// Neither says anything more: one has gone, or is done with this role.
  void end() {
    close();
    loop_.stop();
  }

  EventLoop& loop_;
  const ipc::Channel& supervisor_;
  ipc::Channel recorder_;
  Judge judge_;
  std::vector<Watched> wires_;
  nflog::Folder folder_;
  EventLoop::Watching watching_supervisor_;
  EventLoop::Watching watching_recorder_;
  EventLoop::Watching beating_;
  EventLoop::Watching closing_;
  EventLoop::Watching resting_;
};

/// The supervisor's first and only message.
Result<sensor::Knowledge> hear_what_to_know(const ipc::Channel& supervisor) {
  pollfd one{supervisor.fd(), POLLIN, 0};
  (void)::poll(&one, 1, kPatience);
  const auto frame = supervisor.receive();
  if (!frame || !*frame || static_cast<Type>((*frame)->type) != Type::Wires) {
    return fail("was not told what to watch");
  }
  return sensor::unpack_knowledge(as_bytes((*frame)->payload));
}

Result<std::vector<Watched>> open_wires(const sensor::Knowledge& knowledge) {
  std::vector<Watched> wires;
  for (std::size_t i = 0; i < knowledge.wires.size(); ++i) {
    const sensor::Wire& wire = knowledge.wires[i];
    auto source = sensor::Source::open(wire.interface, sensor::narrow_filter(knowledge, wire.zone),
                                       compile::kSensorMark);
    if (!source) {
      return fail(std::move(source).error());
    }
    if (*source) {
      wires.push_back({i, **std::move(source), {}});
    }
  }
  return wires;
}

Result<> sense(const ipc::Channel& supervisor) {
  if (auto done = step_down("sensor"); !done) {
    return done;
  }
  auto knowledge = hear_what_to_know(supervisor);
  if (!knowledge) {
    return fail(std::move(knowledge).error());
  }
  auto wires = open_wires(*knowledge);
  if (!wires) {
    return fail(std::move(wires).error());
  }
  if (auto done = give_up_powers(); !done) {
    return done;
  }
  std::vector<int> handles;
  std::ranges::transform(*wires, std::back_inserter(handles),
                         [](const Watched& one) { return one.source.fd(); });
  if (auto done = muzzle(std::array{kSupervisorFd, kOwnFd}, handles); !done) {
    return done;
  }
  EventLoop loop;
  loop.on_signals({SIGTERM, SIGINT, SIGHUP}, [](int) {});
  const Sensor sensor{loop, supervisor, Judge{*std::move(knowledge)}, *std::move(wires)};
  loop.run();
  return {};
}

}  // namespace

int run_sensor(const Startup& /*startup*/) {
  const ipc::Channel supervisor{UniqueFd{kSupervisorFd}};
  const auto done = sense(supervisor);
  if (!done) {
    (void)supervisor.send(static_cast<std::uint16_t>(Type::Health), done.error().text());
  }
  return done ? 0 : 1;
}

}  // namespace sekisho::daemon
