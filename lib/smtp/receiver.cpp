// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/receiver.hpp"

#include <array>

namespace sekisho::smtp {
namespace {

constexpr std::size_t kMostHeld = 65536;
/// Mail data that is refused for its size is read on for so many times that size.
constexpr std::uint64_t kPatienceWithGiants = 2;

std::string_view text_for(const Status& status) {
  return status.good() ? "ok" : status.transient() ? "try again later" : "refused";
}

Status status_of(Flaw flaw) {
  switch (flaw) {
    case Flaw::LongLine: return {500, 6, 0};
    case Flaw::TooLarge: return {552, 3, 4};
    default: return {550, 5, 2};
  }
}

}  // namespace

std::string_view name_of(asked::Close::Why why) {
  static constexpr std::array<std::string_view, 6> kNames{"quit",
                                                          "refused",
                                                          "too many errors",
                                                          "commands ahead of their turn",
                                                          "ambiguous line ends",
                                                          "line too long"};
  return kNames.at(static_cast<std::size_t>(why));
}

Receiver::Receiver(Settings settings) : settings_{std::move(settings)} {
  output_ = wire(220, {settings_.host + " ESMTP"});
}

bool Receiver::reads() const {
  return state_ != State::Closing && state_ != State::Closed && input_.size() < kMostHeld;
}

/// Whether a client may send on before the present question is answered (RFC 2920 3.1).
bool Receiver::may_be_ahead() const {
  const bool last_of_its_group =
      state_ == State::AwaitHello || state_ == State::AwaitTls || state_ == State::AwaitData;
  const bool waits = last_of_its_group || state_ == State::AwaitMail ||
                     state_ == State::AwaitRcpt || state_ == State::AwaitEnd;
  return greeted_ && !last_of_its_group && (extended_ || !waits);
}

void Receiver::feed(std::string_view bytes) {
  if (bytes.empty() || !reads()) {
    return;
  }
  ahead_ = ahead_ || !may_be_ahead();
  input_.append(bytes);
}

std::optional<Asked> Receiver::next() {
  while (true) {
    if (ahead_ && state_ != State::AwaitEnd && state_ < State::Closing) {
      close({554, 5, 0}, "commands ahead of their turn", asked::Close::Why::Pipelining);
    }
    const std::size_t held = input_.size();
    const State before = state_;
    Question question;
    switch (state_) {
      case State::Commands: question = next_command(); break;
      case State::Content: question = next_content(); break;
      case State::Closing: state_ = State::Closed; return asked::Close{why_};
      default: return std::nullopt;
    }
    if (question || (input_.size() == held && state_ == before)) {
      return question;
    }
  }
}

Receiver::Question Receiver::next_command() {
  const std::size_t end = input_.find_first_of(std::string_view{"\r\n\0", 3});
  if (std::min(end, input_.size()) + 2 > settings_.command_line) {
    return close({500, 5, 2}, "line too long", asked::Close::Why::TooLong);
  }
  if (end == std::string::npos || (input_[end] == '\r' && end + 1 == input_.size())) {
    return std::nullopt;
  }
  if (input_[end] != '\r' || input_[end + 1] != '\n') {
    return close({500, 5, 2}, "lines end in <CR><LF> alone", asked::Close::Why::Ambiguous);
  }
  const std::string line = input_.substr(0, end);
  input_.erase(0, end + 2);
  if (!extended_ && !input_.empty()) {
    ahead_ = true;
    return std::nullopt;
  }
  if (++commands_ > settings_.commands) {
    return close({421, 7, 0}, "too many commands", asked::Close::Why::TooManyErrors);
  }
  auto command = parse_command(line, offered());
  if (!command) {
    return error(command.error().status, command.error().text);
  }
  return std::visit([this](auto& one) { return obey(one); }, *command);
}

Receiver::Question Receiver::say(const Status& status, std::string_view text) {
  output_ += wire(status, text);
  return std::nullopt;
}

Receiver::Question Receiver::error(const Status& status, std::string_view text) {
  if (++errors_ >= settings_.errors) {
    return close({421, 7, 0}, "too many errors", asked::Close::Why::TooManyErrors);
  }
  return say(status, text);
}

Receiver::Question Receiver::close(const Status& status, std::string_view text,
                                   asked::Close::Why why) {
  output_ += wire(status, text);
  input_.clear();
  why_ = why;
  state_ = State::Closing;
  return std::nullopt;
}

Features Receiver::offered() const {
  Features features = far_.value_or(Features{});
  features.pipelining = true;
  features.eight_bit = true;
  features.starttls = settings_.offers_tls && !tls_;
  features.size = settings_.largest;
  return features;
}

void Receiver::welcome(bool extended) {
  extended_ = extended;
  helloed_ = true;
  if (!extended) {
    output_ += wire(250, {settings_.host});
    return;
  }
  const Features features = offered();
  std::vector<std::string> lines{settings_.host, "PIPELINING",
                                 "SIZE " + std::to_string(settings_.largest)};
  if (features.starttls) {
    lines.emplace_back("STARTTLS");
  }
  lines.emplace_back("ENHANCEDSTATUSCODES");
  lines.emplace_back("8BITMIME");
  if (features.utf8) {
    lines.emplace_back("SMTPUTF8");
  }
  if (features.dsn) {
    lines.emplace_back("DSN");
  }
  output_ += wire(250, lines);
}

Receiver::Question Receiver::obey(const command::Hello& hello) {
  if (!input_.empty()) {
    ahead_ = true;
    return std::nullopt;
  }
  extended_ = hello.extended;
  if (!far_) {
    state_ = State::AwaitHello;
    return asked::Hello{hello.name};
  }
  welcome(hello.extended);
  return std::exchange(mail_, false) ? Question{asked::Reset{}} : std::nullopt;
}

Receiver::Question Receiver::obey(command::Mail& mail) {
  if (!helloed_) {
    return error({503, 5, 1}, "say EHLO first");
  }
  if (settings_.requires_tls && !tls_) {
    return error({530, 7, 0}, "issue STARTTLS first");
  }
  if (mail_) {
    return error({503, 5, 1}, "a transaction has begun already");
  }
  if (mail.options.size.value_or(0) > settings_.largest) {
    return error({552, 3, 4}, "message too large");
  }
  state_ = State::AwaitMail;
  return asked::Mail{std::move(mail.sender), std::move(mail.options)};
}

Receiver::Question Receiver::obey(command::Rcpt& rcpt) {
  if (!mail_) {
    return error({503, 5, 1}, "MAIL comes first");
  }
  if (recipients_ >= settings_.recipients) {
    return say({452, 5, 3}, "too many recipients");
  }
  ++recipients_;
  state_ = State::AwaitRcpt;
  return asked::Rcpt{std::move(rcpt.recipient), std::move(rcpt.options)};
}

Receiver::Question Receiver::obey(const command::Data& /*data*/) {
  if (!input_.empty()) {
    ahead_ = true;
    return std::nullopt;
  }
  if (!mail_ || accepted_ == 0) {
    return error(mail_ ? Status{554, 5, 1} : Status{503, 5, 1},
                 mail_ ? "no valid recipients" : "MAIL comes first");
  }
  state_ = State::AwaitData;
  return asked::Data{};
}

Receiver::Question Receiver::obey(const command::Reset& /*reset*/) {
  say({250, 0, 0}, "ok");
  return std::exchange(mail_, false) ? Question{asked::Reset{}} : std::nullopt;
}

Receiver::Question Receiver::obey(const command::Noop& /*noop*/) {
  return say({250, 0, 0}, "ok");
}

Receiver::Question Receiver::obey(const command::Quit& /*quit*/) {
  return close({221, 0, 0}, "bye", asked::Close::Why::Quit);
}

/// Whatever stands behind it was not protected and would be taken for what is (CVE-2011-0411).
Receiver::Question Receiver::obey(const command::StartTls& /*start_tls*/) {
  if (!input_.empty()) {
    ahead_ = true;
    return std::nullopt;
  }
  if (mail_) {
    return error({503, 5, 1}, "not within a transaction");
  }
  say({220, 0, 0}, "ready to start TLS");
  state_ = State::AwaitTls;
  return asked::Tls{};
}

Receiver::Question Receiver::next_content() {
  if (content_ended_) {
    return content_whole();
  }
  ContentReader::Step step = content_->feed(input_);
  input_.erase(0, step.used);
  content_ended_ = step.ended;
  if (content_->flaw() != Flaw::None && !std::exchange(flaw_told_, true)) {
    return asked::Reset{content_->flaw()};
  }
  if (content_->flaw() != Flaw::None && !step.ended &&
      content_->size() / kPatienceWithGiants > settings_.largest) {
    return close(status_of(content_->flaw()), "mail data without end", asked::Close::Why::Refused);
  }
  if (!step.content.empty()) {
    return asked::Content{std::move(step.content)};
  }
  return content_ended_ ? content_whole() : std::nullopt;
}

Receiver::Question Receiver::content_whole() {
  const Flaw flaw = content_->flaw();
  const std::uint64_t size = content_->size();
  content_.reset();
  if (flaw == Flaw::None) {
    state_ = State::AwaitEnd;
    ahead_ = !input_.empty() && !extended_;
    return asked::End{size};
  }
  mail_ = false;
  state_ = State::Commands;
  if (is_ambiguous(flaw)) {
    return close(status_of(flaw), std::string{name_of(flaw)} + " in mail data",
                 asked::Close::Why::Ambiguous);
  }
  return error(status_of(flaw), name_of(flaw));
}

void Receiver::greet(const Features& far) {
  if (state_ != State::AwaitHello) {
    return;
  }
  far_ = far;
  state_ = State::Commands;
  welcome(extended_);
}

void Receiver::answer(const Status& status) {
  const State asked = state_;
  if (asked < State::AwaitHello || asked > State::AwaitEnd || asked == State::AwaitTls ||
      asked == State::Content) {
    return;
  }
  if (status.code == 421) {
    close(status, "closing", asked::Close::Why::Refused);
    return;
  }
  state_ = State::Commands;
  if (asked == State::AwaitData && status.code == 354) {
    output_ += "354 end data with <CR><LF>.<CR><LF>\r\n";
    content_.emplace(ContentReader::Limits{settings_.largest, settings_.text_line});
    content_ended_ = flaw_told_ = false;
    state_ = State::Content;
    return;
  }
  say(status, text_for(status));
  if (asked == State::AwaitMail) {
    mail_ = status.good();
    recipients_ = accepted_ = 0;
  } else if (asked == State::AwaitRcpt) {
    accepted_ += status.good() ? 1 : 0;
  } else if (asked == State::AwaitData || asked == State::AwaitEnd) {
    mail_ = false;
  }
}

/// RFC 3207 4.2: what was known of the client before is forgotten.
void Receiver::tls_begun() {
  if (state_ != State::AwaitTls) {
    return;
  }
  tls_ = true;
  helloed_ = extended_ = false;
  state_ = State::Commands;
}

void Receiver::end(const Status& status) {
  if (state_ < State::Closing) {
    close(status, "closing", asked::Close::Why::Refused);
  }
}

}  // namespace sekisho::smtp
