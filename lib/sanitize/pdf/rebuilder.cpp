// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/rebuilder.hpp"

#include "sanitize/frame/characters.hpp"
#include "sanitize/pdf/source.hpp"

#include <qpdf/Buffer.hh>
#include <qpdf/QPDFAcroFormDocumentHelper.hh>
#include <qpdf/QPDFNameTreeObjectHelper.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QPDFWriter.hh>

#include <algorithm>
#include <array>

namespace sekisho::sanitize::pdf {
namespace {

constexpr std::size_t kMostOutlines = 5'000;
constexpr unsigned kDeepestOutline = 30;
constexpr std::size_t kLongestTitle = 400;

struct Meaning {
  const char* key;
  Action action;
};
/// What a catalog can hold beside pages and outlines; none of it leaves.
constexpr std::array kCatalog{
    Meaning{"/OpenAction", Action::RemovedAction},
    Meaning{"/AA", Action::RemovedAction},
    Meaning{"/URI", Action::RemovedExternal},
    Meaning{"/Metadata", Action::RemovedMetadata},
    Meaning{"/PieceInfo", Action::RemovedMetadata},
    Meaning{"/StructTreeRoot", Action::RemovedMetadata},
    Meaning{"/SpiderInfo", Action::RemovedMetadata},
    Meaning{"/Collection", Action::RemovedEmbedded},
    Meaning{"/AF", Action::RemovedEmbedded},
    Meaning{"/Threads", Action::RemovedAction},
    Meaning{"/Perms", Action::RemovedSignature},
    Meaning{"/DSS", Action::RemovedSignature},
    Meaning{"/Legal", Action::RemovedMetadata},
    Meaning{"/Requirements", Action::RemovedScript},
    Meaning{"/Extensions", Action::RemovedUnknown},
};
/// The same of the catalog's name dictionary.
constexpr std::array kNameTrees{
    Meaning{"/JavaScript", Action::RemovedScript},
    Meaning{"/EmbeddedFiles", Action::RemovedEmbedded},
    Meaning{"/Renditions", Action::RemovedEmbedded},
    Meaning{"/AlternatePresentations", Action::RemovedAction},
    Meaning{"/URLS", Action::RemovedExternal},
    Meaning{"/IDS", Action::RemovedExternal},
};
/// Annotations that act or carry; of others only the picture that they show stays.
constexpr std::array kAnnotations{
    Meaning{"/FileAttachment", Action::RemovedEmbedded},
    Meaning{"/RichMedia", Action::RemovedEmbedded},
    Meaning{"/Screen", Action::RemovedAction},
    Meaning{"/Movie", Action::RemovedEmbedded},
    Meaning{"/Sound", Action::RemovedEmbedded},
    Meaning{"/3D", Action::RemovedEmbedded},
    Meaning{"/Link", Action::RemovedAction},
};

template <typename Rows>
void note_those(Handle dict, const Rows& rows, Report& report) {
  for (const Meaning& row : rows) {
    if (dict.isDictionary() && dict.hasKey(row.key)) {
      report.note(row.action, row.key);
    }
  }
}

/// UTF-8 without control and bidirectional characters.
std::string clean_title(const std::string& text) {
  std::string made;
  for (std::size_t at = 0; at < text.size() && made.size() < kLongestTitle;) {
    const Character character = character_at(text, at);
    if (character.valid && !is_control(character.code) && !is_bidi_control(character.code)) {
      made += text.substr(at, character.length);
    }
    at += character.length;
  }
  return made;
}

bool only_goes_somewhere(Handle action) {
  const bool dictionary = action.isDictionary();
  return action.isArray() || action.isNull() ||
         (dictionary && action.getKey("/S").isNameAndEquals("/GoTo") && !action.hasKey("/Next"));
}

}  // namespace

Rebuilder::Rebuilder(QPDF& in, Job& job) : in_{in}, job_{job} {
  out_.emptyPDF();
  out_.setSuppressWarnings(true);
}

void Rebuilder::note_document() {
  Report& report = job_.report();
  Handle root = in_.getRoot();
  if (only_goes_somewhere(root.getKey("/OpenAction"))) {
    root.removeKey("/OpenAction");
  }
  note_those(root, kCatalog, report);
  note_those(root.getKey("/Names"), kNameTrees, report);
  Handle form = root.getKey("/AcroForm");
  if (form.isDictionary()) {
    report.note(Action::RemovedAction, "form");
    if (form.hasKey("/XFA")) {
      report.note(Action::RemovedScript, "/XFA");
    }
    if (form.getKey("/SigFlags").isInteger() && form.getKey("/SigFlags").getIntValue() != 0) {
      report.note(Action::RemovedSignature);
    }
  }
  if (in_.isEncrypted()) {
    report.note(Action::RemovedUnknown, "encryption with an empty password");
  }
}

/// Makes what annotations and filled fields show a part of their pages.
void Rebuilder::flatten_annotations() {
  bool any = false;
  for (Handle page : in_.getAllPages()) {
    Handle annotations = page.getKey("/Annots");
    if (!annotations.isArray()) {
      continue;
    }
    any = true;
    for (Handle annotation : annotations.aitems()) {
      if (!annotation.isDictionary()) {
        continue;
      }
      Handle kind = annotation.getKey("/Subtype");
      const std::string name = kind.isName() ? kind.getName() : std::string{};
      const auto* const row = std::ranges::find_if(
          kAnnotations, [&](const Meaning& known) { return name == known.key; });
      if (row != kAnnotations.end()) {
        job_.report().note(row->action, name);
      } else if (!annotation.hasKey("/AP")) {
        job_.report().note(Action::RemovedUnknown, name);
      }
      if (annotation.hasKey("/A") || annotation.hasKey("/AA")) {
        job_.report().note(Action::RemovedAction, name);
      }
      if (Handle contents = annotation.getKey("/Contents"); contents.isString()) {
        job_.report().saw_text(contents.getUTF8Value());
      }
    }
  }
  if (any) {
    QPDFAcroFormDocumentHelper{in_}.generateAppearancesIfNeeded();
    QPDFPageDocumentHelper{in_}.flattenAnnotations(0, an_invisible | an_hidden | an_no_view);
  }
}

Handle Rebuilder::page(Handle from) {
  static constexpr std::array kKeys{
      Key{"/MediaBox", &Rebuilder::numbers_of}, Key{"/CropBox", &Rebuilder::numbers_of},
      Key{"/Rotate", &Rebuilder::number_of},    Key{"/UserUnit", &Rebuilder::number_of},
      Key{"/Group", &Rebuilder::group},
  };
  QPDFPageObjectHelper helper{from};
  Handle source = from.shallowCopy();
  for (const char* const inherited : {"/MediaBox", "/CropBox", "/Rotate"}) {
    source.replaceKey(inherited, helper.getAttribute(inherited, false));
  }
  for (const char* const elsewhere :
       {"/Contents", "/Resources", "/Annots", "/B", "/BleedBox", "/TrimBox", "/ArtBox"}) {
    source.removeKey(elsewhere);
  }
  std::string content;
  for (const Handle& part : from.getPageContents()) {
    const std::optional<std::string> bytes = bytes_of(part);
    if (!bytes) {
      partial_ = true;
    }
    content += bytes.value_or("") + "\n";
  }
  page_text_.clear();
  Drawn drawn = draw(content, resources(helper.getAttribute("/Resources", false)));
  job_.report().saw_text(page_text_);
  Handle made = dictionary(source, kKeys);
  made.replaceKey("/Type", Handle::newName("/Page"));
  if (!made.hasKey("/MediaBox")) {
    made.replaceKey("/MediaBox", Handle::newArray(Handle::Rectangle{0, 0, 612, 792}));
  }
  made.replaceKey("/Resources", drawn.resources);
  made.replaceKey("/Contents", stream(Handle::newDictionary(), drawn.content));
  return out_.makeIndirectObject(made);
}

/// What a name in the document stands for (ISO 32000-1, 12.3.2.3); null where nobody says.
Handle Rebuilder::named_place(Handle name) {
  Handle root = in_.getRoot();
  Handle place = Handle::newNull();
  if (name.isName()) {
    place = root.getKey("/Dests").getKeyIfDict(name.getName());
  } else if (Handle tree = root.getKey("/Names").getKeyIfDict("/Dests"); tree.isDictionary()) {
    QPDFNameTreeObjectHelper{tree, in_, false}.findObject(name.getUTF8Value(), place);
  }
  return place;
}

/// A place in the document (12.3.2.2): one of its pages and how it is shown; null where it leads
/// elsewhere.
Handle Rebuilder::destination(Handle from) {
  Handle place = from.isName() || from.isString() ? named_place(from) : from;
  place = place.isDictionary() ? place.getKey("/D") : place;
  if (!place.isArray() || place.getArrayNItems() == 0 || place.getArrayNItems() > 6) {
    return Handle::newNull();
  }
  const auto target = pages_.find(place.getArrayItem(0).getObjGen());
  if (target == pages_.end()) {
    return Handle::newNull();
  }
  Handle made = Handle::newArray({target->second});
  for (int i = 1; i < place.getArrayNItems(); ++i) {
    Handle item = place.getArrayItem(i);
    made.appendItem(i == 1 ? name(item) : number(item));
  }
  return made;
}

/// The items from `first` on, each once wherever it is referred to from: titles and the places they
/// lead to.
void Rebuilder::outline_items(Handle first, Handle parent) {
  Handle last = Handle::newNull();
  if (++depth_ > kDeepestOutline) {
    first = Handle::newNull();
  }
  for (Handle item = first; item.isDictionary() && outlines_.size() < kMostOutlines &&
                            outlines_.insert(item.getObjGen()).second;
       item = item.getKey("/Next")) {
    Handle action = item.getKey("/A");
    if (!only_goes_somewhere(action)) {
      job_.report().note(Action::RemovedAction, "outline");
    }
    Handle made = out_.makeIndirectObject(Handle::newDictionary());
    outline_items(item.getKey("/First"), made);
    const bool goes = action.isDictionary() && action.getKey("/S").isNameAndEquals("/GoTo");
    Handle place = destination(goes ? action.getKey("/D") : item.getKey("/Dest"));
    if (place.isNull() && !made.hasKey("/First")) {
      continue;
    }
    Handle old = item.getKey("/Title");
    const std::string text = clean_title(old.isString() ? old.getUTF8Value() : std::string{});
    job_.report().saw_text(text);
    made.replaceKey("/Title", Handle::newUnicodeString(text));
    made.replaceKey("/Parent", parent);
    if (!place.isNull()) {
      made.replaceKey("/Dest", place);
    }
    if (last.isNull()) {
      parent.replaceKey("/First", made);
    } else {
      last.replaceKey("/Next", made);
      made.replaceKey("/Prev", last);
    }
    last = made;
  }
  if (!last.isNull()) {
    parent.replaceKey("/Last", last);
  }
  --depth_;
}

void Rebuilder::outlines() {
  Handle root = out_.makeIndirectObject(Handle::newDictionary());
  outline_items(in_.getRoot().getKey("/Outlines").getKeyIfDict("/First"), root);
  if (root.hasKey("/First")) {
    root.replaceKey("/Type", Handle::newName("/Outlines"));
    out_.getRoot().replaceKey("/Outlines", root);
  }
}

void Rebuilder::title() {
  Handle info = in_.getTrailer().getKey("/Info");
  if (!info.isDictionary()) {
    return;
  }
  for (const std::string& key : info.getKeys()) {
    if (key != "/Title" && key != "/CreationDate" && key != "/ModDate" && key != "/Producer" &&
        key != "/Creator") {
      job_.report().note(Action::RemovedMetadata, key);
    }
  }
  if (Handle old = info.getKey("/Title"); old.isString()) {
    const std::string text = clean_title(old.getUTF8Value());
    if (!text.empty()) {
      job_.report().saw_text(text);
      Handle made = Handle::newDictionary();
      made.replaceKey("/Title", Handle::newUnicodeString(text));
      out_.getTrailer().replaceKey("/Info", out_.makeIndirectObject(made));
    }
  }
}

tl::expected<std::string, Refused> Rebuilder::run() {
  note_document();
  find_hidden_layers();
  flatten_annotations();
  const std::vector<Handle> old = in_.getAllPages();
  if (auto fits = job_.entries(old.size()); !fits) {
    return tl::unexpected{std::move(fits).error()};
  }
  for (const Handle& from : old) {
    Handle made = page(from);
    if (failed_) {
      return tl::unexpected{*failed_};
    }
    out_.addPage(made, false);
    pages_.emplace(from.getObjGen(), made);
  }
  outlines();
  title();
  QPDFWriter writer{out_};
  writer.setOutputMemory();
  writer.setMinimumPDFVersion("1.7");
  writer.setStreamDataMode(qpdf_s_preserve);
  writer.setObjectStreamMode(qpdf_o_disable);
  writer.setDeterministicID(true);
  writer.write();
  const auto buffer = writer.getBufferSharedPointer();
  return std::string{as_text({buffer->getBuffer(), buffer->getSize()})};
}

}  // namespace sekisho::sanitize::pdf
