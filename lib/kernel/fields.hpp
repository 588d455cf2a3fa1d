// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Which expression loads which field, and where registers lie: the vocabulary that encoding and decoding share.
/// Source: linux/netfilter/nf_tables.h; the choices are nft's own, so that it prints what we write.

#include "ruleset/ruleset.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace sekisho::kernel {

enum class Source : std::uint8_t { Meta, Ct, Payload, Fib, Route };

/// For Payload `key` is the header; for Fib it holds the flags. Offset and length are of Payload alone.
struct Load {
  Source source{};
  std::uint32_t key = 0;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  bool operator==(const Load&) const = default;
};

[[nodiscard]] const Load& load_of(ruleset::Field field);
/// The first field with that load; ICMP types of both families are one load.
[[nodiscard]] std::optional<ruleset::Field> field_of(const Load& load);
/// "meta", "ct", …
[[nodiscard]] std::string_view name_of(Source source);

/// The bits of a loaded byte that are the field; nothing where all are.
[[nodiscard]] std::optional<std::uint8_t> mask_of(ruleset::Field field);

/// In the link-layer header, which must be proven to be Ethernet's.
[[nodiscard]] bool is_of_the_link(ruleset::Field field);
/// nfgen_family of tables of that family.
[[nodiscard]] std::uint32_t number_of(ruleset::TableFamily family);

/// The field's bytes, padded as registers are.
[[nodiscard]] std::uint32_t padded_length(ruleset::Type type);
[[nodiscard]] inline std::uint32_t padded_length(ruleset::Field field) {
  return padded_length(ruleset::type_of(field));
}

/// The register that begins `offset` bytes into the register file; nft and the kernel call a 16-byte boundary by the
/// old names.
[[nodiscard]] std::uint32_t register_at(std::uint32_t offset);
/// Its inverse; nothing for the verdict register and for numbers no register has.
[[nodiscard]] std::optional<std::uint32_t> offset_of(std::uint32_t number);

}  // namespace sekisho::kernel
