// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/archive/rebuilding.hpp"

#include "base/escape.hpp"
#include "sanitize/frame/name.hpp"

#include <algorithm>

namespace sekisho::sanitize::archive {
namespace {

constexpr std::string_view kMarkOfAppleDouble{"\x00\x05\x16\x07", 4};

/// Parts of a path: folders as they leave, each with '/' behind it, and the last as it came.
struct Parts {
  std::string folders;
  std::string last;
};

bool is_plain(std::string_view extension) {
  return extension.size() <= 5 && std::ranges::all_of(extension, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
         });
}

/// What looks like an extension stays: a folder is of no type.
std::string folder_name(std::string_view component) {
  const std::string extension = extension_of(component);
  return rebuilt_name(component, is_plain(extension) ? extension : std::string{});
}

/// Nothing climbs, and nothing begins at a root.
Parts parts_of(std::string_view path) {
  Parts parts;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    const std::string_view component = path.substr(at, slash - at);
    at = slash + 1;
    if (component.empty() || component == "." || component == "..") {
      continue;
    }
    if (!parts.last.empty()) {
      parts.folders += folder_name(parts.last) + '/';
    }
    parts.last = component;
  }
  return parts;
}

/// What Apple's systems put beside files; nobody else can use it.
bool is_of_apple(std::string_view path, std::string_view name, std::string_view content) {
  return name == ".DS_Store" || ((path.starts_with("__MACOSX/") || name.starts_with("._")) &&
                                 content.starts_with(kMarkOfAppleDouble));
}

std::string reason_text(const Refused& refused, Language language) {
  constexpr Text kTitle{"このファイルは無害化できないため、取り除きました。",
                        "This file was removed because it could not be sanitized."};
  constexpr Text kWhy{"理由: ", "Reason: "};
  constexpr Text kWhat{"対処: ", "What to do: "};
  const RefusalWord& word = word_of(refused.why);
  std::string text;
  for (const std::string_view part :
       {kTitle.in(language), std::string_view{"\r\n\r\n"}, kWhy.in(language),
        word.meaning.in(language), std::string_view{"\r\n"}, kWhat.in(language),
        word.advice.in(language), std::string_view{"\r\n"}}) {
    text += part;
  }
  return text;
}

/// `name` with a number before its extension.
std::string numbered(std::string_view name, unsigned number) {
  const std::size_t dot = std::min(name.rfind('.'), name.size());
  return std::string{name.substr(0, dot)} + '-' + std::to_string(number) +
         std::string{name.substr(dot)};
}

tl::unexpected<Refused> refuse_entry(std::string_view path, const Refused& refused) {
  return refuse(refused.why, "entry '" + std::string{path} + "'" +
                                 (refused.detail.empty() ? "" : ": ") + refused.detail);
}

using Clash = zip::Paths::Clash;

tl::unexpected<Refused> clashes(std::string_view path, Clash clash) {
  return refuse(Refusal::Ambiguous,
                "entry '" + std::string{path} + "' " + std::string{zip::words_for(clash)});
}

}  // namespace

Checked Rebuilding::came_once(std::string_view path) {
  if (const Clash clash = came_.add(path); clash != Clash::None) {
    return clashes(path, clash);
  }
  job_.report().saw_text(path);
  return {};
}

Checked Rebuilding::put(std::string_view came, std::string_view folders, std::string_view name,
                        std::string_view content) {
  std::string path = std::string{folders} + std::string{name};
  Clash clash = leave_.add(path);
  if (clash == Clash::Taken) {
    unsigned& number = numbers_[path];
    do {
      number = std::max(number + 1, 2U);
      path = std::string{folders} + numbered(name, number);
      clash = leave_.add(path);
    } while (clash == Clash::Taken);
  }
  if (clash != Clash::None) {
    return clashes(came, clash);
  }
  if (path != came) {
    job_.report().note(Action::ChangedName, came);
  }
  return writer_.add(path, content);
}

Checked Rebuilding::replace(std::string_view path, const Refused& refused) {
  if (job_.profile().bad_entries == Profile::BadEntries::Refuse) {
    return refuse_entry(path, refused);
  }
  partial_ = true;
  job_.report().note(Action::RemovedEntry, path);
  const Parts parts = parts_of(path);
  const std::string name = rebuilt_name(parts.last + ".removed.txt", "txt");
  return put(path, parts.folders, name, reason_text(refused, job_.profile().language));
}

Checked Rebuilding::add_file(std::string_view path, const Content& content) {
  const std::string made = zip::normalized(path);
  if (auto once = came_once(path); !once) {
    return once;
  }
  if (!content) {
    return replace(made, content.error());
  }
  const Parts parts = parts_of(made);
  if (is_of_apple(made, parts.last, *content)) {
    job_.report().note(Action::RemovedMetadata, made);
    return {};
  }
  if (content->empty()) {
    return put(path, parts.folders, rebuilt_name(parts.last, "txt"), {});
  }
  const Outcome outcome = job_.nested({as_bytes(*content), parts.last, {}});
  if (!outcome) {
    return replace(made, outcome.error());
  }
  partial_ |= outcome->partial;
  const std::string_view extension = outcome->extension.empty()
                                         ? word_of(outcome->type).extension
                                         : std::string_view{outcome->extension};
  return put(path, parts.folders, rebuilt_name(parts.last, extension), outcome->bytes);
}

Checked Rebuilding::add_directory(std::string_view path) {
  std::string came{path};
  if (!came.ends_with('/')) {
    came += '/';
  }
  if (auto once = came_once(came); !once) {
    return once;
  }
  const Parts parts = parts_of(zip::normalized(came));
  if (parts.last.empty()) {
    return {};
  }
  const std::string leaves = parts.folders + folder_name(parts.last) + '/';
  // two folders may become one; their files are told apart
  return leave_.add(leaves) == Clash::None ? writer_.add(leaves, {}) : Checked{};
}

Checked Rebuilding::add_other(std::string_view path) {
  if (auto once = came_once(path); !once) {
    return once;
  }
  return replace(zip::normalized(path), refuse(Refusal::NotAFile, "link or device").value());
}

Outcome Rebuilding::finish(Type type) && {
  if (type != Type::Zip) {
    job_.report().note(Action::ChangedType, word_of(type).name);
  }
  return Rebuilt{type, std::move(writer_).finish(), partial_, {}};
}

}  // namespace sekisho::sanitize::archive
