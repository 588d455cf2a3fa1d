// SPDX-License-Identifier: GPL-3.0-or-later
#include "threeway/lab.hpp"

#include "compile/difference.hpp"
#include "kernel/sysctl.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace sekisho::threeway {
namespace {

/// Of the appliance; the last two are in no zone.
constexpr std::array kWires{"mn0", "lg0", "in0", "in1", "gu0", "sc0", "mgmt0", "x0"};
constexpr int kPatience = 5000;  // milliseconds

std::string mac_of(std::string_view side, std::size_t wire) {
  return "02:00:00:" + std::string{side} + ":00:0" + std::to_string(wire);
}

void require(bool good, const std::string& what) {
  if (!good) {
    throw std::runtime_error{what};
  }
}

UniqueFd nonblocking(int family, int type, int protocol) {
  UniqueFd fd{::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol)};
  require(static_cast<bool>(fd), "cannot open a socket");
  const int large = 8 << 20;
  (void)::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &large, sizeof large);
  return fd;
}

template <typename Struct>
const sockaddr* generic(const Struct& address) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): how the socket interface takes
  // every address
  return reinterpret_cast<const sockaddr*>(&address);
}

/// Addresses and routes as an administrator sets them, and four routes that lead astray.
std::string addressing() {
  return R"(
addr add 10.10.0.1/16 dev mn0
addr add 10.20.0.1/16 dev lg0
addr add 10.30.0.1/17 dev in0
addr add 10.30.128.1/17 dev in1
addr add 10.30.200.1/24 dev gu0
addr add 203.0.113.2/24 dev sc0
addr add 10.99.0.1/24 dev mgmt0
addr add 198.18.0.1/24 dev x0
addr add fd00:10::1/48 dev mn0 nodad
addr add fd00:20::1/48 dev lg0 nodad
addr add fd00:30::1/49 dev in0 nodad
addr add fd00:30:0:8000::1/49 dev in1 nodad
addr add fd00:30:0:c8::1/64 dev gu0 nodad
addr add 2001:db8:c::2/64 dev sc0 nodad
addr add fd00:99::1/64 dev mgmt0 nodad
addr add fd00:77::1/64 dev x0 nodad
route add default via 203.0.113.1
route add default via 2001:db8:c::1
route add 10.20.77.0/24 via 10.30.0.9 dev in0
route add fd00:20:0:77::/64 via fd00:30::9 dev in0
route add 192.0.2.128/25 via 203.0.113.9 dev sc0
route add 2001:db8:bad::/48 via 2001:db8:c::9 dev sc0
route add unreachable 10.20.66.0/24
route add unreachable fd00:20:0:66::/64
route add blackhole 10.20.67.0/24
)";
}

/// The daemon's settings, and two that keep the kernel from limiting its own errors: every row is
/// to see the same.
void settle(const std::vector<std::string>& interfaces) {
  std::vector<kernel::Setting> settings = kernel::hygiene(interfaces);
  const std::vector<kernel::Setting> on = kernel::forwarding(true);
  settings.insert(settings.end(), on.begin(), on.end());
  settings.push_back({"net.ipv4.icmp_ratemask", "0", "rows do not depend on each other"});
  settings.push_back({"net.ipv6.icmp.ratelimit", "0", "rows do not depend on each other"});
  for (const kernel::Applied& one : kernel::apply(settings)) {
    EXPECT_NE(one.outcome, kernel::Applied::Outcome::Failed) << one.error;
  }
}

Probe marker() {
  return {.in = "in0",
          .src = "10.30.0.250",
          .dst = "10.30.128.250",
          .protocol = 17,
          .sport = 9,
          .dport = 9};
}

}  // namespace

