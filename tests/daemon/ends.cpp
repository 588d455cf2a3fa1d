// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/ends.hpp"

#include "base/bytes.hpp"
#include "support/checksums.hpp"
#include "support/sekishod.hpp"
#include "support/sockets.hpp"

#include <gtest/gtest.h>
#include <linux/tcp.h>
#include <netinet/in.h>

#include <array>
#include <thread>

namespace sekisho::testing {
namespace {

using std::chrono::milliseconds;

constexpr int kBurst = 200;
constexpr int kPort = 443;
constexpr int kClientPort = 40'000;
/// Longer than TCP's first retransmission.
constexpr milliseconds kWatched{600};

/// How many reads it takes to empty what lies there: of datagrams, their number.
std::uint64_t drained(const UniqueFd& fd) {
  std::array<char, 256> bytes{};
  std::uint64_t reads = 0;
  while (::recv(fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) {
    ++reads;
  }
  return reads;
}

void send(const UniqueFd& fd, std::string_view bytes) {
  (void)::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

class TcpEnds : public Ends {
 public:
  explicit TcpEnds(const Way& way) {
    const SocketAddress client = resolve(way.source, kClientPort);
    const SocketAddress server = resolve(way.destination, kPort);
    way.from.run([&] { client_ = bound(client, SOCK_STREAM); });
    UniqueFd listener;
    way.to.run([&] { listener = bound(server, SOCK_STREAM); });
    EXPECT_EQ(::listen(listener.get(), 1), 0);
    connect(client_, server);
    server_.reset(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }

 private:
  void send_from_client() const override { send(client_, "?"); }
  void send_from_server() const override { send(server_, "?"); }
  std::uint64_t at_client() const override { return segments(client_); }
  std::uint64_t at_server() const override { return segments(server_); }

  /// That TCP was handed, bare acknowledgements too.
  static std::uint64_t segments(const UniqueFd& fd) {
    (void)drained(fd);
    tcp_info info{};
    socklen_t length = sizeof info;
    EXPECT_EQ(::getsockopt(fd.get(), IPPROTO_TCP, TCP_INFO, &info, &length), 0);
    return info.tcpi_segs_in;
  }

  UniqueFd client_;
  UniqueFd server_;
};

/// Of two sockets that take nothing but datagrams of each other's address.
class DatagramEnds : public Ends {
 protected:
  DatagramEnds(const Way& way, int type, int protocol, int client_port, int port) {
    const SocketAddress client = resolve(way.source, client_port);
    const SocketAddress server = resolve(way.destination, port);
    way.from.run([&] { client_ = bound(client, type, protocol); });
    way.to.run([&] { server_ = bound(server, type, protocol); });
    connect(client_, server);
    connect(server_, client);
  }
  void send_from_client() const override { send(client_, from_client_); }
  void send_from_server() const override { send(server_, from_server_); }
  std::uint64_t at_client() const override { return client_had_ += drained(client_); }
  std::uint64_t at_server() const override { return server_had_ += drained(server_); }

  std::string from_client_ = "?";
  std::string from_server_ = "?";

 private:
  UniqueFd client_;
  UniqueFd server_;
  mutable std::uint64_t client_had_ = 0;
  mutable std::uint64_t server_had_ = 0;
};

class UdpEnds : public DatagramEnds {
 public:
  explicit UdpEnds(const Way& way) : DatagramEnds{way, SOCK_DGRAM, 0, kClientPort, kPort} {}
};

/// The server's kernel answers too.
class EchoEnds : public DatagramEnds {
 public:
  explicit EchoEnds(const Way& way) : EchoEnds{way, way.source.find(':') == std::string::npos} {}

 private:
  EchoEnds(const Way& way, bool v4)
      : DatagramEnds{way, SOCK_RAW, v4 ? 1 : 58, 0, 0} {
    from_client_ = message(v4 ? 8 : 128);
    from_server_ = message(v4 ? 0 : 129);
  }
  /// The kernel puts ICMPv6's checksum in itself.
  static std::string message(std::uint8_t type) {
    std::string bytes{static_cast<char>(type), 0, 0, 0, 0x12, 0x34, 0, 1};
    const std::uint16_t sum = internet_checksum(as_bytes(bytes));
    bytes[2] = static_cast<char>(sum >> 8U);
    bytes[3] = static_cast<char>(sum & 0xffU);
    return bytes;
  }
};

class SctpEnds : public DatagramEnds {
 public:
  explicit SctpEnds(const Way& way) : DatagramEnds{way, SOCK_RAW, IPPROTO_SCTP, 0, 0} {
    using Chunk = std::uint8_t;
    constexpr Chunk kInit = 1;
    constexpr Chunk kInitAck = 2;
    constexpr Chunk kCookieEcho = 10;
    constexpr Chunk kCookieAck = 11;
    from_client_ = packet(true, 0, kInit, initiation(kOfClient));
    expect_passed(talk_to_server());
    from_server_ = packet(false, kOfClient, kInitAck, initiation(kOfServer));
    expect_passed(talk_to_client());
    from_client_ = packet(true, kOfServer, kCookieEcho, "bake");
    expect_passed(talk_to_server());
    from_server_ = packet(false, kOfClient, kCookieAck, "");
    expect_passed(talk_to_client());
    const std::string data{"\0\0\0\1\0\0\0\0\0\0\0\0data", 16};
    from_client_ = packet(true, kOfServer, 0, data);
    from_server_ = packet(false, kOfClient, 0, data);
  }

 private:
  static constexpr std::uint32_t kOfClient = 0x01020304;  ///< verification tags
  static constexpr std::uint32_t kOfServer = 0x05060708;

  static std::string initiation(std::uint32_t tag) {
    Writer body;
    body.u32(tag);
    body.u32(65536);
    body.u32(0x00010001);
    body.u32(1);
    return std::string{body.bytes()};
  }
  static std::string packet(bool from_client, std::uint32_t tag, std::uint8_t type,
                            std::string_view body) {
    Writer bytes;
    bytes.u16(from_client ? kClientPort : kPort);
    bytes.u16(from_client ? kPort : kClientPort);
    bytes.u32(tag);
    bytes.u32(0);
    bytes.u8(type);
    bytes.u8(type == 0 ? 3 : 0);  // DATA is whole in one chunk
    bytes.u16(static_cast<std::uint16_t>(4 + body.size()));
    bytes.raw(body);
    std::string all{bytes.bytes()};
    const std::uint32_t crc = crc32c(as_bytes(all));
    for (unsigned i = 0; i < 4; ++i) {
      all.at(8 + i) = static_cast<char>(crc >> (8 * i));
    }
    return all;
  }
  static void expect_passed(bool step) {
    EXPECT_TRUE(step) << "a step of the association did not arrive";
  }
};

}  // namespace

std::unique_ptr<Ends> Ends::make(Kind kind, const Way& way) {
  switch (kind) {
    case Kind::Tcp: return std::make_unique<TcpEnds>(way);
    case Kind::Udp: return std::make_unique<UdpEnds>(way);
    case Kind::Echo: return std::make_unique<EchoEnds>(way);
    case Kind::Sctp: return std::make_unique<SctpEnds>(way);
  }
  return nullptr;
}

bool Ends::talk_to_server() const {
  const std::uint64_t before = at_server();
  send_from_client();
  return eventually([&] { return at_server() > before; }, milliseconds{2000});
}

bool Ends::talk_to_client() const {
  const std::uint64_t before = at_client();
  send_from_server();
  return eventually([&] { return at_client() > before; }, milliseconds{2000});
}

std::vector<std::uint64_t> Ends::passing(const std::vector<std::unique_ptr<Ends>>& all) {
  std::vector<std::uint64_t> before;
  for (const auto& ends : all) {
    before.push_back(ends->at_client() + ends->at_server());
  }
  for (int i = 0; i < kBurst; ++i) {
    for (const auto& ends : all) {
      ends->send_from_client();
      ends->send_from_server();
    }
  }
  std::this_thread::sleep_for(kWatched);  // what is watched for is that nothing happens
  std::vector<std::uint64_t> passed;
  for (std::size_t i = 0; i < all.size(); ++i) {
    passed.push_back(all[i]->at_client() + all[i]->at_server() - before[i]);
  }
  return passed;
}

}  // namespace sekisho::testing
