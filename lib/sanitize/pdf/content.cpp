// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/content.hpp"

#include "sanitize/pdf/tokens.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace sekisho::sanitize::pdf {
namespace {

/// What an operand is: n number, s string, a array, N name; of names that lead into the resources F
/// font, X object, G graphics state, C colour space, H shading.
struct Operator {
  std::string_view name;
  std::string_view operands;
  enum class Does : std::uint8_t { Sets, PaintsPath, ShowsText, Paints } does = Does::Sets;
};
using enum Operator::Does;

constexpr std::array kOperators{
    Operator{"q", ""},
    Operator{"Q", ""},
    Operator{"cm", "nnnnnn"},
    Operator{"w", "n"},
    Operator{"J", "n"},
    Operator{"j", "n"},
    Operator{"M", "n"},
    Operator{"d", "an"},
    Operator{"ri", "N"},
    Operator{"i", "n"},
    Operator{"gs", "G"},
    Operator{"m", "nn"},
    Operator{"l", "nn"},
    Operator{"c", "nnnnnn"},
    Operator{"v", "nnnn"},
    Operator{"y", "nnnn"},
    Operator{"h", ""},
    Operator{"re", "nnnn"},
    Operator{"S", "", PaintsPath},
    Operator{"s", "", PaintsPath},
    Operator{"f", "", PaintsPath},
    Operator{"F", "", PaintsPath},
    Operator{"f*", "", PaintsPath},
    Operator{"B", "", PaintsPath},
    Operator{"B*", "", PaintsPath},
    Operator{"b", "", PaintsPath},
    Operator{"b*", "", PaintsPath},
    Operator{"n", ""},
    Operator{"W", ""},
    Operator{"W*", ""},
    Operator{"BT", ""},
    Operator{"ET", ""},
    Operator{"Tc", "n"},
    Operator{"Tw", "n"},
    Operator{"Tz", "n"},
    Operator{"TL", "n"},
    Operator{"Tf", "Fn"},
    Operator{"Tr", "n"},
    Operator{"Ts", "n"},
    Operator{"Td", "nn"},
    Operator{"TD", "nn"},
    Operator{"Tm", "nnnnnn"},
    Operator{"T*", ""},
    Operator{"Tj", "s", ShowsText},
    Operator{"TJ", "a", ShowsText},
    Operator{"'", "s", ShowsText},
    Operator{"\"", "nns", ShowsText},
    Operator{"d0", "nn"},
    Operator{"d1", "nnnnnn"},
    Operator{"CS", "C"},
    Operator{"cs", "C"},
    Operator{"G", "n"},
    Operator{"g", "n"},
    Operator{"RG", "nnn"},
    Operator{"rg", "nnn"},
    Operator{"K", "nnnn"},
    Operator{"k", "nnnn"},
    Operator{"sh", "H", Paints},
    Operator{"Do", "X", Paints},
};
/// Colour operators, whose operands depend on the colour space: numbers, then maybe a pattern.
constexpr std::array<std::string_view, 4> kColours{"SC", "SCN", "sc", "scn"};
/// What marks content and draws nothing.
constexpr std::array<std::string_view, 4> kMarks{"MP", "DP", "BX", "EX"};
constexpr std::array<std::string_view, 4> kPlainSpaces{"DeviceGray", "DeviceRGB", "DeviceCMYK",
                                                       "Pattern"};
constexpr std::size_t kMostOperands = 40;
constexpr std::size_t kMostInArray = 100'000;

struct Operand {
  char kind = 0;  ///< n s a N, or d for a dictionary
  std::string spelt;
  std::string text;  ///< of names and strings; of arrays all their strings
};

template <typename Range, typename Value>
bool holds(const Range& range, const Value& value) {
  return std::ranges::find(range, value) != std::end(range);
}

class Rewriter {
 public:
  Rewriter(std::string_view content, const ContentParts& parts) : tokens_{content}, parts_{parts} {
    out_.reserve(content.size() + content.size() / 8);
  }

  std::string run() && {
    for (Token token = tokens_.next(); token.kind != Token::Kind::End; token = tokens_.next()) {
      take(std::move(token));
    }
    for (; saved_ > 0; --saved_) {
      line("Q");
    }
    if (unknown_ > 0) {
      parts_.report.note(Action::RemovedUnknown, "content operator", unknown_);
    }
    if (marked_ > 0) {
      parts_.report.note(Action::RemovedMetadata, "marked content", marked_);
    }
    if (hidden_ > 0) {
      parts_.report.note(Action::RemovedHidden, "layer", hidden_);
    }
    return std::move(out_);
  }

