// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/mail/scan.hpp"

#include "sanitize/mail/header.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize::mail {
namespace {

constexpr std::size_t kDeepest = 16;
constexpr std::size_t kMostParts = 1'000;
constexpr std::size_t kLongestBoundary = 70;

bool is_message(std::string_view type) {
  return type == "message/rfc822" || type == "message/global" || type == "message/news";
}

/// bchars of RFC 2046 without those that readers quote or cut at.
bool is_boundary(std::string_view text) {
  constexpr std::string_view kAlso = "()+_-./:=? ";
  return !text.empty() && text.size() <= kLongestBoundary && text.front() != ' ' &&
         text.back() != ' ' && std::ranges::all_of(text, [&](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  kAlso.find(c) != std::string_view::npos;
         });
}

class Scanning {
 public:
  explicit Scanning(Job& job) : job_{job} {}

  tl::expected<Entity, Refused> entity(std::string_view bytes, std::size_t depth) {
    if (depth > kDeepest) {
      return refuse(Refusal::NestedTooDeep, "more than 16 levels of parts");
    }
    if (++parts_ > kMostParts) {
      return refuse(Refusal::TooManyEntries, "more than 1000 parts");
    }
    if (auto counted = job_.entries(); !counted) {
      return tl::unexpected{counted.error()};
    }
    auto header = scan_header(bytes);
    if (!header) {
      return tl::unexpected{at_place(header.error())};
    }
    if (!header->ended && depth > 1) {
      return no("a boundary cuts a header");
    }
    Entity made;
    made.fields = std::move(header->fields);
    made.raw = bytes.substr(header->length);
    if (auto read = read_fields(made); !read) {
      return tl::unexpected{read.error()};
    }
    auto whole = made.is_multipart() ? split(made, depth) : decode(made);
    if (!whole) {
      return tl::unexpected{whole.error()};
    }
    return made;
  }

 private:
  [[nodiscard]] Refused at_place(Refused refused) const {
    if (parts_ > 1) {
      refused.detail = "part " + std::to_string(parts_) + ": " + refused.detail;
    }
    return refused;
  }
  [[nodiscard]] tl::unexpected<Refused> no(std::string_view what) const {
    return tl::unexpected{at_place(refuse(Refusal::Ambiguous, what).value())};
  }

  /// Content-Type, Content-Disposition, MIME-Version.
  tl::expected<void, Refused> read_fields(Entity& entity) {
    if (const std::string* version = entity.field("mime-version");
        version != nullptr && *version != "1.0") {
      return no("an unknown MIME-Version");
    }
    if (const std::string* type = entity.field("content-type"); type != nullptr) {
      auto read = parse_parameters(*type, true);
      if (!read) {
        return no("Content-Type: " + std::string{read.error()});
      }
      entity.type = std::move(*read);
    } else if (digest_) {
      return no("a part of a digest without Content-Type");
    }
    if (const std::string* disposition = entity.field("content-disposition");
        disposition != nullptr) {
      auto read = parse_parameters(*disposition, false);
      if (!read) {
        return no("Content-Disposition: " + std::string{read.error()});
      }
      entity.disposition = std::move(*read);
    }
    const std::string_view by_type = entity.type["name"];
    const std::string_view by_disposition = entity.disposition["filename"];
    if (!by_type.empty() && !by_disposition.empty() && by_type != by_disposition) {
      return no("two different file names");
    }
    return {};
  }

  [[nodiscard]] static std::string encoding_of(const Entity& entity) {
    const std::string* field = entity.field("content-transfer-encoding");
    std::string made = field == nullptr ? "7bit" : *field;
    std::ranges::transform(made, made.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    });
    return made;
  }

  tl::expected<void, Refused> decode(Entity& entity) {
    const std::string encoding = encoding_of(entity);
    const bool identity = encoding == "7bit" || encoding == "8bit" || encoding == "binary";
    if (is_message(entity.type.value) || entity.type.value.starts_with("message/")) {
      if (!identity) {
        return no("a message in a transfer encoding");
      }
      entity.content = entity.raw;
      return {};
    }
    if (identity) {
      if (entity.raw.find('\0') != std::string_view::npos) {
        return no("a NUL in a body without transfer encoding");
      }
      entity.content = entity.raw;
      return {};
    }
    if (encoding != "base64" && encoding != "quoted-printable") {
      return no("an unknown Content-Transfer-Encoding");
    }
    auto content =
        encoding == "base64" ? from_base64(entity.raw) : from_quoted_printable(entity.raw);
    if (!content) {
      return no(content.error());
    }
    entity.content = std::move(*content);
    return {};
  }

