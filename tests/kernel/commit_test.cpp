// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/lab.hpp"

#include "net/address.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <random>

namespace sekisho::kernel {
namespace {

using namespace ruleset;  // NOLINT(google-build-using-namespace)
using Kind = CommitError::Kind;
using std::chrono::seconds;

using Commit = Lab;

SetShape zone_map() {
  return {.name = "zone4", .key = {Type::Ipv4Addr}, .holds = Holds::Marks, .interval = true, .limit = {}, .size = {}};
}

Bytes ip(std::uint32_t value) { return Bytes{net::Address::v4(value).bytes()}; }

Element part(std::uint32_t first, std::uint32_t last, std::uint32_t mark) {
  return {ip(first), ip(last), mark, {}, {}, {}};
}

Rule drop_marked(std::uint32_t mark) {
  return {{Compare{Field::MetaMark, false, mark_bytes(mark)}, Verdict{VerdictKind::Drop, {}}}, {}};
}
Rule jump_to(std::string chain) { return {{Verdict{VerdictKind::Jump, std::move(chain)}}, {}}; }

TEST_F(Commit, AStaleGenerationWritesNothing) {
  const auto before = nftables_->generation();
  commit({"t", {AddTable{}}});

  const auto second = nftables_->commit({"u", {AddTable{}}}, kNow, *before);

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, Kind::StaleGeneration);
  EXPECT_FALSE(nftables_->info("u")->present);
}

TEST_F(Commit, TheGenerationOfNowIsAccepted) {
  commit({"t", {AddTable{}}});
  const auto now = nftables_->generation();

  const auto second = nftables_->commit({"u", {AddTable{}}}, kNow, *now);

  ASSERT_TRUE(second) << second.error().text;
  EXPECT_EQ(*nftables_->generation(), *now + 1);
}

TEST_F(Commit, ADryRunChangesNothing) {
  const auto before = nftables_->generation();

  const auto tried = nftables_->dry_run(batch_of(one_of_everything()), kNow);

  ASSERT_TRUE(tried) << tried.error().text;
  EXPECT_FALSE(nftables_->info("everything")->present);
  EXPECT_EQ(*nftables_->generation(), *before);
}

TEST_F(Commit, ADryRunNamesWhatWouldFail) {
  const auto tried = nftables_->dry_run({"t", {AddTable{}, AddChain{{"x", {}, {}}}, AddRule{"x", jump_to("y")}}}, kNow);

  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().kind, Kind::Refused);
  EXPECT_EQ(tried.error().text, "cannot add rule 1 of chain 'x' (jump y): No such file or directory");
}

TEST_F(Commit, AnErrorNamesTheRule) {
  const auto committed = nftables_->commit(
      {"t", {AddTable{}, AddChain{{"x", {}, {}}}, AddChain{{"z", {}, {}}}, AddRule{"x", drop_marked(1)},
             AddRule{"z", drop_marked(2)}, AddRule{"x", jump_to("missing")}, AddRule{"z", jump_to("missing")}}},
      kNow);

  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().kind, Kind::Refused);
  EXPECT_EQ(committed.error().text,
            "cannot add rule 2 of chain 'x' (jump missing): No such file or directory (and 1 more)");
  EXPECT_FALSE(nftables_->info("t")->present);
}

TEST_F(Commit, AnErrorNamesTheElement) {
  const SetShape shape{.name = "m", .key = {Type::InetService}, .holds = Holds::Verdicts, .limit = {}, .size = {}};
  std::vector<Element> elements;
  for (int i = 0; i < 100; ++i) {
    const bool bad = i == 57;
    elements.push_back({port(1000 + i), {}, Verdict{bad ? VerdictKind::Goto : VerdictKind::Drop, bad ? "y" : ""}, {}, {}, {}});
  }

  const auto committed = nftables_->commit({"t", {AddTable{}, AddSet{shape}, AddElements{shape, elements}}}, kNow);

  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().text, "cannot add element 1057 of set 'm': No such file or directory");
}

TEST_F(Commit, AnErrorNamesTheSetAndTheChain) {
  const SetShape shape{.name = "s", .key = {Type::Mark}, .limit = {}, .size = {}};

  const auto set = nftables_->commit({"absent", {AddSet{shape}}}, kNow);
  const auto chain = nftables_->commit({"absent", {FlushChain{"x"}}}, kNow);
  const auto gone = nftables_->commit({"absent", {DeleteSet{"s"}}}, kNow);

  EXPECT_EQ(set.error().text, "cannot add set 's': No such file or directory");
  EXPECT_EQ(chain.error().text, "cannot flush chain 'x': No such file or directory");
  EXPECT_EQ(gone.error().text, "cannot delete set 's': No such file or directory");
}

