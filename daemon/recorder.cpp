// SPDX-License-Identifier: GPL-3.0-or-later
// The only writer of records: it numbers them, chains them, keeps them on disk and hands them to
// the journal.
#include "accounts.hpp"
#include "event_loop.hpp"
#include "ipc/channel.hpp"
#include "journal/journald.hpp"
#include "journal/store.hpp"
#include "messages.hpp"
#include "nflog/fold.hpp"
#include "pulse.hpp"
#include "roles.hpp"

#include <unistd.h>
#include <csignal>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>

namespace sekisho::daemon {
namespace {

using journal::Entry;
using journal::Record;
using std::chrono::milliseconds;

constexpr milliseconds kRetry{1000};
constexpr milliseconds kLastFolds{500};   ///< how long the end waits for the last window
constexpr std::size_t kBatch = 1000;      ///< entries handed to the journal at a time
constexpr int kMostLeakMessages = 100;    ///< in a second; windows are longer than that allows
constexpr std::size_t kMostLeaks = 2000;  ///< records of a second
constexpr std::size_t kWaiting = 20000;   ///< records kept in memory while the disk takes none

std::uint64_t now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(since).count());
}

/// A window whose counters have come, and the names that held then.
struct Window {
  Counters counters;
  std::shared_ptr<const Names> names;
};

class Recorder {
 public:
  Recorder(EventLoop& loop, journal::Store store, Accounts accounts, LogTo log)
      : loop_{loop},
        store_{std::move(store)},
        accounts_{std::move(accounts)},
        log_{log},
        supervisor_{UniqueFd{kSupervisorFd}} {
    watching_supervisor_ =
        loop_.watch(supervisor_.fd(), EventLoop::For::Reading, [this] { hear_supervisor(); });
    retrying_ = loop_.every(kRetry, [this] { retry(); });
    beating_ = beat(loop_, supervisor_);
    tell_health();
    if (store_.was_torn()) {
      write({journal::record_of(
          Event::Health,
          "前回は記録を閉じずに終わった (開いていた時間枠の記録が欠ける可能性がある) / the "
          "records were not closed: those of the window then open may be missing")});
    }
  }

  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  void end(const std::string& why) {
    if (!why.empty()) {
      report(why);
      exit_code_ = 1;
    }
    loop_.stop();
  }

  void hear_supervisor() {
    for (;;) {
      auto frame = supervisor_.receive();
      if (!frame) {
        finish();
        return end({});  // the supervisor has gone
      }
      if (!*frame) {
        return;
      }
      if (auto done = take(**frame); !done) {
        return end(done.error().text());
      }
    }
  }

  Result<> take(ipc::Frame& frame) {
    const ByteView bytes = as_bytes(frame.payload);
    switch (static_cast<Type>(frame.type)) {
      case Type::Names: return take_names(bytes);
      case Type::Counters: return take_counters(bytes);
      case Type::Record: {
        auto record = journal::unpack(bytes);
        if (!record) {
          return fail(std::move(record).error());
        }
        write({*std::move(record)});
        return {};
      }
      case Type::Peer: return meet(frame.payload, std::move(frame.fd));
      case Type::Finish:
        finishing_ = loop_.after(window_ ? kLastFolds : milliseconds{0}, [this] { end_well(); });
        return {};
      default: return fail("a message that the supervisor may not send");
    }
  }

  Result<> meet(const std::string& role, UniqueFd fd) {
    if (role == "sensor") {
      watching_sensor_.reset();
      sensor_ = ipc::Channel{std::move(fd)};
      watching_sensor_ =
          loop_.watch(sensor_.fd(), EventLoop::For::Reading, [this] { hear_sensor(); });
      return {};
    }
    watching_watch_.reset();
    watch_ = ipc::Channel{std::move(fd)};
    watching_watch_ = loop_.watch(watch_.fd(), EventLoop::For::Reading, [this] { hear_watch(); });
    return role == "watch" ? Result<>{} : fail("a peer that there is not");
  }

  Result<> take_names(ByteView bytes) {
    auto names = unpack_names(bytes);
    if (!names) {
      return fail(std::move(names).error());
    }
    names_ = std::make_shared<const Names>(*std::move(names));
    return {};
  }

