// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/values.hpp"

#include "base/escape.hpp"

#include <algorithm>
#include <charconv>

namespace sekisho::policy {
namespace {

constexpr std::size_t kLongestText = 1000;

template <typename T>
const T* typed(const Field& field, const Message& wanted) {
  const auto* value = std::get_if<T>(&field.node.value);
  if (value == nullptr) {
    field.wrong_type(wanted);
  }
  return value;
}

bool printable(std::string_view text) {
  std::string plain{text};
  std::erase(plain, '\\');
  return escaped(plain) == plain;
}

bool lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<std::string> matching(const Field& field, std::size_t longest, char joint,
                                    const Message& otherwise) {
  const auto* text = typed<std::string>(field, message::kText);
  if (text == nullptr) {
    return std::nullopt;
  }
  if (!is_name(*text, longest, joint)) {
    field.error(otherwise, {*text});
    return std::nullopt;
  }
  return *text;
}

const Message& message_for(net::ServiceFault fault) {
  switch (fault) {
    case net::ServiceFault::BadPort: return message::kBadPort;
    case net::ServiceFault::Reversed: return message::kReversedRange;
    case net::ServiceFault::BadType: return message::kBadIcmpType;
    case net::ServiceFault::BadProtocol: return message::kBadProtocol;
    case net::ServiceFault::Unknown: break;
  }
  return message::kBadService;
}

/// A whole number with one of the units behind it, in the smallest of them.
template <std::size_t N>
std::optional<std::uint64_t> measured(std::string_view text,
                                      const std::array<Word<std::uint64_t>, N>& units) {
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || (text.size() > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const auto found = std::ranges::find(units, unit, &Word<std::uint64_t>::name);
  if (found == units.end()) {
    return std::nullopt;
  }
  return count * found->value;
}

constexpr std::array kSizes{Word<std::uint64_t>{"KiB", 1ULL << 10U},
                            Word<std::uint64_t>{"MiB", 1ULL << 20U},
                            Word<std::uint64_t>{"GiB", 1ULL << 30U}};
constexpr std::array kTimes{Word<std::uint64_t>{"ms", 1}, Word<std::uint64_t>{"s", 1000}};

}  // namespace

bool is_name(std::string_view text, std::size_t longest, char joint) {
  return !text.empty() && text.size() <= longest && lower(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return lower(c) || digit(c) || c == joint; });
}

std::optional<std::string> read_text(const Field& field) {
  const auto* text = typed<std::string>(field, message::kText);
  if (text == nullptr) {
    return std::nullopt;
  }
  const std::string key{field.key};
  if (text->find_first_not_of(' ') == std::string::npos) {
    field.error(message::kEmptyText, {key});
  } else if (text->size() > kLongestText) {
    field.error(message::kTooLong, {key, std::to_string(kLongestText)});
  } else if (!printable(*text)) {
    field.error(message::kUnprintable, {key});
  } else {
    return *text;
  }
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(const Field& field) {
  const auto* value = typed<std::int64_t>(field, message::kInteger);
  return value == nullptr ? std::nullopt : std::optional{*value};
}

std::optional<bool> read_boolean(const Field& field) {
  const auto* value = typed<bool>(field, message::kBoolean);
  return value == nullptr ? std::nullopt : std::optional{*value};
}

std::optional<std::string> read_name(const Field& field) {
  return matching(field, 63, '-', message::kBadName);
}

std::optional<std::string> read_zone_name(const Field& field) {
  auto name = matching(field, 15, '-', message::kBadZoneName);
  if (name == "management") {
    field.error(message::kReservedZoneName, {*name});
    return std::nullopt;
  }
  return name;
}

std::optional<std::string> read_table_name(const Field& field) {
  return matching(field, 31, '_', message::kTableName);
}

std::optional<std::string> read_interface(const Field& field) {
  const auto* text = typed<std::string>(field, message::kText);
  if (text == nullptr) {
    return std::nullopt;
  }
  const bool plain = std::ranges::all_of(*text, [](char c) {
    return c > ' ' && c < 0x7f && std::string_view{"/:*\"\\"}.find(c) == std::string_view::npos;
  });
  if (text->empty() || text->size() > 15 || !plain || *text == "." || *text == "..") {
    field.error(message::kBadInterface, {*text});
    return std::nullopt;
  }
  if (*text == "lo") {
    field.error(message::kLoopback);
    return std::nullopt;
  }
  return *text;
}

std::optional<net::Address> read_address(const Field& field) {
  const auto* text = typed<std::string>(field, message::kText);
  if (text == nullptr) {
    return std::nullopt;
  }
  const auto address = net::Address::parse(*text);
  if (!address) {
    field.error(message::kBadAddress, {*text});
  }
  return address;
}

std::optional<net::Prefix> read_prefix(const Field& field) {
  const auto* text = typed<std::string>(field, message::kText);
  if (text == nullptr) {
    return std::nullopt;
  }
  const auto written = net::Prefix::as_written(*text);
  if (!written) {
    field.error(message::kBadPrefix, {*text});
    return std::nullopt;
  }
  const net::Prefix prefix{written->first, written->second};
  if (prefix.address() != written->first) {
    field.error(message::kHostBits, {*text, prefix.str()});
    return std::nullopt;
  }
  return prefix;
}

std::optional<net::Mac> read_mac(const Field& field) {
  const auto* text = typed<std::string>(field, message::kText);
  if (text == nullptr) {
    return std::nullopt;
  }
  const auto mac = net::Mac::parse(*text);
  if (!mac) {
    field.error(message::kBadMac, {*text});
    return std::nullopt;
  }
  const bool group = (mac->bytes().front() & 1U) != 0;
  if (group || *mac == net::Mac{}) {
    field.error(message::kGroupMac, {*text});
    return std::nullopt;
  }
  return mac;
}

std::optional<net::Service> read_service(const Field& field) {
  const auto* text = typed<std::string>(field, message::kText);
  if (text == nullptr) {
    return std::nullopt;
  }
  const net::ParsedService parsed = net::parse_service(*text);
  if (!parsed.service) {
    field.error(message_for(parsed.fault), {*text});
  }
  return parsed.service;
}

std::optional<Date> read_day(const Field& field) {
  if (const auto* date = std::get_if<Date>(&field.node.value)) {
    return *date;
  }
  if (const auto* moment = std::get_if<Moment>(&field.node.value)) {
    return Date{std::chrono::floor<std::chrono::days>(moment->local())};
  }
  if (std::holds_alternative<LocalMoment>(field.node.value)) {
    field.error(message::kLocalMomentNeedsOffset, {std::string{field.key}});
  } else {
    field.wrong_type(message::kDateOrMoment);
  }
  return std::nullopt;
}

std::optional<Moment> read_moment(const Field& field) {
  if (const auto* moment = std::get_if<Moment>(&field.node.value)) {
    return *moment;
  }
  if (std::holds_alternative<LocalMoment>(field.node.value) ||
      std::holds_alternative<Date>(field.node.value)) {
    field.error(message::kLocalMomentNeedsOffset, {std::string{field.key}});
  } else {
    field.wrong_type(message::kMoment);
  }
  return std::nullopt;
}

std::optional<Moment> read_day_or_moment(const Field& field) {
  if (const auto* moment = std::get_if<Moment>(&field.node.value)) {
    return *moment;
  }
  const auto day = read_day(field);
  if (!day) {
    return std::nullopt;
  }
  static constexpr std::chrono::hours kJapan{9};
  const auto end = std::chrono::sys_days{*day} + std::chrono::hours{24} - std::chrono::seconds{1};
  return Moment{end - kJapan, kJapan};
}

std::optional<std::uint64_t> read_size(const Field& field) {
  const auto* text = typed<std::string>(field, message::kText);
  if (text == nullptr) {
    return std::nullopt;
  }
  const auto size = measured(*text, kSizes);
  if (!size || *size == 0 || *size > (1ULL << 30U)) {
    field.error(message::kBadSize, {*text});
    return std::nullopt;
  }
  return size;
}

std::optional<std::chrono::milliseconds> read_duration(const Field& field) {
  const auto* text = typed<std::string>(field, message::kText);
  if (text == nullptr) {
    return std::nullopt;
  }
  const auto length = measured(*text, kTimes);
  if (!length || *length < 100 || *length > 60'000) {
    field.error(message::kBadDuration, {*text});
    return std::nullopt;
  }
  return std::chrono::milliseconds{*length};
}

std::optional<std::chrono::seconds> read_timeout(const Field& field) {
  constexpr std::array kUnits{Word<std::uint64_t>{"s", 1}, Word<std::uint64_t>{"m", 60}};
  const auto* text = typed<std::string>(field, message::kText);
  if (text == nullptr) {
    return std::nullopt;
  }
  const auto length = measured(*text, kUnits);
  if (!length || *length < 1 || *length > 600) {
    field.error(message::kBadTimeout, {*text});
    return std::nullopt;
  }
  return std::chrono::seconds{*length};
}

std::optional<std::uint64_t> read_memory(const Field& field) {
  const auto* text = typed<std::string>(field, message::kText);
  if (text == nullptr) {
    return std::nullopt;
  }
  const auto size = measured(*text, kSizes);
  if (!size || *size < (64ULL << 20U) || *size > (64ULL << 30U)) {
    field.error(message::kBadMemory, {*text});
    return std::nullopt;
  }
  return size;
}

}  // namespace sekisho::policy
