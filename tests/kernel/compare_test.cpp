// SPDX-License-Identifier: GPL-3.0-or-later
// What is found at once behind a commit, and what by the look at everything.
#include "kernel/compare.hpp"
#include "kernel/lab.hpp"

#include <gmock/gmock.h>

#include <array>

namespace sekisho::kernel {
namespace {

using namespace ruleset;  // NOLINT(google-build-using-namespace)
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

SetShape marks(const std::string& name, bool timeout = false) {
  return {.name = name, .key = {Type::Mark}, .timeout = timeout, .limit = {}, .size = {}};
}

Element mark(std::uint32_t value, std::optional<Instant> expires = {}) {
  return {mark_bytes(value), {}, {}, expires, {}, {}};
}

class Comparing : public Lab {
 protected:
  void SetUp() override {
    Lab::SetUp();
    if (!IsSkipped()) {
      table_ = {"t", {{marks("a"), elements({mark(1)})}, {marks("b"), elements({mark(1)})}},
                {Chain{"c", std::nullopt, {Rule{{Counter{}}, {}}}}}};
      commit(batch_of(table_));
    }
  }

  static std::shared_ptr<const Elements> elements(Elements some) {
    return std::make_shared<const Elements>(std::move(some));
  }
  std::vector<std::string> touched(const Batch& batch) {
    const std::array expected{&table_};
    return compare_touched(*nftables_, expected, std::span{&batch, 1}, kNow).value();
  }
  std::vector<std::string> all() {
    const std::array expected{&table_};
    return compare(*nftables_, expected, kNow).value();
  }

  Table table_{"t", {}, {}};
  const Batch of_a_{"t", {AddElements{marks("a"), {mark(1)}}}};
};

TEST_F(Comparing, FindsAtOnceWhatIsNotAsItWasWrittenAndLaterWhatNobodyTouched) {
  ns_->sh("nft add element inet t b '{ 0x00000002 }'");

  EXPECT_THAT(touched(of_a_), IsEmpty());
  EXPECT_THAT(all(), ElementsAre("set 'b' element 0x00000002 is not expected"));

  ns_->sh("nft delete element inet t a '{ 0x00000001 }'");

  EXPECT_THAT(touched(of_a_), ElementsAre("set 'a' element 0x00000001 is missing"));
}

TEST_F(Comparing, FindsRulesChainsAndShapesOfSetsAtOnce) {
  ns_->sh("nft add rule inet t c accept; nft add chain inet t d; nft add set inet t e '{ type mark; }'");

  EXPECT_THAT(touched(of_a_), ElementsAre("set 'e' is not expected", "chain 'c' rule 2 is not expected: 'accept'",
                                          "chain 'd' is not expected"));
}

TEST_F(Comparing, LeavesElementsAloneThatAreAboutToEndButNotThoseThatOutliveIt) {
  table_.sets.push_back({marks("z", true), elements({mark(1, kNow + seconds{1}), mark(2, kNow + seconds{1})})});
  ns_->sh("nft add set inet t z '{ type mark; flags timeout; elements = { 0x00000002 timeout 1h } }'");

  EXPECT_THAT(all(), ElementsAre("set 'z' element 0x00000002 is not expected"));
}

}  // namespace
}  // namespace sekisho::kernel
