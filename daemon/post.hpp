// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Mail exchanges between their processes: what the receiver asks goes to the sender as typed
/// messages, originals go to the sanitizer, and what it has rebuilt goes on. It decides what is
/// answered when one of them cannot, keeps the heartbeat, and records what became of each message.
/// It never looks into content.

#include "chronicle.hpp"
#include "enforcer.hpp"
#include "event_loop.hpp"
#include "ipc/channel.hpp"
#include "mail.hpp"
#include "messages.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::daemon {

class Post {
 public:
  struct Means {
    /// A message to a role; false when it could not be handed over.
    std::function<bool(std::string_view, Type, std::string_view, int)> tell;
    /// A socket that the rules let go to an exchange's far side.
    std::function<Result<UniqueFd>(const net::Address&, std::uint32_t)> far_socket;
    /// Listening sockets of the diversion, made once.
    std::function<Result<std::vector<UniqueFd>>()> listeners;
  };
  /// All must outlive it.
  Post(EventLoop& loop, Enforcer& enforcer, Chronicle& chronicle, Means means);

  /// Whether the policy in force has exchanges that want the roles.
  [[nodiscard]] bool is_wanted() const { return !exchanges().empty(); }
  /// The policy in force is another: sessions of what is no longer in force end.
  void enforce();
  /// A role has begun, or has ended.
  void began(const std::string& role);
  void ended(const std::string& role);
  /// False for what that role may not say.
  [[nodiscard]] bool hear(const std::string& role, ipc::Frame& frame);

  /// Relay and sanitizer answer, and the exchanges in force are open.
  [[nodiscard]] bool is_open() const { return open_; }
  /// Why not, where exchanges are in force; empty when they are open.
  [[nodiscard]] std::string complaint() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Session {
    mail::Opened opened;
    std::uint32_t far_mark = 0;
    bool without_tls = false;         ///< the far server cannot do it, and need not
    bool near = true;                 ///< the accepted leg is there
    bool far = false;                 ///< the far leg is, too
    bool ready = false;               ///< and has been greeted
    std::optional<smtp::Step> asked;  ///< by the receiver
    std::string sender;               ///< MAIL and RCPT lines as they were passed on
    std::string recipient;            ///< the one that is asked about
    std::vector<std::string> recipients;
    std::optional<mail::Spooled> spooled;
    std::optional<mail::Sanitized> sanitized;
    bool delivering = false;
    Clock::time_point begun;
  };
  /// A message that the far side has and whose sender may not know it.
  struct Delivered {
    net::Address peer;
    Clock::time_point until;
    std::uint64_t session = 0;
  };

  [[nodiscard]] const std::vector<compile::Exchange>& exchanges() const {
    return enforcer_.in_force().compiled.exchanges;
  }
  [[nodiscard]] const policy::Permit& permit_of(const compile::Exchange& exchange) const {
    return enforcer_.in_force().policy->permits()[exchange.permit];
  }
  [[nodiscard]] const compile::Exchange* exchange_named(const std::string& id) const;
  [[nodiscard]] policy::SanitizeProfile profile_of(const policy::Permit& permit) const;
  [[nodiscard]] mail::Exchanges exchanges_for_receiver();
  [[nodiscard]] std::string text_in(const std::string& path);

  bool hear_receiver(Type type, ipc::Frame& frame);
  bool hear_sender(Type type, ByteView bytes);
  bool hear_sanitizer(Type type, ipc::Frame& frame);

  bool opened(const Result<mail::Opened>& opened);
  void open_far(Session& session);
  bool enveloped(Type type, const Result<mail::Line>& line);
  bool spooled(const Result<mail::Spooled>& spooled, UniqueFd content);
  void forget(Session& session);
  void near_closed(std::uint64_t number);
  void far_ready(const mail::FarReady& ready);
  void far_answered(const mail::Answered& answered);
  void far_lost(const mail::Lost& lost);
  void sanitized(const mail::Sanitized& sanitized, UniqueFd content);
  void delivered(Session& session, const smtp::Status& status);

  void answer(Session& session, const smtp::Status& status);
  void conclude(Session& session, const smtp::Status& status);
  void end(std::uint64_t number);
  [[nodiscard]] static std::string key_of(const Session& session);

  void settle(const std::string& role);
  void beat();
  void try_sanitizer();
  [[nodiscard]] bool all_answered() const;

  EventLoop& loop_;
  Enforcer& enforcer_;
  Chronicle& chronicle_;
  Means means_;
  std::map<std::uint64_t, Session> sessions_;
  std::map<std::string, Delivered> delivered_;  ///< by what it was
  std::string told_;                            ///< exchanges, as the receiver knows them
  bool routed_ = false;
  std::uint64_t beat_ = 0;
  std::map<std::string, std::uint64_t> beats_;  ///< by role: the last one that it answered
  bool sanitizes_ = false;                      ///< the sanitizer has rebuilt a message
  bool open_ = false;
  std::vector<std::string> gone_;
  EventLoop::Watching settling_;
  EventLoop::Watching beating_;
  EventLoop::Watching trying_;
};

}  // namespace sekisho::daemon
