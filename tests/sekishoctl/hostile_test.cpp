// SPDX-License-Identifier: GPL-3.0-or-later
// Who and what may come to the control socket, and what else may stand in the daemon's way.
#include "control/requests.hpp"
#include "ctl.hpp"
#include "daemon/daemon_lab.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>

namespace sekisho::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kWeb = flow("web", "", "\"tcp/80\"");

/// A connection to the control socket that says what it likes.
class Stranger {
 public:
  explicit Stranger(const std::string& path) : socket_{::socket(AF_UNIX, SOCK_STREAM, 0)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    connected_ =
        ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }

  [[nodiscard]] bool connected() const { return connected_; }
  void say(const std::string& bytes) const {
    (void)::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  /// Everything until the other side closes, ten seconds at most.
  [[nodiscard]] std::string hear() const {
    constexpr int kMillis = 10'000;
    std::string heard;
    std::array<char, 4096> buffer{};
    for (pollfd one{socket_.get(), POLLIN, 0}; ::poll(&one, 1, kMillis) > 0;) {
      const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (count <= 0) {
        return heard;
      }
      heard.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return heard + " and still open";
  }

 private:
  UniqueFd socket_;
  bool connected_ = false;
};

class Hostile : public DaemonLab {
 protected:
  void SetUp() override {
    DaemonLab::SetUp();
    if (city_) {
      begin(kZones + kWeb);
    }
  }
  [[nodiscard]] std::string socket() const { return daemon_->directory() + "/run/control.sock"; }
  [[nodiscard]] bool answers() const {
    const Ran ran = daemon_->ctl("status --json");
    return ran.exit_code == 0 && ran.out.find("\"enforcing\"") != std::string::npos;
  }
  /// The pids of all processes: the same as long as none has died.
  [[nodiscard]] std::string processes() const {
    return serialize(boost::json::parse(daemon_->ctl("status --json").out).at("processes"));
  }
  /// The tool as a user who is nobody here, from a place where everybody can run it.
  [[nodiscard]] Ran as_stranger(const std::string& words) const {
    const std::string tool = daemon_->directory() + "/sekishoctl";
    std::filesystem::copy_file(SEKISHO_BIN "/sekishoctl", tool,
                               std::filesystem::copy_options::skip_existing);
    std::filesystem::permissions(daemon_->directory(), std::filesystem::perms{0755});
    Ran ran;
    const std::string text = city_->appliance().output(
        "setpriv --reuid 64999 --regid 64999 --clear-groups " + tool + " --runtime-dir " +
        daemon_->directory() + "/run " + words + " 2>&1; echo $?");
    const std::size_t last = text.rfind('\n', text.size() - 2);
    ran.exit_code = std::stoi(text.substr(last == std::string::npos ? 0 : last + 1));
    ran.out = last == std::string::npos ? "" : text.substr(0, last + 1);
    return ran;
  }
};

TEST_F(Hostile, RandomBytesHurtNobody) {
  const std::string before = processes();
  std::mt19937 random{7};
  for (int i = 0; i < 50; ++i) {
    const Stranger stranger{socket()};
    ASSERT_TRUE(stranger.connected());
    std::string bytes(random() % 5000, '\0');
    std::ranges::generate(bytes, [&random] { return static_cast<char>(random()); });

    stranger.say(bytes);
  }

  EXPECT_TRUE(answers());
  EXPECT_EQ(processes(), before);
}

TEST_F(Hostile, FramesOfRandomContentAreRefused) {
  std::mt19937 random{11};
  for (int i = 0; i < 50; ++i) {
    const Stranger stranger{socket()};
    std::string payload(1 + random() % 60, '\0');
    std::ranges::generate(payload, [&random] { return static_cast<char>(random()); });
    payload[0] = static_cast<char>(100 + random() % 100);  // no kind of request

    stranger.say(control::Frames::frame(payload));

    EXPECT_THAT(stranger.hear(), HasSubstr("\"error\""));
  }
  EXPECT_TRUE(answers());
}

TEST_F(Hostile, ALengthBeyondMeasureIsRefusedAtOnce) {
  const Stranger stranger{socket()};

  stranger.say("\xff\xff\xff\xff");

  EXPECT_THAT(stranger.hear(), HasSubstr("one request of at most 65 MiB"));
  EXPECT_TRUE(answers());
}

TEST_F(Hostile, ASecondRequestOnAConnectionIsRefused) {
  const Stranger stranger{socket()};
  const std::string frame = control::Frames::frame(control::pack(control::Verify{}));

  stranger.say(frame + frame);

  EXPECT_THAT(stranger.hear(), HasSubstr("\"ok\":true"));  // the first, and then the end
  EXPECT_TRUE(answers());
}

TEST_F(Hostile, HalfARequestKeepsNobodyWaiting) {
  const std::string frame = control::Frames::frame(control::pack(control::Status{}));
  const Stranger half{socket()};
  half.say(frame.substr(0, frame.size() - 1));
  const Stranger length{socket()};
  length.say(std::string{"\x00\x00\x00\x10", 4});

  EXPECT_TRUE(answers());
}

TEST_F(Hostile, AClientThatDoesNotWaitForItsAnswerIsForgotten) {
  const std::string frame = control::Frames::frame(control::pack(control::InForce{}));
  for (int i = 0; i < 100; ++i) {
    Stranger{socket()}.say(frame);
  }

  EXPECT_TRUE(answers());
}

TEST_F(Hostile, SilentConnectionsGiveWay) {
  std::vector<std::unique_ptr<Stranger>> silent;
  for (int i = 0; i < 70; ++i) {
    silent.push_back(std::make_unique<Stranger>(socket()));
    ASSERT_TRUE(silent.back()->connected());
  }

  EXPECT_TRUE(answers());
  EXPECT_EQ(silent.front()->hear(), "");  // the first to come was closed
}

TEST_F(Hostile, AStrangerCannotReachTheSocket) {
  const Ran text = as_stranger("status");
  const Ran json = as_stranger("status --json");

  EXPECT_EQ(text.exit_code, 3);
  EXPECT_THAT(text.out, StartsWith("sekishoctl: no leave to ask at '" + socket() +
                                   "': the daemon answers root and the group 'sekisho' only"));
  EXPECT_EQ(json.exit_code, 3);
  EXPECT_THAT(json.out, StartsWith("{\"ok\":false,\"error\":\"no leave to ask"));
}

TEST_F(Hostile, AStrangerIsNotAnsweredEvenWhereTheSocketIsOpenToAll) {
  std::filesystem::permissions(socket(), std::filesystem::perms{0666});

  const Ran status = as_stranger("status");
  const Ran apply = as_stranger("apply " + daemon_->directory() + "/sekisho.toml");

  EXPECT_EQ(status.exit_code, 3);
  EXPECT_THAT(status.out, HasSubstr("it answers root and the group 'sekisho' only"));
  EXPECT_EQ(apply.exit_code, 3);
  EXPECT_TRUE(answers());
  EXPECT_TRUE(daemon_->recorded("reload", "MESSAGE").empty());
}

TEST_F(Hostile, RecordsAreNotForStrangers) {
  const Ran ran = as_stranger("violations --json");

  EXPECT_EQ(ran.exit_code, 3);
  EXPECT_THAT(ran.out, HasSubstr("Permission denied"));
}

TEST_F(Hostile, AMegabyteOfGarbageIsAConfigWithErrors) {
  const Scratch scratch;
  std::mt19937 random{13};
  std::string bytes(1U << 20U, '\0');
  std::ranges::generate(bytes, [&random] { return static_cast<char>(random()); });
  std::string lines;
  while (lines.size() < (1U << 20U)) {
    lines += "key" + std::to_string(lines.size()) + " = \"nonsense\"\n";
  }

  for (const std::string& garbage : {bytes, lines, std::string(1U << 20U, '['), std::string{}}) {
    const Ran ran = daemon_->ctl("apply --json " + scratch.write("garbage.toml", garbage));

    EXPECT_EQ(ran.exit_code, 1);
    const auto document = boost::json::parse(ran.out);
    EXPECT_FALSE(document.at("ok").as_bool());
    EXPECT_FALSE(document.at("errors").as_array().empty());
    EXPECT_EQ(document.at("revision").to_number<int>(), 1);
  }
  EXPECT_TRUE(answers());
  EXPECT_EQ(read_whole(daemon_->directory() + "/sekisho.toml"), kZones + kWeb);
}

TEST_F(Hostile, ASecondDaemonOnTheSameDirectoriesEndsAndTheFirstGoesOn) {
  const std::string before = processes();
  const auto second = [this](const std::string& state, const std::string& runtime) {
    return city_->appliance().output(SEKISHO_BIN "/sekishod --log console --config " +
                                     daemon_->directory() + "/sekisho.toml --state-dir " +
                                     daemon_->directory() + state + " --runtime-dir " +
                                     daemon_->directory() + runtime + " 2>&1; echo $?");
  };

  EXPECT_EQ(second("/state", "/run2"),
            "sekishod: another sekishod works with '" + daemon_->directory() + "/state'\n1\n");
  EXPECT_EQ(second("/state2", "/run"),
            "sekishod: another sekishod works with '" + daemon_->directory() + "/run'\n1\n");
  EXPECT_TRUE(answers());
  EXPECT_EQ(processes(), before);
}

class Powers : public DaemonLab {};

TEST_F(Powers, WithoutOneThatItNeedsTheDaemonSaysWhichAndEnds) {
  daemon_->write_config(kZones + kWeb);
  for (const std::string power : {"net_admin", "setuid", "setgid", "kill", "chown"}) {
    daemon_->start({"setpriv", "--bounding-set", "-" + power, "--inh-caps", "-" + power});

    EXPECT_EQ(daemon_->wait(), 1);
    std::string name = power;
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
    EXPECT_THAT(daemon_->log(), HasSubstr("sekishod: needs CAP_" + name));
  }
  EXPECT_THAT(city_->appliance().output("nft list tables"), ::testing::IsEmpty());
}

TEST_F(Powers, AMemberOfTheGroupIsAnswered) {
  const std::string groups = daemon_->directory() + "/group";
  std::ofstream{groups} << read_whole("/etc/group") << "sekisho:x:64123:\n";
  std::filesystem::permissions(daemon_->directory(), std::filesystem::perms{0755});
  std::filesystem::copy_file(SEKISHO_BIN "/sekishoctl", daemon_->directory() + "/sekishoctl");
  daemon_->write_config(kZones + kWeb);
  daemon_->start({"unshare", "--mount", "sh", "-c",
                  "mount --bind " + groups + " /etc/group && exec \"$0\" \"$@\""});
  ASSERT_TRUE(daemon_->ready()) << daemon_->log();
  const auto ask_as = [this](const std::string& ids) {
    return city_->appliance().output("setpriv --reuid 65534 " + ids + " " + daemon_->directory() +
                                     "/sekishoctl --runtime-dir " + daemon_->directory() +
                                     "/run status 2>&1");
  };

  EXPECT_THAT(ask_as("--regid 65534 --groups 64123"), StartsWith("boundary-1: enforcing"));
  EXPECT_THAT(ask_as("--regid 64123 --clear-groups"), StartsWith("boundary-1: enforcing"));
  EXPECT_THAT(ask_as("--regid 65534 --groups 64124"), HasSubstr("no leave to ask"));
}

}  // namespace
}  // namespace sekisho::testing
