// SPDX-License-Identifier: GPL-3.0-or-later
// Holds the far legs of mail exchanges: sockets that lead to one server each.
#include "event_loop.hpp"
#include "forbidden.hpp"
#include "ipc/channel.hpp"
#include "mail.hpp"
#include "messages.hpp"
#include "pulse.hpp"
#include "roles.hpp"
#include "sending.hpp"

#include <array>
#include <csignal>
#include <map>
#include <memory>
#include <vector>

namespace sekisho::daemon {
namespace {

class Senders {
 public:
  Senders(EventLoop& loop, relay::TlsContext opportunistic)
      : loop_{loop},
        opportunistic_{std::move(opportunistic)},
        supervisor_{UniqueFd{kSupervisorFd}},
        means_{loop_, [this](Type type, std::string_view payload) { tell(type, payload); },
               [this](std::uint64_t number) { over(number); }} {
    beating_ = daemon::beat(loop_, supervisor_);
    watching_ = loop_.watch(supervisor_.fd(), EventLoop::For::Reading, [this] { hear(); });
    tell(Type::Health, {});
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

  void tell(Type type, std::string_view payload) {
    if (!supervisor_.send(static_cast<std::uint16_t>(type), payload)) {
      loop_.stop();
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
      case Type::Beat: tell(Type::Beat, frame.payload); return true;
      case Type::OpenFar: return open(mail::unpack_open_far(bytes), std::move(frame.fd));
      case Type::MailFrom:
      case Type::RcptTo: return say(mail::unpack_line(bytes));
      case Type::Deliver: return deliver(mail::unpack_number(bytes), std::move(frame.fd));
      case Type::Forget:
      case Type::Closed: {
        const auto number = mail::unpack_number(bytes);
        Sending* session = number ? find(*number) : nullptr;
        if (session != nullptr) {
          static_cast<Type>(frame.type) == Type::Forget ? session->reset() : session->close();
        }
        return number.has_value();
      }
      default: return false;
    }
  }

  [[nodiscard]] Sending* find(std::uint64_t number) {
    const auto found = sessions_.find(number);
    return found == sessions_.end() ? nullptr : found->second.get();
  }

  bool open(Result<mail::OpenFar> open, UniqueFd socket) {
    if (!open || !socket) {
      return false;
    }
    relay::TlsContext context = opportunistic_;
    if (!open->authorities.empty()) {
      auto verifying = relay::TlsContext::client(open->authorities);
      if (!verifying) {
        tell(Type::Lost, mail::pack(mail::Lost{open->session, false, verifying.error().text()}));
        return true;
      }
      context = *std::move(verifying);
    }
    const std::uint64_t number = open->session;
    sessions_[number] =
        std::make_unique<Sending>(means_, std::move(socket), *std::move(open), std::move(context));
    return true;
  }

  /// What a session cannot say now it has lost already, or is about to.
  bool say(const Result<mail::Line>& line) {
    const auto command = line ? mail::command_in(*line) : Result<smtp::Command>{fail("")};
    Sending* session = command ? find(line->session) : nullptr;
    if (session != nullptr && !session->say(*command)) {
      session->close();
      tell(Type::Lost, mail::pack(mail::Lost{line->session, false, "out of step"}));
    }
    return command.has_value();
  }

  bool deliver(const Result<std::uint64_t>& number, UniqueFd content) {
    auto sealed = jail::Sealed::adopt(std::move(content));
    if (!number || !sealed) {
      return false;
    }
    Sending* session = find(*number);
    if (session != nullptr && !session->deliver(*std::move(sealed))) {
      session->close();
      tell(Type::Lost, mail::pack(mail::Lost{*number, false, "out of step"}));
    }
    return true;
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
  relay::TlsContext opportunistic_;
  ipc::Channel supervisor_;
  Sending::Means means_;
  std::map<std::uint64_t, std::unique_ptr<Sending>> sessions_;
  std::vector<std::uint64_t> ended_;
  EventLoop::Watching watching_;
  EventLoop::Watching beating_;
  EventLoop::Watching burying_;
  int exit_code_ = 0;
};

Result<int> send() {
  (void)std::signal(SIGPIPE, SIG_IGN);
  auto context = relay::TlsContext::client({});  // OpenSSL reads its files now or never
  if (!context) {
    return fail(std::move(context).error());
  }
  if (auto done = confine("sender", {}); !done) {
    return fail(std::move(done).error());
  }
  EventLoop loop;
  loop.on_signals({SIGTERM, SIGINT, SIGHUP}, [](int) {});
  Senders senders{loop, *std::move(context)};
  if (auto done = forbid_accepting(); !done) {
    return fail(std::move(done).error());
  }
  loop.run();
  return senders.exit_code();
}

}  // namespace

int run_sender(const Startup& /*startup*/) {
  const auto done = send();
  return done ? *done : end_role(done.error());
}

}  // namespace sekisho::daemon
