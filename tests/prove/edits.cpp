// SPDX-License-Identifier: GPL-3.0-or-later
#include "prove/edits.hpp"

#include "net/address.hpp"
#include "ruleset/to_nft.hpp"
#include "ruleset/values.hpp"

#include <algorithm>
#include <stdexcept>

namespace sekisho::prove::test {
namespace {

using ruleset::Bytes;
using ruleset::Element;
using Elements = std::vector<Element>;
using ruleset::Set;
using ruleset::Table;
using ruleset::Type;

Bytes field_of(Type type, const std::string& word) {
  const auto number = [&] { return static_cast<std::uint32_t>(std::stoul(word, nullptr, 0)); };
  switch (type) {
    case Type::Mark: return ruleset::mark_bytes(number());
    case Type::CtDirection: return ruleset::bytes_of(static_cast<std::uint8_t>(word == "reply"));
    case Type::IfName: return ruleset::name_bytes(word);
    case Type::Ipv4Addr:
    case Type::Ipv6Addr: return Bytes{net::Address::parse(word).value().bytes()};
    case Type::EtherAddr: return Bytes{net::Mac::parse(word).value().bytes()};
    case Type::InetService:
    case Type::EtherType: return ruleset::bytes_of(static_cast<std::uint16_t>(number()));
    default: return ruleset::bytes_of(static_cast<std::uint8_t>(number()));
  }
}

Bytes key_of(const ruleset::SetShape& shape, const Words& words, bool last) {
  Bytes key;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t dash =
        shape.key[i] == Type::EtherAddr ? std::string::npos : words[i].find('-');
    const std::string word = dash == std::string::npos ? words[i]
                             : last                    ? words[i].substr(dash + 1)
                                                       : words[i].substr(0, dash);
    const Bytes field = field_of(shape.key[i], word);
    if (words.size() == 1) {
      return field;
    }
    key.append(field.view());
  }
  return key;
}

Set& set_of(Table& table, const std::string& name) {
  for (Set& set : table.sets) {
    if (set.shape.name == name) {
      return set;
    }
  }
  throw std::invalid_argument{"no set " + name};
}

void edit(Table& table, const std::string& name, const std::function<void(Elements&)>& change) {
  Set& set = set_of(table, name);
  Elements elements{set.elements->begin(), set.elements->end()};
  change(elements);
  set.elements = std::make_shared<const ruleset::Elements>(std::move(elements));
  ruleset::normalise(table);
}

Elements::iterator found(Table& table, const std::string& set, Elements& elements,
                         const std::string& text) {
  const auto at = std::ranges::find_if(elements, [&](const Element& element) {
    return ruleset::element_text(set_of(table, set).shape, element) == text;
  });
  if (at == elements.end()) {
    throw std::invalid_argument{"no element " + text + " in " + set};
  }
  return at;
}

void set_key(const ruleset::SetShape& shape, Element& element, const Words& words) {
  element.key = key_of(shape, words, false);
  element.key_end = shape.interval ? key_of(shape, words, true) : Bytes{};
}

}  // namespace

void add_element(Table& table, const std::string& set, const Words& words,
                 decltype(Element::value) value, const std::string& comment) {
  edit(table, set, [&](Elements& elements) {
    Element made;
    set_key(set_of(table, set).shape, made, words);
    made.value = std::move(value);
    made.comment = comment;
    elements.push_back(std::move(made));
  });
}

void change_element(Table& table, const std::string& set, const std::string& text,
                    const std::function<void(Element&)>& change) {
  edit(table, set, [&](Elements& elements) { change(*found(table, set, elements, text)); });
}

void move_element(Table& table, const std::string& set, const std::string& text,
                  const Words& words) {
  change_element(table, set, text,
                 [&](Element& element) { set_key(set_of(table, set).shape, element, words); });
}

void remove_element(Table& table, const std::string& set, const std::string& text) {
  edit(table, set, [&](Elements& elements) { elements.erase(found(table, set, elements, text)); });
}

void replace_rules(Table& table, const std::string& chain, const std::string& begin,
                   const std::vector<ruleset::Rule>& rules) {
  std::vector<ruleset::Rule> made;
  bool any = false;
  for (ruleset::Rule& rule : chain_of(table, chain).rules) {
    if (ruleset::to_nft(rule).starts_with(begin)) {
      any = true;
      made.insert(made.end(), rules.begin(), rules.end());
    } else {
      made.push_back(std::move(rule));
    }
  }
  if (!any) {
    throw std::invalid_argument{"no rule " + begin + " in " + chain};
  }
  chain_of(table, chain).rules = std::move(made);
}

void put_first(Table& table, const std::string& chain, ruleset::Rule rule) {
  auto& rules = chain_of(table, chain).rules;
  rules.insert(rules.begin(), std::move(rule));
}

ruleset::Chain& chain_of(Table& table, const std::string& name) {
  for (ruleset::Chain& chain : table.chains) {
    if (chain.name == name) {
      return chain;
    }
  }
  throw std::invalid_argument{"no chain " + name};
}

ruleset::SetShape& shape_of(Table& table, const std::string& set) {
  return set_of(table, set).shape;
}

}  // namespace sekisho::prove::test
