// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/mail/content.hpp"

#include "sanitize/mail/tnef.hpp"
#include "sanitize/mail/uuencode.hpp"
#include "sanitize/text/charset.hpp"
#include "sanitize/text/html.hpp"
#include "sanitize/text/plain.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize::mail {
namespace {

using Step = tl::expected<void, Refused>;

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}
bool one_of(std::string_view text, std::span<const std::string_view> these) {
  return std::ranges::find(these, text) != these.end();
}
std::string lower(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  return made;
}

bool is_file(const Entity& part) {
  return !part.file_name().empty() ||
         (!part.disposition.value.empty() && part.disposition.value != "inline");
}
bool is_text(const Entity& part, std::string_view type) {
  return part.type.value == type && !is_file(part);
}
/// A text/html, or a multipart that begins with one: related, mixed.
bool is_html(const Entity& part) {
  return is_text(part, "text/html") ||
         (part.is_multipart() && !part.parts.empty() && is_html(part.parts.front()));
}
bool is_signature(std::string_view type) {
  constexpr std::array<std::string_view, 3> kTypes{
      "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"};
  return one_of(type, kTypes);
}
bool is_encrypted(const Entity& part) {
  constexpr std::array<std::string_view, 4> kTypes{"multipart/encrypted", "application/pkcs7-mime",
                                                   "application/x-pkcs7-mime",
                                                   "application/pgp-encrypted"};
  return one_of(part.type.value, kTypes) || lower(part.file_name()).ends_with(".p7m");
}
bool is_tnef(const Entity& part) {
  return part.type.value == "application/ms-tnef" || part.type.value == "application/vnd.ms-tnef" ||
         lower(part.file_name()) == "winmail.dat";
}

/// CR LF, and what else ends lines, as LF.
std::string with_lf(std::string_view text) {
  std::string made;
  made.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\r') {
      made += text[at];
    } else if (at + 1 == text.size() || text[at + 1] != '\n') {
      made += '\n';
    }
  }
  return made;
}

/// Joins the lines of format=flowed (RFC 3676).
std::string unflowed(std::string_view text, bool delete_space) {
  std::string made;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.starts_with(' ')) {
      line.remove_prefix(1);
    }
    const bool flows = line.ends_with(' ') && line != "-- ";
    made += flows && delete_space ? line.substr(0, line.size() - 1) : line;
    made += flows ? "" : "\n";
  }
  return made;
}

class Collecting {
 public:
  explicit Collecting(Job& job) : job_{job} {}

  Step part(const Entity& part) {
    if (is_encrypted(part)) {
      return refuse(Refusal::Encrypted, part.type.value);
    }
    if (part.is_multipart()) {
      return multipart(part);
    }
    if (part.type.value == "message/partial") {
      return refuse(Refusal::Split, part.type.value);
    }
    if (part.type.value == "message/external-body") {
      return refuse(Refusal::ForbiddenByProfile, part.type.value);
    }
    if (is_signature(part.type.value)) {
      job_.report().note(Action::RemovedSignature, part.type.value);
      return {};
    }
    if (part.type.value == "application/applefile") {
      job_.report().note(Action::RemovedMetadata, part.type.value);
      return {};
    }
    if (is_tnef(part)) {
      return tnef(as_bytes(part.content));
    }
    if (is_text(part, "text/plain") || is_text(part, "text/html") ||
        is_text(part, "message/delivery-status")) {
      return text(part);
    }
    made_.attachments.push_back({std::string{part.file_name()}, part.type.value, part.content});
    return {};
  }
  Step tnef(ByteView bytes) {
    auto opened = parse_tnef(bytes);
    if (!opened) {
      return refuse(Refusal::Malformed, opened.error());
    }
    job_.report().note(Action::RemovedEmbedded, "winmail.dat");
    if (made_.text.empty() && !opened->body.empty()) {
      if (auto step = plain(with_lf(opened->body)); !step) {
        return step;
      }
    }
    for (TnefFile& file : opened->files) {
      made_.attachments.push_back({std::move(file.name), {}, std::move(file.bytes)});
    }
    return job_.entries(opened->files.size());
  }
  Content take() && { return std::move(made_); }

