// SPDX-License-Identifier: GPL-3.0-or-later
#include "nflog/fold.hpp"

#include "nflog/records.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace sekisho::nflog {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Drop drop() {
  return *decode(record(AF_INET, tcp4()));
}

std::string named(std::uint32_t index) {
  return "if" + std::to_string(index);
}

TEST(Folder, EqualDropsAreOne) {
  Folder folder{named, 10};

  folder.add(drop());
  folder.add(drop());
  folder.add(drop());

  EXPECT_THAT(folder.close(), ElementsAre(Fold{drop(), "if7", "if9", 3, 180}));
}

TEST(Folder, WhatMakesNoDifferenceIsOfTheFirst) {
  Folder folder{named, 10};
  Drop other = drop();
  other.sport = 2;
  other.out = 3;
  other.bytes = 1000;

  folder.add(drop());
  folder.add(other);

  EXPECT_THAT(folder.close(), ElementsAre(Fold{drop(), "if7", "if9", 2, 1060}));
}

TEST(Folder, WhatMakesADifferenceIsAFoldOfItsOwn) {
  const std::vector<std::function<void(Drop&)>> changes{
      [](Drop& d) { d.word = 1; },
      [](Drop& d) { d.in = 1; },
      [](Drop& d) { d.src_mac.reset(); },
      [](Drop& d) { d.src_mac = net::Mac::parse("02:00:00:00:00:01"); },
      [](Drop& d) { d.src = *net::Address::parse("10.0.0.1"); },
      [](Drop& d) { d.src = *net::Address::parse("::"); },
      [](Drop& d) { d.dst = *net::Address::parse("10.0.0.1"); },
      [](Drop& d) { d.protocol = 17; },
      [](Drop& d) { d.dport = 1; },
  };
  Folder folder{named, 100};
  folder.add(drop());

  for (const auto& change : changes) {
    Drop other = drop();
    change(other);
    folder.add(other);
  }

  EXPECT_THAT(folder.close(), SizeIs(1 + changes.size()));
}

TEST(Folder, FoldsComeInTheOrderOfTheirFirstDrop) {
  Folder folder{named, 10};
  for (const std::uint32_t word : {5U, 1U, 9U, 1U, 5U, 3U}) {
    Drop one = drop();
    one.word = word;
    folder.add(one);
  }

  const auto folds = folder.close();

  const auto word = [](std::uint32_t value, std::uint64_t packets) {
    return ::testing::AllOf(Field(&Fold::first, Field(&Drop::word, value)),
                            Field(&Fold::packets, packets));
  };
  EXPECT_THAT(folds, ElementsAre(word(5, 2), word(1, 2), word(9, 1), word(3, 1)));
}

TEST(Folder, TheNextWindowBeginsEmpty) {
  Folder folder{named, 10};
  folder.add(drop());
  (void)folder.close();

  EXPECT_THAT(folder.close(), IsEmpty());

  folder.add(drop());
  EXPECT_THAT(folder.close(), ElementsAre(Field(&Fold::packets, 1U)));
}

TEST(Folder, AboveItsLimitOnlyKnownFoldsGrow) {
  Folder folder{named, 2};
  for (std::uint32_t i = 0; i < 100; ++i) {
    Drop one = drop();
    one.dst = net::Address::v4(i);
    folder.add(one);
  }
  Drop known = drop();
  known.dst = net::Address::v4(1);

  folder.add(known);

  EXPECT_THAT(folder.close(), ElementsAre(Field(&Fold::packets, 1U), Field(&Fold::packets, 2U)));
}

TEST(Folder, OfNoFoldsKeepsNone) {
  Folder folder{named, 0};

  folder.add(drop());

  EXPECT_THAT(folder.close(), IsEmpty());
}

TEST(Folder, AsksOncePerInterfaceAndWindow) {
  std::vector<std::uint32_t> asked;
  Folder folder{[&](std::uint32_t index) {
                  asked.push_back(index);
                  return named(index);
                },
                10};
  const auto fill = [&] {
    for (const std::uint32_t word : {1U, 2U, 3U}) {
      Drop one = drop();
      one.word = word;
      folder.add(one);
      folder.add(one);
    }
    return folder.close();
  };

  (void)fill();
  EXPECT_THAT(asked, ElementsAre(7, 9));

  (void)fill();
  EXPECT_THAT(asked, ElementsAre(7, 9, 7, 9));
}

