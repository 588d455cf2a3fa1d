// SPDX-License-Identifier: GPL-3.0-or-later
// How a transaction names its steps when the kernel refuses one.
#include "kernel/message.hpp"
#include "kernel/owned.hpp"
#include "kernel/transaction.hpp"
#include "ruleset/to_nft.hpp"
#include "ruleset/values.hpp"

#include <algorithm>

namespace sekisho::kernel {
namespace {

constexpr std::size_t kMostText = 300;

std::string shortened(std::string text) {
  if (text.size() > kMostText) {
    text.resize(kMostText);
    text += "…";
  }
  return text;
}

/// The n-th element's key, where the fault lies in it or behind it.
struct Spot {
  std::size_t number = 0;
  ruleset::Bytes key;
};

/// Finds the element that contains the byte `offset` of the message.
std::optional<Spot> element_at(const Message& message, std::uint32_t offset) {
  const Attributes list =
      attributes_after(message.payload, sizeof(nfgenmsg)).nested(NFTA_SET_ELEM_LIST_ELEMENTS);
  Spot spot;
  for (const Attribute& item : list) {
    ++spot.number;
    const auto distance = item.payload.data() + item.payload.size() - message.payload.data();
    if (static_cast<std::size_t>(distance) + sizeof(nlmsghdr) > offset) {
      const auto key = Attributes{item.payload}.nested(NFTA_SET_ELEM_KEY).find(NFTA_DATA_VALUE);
      spot.key = ruleset::Bytes{key.value_or(ByteView{})};
      return spot;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string Transaction::describe_element(const Step& step, const ruleset::SetShape& shape,
                                          std::uint32_t offset) const {
  const std::string set = "set '" + shape.name + "'";
  if (offset == 0 || step.position >= used_) {
    return "elements of " + set;
  }
  ByteView rest = ByteView{buffer_}.subspan(step.position, used_ - step.position);
  const auto message = next_message(rest);
  const auto spot = message ? element_at(*message, offset) : std::nullopt;
  if (!spot || spot->key.empty()) {
    return "elements of " + set;
  }
  const ruleset::Element element{spot->key, {}, {}, {}, {}, {}};
  return "element " + ruleset::element_text(shape, element) + " of " + set;
}

std::string Transaction::describe(std::uint32_t sequence, std::uint32_t offset) const {
  const std::size_t index = sequence - options_.first_sequence;
  if (index >= steps_.size() || steps_[index].operation == nullptr) {
    return "commit the batch";
  }
  const Step& step = steps_[index];
  const auto in_words = [&](const auto& operation) -> std::string {
    using Kind = std::decay_t<decltype(operation)>;
    if constexpr (std::is_same_v<Kind, ruleset::AddTable>) {
      return "add table '" + table().name + "'";
    } else if constexpr (std::is_same_v<Kind, ruleset::AddChain>) {
      return "add chain '" + operation.chain.name + "'";
    } else if constexpr (std::is_same_v<Kind, ruleset::DeleteChain>) {
      return "delete chain '" + operation.chain + "'";
    } else if constexpr (std::is_same_v<Kind, ruleset::FlushChain>) {
      return "flush chain '" + operation.chain + "'";
    } else if constexpr (std::is_same_v<Kind, ruleset::AddRule>) {
      return "add rule " + std::to_string(step.number) + " of chain '" + operation.chain + "' (" +
             shortened(ruleset::to_nft(operation.rule)) + ")";
    } else if constexpr (std::is_same_v<Kind, ruleset::AddSet>) {
      return "add set '" + operation.shape.name + "'";
    } else if constexpr (std::is_same_v<Kind, ruleset::DeleteSet>) {
      return "delete set '" + operation.set + "'";
    } else {
      const bool adds = std::is_same_v<Kind, ruleset::AddElements>;
      return (adds ? "add " : "delete ") + describe_element(step, operation.shape, offset);
    }
  };
  return std::visit(in_words, *step.operation);
}

}  // namespace sekisho::kernel