TEST_F(Commit, WhatCannotBeWrittenIsRefusedBeforeTheKernelSeesIt) {
  const SetShape shape{.name = "s", .key = {Type::Mark}, .limit = {}, .size = {}};
  const Chain chain{"x", {}, {}};
  const auto text_of = [this](Operation operation) {
    const auto done = nftables_->commit({"t", {AddTable{}, std::move(operation)}}, kNow);
    EXPECT_FALSE(done);
    EXPECT_EQ(done.error().kind, Kind::Refused);
    return done.error().text;
  };

  EXPECT_EQ(text_of(AddRule{"x", {{Foreign{"tproxy"}}, {}}}),
            "cannot add rule 1 of chain 'x' (# tproxy): cannot write a foreign statement 'tproxy'");
  EXPECT_EQ(text_of(AddElements{shape, {{port(1), {}, {}, {}, {}, {}}}}),
            "cannot add elements of set 's': a key that does not fit the set");
  EXPECT_EQ(text_of(AddElements{shape, {{mark_bytes(1), {}, 5U, {}, {}, {}}}}),
            "cannot add elements of set 's': a value that does not fit the set");
  EXPECT_EQ(text_of(AddElements{shape, {{mark_bytes(1), {}, {}, kNow + seconds{9}, {}, {}}}}),
            "cannot add elements of set 's': an end in a set without timeouts");
  EXPECT_EQ(text_of(AddChain{{std::string(300, 'x'), {}, {}}}),
            "cannot add chain '" + std::string(300, 'x') + "': '" + std::string(300, 'x') + "' is no name");
  EXPECT_EQ(text_of(AddElements{shape, {{mark_bytes(1), {}, {}, {}, std::string(128, 'c'), {}}}}),
            "cannot add elements of set 's': comment '" + std::string(128, 'c') + "' is longer than 127 bytes");
  EXPECT_EQ(text_of(AddSet{{.name = "e", .key = {}, .limit = {}, .size = {}}}), "cannot add set 'e': a key of 0 fields");
}

TEST_F(Commit, DeletingWhatHasExpiredDoesNotVoidTheBatch) {
  for (const bool interval : {false, true}) {
    const SetShape shape{.name = interval ? "ranges" : "keys", .key = {Type::InetService}, .interval = interval,
                         .timeout = true, .limit = {}, .size = {}};
    const auto element = [interval](int at) {
      return Element{port(at), interval ? port(at + 2) : Bytes{}, {}, kNow + seconds{60}, {}, {}};
    };
    commit({"t", {AddTable{}, AddSet{shape}, AddElements{shape, {element(10), element(20)}}}});

    // 30 was never there, as one that has expired and been forgotten
    commit({"t", {DeleteElements{shape, {element(20), element(30)}}, AddElements{shape, {element(40)}}}});

    const auto found = nftables_->read_elements("t", shape, kNow);
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ(found->front().key, port(10));
    EXPECT_EQ(found->back().key, port(40));
  }
}

TEST_F(Commit, AnElementMayExpireBeforeItIsDeletedAndBeReplaced) {
  const SetShape hash{.name = "live", .key = {Type::Mark, Type::CtDirection}, .timeout = true, .counter = true, .limit = {}, .size = {}};
  const SetShape boxes{.name = "boxes", .key = {Type::Mark, Type::InetService}, .interval = true, .timeout = true, .limit = {}, .size = {}};
  const SetShape line{.name = "line", .key = {Type::InetService}, .interval = true, .timeout = true, .limit = {}, .size = {}};
  const auto lasting = [](Element element, int many) {
    element.expires = kNow + seconds{many};
    return element;
  };
  const Element live{joined({mark_bytes(1), number(0)}), {}, {}, {}, {}, {}};
  const Element box{joined({mark_bytes(1), port(1)}), joined({mark_bytes(1), port(9)}), {}, {}, {}, {}};
  const Element span{port(1), port(9), {}, {}, {}, {}};
  commit({"t", {AddTable{}, AddSet{hash}, AddSet{boxes}, AddSet{line}, AddElements{hash, {lasting(live, 1)}},
                AddElements{boxes, {lasting(box, 1)}}, AddElements{line, {lasting(span, 1)}}}});
  const auto empty = [this](const SetShape& shape) { return nftables_->read_elements("t", shape, kNow)->empty(); };
  while (!empty(hash) || !empty(boxes) || !empty(line)) {
  }

  commit({"t", {DeleteElements{hash, {live}}, DeleteElements{boxes, {box}}, DeleteElements{line, {span}},
                AddElements{hash, {lasting(live, 90)}}, AddElements{boxes, {lasting(box, 90)}},
                AddElements{line, {lasting(span, 90)}}}});

  for (const SetShape& shape : {hash, boxes, line}) {
    const auto found = nftables_->read_elements("t", shape, kNow);
    ASSERT_EQ(found->size(), 1U) << shape.name;
    EXPECT_GE(*found->front().expires, kNow + seconds{85}) << shape.name;
  }
}

