// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Makes a new document from what is understood of an old one. Every object is made anew from the
/// keys on its allow-list; nothing is copied as a whole. One member function per kind of object
/// (ISO 32000-1), each of which answers null for what cannot be rebuilt; the first failure that
/// concerns the whole document is kept and ends the work.

#include "sanitize/frame/frame.hpp"
#include "sanitize/pdf/cmap.hpp"
#include "sanitize/pdf/content.hpp"

#include <qpdf/QPDF.hh>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace sekisho::sanitize::pdf {

using Handle = QPDFObjectHandle;

class Rebuilder {
 public:
  Rebuilder(QPDF& in, Job& job);

  /// The new document's bytes.
  tl::expected<std::string, Refused> run();
  /// Something that a reader may miss was left out.
  [[nodiscard]] bool partial() const { return partial_; }

 private:
  using Copy = Handle (Rebuilder::*)(Handle);
  struct Key {
    const char* name;
    Copy copy;
  };
  /// What a content stream draws with.
  struct Resources {
    Handle dict;
    Names names;
    std::map<std::string, std::shared_ptr<const Unicode>, std::less<>> texts;
  };
  using ResourcesPtr = std::shared_ptr<const Resources>;

  // ── document: rebuilder.cpp ──
  void note_document();
  void flatten_annotations();
  Handle page(Handle from);
  Handle named_place(Handle name);
  Handle destination(Handle from);
  void outline_items(Handle first, Handle parent);
  void outlines();
  void title();

  // ── values: values.cpp ──
  static Handle number(Handle from);
  static Handle boolean(Handle from);
  static Handle name(Handle from);
  static Handle string(Handle from);
  /// Also arrays of numbers within an array of numbers, as dash patterns are.
  static Handle numbers(Handle from);
  static Handle names(Handle from);
  Handle number_of(Handle from) { return number(from); }
  Handle boolean_of(Handle from) { return boolean(from); }
  Handle name_of(Handle from) { return name(from); }
  Handle string_of(Handle from) { return string(from); }
  Handle numbers_of(Handle from) { return numbers(from); }
  Handle names_of(Handle from) { return names(from); }
  Handle name_or_names(Handle from);

  /// A dictionary of the keys that are listed and can be rebuilt; of the others each is noted.
  Handle dictionary(Handle from, std::span<const Key> keys);
  /// What several objects refer to is made once. Whoever refers to itself gets null within.
  Handle shared(Handle from, Copy make);
  Handle stream(Handle dict, std::string_view bytes);
  /// Decoded bytes; nothing where they cannot be, or the stream lies in another file.
  std::optional<std::string> bytes_of(Handle from);
  void fail(Refused why);
  void note_dropped(const std::string& key);

  // ── what draws: resources.cpp ──
  ResourcesPtr resources(Handle from);
  ResourcesPtr make_resources(Handle from);
  struct Drawn {
    std::string content;
    Handle resources;
  };
  Drawn draw(std::string_view content, const ResourcesPtr& resources);
  Handle x_object(Handle from);
  Handle form(Handle from);
  bool is_hidden(Handle optional_content);
  void find_hidden_layers();

  // ── pictures: images.cpp ──
  Handle image(Handle from);
  Handle image_from(Handle from, Handle space);
  std::string inline_image(const InlineImage& image, const Resources& resources, Handle& objects);

  // ── fonts: fonts.cpp ──
  Handle font(Handle from);
  Handle make_font(Handle from);
  Handle descendants(Handle from);
  Handle descriptor(Handle from);
  Handle encoding(Handle from);
  Handle differences(Handle from);
  Handle widths(Handle from);
  Handle cmap(Handle from);
  Handle cid_system_info(Handle from);
  Handle cid_to_gid(Handle from);
  Handle char_procs(Handle from, const ResourcesPtr& resources);
  Handle font_file(Handle from, Handle descriptor);
  std::shared_ptr<const Unicode> text_of(Handle font);

  // ── colours, patterns, states: graphics.cpp ──
  Handle color_space(Handle from);
  Handle make_color_space(Handle from);
  Handle function(Handle from);
  Handle make_function(Handle from);
  Handle functions(Handle from);
  Handle pattern(Handle from);
  Handle make_pattern(Handle from);
  Handle shading(Handle from);
  Handle make_shading(Handle from);
  Handle state(Handle from);
  Handle make_state(Handle from);
  Handle soft_mask(Handle from);
  Handle state_font(Handle from);
  Handle group(Handle from);
  /// Components of a rebuilt colour space; 0 for none.
  static unsigned components(Handle space);

  QPDF& in_;
  QPDF out_;
  Job& job_;
  std::map<std::pair<QPDFObjGen, std::size_t>, Handle> made_;
  std::map<QPDFObjGen, ResourcesPtr> resources_;
  std::map<QPDFObjGen, std::shared_ptr<const Unicode>> texts_;  ///< by rebuilt font
  std::map<QPDFObjGen, Handle> pages_;
  std::set<QPDFObjGen> outlines_;  ///< items that have been taken
  std::set<QPDFObjGen> hidden_layers_;
  bool layers_are_hidden_ = false;  ///< but for those in `hidden_layers_`, which are not then
  std::string page_text_;
  unsigned depth_ = 0;
  std::uint64_t objects_ = 0;
  bool partial_ = false;
  std::optional<Refused> failed_;
};

}  // namespace sekisho::sanitize::pdf
