// SPDX-License-Identifier: GPL-3.0-or-later
#include "jail/reply.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace sekisho::jail {

Result<Reply::Ends> Reply::open(Most most) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(system_error("cannot make a pipe", errno));
  }
  UniqueFd reading{ends[0]};
  UniqueFd writing{ends[1]};
  // the worker's end stays blocking
  if (::fcntl(reading.get(), F_SETFL, O_NONBLOCK) != 0) {
    return fail(system_error("cannot make a pipe", errno));
  }
  constexpr int kRoom = 1 << 20;
  (void)::fcntl(reading.get(), F_SETPIPE_SZ, kRoom);  // speed alone
  return Ends{std::make_unique<Reply>(std::move(reading), most), std::move(writing)};
}

void Reply::fail_with(Failure::Why why, std::string detail) {
  if (!failure_) {
    failure_ = Failure{why, std::move(detail)};
  }
}

void Reply::out_of_time() {
  fail_with(Failure::Why::OutOfTime, "");
}

void Reply::read_on() {
  while (!is_closed() && read_piece()) {
  }
  if (is_closed()) {
    fd_.reset();  // a closed pipe would wake its reader again and again
  }
}

bool Reply::read_piece() {
  if (!lengths_) {
    return read_text(head_, kHeadSize);
  }
  if (text_.size() < lengths_->text) {
    return read_text(text_, lengths_->text);
  }
  return body_ && body_->missing() > 0 ? read_body() : expect_end();
}

/// Whether reading may go on after what read(2) said.
bool Reply::took(ssize_t got) {
  if (got == 0) {
    closed_ = true;
  }
  if (got < 0 && errno != EAGAIN && errno != EINTR) {
    fail_with(Failure::Why::Died, "its pipe cannot be read");
  }
  return got > 0 || (got < 0 && errno == EINTR);
}

bool Reply::read_text(std::string& into, std::size_t size) {
  std::array<char, 16384> piece{};
  const ssize_t got = ::read(fd_.get(), piece.data(), std::min(piece.size(), size - into.size()));
  if (got > 0) {
    into.append(piece.data(), static_cast<std::size_t>(got));
  }
  const bool more = took(got);
  if (!lengths_ && head_.size() == kHeadSize) {
    begin();
  }
  return more;
}

void Reply::begin() {
  lengths_ = decode_lengths(head_);
  if (!lengths_) {
    fail_with(Failure::Why::Died, "its answer is no answer");
    return;
  }
  if (lengths_->text > most_.text || lengths_->body > most_.body) {
    fail_with(Failure::Why::SaidTooMuch, "its answer is larger than it may be");
    return;
  }
  auto memory = Unsealed::of_size(lengths_->body);
  if (!memory) {
    fail_with(Failure::Why::OutOfMemory, memory.error().text());
    return;
  }
  body_.emplace(*std::move(memory));
}

bool Reply::read_body() {
  return took(body_->read_from(fd_.get()));
}

bool Reply::expect_end() {
  char surplus = 0;
  const ssize_t got = ::read(fd_.get(), &surplus, 1);
  if (got > 0) {
    fail_with(Failure::Why::SaidTooMuch, "it went on behind its answer");
  }
  return took(got);
}

Outcome Reply::take() && {
  const bool whole = lengths_ && text_.size() == lengths_->text && body_ && body_->missing() == 0;
  if (!whole) {
    return tl::unexpected<Failure>{Failure{Failure::Why::Died, "its answer ends too early"}};
  }
  auto sealed = std::move(*body_).seal();
  if (!sealed) {
    return tl::unexpected<Failure>{Failure{Failure::Why::OutOfMemory, sealed.error().text()}};
  }
  return Finished{std::move(text_), *std::move(sealed)};
}

}  // namespace sekisho::jail
