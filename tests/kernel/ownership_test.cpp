// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/lab.hpp"

namespace sekisho::kernel {
namespace {

using namespace ruleset;  // NOLINT(google-build-using-namespace)

class Ownership : public Lab {
 protected:
  void SetUp() override {
    Lab::SetUp();
    if (!IsSkipped()) {
      owner_.emplace(open({.own = true}));
      if (!owner_->owned()) {
        GTEST_SKIP() << "this kernel has no owned tables that persist";
      }
      const auto made = owner_->commit({"t", {AddTable{}, AddChain{{"x", {}, {}}}}}, kNow);
      ASSERT_TRUE(made) << made.error().text;
    }
  }
  const Batch change_{"t", {AddChain{{"y", {}, {}}}}};
  std::optional<Nftables> owner_;
};

TEST_F(Ownership, TheTableShowsItsOwner) {
  const auto info = owner_->info("t");

  ASSERT_TRUE(info);
  EXPECT_TRUE(info->present);
  EXPECT_EQ(info->flags, 6U);
  EXPECT_EQ(info->owner_portid, owner_->port());
}

TEST_F(Ownership, ProbingLeavesNoTableBehind) {
  EXPECT_EQ(ns_->output("nft list tables"), "table inet t\n");
}

TEST_F(Ownership, NobodyElseMayChangeIt) {
  const auto other = nftables_->commit(change_, kNow);

  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, CommitError::Kind::Refused);
  EXPECT_EQ(other.error().text, "cannot add chain 'y': table 't' is owned by another process (netlink port " +
                                    std::to_string(owner_->port()) + ")");
  EXPECT_NE(ns_->output("nft delete table inet t 2>&1").find("Operation not permitted"), std::string::npos);
}

TEST_F(Ownership, EverybodyMayReadIt) {
  EXPECT_EQ(read("t").chains.size(), 1U);
}

TEST_F(Ownership, ItsOwnerMayGoOnChangingIt) {
  const auto again = owner_->commit({"t", {AddTable{}, AddChain{{"y", {}, {}}}}}, kNow);

  EXPECT_TRUE(again) << again.error().text;
}

TEST_F(Ownership, TheOrphanStaysAndIsAdopted) {
  owner_.reset();
  const auto orphan = nftables_->info("t");
  Nftables heir = open({.own = true});

  const auto adopted = heir.commit({"t", {AddTable{}, AddChain{{"y", {}, {}}}}}, kNow);

  EXPECT_TRUE(orphan->present);
  EXPECT_EQ(orphan->owner_portid, 0U);
  ASSERT_TRUE(adopted) << adopted.error().text;
  EXPECT_EQ(heir.info("t")->owner_portid, heir.port());
  EXPECT_FALSE(nftables_->commit({"t", {AddChain{{"z", {}, {}}}}}, kNow));
  EXPECT_EQ(read("t").chains.size(), 2U);
}

TEST_F(Ownership, TheOrphanMayBeUsedWithoutOwningIt) {
  owner_.reset();

  const auto used = nftables_->commit({"t", {AddTable{}, AddChain{{"y", {}, {}}}}}, kNow);

  EXPECT_TRUE(used) << used.error().text;
}

TEST_F(Ownership, ASocketThatWasKeptIsStillTheOwner) {
  const UniqueFd kept{::dup(owner_->fd())};
  owner_.reset();

  auto again = Nftables::adopt(UniqueFd{::dup(kept.get())}, {.own = true});

  ASSERT_TRUE(again) << again.error().text();
  EXPECT_TRUE(again->commit(change_, kNow));
}

TEST_F(Ownership, APlainTableIsUsedAsItIs) {
  commit({"plain", {AddTable{}}});

  const auto used = owner_->commit({"plain", {AddTable{}, AddChain{{"x", {}, {}}}}}, kNow);

  EXPECT_TRUE(used) << used.error().text;
  EXPECT_EQ(owner_->info("plain")->flags, 0U);
}

TEST(Adopting, WhatIsNoNetlinkSocketIsRefused) {
  EXPECT_FALSE(Nftables::adopt(UniqueFd{::dup(0)}, {}));
  EXPECT_FALSE(Nftables::adopt(UniqueFd{}, {}));
}

}  // namespace
}  // namespace sekisho::kernel
