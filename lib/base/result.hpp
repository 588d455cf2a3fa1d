// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Failure as a value. Exceptions are for bugs and for start-up alone.

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace sekisho {

/// What went wrong, outermost context first: lower case, no full stop, the offending value in quotes.
class Error {
 public:
  explicit Error(std::string text) : text_{std::move(text)} {}

  /// The same failure seen from further out: "context: text".
  [[nodiscard]] Error in(const std::string& context) && {
    text_.insert(0, context + ": ");
    return std::move(*this);
  }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

template <typename T = void>
using Result = tl::expected<T, Error>;

/// `return fail("…");` from any function that returns a Result.
[[nodiscard]] inline tl::unexpected<Error> fail(std::string text) {
  return tl::unexpected<Error>{Error{std::move(text)}};
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>{std::move(error)};
}

/// `what: strerror(number)`.
[[nodiscard]] Error system_error(const std::string& what, int number);

}  // namespace sekisho
