// SPDX-License-Identifier: GPL-3.0-or-later
// The control socket: lets in root and the group "sekisho", takes one request per connection,
// passes it on as a value and gives the answer back.
#include "control/requests.hpp"
#include "event_loop.hpp"
#include "ipc/channel.hpp"
#include "messages.hpp"
#include "pulse.hpp"
#include "roles.hpp"

#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <vector>

namespace sekisho::daemon {
namespace {

using std::chrono::seconds;

constexpr std::size_t kMostClients = 64;
constexpr seconds kRequestTime{30};  ///< to send a whole request
constexpr seconds kAnswerTime{600};  ///< to work it out and to take it away
constexpr const char* kGroup = "sekisho";

std::optional<gid_t> operators_group() {
  const group* entry = ::getgrnam(kGroup);  // NOLINT(concurrency-mt-unsafe): one thread
  return entry == nullptr ? std::nullopt : std::optional{entry->gr_gid};
}

/// The peer's user when it may ask.
std::optional<uid_t> admitted(int fd, std::optional<gid_t> operators) {
  ucred peer{};
  socklen_t length = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) {
    return std::nullopt;
  }
  if (peer.uid == 0 || (operators && peer.gid == *operators)) {
    return peer.uid;
  }
  std::vector<gid_t> groups(NGROUPS_MAX);
  length = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
  if (!operators || ::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &length) != 0) {
    return std::nullopt;
  }
  groups.resize(length / sizeof(gid_t));
  return std::ranges::find(groups, *operators) == groups.end() ? std::nullopt
                                                               : std::optional{peer.uid};
}

struct Client {
  UniqueFd fd;
  uid_t uid = 0;
  control::Frames frames{control::kLargest};
  bool asked = false;
  std::string answer;
  std::size_t sent = 0;
  EventLoop::Watching watching;
  EventLoop::Watching deadline;
};

class Desk {
 public:
  explicit Desk(EventLoop& loop)
      : loop_{loop},
        supervisor_{UniqueFd{kSupervisorFd}},
        listener_{kOwnFd},
        operators_{operators_group()} {
    watching_listener_ = loop_.watch(listener_.get(), EventLoop::For::Reading, [this] { admit(); });
    watching_supervisor_ =
        loop_.watch(supervisor_.fd(), EventLoop::For::Reading, [this] { hear_supervisor(); });
    beating_ = beat(loop_, supervisor_);
    (void)supervisor_.send(static_cast<std::uint16_t>(Type::Health), {});
  }

 private:
  void admit() {
    UniqueFd fd{::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    const auto uid = fd ? admitted(fd.get(), operators_) : std::nullopt;
    if (!uid || !make_room()) {
      return;
    }
    const std::uint64_t id = ++last_id_;
    Client& client = clients_[id];
    client.fd = std::move(fd);
    client.uid = *uid;
    client.watching =
        loop_.watch(client.fd.get(), EventLoop::For::Reading, [this, id] { hear_client(id); });
    client.deadline = loop_.after(kRequestTime, [this, id] { clients_.erase(id); });
  }

  /// Who has been slowest to ask goes first; whoever waits for an answer stays.
  bool make_room() {
    if (clients_.size() < kMostClients) {
      return true;
    }
    const auto silent =
        std::ranges::find_if(clients_, [](const auto& client) { return !client.second.asked; });
    if (silent == clients_.end()) {
      return false;
    }
    clients_.erase(silent);
    return true;
  }

  void hear_client(std::uint64_t id) {
    Client& client = clients_.at(id);
    std::array<char, 65536> buffer{};
    const ssize_t count = ::read(client.fd.get(), buffer.data(), buffer.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
      return;
    }
    if (count <= 0) {  // also the end of a client that waits for its answer
      clients_.erase(id);
      return;
    }
    if (client.asked || !client.frames.feed({buffer.data(), static_cast<std::size_t>(count)})) {
      return refuse(id, "one request of at most 65 MiB");
    }
    if (const auto request = client.frames.next()) {
      ask(id, *request);
    }
  }

  /// Only what holds together reaches the supervisor.
  void ask(std::uint64_t id, const std::string& request) {
    Client& client = clients_.at(id);
    if (const auto understood = control::unpack_request(as_bytes(request)); !understood) {
      return refuse(id, understood.error().text());
    }
    client.asked = true;
    client.deadline = loop_.after(kAnswerTime, [this, id] { clients_.erase(id); });
    Writer writer;
    writer.u64(id);
    writer.u32(client.uid);
    writer.raw(request);
    if (!supervisor_.send(static_cast<std::uint16_t>(Type::Request), writer.bytes())) {
      loop_.stop();
    }
  }

  void refuse(std::uint64_t id, const std::string& why) {
    std::string text;
    for (const char c : why) {
      text += c == '"' || c == '\\' ? '\'' : c;
    }
    give(id, control::pack(
                 control::Answer{control::Answer::Kind::Refused, "{\"error\":\"" + text + "\"}"}));
  }

  void hear_supervisor() {
    for (;;) {
      const auto frame = supervisor_.receive();
      if (!frame || (*frame && static_cast<Type>((*frame)->type) != Type::Answer)) {
        return loop_.stop();
      }
      if (!*frame) {
        return;
      }
      Reader reader{as_bytes((*frame)->payload)};
      const std::uint64_t id = reader.u64();
      give(id, std::string{as_text(reader.take(reader.left()))});
    }
  }

  void give(std::uint64_t id, const std::string& answer) {
    const auto found = clients_.find(id);
    if (found == clients_.end()) {
      return;  // it did not wait
    }
    Client& client = found->second;
    client.asked = true;
    client.answer = control::Frames::frame(answer);
    client.watching.reset();  // one watch per descriptor
    client.watching =
        loop_.watch(client.fd.get(), EventLoop::For::Writing, [this, id] { write(id); });
  }

  void write(std::uint64_t id) {
    Client& client = clients_.at(id);
    const std::string_view rest = std::string_view{client.answer}.substr(client.sent);
    const ssize_t count = ::send(client.fd.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
      return;
    }
    client.sent += count < 0 ? 0 : static_cast<std::size_t>(count);
    if (count < 0 || client.sent == client.answer.size()) {
      clients_.erase(id);
    }
  }

  EventLoop& loop_;
  ipc::Channel supervisor_;
  UniqueFd listener_;
  std::optional<gid_t> operators_;
  std::map<std::uint64_t, Client> clients_;
  std::uint64_t last_id_ = 0;
  EventLoop::Watching watching_listener_;
  EventLoop::Watching watching_supervisor_;
  EventLoop::Watching beating_;
};

}  // namespace

int run_desk(const Startup& /*startup*/) {
  if (auto done = confine("desk", {}); !done) {
    return end_role(done.error());
  }
  EventLoop loop;
  loop.on_signals({SIGTERM, SIGINT, SIGHUP}, [](int) {});
  Desk desk{loop};
  loop.run();
  return 0;
}

}  // namespace sekisho::daemon
