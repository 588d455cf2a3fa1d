// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/rebuilder.hpp"
#include "sanitize/pdf/tokens.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize::pdf {
namespace {

constexpr std::array<std::string_view, 4> kDevice{"/DeviceGray", "/DeviceRGB", "/DeviceCMYK",
                                                  "/Pattern"};

/// A calculator function (ISO 32000-1, 7.10.5): numbers, braces and these words.
constexpr std::array<std::string_view, 42> kCalculates{
    "abs", "add",  "and", "atan",   "bitshift", "ceiling", "copy",  "cos",   "cvi",
    "cvr", "div",  "dup", "eq",     "exch",     "exp",     "false", "floor", "ge",
    "gt",  "idiv", "if",  "ifelse", "index",    "le",      "ln",    "log",   "lt",
    "mod", "mul",  "ne",  "neg",    "not",      "or",      "pop",   "roll",  "round",
    "sin", "sqrt", "sub", "true",   "truncate", "xor"};

std::optional<std::string> rebuilt_calculator(std::string_view text) {
  Tokens tokens{text};
  std::string out;
  int open = 0;
  for (Token token = tokens.next(); token.kind != Token::Kind::End; token = tokens.next()) {
    const bool word = token.kind == Token::Kind::Word &&
                      std::ranges::find(kCalculates, token.text) != kCalculates.end();
    open += token.kind == Token::Kind::BraceOpen ? 1 : 0;
    open -= token.kind == Token::Kind::BraceClose ? 1 : 0;
    if (token.kind == Token::Kind::BraceOpen) {
      token.text = "{";
    } else if (token.kind == Token::Kind::BraceClose) {
      token.text = "}";
    } else if (token.kind != Token::Kind::Number && !word) {
      return std::nullopt;
    }
    if (open < 0 || open > 32 || (open == 0 && token.text != "}")) {
      return std::nullopt;
    }
    out += token.text + "\n";
  }
  return open == 0 ? std::optional{std::move(out)} : std::nullopt;
}

std::string first_name(Handle from) {
  if (from.isName()) {
    return from.getName();
  }
  const bool named = from.isArray() && from.getArrayNItems() > 0 && from.getArrayItem(0).isName();
  return named ? from.getArrayItem(0).getName() : std::string{};
}

/// What stands for a colour profile: the plain space with as many components.
Handle plain_space(Handle profile) {
  Handle count = profile.isStream() ? profile.getDict().getKey("/N") : Handle::newNull();
  switch (count.isInteger() ? count.getIntValue() : 0) {
    case 1: return Handle::newName("/DeviceGray");
    case 3: return Handle::newName("/DeviceRGB");
    case 4: return Handle::newName("/DeviceCMYK");
    default: return Handle::newNull();
  }
}

}  // namespace

Handle Rebuilder::color_space(Handle from) {
  if (from.isName()) {
    const bool known = std::ranges::find(kDevice, from.getName()) != kDevice.end();
    return known ? Handle::newName(from.getName()) : Handle::newNull();
  }
  return from.isArray() ? shared(from, &Rebuilder::make_color_space) : Handle::newNull();
}

Handle Rebuilder::make_color_space(Handle from) {
  static constexpr std::array kCalibrated{
      Key{"/WhitePoint", &Rebuilder::numbers_of}, Key{"/BlackPoint", &Rebuilder::numbers_of},
      Key{"/Gamma", &Rebuilder::numbers_of},      Key{"/Matrix", &Rebuilder::numbers_of},
      Key{"/Range", &Rebuilder::numbers_of},
  };
  const std::string kind = first_name(from);
  const int count = from.getArrayNItems();
  const auto item = [&](int at) { return at < count ? from.getArrayItem(at) : Handle::newNull(); };
  const auto all = [&](std::vector<Handle> parts) {
    const bool whole = std::ranges::none_of(parts, [](Handle& part) { return part.isNull(); });
    parts.insert(parts.begin(), Handle::newName(kind));
    return whole ? Handle::newArray(parts) : Handle::newNull();
  };
  if (std::ranges::find(kDevice, kind) != kDevice.end()) {
    return count > 1 ? all({color_space(item(1))}) : Handle::newName(kind);
  }
  if (kind == "/ICCBased") {
    job_.report().note(Action::RemovedMetadata, "colour profile");
    return plain_space(item(1));
  }
  if (kind == "/CalRGB" || kind == "/Lab" || kind == "/CalGray") {
    // a gamma is one number in gray
    Handle gamma = item(1).isDictionary() ? item(1).getKey("/Gamma") : Handle::newNull();
    Handle made = dictionary(item(1), kCalibrated);
    if (gamma.isNumber() && made.isDictionary()) {
      made.replaceKey("/Gamma", number(gamma));
    }
    return all({made});
  }
  if (kind == "/Indexed") {
    Handle table = item(3);
    if (table.isStream()) {
      const std::optional<std::string> bytes = bytes_of(table);
      table = bytes && bytes->size() <= 65'535 ? Handle::newString(*bytes) : Handle::newNull();
    }
    return all({color_space(item(1)), number(item(2)), string(table)});
  }
  if (kind == "/Separation") {
    return all({name(item(1)), color_space(item(2)), function(item(3))});
  }
  if (kind == "/DeviceN") {
    return all({names(item(1)), color_space(item(2)), function(item(3))});
  }
  return Handle::newNull();
}