  /// No boundary of the message may stand in another.
  tl::expected<void, Refused> check_boundary(const std::string& boundary) {
    if (!is_boundary(boundary)) {
      return no("a boundary that is missing or not proper");
    }
    for (const std::string& other : boundaries_) {
      if (boundary.find(other) != std::string::npos || other.find(boundary) != std::string::npos) {
        return no("a boundary that is part of another");
      }
    }
    boundaries_.push_back(boundary);
    return {};
  }

  tl::expected<void, Refused> split(Entity& entity, std::size_t depth) {
    const std::string encoding = encoding_of(entity);
    if (encoding != "7bit" && encoding != "8bit" && encoding != "binary") {
      return no("a multipart in a transfer encoding");
    }
    const std::string boundary{entity.type["boundary"]};
    if (auto checked = check_boundary(boundary); !checked) {
      return checked;
    }
    auto contents = contents_of(entity.raw, "--" + boundary);
    if (!contents) {
      return tl::unexpected{contents.error()};
    }
    const bool digest = std::exchange(digest_, entity.type.value == "multipart/digest");
    for (const std::string_view content : *contents) {
      digest_ = entity.type.value == "multipart/digest";
      auto part = this->entity(content, depth + 1);
      if (!part) {
        return tl::unexpected{part.error()};
      }
      entity.parts.push_back(std::move(*part));
    }
    digest_ = digest;
    return {};
  }

  /// What stands between delimiter lines. Each occurrence of the delimiter must be a line of its
  /// own.
  tl::expected<std::vector<std::string_view>, Refused> contents_of(std::string_view body,
                                                                   const std::string& delimiter) {
    std::vector<std::string_view> contents;
    std::optional<std::size_t> start;
    bool closed = false;
    for (std::size_t at = body.find(delimiter); at != std::string_view::npos;
         at = body.find(delimiter, at + 1)) {
      const bool own_line = at == 0 || (at >= 2 && body.substr(at - 2, 2) == "\r\n");
      std::string_view rest = body.substr(at + delimiter.size());
      const bool closes = rest.starts_with("--");
      rest.remove_prefix(closes ? 2 : 0);
      const bool line_ends = rest.starts_with("\r\n") || (closes && rest.empty());
      if (!own_line || !line_ends) {
        return no("a boundary that is no line of its own");
      }
      if (closed || (closes && !start)) {
        return no("a boundary behind or before its time");
      }
      if (start) {
        if (at < *start + 2) {
          return no("a part without a line end before its boundary");
        }
        contents.push_back(body.substr(*start, at - 2 - *start));
      } else {
        leave_out(body.substr(0, at), "preamble");
      }
      start = body.size() - rest.size() + (rest.empty() ? 0 : 2);
      closed = closes;
    }
    if (!closed) {
      return no("a multipart that is not closed");
    }
    leave_out(body.substr(*start), "epilogue");
    return contents;
  }
  void leave_out(std::string_view text, std::string_view what) {
    if (text.find_first_not_of(" \t\r\n") != std::string_view::npos) {
      job_.report().note(Action::RemovedHidden, what);
    }
  }

  Job& job_;
  std::size_t parts_ = 0;
  bool digest_ = false;
  std::vector<std::string> boundaries_;
};

}  // namespace

const std::string* Entity::field(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &found->value;
}

std::string_view Entity::file_name() const {
  const std::string_view by_disposition = disposition["filename"];
  return by_disposition.empty() ? type["name"] : by_disposition;
}

tl::expected<Entity, Refused> scan(std::string_view bytes, Job& job) {
  return Scanning{job}.entity(bytes, 1);
}

std::optional<std::string> with_line_ends(std::string_view bytes) {
  if (bytes.find('\r') != std::string_view::npos) {
    return std::nullopt;
  }
  std::string made;
  made.reserve(bytes.size() + bytes.size() / 32);
  for (const char c : bytes) {
    made += c == '\n' ? "\r\n" : std::string_view{&c, 1};
  }
  return made;
}

}  // namespace sekisho::sanitize::mail
