// SPDX-License-Identifier: GPL-3.0-or-later
#include "accounts.hpp"

#include "compile/compile.hpp"
#include "net/service.hpp"
#include "sensor/leak.hpp"

#include <algorithm>
#include <optional>

namespace sekisho::daemon {
namespace {

using journal::Record;

constexpr int kInformational = 6;

/// What a drop word stands for.
struct Meaning {
  const Names::Zone* source = nullptr;
  const Names::Zone* destination = nullptr;
  Reason reason = Reason::None;
};

const Names::Zone* zone_numbered(std::uint32_t number, const Names& names) {
  const auto found = names.zones.find(static_cast<std::uint8_t>(number));
  return found == names.zones.end() ? nullptr : &found->second;
}

std::optional<Meaning> meaning_of(std::uint32_t word, const Names& names) {
  const auto reason = reason_numbered(static_cast<std::uint8_t>(word & 0xffU));
  if (!reason || (word >> 24U) != 0) {
    return std::nullopt;
  }
  return Meaning{zone_numbered((word >> 16U) & 0xffU, names),
                 zone_numbered((word >> 8U) & 0xffU, names), *reason};
}

std::string name_of(const Names::Zone* zone) {
  return zone == nullptr ? "-" : zone->name;
}

std::string organ_of(const Meaning& meaning) {
  for (const Names::Zone* zone : {meaning.source, meaning.destination}) {
    if (zone != nullptr && !zone->organ.empty()) {
      return zone->organ;
    }
  }
  return "-";
}

std::string clause_of(const Meaning& meaning) {
  const auto zone_class = [](const Names::Zone* zone) {
    return zone == nullptr ? std::nullopt : std::optional{zone->zone_class};
  };
  return std::string{sekisho::name_of(
      clause_between(zone_class(meaning.source), zone_class(meaning.destination)))};
}

void describe(const Meaning& meaning, const Names& names, Record& record) {
  record.fields["SEKISHO_REASON"] = sekisho::name_of(meaning.reason);
  record.fields["SEKISHO_CLAUSE"] = clause_of(meaning);
  record.fields["SEKISHO_VERDICT"] = sekisho::name_of(Verdict::Deny);
  record.fields["SEKISHO_SRC_ZONE"] = name_of(meaning.source);
  record.fields["SEKISHO_DST_ZONE"] = name_of(meaning.destination);
  record.fields["SEKISHO_ORGAN"] = organ_of(meaning);
  record.fields["SEKISHO_POLICY"] = names.revision;
}

std::string_view text_of(Reason reason, Language language) {
  const auto word = std::ranges::find(reason_words(), reason, &ReasonWord::reason);
  return word->meaning.in(language);
}

std::string dash_if_empty(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string end_text(const net::Address& address, std::uint16_t port) {
  const std::string text = address.str();
  if (port == 0) {
    return text;
  }
  return (address.family() == net::Family::V6 ? "[" + text + "]" : text) + ":" +
         std::to_string(port);
}

std::string mac_text(const nflog::Drop& drop) {
  return drop.src_mac ? drop.src_mac->str() : "-";
}

void describe(const nflog::Fold& fold, const std::string& protocol, Record& record) {
  const nflog::Drop& drop = fold.first;
  record.fields["SEKISHO_SRC"] = drop.src.str();
  record.fields["SEKISHO_DST"] = drop.dst.str();
  record.fields["SEKISHO_PROTO"] = protocol;
  record.fields["SEKISHO_SPORT"] = std::to_string(drop.sport);
  record.fields["SEKISHO_DPORT"] = std::to_string(drop.dport);
  record.fields["SEKISHO_IN"] = dash_if_empty(fold.in);
  record.fields["SEKISHO_OUT"] = dash_if_empty(fold.out);
  record.fields["SEKISHO_SRC_MAC"] = mac_text(drop);
  record.fields["SEKISHO_COUNT"] = std::to_string(fold.packets);
  record.fields["SEKISHO_BYTES"] = std::to_string(fold.bytes);
}

Record violation(const nflog::Fold& fold, const Meaning& meaning, const Names& names) {
  const nflog::Drop& drop = fold.first;
  const std::string protocol = net::protocol_name(drop.protocol);
  const std::string message =
      std::string{word_of(Event::Violation).meaning.in(names.language)} + ": " +
      name_of(meaning.source) + " > " + name_of(meaning.destination) + " " +
      end_text(drop.src, drop.sport) + " > " + end_text(drop.dst, drop.dport) + " " + protocol +
      " (" + clause_of(meaning) + " " + std::string{text_of(meaning.reason, names.language)} + ")";
  Record record = journal::record_of(Event::Violation, message);
  describe(meaning, names, record);
  describe(fold, protocol, record);
  return record;
}

Record summary(const Meaning& meaning, std::uint64_t packets, std::uint64_t bytes,
               const Names& names) {
  const std::string message = std::string{word_of(Event::Summary).meaning.in(names.language)} +
                              ": " + name_of(meaning.source) + " > " +
                              name_of(meaning.destination) + " " + std::to_string(packets) + " (" +
                              clause_of(meaning) + " " +
                              std::string{text_of(meaning.reason, names.language)} + ")";
  Record record = journal::record_of(Event::Summary, message);
  describe(meaning, names, record);
  record.fields["SEKISHO_COUNT"] = std::to_string(packets);
  record.fields["SEKISHO_BYTES"] = std::to_string(bytes);
  if (meaning.reason == Reason::Chatter) {
    record.priority = kInformational;
  }
  return record;
}

Record leak_record(const nflog::Fold& fold, const sensor::Leak& leak, const Names& names) {
  const nflog::Drop& drop = fold.first;
  const Meaning meaning{zone_numbered(leak.wire_zone, names), zone_numbered(leak.other_zone, names),
                        Reason::Leak};
  const std::string protocol = leak.by_arp ? "arp" : net::protocol_name(drop.protocol);
  const std::string message =
      std::string{word_of(Event::Leak).meaning.in(names.language)} + ": " +
      std::string{sensor::meaning_of(leak.kind).in(names.language)} + ": " +
      name_of(meaning.source) + " (" + dash_if_empty(fold.in) + ") > " +
      name_of(meaning.destination) + " " + mac_text(drop) + " " + end_text(drop.src, drop.sport) +
      " > " + end_text(drop.dst, drop.dport) + " " + protocol + " (" + clause_of(meaning) + ")";
  Record record = journal::record_of(Event::Leak, message);
  describe(meaning, names, record);
  describe(fold, protocol, record);
  return record;
}

Record more_leaks(std::uint64_t packets, std::uint64_t bytes, const Names& names) {
  const Meaning nobody{nullptr, nullptr, Reason::Leak};
  const Text more{"個別に記録しなかったもの", "without a record of their own"};
  Record record = journal::record_of(
      Event::Leak, std::string{word_of(Event::Leak).meaning.in(names.language)} + ": " +
                       std::string{more.in(names.language)} + " " + std::to_string(packets));
  describe(nobody, names, record);
  record.fields["SEKISHO_COUNT"] = std::to_string(packets);
  record.fields["SEKISHO_BYTES"] = std::to_string(bytes);
  return record;
}

struct Keys {
  std::string packets;
  std::string bytes;
};
Keys keys_of(const std::string& source, const std::string& destination, const std::string& reason) {
  const std::string key = source + " " + destination + " " + reason;
  return {key + " packets", key + " bytes"};
}
Keys keys_of(const Meaning& meaning) {
  return keys_of(name_of(meaning.source), name_of(meaning.destination),
                 std::string{sekisho::name_of(meaning.reason)});
}

/// What `counted` has beyond `sum`, which then is `counted` or, where packets were recorded before
/// they were counted, stays.
std::uint64_t catch_up(std::uint64_t counted, std::uint64_t& sum) {
  const std::uint64_t beyond = counted > sum ? counted - sum : 0;
  sum += beyond;
  return beyond;
}

/// What the records of a counter that is gone stood for.
void forget(std::uint64_t gone, std::uint64_t& sum) {
  sum -= std::min(gone, sum);
}

}  // namespace

std::vector<Record> leaks(const Names& names, const std::vector<nflog::Fold>& folds,
                          std::size_t most) {
  most = std::min<std::size_t>(most, names.max_records);
  std::vector<Record> records;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  for (const nflog::Fold& fold : folds) {
    const auto leak = sensor::leak_of(fold.first.word);
    if (leak && records.size() < most) {
      records.push_back(leak_record(fold, *leak, names));
    } else {
      packets += fold.packets;
      bytes += fold.bytes;
    }
  }
  if (packets > 0) {
    records.push_back(more_leaks(packets, bytes, names));
  }
  return records;
}

void Accounts::replay(const Record& record) {
  if (record.event != Event::Violation && record.event != Event::Summary) {
    return;
  }
  const auto field = [&record](std::string_view name) {
    const auto found = record.fields.find(name);
    return found == record.fields.end() ? std::string{} : found->second;
  };
  const auto number = [&field](std::string_view name) {
    const std::string text = field(name);
    return text.empty() ? 0 : std::strtoull(text.c_str(), nullptr, 10);
  };
  const Keys keys =
      keys_of(field("SEKISHO_SRC_ZONE"), field("SEKISHO_DST_ZONE"), field("SEKISHO_REASON"));
  sums_[keys.packets] += number("SEKISHO_COUNT");
  sums_[keys.bytes] += number("SEKISHO_BYTES");
}

std::vector<Record> Accounts::close(const Names& names, const std::vector<nflog::Fold>& folds,
                                    const Counters& counters) {
  std::vector<Record> records;
  if (counters.fresh) {
    sums_.clear();
  }
  for (const Counters::Count& gone : counters.gone) {
    if (const auto meaning = meaning_of(gone.word, names)) {
      const Keys keys = keys_of(*meaning);
      forget(gone.packets, sums_[keys.packets]);
      forget(gone.bytes, sums_[keys.bytes]);
    }
  }
  for (const nflog::Fold& fold : folds) {
    const auto meaning = meaning_of(fold.first.word, names);
    if (!meaning || meaning->reason == Reason::Chatter || records.size() >= names.max_records) {
      continue;  // counted by the kernel, so it is in the summary
    }
    records.push_back(violation(fold, *meaning, names));
    replay(records.back());
  }
  Sums sums;
  for (const Counters::Count& count : counters.counts) {
    const auto meaning = meaning_of(count.word, names);
    if (!meaning) {
      continue;
    }
    const Keys keys = keys_of(*meaning);
    std::uint64_t& packets = sums[keys.packets] = sums_[keys.packets];
    std::uint64_t& bytes = sums[keys.bytes] = sums_[keys.bytes];
    const std::uint64_t beyond = catch_up(count.packets, packets);
    const std::uint64_t bytes_beyond = catch_up(count.bytes, bytes);
    if (beyond > 0) {
      records.push_back(summary(*meaning, beyond, bytes_beyond, names));
    }
    if (packets == 0) {
      sums.erase(keys.packets);
      sums.erase(keys.bytes);
    }
  }
  sums_ = std::move(sums);  // what the table no longer counts is forgotten with its counter
  return records;
}

}  // namespace sekisho::daemon
