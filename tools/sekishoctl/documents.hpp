// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Reading the daemon's answers without trust in their shape: what is not there, or is something
/// else, counts as absent.

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace sekisho::ctl {

/// A text as it is, anything else as JSON; "-" where there is nothing.
[[nodiscard]] std::string text_in(const boost::json::object& from, std::string_view key);
[[nodiscard]] std::uint64_t number_in(const boost::json::object& from, std::string_view key);
[[nodiscard]] bool is_true(const boost::json::object& from, std::string_view key);
/// A list; an empty one where there is none.
[[nodiscard]] const boost::json::array& rows_in(const boost::json::object& from,
                                                std::string_view key);
/// An element of a list as the object that it should be; an empty one where it is none.
[[nodiscard]] const boost::json::object& object_of(const boost::json::value& row);
/// Texts in one line, with spaces between.
[[nodiscard]] std::string joined(const boost::json::array& texts);

/// The counterexample in a document of `verify`, in one line; empty where there is none.
[[nodiscard]] std::string counterexample_in(const boost::json::object& verified);

}  // namespace sekisho::ctl
