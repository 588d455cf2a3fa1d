// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Originals of sanitized items, kept by what they hold: a file per content, named by its SHA-256,
/// and an index that is only ever written behind its end. An item is in the index only once its
/// content is on disk for good; what a crash leaves behind is put right when the store is opened.
/// Knows no mail and no policy. One process has a store at a time.

#include "base/result.hpp"
#include "base/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::quarantine {

using Instant = std::chrono::sys_seconds;

/// What is known of an item beside its content; all texts may come from outside.
struct About {
  std::string exchange;
  std::string peer;    ///< address that it came from
  std::string sender;  ///< envelope
  std::vector<std::string> recipients;
  bool operator==(const About&) const = default;
};

struct Item {
  std::string id;  ///< 16 hexadecimal digits
  Instant at;
  std::string sha256;
  std::uint64_t size = 0;
  About about;
  std::string status;  ///< of the sanitizer; empty until it is known
  std::string fate;    ///< what the far side said; empty until it is known
  /// Who let it out and why, in order.
  std::vector<std::string> releases;
  bool purged = false;  ///< the content is gone
  bool operator==(const Item&) const = default;
};

struct Limits {
  std::uint64_t bytes = 10ULL << 30U;  ///< of all contents; more is not taken in
  std::chrono::seconds retention = std::chrono::days{30};
};

/// Content on its way in. What is not kept vanishes.
class Incoming {
 public:
  Incoming(Incoming&&) noexcept;
  Incoming& operator=(Incoming&&) noexcept;
  ~Incoming();

  /// Fails when the disk does.
  [[nodiscard]] Result<> write(std::string_view bytes);
  [[nodiscard]] std::uint64_t size() const;

 private:
  friend class Store;
  struct Inside;
  explicit Incoming(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

class Store {
 public:
  /// `directory` is the store's alone. Half a last line of the index is cut off, contents that are
  /// not in it are put into it, those that were never whole are removed.
  [[nodiscard]] static Result<Store> open(UniqueFd directory, const Limits& limits);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  /// Fails when there is no room.
  [[nodiscard]] Result<Incoming> begin();
  /// When this returns, content and index are on disk.
  [[nodiscard]] Result<Item> keep(Incoming incoming, const About& about, Instant now);

  [[nodiscard]] Result<> note_status(const std::string& id, const std::string& status);
  [[nodiscard]] Result<> note_fate(const std::string& id, const std::string& fate);
  [[nodiscard]] Result<> note_release(const std::string& id, const std::string& who_and_why);
  /// Its content goes as soon as no other item has the same.
  [[nodiscard]] Result<> purge(const std::string& id);
  /// Purges what is older than the retention; how many.
  [[nodiscard]] Result<std::size_t> expire(Instant now);

  /// By age.
  [[nodiscard]] const std::vector<Item>& items() const;
  [[nodiscard]] const Item* find(const std::string& id) const;
  /// To read; fails for what is purged.
  [[nodiscard]] Result<UniqueFd> content(const std::string& id) const;
  [[nodiscard]] std::uint64_t bytes() const;

 private:
  struct Inside;
  explicit Store(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace sekisho::quarantine
