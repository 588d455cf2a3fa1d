// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/formats.hpp"

#include <gtest/gtest.h>

namespace sekisho::sanitize::pdf {
namespace {
TEST(Pdf, Exists) { EXPECT_EQ(formats().size(), 1U); }
}  // namespace
}  // namespace sekisho::sanitize::pdf
