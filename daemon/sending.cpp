// SPDX-License-Identifier: GPL-3.0-or-later
#include "sending.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sekisho::daemon {
namespace {

using std::chrono::seconds;

/// Shorter than RFC 5321 4.5.3.2 allows a server, because a client waits meanwhile.
constexpr seconds kForConnecting{30};
constexpr seconds kForAReply{60};
constexpr seconds kForAHandshake{30};
constexpr seconds kForContent{180};
constexpr seconds kForTheEnd{240};
/// Between messages: the client's own deadline is the same.
constexpr seconds kForAnotherCommand{600};
constexpr std::size_t kPiece = 65536;

/// The message cannot be sent as it is to a server without 8BITMIME (RFC 6152 3).
constexpr smtp::Status kNotConverted{554, 6, 3};

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};
SocketAddress address_of(const net::Address& address, std::uint16_t port) {
  SocketAddress made;
  const auto bytes = address.bytes();
  if (address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, bytes.data(), bytes.size());
    std::memcpy(&made.storage, &v4, made.length = sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, bytes.data(), bytes.size());
    std::memcpy(&made.storage, &v6, made.length = sizeof v6);
  }
  return made;
}

bool is_seven_bit(ByteView bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte < 0x80; });
}

}  // namespace

Sending::Sending(const Means& means, UniqueFd socket, mail::OpenFar open, relay::TlsContext tls)
    : means_{means},
      open_{std::move(open)},
      leg_{std::move(socket)},
      tls_{std::move(tls)},
      engine_{{open_.host, open_.tls}} {
  connect();
}

void Sending::await(seconds time) {
  deadline_ = means_.loop.after(time, [this] { lose("it took too long"); });
}

void Sending::connect() {
  const SocketAddress to = address_of(open_.destination, open_.port);
  await(kForConnecting);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the interface of connect(2)
  if (::connect(leg_.fd(), reinterpret_cast<const sockaddr*>(&to.storage), to.length) != 0 &&
      errno != EINPROGRESS) {
    return lose(system_error("cannot connect", errno).text());
  }
  watching_ = means_.loop.watch(leg_.fd(), EventLoop::For::Writing, [this] { connected(); });
}

void Sending::connected() {
  int error = 0;
  socklen_t length = sizeof error;
  (void)::getsockopt(leg_.fd(), SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) {
    return lose(system_error("cannot connect", error).text());
  }
  phase_ = Phase::Talking;
  await(kForAReply);
  turn();
}

void Sending::turn() {
  if (phase_ == Phase::Over || phase_ == Phase::Connecting) {
    return;
  }
  if (phase_ == Phase::Shaking && !shake_hands()) {
    return;
  }
  while (work() && !leg_.has_pending() && read()) {
  }
  if (phase_ != Phase::Over) {
    watch();
  }
}

bool Sending::shake_hands() {
  const auto done = leg_.shake_hands();
  if (!done) {
    lose(done.error().text());
    return false;
  }
  if (!*done) {
    watch();
    return false;
  }
  phase_ = Phase::Talking;
  engine_.tls_begun();
  await(kForAReply);
  return true;
}

/// What the engine has to say. False where the session is over, or shakes hands.
bool Sending::work() {
  while (const auto one = engine_.next()) {
    std::visit([this](const auto& what) { told(what); }, *one);
    if (phase_ == Phase::Over) {
      return false;
    }
  }
  if (writing_ && leg_.pending() == 0) {
    write_content();
  }
  leg_.write(engine_.output());
  if (auto flushed = leg_.flush(); !flushed) {
    lose(flushed.error().text());
    return false;
  }
  if (leg_.has_pending() || !std::exchange(tls_due_, false)) {
    return true;
  }
  if (auto begun = leg_.connect_tls(tls_, open_.name); !begun) {
    lose(begun.error().text());
    return false;
  }
  phase_ = Phase::Shaking;
  await(kForAHandshake);
  return shake_hands() &&
         work();  // a near server's part may be here already: then it is our turn to speak
}

bool Sending::read() {
  if (writing_) {
    return true;  // the next piece first
  }
  std::string bytes;
  const auto got = leg_.read(bytes);
  if (!got || *got == relay::Leg::Got::End) {
    lose(got ? "the server closed the connection" : got.error().text());
    return false;
  }
  engine_.feed(bytes);
  return *got == relay::Leg::Got::Bytes;
}

