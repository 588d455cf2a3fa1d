// SPDX-License-Identifier: GPL-3.0-or-later
#include "post.hpp"

#include "files/files.hpp"
#include "kernel/diversion.hpp"

#include <algorithm>
#include <array>

namespace sekisho::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kBeat{500};
/// An exchange whose relay is dead, hung or stopped is shut after so long.
constexpr seconds kLasting{3};
constexpr std::uint64_t kMostMissed = 3;
constexpr seconds kTryAgain{20};
constexpr std::chrono::hours kRemembered{1};
constexpr std::size_t kMostRemembered = 4096;
constexpr std::size_t kLongestPem = 1U << 19U;
constexpr std::uint64_t kTrial = 0;  ///< no session has this number

constexpr std::string_view kReceiver = "receiver";
constexpr std::string_view kSender = "sender";
constexpr std::string_view kSanitizer = "sanitizer";
constexpr std::array kRelay{kReceiver, kSender, kSanitizer};

constexpr smtp::Status kNotThere{421, 4, 1};
constexpr smtp::Status kLost{451, 4, 2};
constexpr smtp::Status kNotNow{451, 3, 0};
constexpr smtp::Status kRefused{554, 7, 1};
constexpr smtp::Status kKept{250, 0, 0};

/// What the exchange opens for is tried with this, before it opens and as long as it is open.
constexpr std::string_view kTrialMessage =
    "From: relay@sekisho.invalid\r\nTo: relay@sekisho.invalid\r\nSubject: trial\r\n"
    "Date: Wed, 1 Apr 2026 00:00:00 +0900\r\nMessage-ID: <trial@sekisho.invalid>\r\n"
    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\ntrial\r\n";

bool holds(const std::vector<net::Range>& ranges, const net::Address& address) {
  return std::ranges::any_of(ranges, [&](const net::Range& one) { return one.contains(address); });
}

std::vector<net::Range> addresses_of(const policy::Policy& policy, const policy::End& end) {
  std::vector<net::Range> all;
  for (const net::Family family : net::kFamilies) {
    std::ranges::copy(policy.addresses_of(end, family), std::back_inserter(all));
  }
  return all;
}

smtp::TlsUse tls_of(policy::LegTls tls) {
  return tls == policy::LegTls::Never           ? smtp::TlsUse::Never
         : tls == policy::LegTls::Opportunistic ? smtp::TlsUse::Opportunistic
                                                : smtp::TlsUse::Required;
}

std::string host_of(const policy::Policy& policy) {
  const std::string& name = policy.appliance().name;
  return smtp::is_domain(name, false) ? name : "sekisho.invalid";
}

bool is_good(const mail::Sanitized& sanitized) {
  return sanitized.status == "sanitized" || sanitized.status == "partial";
}

/// LGWAN → Internet side.
bool is_take_out(const policy::Policy& policy, const policy::Permit& permit) {
  return policy.zones()[*permit.from.zone].zone_class == ZoneClass::Lgwan;
}

std::string domain_of(const std::string& line) {
  const std::size_t at = line.find('@');
  const std::size_t end = line.find('>');
  return at == std::string::npos || end == std::string::npos || end < at
             ? "-"
             : line.substr(at + 1, end - at - 1);
}

}  // namespace

Post::Post(EventLoop& loop, Enforcer& enforcer, Chronicle& chronicle, Means means)
    : loop_{loop}, enforcer_{enforcer}, chronicle_{chronicle}, means_{std::move(means)} {}

const compile::Exchange* Post::exchange_named(const std::string& id) const {
  const auto found = std::ranges::find(exchanges(), id, &compile::Exchange::id);
  return found == exchanges().end() ? nullptr : &*found;
}

policy::SanitizeProfile Post::profile_of(const policy::Permit& permit) const {
  const auto& profiles = enforcer_.in_force().policy->profiles();
  const auto found = std::ranges::find(profiles, permit.profile, &policy::SanitizeProfile::name);
  return found == profiles.end() ? policy::SanitizeProfile{} : *found;
}

