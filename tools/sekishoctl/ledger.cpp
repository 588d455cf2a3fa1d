// SPDX-License-Identifier: GPL-3.0-or-later
#include "ledger.hpp"

#include "documents.hpp"
#include "state/state.hpp"

#include <boost/json.hpp>

#include <cstdio>
#include <map>

namespace sekisho::ctl {
namespace {

using boost::json::object;
using policy::Permit;
using policy::PermitKind;

constexpr std::array<Text, kCells> kTitles{
    Text{"識別子", "id"},         Text{"種別", "kind"},
    Text{"送信元領域", "from"},   Text{"送信元", "source hosts"},
    Text{"宛先領域", "to"},       Text{"宛先", "destination hosts"},
    Text{"サービス", "services"}, Text{"目的", "purpose"},
    Text{"申請者", "applicant"},  Text{"承認者", "approver"},
    Text{"承認日", "approved"},   Text{"開始", "valid from"},
    Text{"終了", "valid until"},  Text{"見直し期限", "review by"},
    Text{"待機", "standby"},      Text{"状態", "state"},
    Text{"パケット", "packets"},  Text{"バイト", "bytes"},
    Text{"条項", "clause"},
};

constexpr std::array kKinds{
    Text{"通信", "flow"},
    Text{"特定通信", "specific flow"},
    Text{"無害化通信", "exchange"},
    Text{"装置自身の通信", "self flow"},
    Text{"必須の通信", "must flow"},
};

struct StateWord {
  std::string_view why_not;
  Text text;
};
constexpr std::array kStates{
    StateWord{"", {"有効", "in force"}},
    StateWord{"no_relay", {"中継なし", "no relay"}},
    StateWord{"lockdown", {"緊急遮断中", "lockdown"}},
    StateWord{"revoked", {"取消", "revoked"}},
    StateWord{"not_begun", {"開始前", "not begun"}},
    StateWord{"expired", {"期限切れ", "expired"}},
    StateWord{"standby", {"待機中", "standby"}},
};

std::string state_text(const LedgerRow& row, Language language) {
  if (!row.in_force) {
    return "";
  }
  for (const StateWord& word : kStates) {
    if (word.why_not == row.why_not) {
      return std::string{word.text.in(language)};
    }
  }
  return row.why_not;
}

std::string hosts_text(const policy::End& end) {
  std::string text = end.system;
  const auto add = [&text](const std::string& word) { text += (text.empty() ? "" : " ") + word; };
  for (const net::Prefix& host : end.hosts) {
    add(host.str());
  }
  for (const net::Mac& mac : end.macs) {
    add(mac.str());
  }
  return text;
}

std::string services_text(const Permit& permit) {
  std::string text;
  for (const net::Service& service : permit.services) {
    text += (text.empty() ? "" : " ") + service.str();
  }
  return text;
}

std::string date_text(const std::optional<std::chrono::year_month_day>& date) {
  if (!date) {
    return "";
  }
  std::array<char, 16> text{};
  (void)std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date->year()),
                      static_cast<unsigned>(date->month()), static_cast<unsigned>(date->day()));
  return text.data();
}

std::string time_text(const std::optional<policy::Instant>& instant) {
  return instant ? local_time(*instant) : "";
}

std::string number_text(const std::optional<std::uint64_t>& number) {
  return number ? std::to_string(*number) : "";
}

std::optional<ZoneClass> class_of(const policy::Policy& policy, const policy::End& end) {
  return end.zone ? std::optional{policy.zones()[*end.zone].zone_class} : std::nullopt;
}

std::string_view clause_of(const policy::Policy& policy, const Permit& permit) {
  return name_of(clause_between(class_of(policy, permit.from), class_of(policy, permit.to)));
}

/// A self_flow comes from the appliance, or goes to its management networks.
std::string zone_text(const policy::Policy& policy, const policy::End& end, const char* otherwise) {
  return end.zone ? policy.zones()[*end.zone].name : otherwise;
}

void add_rows(Ledger& ledger, const std::vector<Permit>& permits, auto&& complete) {
  for (const Permit& permit : permits) {
    complete(ledger.rows.emplace_back(LedgerRow{permit, {}, {}, {}, {}}));
  }
}

/// States and usage as the daemon has them, for the same revision; nothing when it has moved on.
std::optional<std::map<std::string, object>> states_of(const Arguments& arguments,
                                                       const InForce& in_force) {
  const auto answer = ask_quietly(arguments, control::Status{});
  const object status = answer ? document_of(*answer) : object{};
  if (number_in(status, "revision") != in_force.revision) {
    return std::nullopt;
  }
  std::map<std::string, object> states;
  for (const auto& row : rows_in(status, "permits")) {
    states[text_in(object_of(row), "id")] = object_of(row);
  }
  return states;
}

Result<InForce> in_force_with(const Arguments& arguments, std::map<std::string, object>& states) {
  constexpr int kAttempts = 5;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto found = in_force(arguments);
    if (!found || !found->from_daemon) {
      return found;
    }
    if (auto same = states_of(arguments, *found)) {
      states = *std::move(same);
      return found;
    }
  }
  return fail("the policy changes all the time");
}