Lab::Lab() : appliance_{testing::NetNs::create()}, far_{testing::NetNs::create()} {
  std::ifstream file{SEKISHO_SOURCE "/tests/threeway/city.toml"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  auto parsed = policy::parse({{"city.toml", text}}, Language::En, kNow);
  for (const policy::Diagnostic& error : parsed.errors) {
    ADD_FAILURE() << error.str("error");
  }
  policy_ = std::move(parsed.policy).value();
  compiled_ = compile::compile(*policy_, situation_, {});
  make_wires();
  appliance_.run([this] {
    auto opened = kernel::Nftables::open();
    ASSERT_TRUE(opened) << opened.error().text();
    nftables_.emplace(*std::move(opened));
  });
  commit(std::nullopt);
  open_sockets();
}

void Lab::make_wires() const {
  std::string script = "set -e; sysctl -qw net.ipv6.conf.default.accept_dad=0; ";
  for (std::size_t i = 0; i < kWires.size(); ++i) {
    const std::string name = kWires.at(i);
    script += "ip link add " + name + " address " + mac_of("fe", i) + " type veth peer name " +
              name + " address " + mac_of("aa", i) + " netns " + far_.path() + "; ";
  }
  appliance_.sh(script);
  std::string far =
      "set -e; sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1; ";
  std::string near = "set -e; ";
  for (const std::string name : kWires) {
    far += "ip link set " + name + " up; ";
    near += "ip link set " + name + " up; ";
  }
  far_.sh(far);
  const std::string of_marker = "neigh add " + marker().dst + " lladdr " +
                                ends_of("in1").from.str() + " dev in1 nud permanent\n";
  appliance_.sh(near + "ip -batch - <<'EOT'" + addressing() + of_marker + "EOT");
}

void Lab::lock(const std::set<std::string>& zones) {
  const compile::Compiled from = *compiled_;
  situation_.locked.clear();
  for (const std::string& zone : zones) {
    situation_.locked.insert(policy_->zone_named(zone).value());
  }
  compiled_ = compile::compile(*policy_, situation_, compiled_->numbers);
  commit(from);
}

void Lab::commit(const std::optional<compile::Compiled>& from) {
  appliance_.run([&] {
    const auto before = [&](ruleset::Table compile::Compiled::*which) {
      return from ? std::optional{(*from).*which} : std::nullopt;
    };
    const std::array batches{
        compile::difference(before(&compile::Compiled::table), compiled_->table),
        compile::difference(before(&compile::Compiled::frames), compiled_->frames)};
    const auto done = nftables_->commit(batches, kNow);
    ASSERT_TRUE(done) << done.error().text;
    auto read = nftables_->read_back(compiled_->table.id(), kNow);
    auto read_frames = nftables_->read_back(compiled_->frames.id(), kNow);
    ASSERT_TRUE(read && *read && read_frames && *read_frames);
    table_ = **std::move(read);
    frames_ = **std::move(read_frames);
    settle({kWires.begin(), kWires.end()});
    before_ = counters();
  });
}

void Lab::open_sockets() {
  far_.run([this] {
    capture_ = nonblocking(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
    const int yes = 1;
    require(::setsockopt(capture_.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes) == 0,
            "own frames");
    for (const char* wire : kWires) {
      far_index_[wire] = static_cast<int>(::if_nametoindex(wire));
    }
  });
  appliance_.run([this] {
    for (const int protocol : {1, 2, 6, 17, 47, 50, 132}) {
      receivers_.push_back(nonblocking(AF_INET, SOCK_RAW, protocol));
    }
    for (const int protocol : {6, 17, 47, 58, 132}) {
      receivers_.push_back(nonblocking(AF_INET6, SOCK_RAW, protocol));
    }
    const int yes = 1;
    own4_ = nonblocking(AF_INET, SOCK_RAW, IPPROTO_RAW);
    require(::setsockopt(own4_.get(), SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes) == 0,
            "broadcasts");
    own6_ = nonblocking(AF_INET6, SOCK_RAW, IPPROTO_RAW);
    require(::setsockopt(own6_.get(), IPPROTO_IPV6, IPV6_HDRINCL, &yes, sizeof yes) == 0,
            "own headers");
    auto socket = kernel::Socket::open(NETLINK_NETFILTER);
    ASSERT_TRUE(socket) << socket.error().text();
    conntrack_.emplace(*std::move(socket));
  });
}

LinkEnds Lab::ends_of(const std::string& wire) const {
  const auto at = std::ranges::find(kWires, wire);
  if (at == kWires.end()) {
    return {};
  }
  const auto number = static_cast<std::size_t>(at - kWires.begin());
  return {net::Mac::parse(mac_of("aa", number)).value(),
          net::Mac::parse(mac_of("fe", number)).value()};
}

void Lab::inside(const std::function<void()>& body) const {
  appliance_.run([&body] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(::sched_getcpu()), &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    try {
      body();
    } catch (const std::exception& bug) {
      ADD_FAILURE() << bug.what();  // would end the process on this thread
    }
  });
}

void Lab::know_neighbours(const std::vector<simulate::Packet>& packets) const {
  std::set<std::string> lines;
  for (const simulate::Packet& packet : packets) {
    if (packet.route != simulate::Route::Forward || packet.out.empty() || packet.out == "lo") {
      continue;
    }
    const net::Address hop = packet.next_hop.value_or(packet.dst);
    lines.insert("neigh replace " + hop.str() + " lladdr " + ends_of(packet.out).from.str() +
                 " dev " + packet.out + " nud permanent\n");
  }
  std::string batch;
  for (const std::string& line : lines) {
    batch += line;
  }
  appliance_.sh("ip -batch - <<'EOT'\n" + batch + "EOT");
}

std::map<std::string, std::uint64_t> Lab::counters() {
  std::map<std::string, std::uint64_t> counted;
  for (const ruleset::Table* table : {&table_, &frames_}) {
    const auto elements = nftables_->read_elements(table->id(), table->set("drops")->shape, kNow);
    require(elements.has_value(), "cannot read the counters");
    for (const ruleset::Element& element : *elements) {
      counted[element.comment] += element.usage.packets;
    }
  }
  return counted;
}

Seen Lab::send(const Probe& probe, std::size_t row, bool forget) {
  SeenTogether seen = send(std::span{&probe, 1}, row, forget);
  return {seen.places[mark_of(row)], seen.counted};
}

SeenTogether Lab::send(std::span<const Probe> probes, std::size_t row, bool forget) {
  if (forget) {
    forget_connections();
  }
  for (const Probe& probe : probes) {
    if (probe.in.empty()) {
      transmit_own(probe, row++);
    } else {
      transmit(probe, row++);
    }
  }
  SeenTogether seen;
  watch_wires(seen);
  watch_sockets(seen);
  auto after = counters();
  for (const auto& [word, packets] : after) {
    if (packets != before_.at(word)) {
      seen.counted[word] = packets - before_.at(word);
    }
  }
  before_ = std::move(after);
  return seen;
}

void Lab::transmit(const Probe& probe, std::size_t row) {
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = far_index_.at(probe.in);
  for (const Frame& frame : frames_of(probe, row, ends_of(probe.in))) {
    const ssize_t sent =
        ::sendto(capture_.get(), frame.data(), frame.size(), 0, generic(to), sizeof to);
    require(sent == static_cast<ssize_t>(frame.size()), "cannot send on " + probe.in);
  }
}

/// What the output rules refuse comes back as an error, which is no news.
void Lab::transmit_own(const Probe& probe, std::size_t row) const {
  for (const Frame& packet : packets_of(probe, row)) {
    const net::Address dst = probe.destination();
    if (dst.is_v4()) {
      sockaddr_in to{};
      to.sin_family = AF_INET;
      std::ranges::copy(dst.bytes(), reinterpret_cast<std::uint8_t*>(
                                         &to.sin_addr));  // NOLINT(*-reinterpret-cast)
      (void)::sendto(own4_.get(), packet.data(), packet.size(), 0, generic(to), sizeof to);
    } else {
      sockaddr_in6 to{};
      to.sin6_family = AF_INET6;
      std::ranges::copy(dst.bytes(), std::begin(to.sin6_addr.s6_addr));
      (void)::sendto(own6_.get(), packet.data(), packet.size(), 0, generic(to), sizeof to);
    }
  }
}

/// Until the marker arrives, a packet that is always permitted and is sent behind the rows': by
/// then their own have been worked off.
void Lab::watch_wires(SeenTogether& seen) {
  const std::size_t number = 9000 + markers_++ % 1000;
  transmit(marker(), number);
  std::array<std::uint8_t, 4096> buffer{};
  for (std::string mark; mark != mark_of(number);) {
    pollfd waiting{capture_.get(), POLLIN, 0};
    require(::poll(&waiting, 1, kPatience) == 1, "the marker did not arrive");
    sockaddr_ll from{};
    socklen_t length = sizeof from;
    const ssize_t size =
        ::recvfrom(capture_.get(), buffer.data(), buffer.size(), 0,
                   reinterpret_cast<sockaddr*>(&from), &length);  // NOLINT(*-reinterpret-cast)
    require(size > 0, "cannot capture");
    mark = mark_in(as_text(ByteView{buffer}.first(static_cast<std::size_t>(size))));
    const auto wire =
        std::ranges::find(far_index_, from.sll_ifindex, &std::pair<const std::string, int>::second);
    seen.places[mark].insert(wire == far_index_.end() ? "?" : wire->first);
  }
}

void Lab::watch_sockets(SeenTogether& seen) const {
  std::array<std::uint8_t, 4096> buffer{};
  for (const UniqueFd& receiver : receivers_) {
    for (ssize_t size = 0; (size = ::recv(receiver.get(), buffer.data(), buffer.size(), 0)) >= 0;) {
      const ByteView bytes = ByteView{buffer}.first(static_cast<std::size_t>(size));
      seen.places[mark_in(as_text(bytes))].insert("appliance");
    }
  }
}

/// IPCTNL_MSG_CT_DELETE without a tuple: all of both families. The kernel walks its whole table for
/// it, so not where there is nothing but the marker's connection.
void Lab::forget_connections() {
  const auto count = kernel::value_of("net.netfilter.nf_conntrack_count");
  require(count.has_value(), "cannot count connections");
  if (*count == "0" || (markers_ > 0 && *count == "1")) {
    return;
  }
  struct Request {
    nlmsghdr header;
    nfgenmsg body;
  };
  Request request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = (NFNL_SUBSYS_CTNETLINK << 8U) | IPCTNL_MSG_CT_DELETE;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  request.header.nlmsg_seq = conntrack_->next_sequence();
  std::array<std::uint8_t, sizeof request> bytes{};
  std::memcpy(bytes.data(), &request, sizeof request);
  const auto asked =
      conntrack_->ask(bytes, request.header.nlmsg_seq, [](const kernel::Message& /*unused*/) {});
  require(asked.has_value(), "cannot forget connections");
}

}  // namespace sekisho::threeway
