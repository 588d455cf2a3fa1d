// SPDX-License-Identifier: GPL-3.0-or-later
#include "clock.hpp"

#include <gtest/gtest.h>

namespace sekisho::daemon {
namespace {

using policy::Instant;
using std::chrono::seconds;

constexpr Instant kNoon{seconds{1'795'478'400}};

Clock::Reading reading{};
Clock::Reading read() {
  return reading;
}
void pass(seconds time) {
  reading.wall += time;
  reading.boot += time;
}

class TheClock : public ::testing::Test {
 protected:
  void SetUp() override { reading = {kNoon, seconds{1000}}; }
};

TEST_F(TheClock, GoesWithTheMachines) {
  Clock clock{Instant{}, read};
  pass(seconds{10});

  EXPECT_EQ(clock.now(), kNoon + seconds{10});
  EXPECT_FALSE(clock.leapt());
  EXPECT_EQ(clock.behind(), seconds{0});
}

TEST_F(TheClock, GoesOnFromTheLatestTimeWhenTheMachinesIsSetBack) {
  Clock clock{Instant{}, read};
  reading.wall -= seconds{3600};
  pass(seconds{10});

  EXPECT_EQ(clock.now(), kNoon + seconds{10});
  EXPECT_EQ(clock.behind(), seconds{3600});
  EXPECT_FALSE(clock.leapt());
}

TEST_F(TheClock, RemembersTheLatestTimeOfAFormerLife) {
  Clock clock{kNoon + seconds{500}, read};
  pass(seconds{10});

  EXPECT_EQ(clock.now(), kNoon + seconds{510});
  EXPECT_EQ(clock.behind(), seconds{500});
}

TEST_F(TheClock, SaysOnceThatItWasSetForward) {
  Clock clock{Instant{}, read};
  reading.wall += seconds{3600};

  EXPECT_EQ(clock.now(), kNoon + seconds{3600});
  EXPECT_TRUE(clock.leapt());  // looking does not take it
  EXPECT_TRUE(clock.take_leap());
  EXPECT_FALSE(clock.leapt());
  EXPECT_FALSE(clock.take_leap());
  pass(seconds{5});
  (void)clock.now();
  EXPECT_FALSE(clock.leapt());
}

TEST_F(TheClock, IsRightAgainWhenTheMachinesCatchesUp) {
  Clock clock{Instant{}, read};
  reading.wall -= seconds{60};
  (void)clock.now();
  reading.wall += seconds{60};

  EXPECT_EQ(clock.now(), kNoon);
  EXPECT_EQ(clock.behind(), seconds{0});
}

}  // namespace
}  // namespace sekisho::daemon
