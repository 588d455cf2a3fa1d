// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/jpeg.hpp"
#include "sanitize/pdf/pictures.hpp"
#include "sanitize/pdf/rebuilder.hpp"
#include "sanitize/pdf/source.hpp"

#include <qpdf/QPDFExc.hh>

#include <algorithm>
#include <array>

namespace sekisho::sanitize::pdf {
namespace {

struct Shape {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  unsigned bits = 0;
  unsigned components = 0;

  [[nodiscard]] std::uint64_t row() const { return (width * components * bits + 7) / 8; }
};

std::uint64_t positive(Handle value) {
  return value.isInteger() && value.getIntValue() > 0
             ? static_cast<std::uint64_t>(value.getIntValue())
             : 0;
}

/// Abbreviations of inline images (ISO 32000-1, tables 93 and 94).
constexpr std::array<std::pair<std::string_view, const char*>, 10> kLongKeys{
    {{"BPC", "/BitsPerComponent"},
     {"CS", "/ColorSpace"},
     {"D", "/Decode"},
     {"DP", "/DecodeParms"},
     {"F", "/Filter"},
     {"H", "/Height"},
     {"IM", "/ImageMask"},
     {"I", "/Interpolate"},
     {"W", "/Width"},
     {"L", "/Length"}}};
constexpr std::array<std::pair<std::string_view, const char*>, 11> kLongNames{
    {{"/G", "/DeviceGray"},
     {"/RGB", "/DeviceRGB"},
     {"/CMYK", "/DeviceCMYK"},
     {"/I", "/Indexed"},
     {"/AHx", "/ASCIIHexDecode"},
     {"/A85", "/ASCII85Decode"},
     {"/LZW", "/LZWDecode"},
     {"/Fl", "/FlateDecode"},
     {"/RL", "/RunLengthDecode"},
     {"/CCF", "/CCITTFaxDecode"},
     {"/DCT", "/DCTDecode"}}};

std::string long_key(std::string_view key) {
  const auto* const found =
      std::ranges::find(kLongKeys, key, [](const auto& row) { return row.first; });
  return found == kLongKeys.end() ? "/" + std::string{key} : found->second;
}

Handle with_long_names(Handle value) {
  if (value.isArray()) {
    Handle made = Handle::newArray();
    for (const Handle& item : value.aitems()) {
      made.appendItem(with_long_names(item));
    }
    return made;
  }
  if (!value.isName()) {
    return value;
  }
  const auto* const found =
      std::ranges::find(kLongNames, value.getName(), [](const auto& row) { return row.first; });
  return found == kLongNames.end() ? value : Handle::newName(found->second);
}

Handle parsed(const std::string& spelt) {
  try {
    return with_long_names(Handle::parse(spelt));
  } catch (const QPDFExc&) {
    return Handle::newNull();
  }
}

}  // namespace

Handle Rebuilder::image(Handle from) {
  return image_from(from, Handle::newNull());
}

/// `space`: rebuilt already, where the resources name it.
Handle Rebuilder::image_from(Handle from, Handle space) {
  static constexpr std::array kKeys{
      Key{"/Width", &Rebuilder::number_of},
      Key{"/Height", &Rebuilder::number_of},
      Key{"/BitsPerComponent", &Rebuilder::number_of},
      Key{"/ColorSpace", &Rebuilder::color_space},
      Key{"/ImageMask", &Rebuilder::boolean_of},
      Key{"/Decode", &Rebuilder::numbers_of},
      Key{"/Interpolate", &Rebuilder::boolean_of},
      Key{"/Intent", &Rebuilder::name_of},
      Key{"/Matte", &Rebuilder::numbers_of},
  };
  Handle dict = from.getDict().shallowCopy();
  Handle mask = dict.getKey("/Mask");
  Handle soft = dict.getKey("/SMask");
  for (const char* const key : {"/Mask", "/SMask", "/OC"}) {
    dict.removeKey(key);
  }
  Handle made = dictionary(dict, kKeys);
  if (!space.isNull()) {
    made.replaceKey("/ColorSpace", space);
  }
  Shape shape{positive(dict.getKey("/Width")), positive(dict.getKey("/Height")), 0, 0};
  if (shape.width == 0 || shape.height == 0 || shape.height > job_.limits().pixels / shape.width) {
    job_.report().note(Action::RemovedUnknown, "picture without a possible size");
    partial_ = true;
    return Handle::newNull();
  }
  if (mask.isArray()) {
    made.replaceKey("/Mask", numbers(mask));
  } else if (mask.isStream()) {
    made.replaceKey("/Mask", shared(mask, &Rebuilder::image));
  }
  if (soft.isStream()) {
    made.replaceKey("/SMask", shared(soft, &Rebuilder::image));
  }
  made.replaceKey("/Type", Handle::newName("/XObject"));
  made.replaceKey("/Subtype", Handle::newName("/Image"));
  if (dict.hasKey("/F") || dict.hasKey("/FFilter")) {
    return Handle::newNull();  // noted as what refers elsewhere
  }
  auto data = decoded(from, job_);
  if (!data) {
    fail(std::move(data).error());
    return Handle::newNull();
  }
  job_.report().note(Action::RebuiltPicture, {});
  if (data->last_filter == "/DCTDecode") {
    const std::optional<Jpeg> jpeg = rebuilt_jpeg(data->bytes, job_.limits().pixels);
    if (!jpeg) {
      job_.report().note(Action::RemovedUnknown, "JPEG picture that cannot be read");
      partial_ = true;
      return Handle::newNull();
    }
    made.replaceKey("/Width", Handle::newInteger(jpeg->width));
    made.replaceKey("/Height", Handle::newInteger(jpeg->height));
    made.replaceKey("/BitsPerComponent", Handle::newInteger(8));
    Handle stream = Handle::newStream(&out_);
    made.replaceKey("/Filter", Handle::newName("/DCTDecode"));
    stream.replaceDict(made);
    stream.replaceStreamData(jpeg->bytes, Handle::newName("/DCTDecode"), Handle::newNull());
    return stream;
  }
  if (!data->last_filter.empty()) {
    std::optional<Samples> samples = decoded_picture(*data, {shape.width, shape.height}, job_);
    if (!samples) {
      job_.report().note(Action::RemovedUnknown,
                         data->last_filter.substr(1) + " picture that cannot be read");
      partial_ = true;
      return Handle::newNull();
    }
    data->bytes = std::move(samples->bytes);
    made.replaceKey("/BitsPerComponent", Handle::newInteger(samples->bits));
    if (samples->space != nullptr && !made.hasKey("/ColorSpace")) {
      made.replaceKey("/ColorSpace", Handle::newName(samples->space));
    }
  }
  Handle is_mask = made.getKey("/ImageMask");
  const bool stencil = is_mask.isBool() && is_mask.getBoolValue();
  shape.bits = stencil ? 1 : static_cast<unsigned>(positive(made.getKey("/BitsPerComponent")));
  shape.components = stencil ? 1 : components(made.getKey("/ColorSpace"));
  if (shape.bits > 16 || shape.bits == 0 || shape.components == 0 || shape.components > 32 ||
      shape.row() * shape.height > job_.limits().expanded) {
    job_.report().note(Action::RemovedUnknown, "picture without a colour space");
    partial_ = true;
    return Handle::newNull();
  }
  data->bytes.resize(shape.row() * shape.height);
  return stream(made, data->bytes);
}

/// The object's name, its entry in `objects` made; empty where it cannot be rebuilt.
std::string Rebuilder::inline_image(const InlineImage& image, const Resources& resources,
                                    Handle& objects) {
  Handle from = Handle::newStream(&in_, std::string{image.data});
  Handle dict = from.getDict();
  for (const auto& [key, spelt] : image.values) {
    const std::string full = long_key(key);
    if (full != "/Length") {
      dict.replaceKey(full, parsed(spelt));
    }
  }
  Handle space = Handle::newNull();
  if (Handle named = dict.getKey("/ColorSpace"); named.isName()) {
    const auto found = resources.names.spaces.find(named.getName().substr(1));
    if (found != resources.names.spaces.end()) {
      space = Handle{resources.dict}.getKey("/ColorSpace").getKey("/" + found->second);
    }
  }
  Handle made = image_from(from, space);
  if (made.isNull()) {
    return {};
  }
  std::size_t number = objects.getKeys().size();
  while (objects.hasKey("/Inline" + std::to_string(number))) {
    ++number;
  }
  const std::string name = "Inline" + std::to_string(number);
  objects.replaceKey("/" + name, made);
  return name;
}

}  // namespace sekisho::sanitize::pdf
