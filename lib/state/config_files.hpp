// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The config as it lies on disk: one main file and conf.d/*.toml beside it.

#include "base/result.hpp"
#include "policy/parse.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sekisho::state {

/// The main file first, then conf.d's in name order. With `main_text`, those bytes stand for the
/// main file, which is not read. Files are read up to one byte above the parser's limit, so that it
/// says itself what is too large.
[[nodiscard]] Result<std::vector<policy::Source>> read_config(
    const std::string& path, std::optional<std::string> main_text = {});

/// Makes the files what `sources` say, the first of which is the main file: each in one step,
/// conf.d's by their names. Files of conf.d that are not among them stay beside as
/// NAME.toml.rolled-back.
[[nodiscard]] Result<> write_config(const std::string& path,
                                    const std::vector<policy::Source>& sources);

}  // namespace sekisho::state
