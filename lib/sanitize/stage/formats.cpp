// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/stage/stage.hpp"

#include "sanitize/archive/formats.hpp"
#include "sanitize/mail/formats.hpp"
#include "sanitize/pdf/formats.hpp"
#include "sanitize/picture/formats.hpp"
#include "sanitize/text/formats.hpp"

#include <vector>

namespace sekisho::sanitize {
namespace {

std::vector<Format> collected() {
  std::vector<Format> all;
  const auto add = [&](std::span<const Format> family) {
    all.insert(all.end(), family.begin(), family.end());
  };
  // one line for each family
  add(text::formats());
  add(mail::formats());
  add(picture::formats());
  add(archive::formats());
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
  text::prepare();
}

}  // namespace sekisho::sanitize
