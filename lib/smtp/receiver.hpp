// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The server's side of a session (RFC 5321, RFC 2920, RFC 3207), sans I/O: bytes in; bytes, and
/// questions to its owner, out. It decides what is a well-formed dialogue; whether an envelope or a
/// message is taken is asked, one question at a time. It offers neither CHUNKING nor AUTH, and
/// what two servers could read in two ways ends the session.

#include "smtp/command.hpp"
#include "smtp/content.hpp"
#include "smtp/envelope.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sekisho::smtp {

namespace asked {
/// First EHLO or HELO: `Receiver::greet` or `Receiver::answer` with a refusal.
struct Hello {
  std::string name;
};
/// Send what there is to send, then shake hands and say `Receiver::tls_begun`.
struct Tls {};
/// `Receiver::answer`.
struct Mail {
  std::optional<Mailbox> sender;
  MailOptions options;
};
/// `Receiver::answer`.
struct Rcpt {
  Mailbox recipient;
  RcptOptions options;
};
/// `Receiver::answer`: with 354 content follows.
struct Data {};
/// No answer.
struct Content {
  std::string bytes;
};
/// The mail data is whole: `Receiver::answer` with what has become of the message.
struct End {
  std::uint64_t bytes = 0;
};
/// What was begun with `Mail` is over: forget it. No answer.
struct Reset {
  Flaw flaw = Flaw::None;  ///< of the mail data, where it was that
};
/// Send what there is to send, then close.
struct Close {
  enum class Why : std::uint8_t { Quit, Refused, TooManyErrors, Pipelining, Ambiguous, TooLong };
  Why why = Why::Quit;
};
}  // namespace asked

using Asked = std::variant<asked::Hello, asked::Tls, asked::Mail, asked::Rcpt, asked::Data,
                           asked::Content, asked::End, asked::Reset, asked::Close>;
[[nodiscard]] std::string_view name_of(asked::Close::Why why);

class Receiver {
 public:
  struct Settings {
    std::string host;                      ///< as the greeting names it
    std::uint64_t largest = 25ULL << 20U;  ///< octets of mail data
    bool offers_tls = false;
    bool requires_tls = false;
    std::uint32_t recipients = 100;     ///< of a transaction, refused ones included
    std::uint32_t errors = 10;          ///< of the client; then 421
    std::uint32_t commands = 1000;      ///< of a session; then 421
    std::uint32_t command_line = 2048;  ///< octets with CRLF
    std::uint32_t text_line = 65536;    ///< octets without CRLF; beyond it the mail is refused
  };
  explicit Receiver(Settings settings);

  /// Bytes of the client. Give none while `reads` says no: then it holds as much as it will.
  void feed(std::string_view bytes);
  [[nodiscard]] bool reads() const;
  /// The next question; nothing until more bytes come or the last one is answered.
  [[nodiscard]] std::optional<Asked> next();
  /// What is to be sent, once.
  [[nodiscard]] std::string output() {
    greeted_ = true;
    return std::exchange(output_, {});
  }

  /// The far side is there and can so much.
  void greet(const Features& far);
  /// To the question that was asked last. 421 ends the session.
  void answer(const Status& status);
  void tls_begun();
  /// Ends the session: 421 where a reply can still be understood.
  void end(const Status& status);

  [[nodiscard]] bool under_tls() const { return tls_; }

 private:
  enum class State : std::uint8_t {
    Commands,
    AwaitHello,
    AwaitTls,
    AwaitMail,
    AwaitRcpt,
    AwaitData,
    Content,
    AwaitEnd,
    Closing,
    Closed
  };
  using Question = std::optional<Asked>;

  Question next_command();
  Question next_content();
  Question obey(const command::Hello& hello);
  Question obey(command::Mail& mail);
  Question obey(command::Rcpt& rcpt);
  Question obey(const command::Data& data);
  Question obey(const command::Reset& reset);
  Question obey(const command::Noop& noop);
  Question obey(const command::Quit& quit);
  Question obey(const command::StartTls& start_tls);

  Question say(const Status& status, std::string_view text);
  Question error(const Status& status, std::string_view text);
  Question close(const Status& status, std::string_view text, asked::Close::Why why);
  Question content_whole();
  void welcome(bool extended);
  [[nodiscard]] Features offered() const;
  [[nodiscard]] bool may_be_ahead() const;

  Settings settings_;
  State state_ = State::Commands;
  std::string input_;
  std::string output_;
  asked::Close::Why why_ = asked::Close::Why::Quit;
  std::optional<Features> far_;
  std::optional<ContentReader> content_;
  bool greeted_ = false;  ///< the greeting was taken to be sent
  bool helloed_ = false;
  bool extended_ = false;  ///< the client said EHLO
  bool tls_ = false;
  bool mail_ = false;   ///< a transaction has begun
  bool ahead_ = false;  ///< bytes have come that should have waited
  bool flaw_told_ = false;
  bool content_ended_ = false;
  std::uint32_t recipients_ = 0;
  std::uint32_t accepted_ = 0;
  std::uint32_t errors_ = 0;
  std::uint32_t commands_ = 0;
};

}  // namespace sekisho::smtp
