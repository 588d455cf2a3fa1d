// SPDX-License-Identifier: GPL-3.0-or-later
#include "threeway/rows.hpp"

namespace sekisho::threeway {
namespace {

Probe from_inet(const std::string& dst) {
  const bool v4 = dst.find(':') == std::string::npos;
  return {.in = "in0", .src = v4 ? "10.30.0.7" : "fd00:30::7", .dst = dst};
}
Probe by(const std::string& wire, const std::string& src, const std::string& dst) {
  return {.in = wire, .src = src, .dst = dst};
}
const std::string kWeb = "flow:web inet-office cloud";
const std::string kAnswered = "- inet-office self_protected";

void add_sources(Rows& rows) {
  const std::string martian = "a source that no wire can have";
  const std::string spoofed = "spoofed_source lgwan-office jumin";
  for (const std::string src : {"127.0.0.1", "0.0.0.0", "224.0.0.7", "255.255.255.255"}) {
    rows.push_back({"source " + src, by("lg0", src, "10.10.0.9"), spoofed, martian});
  }
  for (const std::string src : {"::1", "::", "ff02::7"}) {
    rows.push_back({"source " + src, by("lg0", src, "fd00:10::9"), spoofed, martian});
  }
  rows.push_back({"a link-local source to another wire", by("lg0", "fe80::7", "fd00:10::9"),
                  spoofed, "a link-local source leaves its wire never", "- - self_protected"});
  for (const std::string src : {"10.20.0.1", "10.10.0.1", "203.0.113.2"}) {
    rows.push_back({"the appliance's source " + src, by("lg0", src, "10.10.0.9"), spoofed,
                    "an IPv4 source that is the appliance's own"});
  }
  rows.push_back({"the appliance's source to the appliance", by("lg0", "10.20.0.1", "10.20.0.1"),
                  "spoofed_source lgwan-office lgwan-office",
                  "an IPv4 source that is the appliance's own"});
}

void add_destinations(Rows& rows) {
  const std::string martian = "a destination that no wire can have";
  rows.push_back(
      {"to loopback, IPv4", from_inet("127.0.0.1"), "self_protected inet-office -", martian});
  rows.push_back({"to loopback, IPv6", from_inet("::1"), "self_protected inet-office -", martian});
  rows.push_back({"to this network", from_inet("0.0.0.0"), "unknown_zone inet-office -", martian});
  rows.push_back({"unreachable, IPv4", from_inet("10.20.66.5"),
                  "misrouted inet-office lgwan-office", "no route", kAnswered});
  rows.push_back({"unreachable, IPv6", from_inet("fd00:20:0:66::5"),
                  "misrouted inet-office lgwan-office", "no route", kAnswered});
  rows.push_back({"into a black hole", from_inet("10.20.67.5"),
                  "misrouted inet-office lgwan-office", "no route"});
}

void add_groups(Rows& rows) {
  const std::string unheard = "a group that the appliance does not listen to";
  for (const std::string dst : {"224.0.0.22", "224.0.0.251", "224.0.0.252"}) {
    rows.push_back({"group " + dst, from_inet(dst), "chatter inet-office -", unheard});
  }
  for (const std::string dst : {"ff02::16", "ff02::fb", "ff02::1:2"}) {
    rows.push_back({"group " + dst, from_inet(dst), "chatter inet-office -", unheard});
  }
  for (const std::string dst : {"239.255.255.250", "ff05::c", "ff0e::fb", "ff01::1"}) {
    rows.push_back({"group " + dst, from_inet(dst), "unknown_zone inet-office -", unheard});
  }
  Probe report{.in = "lg0", .src = "fe80::7", .dst = "ff02::16", .protocol = 58, .type = 143};
  report.extensions = {0};
  report.hops = 1;
  rows.push_back({"a listener report", report, "chatter lgwan-office -", unheard});
}

void add_headers(Rows& rows) {
  const auto add_option = [&](const std::string& what, std::vector<std::uint8_t> bytes,
                              const std::string& stack, const std::string& answer) {
    Probe probe = from_inet("198.51.100.9");
    probe.options = std::move(bytes);
    rows.push_back({what, probe, "invalid inet-office cloud", stack, answer});
  };
  add_option("loose source route", {131, 7, 4, 10, 20, 0, 9, 0}, "source routing is not accepted",
             {});
  add_option("strict source route", {137, 7, 4, 10, 20, 0, 9, 0}, "source routing is not accepted",
             {});
  add_option("an option of length zero", {7, 0, 0, 0}, "options that cannot be read", kAnswered);
  for (const std::string dst : {"198.51.100.9", "2001:db8:5::9"}) {
    Probe last_hop = from_inet(dst);
    last_hop.hops = 1;
    rows.push_back({"the last hop to " + dst, last_hop, kWeb, "its hops are used up", kAnswered});
    Probe last_but_one = from_inet(dst);
    last_but_one.hops = 2;
    rows.push_back({"the last hop but one to " + dst, last_but_one, kWeb});
    for (const Split split : {Split::FirstOnly, Split::LastOnly, Split::Overlap}) {
      Probe piece = from_inet(dst);
      piece.split = split;
      rows.push_back({"pieces that are no whole to " + dst, piece, kWeb, "it waits for the rest"});
    }
  }
}

void add_frames(Rows& rows) {
  for (const std::string dst : {"198.51.100.9", "2001:db8:5::9"}) {
    Probe other = from_inet(dst);
    other.to_mac = "02:00:00:fe:00:77";
    rows.push_back({"to another's hardware address, " + dst, other, kWeb, "the frame is not ours"});
    other.to_mac = "ff:ff:ff:ff:ff:ff";
    rows.push_back(
        {"in a broadcast frame, " + dst, other, kWeb, "a frame to all is not passed on"});
    other.to_mac = "01:00:5e:00:00:01";
    rows.push_back(
        {"in a multicast frame, " + dst, other, kWeb, "a frame to many is not passed on"});
    Probe crossed = from_inet(dst);
    crossed.ether_type = dst.find(':') == std::string::npos ? 0x86dd : 0x0800;
    rows.push_back({"as the other family, " + dst, crossed, kWeb, "its version is wrong"});
  }
}

}  // namespace

Rows stack_rows() {
  Rows rows;
  add_sources(rows);
  add_destinations(rows);
  add_groups(rows);
  add_headers(rows);
  add_frames(rows);
  return rows;
}

}  // namespace sekisho::threeway