/// Empty, and a complaint, where it cannot be read: then there is no TLS, and where TLS is required
/// no mail.
std::string Post::text_in(const std::string& path) {
  if (path.empty()) {
    return {};
  }
  auto text = files::read(path, kLongestPem);
  chronicle_.complain("file '" + path + "'", text ? std::string{} : text.error().text());
  return text.value_or(std::string{});
}

mail::Exchanges Post::exchanges_for_receiver() {
  const policy::Policy& policy = *enforcer_.in_force().policy;
  mail::Exchanges made{host_of(policy), {}};
  for (const compile::Exchange& exchange : exchanges()) {
    const policy::Permit& permit = permit_of(exchange);
    mail::Exchange one;
    one.id = exchange.id;
    one.from = addresses_of(policy, permit.from);
    one.to = addresses_of(policy, permit.to);
    one.services = permit.services;
    one.largest = profile_of(permit).max_message;
    one.near = tls_of(permit.tls.near);
    if (permit.tls.near != policy::LegTls::Never) {
      one.chain = text_in(permit.tls.certificate_file);
      one.key = text_in(permit.tls.key_file);
    }
    made.all.push_back(std::move(one));
  }
  return made;
}

void Post::enforce() {
  const std::string wanted = mail::pack(exchanges_for_receiver());
  if (is_wanted() && !routed_) {
    const auto routed = kernel::route_marked_here(compile::kDiverted, compile::kDivertedTable);
    chronicle_.complain("diversion", routed ? std::string{} : routed.error().text());
    routed_ = routed.has_value();
  }
  if (wanted != told_) {
    told_ = wanted;
    (void)means_.tell(kReceiver, Type::Exchanges, told_, -1);
  }
  for (auto& [number, session] : sessions_) {
    if (session.near && exchange_named(session.opened.exchange) == nullptr) {
      (void)means_.tell(kReceiver, Type::Drop, mail::pack_number(number), -1);
    }
  }
  if (!is_wanted()) {
    beating_.reset();
    trying_.reset();
    open_ = false;
    enforcer_.set_relay(false);
  } else if (!beating_) {
    beating_ = loop_.every(kBeat, [this] { beat(); });
  }
}

void Post::began(const std::string& role) {
  beats_.erase(role);
  if (role == kReceiver) {
    auto listeners = means_.listeners();
    chronicle_.complain("listeners", listeners ? std::string{} : listeners.error().text());
    for (std::size_t i = 0; listeners && i < listeners->size(); ++i) {
      (void)means_.tell(kReceiver, Type::Listen, {}, (*listeners)[i].get());
    }
    (void)means_.tell(kReceiver, Type::Exchanges, told_, -1);
  } else if (role == kSanitizer) {
    sanitizes_ = false;
    try_sanitizer();
  }
}

/// Not at once: it may be found out in the middle of anything.
void Post::ended(const std::string& role) {
  beats_.erase(role);
  gone_.push_back(role);
  settling_ = loop_.after(milliseconds{0}, [this] {
    for (const std::string& one : std::exchange(gone_, {})) {
      settle(one);
    }
  });
}

/// Whoever waits for that role is told to come again; nothing is lost, as no answer was given.
void Post::settle(const std::string& role) {
  if (role == kReceiver) {
    for (auto& [number, session] : sessions_) {
      (void)means_.tell(kSender, Type::Closed, mail::pack_number(number), -1);
    }
    sessions_.clear();
    return;
  }
  sanitizes_ = sanitizes_ && role != kSanitizer;
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, _] : sessions_) {
    numbers.push_back(number);
  }
  for (const std::uint64_t number : numbers) {
    Session& session = sessions_.at(number);
    if (role == kSender) {
      far_lost({number, false, "the sender has ended"});
    } else if (session.spooled && !session.sanitized && session.asked == smtp::Step::End) {
      sanitized({number, "error", "worker_died", {}, {}, 0}, {});
    }
  }
}

bool Post::hear(const std::string& role, ipc::Frame& frame) {
  const Type type = static_cast<Type>(frame.type);
  if (type == Type::Beat) {
    const auto number = mail::unpack_number(as_bytes(frame.payload));
    beats_[role] = number.value_or(0);
    return number.has_value();
  }
  return role == kReceiver    ? hear_receiver(type, frame)
         : role == kSender    ? hear_sender(type, as_bytes(frame.payload))
         : role == kSanitizer ? hear_sanitizer(type, frame)
                              : false;
}

