// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/frame/words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace sekisho::sanitize {
namespace {

// a row is read as a row
// clang-format off
constexpr std::array kTypes{
    TypeWord{Type::Unknown, Family::None, Mode::Refuse, "unknown", "", "", "", {"不明な形式", "unknown"}},
    TypeWord{Type::Text, Family::Text, Mode::Rebuild, "text", "txt", "text/plain", "txt text log md",
             {"テキスト", "plain text"}},
    TypeWord{Type::Csv, Family::Text, Mode::Rebuild, "csv", "csv", "text/csv", "csv tsv", {"CSV",
             "comma-separated values"}},
    TypeWord{Type::Html, Family::Text, Mode::Text, "html", "txt", "text/plain", "html htm xhtml", {"HTML",
             "HTML"}},
    TypeWord{Type::Json, Family::Text, Mode::Rebuild, "json", "json", "application/json", "json geojson",
             {"JSON", "JSON"}},
    TypeWord{Type::Xml, Family::Text, Mode::Rebuild, "xml", "xml", "application/xml", "xml", {"XML",
             "XML"}},
    TypeWord{Type::Calendar, Family::Text, Mode::Rebuild, "calendar", "ics", "text/calendar", "ics ical",
             {"予定 (iCalendar)", "calendar"}},
    TypeWord{Type::Vcard, Family::Text, Mode::Rebuild, "vcard", "vcf", "text/vcard", "vcf vcard",
             {"連絡先 (vCard)", "contacts"}},
    TypeWord{Type::Mail, Family::Mail, Mode::Rebuild, "mail", "eml", "message/rfc822", "eml mail",
             {"メール", "mail message"}},
    TypeWord{Type::Tnef, Family::Mail, Mode::Rebuild, "tnef", "eml", "message/rfc822", "dat tnef",
             {"TNEF (winmail.dat)", "TNEF"}},
    TypeWord{Type::Jpeg, Family::Picture, Mode::Rebuild, "jpeg", "jpg", "image/jpeg", "jpg jpeg jpe jfif",
             {"JPEG 画像", "JPEG picture"}},
    TypeWord{Type::Png, Family::Picture, Mode::Rebuild, "png", "png", "image/png", "png apng", {"PNG 画像",
             "PNG picture"}},
    TypeWord{Type::Gif, Family::Picture, Mode::Rebuild, "gif", "png", "image/png", "gif", {"GIF 画像",
             "GIF picture"}},
    TypeWord{Type::Bmp, Family::Picture, Mode::Rebuild, "bmp", "png", "image/png", "bmp dib", {"BMP 画像",
             "BMP picture"}},
    TypeWord{Type::Webp, Family::Picture, Mode::Rebuild, "webp", "webp", "image/webp", "webp",
             {"WebP 画像", "WebP picture"}},
    TypeWord{Type::Tiff, Family::Picture, Mode::Rebuild, "tiff", "tif", "image/tiff", "tif tiff",
             {"TIFF 画像", "TIFF picture"}},
    TypeWord{Type::Svg, Family::Picture, Mode::Refuse, "svg", "", "", "svg svgz",
             {"SVG 図形", "SVG drawing"}},
    TypeWord{Type::Zip, Family::Archive, Mode::Rebuild, "zip", "zip", "application/zip", "zip",
             {"ZIP 書庫", "ZIP archive"}},
    TypeWord{Type::Tar, Family::Archive, Mode::Rebuild, "tar", "zip", "application/zip", "tar",
             {"TAR 書庫", "TAR archive"}},
    TypeWord{Type::Gzip, Family::Archive, Mode::Rebuild, "gzip", "zip", "application/zip", "gz tgz",
             {"GZIP 圧縮", "gzip"}},
    TypeWord{Type::Bzip2, Family::Archive, Mode::Rebuild, "bzip2", "zip", "application/zip",
             "bz2 tbz tbz2", {"BZIP2 圧縮", "bzip2"}},
    TypeWord{Type::Xz, Family::Archive, Mode::Rebuild, "xz", "zip", "application/zip", "xz txz",
             {"XZ 圧縮", "xz"}},
    TypeWord{Type::Zstd, Family::Archive, Mode::Rebuild, "zstd", "zip", "application/zip", "zst tzst",
             {"ZSTD 圧縮", "zstd"}},
    TypeWord{Type::SevenZip, Family::Archive, Mode::Rebuild, "7z", "zip", "application/zip", "7z",
             {"7z 書庫", "7z archive"}},
    TypeWord{Type::Lzh, Family::Archive, Mode::Rebuild, "lzh", "zip", "application/zip", "lzh lha",
             {"LZH 書庫", "LZH archive"}},
    TypeWord{Type::Pdf, Family::Pdf, Mode::Rebuild, "pdf", "pdf", "application/pdf", "pdf", {"PDF 文書",
             "PDF document"}},
    TypeWord{Type::Docx, Family::Office, Mode::Refuse, "docx", "", "", "docx docm dotx dotm",
             {"Word 文書", "Word document"}},
    TypeWord{Type::Xlsx, Family::Office, Mode::Refuse, "xlsx", "", "", "xlsx xlsm xltx xltm",
             {"Excel ブック", "Excel workbook"}},
    TypeWord{Type::Pptx, Family::Office, Mode::Refuse, "pptx", "", "", "pptx pptm potx potm ppsx ppsm",
             {"PowerPoint スライド", "PowerPoint presentation"}},
    TypeWord{Type::Odt, Family::Office, Mode::Refuse, "odt", "", "", "odt ott",
             {"OpenDocument 文書", "OpenDocument text"}},
    TypeWord{Type::Ods, Family::Office, Mode::Refuse, "ods", "", "", "ods ots",
             {"OpenDocument 表計算", "OpenDocument spreadsheet"}},
    TypeWord{Type::Odp, Family::Office, Mode::Refuse, "odp", "", "", "odp otp",
             {"OpenDocument スライド", "OpenDocument presentation"}},
    TypeWord{Type::Odg, Family::Office, Mode::Refuse, "odg", "", "", "odg otg",
             {"OpenDocument 図形", "OpenDocument drawing"}},
    TypeWord{Type::Rtf, Family::Rtf, Mode::Refuse, "rtf", "", "", "rtf",
             {"リッチテキスト", "rich text"}},
    TypeWord{Type::Doc, Family::Compound, Mode::Refuse, "doc", "", "", "doc dot",
             {"旧形式の Word 文書", "older Word document"}},
    TypeWord{Type::Xls, Family::Compound, Mode::Refuse, "xls", "", "", "xls xlt",
             {"旧形式の Excel ブック", "older Excel workbook"}},
    TypeWord{Type::Ppt, Family::Compound, Mode::Refuse, "ppt", "", "", "ppt pps pot",
             {"旧形式の PowerPoint", "older PowerPoint presentation"}},
    TypeWord{Type::Msg, Family::Compound, Mode::Refuse, "msg", "", "", "msg",
             {"Outlook メール", "Outlook message"}},
    TypeWord{Type::Ichitaro, Family::Compound, Mode::Refuse, "ichitaro", "", "", "jtd jtt jtdc jttc",
             {"一太郎 文書", "Ichitaro document"}},
    TypeWord{Type::DocuWorks, Family::None, Mode::Refuse, "docuworks", "", "", "xdw xbd",
             {"DocuWorks 文書", "DocuWorks document"}},
    TypeWord{Type::Metafile, Family::None, Mode::Refuse, "metafile", "", "", "wmf emf",
             {"メタファイル (WMF, EMF)", "metafile"}},
    TypeWord{Type::Executable, Family::None, Mode::Refuse, "executable", "", "", "exe dll scr com cpl sys",
             {"実行形式", "program"}},
};

constexpr std::array kStatuses{
    StatusWord{Status::Sanitized, "sanitized", {"無害化済み", "sanitized"}},
    StatusWord{Status::Partial, "partial", {"一部無害化", "sanitized in part"}},
    StatusWord{Status::Blocked, "blocked", {"ブロック", "blocked"}},
    StatusWord{Status::Error, "error", {"無害化エラー", "error"}},
    StatusWord{Status::Unsupported, "unsupported", {"無害化対象外", "unsupported"}},
    StatusWord{Status::Timeout, "timeout", {"時間切れ", "out of time"}},
};

constexpr Text kAskAnew{"送信者に、ファイルを作り直して再送するよう依頼してください",
                        "ask the sender to make the file anew and send it again"};
constexpr Text kAskPdf{"送信者に、PDF に変換して再送するよう依頼してください",
                       "ask the sender to send it again as PDF"};
constexpr Text kAskSmaller{"送信者に、分割するか小さくして再送するよう依頼してください",
                           "ask the sender to send it again in smaller parts"};
constexpr Text kAskPlain{
    "送信者に、暗号化やパスワードを外して別の安全な方法で送るよう依頼してください",
    "ask the sender to send it without encryption, by another safe way"};
constexpr Text kAskAdmin{"情報担当に、原本の確認を依頼してください",
                         "ask the IT office to look at the original"};
constexpr Text kAgain{"時間をおいて再度試し、続く場合は情報担当に連絡してください",
                      "try again later; if it goes on, tell the IT office"};

constexpr std::array kRefusals{
    RefusalWord{Refusal::Malformed, Status::Error, "malformed", {"形式どおりに読めません",
             "it does not parse as its format"}, kAskAnew},
    RefusalWord{Refusal::Truncated, Status::Error, "truncated", {"途中で終わっています",
             "it ends before it is whole"}, kAskAnew},
    RefusalWord{Refusal::Ambiguous, Status::Blocked, "ambiguous",
             {"読み手により異なる解釈ができる構造です", "programs would read it differently"}, kAskAdmin},
    RefusalWord{ Refusal::TypeMismatch, Status::Blocked, "type_mismatch",
             {"名前や宣言された種類と中身が一致しません", "its name or declared type is not what it is"},
             kAskAdmin},
    RefusalWord{Refusal::Polyglot, Status::Blocked, "polyglot", {"複数の形式として読めます",
             "it can be read as more than one format"}, kAskAdmin},
    RefusalWord{Refusal::UnsupportedType, Status::Unsupported, "unsupported_type",
             {"無害化に対応していない形式です", "this type cannot be sanitized"}, kAskPdf},
    RefusalWord{ Refusal::Encrypted, Status::Blocked, "encrypted", {"暗号化されていて中身を確認できません",
             "it is encrypted and cannot be looked into"}, kAskPlain},
    RefusalWord{Refusal::Split, Status::Blocked, "split", {"分割された一部だけです",
             "it is one part of several"}, kAskAnew},
    RefusalWord{Refusal::ForbiddenByProfile, Status::Blocked, "forbidden", {"この経路の規則で通せません",
             "the profile of this path forbids it"}, kAskAdmin},
    RefusalWord{Refusal::NestedTooDeep, Status::Blocked, "nested_too_deep", {"入れ子が深すぎます",
             "it is nested too deep"}, kAskAnew},
    RefusalWord{Refusal::TooLarge, Status::Blocked, "too_large", {"大きすぎます", "it is too large"},
             kAskSmaller},
    RefusalWord{Refusal::TooManyEntries, Status::Blocked, "too_many_entries", {"中の要素が多すぎます",
             "it has too many entries"}, kAskSmaller},
    RefusalWord{Refusal::TooManyPixels, Status::Blocked, "too_many_pixels", {"画像の画素数が多すぎます",
             "the picture has too many pixels"}, kAskSmaller},
    RefusalWord{Refusal::ExpandsTooMuch, Status::Blocked, "expands_too_much",
             {"展開すると異常に大きくなります", "it expands beyond all measure"}, kAskAdmin},
    RefusalWord{Refusal::OutputTooLarge, Status::Blocked, "output_too_large",
             {"無害化した結果が大きすぎます", "what was rebuilt is too large"}, kAskSmaller},
    RefusalWord{ Refusal::OutOfMemory, Status::Error, "out_of_memory",
             {"処理に必要なメモリが上限を超えました", "it needs more memory than an item may have"},
             kAskSmaller},
    RefusalWord{Refusal::OutOfTime, Status::Timeout, "out_of_time", {"制限時間内に処理できませんでした",
             "it took longer than an item may"}, kAskSmaller},
    RefusalWord{Refusal::WorkerDied, Status::Error, "worker_died", {"処理が異常終了しました",
             "the worker died on it"}, kAskAdmin},
    RefusalWord{ Refusal::InspectionFailed, Status::Blocked, "inspection_failed",
             {"無害化の結果が検査に合格しませんでした", "what was rebuilt did not pass its inspection"},
             kAskAdmin},
    RefusalWord{ Refusal::MyNumber, Status::Blocked, "my_number",
             {"個人番号と思われる番号が含まれています", "it holds what looks like an individual number"},
             kAskAdmin},
    RefusalWord{Refusal::Unreadable, Status::Error, "unreadable", {"読み取れません", "it cannot be read"},
             kAgain},
    RefusalWord{Refusal::NotAFile, Status::Error, "not_a_file", {"通常のファイルではありません",
             "it is not a regular file"}, kAskAdmin},
    RefusalWord{Refusal::CannotWrite, Status::Error, "cannot_write", {"結果を書き込めません",
             "the result cannot be written"}, kAgain},
};

constexpr std::array kActions{
    ActionWord{Action::ChangedToText, "CHG_TEXT", {"テキスト化した", "made plain text"}},
    ActionWord{Action::NeutralisedLink, "REP_LINK", {"リンクを無効化した", "link neutralised"}},
    ActionWord{ Action::RemovedAttachment, "DEL_ATTACH", {"添付ファイルを削除した", "attachment removed"}},
    ActionWord{Action::RemovedScript, "DEL_SCRIPT", {"スクリプトやマクロを削除した",
             "script or macro removed"}},
    ActionWord{ Action::RemovedAction, "DEL_ACTION", {"自動実行される動作を削除した", "action removed"}},
    ActionWord{Action::RemovedEmbedded, "DEL_EMBED", {"埋め込まれた物を削除した",
             "embedded object removed"}},
    ActionWord{Action::RemovedExternal, "DEL_EXTERNAL", {"外部への参照を削除した",
             "reference to elsewhere removed"}},
    ActionWord{Action::RemovedMetadata, "DEL_META", {"付帯情報を削除した", "metadata removed"}},
    ActionWord{Action::RemovedUnknown, "DEL_UNKNOWN", {"未知の構造を削除した",
             "unknown structure removed"}},
    ActionWord{ Action::RemovedHidden, "DEL_HIDDEN", {"見えない内容を削除した", "hidden content removed"}},
    ActionWord{Action::RemovedCharacters, "DEL_CHAR", {"制御文字を削除した",
             "control characters removed"}},
    ActionWord{Action::RemovedTrailing, "DEL_TRAIL", {"前後の余分なデータを削除した",
             "surplus bytes removed"}},
    ActionWord{Action::RemovedFrames, "DEL_FRAME", {"動画像を先頭の一枚にした",
             "animation reduced to its first picture"}},
    ActionWord{Action::RemovedSignature, "DEL_SIGN", {"電子署名を削除した", "signature removed"}},
    ActionWord{Action::RemovedEntry, "DEL_ENTRY", {"書庫内の一つを理由書に置き換えた",
             "entry replaced by a reason"}},
    ActionWord{Action::NeutralisedFormula, "REP_FORMULA", {"数式を値に置き換えた",
             "formula replaced by its value"}},
    ActionWord{Action::NeutralisedCell, "REP_CELL", {"数式として働くセルを無効化した",
             "cell neutralised"}},
    ActionWord{Action::RebuiltPicture, "REP_IMAGE", {"画像を再生成した", "picture encoded anew"}},
    ActionWord{Action::FlattenedPage, "CHG_IMAGE", {"画像化した", "made a picture"}},
    ActionWord{Action::ChangedType, "CHG_TYPE", {"形式を変更した", "type changed"}},
    ActionWord{Action::ChangedName, "CHG_NAME", {"名前を変更した", "name changed"}},
    ActionWord{Action::ChangedCharset, "CHG_CHARSET", {"文字コードを変更した", "charset changed"}},
    ActionWord{Action::NotedHidden, "NOTE_HIDDEN", {"非表示の内容がある", "hidden content stays"}},
    ActionWord{Action::NotedCharacters, "NOTE_CHAR", {"不可視文字や外字がある",
             "invisible or private-use characters stay"}},
    ActionWord{Action::NotedMyNumber, "NOTE_MYNUMBER", {"個人番号と思われる番号がある",
             "looks like an individual number"}},
};

// clang-format on

/// Rows stand in the order of their numbers, so that a number finds its row.
template <typename Rows, typename Key>
constexpr bool in_order(const Rows& rows, Key key) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].*key) != i) {
      return false;
    }
  }
  return true;
}
static_assert(in_order(kTypes, &TypeWord::type));
static_assert(in_order(kStatuses, &StatusWord::status));
static_assert(in_order(kRefusals, &RefusalWord::refusal));
static_assert(in_order(kActions, &ActionWord::action));

