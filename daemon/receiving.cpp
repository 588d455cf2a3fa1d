// SPDX-License-Identifier: GPL-3.0-or-later
#include "receiving.hpp"

#include "jail/memory.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <chrono>

namespace sekisho::daemon {
namespace {

using std::chrono::seconds;

/// RFC 5321 4.5.3.2: a client may take five minutes for a command. Mail data have one deadline for
/// the whole, so that no slow sender can hold a place.
constexpr seconds kForACommand{300};
constexpr seconds kForContent{600};
constexpr seconds kForAHandshake{30};
/// Longer than the far side and the sanitizer may take together, and shorter than a client waits
/// for the answer to its message (600 s).
constexpr seconds kForAnAnswer{540};
constexpr seconds kForALastWord{5};
constexpr int kMostPieces = 32;

constexpr smtp::Status kNoRoom{452, 3, 1};
constexpr smtp::Status kGoOn{354, 0, 0};
constexpr smtp::Status kShutdown{421, 3, 2};

quarantine::Instant now() {
  return std::chrono::floor<seconds>(std::chrono::system_clock::now());
}

smtp::Receiver::Settings settings_of(const mail::Exchange& exchange, const std::string& host,
                                     bool has_tls) {
  smtp::Receiver::Settings settings;
  settings.host = host;
  settings.largest = exchange.largest;
  settings.offers_tls = has_tls && exchange.near != smtp::TlsUse::Never;
  settings.requires_tls = exchange.near == smtp::TlsUse::Required;
  return settings;
}

}  // namespace

Receiving::Receiving(const Means& means, std::uint64_t number, UniqueFd socket, const Ends& ends,
                     const mail::Exchange& exchange, const std::string& host,
                     const std::optional<relay::TlsContext>& tls)
    : means_{means},
      number_{number},
      ends_{ends},
      exchange_{exchange.id},
      largest_{exchange.largest},
      leg_{std::move(socket)},
      engine_{settings_of(exchange, host, tls.has_value())},
      tls_{tls} {
  await(kForACommand);
  turn();
}

void Receiving::await(seconds time) {
  deadline_ = means_.loop.after(time, [this] {
    if (lingering_ || shaking_ || closing_) {
      return finish();
    }
    engine_.end({421, 4, 2});
    turn();
    finish();
  });
}

void Receiving::turn() {
  if (over_ || !shake_hands()) {
    return;
  }
  for (int pieces = 0; pieces < kMostPieces; ++pieces) {
    if (!work()) {
      return;
    }
    if (closing_ || tls_due_ || leg_.has_pending() || !engine_.reads() || !read()) {
      break;
    }
  }
  if (!over_) {
    watch();
  }
}

/// False where nothing else can be done now.
bool Receiving::shake_hands() {
  if (!shaking_) {
    return true;
  }
  const auto done = leg_.shake_hands();
  if (!done) {
    finish();
    return false;
  }
  if (!*done) {
    watch();
    return false;
  }
  shaking_ = false;
  engine_.tls_begun();
  await(kForACommand);
  return true;
}

/// Questions of the engine, then what it says. False where nothing else can be done now.
bool Receiving::work() {
  while (auto question = engine_.next()) {
    std::visit([this](auto& one) { asked(one); }, *question);
  }
  leg_.write(engine_.output());
  if (!leg_.flush()) {
    finish();
    return false;
  }
  if (leg_.has_pending()) {
    return true;
  }
  if (closing_) {
    linger();
    return false;
  }
  if (std::exchange(tls_due_, false)) {
    if (!tls_ || !leg_.accept_tls(*tls_)) {
      finish();
      return false;
    }
    shaking_ = true;
    await(kForAHandshake);
    return shake_hands();
  }
  return true;
}

/// False where there is nothing to read.
bool Receiving::read() {
  std::string bytes;
  const auto got = leg_.read(bytes);
  if (!got || *got == relay::Leg::Got::End) {
    finish();
    return false;
  }
  if (*got == relay::Leg::Got::Bytes && std::exchange(unconfirmed_, false)) {
    means_.tell(Type::Confirmed, mail::pack_number(number_), -1);
  }
  engine_.feed(bytes);
  return *got == relay::Leg::Got::Bytes;
}

void Receiving::watch() {
  watching_.reset();
  const bool writes = leg_.has_pending();
  if (!writes && !shaking_ && !lingering_ && !engine_.reads()) {
    return;  // goes on with the answer that it waits for
  }
  if (!writes && leg_.has_read_ahead()) {
    watching_ = means_.loop.after(std::chrono::milliseconds{0}, [this] { turn(); });
    return;
  }
  watching_ = means_.loop.watch(leg_.fd(),
                                writes ? EventLoop::For::Writing : EventLoop::For::Reading, [this] {
                                  if (lingering_) {
                                    linger();
                                  } else {
                                    turn();
                                  }
                                });
}

/// Our last words are read before the connection is closed, or it would be reset under them.
void Receiving::linger() {
  if (!std::exchange(lingering_, true)) {
    (void)::shutdown(leg_.fd(), SHUT_WR);
    await(kForALastWord);
    return watch();
  }
  std::string ignored;
  const auto got = leg_.read(ignored);
  if (got && *got != relay::Leg::Got::End) {
    return;
  }
  int unread = 0;
  const bool read = ::ioctl(leg_.fd(), SIOCOUTQ, &unread) == 0 && unread == 0;
  if (got && read && std::exchange(unconfirmed_, false)) {
    means_.tell(Type::Confirmed, mail::pack_number(number_), -1);
  }
  finish();
}

void Receiving::finish() {
  if (!std::exchange(over_, true)) {
    watching_.reset();
    deadline_.reset();
    incoming_.reset();
    means_.tell(Type::Closed, mail::pack_number(number_), -1);
    means_.over(number_);
  }
}

void Receiving::drop() {
  engine_.end(kShutdown);
  turn();
}

void Receiving::hear(const mail::FarReady& ready) {
  engine_.greet(ready.features);
  await(kForACommand);
  turn();
}

void Receiving::hear(const mail::Answered& answered) {
  unconfirmed_ = answered.step == smtp::Step::End && answered.status.good();
  engine_.answer(answered.status);
  await(kForACommand);
  turn();
}

void Receiving::tell_line(Type type, std::string line) {
  await(kForAnAnswer);
  means_.tell(type, mail::pack(mail::Line{number_, std::move(line)}), -1);
}

void Receiving::asked(smtp::asked::Hello& /*hello*/) {
  await(kForAnAnswer);
  means_.tell(
      Type::Opened,
      mail::pack(mail::Opened{number_, exchange_, ends_.peer, ends_.destination, ends_.port}), -1);
}

void Receiving::asked(smtp::asked::Tls& /*tls*/) {
  tls_due_ = true;
}

void Receiving::asked(smtp::asked::Mail& mail) {
  about_ = {exchange_, ends_.peer.str(), mail.sender ? mail.sender->str() : std::string{}, {}};
  tell_line(Type::MailFrom, smtp::mail_line(mail.sender, mail.options));
}

void Receiving::asked(smtp::asked::Rcpt& rcpt) {
  about_.recipients.push_back(rcpt.recipient.str());
  tell_line(Type::RcptTo, smtp::rcpt_line(rcpt.recipient, rcpt.options));
}

void Receiving::asked(smtp::asked::Data& /*data*/) {
  auto incoming = means_.store.begin();
  if (!incoming) {
    means_.tell(Type::Health, incoming.error().text(), -1);
    return engine_.answer(kNoRoom);
  }
  incoming_ = *std::move(incoming);
  await(kForContent);
  engine_.answer(kGoOn);
}

void Receiving::asked(smtp::asked::Content& content) {
  if (incoming_ && !incoming_->write(content.bytes)) {
    incoming_.reset();  // the answer to the end says so
  }
}

void Receiving::asked(smtp::asked::End& /*end*/) {
  if (auto kept = keep(); !kept) {
    means_.tell(Type::Health, kept.error().text(), -1);
    means_.tell(Type::Forget, mail::pack_number(number_), -1);
    engine_.answer(kNoRoom);
  }
}

/// On disk for good, and only then on its way.
Result<> Receiving::keep() {
  await(kForAnAnswer);
  if (!incoming_) {
    return fail("an original could not be written to the quarantine");
  }
  const auto item = means_.store.keep(*std::move(incoming_), about_, now());
  incoming_.reset();
  if (!item) {
    return fail(item.error());
  }
  const auto content = means_.store.content(item->id);
  if (!content) {
    return fail(content.error());
  }
  auto sealed = jail::Sealed::rest_of(content->get(), largest_);
  if (!sealed) {
    return fail(std::move(sealed).error().error);
  }
  means_.tell(Type::Health, {}, -1);
  means_.tell(Type::Spooled, mail::pack(mail::Spooled{number_, item->id, item->sha256, item->size}),
              sealed->fd());
  return {};
}

void Receiving::asked(smtp::asked::Reset& /*reset*/) {
  incoming_.reset();
  means_.tell(Type::Forget, mail::pack_number(number_), -1);
}

void Receiving::asked(smtp::asked::Close& /*close*/) {
  closing_ = true;
  incoming_.reset();
  await(kForALastWord);
}

}  // namespace sekisho::daemon