TEST_F(Commit, AMapsValueIsReplacedInOneBatch) {
  const SetShape shape = zone_map();
  commit({"t", {AddTable{}, AddSet{shape}, AddElements{shape, {part(10, 19, 1), part(20, 29, 2)}}}});

  commit({"t", {DeleteElements{shape, {part(10, 19, 1)}}, AddElements{shape, {part(10, 14, 3), part(15, 19, 1)}}}});

  const auto found = nftables_->read_elements("t", shape, kNow);
  ASSERT_EQ(found->size(), 3U);
  EXPECT_TRUE((*found)[0].same(part(10, 14, 3)));
  EXPECT_TRUE((*found)[1].same(part(15, 19, 1)));
  EXPECT_TRUE((*found)[2].same(part(20, 29, 2)));
}

TEST_F(Commit, ASetIsReplacedByOneOfTheSameNameInOneBatch) {
  const SetShape before{.name = "s", .key = {Type::Mark}, .limit = {}, .size = {}};
  const SetShape after{.name = "s", .key = {Type::IfName}, .limit = {}, .size = {}};
  commit({"t", {AddTable{}, AddSet{before}, AddElements{before, {{mark_bytes(1), {}, {}, {}, {}, {}}}}}});

  commit({"t", {DeleteSet{"s"}, AddSet{after}, AddElements{after, {{name_bytes("in0"), {}, {}, {}, {}, {}}}}}});

  const Table found = read("t");
  ASSERT_EQ(found.sets.size(), 1U);
  EXPECT_EQ(found.sets.front().shape, after);
  EXPECT_EQ(found.sets.front().elements->front().key, name_bytes("in0"));
}

TEST_F(Commit, FlushingAndFillingAChainReplacesItsRules) {
  commit({"t", {AddTable{}, AddChain{{"x", {}, {}}}, AddChain{{"y", {}, {}}}, AddRule{"x", jump_to("y")}}});

  commit({"t", {FlushChain{"x"}, AddRule{"x", drop_marked(5)}, AddRule{"x", drop_marked(6)}, DeleteChain{"y"}}});

  const Table found = read("t");
  ASSERT_EQ(found.chains.size(), 1U);
  EXPECT_EQ(found.chains.front().rules, (std::vector<Rule>{drop_marked(5), drop_marked(6)}));
}

/// A random division of [0, 1000) into ranges with and without gaps between them.
std::vector<Element> random_parts(std::mt19937& random) {
  const auto below = [&random](std::uint32_t limit) {
    return std::uniform_int_distribution<std::uint32_t>{0, limit - 1}(random);
  };
  std::vector<Element> parts;
  std::uint32_t at = below(5);
  while (at < 1000) {
    const std::uint32_t last = at + below(30);
    parts.push_back(part(at, last, 1 + below(3)));
    at = last + 1 + below(2) * below(10);
  }
  return parts;
}

TEST_F(Commit, AnyDivisionIntoRangesTurnsIntoAnyOther) {
  const SetShape shape = zone_map();
  std::mt19937 random{20240611};
  commit({"t", {AddTable{}, AddSet{shape}}});
  std::vector<Element> now;

  for (int round = 0; round < 60; ++round) {
    const std::vector<Element> next = random_parts(random);
    const auto absent_from = [](const std::vector<Element>& all) {
      return [&all](const Element& one) {
        return std::ranges::none_of(all, [&one](const Element& other) { return one.same(other); });
      };
    };
    std::vector<Element> gone;
    std::vector<Element> added;
    std::ranges::copy_if(now, std::back_inserter(gone), absent_from(next));
    std::ranges::copy_if(next, std::back_inserter(added), absent_from(now));
    commit({"t", {DeleteElements{shape, gone}, AddElements{shape, added}}});
    now = next;

    const auto found = nftables_->read_elements("t", shape, kNow);
    ASSERT_TRUE(found) << found.error().text();
    ASSERT_TRUE(std::ranges::equal(*found, now, [](const Element& a, const Element& b) { return a.same(b); }))
        << "round " << round;
  }
}

TEST_F(Commit, AHundredThousandRangesCommitAtOnce) {
  constexpr std::uint32_t kMany = 100'000;
  const SetShape shape = zone_map();
  std::vector<Element> elements;
  for (std::uint32_t i = 0; i < kMany; ++i) {
    elements.push_back(part(0x0a000000 + 16 * i, 0x0a000000 + 16 * i + (i % 16), i));
  }
  const Batch batch{"t", {AddTable{}, AddSet{shape}, AddElements{shape, elements}}};

  const auto start = std::chrono::steady_clock::now();
  commit(batch);
  const auto written = std::chrono::steady_clock::now();
  const auto found = nftables_->read_elements("t", shape, kNow);
  const auto end = std::chrono::steady_clock::now();

  ASSERT_TRUE(found) << found.error().text();
  ASSERT_EQ(found->size(), kMany);
  EXPECT_TRUE(std::ranges::equal(*found, elements, [](const Element& a, const Element& b) { return a.same(b); }));
  const auto ms = [](auto span) { return std::chrono::duration_cast<std::chrono::milliseconds>(span).count(); };
  std::cout << "100,000 ranges: commit " << ms(written - start) << " ms, read " << ms(end - written) << " ms\n";
}

}  // namespace
}  // namespace sekisho::kernel
