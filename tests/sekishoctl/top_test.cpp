// SPDX-License-Identifier: GPL-3.0-or-later
// The live picture: what it shows, in any size of terminal, and that it leaves the terminal as it
// was.
#include "appliance.hpp"
#include "terminal.hpp"

#include "base/width.hpp"

#include <algorithm>

namespace sekisho::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const std::string kWeb = flow("web", "", "\"tcp/80\"");

class Top : public Appliance {
 protected:
  void violate() const {
    city_->host("mn0").sh("bash -c 'for i in 1 2 3; do echo x > /dev/udp/198.51.100.80/53; done'");
  }
  void violate_and_wait() {
    violate();
    ASSERT_TRUE(
        eventually([this] { return !daemon_->recorded("violation", "SEKISHO_SEQ").empty(); }));
  }
};

bool shows(const Terminal& terminal, const std::string& text) {
  return std::ranges::any_of(terminal.screen(), [&](const std::string& line) {
    return line.find(text) != std::string::npos;
  });
}

void expect_fits(const Terminal& terminal, std::size_t columns, std::size_t rows) {
  EXPECT_LE(terminal.screen().size(), rows);
  for (const std::string& line : terminal.screen()) {
    EXPECT_LT(columns_of(line), columns) << line;
  }
}

TEST_F(Top, OnceIsAPictureOfDropsPermitsAndViolations) {
  begin(kZones + kWeb);
  violate_and_wait();

  const Spoken once = ctl(words({"top", "--once"}));

  EXPECT_EQ(once.exit_code, 0) << once.err;
  for (const char* text : {"boundary-1: enforcing, revision 1", "drops ", "3  jumin > cloud",
                           "cross_zone", "permits 1", "inet-office > cloud", "violations "}) {
    EXPECT_THAT(once.out, HasSubstr(text));
  }
  EXPECT_EQ(once.out.find('\x1b'), std::string::npos);
}

TEST_F(Top, RatesAreThoseOfTheLastSecond) {
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 80};
  begin(kZones + kWeb);
  violate_and_wait();
  Connection web{city_->host("in0"), "10.30.0.2", "198.51.100.80", 80};
  const Scratch scratch;
  Running top{words({"top", "--json"}), scratch.path()};
  const auto last = [&] {
    const std::string out = top.out();
    const std::size_t end = out.rfind('\n');
    if (end == std::string::npos) {
      return boost::json::value(nullptr);
    }
    const std::size_t begin = end == 0 ? end : out.rfind('\n', end - 1);
    return boost::json::parse(out.substr(begin == std::string::npos ? 0 : begin + 1));
  };

  const bool seen = eventually([&] {
    (void)web.echoes();
    return last().is_object() &&
           last().at("permits").at(0).at("packets_per_second").to_number<double>() > 0;
  });

  ASSERT_TRUE(seen) << top.out();
  const auto picture = last();
  const auto& drops = picture.at("drops").as_array();  // hosts chatter beside
  const auto crossed =
      std::ranges::find_if(drops, [](const auto& row) { return row.at("reason") == "cross_zone"; });
  ASSERT_NE(crossed, drops.end()) << picture;
  EXPECT_EQ(crossed->at("packets_per_second").to_number<double>(), 0);
  EXPECT_EQ(crossed->at("packets").to_number<int>(), 3);
  EXPECT_EQ(last().at("state").as_string(), "enforcing");
  EXPECT_FALSE(last().at("violations").as_array().empty());
  EXPECT_EQ(top.end_by(SIGINT), 128 + SIGINT);
}

