// SPDX-License-Identifier: GPL-3.0-or-later
#include "ruleset/to_nft.hpp"

#include "net/service.hpp"
#include "ruleset/shape_text.hpp"
#include "ruleset/values.hpp"

namespace sekisho::ruleset {
namespace {

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

/// nft's strings know no escapes, and a line's end would end a comment line: what was read from a
/// kernel may hold either.
std::string plain(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    c = c == '"' ? '\'' : byte < 0x20 || byte == 0x7f ? ' ' : c;
  }
  return text;
}

std::string quoted(const std::string& text) {
  return "\"" + plain(text) + "\"";
}

std::string key_text(const std::vector<Field>& key) {
  std::string text;
  for (const Field field : key) {
    text += (text.empty() ? "" : " . ") + std::string{name_of(field)};
  }
  return text;
}

std::string_view name_of(Mark mark) {
  return mark == Mark::Meta ? "meta mark" : "ct mark";
}

std::string states_text(std::uint32_t mask) {
  static constexpr std::array<std::pair<std::uint32_t, std::string_view>, 5> kStates{
      {{1, "invalid"}, {2, "established"}, {4, "related"}, {8, "new"}, {64, "untracked"}}};
  std::string text;
  for (const auto& [bit, name] : kStates) {
    if ((mask & bit) != 0) {
      text += (text.empty() ? "" : ",") + std::string{name};
    }
  }
  return text;
}

std::string change_text(const ChangeMark& change) {
  const std::string mark{name_of(change.mark)};
  if (change.keep == ~change.flip) {
    return mark + " set " + mark + " | " + mark_text(change.flip);
  }
  const std::string kept = mark + " set " + mark + " & " + mark_text(change.keep);
  return change.flip == 0 ? kept : kept + " ^ " + mark_text(change.flip);
}

std::string verdict_text(const Verdict& verdict) {
  switch (verdict.kind) {
    case VerdictKind::Accept: return "accept";
    case VerdictKind::Drop: return "drop";
    case VerdictKind::Jump: return "jump " + verdict.chain;
    case VerdictKind::Goto: return "goto " + verdict.chain;
    case VerdictKind::Return: return "return";
  }
  return "drop";
}

/// nft takes `ct state new` for "has the bit"; an exact comparison must say so.
std::string compare_text(const Compare& compare) {
  const std::string_view sign = compare.negated                   ? " != "
                                : compare.field == Field::CtState ? " == "
                                                                  : " ";
  return std::string{name_of(compare.field)}.append(sign) +
         value_text(type_of(compare.field), compare.value.view());
}

std::string bits_text(const HasBits& bits) {
  return bits.field == Field::CtState
             ? "ct state " + states_text(bits.mask)
             : std::string{name_of(bits.field)} + " & " + mark_text(bits.mask) + " != 0x00000000";
}

std::string log_text(const Log& log) {
  std::string text = "log group " + std::to_string(log.group);
  text += log.snaplen == 0 ? "" : " snaplen " + std::to_string(log.snaplen);
  text += log.queue_threshold == 0 ? "" : " queue-threshold " + std::to_string(log.queue_threshold);
  return text;
}

std::string statement_text(const Statement& statement) {
  return std::visit(
      Overloaded{
          [](const Compare& s) { return compare_text(s); },
          [](const HasBits& s) { return bits_text(s); },
          [](const InSet& s) { return key_text(s.key) + (s.negated ? " != @" : " @") + s.set; },
          [](const SetMark& s) {
            return std::string{name_of(s.mark)} + " set " + mark_text(s.value);
          },
          [](const ChangeMark& s) { return change_text(s); },
          [](const MapMark& s) {
            return std::string{name_of(s.mark)} + " set " + key_text(s.key) + " map @" + s.map;
          },
          [](const MapVerdict& s) { return key_text(s.key) + " vmap @" + s.map; },
          [](const Verdict& s) { return verdict_text(s); },
          [](const Log& s) { return log_text(s); },
          [](const Counter&) { return std::string{"counter"}; },
          [](const Tproxy& s) { return "tproxy to :" + std::to_string(s.port); },
          [](const Foreign& s) { return plain(s.text); },
      },
      statement);
}

std::vector<Field> fields_of(const Statement& statement) {
  return std::visit(
      [](const auto& s) -> std::vector<Field> {
        if constexpr (requires { s.key; }) {
          return s.key;
        } else if constexpr (requires { s.field; }) {
          return {s.field};
        } else {
          return {};
        }
      },
      statement);
}

/// The match that nft puts before a field of its own accord.
std::optional<Compare> implied_by(Field field) {
  switch (field) {
    case Field::IpSaddr:
    case Field::IpDaddr:
    case Field::IpHeaderLength: return Compare{Field::NfProto, false, bytes_of(std::uint8_t{2})};
    case Field::Ip6Saddr:
    case Field::Ip6Daddr:
    case Field::Ip6NextHeader:
    case Field::Ip6HopLimit: return Compare{Field::NfProto, false, bytes_of(std::uint8_t{10})};
    case Field::IcmpType: return Compare{Field::L4Proto, false, bytes_of(net::protocol::kIcmp)};
    case Field::Icmp6Type: return Compare{Field::L4Proto, false, bytes_of(net::protocol::kIcmp6)};
    default: return std::nullopt;
  }
}

bool is_dependency(const Statement& statement) {
  const auto* compare = std::get_if<Compare>(&statement);
  return compare != nullptr && !compare->negated &&
         (compare->field == Field::NfProto || compare->field == Field::L4Proto);
}

/// Whether nft writes `match` itself when it reads the first statement of `rest` that is not such a
/// match.
bool is_implied(const Statement& match, std::span<const Statement> rest) {
  const auto next = std::ranges::find_if_not(rest, is_dependency);
  if (!is_dependency(match) || next == rest.end()) {
    return false;
  }
  const std::vector<Field> fields = fields_of(*next);
  return std::ranges::any_of(
      fields, [&](Field field) { return implied_by(field) == std::get<Compare>(match); });
}

bool is_foreign(const Rule& rule) {
  return std::ranges::any_of(rule.statements, [](const Statement& statement) {
    return std::holds_alternative<Foreign>(statement);
  });
}

/// Several elements a line, as nft wraps them.
std::string elements_text(const Set& set, Instant now) {
  static constexpr std::size_t kWidth = 100;
  std::string text;
  std::size_t line = 0;
  for (const Element& element : *set.elements) {
    if (element.expires && *element.expires <= now) {
      continue;
    }
    const std::string one = to_nft(set.shape, element, now);
    const bool wraps = line != 0 && line + one.size() > kWidth;
    text += text.empty() ? "" : wraps ? ",\n\t\t\t     " : ", ";
    line = wraps ? one.size() : line + one.size() + 2;
    text += one;
  }
  return text;
}

std::string set_text(const Set& set, Instant now) {
  std::string text = set.shape.holds == Holds::Keys ? "\tset " : "\tmap ";
  text += set.shape.name + " {\n";
  for (const std::string& line : shape_lines(set.shape)) {
    text += "\t\t" + line + "\n";
  }
  if (const std::string elements = elements_text(set, now); !elements.empty()) {
    text += "\t\telements = { " + elements + " }\n";
  }
  return text + "\t}\n";
}

std::string priority_text(const Hook& hook) {
  switch (hook.priority) {
    case -300: return "raw";
    case -150: return "mangle";
    case 0: return "filter";
    case 50: return "security";
    default: break;
  }
  if (hook.priority == -100 && hook.point == HookPoint::Prerouting) {
    return "dstnat";
  }
  if (hook.priority == 100 && hook.point == HookPoint::Postrouting) {
    return "srcnat";
  }
  return std::to_string(hook.priority);
}

std::string hook_text(const Hook& hook) {
  return "type filter hook " + std::string{name_of(hook.point)} +
         (hook.device.empty() ? "" : " device " + quoted(hook.device)) +
         " priority " + priority_text(hook) + "; policy " + (hook.policy_drop ? "drop" : "accept") +
         ";";
}

std::string chain_text(const Chain& chain) {
  std::string text = "\tchain " + chain.name + " {\n";
  text += chain.hook ? "\t\t" + hook_text(*chain.hook) + "\n" : "";
  for (const Rule& rule : chain.rules) {
    text += "\t\t" + to_nft(rule);
    text += rule.comment.empty() ? "\n" : " comment " + quoted(rule.comment) + "\n";
  }
  return text + "\t}\n";
}

}  // namespace

