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
  draft.profiles.push_back({std::move(profile), entry.spot});
}

}  // namespace sekisho::policy
