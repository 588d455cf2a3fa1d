// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/record.hpp"

#include <gtest/gtest.h>

#include <random>

namespace sekisho::journal {
namespace {

Entry entry() {
  Entry entry{7, 1'700'000'000'000'001, {}, record_of(Event::Violation, "違反\n\x1b[31m \xff\xfe")};
  entry.record.fields = {
      {"SEKISHO_SRC_ZONE", "jumin"}, {"SEKISHO_COUNT", "3"}, {"SEKISHO_ORGAN", "a\"b\\c\xc0"}};
  entry.chain = chain_of(entry, std::string(64, '0'));
  return entry;
}

TEST(Record, TheChainIsTheSameFromAJsonLine) {
  const auto again = from_json(to_json(entry()));

  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->seq, 7U);
  EXPECT_EQ(chain_of(*again, std::string(64, '0')), entry().chain);
  EXPECT_EQ(fields_of(*again), fields_of(entry()));
}

TEST(Record, CountsAreJsonNumbersAndZonesAreTexts) {
  const std::string line = to_json(entry());

  EXPECT_NE(line.find("\"SEKISHO_COUNT\":3"), std::string::npos) << line;
  EXPECT_NE(line.find("\"PRIORITY\":4"), std::string::npos);
  EXPECT_NE(line.find("\"SEKISHO_SEQ\":7"), std::string::npos);
  EXPECT_NE(line.find("\"SEKISHO_SRC_ZONE\":\"jumin\""), std::string::npos);
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(Record, AnyChangedFieldChangesTheChain) {
  const auto changed = [](const std::function<void(Entry&)>& change) {
    Entry other = entry();
    change(other);
    return chain_of(other, std::string(64, '0')) != entry().chain;
  };

  EXPECT_TRUE(changed([](Entry& e) { e.seq = 8; }));
  EXPECT_TRUE(changed([](Entry& e) { ++e.time; }));
  EXPECT_TRUE(changed([](Entry& e) { e.record.message += "."; }));
  EXPECT_TRUE(changed([](Entry& e) { e.record.priority = 5; }));
  EXPECT_TRUE(changed([](Entry& e) { e.record.event = Event::Summary; }));
  EXPECT_TRUE(changed([](Entry& e) { e.record.fields["SEKISHO_COUNT"] = "4"; }));
  EXPECT_TRUE(changed([](Entry& e) { e.record.fields.erase("SEKISHO_COUNT"); }));
  EXPECT_NE(chain_of(entry(), std::string(64, '1')), entry().chain);
}

TEST(Record, PackedRecordsComeBack) {
  const Record record = entry().record;

  const auto again = unpack(as_bytes(pack(record)));

  ASSERT_TRUE(again);
  EXPECT_EQ(*again, record);
}

TEST(Record, CutAndChangedBytesAreRefusedOrReadButNeverBeyond) {
  const std::string whole = pack(entry().record);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(unpack(as_bytes(whole.substr(0, length)))) << length;
  }
  std::mt19937 random{3};
  for (int round = 0; round < 5000; ++round) {
    std::string bytes = whole;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    (void)unpack(as_bytes(bytes));
  }
  EXPECT_FALSE(unpack(as_bytes(whole + "x")));
}

TEST(Record, LinesThatAreNoRecordAreRefused) {
  for (const char* line :
       {"", "{", "[]", "{}", R"({"SEKISHO_EVENT":"violation"})", R"({"SEKISHO_SEQ":{}})"}) {
    EXPECT_FALSE(from_json(line)) << line;
  }
}

}  // namespace
}  // namespace sekisho::journal
