// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What a sensor can find on a wire, and the word that carries it beside the packet's headers in an
/// nflog::Drop: so findings fold, and travel between processes, as drops do. Said once.

#include "base/words.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace sekisho::sensor {

/// The numbers travel between processes of one build alone.
enum class Kind : std::uint8_t {
  ForeignAddress = 1,  ///< an address of another zone as sender, or claimed by one
  ClaimedAddress,      ///< the appliance's own address on that wire, of another hardware address
  Moved,               ///< a hardware address that was last seen in another zone
  DualHomed,           ///< one that is seen in two zones again and again
  Loop,                ///< a frame of the appliance itself comes back by another zone's wire
  SecondDhcp,          ///< DHCP answers of another host than before
  SecondRouter,        ///< router advertisements of another host than before
  Tagged,              ///< a frame with a VLAN tag
};
struct KindWord {
  Kind kind;
  Text meaning;
};
[[nodiscard]] std::span<const KindWord> kind_words();
[[nodiscard]] Text meaning_of(Kind kind);

/// Kind, zone of the wire, the other zone that is concerned (0 for none), Reason::Leak.
[[nodiscard]] constexpr std::uint32_t leak_word(Kind kind, bool by_arp, std::uint8_t wire_zone,
                                                std::uint8_t other_zone) {
  return (by_arp ? 1U << 31U : 0U) | std::uint32_t{static_cast<std::uint8_t>(kind)} << 24U |
         std::uint32_t{wire_zone} << 16U | std::uint32_t{other_zone} << 8U |
         static_cast<std::uint32_t>(Reason::Leak);
}
struct Leak {
  Kind kind{};
  bool by_arp = false;  ///< seen in ARP: there are no IP headers
  std::uint8_t wire_zone = 0;
  std::uint8_t other_zone = 0;
  bool operator==(const Leak&) const = default;
};
/// Nothing for a word that `leak_word` does not make.
[[nodiscard]] std::optional<Leak> leak_of(std::uint32_t word);

}  // namespace sekisho::sensor
