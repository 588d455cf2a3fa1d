// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/requests.hpp"

#include "control/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::control {
namespace {

using ::testing::HasSubstr;

std::vector<Request> one_of_each() {
  return {Status{},
          Apply{"version = 1\n", 300, {"j-alert-mail", "other"}},
          Reload{{"j-alert-mail"}},
          Confirm{},
          Rollback{7, {}},
          History{},
          Lockdown{"lgwan", true},
          Grant{"maintenance", 7200},
          Requests{},
          Approve{9},
          Revoke{"eltax", {"a"}},
          Explain{"lg0", "10.20.3.4", "10.10.1.5", "tcp", std::nullopt, std::uint16_t{443}, "",
                  "02:00:00:14:03:04"},
          Verify{},
          InForce{},
          Preview{"version = 1\n"},
          Selfcheck{true, "ok: config"}};
}

TEST(ControlRequests, EveryRequestComesBack) {
  for (const Request& request : one_of_each()) {
    const auto again = unpack_request(as_bytes(pack(request)));

    ASSERT_TRUE(again);
    EXPECT_EQ(*again, request);
  }
}

TEST(ControlRequests, CutLongerAndUnknownRequestsAreRefused) {
  for (const Request& request : one_of_each()) {
    const std::string whole = pack(request);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      EXPECT_FALSE(unpack_request(as_bytes(whole.substr(0, length))));
    }
    EXPECT_FALSE(unpack_request(as_bytes(whole + "x")));
  }
  EXPECT_FALSE(unpack_request(as_bytes("\x7f")));
}

TEST(ControlRequests, AnswersOfEveryKindComeBack) {
  for (const Answer::Kind kind : {Answer::Kind::Yes, Answer::Kind::No, Answer::Kind::Refused}) {
    const Answer answer{kind, "{}"};

    EXPECT_EQ(unpack_answer(as_bytes(pack(answer))), answer);
  }
  EXPECT_FALSE(unpack_answer(as_bytes(std::string_view{"\x02\0\0\0\0", 5})));
}

TEST(ControlFrames, MessagesComeWholeHoweverTheyArrive) {
  const std::string bytes = Frames::frame("one") + Frames::frame("") + Frames::frame("three");
  Frames frames{100};
  std::vector<std::string> found;

  for (const char byte : bytes) {
    ASSERT_TRUE(frames.feed({&byte, 1}));
    while (auto next = frames.next()) {
      found.push_back(*next);
    }
  }

  EXPECT_THAT(found, ::testing::ElementsAre("one", "", "three"));
}

TEST(ControlFrames, ALengthAboveTheLargestIsRefusedForGood) {
  Frames frames{3};

  EXPECT_FALSE(frames.feed(Frames::frame("four")));
  EXPECT_FALSE(frames.feed(Frames::frame("ok")));
  EXPECT_FALSE(frames.next());
}

TEST(ControlClient, NobodyThereIsSaidWithThePlace) {
  const auto answer = ask("/nonexistent/control.sock", Status{}, std::chrono::seconds{1});

  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().text(), HasSubstr("no daemon answers at '/nonexistent/control.sock'"));
}

}  // namespace
}  // namespace sekisho::control
