// SPDX-License-Identifier: GPL-3.0-or-later
#include "sensor/leak.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sensor {
namespace {

constexpr std::array kKinds{
    KindWord{Kind::ForeignAddress, {"他の領域のアドレス", "an address of another zone"}},
    KindWord{Kind::ClaimedAddress,
             {"装置のアドレスを名乗る機器", "a host claims the appliance's address"}},
    KindWord{Kind::Moved, {"他の領域から移動した機器", "a host has moved from another zone"}},
    KindWord{Kind::DualHomed, {"二つの領域につながる機器", "a host is in two zones"}},
    KindWord{Kind::Loop,
             {"装置自身のフレームが他の領域から戻った", "the appliance's own frame, come back"}},
    KindWord{Kind::SecondDhcp, {"別の DHCP サーバー", "a second DHCP server"}},
    KindWord{Kind::SecondRouter, {"別のルーター広告", "a second router advertises itself"}},
    KindWord{Kind::Tagged, {"VLAN タグ付きフレーム", "a tagged frame"}},
};

}  // namespace

std::span<const KindWord> kind_words() {
  return kKinds;
}

Text meaning_of(Kind kind) {
  return kKinds.at(static_cast<std::size_t>(kind) - 1).meaning;
}

std::optional<Leak> leak_of(std::uint32_t word) {
  const std::uint32_t kind = word >> 24U & 0x7fU;
  if (kind < 1 || kind > kKinds.size() ||
      (word & 0xffU) != std::uint32_t{static_cast<std::uint8_t>(Reason::Leak)}) {
    return std::nullopt;
  }
  return Leak{static_cast<Kind>(kind), (word >> 31U) != 0, static_cast<std::uint8_t>(word >> 16U),
              static_cast<std::uint8_t>(word >> 8U)};
}

}  // namespace sekisho::sensor
