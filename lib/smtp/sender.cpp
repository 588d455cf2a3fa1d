// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/sender.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace sekisho::smtp {
namespace {

constexpr std::uint16_t kClosing = 421;
constexpr std::uint16_t kGoOn = 354;

std::string keyword_of(std::string_view line) {
  std::string word{line.substr(0, line.find(' '))};
  std::ranges::transform(word, word.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return word;
}

Features features_of(const Reply& reply) {
  Features features;
  for (std::size_t i = 1; i < reply.lines.size(); ++i) {
    const std::string& line = reply.lines[i];
    const std::string keyword = keyword_of(line);
    features.pipelining |= keyword == "PIPELINING";
    features.eight_bit |= keyword == "8BITMIME";
    features.utf8 |= keyword == "SMTPUTF8";
    features.dsn |= keyword == "DSN";
    features.starttls |= keyword == "STARTTLS";
    features.enhanced |= keyword == "ENHANCEDSTATUSCODES";
    if (keyword == "SIZE") {
      std::uint64_t size = 0;  // malformed or none: no fixed limit
      const std::size_t blank = std::min(line.size(), keyword.size() + 1);
      (void)std::from_chars(line.data() + blank, line.data() + line.size(), size);
      features.size = size;
    }
  }
  return features;
}

/// What may answer a step beside 4yz and 5yz.
bool is_expected(Step step, std::uint16_t code) {
  const int kind = code / 100;
  if (kind == 4 || kind == 5) {
    return true;
  }
  switch (step) {
    case Step::Greeting:
    case Step::StartTls: return code == 220;
    case Step::Data: return code == kGoOn;
    default: return kind == 2;
  }
}

}  // namespace

void Sender::feed(std::string_view bytes) {
  if (over_) {
    return;
  }
  if (shaking_ && !bytes.empty()) {
    return fail_session("bytes between STARTTLS and TLS");
  }
  replies_.feed(bytes);
  while (!over_ && !shaking_) {
    auto reply = replies_.next();
    if (!reply) {
      return fail_session(reply.error().text());
    }
    if (!*reply) {
      return;
    }
    take(**reply);
  }
}

std::optional<Told> Sender::next() {
  if (told_.empty()) {
    return std::nullopt;
  }
  Told first = std::move(told_.front());
  told_.pop_front();
  return first;
}

void Sender::fail_session(std::string why) {
  over_ = true;
  awaited_.reset();
  std::erase_if(told_, [](const Told& told) { return std::holds_alternative<told::Tls>(told); });
  told_.emplace_back(told::Failed{std::move(why)});
}

void Sender::take(const Reply& reply) {
  const std::uint16_t code = reply.status.code;
  if (writing_ && reply.status.code >= 400) {
    told_.emplace_back(told::Answer{Step::End, reply.status});  // refused before it was whole
  }
  if (!awaited_) {
    return fail_session(code == kClosing ? "the server closes the session"
                                         : "a reply that nothing asked for");
  }
  const Step step = *awaited_;
  if (!is_expected(step, code)) {
    return fail_session("reply " + std::to_string(code) + " to another question");
  }
  awaited_.reset();
  if (code != kClosing && (step == Step::Hello || step == Step::StartTls)) {
    return step == Step::Hello ? take_hello(reply) : take_start(reply.status);
  }
  if (step == Step::Greeting && code == 220) {
    return command(Step::Hello, "EHLO " + settings_.host);
  }
  told_.emplace_back(told::Answer{step, reply.status});
  writing_ = step == Step::Data && code == kGoOn;
  if (code == kClosing || step <= Step::StartTls || step == Step::Quit) {
    fail_session(step == Step::Quit ? "quit" : "the server does not serve");
  }
}

void Sender::take_hello(const Reply& reply) {
  if (reply.status.good()) {
    features_ = extended_ ? features_of(reply) : Features{};
    const bool wants = settings_.tls != TlsUse::Never && !tls_;
    if (wants && features_.starttls) {
      return command(Step::StartTls, "STARTTLS");
    }
    if (wants && settings_.tls == TlsUse::Required) {
      return fail_session("the server offers no STARTTLS");
    }
    told_.emplace_back(told::Ready{features_});
    return;
  }
  if (reply.status.permanent() && std::exchange(extended_, false)) {
    return command(Step::Hello, "HELO " + settings_.host);
  }
  told_.emplace_back(told::Answer{Step::Hello, reply.status});
  fail_session("the server does not serve");
}

void Sender::take_start(const Status& status) {
  if (!status.good()) {
    return settings_.tls == TlsUse::Required
               ? fail_session("the server refuses STARTTLS")
               : static_cast<void>(told_.emplace_back(told::Ready{features_}));
  }
  shaking_ = true;
  if (replies_.has_more()) {
    return fail_session("bytes between STARTTLS and TLS");
  }
  told_.emplace_back(told::Tls{});
}

void Sender::command(Step step, const std::string& line) {
  if (over_) {
    return;  // its owner is about to hear of it
  }
  if (awaited_ || writing_ || shaking_) {
    throw std::logic_error{"a command out of turn"};
  }
  awaited_ = step;
  output_ += line + "\r\n";
}

void Sender::tls_begun() {
  shaking_ = false;
  tls_ = true;
  features_ = {};
  command(Step::Hello, "EHLO " + settings_.host);
}

void Sender::mail(const std::optional<Mailbox>& sender, const MailOptions& options) {
  command(Step::Mail, mail_line(sender, options));
}

void Sender::rcpt(const Mailbox& recipient, const RcptOptions& options) {
  command(Step::Rcpt, rcpt_line(recipient, options));
}

void Sender::data() {
  command(Step::Data, "DATA");
  content_ = {};
}

void Sender::content(std::string_view bytes) {
  if (over_) {
    return;
  }
  if (!writing_) {
    throw std::logic_error{"content out of turn"};
  }
  output_ += content_.write(bytes);
}

void Sender::end() {
  if (over_) {
    return;
  }
  if (!writing_) {
    throw std::logic_error{"content out of turn"};
  }
  writing_ = false;
  awaited_ = Step::End;
  output_ += content_.end();
}

void Sender::reset() {
  command(Step::Reset, "RSET");
}

void Sender::quit() {
  command(Step::Quit, "QUIT");
}

}  // namespace sekisho::smtp
