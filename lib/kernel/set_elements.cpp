// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/comments.hpp"
#include "kernel/decode.hpp"
#include "kernel/encode.hpp"
#include "kernel/sets.hpp"

#include <algorithm>

namespace sekisho::kernel {
namespace {

using ruleset::Bytes;
using ruleset::Element;
using ruleset::Elements;
using ruleset::Holds;
using ruleset::SetShape;
using std::chrono::milliseconds;

void set_bytes(nftnl_set_elem& into, std::uint16_t attribute, std::span<const std::uint8_t> bytes) {
  nftnl_set_elem_set(&into, attribute, bytes.data(), static_cast<std::uint32_t>(bytes.size()));
}

Result<void> check(const SetShape& shape, const Element& element, bool keys_only) {
  const bool range = !element.key_end.empty();
  if (element.key.size() != key_length(shape.key) || range != shape.interval ||
      (range && element.key.size() != element.key_end.size())) {
    return fail("a key that does not fit the set");
  }
  if (element.expires && !shape.timeout) {
    return fail("an end in a set without timeouts");
  }
  if (!keys_only && element.value.index() != static_cast<std::size_t>(shape.holds)) {
    return fail("a value that does not fit the set");
  }
  return {};
}
static_assert(static_cast<std::size_t>(Holds::Marks) == 1 && static_cast<std::size_t>(Holds::Verdicts) == 2,
              "as the alternatives of Element::value");

void set_value(nftnl_set_elem& into, const Element& element) {
  if (const auto* mark = std::get_if<std::uint32_t>(&element.value)) {
    nftnl_set_elem_set(&into, NFTNL_SET_ELEM_DATA, mark, sizeof *mark);
  } else if (const auto* verdict = std::get_if<ruleset::Verdict>(&element.value)) {
    nftnl_set_elem_set_u32(&into, NFTNL_SET_ELEM_VERDICT, verdict_code(verdict->kind));
    if (!verdict->chain.empty()) {
      nftnl_set_elem_set_str(&into, NFTNL_SET_ELEM_CHAIN, verdict->chain.c_str());
    }
  }
}

/// What is left of the element's time; nothing for one that lasts.
std::optional<milliseconds> timeout_of(const SetShape& shape, const Element& element, const Extent& extent) {
  if (const auto* lasting = std::get_if<Lasting>(&extent)) {
    return shape.timeout ? std::optional{lasting->timeout} : std::nullopt;
  }
  const auto* whole = std::get_if<Whole>(&extent);
  return whole != nullptr && element.expires ? std::optional{*element.expires - whole->now}
                                             : std::nullopt;
}

Result<void> set_rest(nftnl_set_elem& into, const SetShape& shape, const Element& element,
                      const Extent& extent) {
  set_value(into, element);
  if (const auto timeout = timeout_of(shape, element, extent)) {
    nftnl_set_elem_set_u64(&into, NFTNL_SET_ELEM_TIMEOUT, static_cast<std::uint64_t>(timeout->count()));
  }
  const auto comment = comment_data(element.comment);
  if (!comment) {
    return fail(comment.error());
  }
  if (!comment->empty()) {
    set_bytes(into, NFTNL_SET_ELEM_USERDATA, *comment);
  }
  return {};
}

Owned<nftnl_set_elem> with_key(const Bytes& key) {
  auto made = owned(nftnl_set_elem_alloc());
  set_bytes(*made, NFTNL_SET_ELEM_KEY, key.view());
  return made;
}

/// Usage from a `counter` expression.
void decode_usage(const Attributes& expression, ruleset::Usage& usage) {
  if (expression.text(NFTA_EXPR_NAME) == "counter") {
    const Attributes data = expression.nested(NFTA_EXPR_DATA);
    usage.packets = data.u64(NFTA_COUNTER_PACKETS).value_or(0);
    usage.bytes = data.u64(NFTA_COUNTER_BYTES).value_or(0);
  }
}

void decode_value(const Attributes& data, Element& element) {
  if (const auto verdict = data.find(NFTA_DATA_VERDICT)) {
    if (auto decoded = decode_verdict(*verdict)) {
      element.value = *std::move(decoded);
    }
  } else if (const auto mark = data.host_u32(NFTA_DATA_VALUE)) {
    element.value = *mark;
  }
}

/// Empty for a key of impossible length, and for the catch-all element, which has none.
Bytes decode_key(const Attributes& element, std::uint16_t attribute) {
  const auto value = element.nested(attribute).find(NFTA_DATA_VALUE);
  return value && value->size() <= Bytes::kMost ? Bytes{*value} : Bytes{};
}

/// Each start's last key: the one before the nearest end or start above it.
void join(std::vector<Element>& starts, std::vector<Bytes>& ends) {
  std::ranges::sort(ends);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    Bytes highest{std::vector<std::uint8_t>(starts[i].key.size(), 0xff)};
    const auto end = std::ranges::upper_bound(ends, starts[i].key);
    if (end != ends.end()) {
      highest = std::min(highest, key_before(*end).value_or(highest));
    }
    if (i + 1 < starts.size()) {
      highest = std::min(highest, key_before(starts[i + 1].key).value_or(highest));
    }
    starts[i].key_end = highest;
  }
}

bool before(const Element& a, const Element& b) { return ruleset::order(a, b) < 0; }
bool twins(const Element& a, const Element& b) { return ruleset::order(a, b) == 0; }

}  // namespace

