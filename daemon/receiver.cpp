// SPDX-License-Identifier: GPL-3.0-or-later
// Holds the accepted legs of mail exchanges and the quarantine. It cannot connect.
#include "event_loop.hpp"
#include "forbidden.hpp"
#include "ipc/channel.hpp"
#include "mail.hpp"
#include "messages.hpp"
#include "pulse.hpp"
#include "receiving.hpp"
#include "roles.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <map>
#include <memory>
#include <vector>

namespace sekisho::daemon {
namespace {

constexpr std::size_t kMostSessions = 64;
constexpr std::size_t kMostOfAPeer = 16;
constexpr std::chrono::hours kExpiry{1};
constexpr std::string_view kTooMany = "421 4.7.0 too many sessions\r\n";

std::optional<std::pair<net::Address, std::uint16_t>> end_of(const sockaddr_storage& storage) {
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): sockaddr's own way
  if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&v4.sin_addr);
    return std::pair{*net::Address::from_bytes({bytes, 4}), ntohs(v4.sin_port)};
  }
  if (storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&v6.sin6_addr);
    return std::pair{*net::Address::from_bytes({bytes, 16}), ntohs(v6.sin6_port)};
  }
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  return std::nullopt;
}

/// Of a socket that TPROXY has diverted, its own address is the one that the client addressed.
std::optional<Receiving::Ends> ends_of(int socket) {
  sockaddr_storage own{};
  sockaddr_storage peer{};
  socklen_t own_length = sizeof own;
  socklen_t peer_length = sizeof peer;
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): sockaddr's own way
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &own_length) != 0 ||
      ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &peer_length) != 0) {
    return std::nullopt;
  }
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  const auto here = end_of(own);
  const auto there = end_of(peer);
  if (!here || !there) {
    return std::nullopt;
  }
  return Receiving::Ends{there->first, here->first, here->second};
}

bool covers(const std::vector<net::Range>& ranges, const net::Address& address) {
  return std::ranges::any_of(ranges,
                             [&](const net::Range& range) { return range.contains(address); });
}

class Receivers {
 public:
  Receivers(EventLoop& loop, quarantine::Store store)
      : loop_{loop},
        store_{std::move(store)},
        supervisor_{UniqueFd{kSupervisorFd}},
        means_{loop_, store_,
               [this](Type type, std::string_view payload, int fd) { tell(type, payload, fd); },
               [this](std::uint64_t number) { over(number); }} {
    beating_ = daemon::beat(loop_, supervisor_);
    watching_ = loop_.watch(supervisor_.fd(), EventLoop::For::Reading, [this] { hear(); });
    expiring_ = loop_.every(kExpiry, [this] { expire(); });
    tell(Type::Health, {}, -1);
    expire();
  }

  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  struct Listener {
    UniqueFd socket;
    EventLoop::Watching watching;
  };

  void end(const std::string& why) {
    if (!why.empty()) {
      (void)supervisor_.send(static_cast<std::uint16_t>(Type::Health), why);
      exit_code_ = 1;
    }
    loop_.stop();
  }

  void tell(Type type, std::string_view payload, int fd) {
    if (!supervisor_.send(static_cast<std::uint16_t>(type), payload, fd)) {
      loop_.stop();
    }
  }

