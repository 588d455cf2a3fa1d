// SPDX-License-Identifier: GPL-3.0-or-later
// The sensor on the wires of a city: what it finds, what it leaves alone, and what it cannot do.
#include "daemon_lab.hpp"

#include "ipc/channel.hpp"
#include "messages.hpp"
#include "nflog/fold.hpp"
#include "roles.hpp"
#include "sensor/leak.hpp"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

namespace sekisho::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kSensor = "[sensor]\nenable = true\n";
const std::string kWeb = flow("web", "", "\"tcp/80\"");

class Sensor : public DaemonLab {
 protected:
  /// Sends frames given as scapy expressions from the host behind `wire`.
  void send(const std::string& wire, const std::string& frames) const {
    city_->host(wire).sh("/usr/bin/python3 -c 'from scapy.all import *; sendp([" + frames +
                         "], iface=\"eth0\", verbose=0)' 2>/dev/null");
  }
  using Record = Sekishod::Record;
  [[nodiscard]] std::vector<Record> leaks() const {
    std::vector<Record> found;
    for (const Record& record : daemon_->records()) {
      if (record.at("SEKISHO_EVENT") == "leak") {
        found.push_back(record);
      }
    }
    return found;
  }
  /// Waits for a leak record that says so.
  [[nodiscard]] std::optional<Record> leak(const std::string& what) const {
    std::optional<Record> found;
    (void)eventually([&] {
      for (const Record& record : leaks()) {
        if (record.at("MESSAGE").find(what) != std::string::npos) {
          found = record;
        }
      }
      return found.has_value();
    });
    return found;
  }
  [[nodiscard]] pid_t pid_of(const std::string& role) const {
    const boost::json::value status = boost::json::parse(daemon_->ctl("status --json").out);
    for (const boost::json::value& process : status.at("processes").as_array()) {
      if (process.at("role").as_string() == role) {
        return process.at("pid").to_number<pid_t>();
      }
    }
    return 0;
  }
};

TEST_F(Sensor, RecordsAnotherZonesAddressAsSourceWithBothZones) {
  begin(kZones + kWeb + kSensor);

  send("lg0", "Ether(dst=\"ff:ff:ff:ff:ff:ff\")/ARP(psrc=\"10.10.1.5\",pdst=\"10.20.0.1\")");

  const auto record = leak("an address of another zone");
  ASSERT_TRUE(record) << daemon_->log();
  EXPECT_EQ(record->at("SEKISHO_REASON"), "leak");
  EXPECT_EQ(record->at("SEKISHO_SRC_ZONE"), "lgwan-office");
  EXPECT_EQ(record->at("SEKISHO_DST_ZONE"), "jumin");
  EXPECT_EQ(record->at("SEKISHO_CLAUSE"), "6(3)①");
  EXPECT_EQ(record->at("SEKISHO_IN"), "lg0");
  EXPECT_EQ(record->at("SEKISHO_SRC"), "10.10.1.5");
  EXPECT_EQ(record->at("SEKISHO_DST"), "10.20.0.1");
  EXPECT_EQ(record->at("SEKISHO_PROTO"), "arp");
  EXPECT_EQ(record->at("SEKISHO_SRC_MAC"), "02:00:00:14:03:04");
  EXPECT_EQ(record->at("SEKISHO_COUNT"), "1");
}

TEST_F(Sensor, FindsForeignSourcesOfBothFamiliesAndClaimedNeighbours) {
  begin(kZones + kWeb + kSensor);

  send(
      "in0",
      "Ether(dst=\"ff:ff:ff:ff:ff:ff\")/IP(src=\"10.20.3.4\",dst=\"255.255.255.255\")/UDP(dport=9),"
      "Ether(dst=\"33:33:00:00:00:01\")/IPv6(src=\"fd00:10::7\",dst=\"ff02::1\")/UDP(dport=9),"
      "Ether(dst=\"33:33:00:00:00:01\")/IPv6(src=\"fe80::9\",dst=\"ff02::1\")/"
      "ICMPv6ND_NA(tgt=\"fd00:20::77\",R=0,S=0,O=1)");

  EXPECT_TRUE(leak("10.20.3.4")) << daemon_->log();
  EXPECT_TRUE(leak("fd00:10::7")) << daemon_->log();
  EXPECT_TRUE(leak("fd00:20::77")) << daemon_->log();
}

