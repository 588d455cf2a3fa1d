// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/events.hpp"

#include "kernel/lab.hpp"

#include <poll.h>
#include <sys/socket.h>

namespace sekisho::kernel {
namespace {

using namespace ruleset;  // NOLINT(google-build-using-namespace)

class Events : public Lab {
 protected:
  void SetUp() override {
    Lab::SetUp();
    if (!IsSkipped()) {
      ns_->run([this] {
        auto opened = GenerationEvents::open();
        ASSERT_TRUE(opened) << opened.error().text();
        events_.emplace(*std::move(opened));
      });
    }
  }
  std::optional<GenerationEvents> events_;
};

TEST_F(Events, NothingIsNoNews) {
  const auto news = events_->read();

  ASSERT_TRUE(news) << news.error().text();
  EXPECT_TRUE(news->changes.empty());
  EXPECT_FALSE(news->lost);
}

TEST_F(Events, EveryCommitIsToldWithItsWriter) {
  commit({"t", {AddTable{}}});
  ns_->sh("nft add table inet u");
  pollfd waiting{events_->fd(), POLLIN, 0};
  ASSERT_EQ(::poll(&waiting, 1, 5000), 1);

  const auto news = events_->read();

  ASSERT_TRUE(news) << news.error().text();
  ASSERT_EQ(news->changes.size(), 2U);
  EXPECT_EQ(news->changes[0].pid, static_cast<std::uint32_t>(::getpid()));
  EXPECT_EQ(news->changes[1].command, "nft");
  EXPECT_EQ(news->changes[1].generation, *nftables_->generation());
}

TEST_F(Events, MoreThanTheSocketHoldsIsReportedAsLost) {
  const int little = 4096;
  ASSERT_EQ(::setsockopt(events_->fd(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little), 0);
  for (int i = 0; i < 50; ++i) {
    commit({"t", {AddTable{}, AddChain{{"c" + std::to_string(i), {}, {}}}}});
  }

  const auto news = events_->read();

  ASSERT_TRUE(news) << news.error().text();
  EXPECT_TRUE(news->lost);
}

}  // namespace
}  // namespace sekisho::kernel