  Result<> take_counters(ByteView bytes) {
    auto counters = unpack_counters(bytes);
    if (!counters) {
      return fail(std::move(counters).error());
    }
    close_window({});  // its folds never came: what they had is in the counters
    window_ = Window{*std::move(counters), names_};
    if (!window_->counters.watched || !watching_watch_) {
      close_window({});
    } else if (early_ && early_->first == window_->counters.window) {
      close_window(std::exchange(early_, std::nullopt)->second);
    }
    return {};
  }

  void hear_watch() {
    for (;;) {
      auto frame = watch_.receive();
      if (!frame) {
        watching_watch_.reset();
        watch_ = {};
        return close_window({});
      }
      if (!*frame) {
        return;
      }
      if (auto done = take_folds(**frame); !done) {
        return end(done.error().text());
      }
    }
  }

  void hear_sensor() {
    for (;;) {
      auto frame = sensor_.receive();
      if (!frame) {
        watching_sensor_.reset();
        sensor_ = {};
        return;
      }
      if (!*frame) {
        return;
      }
      if (++leak_messages_ > kMostLeakMessages) {  // no sensor of ours: it ends, and another begins
        watching_sensor_.reset();
        sensor_ = {};
        return;
      }
      if (auto done = take_leaks(**frame); !done) {
        return end(done.error().text());
      }
    }
  }

  /// However much is sent, one second brings no more records than that.
  Result<> take_leaks(const ipc::Frame& frame) {
    const auto folds = nflog::unpack(as_bytes(frame.payload));
    if (static_cast<Type>(frame.type) != Type::Leaks || !folds) {
      return fail("a message that the sensor may not send");
    }
    if (names_ != nullptr) {
      const auto records = leaks(*names_, *folds, leaks_left_);
      leaks_left_ -= std::min(leaks_left_, records.size());
      write(records);
    }
    return {};
  }

  Result<> take_folds(const ipc::Frame& frame) {
    Reader reader{as_bytes(frame.payload)};
    const std::uint64_t number = reader.u64();
    auto folds = nflog::unpack(reader.take(reader.left()));
    if (static_cast<Type>(frame.type) != Type::Folds || reader.failed() || !folds) {
      return fail("a message that the watch may not send");
    }
    if (window_ && window_->counters.window == number) {
      close_window(*folds);
    } else if (!window_ || number > window_->counters.window) {
      early_ = {number, *std::move(folds)};
    }  // of a window that was closed without them: already summed
    return {};
  }

  void close_window(const std::vector<nflog::Fold>& folds) {
    if (!window_) {
      return;
    }
    const Window window = *std::exchange(window_, std::nullopt);
    if (window.names == nullptr) {
      return;
    }
    const auto records = accounts_.close(*window.names, folds, window.counters);
    must_save_ = must_save_ || window.counters.fresh;
    write(records);
    if (finishing_) {
      finishing_ = loop_.after(milliseconds{0}, [this] { end_well(); });
    }
  }

  /// Onto the disk, in order, and from there onwards; what the disk does not take waits, and what
  /// there is no room for is counted: the next summary stands for it.
  void write(const std::vector<Record>& records) {
    const std::size_t room = kWaiting - std::min(kWaiting, waiting_.size());
    const auto end = records.begin() + static_cast<std::ptrdiff_t>(std::min(room, records.size()));
    waiting_.insert(waiting_.end(), records.begin(), end);
    std::for_each(end, records.end(), [this](const Record& lost) { accounts_.take_back(lost); });
    lost_ += static_cast<std::uint64_t>(records.end() - end);
    flush();
  }

  /// Tells the supervisor the first thing that is not well.
  void flush() {
    const std::array<Result<>, 3> steps{keep(), save(), deliver()};
    const auto* failed = std::ranges::find_if(steps, [](const auto& step) { return !step; });
    report(failed == steps.end() ? std::string{} : failed->error().text());
  }

