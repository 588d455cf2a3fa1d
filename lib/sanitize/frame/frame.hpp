// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// What every format family shares: the item that comes in, the bounds it must keep, what may
/// become of it, and the report of what was done. A family turns an item into a new object built
/// from what it understood, or refuses; it edits nothing in place and copies nothing that it did
/// not understand. Pure: no file, no clock, no environment.

#include "base/bytes.hpp"
#include "sanitize/frame/my_number.hpp"
#include "sanitize/frame/words.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace sekisho::sanitize {

/// Bounds of one item with all that is nested in it. Time and memory of the worker are bounds of
/// its process.
struct Limits {
  std::uint64_t bytes_in = 256ULL << 20U;   ///< of the item as it came
  std::uint64_t bytes_out = 512ULL << 20U;  ///< of the rebuilt item
  std::uint64_t expanded =
      1ULL << 30U;            ///< bytes of all that was unpacked or decoded from compressed data
  std::uint32_t ratio = 200;  ///< unpacked to packed, where more than 1 MiB is unpacked
  std::uint32_t entries =
      10'000;               ///< of archives, MIME parts, pages, objects of a kind: see the family
  std::uint32_t depth = 3;  ///< items within items
  std::uint64_t pixels = 100'000'000;  ///< of one picture
  std::uint32_t seconds = 60;          ///< of the whole, by the clock
  std::uint64_t memory = 2ULL << 30U;  ///< bytes of address space of a worker
};

/// What a path wants of its items, from `[sanitize.NAME]`.
struct Profile {
  enum class Attachments : std::uint8_t { Remove, Sanitize };
  enum class Links : std::uint8_t { Neutralise, Remove };
  enum class MyNumbers : std::uint8_t { Block, Quarantine, Log };
  /// rebuild: each type as it is; flatten: documents as pictures; text: their text alone.
  enum class Documents : std::uint8_t { Rebuild, Flatten, Text };
  /// Whether one entry of an archive that cannot be sanitized is replaced by a reason text, or ends
  /// the whole.
  enum class BadEntries : std::uint8_t { Replace, Refuse };

  std::string name = "file";
  Attachments attachments = Attachments::Sanitize;
  Links links = Links::Neutralise;
  MyNumbers my_numbers = MyNumbers::Log;
  Documents documents = Documents::Rebuild;
  BadEntries bad_entries = BadEntries::Replace;
  bool take_out = false;  ///< LGWAN → Internet: internal headers and names are removed, individual
                          ///< numbers matter
  Language language = Language::Ja;  ///< of reason texts and notices
};

/// What comes in. Names and declared types are hints by strangers: they only serve to find
/// contradictions.
struct Item {
  ByteView bytes;
  std::string name;           ///< as it came, maybe not UTF-8; may be empty
  std::string declared_type;  ///< MIME type, lower case, without parameters; may be empty
};

/// What was done, in the order it was first done; equal ones are counted together.
struct Change {
  Action action{};
  std::string object;  ///< what it was done to: UTF-8 without control characters, at most
                       ///< `kLongestObject` bytes
  std::uint64_t count = 0;
  bool operator==(const Change&) const = default;
};

/// UTF-8 without control and bidirectional characters, of at most `longest` bytes.
[[nodiscard]] bool is_clean(std::string_view text, std::size_t longest);

class Report {
 public:
  static constexpr std::size_t kLongestObject = 200;
  /// More kinds of changes are counted under an empty object of their action.
  static constexpr std::size_t kMostChanges = 1'000;

  /// One that was made elsewhere; nothing where no report could be so.
  [[nodiscard]] static std::optional<Report> of(std::vector<Change> changes,
                                                const MyNumbers& my_numbers);

  /// `object` may come from outside: it is escaped and cut.
  void note(Action action, std::string_view object = {}, std::uint64_t count = 1);
  /// UTF-8 text of the item that a reader would see; individual numbers in it are found and noted.
  /// A number is found only where it stands in one call.
  void saw_text(std::string_view text);

  [[nodiscard]] const std::vector<Change>& changes() const { return changes_; }
  [[nodiscard]] const MyNumbers& my_numbers() const { return my_numbers_; }
  [[nodiscard]] bool has(Action action) const;
  /// "CHG_TEXT REP_LINK DEL_ATTACH": each code once, as records want it.
  [[nodiscard]] std::string codes() const;

 private:
  std::vector<Change> changes_;
  MyNumbers my_numbers_;
};