bool Post::hear_receiver(Type type, ipc::Frame& frame) {
  const ByteView bytes = as_bytes(frame.payload);
  if (type == Type::Opened) {
    return opened(mail::unpack_opened(bytes));
  }
  if (type == Type::MailFrom || type == Type::RcptTo) {
    return enveloped(type, mail::unpack_line(bytes));
  }
  if (type == Type::Spooled) {
    return spooled(mail::unpack_spooled(bytes), std::move(frame.fd));
  }
  const auto number = mail::unpack_number(bytes);
  if (!number) {
    return false;
  }
  const auto found = sessions_.find(*number);
  switch (type) {
    case Type::Forget:
      if (found != sessions_.end()) {
        forget(found->second);
      }
      return true;
    case Type::Confirmed:
      std::erase_if(delivered_, [&](const auto& one) { return one.second.session == *number; });
      return true;
    case Type::Closed: near_closed(*number); return true;
    default: return false;
  }
}

bool Post::hear_sender(Type type, ByteView bytes) {
  if (type == Type::FarReady) {
    const auto ready = mail::unpack_far_ready(bytes);
    if (ready) {
      far_ready(*ready);
    }
    return ready.has_value();
  }
  if (type == Type::Answered) {
    const auto answered = mail::unpack_answered(bytes);
    if (answered) {
      far_answered(*answered);
    }
    return answered.has_value();
  }
  const auto lost = type == Type::Lost ? mail::unpack_lost(bytes) : fail("");
  if (lost) {
    far_lost(*lost);
  }
  return lost.has_value();
}

bool Post::hear_sanitizer(Type type, ipc::Frame& frame) {
  const auto answer =
      type == Type::Sanitized ? mail::unpack_sanitized(as_bytes(frame.payload)) : fail("");
  if (answer) {
    sanitized(*answer, std::move(frame.fd));
  }
  return answer.has_value();
}

bool Post::opened(const Result<mail::Opened>& opened) {
  if (!opened || opened->session == kTrial || sessions_.contains(opened->session)) {
    return false;
  }
  Session& session = sessions_[opened->session];
  session.opened = *opened;
  session.asked = smtp::Step::Hello;
  session.begun = Clock::now();
  open_far(session);
  return true;
}

/// The receiver's word is held against the policy: it may have been revoked, or be a lie.
void Post::open_far(Session& session) {
  const mail::Opened& opened = session.opened;
  const compile::Exchange* exchange = exchange_named(opened.exchange);
  const policy::Policy& policy = *enforcer_.in_force().policy;
  const bool permitted =
      exchange != nullptr &&
      holds(addresses_of(policy, permit_of(*exchange).to), opened.destination) &&
      std::ranges::any_of(permit_of(*exchange).services, [&](const net::Service& service) {
        return service.contains(net::protocol::kTcp, opened.port);
      });
  if (!permitted) {
    return answer(session, kNotThere);
  }
  const auto socket = means_.far_socket(opened.destination, exchange->far);
  chronicle_.complain("far socket", socket ? std::string{} : socket.error().text());
  mail::OpenFar open;
  open.session = opened.session;
  open.destination = opened.destination;
  open.port = opened.port;
  open.host = host_of(policy);
  const policy::ExchangeTls& tls = permit_of(*exchange).tls;
  open.tls = session.without_tls ? smtp::TlsUse::Never : tls_of(tls.far);
  open.authorities = text_in(tls.authorities_file);
  open.name = tls.far_name;
  if (!tls.authorities_file.empty() && open.authorities.empty()) {
    return answer(session, kNotThere);
  }
  session.far = socket && means_.tell(kSender, Type::OpenFar, mail::pack(open), socket->get());
  if (!session.far) {
    answer(session, kNotThere);
  }
}