  /// A part at a time, so that a disk with little room takes what it can.
  Result<> keep() {
    if (lost_ > 0 && waiting_.size() < kWaiting) {
      waiting_.push_back(journal::record_of(
          Event::Health,
          "記録できず計数のみとした記録の数 / records that could not be kept and were only "
          "counted: " +
              std::to_string(lost_)));
      lost_ = 0;
    }
    while (!waiting_.empty()) {
      tell_alive(supervisor_);
      const auto end =
          waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(kBatch, waiting_.size()));
      const auto written = store_.append({waiting_.begin(), end}, now());
      if (!written) {
        return fail(written.error());
      }
      waiting_.erase(waiting_.begin(), end);
      must_save_ = true;
      if (log_ == LogTo::Console) {
        print(*written);
      }
    }
    return {};
  }

  void print(const std::vector<Entry>& entries) {
    std::string lines;
    for (const Entry& entry : entries) {
      lines += journal::to_json(entry) + "\n";
    }
    // whole lines in one call each: others write to this descriptor too
    for (std::string_view rest = lines; !rest.empty();) {
      const ssize_t done = ::write(STDERR_FILENO, rest.data(), rest.size());
      if (done <= 0) {
        break;
      }
      rest.remove_prefix(static_cast<std::size_t>(done));
    }
    store_.delivered(entries.back().seq);
  }

  Result<> deliver() {
    if (log_ == LogTo::Console) {
      return {};
    }
    for (;;) {
      tell_alive(supervisor_);
      const auto entries = store_.undelivered(kBatch);
      if (!entries) {
        return fail(entries.error());
      }
      for (const Entry& entry : *entries) {
        if (auto sent = journald_.send(entry); !sent) {
          return sent;
        }
        store_.delivered(entry.seq);
        must_save_ = true;
      }
      if (entries->size() < kBatch) {
        return {};
      }
    }
  }

  /// The sums, which cover what waits too: not before that is on disk.
  Result<> save() {
    if (must_save_ && waiting_.empty()) {
      if (auto saved = store_.save(accounts_.sums()); !saved) {
        return saved;
      }
      must_save_ = false;
    }
    return {};
  }

  void retry() {
    leaks_left_ = kMostLeaks;
    leak_messages_ = 0;
    if (!waiting_.empty() || lost_ > 0 || must_save_ || !health_.empty()) {
      flush();
    }
  }

  /// Tells the supervisor when the state of the records changes.
  void report(const std::string& health) {
    if (health != health_) {
      health_ = health;
      tell_health();
    }
  }

  void tell_health() const {
    (void)supervisor_.send(static_cast<std::uint16_t>(Type::Health), health_);
  }

  void end_well() {
    close_window({});
    finish();
    end({});
  }

  void finish() {
    must_save_ = true;
    flush();
    if (waiting_.empty()) {
      (void)store_.close();
    }
  }

  EventLoop& loop_;
  journal::Store store_;
  journal::Journald journald_;
  Accounts accounts_;
  LogTo log_;
  ipc::Channel supervisor_;
  ipc::Channel watch_;
  EventLoop::Watching watching_supervisor_;
  ipc::Channel sensor_;
  EventLoop::Watching watching_watch_;
  EventLoop::Watching watching_sensor_;
  EventLoop::Watching retrying_;
  EventLoop::Watching beating_;
  EventLoop::Watching finishing_;
  std::shared_ptr<const Names> names_;
  std::optional<Window> window_;
  std::optional<std::pair<std::uint64_t, std::vector<nflog::Fold>>> early_;
  std::deque<Record> waiting_;
  std::uint64_t lost_ = 0;
  std::size_t leaks_left_ = kMostLeaks;
  int leak_messages_ = 0;
  bool must_save_ = false;
  std::string health_;
  int exit_code_ = 0;
};

Result<int> record(const Startup& startup) {
  // by descriptor: the directory may lie where this user cannot go
  if (::fchdir(kOwnFd) != 0) {
    return fail(system_error("cannot enter the directory of the records", errno));
  }
  if (auto done = confine("recorder", {}); !done) {
    return fail(std::move(done).error());
  }
  std::vector<Entry> replayed;
  auto store =
      journal::Store::open(".", {}, [&replayed](const Entry& entry) { replayed.push_back(entry); });
  if (!store) {
    return fail(std::move(store).error());
  }
  Accounts accounts{store->checkpoint().sums};
  for (const Entry& entry : replayed) {
    accounts.replay(entry.record);
  }
  EventLoop loop;
  loop.on_signals({SIGTERM, SIGINT, SIGHUP}, [](int) {});  // the supervisor says when to end
  Recorder recorder{loop, *std::move(store), std::move(accounts), startup.log};
  loop.run();
  return recorder.exit_code();
}

}  // namespace

int run_recorder(const Startup& startup) {
  const auto done = record(startup);
  return done ? *done : end_role(done.error());
}

}  // namespace sekisho::daemon
