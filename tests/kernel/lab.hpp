// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// A throw-away namespace with an nf_tables socket in it, a table that holds one of everything, and a comparison that
/// allows for the clock.

#include "kernel/nftables.hpp"
#include "support/netns.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace sekisho::kernel {

/// The instant at which tests commit and read.
inline constexpr ruleset::Instant kNow{std::chrono::seconds{1'800'000'000}};

[[nodiscard]] ruleset::Bytes joined(std::initializer_list<ruleset::Bytes> fields);
[[nodiscard]] ruleset::Bytes address(const char* text);
[[nodiscard]] ruleset::Bytes mac(const char* text);
inline ruleset::Bytes number(int value) { return ruleset::bytes_of(static_cast<std::uint8_t>(value)); }
inline ruleset::Bytes port(int value) { return ruleset::bytes_of(static_cast<std::uint16_t>(value)); }

/// A set of every form and a rule of every statement and field; references resolve.
[[nodiscard]] ruleset::Table one_of_everything();
/// Writes the whole table anew.
[[nodiscard]] ruleset::Batch batch_of(const ruleset::Table& table);

/// Nothing when equal, expiries within three seconds of each other; else both as text.
[[nodiscard]] std::string difference(const ruleset::Table& expected, const ruleset::Table& found);

class Lab : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::can_make_namespaces()) {
      GTEST_SKIP() << "needs root for network namespaces";
    }
    ns_.emplace(testing::NetNs::create());
    nftables_.emplace(open());
  }

  [[nodiscard]] Nftables open(Nftables::Options options = {}) const {
    std::optional<Nftables> made;
    ns_->run([&] {
      auto opened = Nftables::open(options);
      ASSERT_TRUE(opened) << opened.error().text();
      made.emplace(*std::move(opened));
    });
    return *std::move(made);
  }
  void commit(const ruleset::Batch& batch) {
    const auto committed = nftables_->commit(batch, kNow);
    ASSERT_TRUE(committed) << committed.error().text;
  }
  [[nodiscard]] ruleset::Table read(const std::string& name) {
    auto found = nftables_->read_back(name, kNow);
    EXPECT_TRUE(found) << found.error().text();
    EXPECT_TRUE(*found);
    return found && *found ? **std::move(found) : ruleset::Table{};
  }

  std::optional<testing::NetNs> ns_;
  std::optional<Nftables> nftables_;
};

}  // namespace sekisho::kernel
