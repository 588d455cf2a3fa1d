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

/// Those that become records of their own while there is room for `most`, in order: each word's
/// first before any word's second, and within a word each host's first before any host's second.
/// So no flood hides a packet of another pair, nor of another host.
std::vector<const nflog::Fold*> in_turn(const std::vector<const nflog::Fold*>& folds,
                                        std::size_t most) {
  if (folds.size() <= most) {
    return folds;
  }
  struct Turn {
    std::size_t rank;
    std::size_t place;  ///< in `folds`
  };
  std::map<std::pair<std::uint32_t, net::Address>, std::size_t> of_host;
  std::map<std::uint32_t, std::vector<Turn>> of_word;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    const nflog::Drop& drop = folds[i]->first;
    of_word[drop.word].push_back({of_host[{drop.word, drop.src}]++, i});
  }
  std::vector<Turn> turns;
  for (auto& [word, own] : of_word) {
    std::ranges::stable_sort(own, {}, &Turn::rank);
    for (std::size_t rank = 0; rank < own.size(); ++rank) {
      turns.push_back({rank, own[rank].place});
    }
  }
  std::ranges::stable_sort(turns, {}, &Turn::rank);
  turns.resize(most);
  std::ranges::sort(turns, {}, &Turn::place);
  std::vector<const nflog::Fold*> chosen;
  for (const Turn& turn : turns) {
    chosen.push_back(folds[turn.place]);
  }
  return chosen;
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

/// What a record of drops stands for.
struct Accounts::Standing {
  Keys keys;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

std::optional<Accounts::Standing> Accounts::standing_of(const Record& record) {
  if (record.event != Event::Violation && record.event != Event::Summary) {
    return std::nullopt;
  }
  const auto field = [&record](std::string_view name) {
    const auto found = record.fields.find(name);
    return found == record.fields.end() ? std::string{} : found->second;
  };
  const auto number = [&field](std::string_view name) -> std::uint64_t {
    const std::string text = field(name);
    return text.empty() ? 0 : std::strtoull(text.c_str(), nullptr, 10);
  };
  return Standing{
      keys_of(field("SEKISHO_SRC_ZONE"), field("SEKISHO_DST_ZONE"), field("SEKISHO_REASON")),
      number("SEKISHO_COUNT"), number("SEKISHO_BYTES")};
}

void Accounts::replay(const Record& record) {
  if (const auto standing = standing_of(record)) {
    sums_[standing->keys.packets] += standing->packets;
    sums_[standing->keys.bytes] += standing->bytes;
  }
}

void Accounts::take_back(const Record& record) {
  if (const auto standing = standing_of(record)) {
    forget(standing->packets, sums_[standing->keys.packets]);
    forget(standing->bytes, sums_[standing->keys.bytes]);
  }
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
  std::vector<const nflog::Fold*> told;
  for (const nflog::Fold& fold : folds) {
    const auto meaning = meaning_of(fold.first.word, names);
    if (meaning && meaning->reason != Reason::Chatter) {
      told.push_back(&fold);
    }
  }
  // the others were counted by the kernel, so they are in a summary
  for (const nflog::Fold* fold : in_turn(told, names.max_records)) {
    records.push_back(violation(*fold, *meaning_of(fold->first.word, names), names));
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