TEST_F(Sensor, FindsAHostThatMovedAndOneThatIsInTwoZones) {
  begin(kZones + kWeb + kSensor);
  const auto hello = [](const std::string& mac, const std::string& address) {
    return "Ether(src=\"" + mac + "\",dst=\"ff:ff:ff:ff:ff:ff\")/ARP(hwsrc=\"" + mac +
           "\",psrc=\"" + address + "\",pdst=\"" + address + "\")";
  };

  send("lg0", hello("02:aa:00:00:00:01", "10.20.9.9"));
  send("in0", hello("02:aa:00:00:00:01", "10.30.9.9"));

  const auto moved = leak("moved from another zone");
  ASSERT_TRUE(moved) << daemon_->log();
  EXPECT_EQ(moved->at("SEKISHO_SRC_ZONE"), "inet-office");
  EXPECT_EQ(moved->at("SEKISHO_DST_ZONE"), "lgwan-office");
  EXPECT_EQ(moved->at("SEKISHO_SRC_MAC"), "02:aa:00:00:00:01");
  send("lg0", hello("02:aa:00:00:00:01", "10.20.9.9"));
  EXPECT_TRUE(leak("is in two zones")) << daemon_->log();
}

TEST_F(Sensor, FindsSecondServersTagsAndWhoPosesAsTheAppliance) {
  begin(kZones + kWeb + kSensor);
  const auto offer = [](const std::string& mac) {
    return "Ether(src=\"" + mac +
           "\",dst=\"ff:ff:ff:ff:ff:ff\")/IP(src=\"10.20.0.53\",dst=\"255.255.255.255\")/"
           "UDP(sport=67,dport=68)/BOOTP(op=2)";
  };
  const auto advertisement = [](const std::string& mac) {
    return "Ether(src=\"" + mac +
           "\",dst=\"33:33:00:00:00:01\")/IPv6(src=\"fe80::53\",dst=\"ff02::1\")/ICMPv6ND_RA()";
  };

  send("lg0", offer("02:bb:00:00:00:01") + "," + offer("02:bb:00:00:00:01") + "," +
                  advertisement("02:bb:00:00:00:02"));
  send("lg0",
       offer("02:bb:00:00:00:03") + "," + advertisement("02:bb:00:00:00:04") +
           ",Ether()/Dot1Q(vlan=7)/IP(src=\"10.20.3.4\",dst=\"10.20.0.1\")/UDP(),"
           "Ether(dst=\"ff:ff:ff:ff:ff:ff\")/ARP(op=2,psrc=\"10.20.0.1\",pdst=\"10.20.0.1\")");

  const auto dhcp = leak("a second DHCP server");
  ASSERT_TRUE(dhcp) << daemon_->log();
  EXPECT_EQ(dhcp->at("SEKISHO_SRC_MAC"), "02:bb:00:00:00:03");
  const auto router = leak("a second router");
  ASSERT_TRUE(router) << daemon_->log();
  EXPECT_EQ(router->at("SEKISHO_SRC_MAC"), "02:bb:00:00:00:04");
  EXPECT_TRUE(leak("a tagged frame")) << daemon_->log();
  EXPECT_TRUE(leak("claims the appliance's address")) << daemon_->log();
}

