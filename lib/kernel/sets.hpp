// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Shapes of sets and their elements, to and from the kernel's form.

#include "base/result.hpp"
#include "kernel/message.hpp"
#include "kernel/owned.hpp"
#include "ruleset/ruleset.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace sekisho::kernel {

/// The set as NEWSET wants it. `id` is any number that differs between the sets of one batch. Fails for a key that nft's
/// type numbers cannot say (none, more than five fields, or over 64 bytes).
[[nodiscard]] Result<Owned<nftnl_set>> encode_shape(const ruleset::TableId& table, const ruleset::SetShape& shape,
                                                    std::uint32_t id);

/// What NEWSET says. A set that is more than a SetShape can say (dynamic, constant, objects, default timeout, other
/// expressions, unknown types) comes without key, which no compiled shape does. Nothing when it has no name.
[[nodiscard]] std::optional<ruleset::SetShape> decode_shape(const Attributes& set);

/// Bytes of a key of these fields.
[[nodiscard]] std::uint32_t key_length(const std::vector<ruleset::Type>& key);

/// True for sets whose ranges the kernel stores as two elements, a start and an end behind the last key.
[[nodiscard]] inline bool stores_ends(const ruleset::SetShape& shape) {
  return shape.interval && shape.key.size() == 1;
}
/// The key after `key`, in network order; nothing after the highest.
[[nodiscard]] std::optional<ruleset::Bytes> key_after(const ruleset::Bytes& key);
/// The key before; nothing before the lowest.
[[nodiscard]] std::optional<ruleset::Bytes> key_before(const ruleset::Bytes& key);

/// What is written of an element: all of it, all of it but with this timeout, or its keys alone.
struct Whole {
  std::chrono::sys_time<std::chrono::milliseconds> now;  ///< ends are that far from here
};
struct Lasting {
  std::chrono::milliseconds timeout;
};
struct KeysOnly {};
using Extent = std::variant<Whole, Lasting, KeysOnly>;

/// Hands the kernel's one or two elements of `element` to `each`; none when it has already ended. Fails for an element
/// that does not fit its set.
[[nodiscard]] Result<void> encode_element(const ruleset::SetShape& shape, const ruleset::Element& element,
                                          const Extent& extent,
                                          const std::function<void(nftnl_set_elem&)>& each);

/// Collects the elements of one set from the kernel's answers.
class ElementReader {
 public:
  ElementReader(ruleset::SetShape shape, ruleset::Instant now) : shape_{std::move(shape)}, now_{now} {}

  [[nodiscard]] const ruleset::SetShape& shape() const { return shape_; }
  /// One NEWSETELEM message's attributes.
  void add(const Attributes& list);
  /// Everything read, ends joined to their starts, sorted, each key once.
  [[nodiscard]] ruleset::Elements take() &&;

 private:
  void add_element(const Attributes& element);

  ruleset::SetShape shape_;
  ruleset::Instant now_;
  std::vector<ruleset::Element> elements_;
  std::vector<ruleset::Bytes> ends_;
};

}  // namespace sekisho::kernel
