// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::policy::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

/// 200 zones of 500 networks each, of one family and nested in none, and 10,000 flows between them.
std::string large_config() {
  std::string text =
      "version = 1\n[appliance]\nname = \"a\"\nmodel = \"alpha\"\nlanguage = \"en\"\n";
  for (int zone = 0; zone < 200; ++zone) {
    const std::string number = std::to_string(zone);
    text += "[[zone]]\nname = \"z" + number + "\"\nclass = \"internet\"\ninterfaces = [\"if" +
            number + "\"]\nnetworks = [";
    for (int network = 0; network < 500; ++network) {
      text += "\"10." + number + "." + std::to_string(network / 2) + "." +
              std::to_string(network % 2 * 128) + "/25\",";
    }
    text += "]\n";
  }
  for (int flow = 0; flow < 10'000; ++flow) {
    text += "[[flow]]\nid = \"f" + std::to_string(flow) + "\"\nfrom = { zone = \"z" +
            std::to_string(flow % 200) + "\" }\nto = { zone = \"z" +
            std::to_string((flow * 7 + 1) % 200) + "\" }\nservices = [\"tcp/" +
            std::to_string(flow + 1) + "\"]\npurpose = \"x\"\n";
  }
  return text;
}

TEST(PolicyLarge, AHundredThousandNetworksAndTenThousandPermitsAreReadInOnePass) {
  const std::string text = large_config();
  const auto begin = std::chrono::steady_clock::now();

  const Parsed result = parsed(text);

  EXPECT_THAT(errors_of(result), IsEmpty());
  ASSERT_TRUE(result.policy);
  EXPECT_THAT(result.policy->permits(), SizeIs(10'000));
  EXPECT_THAT(result.policy->flattened(), SizeIs(200));
  // A quarter of a second in a release build; anything quadratic takes minutes.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{60});
}

}  // namespace
}  // namespace sekisho::policy::test