unsigned Rebuilder::components(Handle space) {
  const std::string kind = first_name(space);
  if (kind == "/DeviceRGB" || kind == "/CalRGB" || kind == "/Lab") {
    return 3;
  }
  if (kind == "/DeviceCMYK") {
    return 4;
  }
  if (kind == "/DeviceN") {
    return static_cast<unsigned>(space.getArrayItem(1).getArrayNItems());
  }
  return kind.empty() || kind == "/Pattern" ? 0 : 1;
}

Handle Rebuilder::function(Handle from) {
  return shared(from, &Rebuilder::make_function);
}

Handle Rebuilder::make_function(Handle from) {
  static constexpr std::array kKeys{
      Key{"/FunctionType", &Rebuilder::number_of},
      Key{"/Domain", &Rebuilder::numbers_of},
      Key{"/Range", &Rebuilder::numbers_of},
      Key{"/Size", &Rebuilder::numbers_of},
      Key{"/BitsPerSample", &Rebuilder::number_of},
      Key{"/Order", &Rebuilder::number_of},
      Key{"/Encode", &Rebuilder::numbers_of},
      Key{"/Decode", &Rebuilder::numbers_of},
      Key{"/C0", &Rebuilder::numbers_of},
      Key{"/C1", &Rebuilder::numbers_of},
      Key{"/N", &Rebuilder::number_of},
      Key{"/Functions", &Rebuilder::functions},
      Key{"/Bounds", &Rebuilder::numbers_of},
  };
  Handle made = dictionary(from, kKeys);
  if (!made.isDictionary() || !from.isStream()) {
    return made;
  }
  std::optional<std::string> bytes = bytes_of(from);
  if (bytes && made.getKey("/FunctionType").isInteger() &&
      made.getKey("/FunctionType").getIntValue() == 4) {
    bytes = rebuilt_calculator(*bytes);
  }
  return bytes ? stream(made, *bytes) : Handle::newNull();
}

Handle Rebuilder::functions(Handle from) {
  if (!from.isArray()) {
    return function(from);
  }
  Handle made = Handle::newArray();
  for (const Handle& item : from.aitems()) {
    Handle one = function(item);
    if (one.isNull() || made.getArrayNItems() >= 256) {
      return Handle::newNull();
    }
    made.appendItem(one);
  }
  return made;
}

Handle Rebuilder::shading(Handle from) {
  return shared(from, &Rebuilder::make_shading);
}

Handle Rebuilder::make_shading(Handle from) {
  static constexpr std::array kKeys{
      Key{"/ShadingType", &Rebuilder::number_of},
      Key{"/ColorSpace", &Rebuilder::color_space},
      Key{"/Background", &Rebuilder::numbers_of},
      Key{"/BBox", &Rebuilder::numbers_of},
      Key{"/AntiAlias", &Rebuilder::boolean_of},
      Key{"/Domain", &Rebuilder::numbers_of},
      Key{"/Coords", &Rebuilder::numbers_of},
      Key{"/Function", &Rebuilder::functions},
      Key{"/Matrix", &Rebuilder::numbers_of},
      Key{"/BitsPerCoordinate", &Rebuilder::number_of},
      Key{"/BitsPerComponent", &Rebuilder::number_of},
      Key{"/BitsPerFlag", &Rebuilder::number_of},
      Key{"/Decode", &Rebuilder::numbers_of},
      Key{"/VerticesPerRow", &Rebuilder::number_of},
  };
  Handle made = dictionary(from, kKeys);
  if (!made.isDictionary()) {
    return made;
  }
  // two truth values, which no other array holds
  Handle source = from.isStream() ? from.getDict() : from;
  if (Handle extend = source.getKey("/Extend"); extend.isArray() && extend.getArrayNItems() == 2) {
    made.replaceKey("/Extend", Handle::newArray({boolean(extend.getArrayItem(0)),
                                                 boolean(extend.getArrayItem(1))}));
  }
  if (!from.isStream()) {
    return made;
  }
  const std::optional<std::string> bytes = bytes_of(from);
  return bytes ? stream(made, *bytes) : Handle::newNull();
}