void Sending::watch() {
  watching_.reset();
  const bool writes = leg_.has_pending();
  watching_ = means_.loop.watch(
      leg_.fd(), writes ? EventLoop::For::Writing : EventLoop::For::Reading, [this] { turn(); });
}

void Sending::write_content() {
  const ByteView all = mapping_->bytes();
  const std::size_t piece = std::min(kPiece, all.size() - written_);
  engine_.content(as_text(all.subspan(written_, piece)));
  written_ += piece;
  if (written_ == all.size()) {
    engine_.end();
    writing_ = false;
    mapping_.reset();
    content_.reset();
    await(kForTheEnd);
  }
}

void Sending::lose(const std::string& why) {
  if (phase_ == Phase::Over) {
    return;
  }
  const bool shaking = phase_ == Phase::Shaking;
  phase_ = Phase::Over;
  watching_.reset();
  deadline_.reset();
  means_.tell(Type::Lost, mail::pack(mail::Lost{open_.session, shaking, why}));
  means_.over(open_.session);
}

void Sending::told(const smtp::told::Ready& ready) {
  features_ = ready.features;
  await(kForAnotherCommand);
  means_.tell(Type::FarReady, mail::pack(mail::FarReady{open_.session, ready.features}));
}

void Sending::told(const smtp::told::Tls& /*tls*/) {
  tls_due_ = true;
}

void Sending::told(const smtp::told::Answer& answer) {
  if (answer.step == smtp::Step::Data && answer.status.code == 354) {
    mapping_.reset();
    auto mapping = content_ ? content_->map() : Result<jail::Mapping>{fail("no content")};
    if (!mapping) {
      return lose(mapping.error().text());
    }
    mapping_ = *std::move(mapping);
    written_ = 0;
    writing_ = true;
    return await(kForContent);
  }
  await(kForAnotherCommand);
  if (std::exchange(resetting_, false)) {
    return;  // nobody asked but us
  }
  // a refusal of DATA is the message's
  const smtp::Step step = answer.step == smtp::Step::Data ? smtp::Step::End : answer.step;
  means_.tell(Type::Answered, mail::pack(mail::Answered{open_.session, step, answer.status}));
  if (std::exchange(reset_due_, false)) {
    reset();
  }
}

void Sending::told(const smtp::told::Failed& failed) {
  lose(failed.why);
}

bool Sending::say(const smtp::Command& command) {
  if (phase_ != Phase::Talking || engine_.awaits() || writing_) {
    return false;
  }
  if (const auto* mail = std::get_if<smtp::command::Mail>(&command)) {
    smtp::MailOptions options = mail->options;
    options.size.reset();  // the client's; what is sent is another message
    options.eight_bit = false;
    engine_.mail(mail->sender, options);
  } else if (const auto* rcpt = std::get_if<smtp::command::Rcpt>(&command)) {
    engine_.rcpt(rcpt->recipient, rcpt->options);
  } else {
    return false;
  }
  await(kForAReply);
  turn();
  return true;
}

bool Sending::deliver(jail::Sealed content) {
  if (phase_ != Phase::Talking || engine_.awaits() || writing_) {
    return false;
  }
  const auto mapping = content.map();
  if (!mapping) {
    return false;
  }
  if (!features_.eight_bit && !is_seven_bit(mapping->bytes())) {
    means_.tell(Type::Answered,
                mail::pack(mail::Answered{open_.session, smtp::Step::End, kNotConverted}));
    reset();
    return true;
  }
  content_ = std::move(content);
  engine_.data();
  await(kForAReply);
  turn();
  return true;
}

void Sending::reset() {
  if (phase_ != Phase::Talking) {
    return;
  }
  if (engine_.awaits() || writing_) {
    reset_due_ = true;
    return;
  }
  resetting_ = true;
  engine_.reset();
  await(kForAReply);
  turn();
}

/// Without waiting for what is said to QUIT.
void Sending::close() {
  if (phase_ == Phase::Talking && !engine_.awaits() && !writing_) {
    engine_.quit();
    leg_.write(engine_.output());
    (void)leg_.flush();
  }
  phase_ = Phase::Over;
  watching_.reset();
  deadline_.reset();
  means_.over(open_.session);
}

}  // namespace sekisho::daemon
