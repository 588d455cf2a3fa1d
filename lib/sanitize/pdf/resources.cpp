// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/forbidden.hpp"
#include "sanitize/pdf/rebuilder.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sekisho::sanitize::pdf {
namespace {

using Renames = std::map<std::string, std::string, std::less<>>;

bool is_plain(std::string_view name) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' ||
           c == '+';
  };
  return !name.empty() && name.size() <= 40 && std::ranges::all_of(name, plain) &&
         !is_forbidden(name) && name != "A";
}

/// The name a resource gets: its own where that is plain and free, else one that is made up.
std::string renamed(const std::string& name, const Renames& taken) {
  const auto is_taken = [&](const std::string& candidate) {
    return std::ranges::any_of(taken, [&](const auto& row) { return row.second == candidate; });
  };
  if (is_plain(name) && !is_taken(name)) {
    return name;
  }
  std::string made;
  for (std::size_t i = taken.size();; ++i) {
    made = "Renamed" + std::to_string(i);
    if (!is_taken(made)) {
      return made;
    }
  }
}

}  // namespace

Rebuilder::ResourcesPtr Rebuilder::resources(Handle from) {
  if (!from.isIndirect()) {
    return make_resources(from);
  }
  const QPDFObjGen id = from.getObjGen();
  if (const auto found = resources_.find(id); found != resources_.end()) {
    return found->second;
  }
  resources_.emplace(id, std::make_shared<Resources>(Resources{Handle::newDictionary(), {}, {}}));
  ResourcesPtr made = make_resources(from);
  resources_[id] = made;
  return made;
}

Rebuilder::ResourcesPtr Rebuilder::make_resources(Handle from) {
  auto made = std::make_shared<Resources>(Resources{Handle::newDictionary(), {}, {}});
  if (!from.isDictionary()) {
    return made;
  }
  struct Section {
    const char* key;
    Copy copy;
    Renames* names;
  };
  const std::array sections{
      Section{"/ColorSpace", &Rebuilder::color_space, &made->names.spaces},
      Section{"/ExtGState", &Rebuilder::state, &made->names.states},
      Section{"/Font", &Rebuilder::font, &made->names.fonts},
      Section{"/Pattern", &Rebuilder::pattern, &made->names.patterns},
      Section{"/Shading", &Rebuilder::shading, &made->names.shadings},
      Section{"/XObject", &Rebuilder::x_object, &made->names.objects},
  };
  for (const Section& section : sections) {
    Handle entries = from.getKey(section.key);
    if (!entries.isDictionary()) {
      continue;
    }
    Handle rebuilt = Handle::newDictionary();
    for (auto& [key, value] : entries.ditems()) {
      const std::string name = key.substr(1);
      Handle object = (this->*section.copy)(value);
      if (object.isNull()) {
        job_.report().note(Action::RemovedUnknown, section.key);
        continue;
      }
      const std::string as = renamed(name, *section.names);
      if (as != name) {
        job_.report().note(Action::ChangedName, section.key);
      }
      section.names->emplace(name, as);
      rebuilt.replaceKey("/" + as, object);
      if (section.names == &made->names.fonts) {
        made->texts.emplace(as, text_of(object));
      }
    }
    if (!section.names->empty()) {
      made->dict.replaceKey(section.key, rebuilt);
    }
  }
  if (Handle properties = from.getKey("/Properties"); properties.isDictionary()) {
    for (auto& [key, value] : properties.ditems()) {
      if (is_hidden(value)) {
        made->names.hidden.insert(key.substr(1));
      }
    }
  }
  return made;
}