std::optional<Bytes> key_after(const Bytes& key) {
  std::vector<std::uint8_t> bytes{key.view().begin(), key.view().end()};
  for (std::size_t i = bytes.size(); i-- > 0;) {
    if (++bytes[i] != 0) {
      return Bytes{bytes};
    }
  }
  return std::nullopt;
}

std::optional<Bytes> key_before(const Bytes& key) {
  std::vector<std::uint8_t> bytes{key.view().begin(), key.view().end()};
  for (std::size_t i = bytes.size(); i-- > 0;) {
    if (bytes[i]-- != 0) {
      return Bytes{bytes};
    }
  }
  return std::nullopt;
}

Result<void> encode_element(const SetShape& shape, const Element& element, const Extent& extent,
                            const std::function<void(nftnl_set_elem&)>& each) {
  const bool keys_only = std::holds_alternative<KeysOnly>(extent);
  if (auto fits = check(shape, element, keys_only); !fits) {
    return fits;
  }
  const auto timeout = timeout_of(shape, element, extent);
  if (timeout && *timeout <= milliseconds{0}) {
    return {};
  }
  const auto start = with_key(element.key);
  if (shape.interval && !stores_ends(shape)) {
    set_bytes(*start, NFTNL_SET_ELEM_KEY_END, element.key_end.view());
  }
  if (!keys_only) {
    if (auto rest = set_rest(*start, shape, element, extent); !rest) {
      return rest;
    }
  }
  each(*start);
  const auto behind = stores_ends(shape) ? key_after(element.key_end) : std::nullopt;
  if (behind) {
    const auto end = with_key(*behind);
    nftnl_set_elem_set_u32(end.get(), NFTNL_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
    each(*end);
  }
  return {};
}

void ElementReader::add(const Attributes& list) {
  for (const Attribute& item : list.nested(NFTA_SET_ELEM_LIST_ELEMENTS)) {
    add_element(Attributes{item.payload});
  }
}

void ElementReader::add_element(const Attributes& attributes) {
  Element element;
  element.key = decode_key(attributes, NFTA_SET_ELEM_KEY);
  const std::uint32_t flags = attributes.u32(NFTA_SET_ELEM_FLAGS).value_or(0);
  if ((flags & NFT_SET_ELEM_INTERVAL_END) != 0) {
    ends_.push_back(element.key);
    return;
  }
  element.key_end = decode_key(attributes, NFTA_SET_ELEM_KEY_END);
  if (shape_.interval && element.key_end.empty()) {
    element.key_end = element.key;
  }
  decode_value(attributes.nested(NFTA_SET_ELEM_DATA), element);
  if (attributes.u64(NFTA_SET_ELEM_TIMEOUT).value_or(0) != 0) {
    // clamped: a hostile number must not overflow the clock
    const std::uint64_t left = std::min<std::uint64_t>(
        attributes.u64(NFTA_SET_ELEM_EXPIRATION).value_or(0), std::uint64_t{1} << 50U);
    element.expires = now_ + std::chrono::round<std::chrono::seconds>(milliseconds{left});
  }
  element.comment = comment_in(attributes.find(NFTA_SET_ELEM_USERDATA).value_or(ByteView{}));
  decode_usage(attributes.nested(NFTA_SET_ELEM_EXPR), element.usage);
  for (const Attribute& item : attributes.nested(NFTA_SET_ELEM_EXPRESSIONS)) {
    decode_usage(Attributes{item.payload}, element.usage);
  }
  elements_.push_back(std::move(element));
}

Elements ElementReader::take() && {
  std::ranges::sort(elements_, before);
  if (stores_ends(shape_)) {
    join(elements_, ends_);
  }
  // a hash that is resized under the walk may show an element twice
  const auto twice = std::ranges::unique(elements_, twins);
  elements_.erase(twice.begin(), twice.end());
  return std::move(elements_);
}

}  // namespace sekisho::kernel
