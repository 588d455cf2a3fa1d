// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogue.hpp"

#include "smtp/receiver.hpp"
#include "smtp/sender.hpp"

#include <deque>
#include <map>
#include <sstream>
#include <vector>

namespace sekisho::testing {
namespace {

using namespace smtp;  // NOLINT(google-build-using-namespace)

std::string unescaped(std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      made += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'r': made += '\r'; break;
      case 'n': made += '\n'; break;
      case 't': made += '\t'; break;
      case '0': made += '\0'; break;
      case 'x':
        made += static_cast<char>(std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16));
        i += 2;
        break;
      default: made += text[i];
    }
  }
  return made;
}

std::string shown(std::string_view text) {
  std::string made;
  for (const char c : text) {
    made += c == '\r' ? "\\r" : c == '\n' ? "\\n" : c == '\0' ? "\\0" : std::string{c};
  }
  return made;
}

Status status_of(const std::string& text) {
  unsigned code = 0;
  unsigned kind = 0;
  unsigned subject = 0;
  unsigned detail = 0;
  char dot = 0;
  std::istringstream{text} >> code >> kind >> dot >> subject >> dot >> detail;
  return {static_cast<std::uint16_t>(code), static_cast<std::uint16_t>(subject),
          static_cast<std::uint16_t>(detail)};
}

/// Lines of a stream, CRLF taken away.
class Lines {
 public:
  void feed(const std::string& bytes) { rest_ += bytes; }
  std::optional<std::string> next() {
    const std::size_t end = rest_.find("\r\n");
    if (end == std::string::npos) {
      return std::nullopt;
    }
    std::optional line{rest_.substr(0, end)};
    rest_.erase(0, end + 2);
    return line;
  }
  /// A whole reply.
  std::optional<std::vector<std::string>> reply() {
    std::vector<std::string> lines;
    const std::string before = rest_;
    while (auto line = next()) {
      lines.push_back(*line);
      if (line->size() < 4 || (*line)[3] != '-') {
        return lines;
      }
    }
    rest_ = before;
    return std::nullopt;
  }
  [[nodiscard]] const std::string& rest() const { return rest_; }

 private:
  std::string rest_;
};

class Player {
 public:
  explicit Player(std::size_t piece) : piece_{piece} {}
  virtual ~Player() = default;

  std::string play(const std::string& script) {
    std::istringstream lines{script};
    turn();
    for (std::string line; problem_.empty() && std::getline(lines, line);) {
      const std::size_t start = line.find_first_not_of(" \t");
      if (start != std::string::npos) {
        line.erase(0, start);
        here_ = line;
        direct(line);
      }
    }
    if (problem_.empty()) {
      here_ = "the end";
      finish();
    }
    return problem_;
  }

 protected:
  virtual void feed(std::string_view bytes) = 0;
  virtual void turn() = 0;
  virtual void direct(const std::string& line) = 0;
  virtual void finish() = 0;

  void expect(bool holds, const std::string& what) {
    if (!holds && problem_.empty()) {
      problem_ = "at '" + here_ + "': " + what;
    }
  }
  void give(const std::string& bytes) {
    const std::size_t piece = piece_ == 0 ? std::max<std::size_t>(1, bytes.size()) : piece_;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      feed(std::string_view{bytes}.substr(at, piece));
      // in one segment, though it comes in pieces: the engine's owner answers when all is there
      if (at + piece >= bytes.size() || piece_ == 0) {
        turn();
      }
    }
  }
  void question(std::string text) { questions_.push_back(std::move(text)); }
  void expect_question(const std::string& text) {
    named_ = true;
    expect(!questions_.empty(), "no question");
    if (!questions_.empty()) {
      expect(questions_.front() == text, "question '" + shown(questions_.front()) + "'");
      questions_.pop_front();
    }
  }
  void expect_no_more_questions() {
    expect(!named_ || questions_.empty(),
           "question '" + (questions_.empty() ? "" : shown(questions_.front())) + "'");
  }

  std::deque<std::string> questions_;

 private:
  std::size_t piece_;
  bool named_ = false;
  std::string here_;
  std::string problem_;
};

class ClientPlayer final : public Player {
 public:
  explicit ClientPlayer(std::size_t piece) : Player{piece} {}

