// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/stage/identify.hpp"

#include "sanitize/stage/little_endian.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sekisho::sanitize {
namespace {

/// PDF readers look for the header so far from the start (ISO 32000-1, implementation note 13).
constexpr std::size_t kHeaderWithin = 1024;

/// A ZIP reader finds its end record and, as far before it as that says, its directory.
bool ends_as_zip(std::string_view text) {
  constexpr std::size_t kEnd = 22;
  constexpr std::size_t kMostComment = 65535;
  const std::size_t from = text.size() - std::min(text.size(), kEnd + kMostComment);
  const LittleEndian number{text};
  for (std::size_t at = text.find("PK\x05\x06", from); at != std::string_view::npos;
       at = text.find("PK\x05\x06", at + 1)) {
    const std::uint32_t size = number.u32(at + 12);
    if (size <= at && size > 0 && text.substr(at - size).starts_with("PK\x01\x02")) {
      return true;
    }
  }
  return false;
}

/// Where browsers look when they guess.
bool looks_like_page(std::string_view text) {
  using namespace std::string_view_literals;
  std::string head{text.substr(0, kHeaderWithin)};
  std::ranges::transform(head, head.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return std::ranges::any_of(
      std::array{"<script"sv, "<html"sv, "<!doctype html"sv, "<?php"sv, "<iframe"sv},
      [&](std::string_view sign) { return head.find(sign) != std::string::npos; });
}

tl::expected<Type, Refused> refused(Refusal why, std::string_view detail, Type type) {
  auto refusal = refuse(why, detail);
  refusal.value().type = type;
  return refusal;
}

Type claim_of(const Item& item) {
  const Type by_name = claimed_by_name(item.name);
  return by_name != Type::Unknown ? by_name : claimed_by_media_type(item.declared_type);
}

/// Nothing of binary signature: text, or something that only its name tells.
tl::expected<Type, Refused> without_signature(const Item& item) {
  const Type claimed = claim_of(item);
  if (may_be_text(item.bytes)) {
    return type_of_text(item.bytes, claimed);
  }
  const std::string_view head = as_text(item.bytes).substr(0, kHeaderWithin);
  if (claimed == Type::Pdf && head.find("%PDF-") != std::string_view::npos) {
    return Type::Pdf;  // behind other bytes, which readers overlook
  }
  if (word_of(claimed).family == Family::None) {
    return refused(Refusal::UnsupportedType, word_of(claimed).name, claimed);
  }
  if (word_of(claimed).family == Family::Text || word_of(claimed).family == Family::Mail) {
    return claimed;  // in a charset that only the family knows, or not what it claims
  }
  return claimed == Type::Unknown
             ? refused(Refusal::UnsupportedType, "no known signature", Type::Unknown)
             : refused(Refusal::TypeMismatch,
                       "named or declared " + std::string{word_of(claimed).name} +
                           ", but without its signature",
                       Type::Unknown);
}

tl::expected<Type, Refused> within(Type type, ByteView bytes) {
  if (type == Type::Zip) {
    const Type inner = type_within_zip(bytes);
    return inner == Type::Unknown
               ? refused(Refusal::UnsupportedType, "an unknown format in a zip", Type::Unknown)
               : inner;
  }
  if (type == Type::Doc) {
    const WithinCompound inner = type_within_compound(bytes);
    if (inner.encrypted) {
      return refused(Refusal::Encrypted, "an office document with a password", Type::Unknown);
    }
    return inner.type == Type::Unknown
               ? refused(Refusal::UnsupportedType, "an unknown compound file", Type::Unknown)
               : tl::expected<Type, Refused>{inner.type};
  }
  return type;
}

/// Empty is a text, or the beginning of something.
tl::expected<Type, Refused> of_nothing(const Item& item) {
  const Type claimed = claim_of(item);
  const bool text = claimed == Type::Unknown || word_of(claimed).family == Family::Text;
  return text ? tl::expected<Type, Refused>{claimed == Type::Unknown ? Type::Text : claimed}
              : refused(Refusal::Truncated, "it is empty", claimed);
}

}  // namespace

std::string second_format(Type type, ByteView bytes) {
  const Family family = word_of(type).family;
  const std::string_view text = as_text(bytes);
  if (family == Family::Picture && type != Type::Svg) {
    if (text.substr(0, kHeaderWithin).find("%PDF-") != std::string_view::npos) {
      return "pdf";
    }
    if (looks_like_page(text)) {
      return "html";
    }
  }
  const bool carries_others =
      family != Family::Picture && family != Family::Pdf && family != Family::Rtf;
  return !carries_others && ends_as_zip(text) ? "zip" : "";
}

tl::expected<Type, Refused> identify(const Item& item) {
  if (item.bytes.empty()) {
    return of_nothing(item);
  }
  const Type outer = type_by_signature(item.bytes);
  const auto type = outer == Type::Unknown ? without_signature(item) : within(outer, item.bytes);
  if (!type) {
    return type;
  }
  if (word_of(*type).family == Family::None) {
    return refused(Refusal::UnsupportedType, word_of(*type).name, *type);
  }
  if (const std::string second = second_format(*type, item.bytes); !second.empty()) {
    return refused(Refusal::Polyglot, "also " + second, *type);
  }
  if (const std::string why = contradiction(*type, item); !why.empty()) {
    const bool known =
        claimed_by_name(item.name) != Type::Unknown || word_of(*type).family != Family::Text;
    return refused(known ? Refusal::TypeMismatch : Refusal::UnsupportedType, why, *type);
  }
  return type;
}

}  // namespace sekisho::sanitize
