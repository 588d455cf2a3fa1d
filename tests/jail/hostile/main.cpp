// SPDX-License-Identifier: GPL-3.0-or-later
// A worker that has been taken over: the same jail as the real one, but its work is what the order
// says. Returns an answer only where the deed was possible.
#include "jail/zygote.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <map>
#include <stdexcept>
#include <thread>
#include <vector>

namespace sekisho {
namespace {

using jail::Answer;

Answer done(const std::string& text = "done") {
  return {text, ""};
}

/// Blocks without using the processor.
Answer hang() {
  const int word = 0;
  for (;;) {
    ::syscall(SYS_futex, &word, FUTEX_WAIT, 0, nullptr, nullptr, 0);
  }
}

Answer spin() {
  for (std::uint64_t turns = 0;; ++turns) {
    asm volatile("" : : "r"(turns));
  }
}

Answer grow() {
  constexpr std::size_t kPiece = 16U << 20U;
  constexpr std::size_t kPage = 4096;
  std::vector<std::string> pieces;
  for (;;) {
    pieces.emplace_back(kPiece, '\0');
    for (std::size_t i = 0; i < kPiece; i += kPage) {
      pieces.back()[i] = 'x';
    }
  }
}

/// Ends when the stack does: nobody counts so far.
int depth(std::uint64_t levels) {  // NOLINT(misc-no-recursion): it is what it is for
  std::array<char, 4096> room{};
  asm volatile("" : : "r"(room.data()) : "memory");
  return levels == 0 ? 0 : depth(levels - 1) + room.at(levels % room.size());
}

/// Behind its own back, beside the frame: to the first descriptor that takes it, which is the pipe.
void say(std::string_view bytes) {
  for (int fd = 3; fd < 64; ++fd) {
    if (::write(fd, bytes.data(), bytes.size()) > 0) {
      return;
    }
  }
}

Answer executable_memory() {
  return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                 MAP_FAILED
             ? Answer{"refused", ""}
             : done();
}

Answer make_executable() {
  void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return ::mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0 ? done() : Answer{"refused", ""};
}

/// The 32-bit table of system calls, where 5 is open.
Answer other_table() {
#if defined(__x86_64__)
  long result = 5;
  asm volatile("int $0x80" : "+a"(result) : "b"(0), "c"(0), "d"(0) : "memory");
  return done(std::to_string(result));
#else
  std::raise(SIGSYS);
  return {};
#endif
}

Answer call(std::string_view number) {
  long said = 0;
  std::from_chars(number.data(), number.data() + number.size(), said);
  return done(std::to_string(::syscall(said, 0, 0, 0, 0, 0, 0)));
}

Answer many(std::string_view size) {
  std::size_t bytes = 0;
  std::from_chars(size.data(), size.data() + size.size(), bytes);
  return {"many", std::string(bytes, 'x')};
}

Answer echo(ByteView item) {
  return {"echo", std::string{as_text(item)}};
}

Answer surplus(ByteView item) {
  // a whole frame, and then the work's own
  std::string frame{"SKW1\0\0\0\0\0\0\0\0\0\0\0\0", 16};
  say(frame);
  return echo(item);
}

Answer lie() {
  // lengths that nobody will ever send
  say({"SKW1\0\0\0\x01\0\0\0\0\0\0\x10\0", 16});
  ::_exit(0);
}

Answer huge() {
  say({"SKW1\0\0\0\x01\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 16});
  return hang();
}

Answer open(std::string_view path, int flags) {
  const int fd = ::open(std::string{path}.c_str(), flags, 0600);
  return done(fd < 0 ? std::strerror(errno) : "opened");
}

Answer start_thread() {
  std::string said;
  std::thread{[&] { said = "joined"; }}.join();
  return done(said);
}

Answer fork() {
  return done(std::to_string(::fork()));
}

Answer work(std::string_view order, ByteView item) {
  const std::size_t blank = order.find(' ');
  const std::string_view deed = order.substr(0, blank);
  const std::string_view rest = blank == order.npos ? "" : order.substr(blank + 1);
  if (deed == "call") {
    return call(rest);
  }
  if (deed == "many") {
    return many(rest);
  }
  if (deed == "open" || deed == "create") {
    return open(rest, deed == "open" ? O_RDONLY : O_WRONLY | O_CREAT);
  }
  if (deed == "touch") {  // the item is sealed, and mapped for reading
    const_cast<std::uint8_t&>(item.front()) = 0;
    return done();
  }
  if (deed == "echo") {
    return echo(item);
  }
  if (deed == "surplus") {
    return surplus(item);
  }
  if (deed == "garbage") {
    say(std::string(4096, 'A'));
    return done();
  }
  if (deed == "early") {
    ::_exit(0);
  }
  if (deed == "crash") {
    *static_cast<volatile int*>(nullptr) = 1;
  }
  if (deed == "throw") {
    throw std::runtime_error{"a bug"};
  }
  if (deed == "recurse") {
    return done(std::to_string(depth(~0ULL)));
  }
  const std::map<std::string_view, Answer (*)()> deeds{{"hang", hang},
                                                       {"thread", start_thread},
                                                       {"fork", fork},
                                                       {"spin", spin},
                                                       {"grow", grow},
                                                       {"executable", executable_memory},
                                                       {"make", make_executable},
                                                       {"other", other_table},
                                                       {"lie", lie},
                                                       {"huge", huge}};
  const auto found = deeds.find(deed);
  return found == deeds.end() ? Answer{"no such deed", ""} : found->second();
}

}  // namespace
}  // namespace sekisho

int main(int count, char** words) {
  const bool rasteriser = count == 2 && std::string_view{words[1]} == "rasteriser";
  return sekisho::jail::serve(
      rasteriser ? sekisho::jail::Kind::Rasteriser : sekisho::jail::Kind::Worker, sekisho::work);
}
