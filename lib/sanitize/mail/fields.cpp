// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/mail/addresses.hpp"
#include "sanitize/mail/outgoing.hpp"
#include "sanitize/mail/words.hpp"
#include "sanitize/text/links.hpp"
#include "sanitize/text/plain.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize::mail {
namespace {

struct Name {
  std::string_view lower;
  std::string_view written;
};
constexpr std::array kAddresses{Name{"from", "From"}, Name{"sender", "Sender"},
                                Name{"reply-to", "Reply-To"}, Name{"to", "To"}, Name{"cc", "Cc"}};
constexpr std::array kIdentifiers{Name{"message-id", "Message-ID"},
                                  Name{"in-reply-to", "In-Reply-To"},
                                  Name{"references", "References"}};
/// Read elsewhere, and written anew.
constexpr std::array<std::string_view, 10> kOthers{"subject",
                                                   "date",
                                                   "mime-version",
                                                   "content-type",
                                                   "content-transfer-encoding",
                                                   "content-disposition",
                                                   "content-id",
                                                   "content-description",
                                                   "content-language",
                                                   "x-sekisho-sanitized"};

tl::unexpected<Refused> unreadable(std::string_view field, Wrong what) {
  return refuse(Refusal::Ambiguous, std::string{field} + ": " + std::string{what});
}

/// Of a host that nobody outside should know: one label, or a suffix for private use.
bool is_internal(std::string_view identifier) {
  constexpr std::array<std::string_view, 9> kSuffixes{".local",     ".localdomain", ".lan",
                                                      ".internal",  ".intra",       ".corp",
                                                      ".home.arpa", ".lgwan.jp",    ".private"};
  std::string host{identifier.substr(identifier.find('@') + 1)};
  host.pop_back();  // the bracket
  std::ranges::transform(host, host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  return host.find('.') == std::string::npos || host.starts_with('[') ||
         std::ranges::any_of(kSuffixes, [&](std::string_view end) { return host.ends_with(end); });
}

/// Cleaned, without links, in one line.
std::string shown(std::string_view text, Job& job) {
  std::string made =
      text::without_links(text::cleaned_line(text, job.report()), job.profile(), job.report());
  std::ranges::replace(made, '\n', ' ');
  made.erase(0, std::min(made.find_first_not_of(' '), made.size()));
  made.erase(made.find_last_not_of(' ') + 1);
  return made;
}

/// The domain of the sender; empty where there is none that can be told.
std::string domain_of(const std::vector<Address>& from) {
  return from.empty() ? std::string{}
                      : from.front().mailbox.substr(from.front().mailbox.rfind('@') + 1);
}

class Writing {
 public:
  Writing(const Entity& original, Job& job) : original_{original}, job_{job} {}

  tl::expected<std::string, Refused> run() && {
    for (const Name& name : kAddresses) {
      if (auto step = addresses(name); !step) {
        return tl::unexpected{step.error()};
      }
    }
    auto subject = subject_of(original_, job_);
    if (!subject) {
      return subject;
    }
    if (!subject->empty()) {
      made_ += field("Subject", encoded_text(*subject));
    }
    if (const std::string* date = original_.field("date"); date != nullptr) {
      const auto rebuilt = rebuilt_date(*date);
      made_ += rebuilt ? field("Date", *rebuilt) : "";
      removed("date", !rebuilt);
    }
    for (const Name& name : kIdentifiers) {
      identifiers(name);
    }
    for (const Field& one : original_.fields) {
      const auto is = [&](const Name& name) { return name.lower == one.name; };
      removed(one.name, std::ranges::none_of(kAddresses, is) &&
                            std::ranges::none_of(kIdentifiers, is) &&
                            std::ranges::find(kOthers, one.name) == kOthers.end());
    }
    return std::move(made_);
  }

 private:
  void removed(std::string_view name, bool is) {
    if (is) {
      job_.report().note(Action::RemovedMetadata, name);
    }
  }

  tl::expected<void, Refused> addresses(const Name& name) {
    const std::string* value = original_.field(name.lower);
    if (value == nullptr) {
      return {};
    }
    auto read = parse_addresses(*value, job_.report());
    if (!read) {
      return unreadable(name.written, read.error());
    }
    for (Address& address : *read) {
      address.name = shown(address.name, job_);
    }
    if (name.lower == "from") {
      domain_ = domain_of(*read);
    }
    made_ += read->empty() ? name.lower == "to" ? "To: undisclosed-recipients:;\r\n" : ""
                           : field(name.written, written(*read));
    return {};
  }

  void identifiers(const Name& name) {
    const std::string* value = original_.field(name.lower);
    if (value == nullptr) {
      return;
    }
    std::string kept;
    for (std::string& one : parse_identifiers(*value)) {
      if (job_.profile().take_out && is_internal(one)) {
        job_.report().note(Action::RemovedMetadata, "internal host name");
        const bool own = name.lower == "message-id" && !is_internal("<x@" + domain_ + ">");
        one = own ? one.substr(0, one.find('@') + 1) + domain_ + ">" : std::string{};
      }
      kept += one.empty() || kept.empty() ? "" : " ";
      kept += one;
      if (name.lower == "message-id") {
        break;
      }
    }
    made_ += kept.empty() ? "" : field(name.written, kept);
    removed(name.lower, kept.empty());
  }

  const Entity& original_;
  Job& job_;
  std::string made_;
  std::string domain_;
};

}  // namespace

tl::expected<std::string, Refused> kept_fields(const Entity& original, Job& job) {
  return Writing{original, job}.run();
}

tl::expected<std::string, Refused> subject_of(const Entity& original, Job& job) {
  const std::string* value = original.field("subject");
  if (value == nullptr) {
    return std::string{};
  }
  auto decoded = decoded_words(*value);
  if (!decoded) {
    return unreadable("Subject", decoded.error());
  }
  return shown(*decoded, job);
}

}  // namespace sekisho::sanitize::mail