 private:
  Step multipart(const Entity& whole) {
    if (whole.type.value == "multipart/signed" && whole.parts.size() != 2) {
      return refuse(Refusal::Ambiguous, "a signed message that has not two parts");
    }
    if (whole.type.value == "multipart/alternative") {
      return alternative(whole);
    }
    for (const Entity& part : whole.parts) {
      if (auto step = this->part(part); !step) {
        return step;
      }
    }
    return {};
  }

  /// The plain text where it says anything, else the rest; files of all of them.
  Step alternative(const Entity& whole) {
    const auto plain = std::ranges::find_if(whole.parts, [](const Entity& part) {
      return is_text(part, "text/plain") && !is_blank(part.content);
    });
    for (const Entity& part : whole.parts) {
      const bool text = is_text(part, "text/plain");
      const bool taken =
          plain == whole.parts.end() ? !text : &part == &*plain || !(text || is_html(part));
      if (auto step = taken ? this->part(part) : files_of(part); !step) {
        return step;
      }
    }
    return {};
  }
  /// Of a text that is not taken.
  Step files_of(const Entity& part) {
    for (const Entity& inner : part.parts) {
      auto step = inner.is_multipart() ? files_of(inner)
                  : is_html(inner)     ? Step{}
                                       : this->part(inner);
      if (!step) {
        return step;
      }
    }
    if (!part.is_multipart()) {
      job_.report().note(Action::ChangedToText, "alternative");
    }
    return {};
  }

  Step text(const Entity& part) {
    const std::string_view named = part.type["charset"];
    const auto charset = text::charset_called(named.empty() ? "us-ascii" : named);
    if (!charset) {
      return refuse(Refusal::Ambiguous, "charset '" + std::string{named} + "' is not read here");
    }
    auto decoded = text::decoded(part.content, *charset);
    if (!decoded) {
      return refuse(Refusal::Ambiguous, "byte " + std::to_string(decoded.error()) +
                                            " of a text is not " +
                                            std::string{text::name_of(*charset)});
    }
    if (*charset == text::Charset::Ascii && decoded->find("\x1b$") != std::string::npos) {
      return refuse(Refusal::Ambiguous, "a text in ISO-2022-JP that does not say so");
    }
    if (*charset != text::Charset::Ascii && *charset != text::Charset::Utf8) {
      job_.report().note(Action::ChangedCharset, text::name_of(*charset));
    }
    if (part.type.value == "text/html") {
      job_.report().note(Action::ChangedToText, "html");
      return plain(text::text_of_html(*decoded, job_.profile().language, job_.report()));
    }
    std::string lines = with_lf(*decoded);
    if (lower(part.type["format"]) == "flowed") {
      lines = unflowed(lines, lower(part.type["delsp"]) == "yes");
    }
    return plain(lines);
  }

  /// Looks for files in the text as it will be read: without what cleaning takes out of it.
  Step plain(std::string_view text) {
    const std::string lines = text::cleaned(text, job_.report());
    if (lines.find("-----BEGIN PGP MESSAGE-----") != std::string::npos) {
      return refuse(Refusal::Encrypted, "a PGP message in the text");
    }
    if (const std::string_view other = other_encoding(lines); !other.empty()) {
      return refuse(Refusal::UnsupportedType, std::string{other} + " in the text");
    }
    Unpacked unpacked = without_uuencoded(lines);
    if (unpacked.broken) {
      return refuse(Refusal::Ambiguous, "a uuencoded file that does not end");
    }
    for (InText& file : unpacked.files) {
      made_.attachments.push_back({std::move(file.name), {}, std::move(file.bytes)});
    }
    append(unpacked.text);
    return {};
  }
  void append(std::string_view text) {
    if (text.empty()) {
      return;
    }
    made_.text += made_.text.empty() ? "" : "\n";
    made_.text += text;
    made_.text += text.ends_with('\n') ? "" : "\n";
  }

  Job& job_;
  Content made_;
};

}  // namespace

tl::expected<Content, Refused> content_of(const Entity& message, Job& job) {
  Collecting collecting{job};
  if (auto step = collecting.part(message); !step) {
    return tl::unexpected{step.error()};
  }
  return std::move(collecting).take();
}

tl::expected<Content, Refused> content_of_tnef(ByteView bytes, Job& job) {
  Collecting collecting{job};
  if (auto step = collecting.tnef(bytes); !step) {
    return tl::unexpected{step.error()};
  }
  return std::move(collecting).take();
}

}  // namespace sekisho::sanitize::mail
