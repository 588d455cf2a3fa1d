// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes from a client and from a server, in any pieces. The first byte says how long pieces are
// and what the owner answers. Replies are whole lines, content has no bare line end and comes back
// the same through the writer, and what was understood of an envelope is understood again.
#include "base/bytes.hpp"
#include "smtp/receiver.hpp"
#include "smtp/sender.hpp"

#include <algorithm>
#include <cstdlib>

using namespace sekisho;        // NOLINT(google-build-using-namespace)
using namespace sekisho::smtp;  // NOLINT(google-build-using-namespace)

namespace {

void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

Features everything() {
  Features features;
  features.utf8 = features.dsn = features.starttls = true;
  return features;
}

class Owner {
 public:
  explicit Owner(std::uint8_t mood) : mood_{mood}, receiver_{settings(mood)} {}

  void play(std::string_view bytes) {
    const std::size_t piece = 1 + mood_ % 64U;
    turn();
    for (std::size_t at = 0; at < bytes.size() && !closed_; at += piece) {
      if (receiver_.reads()) {
        receiver_.feed(bytes.substr(at, piece));
      }
      turn();
    }
  }

 private:
  static Receiver::Settings settings(std::uint8_t mood) {
    Receiver::Settings made;
    made.host = "relay.example";
    made.largest = 300;
    made.text_line = 100;
    made.offers_tls = (mood & 0x40U) != 0;
    return made;
  }

  void turn() {
    while (const auto asked = receiver_.next()) {
      check(!closed_);
      std::visit([this](const auto& one) { hear(one); }, *asked);
    }
    const std::string output = receiver_.output();
    check(output.empty() || output.ends_with("\r\n"));
  }

  [[nodiscard]] Status answer(Status good) const {
    return (mood_ & 0x80U) == 0 ? good : Status{450, 0, 0};
  }
  void hear(const asked::Hello& /*hello*/) { receiver_.greet(everything()); }
  void hear(const asked::Tls& /*tls*/) { receiver_.tls_begun(); }
  void hear(const asked::Mail& mail) {
    const auto again = parse_command(mail_line(mail.sender, mail.options), everything());
    const auto* same = again ? std::get_if<command::Mail>(&*again) : nullptr;
    check(same != nullptr && same->sender == mail.sender && same->options == mail.options);
    receiver_.answer({250, 0, 0});
  }
  void hear(const asked::Rcpt& rcpt) {
    const auto again = parse_command(rcpt_line(rcpt.recipient, rcpt.options), everything());
    const auto* same = again ? std::get_if<command::Rcpt>(&*again) : nullptr;
    check(same != nullptr && same->recipient == rcpt.recipient && same->options == rcpt.options);
    receiver_.answer(answer({250, 0, 0}));
  }
  void hear(const asked::Data& /*data*/) {
    content_.clear();
    receiver_.answer({354, 0, 0});
  }
  void hear(const asked::Content& content) { content_ += content.bytes; }
  void hear(const asked::End& end) {
    check(end.bytes == content_.size() && content_.size() <= 300);
    ContentWriter writer;
    const std::string wire = writer.write(content_) + writer.end();
    ContentReader reader{{.bytes = 400, .line = 400}};
    const auto step = reader.feed(wire);
    check(step.ended && step.used == wire.size() && step.content == content_ &&
          reader.flaw() == Flaw::None);
    receiver_.answer(answer({250, 0, 0}));
  }
  void hear(const asked::Reset& /*reset*/) { content_.clear(); }
  void hear(const asked::Close& /*close*/) { closed_ = true; }

  std::uint8_t mood_;
  Receiver receiver_;
  std::string content_;
  bool closed_ = false;
};

void as_server(std::uint8_t mood, std::string_view bytes) {
  Sender sender{{"relay.example", TlsUse::Opportunistic}};
  const std::size_t piece = 1 + mood % 64U;
  bool failed = false;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    sender.feed(bytes.substr(at, piece));
    while (const auto told = sender.next()) {
      check(!failed);
      failed = std::holds_alternative<told::Failed>(*told);
      const auto* answer = std::get_if<told::Answer>(&*told);
      if (std::holds_alternative<told::Tls>(*told)) {
        sender.tls_begun();
      } else if (std::holds_alternative<told::Ready>(*told)) {
        sender.mail(std::nullopt, {});
      } else if (answer != nullptr && answer->step == Step::Mail && answer->status.code != 421) {
        sender.data();
      } else if (answer != nullptr && answer->status.code == 354) {
        sender.content(bytes);
        sender.end();
      }
    }
    const std::string output = sender.output();
    check(output.empty() || output.ends_with("\r\n"));
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) {
    const std::string_view bytes = as_text({data + 1, size - 1});
    Owner{data[0]}.play(bytes);
    as_server(data[0], bytes);
  }
  return 0;
}
