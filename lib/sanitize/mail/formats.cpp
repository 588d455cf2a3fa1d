// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/mail/formats.hpp"

#include "sanitize/frame/name.hpp"
#include "sanitize/mail/content.hpp"
#include "sanitize/mail/notice.hpp"
#include "sanitize/mail/outgoing.hpp"
#include "sanitize/mail/uuencode.hpp"
#include "sanitize/text/links.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace sekisho::sanitize::mail {
namespace {

constexpr std::string_view kMessage = "message/rfc822";

constexpr Text kInside{"----- 添付されたメール -----", "----- attached mail -----"};
constexpr Text kInsideEnds{"----- 添付されたメールの終わり -----",
                           "----- end of attached mail -----"};

/// How an item of this type leaves with this extension.
std::string media_type_of(const Rebuilt& rebuilt) {
  const TypeWord& own = word_of(rebuilt.type);
  if (rebuilt.extension.empty() || rebuilt.extension == own.extension) {
    return std::string{own.media_type};
  }
  const auto words = type_words();
  const auto found = std::ranges::find(words, rebuilt.extension, &TypeWord::extension);
  return std::string{found == words.end() ? "application/octet-stream" : found->media_type};
}

/// Files on their way out.
class Carrying {
 public:
  explicit Carrying(Job& job) : job_{job} {}

  void take(const Attachment& attachment) {
    if (job_.profile().attachments == Profile::Attachments::Remove) {
      const auto why = attachment.type == kMessage ? quote(attachment)
                                                   : std::optional{Refusal::ForbiddenByProfile};
      if (why) {
        leave_out(attachment, *why);
      }
      return;
    }
    const Outcome outcome = sanitized(attachment);
    if (!outcome) {
      return leave_out(attachment, outcome.error().why);
    }
    partial_ = partial_ || outcome->partial;
    const std::string_view extension =
        outcome->extension.empty() ? word_of(outcome->type).extension : outcome->extension;
    const std::string name = free_name(attachment.name, extension);
    if (name != attachment.name) {
      job_.report().note(Action::ChangedName, attachment.name);
    }
    files_.push_back({name, media_type_of(*outcome), outcome->bytes});
  }

  [[nodiscard]] const std::vector<File>& files() const { return files_; }
  /// What stands behind the message's own text.
  [[nodiscard]] std::string text() const {
    const std::string said = notice(left_out_, job_.profile());
    return quoted_ + (quoted_.empty() || said.empty() ? "" : "\n") + said;
  }
  [[nodiscard]] bool partial() const { return partial_; }

 private:
  Outcome sanitized(const Attachment& attachment) {
    const bool unnamed = attachment.type == kMessage && attachment.name.empty();
    return job_.nested(Item{as_bytes(attachment.bytes), unnamed ? "message.eml" : attachment.name,
                            attachment.type});
  }
  void leave_out(const Attachment& attachment, Refusal why) {
    job_.report().note(Action::RemovedAttachment, attachment.name);
    left_out_.push_back({attachment.name, attachment.type, attachment.bytes.size(), why});
    partial_ = true;
  }
  std::string free_name(std::string_view name, std::string_view extension) {
    std::string made = rebuilt_name(name, extension);
    const std::string stem = made.substr(0, made.size() - extension.size() - 1);
    for (unsigned number = 2; !names_.insert(made).second; ++number) {
      made = stem + "-" + std::to_string(number) + "." + std::string{extension};
    }
    return made;
  }

  /// The text of a message inside, with what it says of itself; or why not.
  std::optional<Refusal> quote(const Attachment& attachment) {
    const Outcome outcome = sanitized(attachment);
    if (!outcome) {
      return outcome.error().why;
    }
    if (outcome->type != Type::Mail) {
      return Refusal::ForbiddenByProfile;
    }
    // it is one that this family wrote: fields in ASCII, one text
    Job reading{job_.limits(), job_.profile(), {}};
    const auto message = scan(outcome->bytes, reading);
    const auto content = message ? content_of(*message, reading)
                                 : tl::expected<Content, Refused>{tl::unexpected{message.error()}};
    const auto subject =
        message ? subject_of(*message, reading) : tl::expected<std::string, Refused>{std::string{}};
    if (!content || !subject) {
      return Refusal::InspectionFailed;
    }
    partial_ = partial_ || outcome->partial;
    const std::string* date = message->field("date");
    const Language language = job_.profile().language;
    quoted_ += (quoted_.empty() ? "" : "\n") + std::string{kInside.in(language)} + "\n";
    quoted_ += "Subject: " + *subject + "\n";
    quoted_ += date == nullptr ? "" : "Date: " + *date + "\n";
    quoted_ += "\n" + content->text + std::string{kInsideEnds.in(language)} + "\n";
    job_.report().note(Action::ChangedToText, kMessage);
    return std::nullopt;
  }

  Job& job_;
  std::vector<File> files_;
  std::vector<LeftOut> left_out_;
  std::string quoted_;
  std::set<std::string> names_;
  bool partial_ = false;
};

Outcome message_from(const Entity& original, const Content& content, Job& job) {
  Report& report = job.report();
  const auto fields = kept_fields(original, job);
  if (!fields) {
    return tl::unexpected{fields.error()};
  }
  std::string text = text::without_links(content.text, job.profile(), report);
  if (!without_uuencoded(text).files.empty()) {
    return refuse(Refusal::Ambiguous, "a file that is one only after its links were neutralised");
  }
  Carrying carrying{job};
  for (const Attachment& attachment : content.attachments) {
    carrying.take(attachment);
  }
  if (const std::string more = carrying.text(); !more.empty()) {
    text += (text.empty() ? "" : "\n") + more;
  }
  report.saw_text(*subject_of(original, job) + "\n" + text);
  return Rebuilt{Type::Mail,
                 message_of(*fields, text, carrying.files(), codes_of(original, report)),
                 carrying.partial(),
                 {}};
}

Outcome sanitize(Type type, const Item& item, Job& job) {
  Outcome outcome = type == Type::Tnef ? sanitize_tnef(item, job) : sanitize_mail(item, job);
  if (!outcome && outcome.error().type == Type::Unknown) {
    outcome.error().type = type;
  }
  return outcome;
}

constexpr std::array kFormats{Format{Type::Mail, sanitize, inspect},
                              Format{Type::Tnef, sanitize, inspect}};

}  // namespace

Outcome sanitize_mail(const Item& item, Job& job) {
  const std::string_view bytes = as_text(item.bytes);
  const auto converted = with_line_ends(bytes);
  const auto message = scan(converted ? *converted : bytes, job);
  if (!message) {
    return tl::unexpected{message.error()};
  }
  const auto content = content_of(*message, job);
  return content ? message_from(*message, *content, job) : Outcome{tl::unexpected{content.error()}};
}

Outcome sanitize_tnef(const Item& item, Job& job) {
  const auto content = content_of_tnef(item.bytes, job);
  if (!content) {
    return tl::unexpected{content.error()};
  }
  Outcome outcome = message_from(Entity{}, *content, job);
  if (outcome) {
    outcome->type = Type::Tnef;
    outcome->extension = word_of(Type::Mail).extension;
  }
  return outcome;
}

std::span<const Format> formats() {
  return kFormats;
}

}  // namespace sekisho::sanitize::mail