  void expire() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (const auto expired = store_.expire(now); !expired) {
      tell(Type::Health, expired.error().text(), -1);
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
      if (!take(**frame)) {
        return end("a message that the supervisor may not send");
      }
    }
  }

  bool take(ipc::Frame& frame) {
    const ByteView bytes = as_bytes(frame.payload);
    switch (static_cast<Type>(frame.type)) {
      case Type::Beat: tell(Type::Beat, frame.payload, -1); return true;
      case Type::Listen: return listen(std::move(frame.fd));
      case Type::Exchanges: return take_exchanges(bytes);
      case Type::FarReady: return pass_on(mail::unpack_far_ready(bytes));
      case Type::Answered: return pass_on(mail::unpack_answered(bytes));
      case Type::Drop: return drop(mail::unpack_number(bytes));
      case Type::Note: return note(mail::unpack_note(bytes));
      default: return false;
    }
  }

  template <typename Message>
  bool pass_on(const Result<Message>& message) {
    if (!message) {
      return false;
    }
    if (const auto found = sessions_.find(message->session); found != sessions_.end()) {
      found->second->hear(*message);
    }
    return true;
  }

  bool drop(const Result<std::uint64_t>& number) {
    if (!number) {
      return false;
    }
    if (const auto found = sessions_.find(*number); found != sessions_.end()) {
      found->second->drop();
    }
    return true;
  }

  bool note(const Result<mail::Note>& note) {
    if (!note) {
      return false;
    }
    auto noted = store_.note_status(note->item, note->status);
    noted = noted && !note->fate.empty() ? store_.note_fate(note->item, note->fate) : noted;
    if (!noted) {
      tell(Type::Health, noted.error().text(), -1);
    }
    return true;
  }

  bool take_exchanges(ByteView bytes) {
    auto exchanges = mail::unpack_exchanges(bytes);
    if (!exchanges) {
      return false;
    }
    exchanges_ = *std::move(exchanges);
    contexts_.clear();
    for (const mail::Exchange& one : exchanges_.all) {
      if (one.chain.empty()) {
        continue;
      }
      if (auto context = relay::TlsContext::server(one.chain, one.key)) {
        contexts_.emplace(one.id, *std::move(context));
      } else {
        tell(Type::Health, "exchange '" + one.id + "': " + context.error().text(), -1);
      }
    }
    for (auto& [_, session] : sessions_) {
      if (std::ranges::find(exchanges_.all, session->exchange(), &mail::Exchange::id) ==
          exchanges_.all.end()) {
        session->drop();
      }
    }
    return true;
  }

  bool listen(UniqueFd socket) {
    if (!socket) {
      return false;
    }
    const int fd = socket.get();
    listeners_.push_back({std::move(socket), {}});
    listeners_.back().watching =
        loop_.watch(fd, EventLoop::For::Reading, [this, fd] { accept(fd); });
    return true;
  }

  void accept(int listener) {
    UniqueFd socket{::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    const auto ends = socket ? ends_of(socket.get()) : std::nullopt;
    if (!ends) {
      return;
    }
    const mail::Exchange* exchange = exchange_for(*ends);
    if (exchange == nullptr) {
      return;  // revoked since, or never meant: closed without a word
    }
    const auto of_this_peer = std::ranges::count_if(
        sessions_, [&](const auto& one) { return one.second->peer() == ends->peer; });
    if (sessions_.size() >= kMostSessions ||
        static_cast<std::size_t>(of_this_peer) >= kMostOfAPeer) {
      (void)::send(socket.get(), kTooMany.data(), kTooMany.size(), MSG_NOSIGNAL);
      return;
    }
    const auto context = contexts_.find(exchange->id);
    const std::uint64_t number = ++last_;
    sessions_.emplace(number, std::make_unique<Receiving>(means_, number, std::move(socket), *ends,
                                                          *exchange, exchanges_.host,
                                                          context == contexts_.end()
                                                              ? std::optional<relay::TlsContext>{}
                                                              : std::optional{context->second}));
  }

  [[nodiscard]] const mail::Exchange* exchange_for(const Receiving::Ends& ends) const {
    const auto found = std::ranges::find_if(exchanges_.all, [&](const mail::Exchange& one) {
      return covers(one.from, ends.peer) && covers(one.to, ends.destination) &&
             std::ranges::any_of(one.services, [&](const net::Service& service) {
               return service.contains(net::protocol::kTcp, ends.port);
             });
    });
    return found == exchanges_.all.end() ? nullptr : &*found;
  }

  /// Behind the callback that it is called from.
  void over(std::uint64_t number) {
    ended_.push_back(number);
    burying_ = loop_.after(std::chrono::milliseconds{0}, [this] {
      for (const std::uint64_t one : std::exchange(ended_, {})) {
        sessions_.erase(one);
      }
    });
  }

  EventLoop& loop_;
  quarantine::Store store_;
  ipc::Channel supervisor_;
  Receiving::Means means_;
  mail::Exchanges exchanges_;
  std::map<std::string, relay::TlsContext> contexts_;
  std::vector<Listener> listeners_;
  std::map<std::uint64_t, std::unique_ptr<Receiving>> sessions_;
  std::uint64_t last_ = 0;
  std::vector<std::uint64_t> ended_;
  EventLoop::Watching watching_;
  EventLoop::Watching beating_;
  EventLoop::Watching expiring_;
  EventLoop::Watching burying_;
  int exit_code_ = 0;
};

Result<int> receive() {
  (void)std::signal(SIGPIPE, SIG_IGN);
  if (auto done = confine("receiver", {}); !done) {
    return fail(std::move(done).error());
  }
  auto store = quarantine::Store::open(UniqueFd{kOwnFd}, {});
  if (!store) {
    return fail(std::move(store).error());
  }
  EventLoop loop;
  loop.on_signals({SIGTERM, SIGINT, SIGHUP}, [](int) {});
  Receivers receivers{loop, *std::move(store)};
  if (auto done = forbid_connecting(); !done) {
    return fail(std::move(done).error());
  }
  loop.run();
  return receivers.exit_code();
}

}  // namespace

int run_receiver(const Startup& /*startup*/) {
  const auto done = receive();
  return done ? *done : end_role(done.error());
}

}  // namespace sekisho::daemon
