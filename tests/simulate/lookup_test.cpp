// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulate/lookup.hpp"

#include "simulate/tables.hpp"

#include <gtest/gtest.h>

#include <random>

namespace sekisho::simulate::test {
namespace {

using ruleset::Bytes;
using ruleset::Element;
using ruleset::Set;
using ruleset::Type;

/// The mark of the element that is found; nothing for none. A fault fails the test.
std::optional<std::uint32_t> found(const Set& set, const Bytes& key, ruleset::Instant now = kThen) {
  const auto element = find(set, key, now);
  EXPECT_TRUE(element) << element.error().text();
  if (!element || *element == nullptr) {
    return std::nullopt;
  }
  return std::get<std::uint32_t>((**element).value);
}

ruleset::SetShape marks(std::vector<Type> key, bool interval) {
  ruleset::SetShape made = shape("s", std::move(key), ruleset::Holds::Marks);
  made.interval = interval;
  return made;
}

Element ending(Element element, ruleset::Instant end) {
  element.expires = end;
  return element;
}

TEST(Lookup, AnExactKeyIsFoundAndItsNeighboursAreNot) {
  const Set set = set_of(marks({Type::InetService}, false),
                         {element(port(80), 1U), element(port(443), 2U), element(port(8080), 3U)});

  EXPECT_EQ(found(set, port(80)), 1U);
  EXPECT_EQ(found(set, port(443)), 2U);
  EXPECT_EQ(found(set, port(8080)), 3U);
  for (const std::uint16_t other : std::array<std::uint16_t, 7>{0, 79, 81, 442, 444, 8081, 65535}) {
    EXPECT_EQ(found(set, port(other)), std::nullopt) << other;
  }
}

TEST(Lookup, AnEmptySetHoldsNothing) {
  EXPECT_EQ(found(set_of(marks({Type::InetService}, false), {}), port(80)), std::nullopt);
  EXPECT_EQ(found(set_of(marks({Type::InetService}, true), {}), port(80)), std::nullopt);
  EXPECT_EQ(found(set_of(marks({Type::InetService, Type::Mark}, true), {}),
                  joined({port(80), ruleset::mark_bytes(1)})),
            std::nullopt);
}

TEST(Lookup, ARangeHoldsBothItsEnds) {
  const Set set =
      set_of(marks({Type::Ipv4Addr}, true),
             {range(ip("10.10.0.0"), ip("10.10.255.255"), 1U),
              range(ip("10.11.0.0"), ip("10.11.0.0"), 2U), element(ip("10.20.0.5"), 3U)});

  EXPECT_EQ(found(set, ip("10.10.0.0")), 1U);
  EXPECT_EQ(found(set, ip("10.10.77.1")), 1U);
  EXPECT_EQ(found(set, ip("10.10.255.255")), 1U);
  EXPECT_EQ(found(set, ip("10.11.0.0")), 2U);
  EXPECT_EQ(found(set, ip("10.20.0.5")), 3U);
  for (const char* other :
       {"0.0.0.0", "10.9.255.255", "10.11.0.1", "10.20.0.4", "10.20.0.6", "255.255.255.255"}) {
    EXPECT_EQ(found(set, ip(other)), std::nullopt) << other;
  }
}

TEST(Lookup, ConcatenatedRangesAreBoundedFieldByField) {
  const Set set =
      set_of(marks({Type::Ipv4Addr, Type::InetService}, true),
             {range(joined({ip("10.0.0.0"), port(100)}), joined({ip("10.0.0.255"), port(200)}), 1U),
              range(joined({ip("10.0.1.0"), port(100)}), joined({ip("10.0.1.0"), port(100)}), 2U)});
  const auto at = [&](const char* address, std::uint16_t number) {
    return found(set, joined({ip(address), port(number)}));
  };

  EXPECT_EQ(at("10.0.0.0", 100), 1U);
  EXPECT_EQ(at("10.0.0.255", 200), 1U);
  EXPECT_EQ(at("10.0.0.7", 150), 1U);
  EXPECT_EQ(at("10.0.1.0", 100), 2U);
  EXPECT_EQ(at("10.0.0.7", 99), std::nullopt) << "between the keys as a whole, below in the port";
  EXPECT_EQ(at("10.0.0.7", 201), std::nullopt);
  EXPECT_EQ(at("10.0.1.0", 101), std::nullopt);
  EXPECT_EQ(at("9.255.255.255", 150), std::nullopt);
}

TEST(Lookup, AnElementIsGoneAtItsEnd) {
  for (const bool interval : {false, true}) {
    ruleset::SetShape timed = marks({Type::InetService}, interval);
    timed.timeout = true;
    const Set set = set_of(timed, {ending(element(port(443), 1U), kThen), element(port(444), 2U)});

    EXPECT_EQ(found(set, port(443), kThen - std::chrono::seconds{1}), 1U);
    EXPECT_EQ(found(set, port(443), kThen), std::nullopt);
    EXPECT_EQ(found(set, port(444), kThen), 2U);
  }
}

TEST(Lookup, AnEndedElementDoesNotHideALiveOne) {
  ruleset::SetShape timed = marks({Type::Ipv4Addr, Type::InetService}, true);
  timed.timeout = true;
  const Element wide =
      range(joined({ip("10.0.0.0"), port(0)}), joined({ip("10.0.0.255"), port(65535)}), 1U);
  const Element narrow =
      range(joined({ip("10.0.0.5"), port(443)}), joined({ip("10.0.0.5"), port(443)}), 2U);
  const Bytes key = joined({ip("10.0.0.5"), port(443)});

  EXPECT_EQ(found(set_of(timed, {ending(wide, kThen), narrow}), key), 2U);
  EXPECT_EQ(found(set_of(timed, {wide, ending(narrow, kThen)}), key), 1U);
  EXPECT_FALSE(find(set_of(timed, {wide, narrow}), key, kThen));
}

TEST(Lookup, OverlapsAreFaults) {
  const Set ranges = set_of(marks({Type::InetService}, true),
                            {range(port(1), port(500), 1U), range(port(400), port(600), 2U)});

  EXPECT_FALSE(find(ranges, port(450), kThen));
  EXPECT_EQ(found(ranges, port(300)), 1U);
  EXPECT_EQ(found(ranges, port(550)), 2U);
}

TEST(Lookup, KeysOfAnotherLengthAndEndsWithoutTimeoutsAreFaults) {
  const Set set =
      set_of(marks({Type::InetService}, false), {ending(element(port(443), 1U), kThen)});
  const Set padded = set_of(marks({Type::InetService}, false), {element(joined({port(443)}), 1U)});
  const Set short_box = set_of(marks({Type::InetService, Type::Mark}, true),
                               {range(joined({port(1), ruleset::mark_bytes(1)}), port(2), 1U)});

  EXPECT_FALSE(find(set, ruleset::mark_bytes(443), kThen));
  EXPECT_FALSE(find(set, port(443), kThen));
  EXPECT_FALSE(find(padded, port(443), kThen));
  EXPECT_FALSE(find(short_box, joined({port(1), ruleset::mark_bytes(1)}), kThen));
}

/// Binary search against looking at every element.
TEST(Lookup, RandomRangesAgreeWithALinearSearch) {
  std::mt19937 random{42};
  const auto below = [&](std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  std::vector<Element> elements;
  std::uint32_t next = 0;
  for (std::uint32_t mark = 1; next < 65000; ++mark) {
    const std::uint32_t first = next + below(40);
    const std::uint32_t last = first + below(60);
    elements.push_back(range(port(static_cast<std::uint16_t>(first)),
                             port(static_cast<std::uint16_t>(last)), mark));
    next = last + 1;
  }
  const Set set = set_of(marks({Type::InetService}, true), elements);

  for (std::uint32_t number = 0; number < 65536; ++number) {
    const Bytes key = port(static_cast<std::uint16_t>(number));
    std::optional<std::uint32_t> expected;
    for (const Element& one : elements) {
      if (one.key <= key && key <= one.key_end) {
        expected = std::get<std::uint32_t>(one.value);
      }
    }
    ASSERT_EQ(found(set, key), expected) << number;
    number += below(50);
  }
}

}  // namespace
}  // namespace sekisho::simulate::test