TEST_F(Sensor, LeavesHonestTrafficAlone) {
  const EchoServer server{city_->host("sc0"), "198.51.100.80", 80};
  begin(kZones + kWeb + kSensor);
  EXPECT_TRUE((Connection{city_->host("in0"), "10.30.0.2", "198.51.100.80", 80}.open()));
  for (const char* wire : {"mn0", "lg0", "in0", "sc0"}) {
    city_->host(wire).sh(
        "ip neigh flush all; ping -c1 -W1 198.51.100.80 >/dev/null; "
        "ping -6 -c1 -W1 ff02::1%eth0 >/dev/null; true");
  }

  send("lg0", "Ether(dst=\"ff:ff:ff:ff:ff:ff\")/ARP(psrc=\"10.10.1.5\",pdst=\"10.20.0.1\")");

  ASSERT_TRUE(leak("10.10.1.5")) << daemon_->log();  // and whatever came before it
  EXPECT_EQ(leaks().size(), 1U) << daemon_->log();
}

TEST_F(Sensor, IsNamedByStatusAndEndsAndComesWithTheConfig) {
  begin(kZones + kWeb + kSensor);
  EXPECT_GT(pid_of("sensor"), 0);
  EXPECT_THAT(daemon_->ctl("status").out, Not(HasSubstr("not in force: [sensor]")));
  EXPECT_EQ(daemon_->ctl("verify").exit_code, 0) << daemon_->ctl("verify").out;

  daemon_->write_config(kZones + kWeb + "[sensor]\nenable = false\n");
  ASSERT_TRUE(daemon_->reload());

  EXPECT_EQ(pid_of("sensor"), 0);
  EXPECT_EQ(daemon_->ctl("verify").exit_code, 0);
  daemon_->write_config(kZones + kWeb + kSensor);
  ASSERT_TRUE(daemon_->reload());
  EXPECT_GT(pid_of("sensor"), 0);
}

TEST_F(Sensor, GoesOnWithInterfacesThatVanishAppearAndGoDown) {
  city_->appliance().sh("ip link del in0");
  begin(kZones + kWeb + kSensor);
  EXPECT_THAT(daemon_->recorded("health", "MESSAGE"), IsEmpty());
  const pid_t before = pid_of("sensor");
  city_->appliance().sh("ip link add in0 type veth peer name eth0 netns " +
                        city_->host("in0").path() + " && ip link set in0 up");
  city_->host("in0").sh("ip link set eth0 up");
  ASSERT_TRUE(eventually([&] { return pid_of("sensor") != before && pid_of("sensor") > 0; }));
  const std::string frame =
      "Ether(dst=\"ff:ff:ff:ff:ff:ff\")/ARP(psrc=\"10.20.7.7\",pdst=\"10.30.0.1\")";

  EXPECT_TRUE(eventually([&] {
    send("in0", frame);
    return !leaks().empty();
  })) << daemon_->log();

  const std::size_t found = leaks().size();
  city_->appliance().sh("ip link set in0 down; ip link set in0 up");
  EXPECT_TRUE(eventually([&] {
    send("in0", frame);
    return leaks().size() > found;
  })) << daemon_->log();
}

TEST_F(Sensor, MayDieAndComesBack) {
  begin(kZones + kWeb + kSensor);
  const pid_t before = pid_of("sensor");

  ::kill(before, SIGKILL);

  ASSERT_TRUE(eventually([&] { return pid_of("sensor") > 0 && pid_of("sensor") != before; }));
  EXPECT_TRUE(eventually([&] {
    send("lg0", "Ether(dst=\"ff:ff:ff:ff:ff:ff\")/ARP(psrc=\"10.10.1.5\",pdst=\"10.20.0.1\")");
    return !leaks().empty();
  })) << daemon_->log();
}

TEST_F(Sensor, AFloodOfLeaksIsBoundedAndSummed) {
  std::string zones = kZones;
  zones += "max_records = 3\n";
  begin(zones + kWeb + kSensor);

  send("lg0",
       "*[Ether(dst=\"ff:ff:ff:ff:ff:ff\")/ARP(psrc=\"10.10.1.\"+str(i),pdst=\"10.20.0.1\") for i "
       "in range(1,201)]");

  const auto counted = [this] {
    int sum = 0;
    for (const Record& record : leaks()) {
      sum += std::stoi(record.at("SEKISHO_COUNT"));
    }
    return sum;
  };
  EXPECT_TRUE(eventually([&] { return counted() == 200; })) << counted();
  EXPECT_LT(leaks().size(), 50U);
  EXPECT_TRUE(leak("without a record of their own"));
}