Rebuilder::Drawn Rebuilder::draw(std::string_view content, const ResourcesPtr& resources) {
  Handle dict = Handle{resources->dict}.shallowCopy();
  Handle objects =
      dict.hasKey("/XObject") ? dict.getKey("/XObject").shallowCopy() : Handle::newDictionary();
  const std::size_t before = objects.getKeys().size();
  const ContentParts parts{
      .names = resources->names,
      .report = job_.report(),
      .keep_image =
          [&](const InlineImage& image) { return inline_image(image, *resources, objects); },
      .shown =
          [&](std::string_view font, std::string_view text) {
            const auto found = resources->texts.find(font);
            page_text_ += found == resources->texts.end() || !found->second
                              ? std::string{text}
                              : found->second->of(text);
          },
  };
  std::string rewritten = rewrite_content(content, parts);
  if (objects.getKeys().size() != before) {
    dict.replaceKey("/XObject", objects);
  }
  return {std::move(rewritten), dict};
}

Handle Rebuilder::x_object(Handle from) {
  if (!from.isStream()) {
    return Handle::newNull();
  }
  Handle dict = from.getDict();
  if (dict.hasKey("/OC") && is_hidden(dict.getKey("/OC"))) {
    job_.report().note(Action::RemovedHidden, "layer");
    return Handle::newNull();
  }
  Handle kind = dict.getKey("/Subtype");
  if (kind.isName() && kind.getName() == "/Image") {
    return shared(from, &Rebuilder::image);
  }
  if (kind.isName() && kind.getName() == "/Form" && !dict.hasKey("/PS")) {
    return shared(from, &Rebuilder::form);
  }
  job_.report().note(Action::RemovedScript, "PostScript object");
  return Handle::newNull();
}

Handle Rebuilder::form(Handle from) {
  static constexpr std::array kKeys{
      Key{"/BBox", &Rebuilder::numbers_of},
      Key{"/Matrix", &Rebuilder::numbers_of},
      Key{"/Group", &Rebuilder::group},
  };
  const std::optional<std::string> content = bytes_of(from);
  if (!content) {
    return Handle::newNull();
  }
  Handle source = from.getDict();
  const ResourcesPtr with = resources(source.getKey("/Resources"));
  source.removeKey("/Resources");
  source.removeKey("/FormType");
  source.removeKey("/OC");
  Drawn drawn = draw(*content, with);
  Handle dict = dictionary(source, kKeys);
  dict.replaceKey("/Type", Handle::newName("/XObject"));
  dict.replaceKey("/Subtype", Handle::newName("/Form"));
  dict.replaceKey("/Resources", drawn.resources);
  return stream(dict, drawn.content);
}

void Rebuilder::find_hidden_layers() {
  Handle settings = in_.getRoot().getKey("/OCProperties").getKeyIfDict("/D");
  if (!settings.isDictionary()) {
    return;
  }
  layers_are_hidden_ = settings.getKey("/BaseState").isNameAndEquals("/OFF");
  Handle listed = settings.getKey(layers_are_hidden_ ? "/ON" : "/OFF");
  if (listed.isArray()) {
    for (const Handle& layer : listed.aitems()) {
      hidden_layers_.insert(layer.getObjGen());
    }
  }
}

bool Rebuilder::is_hidden(Handle optional_content) {
  if (!optional_content.isDictionary()) {
    return false;
  }
  if (!optional_content.getKey("/Type").isNameAndEquals("/OCMD")) {
    return hidden_layers_.contains(optional_content.getObjGen()) != layers_are_hidden_;
  }
  // a membership is shown where any of its layers is; other policies are read so too
  Handle layers = optional_content.getKey("/OCGs");
  if (layers.isDictionary()) {
    return hidden_layers_.contains(layers.getObjGen()) != layers_are_hidden_;
  }
  if (!layers.isArray() || layers.getArrayNItems() == 0) {
    return false;
  }
  const std::vector<Handle> all = layers.getArrayAsVector();
  return std::ranges::all_of(all, [&](const Handle& layer) {
    return hidden_layers_.contains(layer.getObjGen()) != layers_are_hidden_;
  });
}

}  // namespace sekisho::sanitize::pdf
