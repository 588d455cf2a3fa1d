// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The client's side of a session (RFC 5321, RFC 3207), sans I/O: one command at a time, its reply,
/// the next. Of what the server says only numbers and what it offers come out. Anything that is no
/// reply to what was asked ends the session.

#include "smtp/content.hpp"
#include "smtp/envelope.hpp"
#include "smtp/reply.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sekisho::smtp {

/// Whether a leg is under TLS.
enum class TlsUse : std::uint8_t { Never, Opportunistic, Required };

/// What a reply answers.
enum class Step : std::uint8_t { Greeting, Hello, StartTls, Mail, Rcpt, Data, End, Reset, Quit };

namespace told {
/// Greeted, under TLS where that is wanted; a transaction may begin.
struct Ready {
  Features features;
};
/// Send what there is to send, then shake hands and say `Sender::tls_begun`.
struct Tls {};
struct Answer {
  Step step{};
  Status status;
};
/// The session is over.
struct Failed {
  std::string why;  ///< our words
};
}  // namespace told

using Told = std::variant<told::Ready, told::Tls, told::Answer, told::Failed>;

class Sender {
 public:
  struct Settings {
    std::string host;  ///< said in EHLO
    TlsUse tls = TlsUse::Opportunistic;
  };
  explicit Sender(Settings settings) : settings_{std::move(settings)} {}

  void feed(std::string_view bytes);
  [[nodiscard]] std::optional<Told> next();
  /// What is to be sent, once.
  [[nodiscard]] std::string output() { return std::exchange(output_, {}); }
  /// What the server has to answer now; nothing: it may not say anything but 421.
  [[nodiscard]] std::optional<Step> awaits() const { return awaited_; }

  void tls_begun();
  // Each only when ready and nothing is awaited; another order is a bug and throws. Nothing happens
  // once the session is over.
  void mail(const std::optional<Mailbox>& sender, const MailOptions& options);
  void rcpt(const Mailbox& recipient, const RcptOptions& options);
  void data();
  /// After 354, in pieces; then `end`.
  void content(std::string_view bytes);
  void end();
  void reset();
  void quit();

  [[nodiscard]] const Features& features() const { return features_; }
  [[nodiscard]] bool under_tls() const { return tls_; }

 private:
  void command(Step step, const std::string& line);
  void take(const Reply& reply);
  void take_hello(const Reply& reply);
  void take_start(const Status& status);
  void fail_session(std::string why);

  Settings settings_;
  ReplyReader replies_;
  std::string output_;
  std::deque<Told> told_;
  std::optional<Step> awaited_ = Step::Greeting;
  ContentWriter content_;
  Features features_;
  bool tls_ = false;
  bool extended_ = true;  ///< EHLO was not refused
  bool writing_ = false;  ///< between 354 and the end
  bool shaking_ = false;  ///< TLS begins
  bool over_ = false;
};

}  // namespace sekisho::smtp
