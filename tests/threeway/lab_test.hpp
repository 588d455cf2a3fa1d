// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// One lab for all tests of a suite: making it takes longer than any of them.

#include "threeway/lab.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace sekisho::threeway {

class LabTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (testing::can_make_namespaces()) {
      lab_ = std::make_unique<Lab>();
    }
  }
  static void TearDownTestSuite() { lab_.reset(); }
  void SetUp() override {
    if (!lab_) {
      GTEST_SKIP() << "needs root for network namespaces";
    }
  }

  static inline std::unique_ptr<Lab> lab_;
};

}  // namespace sekisho::threeway
