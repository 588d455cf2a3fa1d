// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/rebuilder.hpp"
#include "sanitize/pdf/source.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace sekisho::sanitize::pdf {
namespace {

constexpr unsigned kDeepest = 40;
constexpr std::uint64_t kMostObjects = 1'000'000;
constexpr int kLongestArray = 200'000;

/// Keys that are always left out and mean nothing to whoever reads the document.
constexpr std::array<std::string_view, 14> kSilent{
    "/Type",   "/Subtype",       "/Length",       "/Filter",       "/DecodeParms",
    "/Parent", "/StructParents", "/StructParent", "/LastModified", "/ID",
    "/Tabs",   "/Name",          "/Dur",          "/ProcSet"};
struct Meaning {
  std::string_view key;
  Action action;
};
constexpr std::array kMeanings{
    Meaning{"/A", Action::RemovedAction},
    Meaning{"/AA", Action::RemovedAction},
    Meaning{"/Trans", Action::RemovedAction},
    Meaning{"/JS", Action::RemovedScript},
    Meaning{"/Metadata", Action::RemovedMetadata},
    Meaning{"/PieceInfo", Action::RemovedMetadata},
    Meaning{"/Thumb", Action::RemovedMetadata},
    Meaning{"/F", Action::RemovedExternal},
    Meaning{"/FFilter", Action::RemovedExternal},
    Meaning{"/FDecodeParms", Action::RemovedExternal},
    Meaning{"/Ref", Action::RemovedExternal},
    Meaning{"/OPI", Action::RemovedExternal},
    Meaning{"/PS", Action::RemovedScript},
    Meaning{"/AF", Action::RemovedEmbedded},
    Meaning{"/Alternates", Action::RemovedHidden},
};

/// Tells apart member functions in the table of what has been made.
std::size_t identity(const void* member, std::size_t length) {
  std::size_t value = 0;
  std::memcpy(&value, member, std::min(length, sizeof value));
  return value;
}

}  // namespace

void Rebuilder::fail(Refused why) {
  if (!failed_) {
    failed_ = std::move(why);
  }
}

void Rebuilder::note_dropped(const std::string& key) {
  if (std::ranges::find(kSilent, key) != kSilent.end()) {
    return;
  }
  const auto* const meaning = std::ranges::find(kMeanings, key, &Meaning::key);
  job_.report().note(meaning == kMeanings.end() ? Action::RemovedUnknown : meaning->action, key);
}

Handle Rebuilder::number(Handle from) {
  if (from.isInteger()) {
    return Handle::newInteger(from.getIntValue());
  }
  return from.isReal() ? Handle::newReal(from.getRealValue()) : Handle::newNull();
}

Handle Rebuilder::boolean(Handle from) {
  return from.isBool() ? Handle::newBool(from.getBoolValue()) : Handle::newNull();
}

Handle Rebuilder::name(Handle from) {
  return from.isName() && from.getName().size() <= 128 ? Handle::newName(from.getName())
                                                       : Handle::newNull();
}

Handle Rebuilder::string(Handle from) {
  return from.isString() && from.getStringValue().size() <= 65'535
             ? Handle::newString(from.getStringValue())
             : Handle::newNull();
}

Handle Rebuilder::numbers(Handle from) {
  if (!from.isArray() || from.getArrayNItems() > kLongestArray) {
    return Handle::newNull();
  }
  Handle made = Handle::newArray();
  for (Handle item : from.aitems()) {
    const bool row = item.isArray() && !item.isIndirect() && item.getArrayNItems() <= 1'000;
    Handle value = row ? Handle::newArray() : number(item);
    if (row) {
      for (Handle inner : item.aitems()) {
        value.appendItem(inner.isNumber() ? number(inner) : Handle::newInteger(0));
      }
    }
    if (value.isNull()) {
      return value;
    }
    made.appendItem(value);
  }
  return made;
}

Handle Rebuilder::names(Handle from) {
  if (!from.isArray() || from.getArrayNItems() > 256) {
    return Handle::newNull();
  }
  Handle made = Handle::newArray();
  for (const Handle& item : from.aitems()) {
    Handle value = name(item);
    if (value.isNull()) {
      return value;
    }
    made.appendItem(value);
  }
  return made;
}

Handle Rebuilder::name_or_names(Handle from) {
  return from.isArray() ? names(from) : name(from);
}

Handle Rebuilder::dictionary(Handle from, std::span<const Key> keys) {
  Handle dict = from.isStream() ? from.getDict() : from;
  Handle made = Handle::newDictionary();
  if (!dict.isDictionary()) {
    return Handle::newNull();
  }
  for (auto& [key, value] : dict.ditems()) {
    const auto row =
        std::ranges::find_if(keys, [&](const Key& known) { return key == known.name; });
    if (row == keys.end()) {
      note_dropped(key);
    } else if (Handle rebuilt = (this->*(row->copy))(value); !rebuilt.isNull()) {
      made.replaceKey(key, rebuilt);
    }
  }
  return made;
}

Handle Rebuilder::shared(Handle from, Copy make) {
  if (failed_ || from.isNull()) {
    return Handle::newNull();
  }
  const std::pair key{from.getObjGen(), identity(&make, sizeof make)};
  if (from.isIndirect()) {
    if (const auto found = made_.find(key); found != made_.end()) {
      return found->second;
    }
    made_.emplace(key, Handle::newNull());
  }
  if (depth_ >= kDeepest) {
    fail({Refusal::Malformed, Type::Pdf, "objects within objects too deep"});
    return Handle::newNull();
  }
  if (++objects_ > kMostObjects) {
    fail({Refusal::TooManyEntries, Type::Pdf,
          "more than " + std::to_string(kMostObjects) + " objects"});
    return Handle::newNull();
  }
  ++depth_;
  Handle made = (this->*make)(from);
  --depth_;
  const bool simple = made.isName() || made.isNull();
  if (from.isIndirect() && !simple) {
    made = made.isIndirect() ? made : out_.makeIndirectObject(made);
  }
  if (from.isIndirect()) {
    made_[key] = made;
  }
  return made;
}

Handle Rebuilder::stream(Handle dict, std::string_view bytes) {
  Handle made = Handle::newStream(&out_);
  dict.replaceKey("/Filter", Handle::newName("/FlateDecode"));
  made.replaceDict(dict);
  made.replaceStreamData(deflated(bytes), Handle::newName("/FlateDecode"), Handle::newNull());
  return made;
}

std::optional<std::string> Rebuilder::bytes_of(Handle from) {
  if (failed_ || !from.isStream()) {
    return std::nullopt;
  }
  if (Handle dict = from.getDict(); dict.hasKey("/F") || dict.hasKey("/FFilter")) {
    job_.report().note(Action::RemovedExternal, "stream in another file");
    return std::nullopt;
  }
  auto data = decoded(from, job_);
  if (!data) {
    fail(std::move(data).error());
    return std::nullopt;
  }
  if (!data->last_filter.empty()) {
    return std::nullopt;
  }
  return std::move(data->bytes);
}

}  // namespace sekisho::sanitize::pdf