TEST_F(Top, TheTerminalShowsItRefreshedAndGetsItsOwnPictureBack) {
  begin(kZones + kWeb);
  Terminal terminal{words({"top"}), 80, 24};
  const termios before = terminal.settings();

  ASSERT_TRUE(terminal.until([&](const auto&) { return shows(terminal, "permits 1"); }));
  EXPECT_THAT(terminal.written(), HasSubstr("\x1b[?1049h"));
  expect_fits(terminal, 80, 24);
  EXPECT_EQ(terminal.settings().c_lflag & ECHO, 0U);
  violate();
  EXPECT_TRUE(terminal.until([&](const auto&) { return shows(terminal, "jumin > cloud"); }));
  EXPECT_TRUE(terminal.until([&](const auto&) { return shows(terminal, "forbidden traffic"); }));
  terminal.press("q");
  EXPECT_TRUE(terminal.until([](const std::string& written) {
    return written.find("\x1b[?25h\x1b[?1049l") != std::string::npos;
  }));
  const int code = terminal.wait();

  EXPECT_EQ(code, 0);
  EXPECT_EQ(terminal.settings().c_lflag, before.c_lflag);
  EXPECT_NE(before.c_lflag & ECHO, 0U);
}

TEST_F(Top, AnInterruptEndsItAsWell) {
  begin(kZones + kWeb);
  Terminal terminal{words({"top"}), 80, 24};
  ASSERT_TRUE(terminal.until([&](const auto&) { return shows(terminal, "permits 1"); }));

  terminal.press("\x03");

  EXPECT_TRUE(terminal.until(
      [](const std::string& written) { return written.find("\x1b[?1049l") != std::string::npos; }));
  EXPECT_EQ(terminal.wait(), 0);
}

TEST_F(Top, ItFollowsTheSizeOfTheTerminal) {
  std::string many = kZones;
  for (int i = 0; i < 60; ++i) {
    many += flow("flow-" + std::to_string(i), "", "\"tcp/" + std::to_string(100 + i) + "\"");
  }
  begin(many);
  Terminal terminal{words({"top"}), 80, 24};
  ASSERT_TRUE(terminal.until([&](const auto&) { return shows(terminal, "permits 60"); }));
  EXPECT_EQ(terminal.screen().size(), 24U);
  expect_fits(terminal, 80, 24);

  for (const auto& [columns, rows] : {std::pair{200, 50}, std::pair{81, 30}, std::pair{20, 5},
                                      std::pair{3, 2}, std::pair{1, 1}}) {
    terminal.resize(columns, rows);

    EXPECT_TRUE(terminal.until([&](const auto&) {
      return terminal.screen().size() == static_cast<std::size_t>(rows);
    })) << columns
        << "x" << rows;
    expect_fits(terminal, static_cast<std::size_t>(columns), static_cast<std::size_t>(rows));
  }
  terminal.press("q");
  EXPECT_EQ(terminal.wait(), 0);
}

TEST_F(Top, ADaemonThatGoesAndComesAgainIsSeen) {
  begin(kZones + kWeb);
  Terminal terminal{words({"top"}), 80, 24};
  ASSERT_TRUE(terminal.until([&](const auto&) { return shows(terminal, "enforcing"); }));

  daemon_->stop();
  EXPECT_TRUE(terminal.until([&](const auto&) { return shows(terminal, "! "); }));
  daemon_->start();
  ASSERT_TRUE(daemon_->ready());

  EXPECT_TRUE(terminal.until([&](const auto&) { return shows(terminal, "enforcing"); }));
}

TEST_F(Top, WithoutATerminalItAsksForAnotherForm) {
  begin(kZones + kWeb);

  const Spoken refused = ctl(words({"top"}));
  const Spoken json = ctl(words({"top", "--once", "--json"}));

  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.err, HasSubstr("stdout is no terminal"));
  EXPECT_EQ(json.json().at("revision").to_number<int>(), 1);
}

TEST(TopAlone, NobodyToAskIsExitThree) {
  const Scratch scratch;

  EXPECT_EQ(ctl(scratch.nowhere({"top", "--once"})).exit_code, 3);
  const Spoken json = ctl(scratch.nowhere({"top", "--json"}));
  EXPECT_EQ(json.exit_code, 3);
  EXPECT_FALSE(json.json().at("ok").as_bool());
}

}  // namespace
}  // namespace sekisho::testing
