// SPDX-License-Identifier: GPL-3.0-or-later
#include "sensor/source.hpp"

#include <fcntl.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

namespace sekisho::sensor {
namespace {

constexpr int kSnaplen = 256;  ///< headers alone are looked at
constexpr int kBuffer = 1 << 20;
constexpr int kMillis = 100;  ///< frames that come together are handed on together
constexpr int kAtOnce = 4096;

/// Those of Pace::Mode, in that order.
constexpr std::size_t kModes = 3;
using Programs = std::array<bpf_program, kModes>;

int set_option(int fd, int level, int option, std::uint32_t value) {
  return ::setsockopt(fd, level, option, &value, sizeof value);
}

}  // namespace

struct Source::Handle {
  std::string interface;
  pcap_t* pcap = nullptr;
  Programs programs{};
  std::vector<Sight> read;  ///< by the call that is under way

  [[nodiscard]] Error error() const { return Error{::pcap_geterr(pcap)}.in("'" + interface + "'"); }
};

void Source::Close::operator()(Handle* handle) const {
  for (bpf_program& program : handle->programs) {
    ::pcap_freecode(&program);
  }
  ::pcap_close(handle->pcap);
  delete handle;  // NOLINT(cppcoreguidelines-owning-memory): this is the owner's deleter
}

Result<std::optional<Source>> Source::open(const std::string& interface, const std::string& narrow,
                                           std::uint32_t mark) {
  std::array<char, PCAP_ERRBUF_SIZE> why{};
  pcap_t* const pcap = ::pcap_create(interface.c_str(), why.data());
  if (pcap == nullptr) {
    return fail(Error{why.data()}.in("'" + interface + "'"));
  }
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): the next word owns it
  Source source{new Handle{interface, pcap, {}, {}}};
  ::pcap_set_snaplen(pcap, kSnaplen);
  ::pcap_set_promisc(pcap, 1);
  ::pcap_set_timeout(pcap, kMillis);
  ::pcap_set_buffer_size(pcap, kBuffer);
  const int activated = ::pcap_activate(pcap);
  if (activated == PCAP_ERROR_NO_SUCH_DEVICE || activated == PCAP_ERROR_IFACE_NOT_UP) {
    return std::optional<Source>{};
  }
  if (activated < 0) {
    return fail(source.handle_->error());
  }
  if (::pcap_datalink(pcap) != DLT_EN10MB) {
    return std::optional<Source>{};
  }
  const int fd = source.fd();
  if (fd < 0 || set_option(fd, SOL_SOCKET, SO_MARK, mark) != 0 ||
      set_option(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1) != 0 ||
      ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
    return fail(Error{system_error("cannot prepare the handle", errno)}.in("'" + interface + "'"));
  }
  // no frame is as short as that
  const std::array<std::string, kModes> texts{"", narrow, "less 1"};
  for (std::size_t i = 0; i < kModes; ++i) {
    if (::pcap_compile(pcap, &source.handle_->programs.at(i), texts.at(i).c_str(), 1,
                       PCAP_NETMASK_UNKNOWN) != 0) {
      return fail(source.handle_->error());
    }
  }
  if (::pcap_setnonblock(pcap, 1, why.data()) != 0) {
    return fail(Error{why.data()}.in("'" + interface + "'"));
  }
  return std::optional<Source>{std::move(source)};
}

int Source::fd() const noexcept {
  return ::pcap_get_selectable_fd(handle_->pcap);
}

Result<> Source::read(const std::function<void(const Sight&)>& each, Pace::Time now) {
  // no exception of the caller's may cross libpcap: what is read is handed on afterwards
  // NOLINTNEXTLINE(readability-non-const-parameter): the signature is libpcap's
  static constexpr auto kKeep = [](u_char* user, const pcap_pkthdr* header, const u_char* bytes) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libpcap's untyped argument
    auto& read = reinterpret_cast<Handle*>(user)->read;
    if (auto sight = read_frame({bytes, header->caplen})) {
      read.push_back(*sight);
    }
  };
  handle_->read.clear();
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libpcap's untyped argument
  auto* user = reinterpret_cast<u_char*>(handle_.get());
  const int count = ::pcap_dispatch(handle_->pcap, kAtOnce, kKeep, user);
  for (const Sight& sight : handle_->read) {
    each(sight);
  }
  if (count < 0) {
    return fail(handle_->error());
  }
  return keep_pace(static_cast<std::size_t>(count), now);
}

Result<> Source::keep_pace(std::size_t frames, Pace::Time now) {
  const Pace::Mode before = pace_.mode();
  const Pace::Mode mode = pace_.count(frames, now);
  if (mode != before &&
      ::pcap_setfilter(handle_->pcap, &handle_->programs.at(static_cast<std::size_t>(mode))) != 0) {
    return fail(handle_->error());
  }
  return {};
}

}  // namespace sekisho::sensor