template <typename Enum, typename Rows>
std::optional<Enum> numbered(const Rows& rows, std::uint8_t number) {
  if (number >= rows.size()) {
    return std::nullopt;
  }
  return static_cast<Enum>(number);
}

std::string lower(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return made;
}

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) {
      return true;
    }
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

}  // namespace

std::span<const TypeWord> type_words() {
  return kTypes;
}
std::span<const StatusWord> status_words() {
  return kStatuses;
}
std::span<const RefusalWord> refusal_words() {
  return kRefusals;
}
std::span<const ActionWord> action_words() {
  return kActions;
}

const TypeWord& word_of(Type type) {
  return kTypes.at(static_cast<std::size_t>(type));
}
const StatusWord& word_of(Status status) {
  return kStatuses.at(static_cast<std::size_t>(status));
}
const RefusalWord& word_of(Refusal refusal) {
  return kRefusals.at(static_cast<std::size_t>(refusal));
}
const ActionWord& word_of(Action action) {
  return kActions.at(static_cast<std::size_t>(action));
}

std::optional<Type> type_numbered(std::uint8_t number) {
  return numbered<Type>(kTypes, number);
}
std::optional<Refusal> refusal_numbered(std::uint8_t number) {
  return numbered<Refusal>(kRefusals, number);
}
std::optional<Action> action_numbered(std::uint8_t number) {
  return numbered<Action>(kActions, number);
}

bool may_be_called(Type type, std::string_view extension) {
  return has_word(word_of(type).extensions, lower(extension));
}

Type type_called(std::string_view extension) {
  const auto* const row = std::ranges::find_if(
      kTypes, [&](const TypeWord& word) { return may_be_called(word.type, extension); });
  return row == kTypes.end() ? Type::Unknown : row->type;
}

}  // namespace sekisho::sanitize
