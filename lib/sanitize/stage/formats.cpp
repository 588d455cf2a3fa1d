// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/formats.hpp"
#include "sanitize/stage/stage.hpp"

#include <vector>

namespace sekisho::sanitize {
namespace {

std::vector<Format> collected() {
  std::vector<Format> all;
  const auto add = [&](std::span<const Format> family) {
    all.insert(all.end(), family.begin(), family.end());
  };
  // one line for each family
  add(pdf::formats());
  return all;
}

}  // namespace

std::span<const Format> formats() {
  static const std::vector<Format> kAll = collected();
  return kAll;
}

void load_libraries() {
  (void)formats();
}

}  // namespace sekisho::sanitize