bool Post::enveloped(Type type, const Result<mail::Line>& line) {
  const auto command = line ? mail::command_in(*line) : Result<smtp::Command>{fail("")};
  const bool is_mail = type == Type::MailFrom;
  const bool fits = command && (is_mail ? std::holds_alternative<smtp::command::Mail>(*command)
                                        : std::holds_alternative<smtp::command::Rcpt>(*command));
  const auto found = fits ? sessions_.find(line->session) : sessions_.end();
  if (!fits) {
    return false;
  }
  if (found == sessions_.end()) {
    return true;
  }
  Session& session = found->second;
  session.asked = is_mail ? smtp::Step::Mail : smtp::Step::Rcpt;
  if (is_mail) {
    session.sender = line->text;
    session.recipients.clear();
    session.spooled.reset();
    session.sanitized.reset();
  } else {
    session.recipient = line->text;
  }
  if (!session.far || !means_.tell(kSender, type, mail::pack(*line), -1)) {
    answer(session, kLost);
  }
  return true;
}

bool Post::spooled(const Result<mail::Spooled>& spooled, UniqueFd content) {
  if (!spooled || !content) {
    return false;
  }
  const auto found = sessions_.find(spooled->session);
  if (found == sessions_.end()) {
    return true;
  }
  Session& session = found->second;
  session.asked = smtp::Step::End;
  session.spooled = *spooled;
  std::erase_if(delivered_, [](const auto& one) { return one.second.until <= Clock::now(); });
  const auto before = delivered_.find(key_of(session));
  if (before != delivered_.end() && before->second.peer == session.opened.peer) {
    before->second.session = spooled->session;
    (void)means_.tell(kSender, Type::Forget, mail::pack_number(spooled->session), -1);
    session.sanitized = mail::Sanitized{};
    session.sanitized->status = "sanitized";  // when it was delivered
    conclude(session, kKept);
    return true;
  }
  const compile::Exchange* exchange = exchange_named(session.opened.exchange);
  mail::Sanitize order;
  order.session = spooled->session;
  order.language = chronicle_.language();
  if (exchange != nullptr) {
    order.profile = profile_of(permit_of(*exchange));
    order.take_out = is_take_out(*enforcer_.in_force().policy, permit_of(*exchange));
  }
  if (exchange == nullptr ||
      !means_.tell(kSanitizer, Type::Sanitize, mail::pack(order), content.get())) {
    sanitized({spooled->session, "error", "worker_died", {}, {}, 0}, {});
  }
  return true;
}

void Post::forget(Session& session) {
  session.sender.clear();
  session.recipients.clear();
  session.spooled.reset();
  session.sanitized.reset();
  if (session.far && !session.delivering) {
    (void)means_.tell(kSender, Type::Forget, mail::pack_number(session.opened.session), -1);
  }
}

/// What is being delivered goes on, and is remembered.
void Post::near_closed(std::uint64_t number) {
  const auto found = sessions_.find(number);
  if (found == sessions_.end()) {
    return;
  }
  found->second.near = false;
  if (!found->second.delivering) {
    end(number);
  }
}

void Post::end(std::uint64_t number) {
  const auto found = sessions_.find(number);
  if (found != sessions_.end() && found->second.far) {
    (void)means_.tell(kSender, Type::Closed, mail::pack_number(number), -1);
  }
  sessions_.erase(number);
}

void Post::far_ready(const mail::FarReady& ready) {
  const auto found = sessions_.find(ready.session);
  if (found != sessions_.end() && found->second.asked == smtp::Step::Hello) {
    found->second.asked.reset();
    found->second.ready = true;
    (void)means_.tell(kReceiver, Type::FarReady, mail::pack(ready), -1);
  }
}

void Post::far_answered(const mail::Answered& answered) {
  const auto found = sessions_.find(answered.session);
  if (found == sessions_.end()) {
    return;
  }
  Session& session = found->second;
  const smtp::Status status = smtp::passed_on(answered.status);
  if (!session.ready && session.asked == smtp::Step::Hello) {
    return;  // the far leg is about to be lost
  }
  if (session.asked != answered.step) {
    return far_lost({answered.session, false, "out of step"});
  }
  if (answered.step == smtp::Step::Rcpt && status.good()) {
    session.recipients.push_back(session.recipient);
  }
  if (answered.step == smtp::Step::End) {
    return delivered(session, status);
  }
  answer(session, status);
}

