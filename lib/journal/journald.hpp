// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Entries into journald by its native protocol (systemd: JOURNAL_NATIVE_PROTOCOL). Written here
/// because sd_journal_sendv reports success when there is no journal and waits when its socket is
/// full.

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "journal/record.hpp"

#include <string>

namespace sekisho::journal {

class Journald {
 public:
  static constexpr const char* kSocket = "/run/systemd/journal/socket";

  explicit Journald(std::string socket = kSocket) : path_{std::move(socket)} {}

  /// Hands one entry over; never waits. Fails when no journal answers or its socket is full: try
  /// again later.
  [[nodiscard]] Result<> send(const Entry& entry);

 private:
  std::string path_;
  UniqueFd fd_;
};

}  // namespace sekisho::journal
