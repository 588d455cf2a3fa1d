// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/words.hpp"

#include <array>

namespace sekisho {
namespace {

constexpr std::array kReasons{
    ReasonWord{Reason::Lockdown, Verdict::Deny, "lockdown", true,
               {"緊急遮断中", "an emergency cut is in force"}},
    ReasonWord{Reason::Invalid, Verdict::Deny, "invalid", true,
               {"不正な形式、または通信の途中から現れたパケット", "malformed, or of no connection"}},
    ReasonWord{Reason::UnknownZone, Verdict::Deny, "unknown_zone", true,
               {"どの領域にも属さないインターフェースまたは宛先", "an interface or destination of no zone"}},
    ReasonWord{Reason::SpoofedSource, Verdict::Deny, "spoofed_source", true,
               {"送信元アドレスが受信した領域のものではない",
                "the source address is not of the zone it came in from"}},
    ReasonWord{Reason::SelfProtected, Verdict::Deny, "self_protected", true,
               {"装置自身への、または装置自身からの許可のない通信",
                "to or from the appliance itself without leave"}},
    ReasonWord{Reason::Chatter, Verdict::Deny, "chatter", true,
               {"領域内の同報通信", "link-local group and broadcast traffic of a zone"}},
    ReasonWord{Reason::Misrouted, Verdict::Deny, "misrouted", true,
               {"宛先の領域ではない経路から出ようとした", "it would leave by another way than its zone's"}},
    ReasonWord{Reason::MacMismatch, Verdict::Deny, "mac_mismatch", true,
               {"許可されたアドレスだが MAC アドレスが異なる", "a permit's addresses with another MAC"}},
    ReasonWord{Reason::Expired, Verdict::Deny, "expired", true,
               {"許可の期間外", "the permit for it has ended or has not begun"}},
    ReasonWord{Reason::CrossZone, Verdict::Deny, "cross_zone", true,
               {"領域間の許可がない", "no permit between these zones for this traffic"}},
    ReasonWord{Reason::SanitizeRefused, Verdict::Deny, "sanitize_refused", false,
               {"無害化できない内容または手順", "a relay refused content or a protocol step"}},
    ReasonWord{Reason::Leak, Verdict::Deny, "leak", false,
               {"領域の回線にあってはならない通信", "seen on a wire where it must not be"}},
    ReasonWord{Reason::IntraZone, Verdict::Permit, "intra_zone", true,
               {"領域内の通信", "inside one zone"}},
    ReasonWord{Reason::Flow, Verdict::Permit, "flow", true, {"許可された通信", "a permitted flow"}},
    ReasonWord{Reason::SpecificFlow, Verdict::Permit, "specific_flow", true,
               {"特定通信", "a specific flow"}},
    ReasonWord{Reason::SelfFlow, Verdict::Permit, "self_flow", true,
               {"装置自身の通信", "what the appliance itself may open"}},
    ReasonWord{Reason::Management, Verdict::Permit, "management", true,
               {"装置の管理", "management of the appliance"}},
    ReasonWord{Reason::Exchange, Verdict::Exchange, "exchange", true,
               {"無害化通信", "sanitized communication"}},
};

constexpr std::array kEvents{
    EventWord{Event::Violation, "violation", "4d3a2c7be5f9461b8a60c1d97e05f3a1", 4,
              {"違反通信を遮断した", "forbidden traffic was dropped"}},
    EventWord{Event::Summary, "summary", "90b1f6d2c8a74e35b7d45e1f2a6c9e02", 4,
              {"個別に記録しなかった遮断の合計", "drops without a record of their own, summed"}},
    EventWord{Event::Exchange, "exchange", "1f7e83b4d05c4c9fa2e96b3d81740c13", 6,
              {"無害化通信", "sanitized communication"}},
    EventWord{Event::Reload, "reload", "c25f9e6071ab4d8293f4a8e7b60d1524", 5,
              {"設定を適用した", "the policy was applied"}},
    EventWord{Event::Rollback, "rollback", "6ea0d4c39b1f47f58c72d93e0a5b8135", 5,
              {"設定を以前の版に戻した", "an earlier policy was restored"}},
    EventWord{Event::Drift, "drift", "b893057ed2464f0ca91d6ef4c7283b46", 3,
              {"規則が外部から変更された", "the rules were changed from outside"}},
    EventWord{Event::Lockdown, "lockdown", "3c61f0a8e79d4b128e05b7c2d4f96a57", 3,
              {"緊急遮断", "emergency cut"}},
    EventWord{Event::Grant, "grant", "e7429bd15c804a6f9f38e0a1b35d7c68", 5,
              {"一時的な許可", "a permit was granted or revoked"}},
    EventWord{Event::Expiry, "expiry", "05d8c7f2a36e4be4b0196d5f8e2a4179", 5,
              {"許可の期限", "a permit ends or has ended"}},
    EventWord{Event::Selfcheck, "selfcheck", "a9173e5cd0f84c2b87e24f60b9d1358a", 6,
              {"自己点検", "self-check"}},
    EventWord{Event::Health, "health", "7b50e28f14c94d97aa6f3d82c0e7619b", 4,
              {"装置の状態", "state of the appliance"}},
    EventWord{Event::Leak, "leak", "d16f4ab83e7240c59b0e8c5d72f3a0ac", 4,
              {"回線上の漏えいの疑い", "suspected leak on a wire"}},
    EventWord{Event::Start, "start", "28e5b97c06fd4f3ea4c1f7093bd68ebd", 5, {"起動", "started"}},
    EventWord{Event::Stop, "stop", "f40c6d3b98e15a72860fb2ae5c917dce", 5, {"停止", "stopped"}},
};

constexpr std::array kClasses{
    ClassWord{ZoneClass::MyNumber, "my_number", {"マイナンバー利用事務系", "My Number zone"}},
    ClassWord{ZoneClass::Lgwan, "lgwan", {"LGWAN接続系", "LGWAN zone"}},
    ClassWord{ZoneClass::Internet, "internet", {"インターネット接続系", "Internet zone"}},
    ClassWord{ZoneClass::SecurityCloud, "security_cloud",
              {"自治体情報セキュリティクラウド", "security cloud"}},
};

constexpr std::array kClauses{
    ClauseWord{Clause::C63_1, "6(3)①", {"マイナンバー利用事務系の分離", "isolation of My Number"}},
    ClauseWord{Clause::C63_2, "6(3)②", {"LGWANとインターネットの分割", "split of LGWAN and Internet"}},
    ClauseWord{Clause::C63_3, "6(3)③", {"セキュリティクラウドへの集約", "egress by the security cloud"}},
    ClauseWord{Clause::C66, "6(6)", {"技術的セキュリティ", "technical security"}},
};

constexpr std::array kFields{
    FieldWord{"SEKISHO_EVENT", false, {"事象の種類", "kind of event"}},
    FieldWord{"SEKISHO_REASON", false, {"理由", "reason"}},
    FieldWord{"SEKISHO_CLAUSE", false, {"条項", "clause"}},
    FieldWord{"SEKISHO_VERDICT", false, {"判定", "verdict"}},
    FieldWord{"SEKISHO_SRC_ZONE", false, {"送信元の領域", "source zone"}},
    FieldWord{"SEKISHO_DST_ZONE", false, {"宛先の領域", "destination zone"}},
    FieldWord{"SEKISHO_ORGAN", false, {"機関", "body"}},
    FieldWord{"SEKISHO_SRC", false, {"送信元アドレス", "source address"}},
    FieldWord{"SEKISHO_DST", false, {"宛先アドレス", "destination address"}},
    FieldWord{"SEKISHO_PROTO", false, {"プロトコル", "protocol"}},
    FieldWord{"SEKISHO_SPORT", true, {"送信元ポート", "source port"}},
    FieldWord{"SEKISHO_DPORT", true, {"宛先ポート", "destination port"}},
    FieldWord{"SEKISHO_IN", false, {"受信インターフェース", "interface it came in on"}},
    FieldWord{"SEKISHO_OUT", false, {"送信インターフェース", "interface it would leave by"}},
    FieldWord{"SEKISHO_SRC_MAC", false, {"送信元 MAC アドレス", "hardware address of the sender"}},
    FieldWord{"SEKISHO_COUNT", true, {"パケット数", "packets the record stands for"}},
    FieldWord{"SEKISHO_BYTES", true, {"バイト数", "bytes the record stands for"}},
    FieldWord{"SEKISHO_PERMIT", false, {"許可の識別子", "permit"}},
    FieldWord{"SEKISHO_POLICY", false, {"適用中の設定の版", "revision in force and its SHA-256"}},
    FieldWord{"SEKISHO_ITEM", false, {"項目の識別子", "item of an exchange"}},
    FieldWord{"SEKISHO_SHA256_IN", false, {"原本の SHA-256", "SHA-256 of the original"}},
    FieldWord{"SEKISHO_SHA256_OUT", false, {"無害化後の SHA-256", "SHA-256 of the rebuilt object"}},
    FieldWord{"SEKISHO_STATUS", false, {"無害化の結果", "status of an item"}},
    FieldWord{"SEKISHO_ACTIONS", false, {"無害化の処置", "actions of the sanitizer"}},
    FieldWord{"SEKISHO_TIME", true, {"記録の時刻 (1970年からのマイクロ秒)", "microseconds since 1970"}},
    FieldWord{"SEKISHO_SEQ", true, {"通し番号", "sequence number without gaps"}},
    FieldWord{"SEKISHO_CHAIN", false, {"ハッシュ連鎖", "hash chain over all records"}},
};

}  // namespace

std::span<const ReasonWord> reason_words() { return kReasons; }
std::span<const EventWord> event_words() { return kEvents; }
std::span<const ClassWord> class_words() { return kClasses; }
std::span<const ClauseWord> clause_words() { return kClauses; }
std::span<const FieldWord> field_words() { return kFields; }

std::string_view name_of(ZoneClass zone_class) {
  return kClasses.at(static_cast<std::size_t>(zone_class)).name;
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Permit: return "permit";
    case Verdict::Exchange: return "exchange";
    case Verdict::Deny: return "deny";
  }
  return "deny";
}

