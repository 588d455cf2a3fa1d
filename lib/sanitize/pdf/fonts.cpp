// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/fonts.hpp"

#include "sanitize/pdf/forbidden.hpp"
#include "sanitize/pdf/rebuilder.hpp"

#include <algorithm>
#include <array>

namespace sekisho::sanitize::pdf {
namespace {

constexpr std::array<const char*, 3> kFiles{"/FontFile", "/FontFile2", "/FontFile3"};

}  // namespace

Handle Rebuilder::font(Handle from) {
  return shared(from, &Rebuilder::make_font);
}

Handle Rebuilder::make_font(Handle from) {
  static constexpr std::array kKeys{
      Key{"/Subtype", &Rebuilder::name_of},
      Key{"/BaseFont", &Rebuilder::name_of},
      Key{"/FirstChar", &Rebuilder::number_of},
      Key{"/LastChar", &Rebuilder::number_of},
      Key{"/Widths", &Rebuilder::numbers_of},
      Key{"/FontDescriptor", &Rebuilder::descriptor},
      Key{"/Encoding", &Rebuilder::encoding},
      Key{"/ToUnicode", &Rebuilder::cmap},
      Key{"/DescendantFonts", &Rebuilder::descendants},
      Key{"/FontBBox", &Rebuilder::numbers_of},
      Key{"/FontMatrix", &Rebuilder::numbers_of},
      Key{"/CIDSystemInfo", &Rebuilder::cid_system_info},
      Key{"/DW", &Rebuilder::number_of},
      Key{"/W", &Rebuilder::widths},
      Key{"/DW2", &Rebuilder::numbers_of},
      Key{"/W2", &Rebuilder::widths},
      Key{"/CIDToGIDMap", &Rebuilder::cid_to_gid},
  };
  constexpr std::array<std::string_view, 7> kKinds{
      "/Type0", "/Type1", "/MMType1", "/TrueType", "/Type3", "/CIDFontType0", "/CIDFontType2"};
  if (!from.isDictionary() || !from.getKey("/Subtype").isName() ||
      std::ranges::find(kKinds, from.getKey("/Subtype").getName()) == kKinds.end()) {
    return Handle::newNull();
  }
  Handle source = from.shallowCopy();
  Handle glyphs = source.getKey("/CharProcs");
  Handle with = source.getKey("/Resources");
  source.removeKey("/CharProcs");
  source.removeKey("/Resources");
  Handle made = dictionary(source, kKeys);
  made.replaceKey("/Type", Handle::newName("/Font"));
  if (glyphs.isDictionary()) {
    const ResourcesPtr drawing = resources(with);
    made.replaceKey("/CharProcs", char_procs(glyphs, drawing));
    made.replaceKey("/Resources", drawing->dict);
  }
  return made;
}

Handle Rebuilder::descendants(Handle from) {
  if (!from.isArray() || from.getArrayNItems() != 1) {
    return Handle::newNull();
  }
  Handle made = font(from.getArrayItem(0));
  return made.isNull() ? made : Handle::newArray({made});
}

Handle Rebuilder::descriptor(Handle from) {
  static constexpr std::array kKeys{
      Key{"/FontName", &Rebuilder::name_of},       Key{"/FontFamily", &Rebuilder::string_of},
      Key{"/FontStretch", &Rebuilder::name_of},    Key{"/FontWeight", &Rebuilder::number_of},
      Key{"/Flags", &Rebuilder::number_of},        Key{"/FontBBox", &Rebuilder::numbers_of},
      Key{"/ItalicAngle", &Rebuilder::number_of},  Key{"/Ascent", &Rebuilder::number_of},
      Key{"/Descent", &Rebuilder::number_of},      Key{"/Leading", &Rebuilder::number_of},
      Key{"/CapHeight", &Rebuilder::number_of},    Key{"/XHeight", &Rebuilder::number_of},
      Key{"/StemV", &Rebuilder::number_of},        Key{"/StemH", &Rebuilder::number_of},
      Key{"/AvgWidth", &Rebuilder::number_of},     Key{"/MaxWidth", &Rebuilder::number_of},
      Key{"/MissingWidth", &Rebuilder::number_of},
  };
  if (!from.isDictionary()) {
    return Handle::newNull();
  }
  Handle source = from.shallowCopy();
  for (const char* const key : kFiles) {
    source.removeKey(key);
  }
  source.removeKey("/CIDSet");
  source.removeKey("/CharSet");
  Handle made = dictionary(source, kKeys);
  made.replaceKey("/Type", Handle::newName("/FontDescriptor"));
  for (const char* const key : kFiles) {
    if (Handle file = from.getKey(key); file.isStream()) {
      return font_file(file, made);
    }
  }
  return made;
}

/// The program under the key of what it is, whichever key it came under. One that cannot be rebuilt
/// is left out: the reader's own font stands in.
Handle Rebuilder::font_file(Handle from, Handle descriptor) {
  const std::optional<std::string> bytes = bytes_of(from);
  if (!bytes) {
    return descriptor;
  }
  const auto put = [&](const char* key, const char* subtype, const std::string& font,
                       Handle lengths) {
    if (subtype != nullptr) {
      lengths.replaceKey("/Subtype", Handle::newName(subtype));
    }
    descriptor.replaceKey(key, stream(lengths, font));
    return descriptor;
  };
  const auto integer = [](std::size_t value) {
    return Handle::newInteger(static_cast<long long>(value));
  };
  if (const auto sfnt = rebuilt_sfnt(*bytes)) {
    Handle dict = Handle::newDictionary();
    if (sfnt->starts_with("OTTO")) {
      return put("/FontFile3", "/OpenType", *sfnt, dict);
    }
    dict.replaceKey("/Length1", integer(sfnt->size()));
    return put("/FontFile2", nullptr, *sfnt, dict);
  }
  if (const auto cff = rebuilt_cff(*bytes)) {
    Handle kind = from.getDict().getKey("/Subtype");
    const bool by_cid = kind.isNameAndEquals("/CIDFontType0C");
    return put("/FontFile3", by_cid ? "/CIDFontType0C" : "/Type1C", *cff, Handle::newDictionary());
  }
  if (const auto type1 = rebuilt_type1(*bytes)) {
    Handle dict = Handle::newDictionary();
    dict.replaceKey("/Length1", integer(type1->clear));
    dict.replaceKey("/Length2", integer(type1->encrypted));
    dict.replaceKey("/Length3", integer(type1->bytes.size() - type1->clear - type1->encrypted));
    return put("/FontFile", nullptr, type1->bytes, dict);
  }
  job_.report().note(Action::RemovedEmbedded, "font program");
  partial_ = true;
  return descriptor;
}

Handle Rebuilder::encoding(Handle from) {
  static constexpr std::array kKeys{Key{"/BaseEncoding", &Rebuilder::name_of},
                                    Key{"/Differences", &Rebuilder::differences}};
  if (from.isName()) {
    return name(from);
  }
  return from.isStream() ? cmap(from) : dictionary(from, kKeys);
}

Handle Rebuilder::differences(Handle from) {
  if (!from.isArray() || from.getArrayNItems() > 4'096) {
    return Handle::newNull();
  }
  Handle made = Handle::newArray();
  for (Handle item : from.aitems()) {
    if (item.isInteger()) {
      made.appendItem(number(item));
    } else {
      const bool fit =
          item.isName() && item.getName().size() <= 128 && !is_forbidden(item.getName().substr(1));
      made.appendItem(fit ? name(item) : Handle::newName("/.notdef"));
    }
  }
  return made;
}

/// "first [w w w]" or "first last w", all numbers.
Handle Rebuilder::widths(Handle from) {
  return numbers(from);
}

Handle Rebuilder::cid_system_info(Handle from) {
  static constexpr std::array kKeys{Key{"/Registry", &Rebuilder::string_of},
                                    Key{"/Ordering", &Rebuilder::string_of},
                                    Key{"/Supplement", &Rebuilder::number_of}};
  return dictionary(from, kKeys);
}

Handle Rebuilder::cid_to_gid(Handle from) {
  if (from.isName()) {
    return name(from);
  }
  const std::optional<std::string> bytes = bytes_of(from);
  if (!bytes || bytes->size() > 131'072) {
    return Handle::newNull();
  }
  return stream(Handle::newDictionary(), *bytes);
}

Handle Rebuilder::cmap(Handle from) {
  if (from.isName()) {
    return name(from);
  }
  const std::optional<std::string> bytes = bytes_of(from);
  const std::optional<CMap> read = bytes ? read_cmap(*bytes) : std::nullopt;
  if (!read) {
    return Handle::newNull();
  }
  Handle dict = Handle::newDictionary();
  if (!read->to_cid.empty() || !read->base.empty()) {
    dict.replaceKey("/Type", Handle::newName("/CMap"));
    dict.replaceKey("/CMapName", Handle::newName("/" + read->name));
    dict.replaceKey("/WMode", Handle::newInteger(read->writing_mode));
    if (Handle system = cid_system_info(from.getDict().getKey("/CIDSystemInfo"));
        system.isDictionary()) {
      dict.replaceKey("/CIDSystemInfo", system);
    }
    if (!read->base.empty()) {
      dict.replaceKey("/UseCMap", Handle::newName("/" + read->base));
    }
  }
  return stream(dict, written_cmap(*read));
}

Handle Rebuilder::char_procs(Handle from, const ResourcesPtr& resources) {
  Handle made = Handle::newDictionary();
  for (auto& [key, glyph] : from.ditems()) {
    const std::optional<std::string> content = bytes_of(glyph);
    if (!content || key.size() > 128 || is_forbidden(key.substr(1))) {
      continue;
    }
    // inline pictures of a glyph are objects of its font
    Drawn drawn = draw(*content, resources);
    if (Handle objects = drawn.resources.getKey("/XObject"); objects.isDictionary()) {
      Handle{resources->dict}.replaceKey("/XObject", objects);
    }
    made.replaceKey(key, stream(Handle::newDictionary(), drawn.content));
  }
  return made;
}

std::shared_ptr<const Unicode> Rebuilder::text_of(Handle font) {
  const QPDFObjGen id = font.getObjGen();
  if (const auto found = texts_.find(id); found != texts_.end()) {
    return found->second;
  }
  std::shared_ptr<const Unicode> made;
  if (Handle map = font.getKey("/ToUnicode"); map.isStream()) {
    const auto bytes = map.getStreamData(qpdf_dl_generalized);
    if (const auto read = read_cmap(as_text({bytes->getBuffer(), bytes->getSize()}))) {
      made = std::make_shared<const Unicode>(*read);
    }
  }
  texts_.emplace(id, made);
  return made;
}

}  // namespace sekisho::sanitize::pdf
