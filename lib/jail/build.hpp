// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// How this program was built, where confinement must know.

namespace sekisho::jail {

/// Built with ASan, for tests alone: its shadow needs terabytes of address space, and it makes
/// more system calls. Everything else of the confinement is the same.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace sekisho::jail
