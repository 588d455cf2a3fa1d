// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Every sentence that reading and checking a config can say, Japanese and English side by side.
/// Knows nothing of when it is said. `{0}`, `{1}`, … are arguments; both languages name the same
/// ones.

#include "base/words.hpp"

#include <span>
#include <string>
#include <string_view>

namespace sekisho::policy {

class Message {
 public:
  /// Not a constant expression, and so no message, where the languages differ in what they name.
  constexpr Message(std::string_view ja, std::string_view en) : text_{ja, en} {
    if (arguments_in(ja) != arguments_in(en)) {
      throw "the two languages name different arguments";
    }
  }

  /// The sentence with its arguments in place; one that is missing leaves nothing.
  [[nodiscard]] std::string in(Language language, std::span<const std::string> arguments) const;

 private:
  static constexpr unsigned arguments_in(std::string_view text) {
    unsigned named = 0;
    for (std::size_t i = 0; i + 2 < text.size(); ++i) {
      if (text[i] == '{' && text[i + 2] == '}') {
        named |= 1U << static_cast<unsigned>(text[i + 1] - '0');
      }
    }
    return named;
  }

  Text text_;
};

namespace message {

// ── whole files ──
inline constexpr Message kFileTooLarge{"ファイルが {0} MiB を超えています",
                                       "the file is larger than {0} MiB"};
inline constexpr Message kNotUtf8{"UTF-8 ではないバイトがあります",
                                  "there is a byte here that is not UTF-8"};
inline constexpr Message kKeyTooDeep{"キーの階層が {0} 段を超えています",
                                     "the key has more than {0} parts"};
inline constexpr Message kSyntax{"TOML の構文の誤り: {0}", "not TOML: {0}"};
inline constexpr Message kBadHeader{"TOML の構文の誤り: 表の名前がありません",
                                    "not TOML: a table header needs a key"};
inline constexpr Message kForeignCharacter{
    "TOML の構文の誤り: ASCII 以外の文字 (全角の空白や英数字など) は引用符の中か注釈にだけ書けます",
    "not TOML: a character that is not ASCII can stand only in quotes or in a comment"};
inline constexpr Message kUnreadable{"TOML として読めません", "not TOML"};

// ── keys and types ──
inline constexpr Message kUnknownKey{"'{0}' というキーはありません", "unknown key '{0}'"};
inline constexpr Message kUnknownKeyNear{
    "'{0}' というキーはありません ('{1}' の誤りではありませんか)",
    "unknown key '{0}'; did you mean '{1}'?"};
inline constexpr Message kMissingKey{"必須のキー '{0}' がありません", "missing key '{0}'"};
inline constexpr Message kMissingTable{"必須の表 [{0}] がありません", "missing table [{0}]"};
inline constexpr Message kWrongType{"'{0}' は{1}でなければなりません。{2}が書かれています",
                                    "'{0}' must be {1}, not {2}"};
inline constexpr Message kSaidTwice{"'{0}' は {1} ですでに指定されています",
                                    "'{0}' was already said at {1}"};
inline constexpr Message kEmptyList{"'{0}' には少なくとも一つの値が必要です",
                                    "'{0}' needs at least one value"};
inline constexpr Message kEmptyText{"'{0}' が空です", "'{0}' is empty"};
inline constexpr Message kUnprintable{"'{0}' に使えない文字 (制御文字など) があります",
                                      "'{0}' holds a control character"};
inline constexpr Message kTooLong{"'{0}' が長すぎます (上限 {1} バイト)",
                                  "'{0}' is too long (at most {1} bytes)"};
inline constexpr Message kUnknownWord{"'{0}' は使えません。使えるのは {1} です",
                                      "'{0}' is not one of {1}"};
inline constexpr Message kOutOfRange{"'{0}' は {1} から {2} までです",
                                     "'{0}' must lie between {1} and {2}"};

// ── version and appliance ──
inline constexpr Message kVersion{"設定の版は 1 だけです", "the only version of this grammar is 1"};
inline constexpr Message kAlphaPrime{"モデル alpha_prime (α′) にはまだ対応していません",
                                     "model 'alpha_prime' is not supported yet"};
inline constexpr Message kTableName{
    "表の名前 '{0}' は使えません。[a-z][a-z0-9_]{0,30} の形で書きます",
    "bad table name '{0}': it must match [a-z][a-z0-9_]{0,30}"};

// ── what a value should have been, for kWrongType ──
inline constexpr Message kText{"文字列", "a string"};
inline constexpr Message kInteger{"整数", "an integer"};
inline constexpr Message kFloat{"小数", "a float"};
inline constexpr Message kBoolean{"真偽値 (true / false)", "a boolean"};
inline constexpr Message kDate{"日付", "a date"};
inline constexpr Message kTime{"時刻", "a time"};
inline constexpr Message kLocalMoment{"時差のない日時", "a date-time without an offset"};
inline constexpr Message kMoment{"時差付きの日時", "a date-time with an offset"};
inline constexpr Message kDateOrMoment{"日付または時差付きの日時",
                                       "a date or a date-time with an offset"};
inline constexpr Message kArray{"配列", "an array"};
inline constexpr Message kTable{"表", "a table"};
inline constexpr Message kArrayOfTables{"表の配列 [[{0}]]", "an array of tables [[{0}]]"};

// ── single values ──
inline constexpr Message kBadName{"名前 '{0}' は使えません。[a-z][a-z0-9-]{0,62} の形で書きます",
                                  "bad name '{0}': it must match [a-z][a-z0-9-]{0,62}"};
inline constexpr Message kBadZoneName{
    "領域の名前 '{0}' は使えません。[a-z][a-z0-9-]{0,14} の形で書きます",
    "bad zone name '{0}': it must match [a-z][a-z0-9-]{0,14}"};
inline constexpr Message kReservedZoneName{
    "領域の名前 '{0}' は予約されています (管理用ネットワークを指します)",
    "the zone name '{0}' is reserved: it means the management networks"};
inline constexpr Message kBadInterface{
    "インターフェース名 '{0}' は使えません (1–15 字の ASCII。空白と / : * \" \\ は不可)",
    "bad interface name '{0}': 1 to 15 ASCII characters without space, / : * \" or \\"};
inline constexpr Message kLoopback{"'lo' は領域にも管理にも使えません",
                                   "'lo' can belong to no zone and not to management"};
inline constexpr Message kBadPrefix{"'{0}' はネットワークでもアドレスでもありません",
                                    "'{0}' is neither a network nor an address"};
inline constexpr Message kBadAddress{"'{0}' はアドレスではありません", "'{0}' is not an address"};
inline constexpr Message kHostBits{
    "'{0}' はプレフィックス長より下のビットが立っています ('{1}' の誤りではありませんか)",
    "'{0}' has bits set beyond its length; the network is '{1}'"};
inline constexpr Message kBadMac{"'{0}' は MAC アドレスではありません",
                                 "'{0}' is not a MAC address"};
inline constexpr Message kGroupMac{"'{0}' は一台の機器の MAC アドレスではありません",
                                   "'{0}' is not the MAC address of one device"};
inline constexpr Message kLocalMomentNeedsOffset{
    "'{0}' の日時には時差が必要です (例: 2027-03-31T23:59:59+09:00)",
    "'{0}' needs an offset, as in 2027-03-31T23:59:59+09:00"};
inline constexpr Message kBadSize{
    "'{0}' は大きさではありません (1KiB から 1GiB まで。例: \"25MiB\")",
    "'{0}' is not a size from 1KiB to 1GiB, as in \"25MiB\""};
inline constexpr Message kBadDuration{
    "'{0}' は期間ではありません (100ms から 60s まで。例: \"1s\"、\"500ms\")",
    "'{0}' is not a time from 100ms to 60s, as in \"1s\" or \"500ms\""};
inline constexpr Message kBadTimeout{
    "'{0}' は制限時間ではありません (1s から 10m まで。例: \"60s\")",
    "'{0}' is not a time from 1s to 10m, as in \"60s\""};
inline constexpr Message kBadMemory{
    "'{0}' はメモリの大きさではありません (64MiB から 64GiB まで。例: \"2GiB\")",
    "'{0}' is not a size from 64MiB to 64GiB, as in \"2GiB\""};

// ── services ──
inline constexpr Message kBadService{
    "'{0}' というサービスはありません (tcp/、udp/、sctp/、icmp/、icmpv6/、proto/ のいずれか)",
    "unknown service '{0}': one of tcp/, udp/, sctp/, icmp/, icmpv6/, proto/ must begin it"};
inline constexpr Message kBadPort{
    "'{0}' のポート番号は 1 から 65535 まで、または範囲 FIRST-LAST です",
    "bad port in '{0}': 1 to 65535, or a range FIRST-LAST"};
inline constexpr Message kReversedRange{"'{0}' のポート範囲が逆です",
                                        "the port range of '{0}' is reversed"};
inline constexpr Message kBadIcmpType{"'{0}' という ICMP タイプはありません",
                                      "unknown ICMP type in '{0}'"};
inline constexpr Message kBadProtocol{"'{0}' のプロトコル番号は 0 から 255 までです",
                                      "bad protocol in '{0}': 0 to 255"};
inline constexpr Message kServiceNotHere{
    "[[{1}]] で使えるのは tcp、udp、sctp と echo-request だけです: '{0}'",
    "[[{1}]] allows tcp, udp, sctp and echo-request only, not '{0}'"};
inline constexpr Message kRangeTooWide{"[[{1}]] のポート範囲は {2} 個までです: '{0}'",
                                       "a range in [[{1}]] spans at most {2} ports, not '{0}'"};
inline constexpr Message kOpensNothing{
    "'{0}' は通信を開始しない ICMP タイプです。この許可で通るパケットはありません",
    "'{0}' opens no connection: no packet passes by it"};

// ── zones, systems, management ──
inline constexpr Message kZoneTwice{"領域 '{0}' は {1} ですでに宣言されています",
                                    "zone '{0}' was already declared at {1}"};
inline constexpr Message kTooManyZones{"領域は {0} 個までです", "there are more than {0} zones"};
inline constexpr Message kInterfaceTwice{"インターフェース '{0}' は {1} ですでに使われています",
                                         "interface '{0}' already belongs elsewhere, at {1}"};
inline constexpr Message kNetworkTwice{"ネットワーク '{0}' は {1} ですでに使われています",
                                       "network '{0}' was already given at {1}"};
inline constexpr Message kLayersOverlap{
    "'{0}' は領域 '{2}' の '{1}' と重なっています。マイナンバー利用事務系と LGWAN 接続系は"
    "アドレスを共有できません",
    "'{0}' overlaps '{1}' of zone '{2}': a my_number and an lgwan zone share no address"};
inline constexpr Message kNetworkTooShort{
    "'{0}' は広すぎます。/{1} より短いネットワークは security_cloud の領域だけが持てます",
    "'{0}' is too wide: only a security_cloud zone may hold a network shorter than /{1}"};
inline constexpr Message kGatewaysNeeded{"'{0}' を持つ領域には {1} の gateways が必要です",
                                         "a zone that holds '{0}' must declare gateways for {1}"};
inline constexpr Message kBadGateway{"'{0}' は次ホップになれないアドレスです",
                                     "'{0}' cannot be a next hop"};
inline constexpr Message kSpecialNetwork{
    "'{0}' はどの領域にも属さない特別なアドレスだけを含みます",
    "'{0}' holds nothing but special addresses, which belong to no zone"};
inline constexpr Message kSystemTwice{"システム '{0}' は {1} ですでに登録されています",
                                      "system '{0}' was already registered at {1}"};
inline constexpr Message kUnknownZone{"領域 '{0}' はありません", "unknown zone '{0}'"};
inline constexpr Message kUnknownSystem{"システム '{0}' は登録されていません",
                                        "unknown system '{0}'"};
inline constexpr Message kProfileTwice{"[sanitize.{0}] は {1} ですでに指定されています",
                                       "[sanitize.{0}] was already said at {1}"};

// ── ends of a permit ──
inline constexpr Message kBesideSystem{"'system' と '{0}' は同時に指定できません",
                                       "an end that names a system cannot say '{0}' too"};
inline constexpr Message kNoEnd{"'zone' または 'system' が必要です",
                                "an end needs 'zone' or 'system'"};
inline constexpr Message kOutsideZone{"'{0}' は領域 '{1}' のアドレスではありません",
                                      "'{0}' is not inside zone '{1}'"};
inline constexpr Message kOfOtherZone{
    "'{0}' は領域 '{1}' の中にありますが、領域 '{2}' のアドレスを含みます",
    "'{0}' holds addresses of zone '{2}', so it is not wholly of zone '{1}'"};
inline constexpr Message kOutsideManagement{"'{0}' は管理用ネットワークのアドレスではありません",
                                            "'{0}' is not inside the management networks"};
inline constexpr Message kHostsNeeded{"[[{0}]] では hosts (または system) が必要です",
                                      "both ends of [[{0}]] must name hosts, or a system"};
inline constexpr Message kHostTooWide{
    "[[{1}]] では /{2} より短いプレフィックスは使えません: '{0}'",
    "'{0}' is too wide: no prefix in [[{1}]] is shorter than /{2}"};
inline constexpr Message kManagementHere{
    "領域 'management' を指定できるのは [[self_flow]] の to だけです",
    "zone 'management' can only stand in the 'to' of a [[self_flow]]"};
inline constexpr Message kNoManagement{"[management] がありません", "there is no [management]"};
inline constexpr Message kNoSharedFamily{
    "from と to に共通のアドレス種別 (IPv4 / IPv6) がありません",
    "'from' and 'to' share no address family"};

// ── the ceiling ──
inline constexpr Message kNever{"{0} から {1} への通信は、どのような設定でも許可できません",
                                "nothing may pass from {0} to {1}"};
inline constexpr Message kOnlySpecificFlow{
    "{0} から {1} への通信は [[specific_flow]] (特定通信) だけが許可できます",
    "from {0} to {1} only a [[specific_flow]] may pass"};
inline constexpr Message kOnlyExchange{
    "{0} から {1} への通信は [[exchange]] (無害化通信) だけが許可できます",
    "from {0} to {1} only an [[exchange]] may pass"};
inline constexpr Message kOnlyFlow{"{0} から {1} への通信は [[flow]] で許可します",
                                   "from {0} to {1} traffic is permitted by a [[flow]]"};
inline constexpr Message kSelfFlowNever{"装置自身は {0} の領域へ通信を開始できません",
                                        "the appliance itself may open nothing to a zone of {0}"};

// ── permits ──
inline constexpr Message kIdTwice{"識別子 '{0}' は {1} ですでに使われています",
                                  "id '{0}' was already used at {1}"};
inline constexpr Message kOwnApprover{"承認者 '{0}' が申請者と同じです",
                                      "approver '{0}' is the applicant"};
inline constexpr Message kUntilBeforeFrom{"valid_until が valid_from より後ではありません",
                                          "valid_until is not after valid_from"};
inline constexpr Message kTooDistant{
    "'{0}' が遠すぎます (approved と valid_from の遅い方から {1} か月以内)",
    "'{0}' is too distant: at most {1} months after the later of approved and valid_from"};
inline constexpr Message kUntilAndReview{"valid_until と review_by は同時に指定できません",
                                         "review_by stands instead of valid_until, not beside it"};
inline constexpr Message kReviewNeedsMustFlow{
    "review_by を使えるのは、[[must_flow]] を通す許可だけです",
    "only a permit that carries a [[must_flow]] may say review_by"};
inline constexpr Message kExchangeFile{"種別 file の交換にはまだ対応していません",
                                       "an exchange of kind 'file' is not supported yet"};
inline constexpr Message kUnknownProfile{"無害化プロファイル '{0}' はありません",
                                         "unknown sanitize profile '{0}'"};
inline constexpr Message kTlsWithoutCertificate{
    "near が TLS を使うには certificate_file と key_file が必要です",
    "TLS on the accepted leg needs 'certificate_file' and 'key_file'"};
inline constexpr Message kTlsWithoutName{
    "authorities_file で証明書を確かめるには far_name が必要です",
    "'authorities_file' needs 'far_name', whose certificate is to be checked"};

// ── warnings ──
inline constexpr Message kNoPurpose{"'{0}' に目的 (purpose) がありません", "'{0}' has no purpose"};
inline constexpr Message kCoversNothing{"'{0}' に当てはまるパケットはありません",
                                        "'{0}' covers no packet"};
inline constexpr Message kEnded{"'{0}' の期間は {1} に終わりました", "'{0}' ended at {1}"};
inline constexpr Message kNotBegun{"'{0}' の期間は {1} に始まります", "'{0}' begins at {1}"};
inline constexpr Message kEndsSoon{"'{0}' の期間は {1} に終わります (30 日以内)",
                                   "'{0}' ends at {1}, within 30 days"};
inline constexpr Message kReviewOverdue{"'{0}' の見直し期限 {1} を過ぎています",
                                        "the review of '{0}' was due at {1}"};
inline constexpr Message kReviewSoon{"'{0}' の見直し期限は {1} です (30 日以内)",
                                     "the review of '{0}' is due at {1}, within 30 days"};
inline constexpr Message kShadowed{"'{0}' は {2} の '{1}' に含まれています",
                                   "'{0}' permits nothing that '{1}' at {2} does not"};
inline constexpr Message kInsideZoneAnyway{
    "'{0}' は領域 '{1}' の内部の通信で、もともと許可されています (intra_zone)",
    "'{0}' is inside zone '{1}', whose intra_zone allows it anyway"};
inline constexpr Message kMustFlowUncovered{"must_flow '{0}' 全体を通す一つの許可はありません",
                                            "no single permit carries all of must_flow '{0}'"};

}  // namespace message
}  // namespace sekisho::policy
