// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/parse_steps.hpp"
#include "policy/values.hpp"

#include <algorithm>
#include <array>

namespace sekisho::policy {
namespace {

constexpr std::array kAttachments{Word<Attachments>{"remove", Attachments::Remove},
                                  Word<Attachments>{"sanitize", Attachments::Sanitize}};
constexpr std::array kLinks{Word<Links>{"neutralise", Links::Neutralise},
                            Word<Links>{"remove", Links::Remove}};
constexpr std::array kMyNumber{Word<MyNumberFound>{"block", MyNumberFound::Block},
                               Word<MyNumberFound>{"quarantine", MyNumberFound::Quarantine},
                               Word<MyNumberFound>{"log", MyNumberFound::Log}};

constexpr std::array kDocuments{Word<Documents>{"rebuild", Documents::Rebuild},
                                Word<Documents>{"flatten", Documents::Flatten},
                                Word<Documents>{"text", Documents::Text}};
constexpr std::array kBadEntries{Word<BadEntries>{"replace", BadEntries::Replace},
                                 Word<BadEntries>{"refuse", BadEntries::Refuse}};

template <std::uint32_t kLeast, std::uint32_t kMost>
std::optional<std::uint32_t> read_number(const Field& field) {
  const auto number = read_integer(field);
  if (number && (*number < kLeast || *number > kMost)) {
    field.error(message::kOutOfRange,
                {std::string{field.key}, std::to_string(kLeast), std::to_string(kMost)});
    return std::nullopt;
  }
  return number ? std::optional{static_cast<std::uint32_t>(*number)} : std::nullopt;
}

SanitizeProfile named(std::string name, Attachments attachments) {
  SanitizeProfile profile;
  profile.name = std::move(name);
  profile.attachments = attachments;
  return profile;
}

template <typename T>
void set(T& target, const std::optional<At<T>>& read) {
  if (read) {
    target = read->value;
  }
}

void read_limits(Section& section, SanitizeLimits& limits) {
  set(limits.max_bytes, section.optional("max_bytes", read_size));
  set(limits.max_entries, section.optional("max_entries", read_number<1, 1'000'000>));
  set(limits.max_depth, section.optional("max_depth", read_number<0, 16>));
  set(limits.max_ratio, section.optional("max_ratio", read_number<1, 100'000>));
  set(limits.max_pixels, section.optional("max_pixels", read_number<1, 1'000'000'000>));
  set(limits.timeout, section.optional("timeout", read_timeout));
  set(limits.max_memory, section.optional("max_memory", read_memory));
}

}  // namespace

const std::vector<SanitizeProfile>& built_in_profiles() {
  static const std::vector<SanitizeProfile> kProfiles{
      named("mail-strict", Attachments::Remove), named("mail-files", Attachments::Sanitize),
      named("screen", Attachments::Remove), named("file", Attachments::Sanitize)};
  return kProfiles;
}

void read_profile(const Entry& entry, Draft& draft, Findings& findings) {
  if (!is_name(entry.key, 63, '-')) {
    findings.error(entry.spot, message::kBadName, {entry.key});
  }
  Section section{entry.key, entry.node, findings};
  // A table that bears the name of a built-in profile changes what it says and leaves the rest.
  const auto built_in = std::ranges::find(built_in_profiles(), entry.key, &SanitizeProfile::name);
  SanitizeProfile profile =
      built_in == built_in_profiles().end() ? named(entry.key, Attachments::Remove) : *built_in;
  set(profile.attachments, section.optional("attachments", read_word<kAttachments>));
  set(profile.links, section.optional("links", read_word<kLinks>));
  set(profile.max_message, section.optional("max_message", read_size));
  set(profile.my_number, section.optional("my_number", read_word<kMyNumber>));
  set(profile.documents, section.optional("documents", read_word<kDocuments>));
  set(profile.bad_entries, section.optional("bad_entries", read_word<kBadEntries>));
  read_limits(section, profile.limits);
  draft.profiles.push_back({std::move(profile), entry.spot});
}

}  // namespace sekisho::policy