 private:
  static Receiver::Settings settings() {
    Receiver::Settings made;
    made.host = "relay.example";
    made.largest = 1000;
    made.recipients = 3;
    made.errors = 4;
    made.text_line = 200;
    made.command_line = 512;
    made.commands = 40;
    return made;
  }

  void feed(std::string_view bytes) override {
    if (receiver().reads()) {
      receiver().feed(bytes);
    }
  }
  void turn() override {
    while (const auto asked = receiver().next()) {
      std::visit([this](const auto& one) { hear(one); }, *asked);
    }
    replies_.feed(receiver().output());
  }
  void direct(const std::string& line) override {
    const std::string text = line.size() > 3 ? line.substr(3) : "";
    if (line.starts_with("C:")) {
      give(unescaped(text) + "\r\n");
    } else if (line.starts_with("c:")) {
      give(unescaped(text));
    } else if (line.starts_with("S:")) {
      const auto reply = replies_.reply();
      expect(reply.has_value(), "no reply");
      last_ = reply.value_or(std::vector<std::string>{""});
      expect(last_.back().starts_with(text), "reply '" + last_.back() + "'");
    } else if (line.starts_with("S+")) {
      expect(says(text), "no such line");
    } else if (line.starts_with("S-")) {
      expect(!says(text), "there is such a line");
    } else if (line.starts_with("O:")) {
      decide(text);
    } else if (line.starts_with("Q:")) {
      expect_question(unescaped(text));
    } else if (line == "closed") {
      expect(closed_, "the session goes on");
      saw_close_ = true;
    } else {
      expect(false, "what is that?");
    }
  }
  void finish() override {
    const auto reply = replies_.reply();
    expect(!reply && replies_.rest().empty(),
           "one more reply '" + (reply ? reply->back() : "") + "'");
    expect(closed_ == saw_close_, "the session has ended");
    expect_no_more_questions();
  }

  [[nodiscard]] bool says(const std::string& text) const {
    return std::ranges::any_of(
        last_, [&](const std::string& line) { return line.size() > 4 && line.substr(4) == text; });
  }
  void decide(const std::string& text) {
    const std::size_t blank = text.find(' ');
    const std::string what = text.substr(0, blank);
    const std::string how = blank == std::string::npos ? "" : text.substr(blank + 1);
    if (what == "far") {
      far_.utf8 = how.find("SMTPUTF8") != std::string::npos;
      far_.dsn = how.find("DSN") != std::string::npos;
    } else if (what == "tls") {
      // before the session begins: tls offered, or required
      auto made = settings();
      made.offers_tls = true;
      made.requires_tls = how == "required";
      receiver_ = std::make_unique<Receiver>(made);
      replies_ = {};
      turn();
    } else {
      answers_[what] = status_of(how);
    }
  }
  [[nodiscard]] std::optional<Status> answer_to(const std::string& what) const {
    const auto found = answers_.find(what);
    return found == answers_.end() ? std::nullopt : std::optional{found->second};
  }

  void hear(const asked::Hello& hello) {
    question("hello " + hello.name);
    if (const auto refusal = answer_to("hello")) {
      receiver().answer(*refusal);
    } else {
      receiver().greet(far_);
    }
  }
  void hear(const asked::Tls& /*tls*/) {
    question("tls");
    replies_.feed(receiver().output());
    receiver().tls_begun();
  }
  void hear(const asked::Mail& mail) {
    std::string line = mail_line(mail.sender, mail.options);
    question("mail " + line.substr(line.find('<')));
    receiver().answer(answer_to("mail").value_or(Status{250, 1, 0}));
  }
  void hear(const asked::Rcpt& rcpt) {
    std::string line = rcpt_line(rcpt.recipient, rcpt.options);
    question("rcpt " + line.substr(line.find('<')));
    receiver().answer(answer_to("rcpt").value_or(Status{250, 1, 5}));
  }
  void hear(const asked::Data& /*data*/) {
    question("data");
    content_.clear();
    receiver().answer(answer_to("data").value_or(Status{354, 0, 0}));
  }
  void hear(const asked::Content& content) { content_ += content.bytes; }
  void hear(const asked::End& end) {
    question("end " + content_);
    expect(end.bytes == content_.size(), "another size");
    receiver().answer(answer_to("end").value_or(Status{250, 0, 0}));
  }
  void hear(const asked::Reset& reset) {
    question(reset.flaw == Flaw::None ? std::string{"reset"}
                                      : "reset " + std::string{name_of(reset.flaw)});
  }
  void hear(const asked::Close& close) {
    question("close " + std::string{name_of(close.why)});
    closed_ = true;
  }