 private:
  void take(Token token) {
    using enum Token::Kind;
    switch (token.kind) {
      case Number: push({'n', std::move(token.text), {}}); break;
      case String: push({'s', spelt_string(token.text), std::move(token.text)}); break;
      case Name: push({'N', spelt_name(token.text), std::move(token.text)}); break;
      case ArrayOpen: take_array(); break;
      case DictOpen: take_dictionary(); break;
      case Word: take_operator(token.text); break;
      default: ++unknown_; break;
    }
  }

  void push(Operand operand) {
    if (operands_.size() < kMostOperands) {
      operands_.push_back(std::move(operand));
    } else {
      overflow_ = true;
    }
  }

  /// Numbers and strings only; one that holds anything else makes its operator fail.
  void take_array() {
    Operand array{'a', "[", {}};
    std::size_t count = 0;
    for (Token token = tokens_.next(); token.kind != Token::Kind::ArrayClose;
         token = tokens_.next()) {
      const bool number = token.kind == Token::Kind::Number;
      if ((!number && token.kind != Token::Kind::String) || ++count > kMostInArray) {
        overflow_ = true;
        if (token.kind == Token::Kind::End || token.kind == Token::Kind::Word) {
          return;
        }
        continue;
      }
      array.spelt += count > 1 ? " " : "";
      array.spelt += number ? token.text : spelt_string(token.text);
      array.text += number ? "" : token.text;
    }
    array.spelt += "]";
    push(std::move(array));
  }

  /// Of marked content; only that it was there matters.
  void take_dictionary() {
    unsigned open = 1;
    while (open > 0) {
      const Token token = tokens_.next();
      open += token.kind == Token::Kind::DictOpen ? 1 : 0;
      open -= token.kind == Token::Kind::DictClose ? 1 : 0;
      if (token.kind == Token::Kind::End) {
        return;
      }
    }
    push({'d', {}, {}});
  }

  void take_operator(const std::string& name) {
    if (name == "true" || name == "false" || name == "null") {
      push({'w', name, {}});
      return;
    }
    if (name == "BMC" || name == "BDC") {
      begin_marked();
    } else if (name == "EMC") {
      end_marked();
    } else if (name == "BI") {
      inline_image();
    } else if (holds(kColours, name)) {
      colour(name);
    } else if (const auto* known = std::ranges::find(kOperators, name, &Operator::name);
               known != kOperators.end()) {
      known_operator(*known);
    } else if (!holds(kMarks, name)) {
      ++unknown_;
    }
    operands_.clear();
    overflow_ = false;
  }

  void begin_marked() {
    const bool layer = operands_.size() == 2 && operands_[0].text == "OC" &&
                       parts_.names.hidden.contains(operands_[1].text);
    layers_.push_back(layer);
    marked_ += layer ? 0 : 1;
    concealed_ += layer ? 1 : 0;
    hidden_ += layer ? 1 : 0;
  }
  void end_marked() {
    if (!layers_.empty()) {
      concealed_ -= layers_.back() ? 1 : 0;
      layers_.pop_back();
    }
  }

  void known_operator(const Operator& known) {
    if (overflow_ || operands_.size() != known.operands.size()) {
      ++unknown_;
      return;
    }
    std::string written;
    for (std::size_t i = 0; i < operands_.size(); ++i) {
      const std::optional<std::string> operand = spelt(known.operands[i], operands_[i]);
      if (!operand) {
        ++unknown_;
        return;
      }
      written += *operand + " ";
    }
    if (known.name == "Q") {
      if (saved_ == 0) {
        return;
      }
      --saved_;
    }
    saved_ += known.name == "q" ? 1 : 0;
    if (known.name == "Tf") {
      font_ = operands_[0].text;
    }
    if (concealed_ > 0 && known.does != Sets) {
      if (known.does == PaintsPath) {
        line("n");
      }
      return;
    }
    if (known.does == ShowsText && parts_.shown) {
      parts_.shown(font_, operands_.back().text);
    }
    line(written + std::string{known.name});
  }

  /// Nothing where the operand is not of its kind or leads nowhere.
  std::optional<std::string> spelt(char kind, Operand& operand) {
    const Names& names = parts_.names;
    switch (kind) {
      case 'F': return renamed(operand, names.fonts);
      case 'X': return renamed(operand, names.objects);
      case 'G': return renamed(operand, names.states);
      case 'H': return renamed(operand, names.shadings);
      case 'C':
        if (operand.kind == 'N' && holds(kPlainSpaces, operand.text)) {
          return operand.spelt;
        }
        return renamed(operand, names.spaces);
      default: return operand.kind == kind ? std::optional{operand.spelt} : std::nullopt;
    }
  }

