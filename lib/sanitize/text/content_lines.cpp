// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/content_lines.hpp"

#include "sanitize/frame/characters.hpp"

#include <algorithm>

namespace sekisho::sanitize::text {
namespace {

constexpr std::size_t kDeepest = 8;
constexpr std::size_t kMostProperties = 100'000;
constexpr std::size_t kLineLength = 75;

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
}
std::string upper(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(), [](char c) { return upper(c); });
  return made;
}
bool is_name_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_{text} {}

  tl::expected<std::vector<Component>, Refused> run() && {
    std::vector<Component> stack(1);
    std::size_t count = 0;
    while (at_ < text_.size()) {
      const std::string line = logical_line();
      if (line.find_first_not_of(" \t") == std::string::npos) {
        continue;
      }
      auto property = parse(line);
      if (!property) {
        return tl::unexpected{property.error()};
      }
      if (++count > kMostProperties) {
        return refuse(Refusal::TooManyEntries, "more than 100000 properties");
      }
      if (property->name == "BEGIN") {
        if (stack.size() > kDeepest) {
          return refuse(Refusal::NestedTooDeep, place() + "more than 8 levels");
        }
        stack.push_back({upper(property->value), {}, {}});
      } else if (property->name == "END") {
        if (stack.size() == 1 || stack.back().name != upper(property->value)) {
          return refuse(Refusal::Malformed, place() + "'END' does not match");
        }
        Component done = std::move(stack.back());
        stack.pop_back();
        stack.back().components.push_back(std::move(done));
      } else if (stack.size() == 1) {
        return refuse(Refusal::Malformed, place() + "a property outside of a component");
      } else {
        stack.back().properties.push_back(std::move(*property));
      }
    }
    if (stack.size() != 1) {
      return refuse(Refusal::Truncated, "'" + stack.back().name + "' does not end");
    }
    return std::move(stack.front().components);
  }

 private:
  [[nodiscard]] std::string place() const { return "line " + std::to_string(line_) + ": "; }

  std::string_view physical_line() {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    std::string_view line = text_.substr(at_, end - at_);
    at_ = std::min(end + 1, text_.size());
    ++line_;
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    return line;
  }
  std::string logical_line() {
    std::string line{physical_line()};
    const std::string head = upper(line.substr(0, line.find(':')));
    const bool quoted_printable = head.find("QUOTED-PRINTABLE") != std::string::npos;
    while (quoted_printable && line.ends_with('=') && at_ < text_.size()) {
      line.pop_back();
      line += physical_line();
    }
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) {
      line += physical_line().substr(1);
    }
    return line;
  }

  tl::expected<Property, Refused> parse(std::string_view line) const {
    Property property;
    std::size_t at = 0;
    const auto name = [&] {
      const std::size_t start = at;
      while (at < line.size() && is_name_letter(line[at])) {
        ++at;
      }
      return upper(line.substr(start, at - start));
    };
    property.name = name();
    property.name.erase(0, property.name.find('.') + 1);
    const auto no = [&] { return refuse(Refusal::Malformed, place() + "no content line"); };
    if (property.name.empty()) {
      return no();
    }
    while (at < line.size() && line[at] == ';') {
      ++at;
      Parameter parameter{name(), {}};
      const bool bare = at >= line.size() || line[at] != '=';  // vCard 2.1: ";HOME"
      while (!bare && at < line.size() && (line[at] == '=' || line[at] == ',')) {
        ++at;
        const bool in_quotes = at < line.size() && line[at] == '"';
        at += in_quotes ? 1 : 0;
        const std::size_t end = line.find_first_of(in_quotes ? "\"" : ",;:", at);
        if (end == std::string_view::npos) {
          return no();
        }
        parameter.values.emplace_back(line.substr(at, end - at));
        at = end + (in_quotes ? 1 : 0);
      }
      if (bare) {
        parameter.values.push_back(std::exchange(parameter.name, "TYPE"));
      }
      property.parameters.push_back(std::move(parameter));
    }
    if (at >= line.size() || line[at] != ':') {
      return no();
    }
    property.value = line.substr(at + 1);
    return property;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 0;
};

}  // namespace

const Parameter* Property::parameter(std::string_view wanted) const {
  const auto found = std::ranges::find(parameters, wanted, &Parameter::name);
  return found == parameters.end() ? nullptr : &*found;
}

tl::expected<std::vector<Component>, Refused> parse_components(std::string_view text) {
  return Parser{text}.run();
}

void write_line(std::string& made, std::string_view line) {
  std::size_t room = kLineLength;
  while (line.size() > room) {
    const std::size_t cut = cut_at(line, room);
    made += line.substr(0, cut);
    made += "\r\n ";
    line.remove_prefix(cut);
    room = kLineLength - 1;
  }
  made += line;
  made += "\r\n";
}

std::string unescaped(std::string_view value) {
  std::string made;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] != '\\' || at + 1 == value.size()) {
      made += value[at];
      continue;
    }
    const char next = value[++at];
    made += next == 'n' || next == 'N' ? '\n' : next;
  }
  return made;
}

std::string escaped_value(std::string_view text) {
  std::string made;
  for (const char c : text) {
    if (c == '\n') {
      made += "\\n";
    } else if (c != '\r') {
      made += c == '\\' || c == ',' || c == ';' ? "\\" : "";
      made += c;
    }
  }
  return made;
}

std::vector<std::string_view> split_value(std::string_view value, char separator) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] == '\\') {
      ++at;
    } else if (value[at] == separator) {
      parts.push_back(value.substr(start, at - start));
      start = at + 1;
    }
  }
  parts.push_back(value.substr(start));
  return parts;
}

}  // namespace sekisho::sanitize::text
