// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// One accepted connection of a mail exchange: its engine, its leg, its original on the way into
/// the quarantine. It asks the supervisor about everything else, one question at a time.

#include "event_loop.hpp"
#include "mail.hpp"
#include "messages.hpp"
#include "quarantine/store.hpp"
#include "relay/leg.hpp"
#include "smtp/receiver.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::daemon {

class Receiving {
 public:
  struct Means {
    EventLoop& loop;
    quarantine::Store& store;
    std::function<void(Type, std::string_view, int)> tell;  ///< the supervisor; -1: no descriptor
    std::function<void(std::uint64_t)> over;  ///< the session may be destroyed, not at once
  };
  struct Ends {
    net::Address peer;
    net::Address destination;
    std::uint16_t port = 0;
  };
  /// `tls` where the exchange offers it; `means` must outlive it.
  Receiving(const Means& means, std::uint64_t number, UniqueFd socket, const Ends& ends,
            const mail::Exchange& exchange, const std::string& host,
            const std::optional<relay::TlsContext>& tls);

  void hear(const mail::FarReady& ready);
  void hear(const mail::Answered& answered);
  /// 421 where a reply can still be understood.
  void drop();
  [[nodiscard]] const net::Address& peer() const { return ends_.peer; }
  [[nodiscard]] const std::string& exchange() const { return exchange_; }

 private:
  void turn();
  bool shake_hands();
  bool work();
  bool read();
  void watch();
  void linger();
  void finish();
  void await(std::chrono::seconds time);

  void asked(smtp::asked::Hello& hello);
  void asked(smtp::asked::Tls& tls);
  void asked(smtp::asked::Mail& mail);
  void asked(smtp::asked::Rcpt& rcpt);
  void asked(smtp::asked::Data& data);
  void asked(smtp::asked::Content& content);
  void asked(smtp::asked::End& end);
  void asked(smtp::asked::Reset& reset);
  void asked(smtp::asked::Close& close);
  [[nodiscard]] Result<> keep();
  void tell_line(Type type, std::string line);

  const Means& means_;
  std::uint64_t number_;
  Ends ends_;
  std::string exchange_;
  std::uint64_t largest_;
  relay::Leg leg_;
  smtp::Receiver engine_;
  std::optional<relay::TlsContext> tls_;
  std::optional<quarantine::Incoming> incoming_;
  quarantine::About about_;
  EventLoop::Watching watching_;
  EventLoop::Watching deadline_;
  bool tls_due_ = false;
  bool shaking_ = false;
  bool closing_ = false;
  bool lingering_ = false;
  bool over_ = false;
  bool unconfirmed_ = false;  ///< our 250 to a message may not have been read
};

}  // namespace sekisho::daemon