std::string_view name_of(Reason reason) {
  for (const ReasonWord& word : kReasons) {
    if (word.reason == reason) {
      return word.name;
    }
  }
  return "-";
}

const EventWord& word_of(Event event) { return kEvents.at(static_cast<std::size_t>(event)); }
std::string_view name_of(Event event) { return word_of(event).name; }
std::string_view name_of(Clause clause) { return kClauses.at(static_cast<std::size_t>(clause)).id; }

Verdict verdict_of(Reason reason) {
  for (const ReasonWord& word : kReasons) {
    if (word.reason == reason) {
      return word.verdict;
    }
  }
  return Verdict::Deny;
}

std::optional<ZoneClass> zone_class_named(std::string_view name) {
  for (const ClassWord& word : kClasses) {
    if (word.name == name) {
      return word.zone_class;
    }
  }
  return std::nullopt;
}

std::optional<Reason> reason_named(std::string_view name) {
  for (const ReasonWord& word : kReasons) {
    if (word.name == name) {
      return word.reason;
    }
  }
  return std::nullopt;
}

std::optional<Reason> reason_numbered(std::uint8_t number) {
  for (const ReasonWord& word : kReasons) {
    if (static_cast<std::uint8_t>(word.reason) == number) {
      return word.reason;
    }
  }
  return std::nullopt;
}

Ceiling ceiling(ZoneClass from, ZoneClass to) {
  if (from == to) {
    return Ceiling::Flow;
  }
  const auto either = [&](ZoneClass c) { return from == c || to == c; };
  if (either(ZoneClass::MyNumber)) {
    return either(ZoneClass::Lgwan) ? Ceiling::SpecificFlow : Ceiling::Never;
  }
  return either(ZoneClass::Lgwan) ? Ceiling::Exchange : Ceiling::Flow;
}

Clause clause_between(std::optional<ZoneClass> from, std::optional<ZoneClass> to) {
  const auto either = [&](ZoneClass c) { return from == c || to == c; };
  const bool outside = either(ZoneClass::Internet) || either(ZoneClass::SecurityCloud);
  if (either(ZoneClass::MyNumber)) {
    return Clause::C63_1;
  }
  if (either(ZoneClass::Lgwan) && outside) {
    return Clause::C63_2;
  }
  return outside ? Clause::C63_3 : Clause::C66;
}

}  // namespace sekisho
