// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// One far leg of a mail exchange: connects the socket it was given to the one destination it was
/// given for, and says there what the supervisor passes on.

#include "event_loop.hpp"
#include "jail/memory.hpp"
#include "mail.hpp"
#include "messages.hpp"
#include "relay/leg.hpp"
#include "smtp/sender.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::daemon {

class Sending {
 public:
  struct Means {
    EventLoop& loop;
    std::function<void(Type, std::string_view)> tell;  ///< the supervisor
    std::function<void(std::uint64_t)> over;           ///< may be destroyed, not at once
  };
  /// `means` must outlive it.
  Sending(const Means& means, UniqueFd socket, mail::OpenFar open, relay::TlsContext tls);

  /// False for what cannot be said now.
  [[nodiscard]] bool say(const smtp::Command& command);
  [[nodiscard]] bool deliver(jail::Sealed content);
  void reset();
  void close();

 private:
  enum class Phase : std::uint8_t { Connecting, Shaking, Talking, Over };

  void connect();
  void connected();
  void turn();
  bool shake_hands();
  bool work();
  bool read();
  void write_content();
  void watch();
  void await(std::chrono::seconds time);
  void lose(const std::string& why);

  void told(const smtp::told::Ready& ready);
  void told(const smtp::told::Tls& tls);
  void told(const smtp::told::Answer& answer);
  void told(const smtp::told::Failed& failed);

  const Means& means_;
  mail::OpenFar open_;
  relay::Leg leg_;
  relay::TlsContext tls_;
  smtp::Sender engine_;
  smtp::Features features_;
  Phase phase_ = Phase::Connecting;
  std::optional<jail::Sealed> content_;
  std::optional<jail::Mapping> mapping_;
  std::size_t written_ = 0;
  bool writing_ = false;
  bool tls_due_ = false;
  bool reset_due_ = false;
  bool resetting_ = false;
  EventLoop::Watching watching_;
  EventLoop::Watching deadline_;
};

}  // namespace sekisho::daemon
