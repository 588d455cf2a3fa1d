// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What a pool, its zygote and its workers say to each other. The worker's answer is the only
/// thing here that a parser's process writes: a fixed head of 16 bytes, then two runs of bytes
/// whose lengths it says.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "jail/confine.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sekisho::jail {

/// Types of ipc frames.
enum class Message : std::uint16_t {
  Ready = 1,  ///< zygote → pool: confined
  Failed,     ///< zygote → pool: the step and its error as text
  Spawn,      ///< pool → zygote: serial; with the worker's end of a channel
  Kill,       ///< pool → zygote: serial
  Ended,      ///< zygote → pool: serial, how
  Result,     ///< pool → worker: with the writing end of the pipe for the answer
  Order,      ///< pool → worker: share, order; with the sealed item
};

/// How a worker ended, as wait(2) tells it.
struct End {
  std::uint64_t serial = 0;
  bool by_signal = false;
  std::uint8_t code = 0;  ///< exit code or signal
};
[[nodiscard]] std::string encode(const End& end);
[[nodiscard]] std::optional<End> decode_end(std::string_view payload);

[[nodiscard]] std::string encode_serial(std::uint64_t serial);
[[nodiscard]] std::optional<std::uint64_t> decode_serial(std::string_view payload);

/// `text` is for the work alone.
struct Order {
  Share share;
  std::string text;
};
[[nodiscard]] std::string encode(const Order& order);
[[nodiscard]] std::optional<Order> decode_order(std::string_view payload);

/// Lengths of the two parts of an answer: what the parent reads, and what it only passes on.
struct Lengths {
  std::uint32_t text = 0;
  std::uint64_t body = 0;
};
inline constexpr std::size_t kHeadSize = 16;
[[nodiscard]] std::string encode(const Lengths& lengths);
/// Of exactly `kHeadSize` bytes.
[[nodiscard]] std::optional<Lengths> decode_lengths(std::string_view head);

/// Exit codes of workers that say why there is no answer; others mean nothing.
inline constexpr int kExitNoMemory = 71;
inline constexpr int kExitNotConfined = 72;

}  // namespace sekisho::jail
