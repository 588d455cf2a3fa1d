// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/parse_steps.hpp"

#include <algorithm>

namespace sekisho::policy {
namespace {

using namespace std::chrono;

constexpr int kLongestMonths = 13;

/// The same day so many calendar months on; the last day of a month that has no such day.
local_days months_after(Date day, int count) {
  const Date later = day + months{count};
  return local_days{later.ok() ? later : later.year() / later.month() / last};
}

/// The last moment, on the writer's clock, that an end may name. The day of approval counts to its
/// end.
std::optional<local_seconds> farthest(const PermitDraft& permit) {
  std::optional<local_seconds> limit;
  if (permit.approved) {
    limit = months_after(permit.approved->value, kLongestMonths) + days{1};
  }
  if (permit.valid_from) {
    const local_seconds from = permit.valid_from->value.local();
    const local_days day = floor<days>(from);
    const local_seconds by_start = months_after(Date{day}, kLongestMonths) + (from - day);
    limit = limit ? std::max(*limit, by_start) : by_start;
  }
  return limit;
}

void check_distance(const PermitDraft& permit, std::string_view key,
                    const std::optional<At<Moment>>& end, std::optional<Clause> clause,
                    Findings& findings) {
  const auto limit = farthest(permit);
  if (end && limit && end->value.local() > *limit) {
    findings.error(end->spot, message::kTooDistant,
                   {std::string{key}, std::to_string(kLongestMonths)}, clause);
  }
}

/// Without what surrounds it (an ideographic space counts), and ASCII letters small.
std::string compared(std::string_view name) {
  static constexpr std::string_view kWide = "\u3000";
  while (!name.empty() && (name.front() == ' ' || name.starts_with(kWide))) {
    name.remove_prefix(name.front() == ' ' ? 1 : kWide.size());
  }
  while (!name.empty() && (name.back() == ' ' || name.ends_with(kWide))) {
    name.remove_suffix(name.back() == ' ' ? 1 : kWide.size());
  }
  std::string small{name};
  for (char& c : small) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return small;
}

std::optional<Clause> clause_of(PermitKind kind) {
  switch (kind) {
    case PermitKind::SpecificFlow: return Clause::C63_1;
    case PermitKind::Exchange: return Clause::C63_2;
    default: return std::nullopt;
  }
}

bool carries_a_must_flow(const PermitDraft& permit, const Draft& draft) {
  std::size_t budget = 50'000;
  return std::ranges::any_of(draft.must_flows, [&](const PermitDraft& must_flow) {
    return covers(permit, must_flow, budget);
  });
}

}  // namespace

void check_times(const PermitDraft& permit, const Draft& draft, Findings& findings) {
  const std::optional<Clause> clause = clause_of(permit.kind);
  if (permit.applicant && permit.approver &&
      compared(permit.applicant->value) == compared(permit.approver->value)) {
    findings.error(permit.approver->spot, message::kOwnApprover, {permit.approver->value}, clause);
  }
  if (permit.valid_from && permit.valid_until &&
      permit.valid_until->value.utc <= permit.valid_from->value.utc) {
    findings.error(permit.valid_until->spot, message::kUntilBeforeFrom, {}, clause);
  }
  if (clause) {
    check_distance(permit, "valid_until", permit.valid_until, clause, findings);
    check_distance(permit, "review_by", permit.review_by, clause, findings);
  }
  if (permit.review_by && permit.valid_until) {
    findings.error(permit.review_by->spot, message::kUntilAndReview, {}, clause);
  } else if (permit.review_by && !carries_a_must_flow(permit, draft)) {
    findings.error(permit.review_by->spot, message::kReviewNeedsMustFlow, {}, clause);
  }
}

}  // namespace sekisho::policy
