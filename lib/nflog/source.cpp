// SPDX-License-Identifier: GPL-3.0-or-later
#include "nflog/source.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <pcap/pcap.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

namespace sekisho::nflog {
namespace {

constexpr int kReceiveBuffer = 32 << 20;
/// The most that libpcap takes. It makes room for this much, and the kernel's largest datagram must
/// fit: of one that is cut, libpcap 1.10.3 hands out records beyond its buffer. No limit on the
/// packets: the rule has one.
constexpr int kSnaplen = 1 << 18;

/// Whether the calling thread has CAP_NET_ADMIN in effect.
bool is_net_admin() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
  return ::syscall(SYS_capget, &header, data.data()) == 0 &&
         (data[0].effective & 1U << unsigned{CAP_NET_ADMIN}) != 0;
}

std::string group_text(std::uint16_t group) {
  return "group " + std::to_string(group);
}

/// Why the group could not be bound. `number` is what the kernel answered: EPERM both without the
/// privilege and when another socket is bound to the group (nfulnl_recv_config).
Error refusal(std::uint16_t group, int number, const std::string& text) {
  if (number != EPERM) {
    return Error{text}.in(group_text(group));
  }
  return Error{group_text(group) + (is_net_admin() ? " is read by another process already"
                                                   : " cannot be read without CAP_NET_ADMIN")};
}

void enlarge(int fd) {
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer) != 0) {
    // without the privilege the system's limit applies
    (void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  }
}

}  // namespace

struct Source::Handle {
  std::uint16_t group = 0;
  pcap_t* pcap = nullptr;
  std::vector<Drop> read;  ///< by the call that is under way
};

void Source::Close::operator()(Handle* handle) const {
  ::pcap_close(handle->pcap);
  delete handle;  // NOLINT(cppcoreguidelines-owning-memory): this is the owner's deleter
}

Result<Source> Source::open(std::uint16_t group) {
  std::array<char, PCAP_ERRBUF_SIZE> why{};
  const std::string device = "nflog:" + std::to_string(group);
  pcap_t* const pcap = ::pcap_create(device.c_str(), why.data());
  if (pcap == nullptr) {
    return fail(Error{why.data()}.in(group_text(group)));
  }
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): the next word owns it
  Source source{new Handle{group, pcap, {}}};
  ::pcap_set_snaplen(pcap, kSnaplen);
  ::pcap_set_immediate_mode(pcap, 1);
  errno = 0;
  if (::pcap_activate(pcap) < 0) {
    return fail(refusal(group, errno, ::pcap_geterr(pcap)));
  }
  if (::pcap_setnonblock(pcap, 1, why.data()) != 0) {
    return fail(Error{why.data()}.in(group_text(group)));
  }
  if (::pcap_datalink(pcap) != DLT_NFLOG || source.fd() < 0 ||
      ::fcntl(source.fd(), F_SETFD, FD_CLOEXEC) != 0) {
    return fail(group_text(group) + ": libpcap gave no log to read");
  }
  enlarge(source.fd());
  return source;
}

int Source::fd() const noexcept {
  return ::pcap_get_selectable_fd(handle_->pcap);
}

Result<std::size_t> Source::read(const std::function<void(const Drop&)>& each, std::size_t most) {
  // no exception of the caller's may cross libpcap: what is read is handed on afterwards
  // NOLINTNEXTLINE(readability-non-const-parameter): the signature is libpcap's
  static constexpr auto kKeep = [](u_char* user, const pcap_pkthdr* header, const u_char* bytes) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libpcap's untyped argument
    auto& read = reinterpret_cast<Handle*>(user)->read;
    if (auto drop = decode({bytes, header->caplen})) {
      read.push_back(*drop);
    }
  };
  std::size_t records = 0;
  while (records < most) {
    handle_->read.clear();
    errno = 0;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libpcap's untyped argument
    const int count =
        ::pcap_dispatch(handle_->pcap, -1, kKeep, reinterpret_cast<u_char*>(handle_.get()));
    const int number = errno;
    for (const Drop& drop : handle_->read) {
      each(drop);
    }
    if (count < 0 && number == ENOBUFS) {
      continue;  // some were lost; others wait
    }
    if (count == 0 || (count < 0 && (number == EAGAIN || number == EWOULDBLOCK))) {
      break;  // libpcap 1.10.3 calls an empty socket an error
    }
    if (count < 0) {
      return fail(Error{::pcap_geterr(handle_->pcap)}.in(group_text(handle_->group)));
    }
    records += static_cast<std::size_t>(count);
  }
  return records;
}

}  // namespace sekisho::nflog