/// A new object, built from what was understood.
struct Rebuilt {
  Type type{};  ///< of the item that came; how it leaves is in `word_of(type)`, but for `extension`
  std::string bytes;
  bool partial = false;   ///< something that staff may miss was left out
  std::string extension;  ///< where it is not that of the type's row (mail as text, sheets as CSV)
};
struct Refused {
  Refusal why{};
  Type type = Type::Unknown;
  std::string detail;  ///< where and what, lower case, English, escaped: "entry 'a/b.txt': stored
                       ///< size is wrong"
};
using Outcome = tl::expected<Rebuilt, Refused>;

[[nodiscard]] tl::unexpected<Refused> refuse(Refusal why, std::string_view detail = {});

/// One item on its way through the frame: its bounds, its report, and the way back into the frame
/// for what is nested.
class Job {
 public:
  /// Sanitizes an item that stands in another. `Refused` is the nested item's alone; the caller
  /// decides what becomes of the whole. Changes are reported with the outer item's.
  using Nested = std::function<Outcome(const Item&, Job&)>;

  Job(const Limits& limits, const Profile& profile, Nested nested, bool may_rasterise = false)
      : limits_{limits},
        profile_{profile},
        nested_{std::move(nested)},
        may_rasterise_{may_rasterise} {}

  [[nodiscard]] const Limits& limits() const { return limits_; }
  [[nodiscard]] const Profile& profile() const { return profile_; }
  [[nodiscard]] Report& report() { return report_; }
  [[nodiscard]] const Report& report() const { return report_; }

  /// Refuses what is nested too deep; else as `Nested`.
  [[nodiscard]] Outcome nested(const Item& item);
  /// 0 in the item that came.
  [[nodiscard]] unsigned depth() const { return depth_; }

  /// Accounts for bytes that `packed` bytes became, over the whole item with all that is nested;
  /// call it while unpacking, before the memory is taken. Fails with `ExpandsTooMuch`.
  [[nodiscard]] tl::expected<void, Refused> expands(std::uint64_t unpacked, std::uint64_t packed);
  /// Accounts for entries likewise. Fails with `TooManyEntries`.
  [[nodiscard]] tl::expected<void, Refused> entries(std::uint64_t count = 1);
  /// Whether fonts can be opened here. Where they cannot, and an item needs them, a family says so
  /// and returns any refusal: the whole item is then done again where they can.
  [[nodiscard]] bool may_rasterise() const { return may_rasterise_; }
  void want_rasteriser() { wants_rasteriser_ = !may_rasterise_; }
  [[nodiscard]] bool wants_rasteriser() const { return wants_rasteriser_; }

  /// What may still be unpacked.
  [[nodiscard]] std::uint64_t may_expand() const { return limits_.expanded - expanded_; }

 private:
  const Limits& limits_;
  const Profile& profile_;
  Nested nested_;
  Report report_;
  bool may_rasterise_;
  bool wants_rasteriser_ = false;
  unsigned depth_ = 0;
  std::uint64_t expanded_ = 0;
  std::uint64_t entries_ = 0;
};

/// One compressed stream while it is unpacked, where nobody can say beforehand how much it becomes:
/// `Job::expands` in steps, with the ratio kept over the whole stream.
class Unpacking {
 public:
  Unpacking(Job& job, std::uint64_t packed) : job_{job}, packed_{packed} {}
  /// Accounts for the next bytes that come out; call it before the memory is taken.
  [[nodiscard]] tl::expected<void, Refused> grows(std::uint64_t bytes);

 private:
  Job& job_;
  std::uint64_t packed_;
  std::uint64_t unpacked_ = 0;
};

/// What an inspection may use: the bounds, and the way back into the frame for what is nested.
class Inspection {
 public:
  /// Names what must not be in an item that stands in another; empty when it is clean. What it is
  /// follows from the extension of `name`, as rebuilt items have their own.
  using Nested =
      std::function<std::string(std::string_view name, ByteView bytes, Inspection& inspection)>;

  Inspection(const Limits& limits, Nested nested) : limits_{limits}, nested_{std::move(nested)} {}

  [[nodiscard]] const Limits& limits() const { return limits_; }
  /// As `Nested`; what is nested too deep is not clean.
  [[nodiscard]] std::string nested(std::string_view name, ByteView bytes);

 private:
  const Limits& limits_;
  Nested nested_;
  unsigned depth_ = 0;
};

/// A family's two entrances. `sanitize` gets an item that is of one of the family's types by its
/// signature and finds out by a full parse. `inspect` shares no code with it: it reads what was
/// rebuilt and names what must not be there; an empty text says that it is clean. Its `type` is what
/// the rebuilt bytes are: a GIF leaves, and is inspected, as PNG.
struct Format {
  Type type;
  Outcome (*sanitize)(Type type, const Item& item, Job& job);
  std::string (*inspect)(Type type, ByteView rebuilt, Inspection& inspection);
};

}  // namespace sekisho::sanitize
