// SPDX-License-Identifier: GPL-3.0-or-later
#include "ruleset/to_nft.hpp"

#include "ruleset/values.hpp"


namespace sekisho::ruleset {
namespace {

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

std::string key_text(const std::vector<Field>& key) {
  std::string text;
  for (const Field field : key) {
    text += (text.empty() ? "" : " . ") + std::string{name_of(field)};
  }
  return text;
}

std::string_view name_of(Mark mark) { return mark == Mark::Meta ? "meta mark" : "ct mark"; }

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

std::string statement_text(const Statement& statement) {
  return std::visit(
      Overloaded{
          [](const Compare& s) {
            return std::string{name_of(s.field)} + (s.negated ? " != " : " ") + value_text(type_of(s.field), s.value.view());
          },
          [](const HasBits& s) {
            return s.field == Field::CtState ? "ct state " + states_text(s.mask)
                                             : std::string{name_of(s.field)} + " & " + mark_text(s.mask) + " != 0x00000000";
          },
          [](const InSet& s) { return key_text(s.key) + (s.negated ? " != @" : " @") + s.set; },
          [](const SetMark& s) { return std::string{name_of(s.mark)} + " set " + mark_text(s.value); },
          [](const ChangeMark& s) { return change_text(s); },
          [](const MapMark& s) { return std::string{name_of(s.mark)} + " set " + key_text(s.key) + " map @" + s.map; },
          [](const MapVerdict& s) { return key_text(s.key) + " vmap @" + s.map; },
          [](const Verdict& s) { return verdict_text(s); },
          [](const Log& s) {
            return "log group " + std::to_string(s.group) + " snaplen " + std::to_string(s.snaplen) +
                   " queue-threshold " + std::to_string(s.queue_threshold);
          },
          [](const Counter&) { return std::string{"counter"}; },
          [](const Foreign& s) { return "# " + s.text; },
      },
      statement);
}

std::string type_text(const std::vector<Type>& key) {
  std::string text;
  for (const Type type : key) {
    text += (text.empty() ? "" : " . ") + std::string{name_of(type)};
  }
  return text;
}

std::string flags_text(const SetShape& shape) {
  std::string flags;
  flags += shape.interval ? "interval" : "";
  flags += shape.timeout ? (flags.empty() ? "timeout" : ",timeout") : "";
  return flags;
}

std::string set_text(const Set& set, Instant now) {
  const SetShape& shape = set.shape;
  static constexpr std::array<std::string_view, 3> kValues{"", " : mark", " : verdict"};
  std::string text = std::string{"\t"} + (shape.holds == Holds::Keys ? "set " : "map ") + shape.name + " {\n";
  text += "\t\ttype " + type_text(shape.key) + std::string{kValues.at(static_cast<std::size_t>(shape.holds))} + "\n";
  if (shape.size) {
    text += "\t\tsize " + std::to_string(*shape.size) + "\n";
  }
  if (const std::string flags = flags_text(shape); !flags.empty()) {
    text += "\t\tflags " + flags + "\n";
  }
  if (shape.counter) {
    text += "\t\tcounter\n";
  }
  if (shape.limit) {
    text += "\t\tlimit rate " + std::to_string(shape.limit->packets_per_second) + "/second burst " +
            std::to_string(shape.limit->burst) + " packets\n";
  }
  std::string elements;
  for (const Element& element : *set.elements) {
    if (!element.expires || *element.expires > now) {
      elements += (elements.empty() ? "" : ",\n\t\t\t     ") + to_nft(shape, element, now);
    }
  }
  if (!elements.empty()) {
    text += "\t\telements = { " + elements + " }\n";
  }
  return text + "\t}\n";
}

std::string chain_text(const Chain& chain) {
  static constexpr std::array<std::string_view, 5> kHooks{"prerouting", "input", "forward", "output", "postrouting"};
  std::string text = "\tchain " + chain.name + " {\n";
  if (chain.hook) {
    text += "\t\ttype filter hook " + std::string{kHooks.at(static_cast<std::size_t>(chain.hook->point))} +
            " priority " + (chain.hook->priority == 0 ? "filter" : std::to_string(chain.hook->priority)) +
            "; policy " + (chain.hook->policy_drop ? "drop" : "accept") + ";\n";
  }
  for (const Rule& rule : chain.rules) {
    text += "\t\t" + to_nft(rule) + (rule.comment.empty() ? "" : " comment \"" + rule.comment + "\"") + "\n";
  }
  return text + "\t}\n";
}

}  // namespace

std::string to_nft(const SetShape& shape, const Element& element, Instant now) {
  std::string text = element_text(shape, element);
  if (element.expires) {
    text += " timeout " + std::to_string((*element.expires - now).count()) + "s";
  }
  if (!element.comment.empty()) {
    text += " comment \"" + element.comment + "\"";
  }
  if (const auto* mark = std::get_if<std::uint32_t>(&element.value)) {
    text += " : " + mark_text(*mark);
  } else if (const auto* verdict = std::get_if<Verdict>(&element.value)) {
    text += " : " + verdict_text(*verdict);
  }
  return text;
}

std::string to_nft(const Rule& rule) {
  std::string text;
  for (const Statement& statement : rule.statements) {
    text += (text.empty() ? "" : " ") + statement_text(statement);
  }
  return text;
}

std::string to_nft(const Table& table, Instant now) {
  std::string text = "table inet " + table.name + " {\n";
  for (const Set& set : table.sets) {
    text += set_text(set, now);
  }
  for (const Chain& chain : table.chains) {
    text += chain_text(chain);
  }
  return text + "}\n";
}

}  // namespace sekisho::ruleset
