// SPDX-License-Identifier: GPL-3.0-or-later
#include "crew.hpp"

#include "pulse.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace sekisho::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr const char* kRecorder = "recorder";
constexpr const char* kWatch = "watch";
constexpr const char* kDesk = "desk";
constexpr const char* kSensor = "sensor";
constexpr const char* kReceiver = "receiver";
constexpr std::array kRelay{kReceiver, "sender", "sanitizer"};

constexpr milliseconds kPatience{500};  ///< with a role that does not read
constexpr milliseconds kFirstPause{200};
constexpr seconds kLongestPause{30};
constexpr seconds kProven{60};  ///< a role that ran so long begins with short pauses again
constexpr std::size_t kMostBacklog = 10000;
constexpr int kFinishMillis = 5000;

bool is_of_relay(std::string_view role) {
  return std::ranges::find(kRelay, role) != kRelay.end();
}

std::string ending_of(int status) {
  if (WIFSIGNALED(status)) {
    return "ended by signal " + std::to_string(WTERMSIG(status));
  }
  return "ended with code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Crew::Crew(EventLoop& loop, const Startup& startup, int records, int listener, Heard heard)
    : loop_{loop},
      startup_{startup},
      records_{records},
      listener_{listener},
      heard_{std::move(heard)} {}

void Crew::start() {
  for (const char* role : {kRecorder, kWatch, kDesk}) {
    start(std::string{role});
  }
  counting_beats_ = loop_.every(kBeat, [this] { count_beats(); });
}

void Crew::start(const std::string& role) {
  Member& member = members_[role];
  member.pause.reset();
  member.hearing.reset();
  auto child = launch(role);
  if (!child) {
    return failed(role, child.error().text());
  }
  member.child = *std::move(child);
  member.started = steady_clock::now();
  member.silent.reset();
  member.hearing = loop_.watch(member.child.channel().fd(), EventLoop::For::Reading,
                               [this, role] { hear(role); });
  if (role == kRecorder) {
    if (!names_.empty()) {
      (void)tell(kRecorder, Type::Names, names_);
    }
    send_backlog();
    for (const char* peer : {kWatch, kSensor}) {
      if (members_.contains(peer)) {
        start(std::string{peer});  // its channel went with the former recorder
      }
    }
  }
  if (role == kSensor) {
    (void)tell(kSensor, Type::Wires, knowledge_);
  }
  if (is_of_relay(role)) {
    heard_.began(role);
  }
}

Result<Child> Crew::launch(const std::string& role) {
  if (role == kRecorder) {
    return Child::start(role, startup_, records_);
  }
  if (role == kDesk) {
    return Child::start(role, startup_, listener_);
  }
  if (is_of_relay(role)) {
    return Child::start(role, startup_, role == kReceiver ? quarantine_ : -1);
  }
  auto pair = ipc::Channel::pair();
  if (!pair) {
    return fail(std::move(pair).error());
  }
  auto child = Child::start(role, startup_, pair->first.fd());
  if (child && !tell(kRecorder, Type::Peer, role, pair->second.fd())) {
    return fail("there is no recorder");
  }
  return child;
}

void Crew::hear(const std::string& role) {
  for (;;) {
    auto frame = members_[role].child.channel().receive();
    if (!frame) {
      members_[role].hearing.reset();  // it is ending: its exit says how
      return;
    }
    if (!*frame) {
      return;
    }
    take(role, **frame);
  }
}

void Crew::take(const std::string& role, ipc::Frame& frame) {
  const ByteView bytes = as_bytes(frame.payload);
  members_[role].silent = 0;
  if (static_cast<Type>(frame.type) == Type::Alive) {
    return;
  }
  if (static_cast<Type>(frame.type) == Type::Health) {
    return set_health(role, frame.payload);
  }
  if (role == kDesk && static_cast<Type>(frame.type) == Type::Request) {
    Reader reader{bytes};
    const std::uint64_t id = reader.u64();
    const std::uint32_t uid = reader.u32();
    if (!reader.failed()) {
      return heard_.request(id, uid, reader.take(reader.left()));
    }
  }
  if (is_of_relay(role) && heard_.mail(role, frame)) {
    return;
  }
  members_[role].child.end();
  failed(role, "sent what it may not send");
}

void Crew::set_health(const std::string& role, const std::string& health) {
  std::optional<std::string>& known_health = members_[role].health;
  const bool news = known_health ? *known_health != health : !health.empty();
  known_health = health;
  if (news) {
    heard_.health(role, health);
  }
  const auto known = [](const auto& one) { return one.second.health.has_value(); };
  if (!complete_ && std::ranges::all_of(members_, known)) {
    complete_ = true;
    heard_.complete();
  }
}

void Crew::failed(const std::string& role, const std::string& why) {
  Member& member = members_[role];
  member.hearing.reset();
  if (finishing_) {
    return;
  }
  if (steady_clock::now() - member.started > kProven) {
    member.failures = 0;
  }
  const auto pause =
      std::min<milliseconds>(kFirstPause * (1U << std::min(member.failures, 10)), kLongestPause);
  ++member.failures;
  if (is_of_relay(role)) {
    heard_.ended(role);
  }
  member.pause = loop_.after(pause, [this, role] { start(role); });
  // what it said itself before it ended is the better reason
  if (!member.health || member.health->empty()) {
    set_health(role, why);
  }
}

void Crew::count_beats() {
  for (auto& [role, member] : members_) {
    if (member.child.running() && member.silent && ++*member.silent > kMostSilent) {
      member.silent.reset();
      member.child.end();
      failed(role, "hung and was ended");
    }
  }
}

void Crew::collect() {
  for (auto& [role, member] : members_) {
    int status = 0;
    if (member.child.running() &&
        ::waitpid(member.child.pid(), &status, WNOHANG) == member.child.pid()) {
      hear(role);
      member.child.ended();
      failed(role, ending_of(status));
    }
  }
}

void Crew::finish() {
  finishing_ = true;
  counting_beats_.reset();
  (void)tell(kRecorder, Type::Finish, {});
  Child& recorder = members_[kRecorder].child;
  (void)recorder.wait(kFinishMillis);
  for (auto& [role, member] : members_) {
    member.pause.reset();
    member.hearing.reset();
    member.child.end();
  }
}

bool Crew::tell(const std::string& role, Type type, std::string_view payload, int fd) {
  Member& member = members_[role];
  if (!member.child.running()) {
    return false;
  }
  if (member.child.channel().send(static_cast<std::uint16_t>(type), payload, fd, kPatience)) {
    return true;
  }
  member.child.end();
  failed(role, "did not read what it was told");
  return false;
}

void Crew::record(const journal::Record& record) {
  if (backlog_.size() >= kMostBacklog) {
    ++lost_;
    return;
  }
  backlog_.push_back(journal::pack(record));
  send_backlog();
}

void Crew::send_backlog() {
  while (!backlog_.empty()) {
    if (!tell(kRecorder, Type::Record, backlog_.front())) {
      return;
    }
    backlog_.pop_front();
  }
  if (lost_ > 0) {
    const std::string text = "records that could not be kept: " + std::to_string(lost_);
    lost_ = 0;
    record(journal::record_of(Event::Health, text));
  }
}

void Crew::tell_names(const Names& names) {
  names_ = pack(names);
  (void)tell(kRecorder, Type::Names, names_);
}

void Crew::close_window(Counters counters) {
  counters.window = ++window_;
  Writer writer;
  writer.u64(window_);
  counters.watched = tell(kWatch, Type::Close, writer.bytes());
  (void)tell(kRecorder, Type::Counters, pack(counters));
}

void Crew::answer(std::uint64_t id, const std::string& answer) {
  Writer writer;
  writer.u64(id);
  writer.raw(answer);
  (void)tell(kDesk, Type::Answer, writer.bytes());
}

void Crew::sense(std::string knowledge) {
  knowledge_ = std::move(knowledge);
  if (knowledge_.empty()) {
    members_.erase(kSensor);
    return;
  }
  complete_ = complete_ && members_.contains(kSensor);
  members_[kSensor].failures = 0;
  start(std::string{kSensor});
}

void Crew::relay(bool wanted, int quarantine) {
  quarantine_ = quarantine;
  for (const char* role : kRelay) {
    if (!wanted) {
      members_.erase(role);
    } else if (!members_.contains(role)) {
      complete_ = false;
      start(std::string{role});
    }
  }
}

bool Crew::tell_relay(std::string_view role, Type type, std::string_view payload, int fd) {
  const std::string name{role};
  return members_.contains(name) && tell(name, type, payload, fd);
}

std::vector<Crew::Process> Crew::processes() const {
  std::vector<Process> all{{"supervisor", ::getpid()}};
  for (const auto& [role, member] : members_) {
    if (member.child.running()) {
      all.push_back({role, member.child.pid()});
    }
  }
  return all;
}

std::vector<std::string> Crew::complaints() const {
  std::vector<std::string> all;
  for (const auto& [role, member] : members_) {
    if (const std::string health = member.health.value_or("has not been started");
        !health.empty()) {
      all.push_back(role + ": " + health);
    }
  }
  return all;
}

}  // namespace sekisho::daemon
