// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The standard headers that most translation units read; compiled once for all modules.

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <variant>
#include <vector>
