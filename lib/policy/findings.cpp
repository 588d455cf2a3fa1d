// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/findings.hpp"

#include "base/escape.hpp"

#include <algorithm>

namespace sekisho::policy {
namespace {

/// A quoted value longer than this is cut, so that a hostile file cannot fill a terminal.
constexpr std::size_t kLongestQuote = 200;

std::string quotable(std::string_view text) {
  if (text.size() <= kLongestQuote) {
    return escaped(text);
  }
  std::size_t cut = kLongestQuote;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0U) == 0x80U) {
    --cut;
  }
  return escaped(text.substr(0, cut)) + "…";
}

std::string at(const Place& place) {
  return escaped(place.file) + ":" + std::to_string(place.line) + ":" +
         std::to_string(place.column);
}

Diagnostic in_words(const Finding& finding, const std::vector<Source>& sources, Language language) {
  std::vector<std::string> words;
  for (const Argument& argument : finding.arguments) {
    if (const auto* text = std::get_if<std::string>(&argument)) {
      words.push_back(quotable(*text));
    } else if (const auto* message = std::get_if<const Message*>(&argument)) {
      words.push_back((*message)->in(language, words));
    } else {
      words.push_back(at(place_of(std::get<Spot>(argument), sources)));
    }
  }
  return {place_of(finding.spot, sources), finding.message->in(language, words),
          finding.clause ? std::string{name_of(*finding.clause)} : std::string{}};
}

}  // namespace

void Findings::error(Spot spot, const Message& message, std::vector<Argument> arguments,
                     std::optional<Clause> clause) {
  errors_.push_back({spot, &message, std::move(arguments), clause});
}

void Findings::warning(Spot spot, const Message& message, std::vector<Argument> arguments) {
  warnings_.push_back({spot, &message, std::move(arguments), std::nullopt});
}

Place place_of(Spot spot, const std::vector<Source>& sources) {
  return {spot.file < sources.size() ? sources[spot.file].name : std::string{}, spot.line,
          spot.column};
}

std::vector<Diagnostic> in_words(std::vector<Finding> findings, const std::vector<Source>& sources,
                                 Language language) {
  std::ranges::stable_sort(findings, {}, &Finding::spot);
  std::vector<Diagnostic> said;
  for (const Finding& finding : findings) {
    Diagnostic words = in_words(finding, sources, language);
    const bool again = !said.empty() && said.back().place == words.place &&
                       said.back().message == words.message && said.back().clause == words.clause;
    if (!again) {
      said.push_back(std::move(words));
    }
  }
  return said;
}

std::string Diagnostic::str(std::string_view severity) const {
  std::string text = at(place) + ": " + std::string{severity} + ": " + message;
  if (!clause.empty()) {
    text += " (" + clause + ")";
  }
  return text;
}

}  // namespace sekisho::policy