  using Renames = std::map<std::string, std::string, std::less<>>;
  static std::optional<std::string> renamed(Operand& operand, const Renames& names) {
    const auto found = operand.kind == 'N' ? names.find(operand.text) : names.end();
    if (found == names.end()) {
      return std::nullopt;
    }
    operand.text = found->second;
    return spelt_name(found->second);
  }

  void colour(const std::string& name) {
    std::string written;
    for (std::size_t i = 0; i < operands_.size(); ++i) {
      const bool last = i + 1 == operands_.size();
      const std::optional<std::string> operand = last && operands_[i].kind == 'N'
                                                     ? renamed(operands_[i], parts_.names.patterns)
                                                     : spelt('n', operands_[i]);
      if (!operand || overflow_) {
        ++unknown_;
        return;
      }
      written += *operand + " ";
    }
    if (written.empty()) {
      ++unknown_;
      return;
    }
    line(written + name);
  }

  /// ISO 32000-1, 8.9.7. The data end before a blank, "EI" and another blank; as the bytes may hold
  /// these by chance, what follows has to look like content.
  void inline_image() {
    InlineImage image;
    std::string key;
    for (Token token = tokens_.next(); !(token.kind == Token::Kind::Word && token.text == "ID");
         token = tokens_.next()) {
      if (token.kind == Token::Kind::End) {
        ++unknown_;
        return;
      }
      if (key.empty() && token.kind == Token::Kind::Name) {
        key = token.text;
      } else if (!key.empty()) {
        image.values.emplace(std::exchange(key, {}), value(std::move(token)));
      }
    }
    tokens_.skip(1);
    const std::string_view rest = tokens_.rest();
    const std::size_t length = data_length(rest);
    image.data = rest.substr(0, length);
    tokens_.skip(length);
    while (tokens_.rest().size() >= 2 && !tokens_.rest().starts_with("EI")) {
      tokens_.skip(1);
    }
    tokens_.skip(2);
    const std::string object = concealed_ > 0 ? std::string{} : parts_.keep_image(image);
    if (!object.empty()) {
      line(spelt_name(object) + " Do");
    }
  }

  /// A value of an inline image's dictionary as it would be spelt in a file.
  std::string value(Token token) {
    using enum Token::Kind;
    if (token.kind == Name) {
      return spelt_name(token.text);
    }
    if (token.kind == String) {
      return spelt_string(token.text);
    }
    const Token::Kind close = token.kind == ArrayOpen ? ArrayClose : DictClose;
    if (token.kind != ArrayOpen && token.kind != DictOpen) {
      return token.text;
    }
    std::string spelt = token.kind == ArrayOpen ? "[" : "<<";
    if (++nested_ > 4) {
      nested_ = 0;
      return "null";
    }
    for (token = tokens_.next(); token.kind != close && token.kind != End; token = tokens_.next()) {
      spelt += value(std::move(token)) + " ";
    }
    nested_ -= nested_ > 0 ? 1 : 0;
    return spelt + (close == ArrayClose ? "]" : ">>");
  }

  static std::size_t data_length(std::string_view rest) {
    for (std::size_t at = rest.find("EI"); at != std::string_view::npos;
         at = rest.find("EI", at + 1)) {
      const bool begins = at == 0 || is_blank(rest[at - 1]);
      const bool ends = at + 2 >= rest.size() || is_blank(rest[at + 2]);
      const std::string_view after = rest.substr(std::min(at + 2, rest.size()), 24);
      const auto textual = [](char c) { return is_blank(c) ? c != '\0' : c >= ' ' && c <= '~'; };
      if (begins && ends && std::ranges::all_of(after, textual)) {
        return at == 0 ? 0 : at - 1;
      }
    }
    return rest.size();
  }

  void line(std::string_view text) {
    out_ += text;
    out_ += '\n';
  }

  Tokens tokens_;
  const ContentParts& parts_;
  std::string out_;
  std::vector<Operand> operands_;
  bool overflow_ = false;
  std::vector<bool> layers_;  ///< open marked content: whether it is a hidden layer
  unsigned concealed_ = 0;    ///< how many of them are
  unsigned nested_ = 0;
  std::uint64_t saved_ = 0;
  std::uint64_t unknown_ = 0;
  std::uint64_t hidden_ = 0;
  std::uint64_t marked_ = 0;
  std::string font_;
};

}  // namespace

std::string rewrite_content(std::string_view content, const ContentParts& parts) {
  return Rewriter{content, parts}.run();
}

}  // namespace sekisho::sanitize::pdf