/// A packet socket of another process: its number there, and a copy, by the kernel's own way of
/// taking one.
struct Handle {
  int number = 0;
  UniqueFd copy;
};
std::vector<Handle> packet_sockets_of(pid_t pid) {
  std::vector<Handle> sockets;
  const UniqueFd process{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  for (int number = 3; number < 64; ++number) {
    UniqueFd copy{static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), number, 0))};
    int domain = 0;
    socklen_t length = sizeof domain;
    if (copy && ::getsockopt(copy.get(), SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 &&
        domain == AF_PACKET) {
      sockets.push_back({number, std::move(copy)});
    }
  }
  return sockets;
}

/// Sends one frame of a foreign type by each way that a packet socket has; how many it was told
/// went.
int try_to_send(int socket, int interface) {
  const std::string frame =
      "\xff\xff\xff\xff\xff\xff\x02\x02\x02\x02\x02\x02\x88\xb5 stolen" + std::string(46, 'x');
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = interface;
  int sent = 0;
  for (const int bypass : {0, 1}) {
    (void)::setsockopt(socket, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof bypass);
    sent += ::sendto(socket, frame.data(), frame.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                     sizeof to) > 0
                ? 1
                : 0;
  }
  return sent;
}

class Taken : public Sensor {
 protected:
  /// What arrives at the host behind `wire` while `body` runs.
  [[nodiscard]] std::string heard_at(const std::string& wire,
                                     const std::function<void()>& body) const {
    UniqueFd ear;
    city_->host(wire).run(
        [&ear] { ear = UniqueFd{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(0x88b5))}; });
    body();
    std::string heard;
    std::array<char, 256> frame{};
    for (ssize_t n = 0; (n = ::recv(ear.get(), frame.data(), frame.size(), MSG_DONTWAIT)) > 0;) {
      heard.append(frame.data(), static_cast<std::size_t>(n));
    }
    return heard;
  }
  [[nodiscard]] int index_of(const std::string& interface) const {
    int index = 0;
    city_->appliance().run([&] { index = static_cast<int>(::if_nametoindex(interface.c_str())); });
    return index;
  }
};

TEST_F(Taken, AHandleOfAnybodyElseSends) {  // guards the test below: the rule stops it there
  begin(kZones + kWeb + kSensor);
  UniqueFd own;
  city_->appliance().run(
      [&own] { own = UniqueFd{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)}; });

  EXPECT_THAT(heard_at("lg0", [&] { EXPECT_EQ(try_to_send(own.get(), index_of("lg0")), 2); }),
              HasSubstr("stolen"));
}

TEST_F(Taken, TheSensorsHandlesSendNothingOntoAnyWireAndTheAttemptIsRecorded) {
  begin(kZones + kWeb + kSensor);
  const std::vector<Handle> handles = packet_sockets_of(pid_of("sensor"));
  ASSERT_EQ(handles.size(), 4U);  // one for each wire of a zone

  for (const char* wire : {"mn0", "lg0", "in0", "sc0", "mgmt0"}) {
    EXPECT_THAT(heard_at(wire,
                         [&] {
                           for (const Handle& handle : handles) {
                             (void)try_to_send(handle.copy.get(), index_of(wire));
                           }
                         }),
                IsEmpty())
        << wire;
  }

  EXPECT_TRUE(eventually([this] {
    const auto all = daemon_->records();
    return std::ranges::any_of(all, [](const Record& record) {
      return record.at("SEKISHO_EVENT") == "violation" &&
             record.at("SEKISHO_REASON") == "self_protected" &&
             record.at("SEKISHO_SRC_ZONE") == "-" &&
             record.at("SEKISHO_DST_ZONE") == "lgwan-office";
    });
  })) << daemon_->log();
}

