// SPDX-License-Identifier: GPL-3.0-or-later
// Steps of the control sentence at any size, timed one by one; tools/bench runs them beside nft.
//   bench_commit config PREFIXES PERMITS          a config of that size on stdout
//   bench_commit load FILE                        from text to kernel, as JSON: milliseconds per
//   step, peak memory bench_commit change FILE                      one permit's service and one
//   prefix changed, as JSON
// Writes into the network namespace it is started in.
#include "compile/compile.hpp"
#include "compile/difference.hpp"
#include "files/files.hpp"
#include "kernel/nftables.hpp"
#include "policy/parse.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <stdexcept>

namespace {

using namespace sekisho;  // NOLINT(google-build-using-namespace)
using Clock = std::chrono::steady_clock;

constexpr policy::Instant kNow{std::chrono::seconds{1'800'000'000}};
constexpr int kRounds = 15;

double millis_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

/// Processor time of this process in the kernel.
double kernel_millis() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return 1000.0 * static_cast<double>(usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_stime.tv_usec) / 1000.0;
}

std::string v4(std::uint32_t number) {
  return std::to_string(number >> 24U) + "." + std::to_string((number >> 16U) & 0xffU) + "." +
         std::to_string((number >> 8U) & 0xffU) + "." + std::to_string(number & 0xffU);
}

/// Prefixes of 10.0.0.0/8 that never touch, a third to each zone; each permit from one host to
/// another.
std::string config(std::uint32_t prefixes, std::uint32_t permits) {
  const auto network = [](std::uint32_t i) { return (10U << 24U) + i * 128; };
  const auto zone = [&](const char* name, const char* zone_class, const char* interface,
                        std::uint32_t from, std::uint32_t to) {
    std::string text = std::string{"[[zone]]\nname = \""} + name + "\"\nclass = \"" + zone_class +
                       "\"\ninterfaces = [\"" + interface + "\"]\nnetworks = [";
    for (std::uint32_t i = from; i < to; ++i) {
      text += (i == from ? "\"" : ", \"") + v4(network(i)) + "/26\"";
    }
    return text + "]\n";
  };
  const std::uint32_t third = prefixes / 3;
  std::string text =
      "version = 1\n[appliance]\nname = \"bench\"\nmodel = \"alpha\"\nlanguage = \"en\"\n";
  text += zone("jumin", "my_number", "mn0", 0, third);
  text += zone("lgwan", "lgwan", "lg0", third, 2 * third);
  text += zone("office", "internet", "in0", 2 * third, prefixes);
  text +=
      "[[zone]]\nname = \"cloud\"\nclass = \"security_cloud\"\ninterfaces = [\"sc0\"]\n"
      "networks = [\"0.0.0.0/0\"]\ngateways = [\"203.0.113.1\"]\n";
  for (std::uint32_t i = 0; i < permits; ++i) {
    text += "[[flow]]\nid = \"f" + std::to_string(i) +
            "\"\nfrom = { zone = \"office\", hosts = [\"" +
            v4(network(2 * third + i % (prefixes - 2 * third)) + 1 + i % 60) +
            "\"] }\nto = { zone = \"cloud\", hosts = [\"" + v4((198U << 24U) + (18U << 16U) + i) +
            "\"] }\nservices = [\"tcp/" + std::to_string(1024 + i % 5000) +
            "\"]\npurpose = \"bench\"\n";
  }
  return text;
}

policy::Policy parsed(const std::string& text) {
  auto result = policy::parse({{"bench.toml", text}}, Language::En, kNow);
  if (!result.policy) {
    throw std::runtime_error{result.errors.front().str("error")};
  }
  return *std::move(result.policy);
}

compile::Compiled compiled(const policy::Policy& policy, const compile::Numbers& known) {
  return compile::compile(policy, {kNow, {}, {}}, known);
}

void commit(kernel::Nftables& nftables, const ruleset::Batch& batch) {
  if (const auto done = nftables.commit(batch, kNow); !done) {
    throw std::runtime_error{done.error().text};
  }
}

std::string read(const char* path) {
  auto text = files::read(path, policy::kLargestFile);
  if (!text) {
    throw std::runtime_error{text.error().text()};
  }
  return *std::move(text);
}

void load(const char* path) {
  auto nftables = kernel::Nftables::open();
  const auto begin = Clock::now();
  const policy::Policy policy = parsed(read(path));
  const double parse = millis_since(begin);
  const auto table = compiled(policy, {}).table;
  const double compile = millis_since(begin);
  const double in_kernel = kernel_millis();
  commit(*nftables, compile::difference(std::nullopt, table));
  const double all = millis_since(begin);
  const double kernel = kernel_millis() - in_kernel;
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  std::cout << "{\"parse_ms\":" << parse << ",\"compile_ms\":" << compile - parse
            << ",\"commit_ms\":" << all - compile << ",\"commit_kernel_cpu_ms\":" << kernel << ",\"all_ms\":" << all
            << ",\"peak_kib\":" << usage.ru_maxrss << "}\n";
}

/// `text` with the first `what` behind `where` replaced.
std::string edited(std::string text, const std::string& where, const std::string& what,
                   const std::string& by) {
  const std::size_t at = text.find(what, text.find(where));
  return text.replace(at, what.size(), by);
}

/// Medians over rounds that go there and back.
void time_change(kernel::Nftables& nftables, const char* name, const policy::Policy& a,
                 const policy::Policy& b, compile::Compiled& now) {
  const policy::Situation situation{kNow, {}, {}};
  std::vector<double> compiling;
  std::vector<double> writing;
  for (int round = 0; round < kRounds; ++round) {
    const policy::Policy& from = round % 2 == 0 ? a : b;
    const policy::Policy& to = round % 2 == 0 ? b : a;
    const auto begin = Clock::now();
    compile::Compiled next =
        compile::compile(to, situation, now.numbers, {from, situation, now});
    compiling.push_back(millis_since(begin));
    const auto middle = Clock::now();
    commit(nftables, compile::difference(now.table, next.table));
    writing.push_back(millis_since(middle));
    now = std::move(next);
  }
  if constexpr (kRounds % 2 == 1) {  // back to where it began
    compile::Compiled next = compiled(a, now.numbers);
    commit(nftables, compile::difference(now.table, next.table));
    now = std::move(next);
  }
  std::ranges::sort(compiling);
  std::ranges::sort(writing);
  std::cout << "\"" << name << "\":{\"compile_ms\":" << compiling[kRounds / 2]
            << ",\"difference_and_commit_ms\":" << writing[kRounds / 2] << "}";
}

void change(const char* path) {
  auto nftables = kernel::Nftables::open();
  const std::string text = read(path);
  const policy::Policy policy = parsed(text);
  compile::Compiled now = compiled(policy, {});
  commit(*nftables, compile::difference(std::nullopt, now.table));
  const policy::Policy permit =
      parsed(edited(text, "id = \"f7\"", "services = [\"tcp/", "services = [\"tcp/7\", \"tcp/"));
  const policy::Policy prefix = parsed(
      edited(text, "class = \"lgwan\"", "networks = [", "networks = [\"10.255.255.0/26\", "));
  std::cout << "{";
  time_change(*nftables, "permit", policy, permit, now);
  std::cout << ",";
  time_change(*nftables, "prefix", policy, prefix, now);
  std::cout << "}\n";
}

}  // namespace

int main(int count, char** words) {
  try {
    const std::vector<std::string> all{words + 1, words + count};
    if (all.size() == 3 && all[0] == "config") {
      std::cout << config(static_cast<std::uint32_t>(std::stoul(all[1])),
                          static_cast<std::uint32_t>(std::stoul(all[2])));
    } else if (all.size() == 2 && all[0] == "load") {
      load(words[2]);
    } else if (all.size() == 2 && all[0] == "change") {
      change(words[2]);
    } else {
      std::cerr << "usage: bench_commit config PREFIXES PERMITS | load FILE | change FILE\n";
      return 2;
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "bench_commit: " << error.what() << '\n';
    return 1;
  }
}
