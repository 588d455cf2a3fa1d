// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/mail/notice.hpp"

#include "sanitize/frame/characters.hpp"
#include "sanitize/frame/name.hpp"
#include "sanitize/text/links.hpp"
#include "sanitize/text/plain.hpp"

namespace sekisho::sanitize::mail {
namespace {

constexpr std::size_t kLongestName = 200;
constexpr std::string_view kRule = "--------------------------------------------------";

constexpr Text kHead{
    "[Sekisho] 次の添付ファイルは届けられませんでした。原本は隔離領域に保管されています。",
    "[Sekisho] The following files were not delivered. The originals are kept in "
    "quarantine."};
constexpr Text kName{"名前", "name"};
constexpr Text kNoName{"(名前なし)", "(no name)"};
constexpr Text kType{"  種類", "  type"};
constexpr Text kUnknownType{"不明", "unknown"};
constexpr Text kSize{"  サイズ", "  size"};
constexpr Text kBytes{"バイト", "bytes"};
constexpr Text kReason{"  理由", "  reason"};
constexpr Text kAdvice{"  対応", "  what to do"};

std::string grouped(std::size_t number) {
  std::string made = std::to_string(number);
  for (std::size_t at = made.size(); at > 3; at -= 3) {
    made.insert(at - 3, ",");
  }
  return made;
}

/// From outside, made fit to be read.
std::string shown(std::string_view text, const Profile& profile) {
  Report nobody;  // it is a description, not content
  std::string made = text::without_links(text::cleaned_line(text, nobody), profile, nobody);
  made.resize(cut_at(made, kLongestName));
  return made;
}

void line(std::string& made, std::string_view label, std::string_view value) {
  made += label;
  made += ": ";
  made += value;
  made += '\n';
}

std::string type_of(const LeftOut& file, const Profile& profile) {
  const Type type = type_called(extension_of(file.name));
  std::string made{type == Type::Unknown ? std::string_view{}
                                         : word_of(type).title.in(profile.language)};
  if (!file.type.empty()) {
    made += made.empty() ? file.type : " (" + file.type + ")";
  }
  return made.empty() ? std::string{kUnknownType.in(profile.language)} : shown(made, profile);
}

}  // namespace

std::string notice(const std::vector<LeftOut>& files, const Profile& profile) {
  if (files.empty()) {
    return {};
  }
  const Language language = profile.language;
  std::string made{kRule};
  made += '\n';
  made += kHead.in(language);
  made += '\n';
  for (const LeftOut& file : files) {
    const RefusalWord& why = word_of(file.why);
    const std::string name = shown(file.name, profile);
    made += '\n';
    line(made, kName.in(language), name.empty() ? kNoName.in(language) : name);
    line(made, kType.in(language), type_of(file, profile));
    line(made, kSize.in(language), grouped(file.size) + " " + std::string{kBytes.in(language)});
    line(made, kReason.in(language), why.meaning.in(language));
    line(made, kAdvice.in(language), why.advice.in(language));
  }
  made += kRule;
  made += '\n';
  return made;
}

}  // namespace sekisho::sanitize::mail
