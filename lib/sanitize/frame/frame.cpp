// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/frame/frame.hpp"

#include "base/escape.hpp"
#include "sanitize/frame/characters.hpp"

#include <algorithm>

namespace sekisho::sanitize {
namespace {

/// Below this nobody is hurt by a ratio: a page of blanks packs a thousandfold.
constexpr std::uint64_t kRatioMatters = 1ULL << 20U;

bool beyond_ratio(const Limits& limits, std::uint64_t unpacked, std::uint64_t packed) {
  return unpacked > kRatioMatters && unpacked / limits.ratio > packed;
}

std::string shortened(std::string_view text) {
  std::string made = escaped(text.substr(0, 4 * Report::kLongestObject));
  made.resize(cut_at(made, Report::kLongestObject));
  return made;
}

}  // namespace

bool is_clean(std::string_view text, std::size_t longest) {
  if (text.size() > longest) {
    return false;
  }
  for (std::size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    if (!character.valid || is_control(character.code) || is_bidi_control(character.code)) {
      return false;
    }
    at += character.length;
  }
  return true;
}

std::optional<Report> Report::of(std::vector<Change> changes, const MyNumbers& my_numbers) {
  // each action has its empty object beside what was kept by name
  const auto honest = [](const Change& change) { return is_clean(change.object, kLongestObject); };
  if (changes.size() > kMostChanges + action_words().size() ||
      !std::ranges::all_of(changes, honest)) {
    return std::nullopt;
  }
  Report report;
  report.changes_ = std::move(changes);
  report.my_numbers_ = my_numbers;
  return report;
}

void Report::note(Action action, std::string_view object, std::uint64_t count) {
  std::string what = shortened(object);
  if (changes_.size() >= kMostChanges) {
    what.clear();
  }
  const auto same = [&](const Change& change) {
    return change.action == action && change.object == what;
  };
  if (const auto found = std::ranges::find_if(changes_, same); found != changes_.end()) {
    found->count += count;
  } else {
    changes_.push_back({action, std::move(what), count});
  }
}

void Report::saw_text(std::string_view text) {
  const MyNumbers found = find_my_numbers(text);
  my_numbers_ += found;
  if (found.certain > 0) {
    note(Action::NotedMyNumber, "certain", found.certain);
  }
  if (found.possible > 0) {
    note(Action::NotedMyNumber, "possible", found.possible);
  }
}

bool Report::has(Action action) const {
  return std::ranges::find(changes_, action, &Change::action) != changes_.end();
}

std::string Report::codes() const {
  std::string codes;
  for (const ActionWord& word : action_words()) {
    if (has(word.action)) {
      codes += (codes.empty() ? "" : " ");
      codes += word.code;
    }
  }
  return codes;
}

tl::unexpected<Refused> refuse(Refusal why, std::string_view detail) {
  return tl::unexpected<Refused>{Refused{why, Type::Unknown, shortened(detail)}};
}

Outcome Job::nested(const Item& item) {
  if (depth_ >= limits_.depth) {
    return refuse(Refusal::NestedTooDeep);
  }
  ++depth_;
  Outcome outcome = nested_(item, *this);
  --depth_;
  return outcome;
}

tl::expected<void, Refused> Job::expands(std::uint64_t unpacked, std::uint64_t packed) {
  if (unpacked > may_expand()) {
    return refuse(Refusal::ExpandsTooMuch,
                  "more than " + std::to_string(limits_.expanded) + " bytes in all");
  }
  if (beyond_ratio(limits_, unpacked, packed)) {
    return refuse(Refusal::ExpandsTooMuch,
                  "more than " + std::to_string(limits_.ratio) + " times its size");
  }
  expanded_ += unpacked;
  return {};
}

tl::expected<void, Refused> Job::entries(std::uint64_t count) {
  if (count > limits_.entries - entries_) {
    return refuse(Refusal::TooManyEntries, "more than " + std::to_string(limits_.entries));
  }
  entries_ += count;
  return {};
}

tl::expected<void, Refused> Unpacking::grows(std::uint64_t bytes) {
  // the bytes alone first: their sum cannot run over then
  if (auto step = job_.expands(bytes, bytes); !step) {
    return step;
  }
  unpacked_ += bytes;
  if (beyond_ratio(job_.limits(), unpacked_, packed_)) {
    return refuse(Refusal::ExpandsTooMuch,
                  "more than " + std::to_string(job_.limits().ratio) + " times its size");
  }
  return {};
}

std::string Inspection::nested(std::string_view name, ByteView bytes) {
  if (depth_ >= limits_.depth) {
    return "nested too deep";
  }
  ++depth_;
  std::string found = nested_(name, bytes, *this);
  --depth_;
  return found;
}

}  // namespace sekisho::sanitize
