// SPDX-License-Identifier: GPL-3.0-or-later
#include "quarantine/line.hpp"

#include "base/escape.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace sekisho::quarantine {
namespace {

using boost::json::array;
using boost::json::object;

std::string clean(const std::string& text) {
  return is_utf8(text) ? text : escaped(text);
}

/// Empty where there is no such text.
std::string text_of(const object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string{} : std::string{*text};
}

std::int64_t number_of(const object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  const auto* number = value == nullptr ? nullptr : value->if_int64();
  return number == nullptr ? -1 : *number;
}

std::optional<Item> item_of(const object& from) {
  const std::int64_t at = number_of(from, "at");
  const std::int64_t size = number_of(from, "size");
  Item item;
  item.id = text_of(from, "id");
  item.sha256 = text_of(from, "sha256");
  if (at < 0 || size < 0 || item.sha256.size() != 64) {
    return std::nullopt;
  }
  item.at = Instant{std::chrono::seconds{at}};
  item.size = static_cast<std::uint64_t>(size);
  item.about = {text_of(from, "exchange"), text_of(from, "peer"), text_of(from, "sender"), {}};
  const auto* recipients = from.if_contains("recipients");
  for (const auto& one :
       recipients != nullptr && recipients->is_array() ? recipients->get_array() : array{}) {
    if (const auto* text = one.if_string()) {
      item.about.recipients.emplace_back(*text);
    }
  }
  return item;
}

void apply(Item& item, const std::string& what, const std::string& text) {
  if (what == "status") {
    item.status = text;
  } else if (what == "fate") {
    item.fate = text;
  } else if (what == "release") {
    item.releases.push_back(text);
  } else if (what == "purged") {
    item.purged = true;
  }
}

}  // namespace

std::string item_line(const Item& item) {
  array recipients;
  for (const std::string& one : item.about.recipients) {
    recipients.emplace_back(clean(one));
  }
  return serialize(object{{"id", item.id},
                          {"at", item.at.time_since_epoch().count()},
                          {"sha256", item.sha256},
                          {"size", static_cast<std::int64_t>(item.size)},
                          {"exchange", clean(item.about.exchange)},
                          {"peer", clean(item.about.peer)},
                          {"sender", clean(item.about.sender)},
                          {"recipients", std::move(recipients)}}) +
         '\n';
}

std::string note_line(const std::string& id, std::string_view what, const std::string& text) {
  return serialize(object{{"id", id}, {"note", what}, {"text", clean(text)}}) + '\n';
}

bool replay(std::string_view line, std::vector<Item>& items) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(line, error);
  const auto* from = error ? nullptr : value.if_object();
  if (from == nullptr) {
    return false;
  }
  const std::string id = text_of(*from, "id");
  const auto known = std::ranges::find(items, id, &Item::id);
  if (from->contains("note")) {
    if (known == items.end()) {
      return false;
    }
    apply(*known, text_of(*from, "note"), text_of(*from, "text"));
    return true;
  }
  auto item = item_of(*from);
  if (!item || id.empty() || known != items.end()) {
    return false;
  }
  items.push_back(*std::move(item));
  return true;
}

}  // namespace sekisho::quarantine
