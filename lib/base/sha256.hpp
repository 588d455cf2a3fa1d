// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// SHA-256 (FIPS 180-4), by OpenSSL's libcrypto.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sekisho {

using Digest = std::array<std::uint8_t, 32>;

/// For many messages one after another.
class Sha256 {
 public:
  Sha256();
  [[nodiscard]] Digest of(std::string_view bytes);

 private:
  struct Context;
  struct Free {
    void operator()(Context* context) const;
  };
  std::unique_ptr<Context, Free> context_;
};

/// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string hex(const Digest& digest);
[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace sekisho
