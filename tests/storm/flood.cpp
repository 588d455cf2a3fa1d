// SPDX-License-Identifier: GPL-3.0-or-later
#include "storm/flood.hpp"

#include "support/checksums.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstring>

namespace sekisho::testing {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kAtOnce = 64;
constexpr std::uint32_t kPorts = 50'000;  ///< flows of one source
constexpr std::size_t kIp = 14;           ///< where the IPv4 header begins
constexpr std::size_t kUdp = 34;

std::array<std::uint8_t, 6> mac_of(const NetNs& ns, const std::string& interface) {
  ifreq request{};
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
  ns.run([&] {
    const UniqueFd any{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    (void)::ioctl(any.get(), SIOCGIFHWADDR, &request);
  });
  std::array<std::uint8_t, 6> mac{};
  std::memcpy(mac.data(), request.ifr_hwaddr.sa_data, mac.size());
  return mac;
}

template <std::size_t size>
void put(std::array<std::uint8_t, size>& frame, std::size_t at, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i, value >>= 8U) {
    frame.at(at + static_cast<std::size_t>(i)) = static_cast<std::uint8_t>(value & 0xffU);
  }
}

std::uint32_t ipv4(const std::string& text) {
  in_addr address{};
  (void)::inet_pton(AF_INET, text.c_str(), &address);
  return ntohl(address.s_addr);
}

}  // namespace

Flood::Flood(const Way& way, Measure measure) : measure_{measure} {
  std::ranges::copy(mac_of(way.appliance, way.interface), first_.begin());
  std::ranges::copy(mac_of(way.from, "eth0"), first_.begin() + 6);
  put(first_, 12, ETH_P_IP, 2);
  put(first_, kIp, 0x4500, 2);
  put(first_, kIp + 2, kFrame - kIp, 2);
  put(first_, kIp + 8, 64, 1);
  put(first_, kIp + 9, IPPROTO_UDP, 1);
  put(first_, kIp + 12, ipv4(way.source), 4);
  put(first_, kIp + 16, ipv4(way.destination), 4);
  put(first_, kUdp, 9, 2);
  put(first_, kUdp + 4, kFrame - kUdp, 2);  // without a checksum
  way.from.run([&] {
    socket_ = UniqueFd{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)};
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_ifindex = static_cast<int>(::if_nametoindex("eth0"));
    (void)::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
  });
  thread_ = std::thread{[this] { send(); }};
}

Flood::~Flood() {
  stop();
}

void Flood::stop() {
  stopping_ = true;
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Flood::turn(Frame& frame, std::uint32_t flow) const {
  frame.at(kIp + 15) = static_cast<std::uint8_t>(first_.at(kIp + 15) + flow / kPorts);
  put(frame, kUdp + 2, 1000 + flow % kPorts, 2);
  put(frame, kIp + 10, 0, 2);
  put(frame, kIp + 10, internet_checksum({frame.data() + kIp, 20}), 2);
}

void Flood::send() {
  std::vector<Frame> frames(kAtOnce, first_);
  std::vector<iovec> parts(kAtOnce);
  std::vector<mmsghdr> messages(kAtOnce);
  for (std::size_t i = 0; i < kAtOnce; ++i) {
    parts[i] = {frames[i].data(), kFrame};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  const auto began = steady_clock::now();
  while (!stopping_) {
    std::size_t due = kAtOnce;
    if (measure_.packets_per_second > 0) {
      const std::chrono::duration<double> passed = steady_clock::now() - began;
      const auto wanted = static_cast<std::uint64_t>(passed.count() * measure_.packets_per_second);
      due = static_cast<std::size_t>(
          std::min<std::uint64_t>(kAtOnce, wanted - std::min(wanted, sent_.load())));
      if (due == 0) {
        std::this_thread::sleep_for(std::chrono::microseconds{200});
        continue;
      }
    }
    for (std::size_t i = 0; i < due; ++i) {
      turn(frames[i], static_cast<std::uint32_t>((sent_ + i) % measure_.flows));
    }
    const int done = ::sendmmsg(socket_.get(), messages.data(), static_cast<unsigned>(due), 0);
    sent_ += static_cast<std::uint64_t>(std::max(done, 0));
  }
}

}  // namespace sekisho::testing
