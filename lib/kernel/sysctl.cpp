// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/sysctl.hpp"

#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

namespace sekisho::kernel {
namespace {

struct Row {
  std::string_view name;
  std::string_view value;
  std::string_view reason;
};
constexpr std::string_view kForgedRoutes = "a neighbour must not change where packets go";
constexpr std::array kIpv4{
    Row{"rp_filter", "0", "our own source check counts what it refuses; this one would not"},
    Row{"accept_redirects", "0", kForgedRoutes},
    Row{"secure_redirects", "0", kForgedRoutes},
    Row{"send_redirects", "0", "no host is told of another way past the rules"},
    Row{"accept_source_route", "0", "a sender must not choose the way"},
    Row{"proxy_arp", "0", "no zone is told that another is on its wire"},
    Row{"arp_ignore", "1", "an address is answered for on its own interface alone"},
    Row{"arp_announce", "2", "no other interface's address is told in a request"},
    Row{"arp_filter", "1", "answered only where the asker is routed"},
    Row{"bc_forwarding", "0", "broadcasts stay in their zone"},
};
constexpr std::array kIpv6{
    Row{"accept_ra", "0", kForgedRoutes},
    Row{"accept_redirects", "0", kForgedRoutes},
    Row{"accept_source_route", "-1", "a sender must not choose the way"},
    Row{"proxy_ndp", "0", "no zone is told that another is on its wire"},
};
constexpr std::array kOnce{
    Row{"net.ipv4.icmp_echo_ignore_broadcasts", "1", "no amplifier"},
    Row{"net.netfilter.nf_conntrack_tcp_loose", "0", "a connection begins with its first packet"},
    Row{"net.netfilter.nf_conntrack_tcp_be_liberal", "0", "segments outside the window are invalid"},
    Row{"net.netfilter.nf_conntrack_helper", "0", "no payload opens a port"},
};

void add_per_interface(std::string_view prefix, std::span<const Row> rows, std::string_view interface,
                       std::vector<Setting>& settings) {
  std::string part{interface};
  std::ranges::replace(part, '.', '/');
  for (const Row& row : rows) {
    settings.push_back({std::string{prefix} + part + "." + std::string{row.name}, std::string{row.value},
                        std::string{row.reason}});
  }
}

/// /proc/sys/…; nothing for a name that could lead elsewhere.
std::optional<std::string> path_of(std::string_view name) {
  constexpr std::string_view kMarks = "._/:@-";
  std::string path = "/proc/sys/";
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       kMarks.find(c) != std::string_view::npos;
    if (!plain) {
      return std::nullopt;
    }
    path += c == '.' ? '/' : c == '/' ? '.' : c;
  }
  const bool climbs = path.find("..") != std::string::npos || path.find("//") != std::string::npos;
  return name.empty() || climbs ? std::nullopt : std::optional{path};
}

tl::expected<std::string, int> read_value(const std::string& path) {
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  std::array<char, 4096> buffer{};
  const ssize_t length = fd ? ::read(fd.get(), buffer.data(), buffer.size()) : -1;
  if (length < 0) {
    return tl::unexpected{errno};
  }
  const std::string_view text{buffer.data(), static_cast<std::size_t>(length)};
  return std::string{text.substr(0, text.find('\n'))};
}

/// errno, 0 when written.
int write_value(const std::string& path, const std::string& value) {
  const UniqueFd fd{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  const ssize_t written = fd ? ::write(fd.get(), value.data(), value.size()) : -1;
  return written == static_cast<ssize_t>(value.size()) ? 0 : written < 0 ? errno : EIO;
}

}  // namespace

std::vector<Setting> hygiene(std::span<const std::string> interfaces) {
  std::vector<std::string> all{"all", "default"};
  all.insert(all.end(), interfaces.begin(), interfaces.end());
  std::vector<Setting> settings;
  for (const std::string& interface : all) {
    add_per_interface("net.ipv4.conf.", kIpv4, interface, settings);
    add_per_interface("net.ipv6.conf.", kIpv6, interface, settings);
  }
  for (const Row& row : kOnce) {
    settings.push_back({std::string{row.name}, std::string{row.value}, std::string{row.reason}});
  }
  return settings;
}

std::vector<Setting> forwarding(bool on) {
  const std::string value = on ? "1" : "0";
  const std::string reason = on ? "the rules are in force" : "without rules nothing passes";
  return {{"net.ipv4.ip_forward", value, reason},
          {"net.ipv6.conf.all.forwarding", value, reason},
          {"net.ipv4.conf.all.accept_redirects", "0", std::string{kForgedRoutes}},
          {"net.ipv4.conf.default.accept_redirects", "0", std::string{kForgedRoutes}}};
}

Result<Applied> set(const Setting& setting) {
  const auto path = path_of(setting.name);
  if (!path) {
    return fail("'" + setting.name + "' is no setting's name");
  }
  Applied applied{setting.name, setting.value, {}, Applied::Outcome::Set, {}};
  const auto before = read_value(*path);
  applied.before = before.value_or("");
  if (!before && before.error() == ENOENT) {
    applied.outcome = Applied::Outcome::Missing;
  } else if (before && *before == setting.value) {
    applied.outcome = Applied::Outcome::Already;
  } else if (const int number = write_value(*path, setting.value); number != 0) {
    return fail(system_error("cannot set " + setting.name + " to '" + setting.value + "'", number));
  }
  return applied;
}

std::vector<Applied> apply(std::span<const Setting> settings) {
  std::vector<Applied> all;
  for (const Setting& setting : settings) {
    auto done = set(setting);
    all.push_back(done ? *std::move(done)
                       : Applied{setting.name, setting.value, {}, Applied::Outcome::Failed, done.error().text()});
  }
  return all;
}

Result<std::string> value_of(std::string_view name) {
  const auto path = path_of(name);
  if (!path) {
    return fail("'" + std::string{name} + "' is no setting's name");
  }
  auto value = read_value(*path);
  if (!value) {
    return fail(system_error("cannot read " + std::string{name}, value.error()));
  }
  return *std::move(value);
}

}  // namespace sekisho::kernel
