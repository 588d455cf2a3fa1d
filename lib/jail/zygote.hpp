// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The worker program's side: a confined process that parses nothing and forks one child per item,
/// which is confined further before it sees the item. Whoever writes such a program gives the work;
/// it knows nothing of formats.

#include "base/bytes.hpp"
#include "jail/filter.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace sekisho::jail {

struct Answer {
  std::string text;  ///< for the one who ordered
  std::string body;  ///< content, which is passed on unread
};
/// What a worker does with its item. It may open nothing and has one thread: locales, converters
/// and fonts are loaded before `serve`. Running out of memory (std::bad_alloc) is told as such; any
/// other exception and any signal is the worker's death.
using Work = std::function<Answer(std::string_view order, ByteView item)>;

/// Where the program that starts a zygote leaves its channel.
inline constexpr int kZygoteFd = 3;

/// The whole program, once everything is loaded. Ends when the pool closes the channel; the exit
/// code is for main.
[[nodiscard]] int serve(Kind kind, const Work& work);

}  // namespace sekisho::jail
