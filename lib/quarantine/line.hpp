// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Lines of the index: one JSON object each, that of an item or of what was noted of one.

#include "quarantine/store.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sekisho::quarantine {

[[nodiscard]] std::string item_line(const Item& item);
/// `what`: "status", "fate", "release" or "purged".
[[nodiscard]] std::string note_line(const std::string& id, std::string_view what,
                                    const std::string& text);

/// Takes a line into account; false for one that means nothing.
[[nodiscard]] bool replay(std::string_view line, std::vector<Item>& items);

}  // namespace sekisho::quarantine