/// What holds where no daemon says it: with what operators have decided, as its state dir has it.
Result<policy::Situation> situation_without_states(const Arguments& arguments,
                                                   const Ledger& ledger) {
  if (ledger.in_force.from_daemon) {
    return policy::Situation{ledger.at};
  }
  const auto standing = state::load_standing(arguments.state_dir);
  return standing ? Result<policy::Situation>{policy::situation_of(ledger.in_force.policy,
                                                                   *standing, ledger.at)}
                  : fail(standing.error());
}

boost::json::value or_null(std::string text) {
  return text.empty() ? boost::json::value(nullptr) : boost::json::value(std::move(text));
}

boost::json::value or_null(const std::optional<policy::Instant>& instant) {
  return instant ? boost::json::value(utc_text(*instant)) : boost::json::value(nullptr);
}

template <typename Items>
boost::json::array texts_of(const Items& items) {
  boost::json::array texts;
  for (const auto& item : items) {
    texts.emplace_back(item.str());
  }
  return texts;
}

object end_json(const policy::Policy& policy, const policy::End& end) {
  return {{"zone", or_null(zone_text(policy, end, ""))},
          {"hosts", texts_of(end.hosts)},
          {"macs", texts_of(end.macs)},
          {"system", or_null(end.system)}};
}

object row_json(const policy::Policy& policy, const LedgerRow& row) {
  const Permit& permit = row.permit;
  const auto number = [](const std::optional<std::uint64_t>& count) {
    return count ? boost::json::value(*count) : boost::json::value(nullptr);
  };
  return {
      {"id", permit.id},
      {"kind", policy::name_of(permit.kind)},
      {"from", end_json(policy, permit.from)},
      {"to", end_json(policy, permit.to)},
      {"services", texts_of(permit.services)},
      {"purpose", or_null(permit.purpose)},
      {"applicant", or_null(permit.applicant)},
      {"approver", or_null(permit.approver)},
      {"approved", or_null(date_text(permit.approved))},
      {"valid_from", or_null(permit.valid_from)},
      {"valid_until", or_null(permit.valid_until)},
      {"review_by", or_null(permit.review_by)},
      {"standby", permit.standby},
      {"in_force", row.in_force ? boost::json::value(*row.in_force) : boost::json::value(nullptr)},
      {"why_not", row.why_not},
      {"packets", number(row.packets)},
      {"bytes", number(row.bytes)},
      {"clause", clause_of(policy, permit)}};
}

}  // namespace

Result<Ledger> read_ledger(const Arguments& arguments) {
  std::map<std::string, object> states;
  auto found = in_force_with(arguments, states);
  if (!found) {
    return fail(std::move(found).error());
  }
  Ledger ledger{*std::move(found), now(), {}};
  const auto situation = situation_without_states(arguments, ledger);
  if (!situation) {
    return fail(situation.error());
  }
  add_rows(ledger, ledger.in_force.policy.permits(), [&](LedgerRow& row) {
    if (const auto state = states.find(row.permit.id); state != states.end()) {
      row.in_force = is_true(state->second, "in_force");
      row.why_not = text_in(state->second, "why_not");
      row.packets = number_in(state->second, "packets");
      row.bytes = number_in(state->second, "bytes");
    } else {
      row.in_force = policy::in_force(row.permit, *situation);
      row.why_not = policy::why_not(row.permit, *situation);
    }
  });
  add_rows(ledger, ledger.in_force.policy.must_flows(), [](LedgerRow& /*row*/) {});
  return ledger;
}

std::string_view title_of(Cell cell, Language language) {
  return kTitles.at(static_cast<std::size_t>(cell)).in(language);
}

Cells cells_of(const Ledger& ledger, const LedgerRow& row, Language language) {
  const policy::Policy& policy = ledger.in_force.policy;
  const Permit& permit = row.permit;
  const bool own = permit.kind == PermitKind::SelfFlow;
  return {permit.id,
          std::string{kKinds.at(static_cast<std::size_t>(permit.kind)).in(language)},
          own ? std::string{Text{"装置自身", "the appliance"}.in(language)}
              : zone_text(policy, permit.from, ""),
          hosts_text(permit.from),
          zone_text(policy, permit.to, "management"),
          hosts_text(permit.to),
          services_text(permit),
          permit.purpose,
          permit.applicant,
          permit.approver,
          date_text(permit.approved),
          time_text(permit.valid_from),
          time_text(permit.valid_until),
          time_text(permit.review_by),
          permit.standby ? std::string{Text{"はい", "yes"}.in(language)} : std::string{},
          state_text(row, language),
          number_text(row.packets),
          number_text(row.bytes),
          std::string{clause_of(policy, permit)}};
}

boost::json::array ledger_json(const Ledger& ledger) {
  boost::json::array rows;
  for (const LedgerRow& row : ledger.rows) {
    rows.push_back(row_json(ledger.in_force.policy, row));
  }
  return rows;
}

}  // namespace sekisho::ctl