Handle Rebuilder::pattern(Handle from) {
  return shared(from, &Rebuilder::make_pattern);
}

Handle Rebuilder::make_pattern(Handle from) {
  static constexpr std::array kShaded{
      Key{"/PatternType", &Rebuilder::number_of},
      Key{"/Shading", &Rebuilder::shading},
      Key{"/Matrix", &Rebuilder::numbers_of},
      Key{"/ExtGState", &Rebuilder::state},
  };
  static constexpr std::array kTiling{
      Key{"/PatternType", &Rebuilder::number_of}, Key{"/PaintType", &Rebuilder::number_of},
      Key{"/TilingType", &Rebuilder::number_of},  Key{"/BBox", &Rebuilder::numbers_of},
      Key{"/XStep", &Rebuilder::number_of},       Key{"/YStep", &Rebuilder::number_of},
      Key{"/Matrix", &Rebuilder::numbers_of},
  };
  if (!from.isStream()) {
    return dictionary(from, kShaded);
  }
  const std::optional<std::string> content = bytes_of(from);
  if (!content) {
    return Handle::newNull();
  }
  Handle source = from.getDict();
  Drawn drawn = draw(*content, resources(source.getKey("/Resources")));
  source.removeKey("/Resources");
  Handle dict = dictionary(source, kTiling);
  dict.replaceKey("/Resources", drawn.resources);
  return stream(dict, drawn.content);
}

Handle Rebuilder::state(Handle from) {
  return shared(from, &Rebuilder::make_state);
}

Handle Rebuilder::make_state(Handle from) {
  static constexpr std::array kKeys{
      Key{"/LW", &Rebuilder::number_of},     Key{"/LC", &Rebuilder::number_of},
      Key{"/LJ", &Rebuilder::number_of},     Key{"/ML", &Rebuilder::number_of},
      Key{"/D", &Rebuilder::numbers_of},     Key{"/RI", &Rebuilder::name_of},
      Key{"/OP", &Rebuilder::boolean_of},    Key{"/op", &Rebuilder::boolean_of},
      Key{"/OPM", &Rebuilder::number_of},    Key{"/FL", &Rebuilder::number_of},
      Key{"/SM", &Rebuilder::number_of},     Key{"/SA", &Rebuilder::boolean_of},
      Key{"/BM", &Rebuilder::name_or_names}, Key{"/CA", &Rebuilder::number_of},
      Key{"/ca", &Rebuilder::number_of},     Key{"/AIS", &Rebuilder::boolean_of},
      Key{"/TK", &Rebuilder::boolean_of},    Key{"/SMask", &Rebuilder::soft_mask},
      Key{"/Font", &Rebuilder::state_font},
  };
  return dictionary(from, kKeys);
}

Handle Rebuilder::soft_mask(Handle from) {
  static constexpr std::array kKeys{Key{"/S", &Rebuilder::name_of}, Key{"/G", &Rebuilder::x_object},
                                    Key{"/BC", &Rebuilder::numbers_of}};
  return from.isName() ? name(from) : dictionary(from, kKeys);
}

Handle Rebuilder::state_font(Handle from) {
  if (!from.isArray() || from.getArrayNItems() != 2) {
    return Handle::newNull();
  }
  Handle made = font(from.getArrayItem(0));
  return made.isNull() ? made : Handle::newArray({made, number(from.getArrayItem(1))});
}

Handle Rebuilder::group(Handle from) {
  static constexpr std::array kKeys{
      Key{"/S", &Rebuilder::name_of}, Key{"/CS", &Rebuilder::color_space},
      Key{"/I", &Rebuilder::boolean_of}, Key{"/K", &Rebuilder::boolean_of}};
  return dictionary(from, kKeys);
}

}  // namespace sekisho::sanitize::pdf