/// Where TLS is only hoped for, a server that offers it and cannot do it is asked without.
void Post::far_lost(const mail::Lost& lost) {
  const auto found = sessions_.find(lost.session);
  if (found == sessions_.end()) {
    return;
  }
  Session& session = found->second;
  session.far = false;
  const compile::Exchange* exchange = exchange_named(session.opened.exchange);
  const bool hoped_for = exchange != nullptr &&
                         permit_of(*exchange).tls.far == policy::LegTls::Opportunistic &&
                         permit_of(*exchange).tls.authorities_file.empty();
  if (lost.shaking_hands && !session.ready && hoped_for &&
      !std::exchange(session.without_tls, true)) {
    return open_far(session);
  }
  if (!session.ready) {
    chronicle_.complain("exchange '" + session.opened.exchange + "'",
                        "the far server: " + lost.why);
    return answer(session, kNotThere);
  }
  if (std::exchange(session.delivering, false)) {
    return delivered(session, kLost);
  }
  if (session.asked && session.asked != smtp::Step::End) {
    answer(session, kLost);
  }
}

void Post::sanitized(const mail::Sanitized& answer, UniqueFd content) {
  if (answer.session == kTrial) {
    sanitizes_ = is_good(answer) && content;
    return;
  }
  const auto found = sessions_.find(answer.session);
  if (found == sessions_.end() || found->second.asked != smtp::Step::End) {
    return;
  }
  Session& session = found->second;
  session.sanitized = answer;
  if (!is_good(answer) || !content) {
    if (session.far) {
      (void)means_.tell(kSender, Type::Forget, mail::pack_number(answer.session), -1);
    }
    const bool temporary = answer.status == "error" || answer.status == "timeout";
    return conclude(session, temporary ? kNotNow : kRefused);
  }
  session.delivering =
      session.far && exchange_named(session.opened.exchange) != nullptr &&
      means_.tell(kSender, Type::Deliver, mail::pack_number(answer.session), content.get());
  if (!session.delivering) {
    conclude(session, kLost);
  }
}

void Post::delivered(Session& session, const smtp::Status& status) {
  session.delivering = false;
  if (status.good() && session.spooled && delivered_.size() < kMostRemembered) {
    delivered_[key_of(session)] = {session.opened.peer, Clock::now() + kRemembered,
                                   session.opened.session};
  }
  conclude(session, status);
}

/// The same message to the same recipients from the same sender.
std::string Post::key_of(const Session& session) {
  std::string key = session.spooled->sha256 + '\n' + session.sender;
  for (const std::string& one : session.recipients) {
    key += '\n' + one;
  }
  return key;
}

void Post::answer(Session& session, const smtp::Status& status) {
  const auto step = std::exchange(session.asked, std::nullopt);
  if (session.near && step) {
    (void)means_.tell(kReceiver, Type::Answered,
                      mail::pack(mail::Answered{session.opened.session, *step, status}), -1);
  }
}