TEST(Folder, NoInterfaceHasNoName) {
  Folder folder{named, 10};
  Drop local = drop();
  local.in = 0;
  local.out = 0;

  folder.add(local);

  EXPECT_THAT(folder.close(), ElementsAre(Fold{local, "", "", 1, 60}));
}

TEST(Folder, AnInterfaceThatHasGoneHasNoName) {
  Folder folder{[](std::uint32_t) { return std::string{}; }, 10};

  folder.add(drop());

  EXPECT_THAT(folder.close(), ElementsAre(Fold{drop(), "", "", 1, 60}));
}

std::vector<Fold> some() {
  Drop v6 = *decode(record(AF_INET6, udp6()));
  v6.src_mac.reset();
  return {{drop(), "if7", "", 3, 180},
          {v6, "abcdefghijklmno", "x", std::uint64_t{1} << 40U, ~std::uint64_t{0}},
          {Drop{}, "", "", 1, 0}};
}

Result<std::vector<Fold>> unpacked(const std::string& bytes) {
  return on_exact_copy(as_bytes(bytes), [](ByteView copy) { return unpack(copy); });
}

TEST(PackedFolds, ComeOutAsTheyWentIn) {
  for (const auto& folds : {some(), std::vector<Fold>{}}) {
    const auto read = unpacked(pack(folds));

    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(*read, folds);
  }
}

TEST(PackedFolds, CarryAsManyAsAWindowHolds) {
  const std::vector<Fold> folds(kMostFolds + 1, Fold{drop(), "if7", "if9", 1, 60});

  const auto read = unpacked(pack(folds));

  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->size(), kMostFolds);
}

TEST(PackedFolds, LongNamesAreCut) {
  const auto read = unpacked(pack({{drop(), std::string(100, 'x'), "", 1, 60}}));

  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->front().in, std::string(kLongestName, 'x'));
}

TEST(PackedFolds, MoreThanTheMessageCanHoldIsRefusedBeforeAnythingIsAllocated) {
  Writer writer;
  writer.u32(0xffffffff);
  Writer modest;
  modest.u32(3);
  modest.raw(std::string(3 * 56 - 1, '\0'));

  EXPECT_EQ(unpacked(std::move(writer).take()).error().text(),
            "folds: a count that the message cannot hold");
  EXPECT_EQ(unpacked(std::move(modest).take()).error().text(),
            "folds: a count that the message cannot hold");
}

TEST(PackedFolds, CutAnywhereAreRefused) {
  const std::string whole = pack(some());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(unpacked(whole.substr(0, length))) << length;
  }
}

TEST(PackedFolds, SurplusBytesAreRefused) {
  EXPECT_EQ(unpacked(pack(some()) + "!!").error().text(), "folds: 2 bytes too many");
}

/// One IPv4 fold with an empty name; offsets below are into this.
std::string one_packed() {
  return pack({{Drop{}, "", "", 1, 0}});
}

TEST(PackedFolds, WhatNoWriterWritesIsRefused) {
  struct Change {
    std::size_t offset;
    char value;
    const char* what;
  };
  for (const auto& [offset, value, what] :
       {Change{16, 2, "neither a hardware address nor none"}, Change{17, 0, "a family"},
        Change{17, 5, "a family"}, Change{22, 9, "the other family"},
        Change{39, 16, "a name that is too long"}, Change{51, 0, "a fold of no packet"}}) {
    std::string bytes = one_packed();
    ASSERT_NE(bytes.at(offset), value) << what;
    bytes[offset] = value;

    EXPECT_FALSE(unpacked(bytes)) << what;
  }
  EXPECT_TRUE(unpacked(one_packed()));
}

TEST(PackedFolds, WhatIsReadIsWhatWouldBeWritten) {
  std::mt19937 random{3};  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time
  const std::string whole = pack(some());
  std::size_t read = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = whole;
    for (std::size_t changes = 1 + random() % 3; changes > 0; --changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (const auto folds = unpacked(bytes)) {
      EXPECT_EQ(pack(*folds), bytes);
      ++read;
    }
  }
  EXPECT_GT(read, 1000U);
}

}  // namespace
}  // namespace sekisho::nflog