  Receiver& receiver() {
    if (!receiver_) {
      receiver_ = std::make_unique<Receiver>(settings());
    }
    return *receiver_;
  }

  std::unique_ptr<Receiver> receiver_;
  Lines replies_;
  std::vector<std::string> last_;
  std::map<std::string, Status> answers_;
  Features far_;
  std::string content_;
  bool closed_ = false;
  bool saw_close_ = false;
};

class ServerPlayer final : public Player {
 public:
  explicit ServerPlayer(std::size_t piece) : Player{piece} {}

 private:
  void feed(std::string_view bytes) override { sender().feed(bytes); }
  void turn() override {
    while (const auto told = sender().next()) {
      std::visit([this](const auto& one) { hear(one); }, *told);
    }
    lines_.feed(sender().output());
  }
  void direct(const std::string& line) override {
    const std::string text = line.size() > 3 ? line.substr(3) : "";
    if (line.starts_with("S:")) {
      give(unescaped(text) + "\r\n");
    } else if (line.starts_with("s:")) {
      give(unescaped(text));
    } else if (line.starts_with("C:")) {
      const auto said = lines_.next();
      expect(said.has_value(), "it says nothing");
      expect(said.value_or("") == unescaped(text), "it says '" + shown(said.value_or("")) + "'");
    } else if (line.starts_with("O:")) {
      want(text);
      turn();
    } else if (line.starts_with("Q:")) {
      expect_question(text);
    } else {
      expect(false, "what is that?");
    }
  }
  void finish() override {
    expect(lines_.rest().empty(), "it says '" + shown(lines_.rest()) + "' too");
    expect_no_more_questions();
  }

  void want(const std::string& text) {
    const std::size_t blank = text.find(' ');
    const std::string what = text.substr(0, blank);
    const std::string how = blank == std::string::npos ? "" : text.substr(blank + 1);
    if (what == "tls") {
      tls_ = how == "never"      ? TlsUse::Never
             : how == "required" ? TlsUse::Required
                                 : TlsUse::Opportunistic;
      sender_.reset();
    } else if (what == "mail") {
      sender().mail(how.empty() ? std::nullopt : std::optional{*Mailbox::parse(how, true)}, {});
    } else if (what == "rcpt") {
      sender().rcpt(*Mailbox::parse(how, true), {});
    } else if (what == "data") {
      sender().data();
    } else if (what == "content") {
      sender().content(unescaped(how));
    } else if (what == "end") {
      sender().end();
    } else if (what == "reset") {
      sender().reset();
    } else if (what == "quit") {
      sender().quit();
    } else if (what == "shaken") {
      sender().tls_begun();
    } else {
      expect(false, "what is wanted?");
    }
  }

  void hear(const told::Ready& ready) {
    question(std::string{"ready"} + (ready.features.utf8 ? " SMTPUTF8" : "") +
             (ready.features.dsn ? " DSN" : "") + (ready.features.eight_bit ? " 8BITMIME" : "") +
             (ready.features.size ? " SIZE " + std::to_string(*ready.features.size) : ""));
  }
  void hear(const told::Tls& /*tls*/) { question("tls"); }
  void hear(const told::Answer& answer) { question("answer " + answer.status.str()); }
  void hear(const told::Failed& failed) { question("failed " + failed.why); }

  Sender& sender() {
    if (!sender_) {
      sender_ = std::make_unique<Sender>(Sender::Settings{"relay.example", tls_});
    }
    return *sender_;
  }

  std::unique_ptr<Sender> sender_;
  Lines lines_;
  TlsUse tls_ = TlsUse::Opportunistic;
};

}  // namespace

std::string play_client(const Dialogue& dialogue, std::size_t piece) {
  return ClientPlayer{piece}.play(dialogue.script);
}

std::string play_server(const Dialogue& dialogue, std::size_t piece) {
  return ServerPlayer{piece}.play(dialogue.script);
}

}  // namespace sekisho::testing