/// A message has met its fate: one record, a line in the quarantine's index, an answer.
void Post::conclude(Session& session, const smtp::Status& status) {
  const mail::Spooled spooled = session.spooled.value_or(mail::Spooled{});
  const mail::Sanitized sanitized = session.sanitized.value_or(mail::Sanitized{});
  const auto millis =
      std::chrono::duration_cast<milliseconds>(Clock::now() - session.begun).count();
  const bool passed = status.good();
  journal::Record record = chronicle_.about_in_force(
      Event::Exchange, passed
                           ? Text{"メールを受け渡した", "a message was carried across"}
                           : Text{"メールを受け渡さなかった", "a message was not carried across"});
  std::set<std::string> domains;
  for (const std::string& one : session.recipients) {
    domains.insert(domain_of(one));
  }
  record.message += " '" + session.opened.exchange + "' " + domain_of(session.sender) + " >";
  for (const std::string& domain : domains) {
    record.message += ' ' + domain;
  }
  record.message += " (" + std::to_string(spooled.size) + " > " + std::to_string(sanitized.size) +
                    " bytes, " + std::to_string(session.recipients.size()) + ", " +
                    std::to_string(millis) + " ms, " + status.str() + ")";
  record.fields["SEKISHO_PERMIT"] = session.opened.exchange;
  record.fields["SEKISHO_ITEM"] = spooled.item;
  record.fields["SEKISHO_SHA256_IN"] = spooled.sha256;
  record.fields["SEKISHO_SHA256_OUT"] = sanitized.sha256.empty() ? "-" : sanitized.sha256;
  record.fields["SEKISHO_STATUS"] = sanitized.status;
  record.fields["SEKISHO_ACTIONS"] = sanitized.actions.empty() ? "-" : sanitized.actions;
  record.fields["SEKISHO_VERDICT"] = name_of(passed ? Verdict::Exchange : Verdict::Deny);
  record.fields["SEKISHO_REASON"] =
      name_of(passed || is_good(sanitized) ? Reason::Exchange : Reason::SanitizeRefused);
  record.fields["SEKISHO_SRC"] = session.opened.peer.str();
  record.fields["SEKISHO_DST"] = session.opened.destination.str();
  record.fields["SEKISHO_PROTO"] = "tcp";
  record.fields["SEKISHO_DPORT"] = std::to_string(session.opened.port);
  if (const compile::Exchange* exchange = exchange_named(session.opened.exchange)) {
    const auto& zones = enforcer_.in_force().policy->zones();
    const policy::Zone& from = zones[*permit_of(*exchange).from.zone];
    const policy::Zone& to = zones[*permit_of(*exchange).to.zone];
    record.fields["SEKISHO_SRC_ZONE"] = from.name;
    record.fields["SEKISHO_DST_ZONE"] = to.name;
    record.fields["SEKISHO_CLAUSE"] = name_of(clause_between(from.zone_class, to.zone_class));
  }
  chronicle_.tell(record);
  (void)means_.tell(kReceiver, Type::Note,
                    mail::pack(mail::Note{spooled.item, sanitized.status, status.str()}), -1);
  const std::uint64_t number = session.opened.session;
  const bool near = session.near;
  answer(session, status);
  if (!near) {
    end(number);
  }
}

/// The sanitizer is tried with a message of our own: an exchange opens only for what can be
/// sanitized.
void Post::try_sanitizer() {
  mail::Sanitize order;
  order.session = kTrial;
  order.profile.name = "mail-strict";
  order.language = chronicle_.language();
  const auto content = ipc::sealed_memory(kTrialMessage);
  if (content) {
    (void)means_.tell(kSanitizer, Type::Sanitize, mail::pack(order), content->get());
  }
  trying_ = loop_.after(kTryAgain, [this] {
    if (!sanitizes_) {
      try_sanitizer();
    }
  });
}

bool Post::all_answered() const {
  return std::ranges::all_of(kRelay, [this](std::string_view role) {
    const auto last = beats_.find(std::string{role});
    return last != beats_.end() && last->second != 0 && last->second + kMostMissed >= beat_;
  });
}

void Post::beat() {
  ++beat_;
  for (const std::string_view role : kRelay) {
    (void)means_.tell(role, Type::Beat, mail::pack_number(beat_), -1);
  }
  const bool open = routed_ && sanitizes_ && all_answered();
  if (open) {
    std::vector<std::uint32_t> marks;
    for (const compile::Exchange& exchange : exchanges()) {
      marks.push_back(exchange.near);
    }
    const auto beaten = enforcer_.boundary().beat(marks, kLasting, enforcer_.clock().now());
    chronicle_.complain("heartbeat", beaten ? std::string{} : beaten.error().text());
  }
  if (open != open_) {
    open_ = open;
    enforcer_.set_relay(open);
    chronicle_.complain("exchanges", complaint());  // what never opened is a warning of status
  }
}

std::string Post::complaint() const {
  return open_ || !is_wanted() ? std::string{}
         : !sanitizes_         ? "shut: the sanitizer does not sanitize mail"
                               : "shut: the relay does not answer";
}

}  // namespace sekisho::daemon