TEST_F(Taken, TheMarkOfAHandleIsNotTheSensorsToChange) {
  begin(kZones + kWeb + kSensor);
  const std::vector<Handle> handles = packet_sockets_of(pid_of("sensor"));
  ASSERT_FALSE(handles.empty());
  int outcome = -1;
  std::thread{[&] {  // as a process without capabilities, like the sensor; the thread alone
    ASSERT_EQ(::syscall(SYS_setresuid, 65534, 65534, 65534), 0);
    const int none = 0;
    outcome = ::setsockopt(handles[0].copy.get(), SOL_SOCKET, SO_MARK, &none, sizeof none) == 0
                  ? 0
                  : errno;
  }}
      .join();

  EXPECT_EQ(outcome, EPERM);
}

TEST_F(Taken, ASensorThatFloodsTheRecorderIsCutOff) {
  begin(kZones + kWeb + kSensor);
  const pid_t before = pid_of("sensor");
  const pid_t recorder = pid_of("recorder");
  const UniqueFd process{static_cast<int>(::syscall(SYS_pidfd_open, before, 0))};
  const ipc::Channel stolen{
      UniqueFd{static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), daemon::kOwnFd, 0))}};
  nflog::Fold invented;
  invented.first.word = sensor::leak_word(sensor::Kind::Tagged, false, 1, 0);
  invented.packets = 1;
  const std::string message = nflog::pack({invented});

  int sent = 0;
  while (sent < 10'000 && stolen.send(static_cast<std::uint16_t>(daemon::Type::Leaks), message)) {
    ++sent;
  }

  EXPECT_LT(sent, 10'000);
  EXPECT_TRUE(eventually([&] { return pid_of("sensor") > 0 && pid_of("sensor") != before; }));
  EXPECT_EQ(pid_of("recorder"), recorder);
  EXPECT_LE(leaks().size(), 200U);
}

#if defined(__x86_64__)
/// Makes the process, wherever it waits in the kernel, send 60 bytes of its own stack by `socket`,
/// as somebody would who has taken it over; how it ended.
int make_send(pid_t pid, int socket) {
  int status = 0;
  EXPECT_EQ(::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr), 0);
  EXPECT_EQ(::ptrace(PTRACE_INTERRUPT, pid, nullptr, nullptr), 0);
  EXPECT_EQ(::waitpid(pid, &status, __WALL), pid);
  user_regs_struct registers{};
  EXPECT_EQ(::ptrace(PTRACE_GETREGS, pid, nullptr, &registers), 0);
  // back to the instruction by which it entered the kernel
  registers.rip -= 2;
  registers.orig_rax = static_cast<unsigned long long>(-1);
  registers.rax = SYS_sendto;
  registers.rdi = static_cast<unsigned long long>(socket);
  registers.rsi = registers.rsp;
  registers.rdx = 60;
  registers.r10 = 0;
  registers.r8 = 0;
  registers.r9 = 0;
  EXPECT_EQ(::ptrace(PTRACE_SETREGS, pid, nullptr, &registers), 0);
  EXPECT_EQ(::ptrace(PTRACE_CONT, pid, nullptr, nullptr), 0);
  EXPECT_EQ(::waitpid(pid, &status, __WALL), pid);
  return status;
}

TEST_F(Taken, TheSensorThatTriesToSendByAHandleEndsAndIsStartedAgain) {
  begin(kZones + kWeb + kSensor);
  const pid_t before = pid_of("sensor");
  const std::vector<Handle> handles = packet_sockets_of(before);
  ASSERT_FALSE(handles.empty());

  const int status = make_send(before, handles[0].number);

  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) << status;
  EXPECT_TRUE(eventually([&] { return pid_of("sensor") > 0 && pid_of("sensor") != before; }));
  EXPECT_THAT(daemon_->recorded("health", "MESSAGE"), Contains(HasSubstr("ended by signal 31")));
}
#endif

}  // namespace
}  // namespace sekisho::testing