std::string to_nft(const SetShape& shape, const Element& element, Instant now) {
  std::string text = element_text(shape, element);
  if (element.expires) {
    const auto left = std::max(*element.expires - now, std::chrono::seconds{0});
    text += " timeout " + std::to_string(left.count()) + "s";
  }
  text += element.comment.empty() ? "" : " comment " + quoted(element.comment);
  if (const auto* mark = std::get_if<std::uint32_t>(&element.value)) {
    text += " : " + mark_text(*mark);
  } else if (const auto* verdict = std::get_if<Verdict>(&element.value)) {
    text += " : " + verdict_text(*verdict);
  }
  return text;
}

std::string to_nft(const Rule& rule) {
  std::string text = is_foreign(rule) ? "#" : "";
  for (auto at = rule.statements.begin(); at != rule.statements.end(); ++at) {
    if (!is_implied(*at, {at + 1, rule.statements.end()})) {
      text += (text.empty() ? "" : " ") + statement_text(*at);
    }
  }
  return text;
}

std::string to_nft(const Table& table, Instant now) {
  const bool netdev = table.family == TableFamily::Netdev;
  std::string text = (netdev ? "table netdev " : "table inet ") + table.name + " {\n";
  for (const Set& set : table.sets) {
    text += set_text(set, now);
  }
  for (const Chain& chain : table.chains) {
    text += chain_text(chain);
  }
  return text + "}\n";
}

}  // namespace sekisho::ruleset
