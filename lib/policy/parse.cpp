// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/parse.hpp"

#include "base/sha256.hpp"
#include "policy/assemble.hpp"
#include "policy/document.hpp"
#include "policy/parse_steps.hpp"

#include <algorithm>

namespace sekisho::policy {
namespace {

const Node* value_at(const Table& table, std::string_view key) {
  const auto found = std::ranges::find(table, key, &Entry::key);
  return found == table.end() ? nullptr : &found->node;
}

/// What [appliance] says of its language, whatever else is wrong.
std::optional<Language> language_said(const std::vector<Table>& documents) {
  for (const Table& document : documents) {
    const Node* appliance = value_at(document, "appliance");
    const auto* table = appliance ? std::get_if<Table>(&appliance->value) : nullptr;
    const Node* language = table ? value_at(*table, "language") : nullptr;
    const auto* word = language ? std::get_if<std::string>(&language->value) : nullptr;
    if (word != nullptr && (*word == "ja" || *word == "en")) {
      return *word == "ja" ? Language::Ja : Language::En;
    }
  }
  return std::nullopt;
}

/// The documents that are TOML; the faults of the others are findings.
std::vector<Table> documents_of(const std::vector<Source>& sources, Findings& findings) {
  std::vector<Table> documents;
  for (std::uint32_t file = 0; file < sources.size(); ++file) {
    auto document = read_document(sources[file].text, file);
    if (document) {
      documents.push_back(std::move(*document));
      continue;
    }
    const DocumentFault& fault = document.error();
    findings.error(fault.spot, *fault.message, {fault.arguments.begin(), fault.arguments.end()});
  }
  return documents;
}

/// How the parts of a whole draft fit together. Gives the policy of its zones alone.
Policy check(Draft& draft, Findings& findings) {
  check_zones(draft, findings);
  resolve_ends(draft, findings);
  Policy space = space_of(draft);
  check_systems(draft, space, findings);
  check_hosts(draft, space, findings);
  check_permits(draft, findings);
  return space;
}

}  // namespace

Parsed parse(const std::vector<Source>& sources, Language fallback, Instant now) {
  Findings findings;
  Parsed parsed;
  const std::vector<Table> documents = documents_of(sources, findings);
  parsed.language = language_said(documents).value_or(fallback);
  const bool all = documents.size() == sources.size();
  Draft draft = read_draft(documents, all, findings);
  const std::optional<Policy> space = all ? std::optional{check(draft, findings)} : std::nullopt;
  if (space && findings.errors().empty()) {
    parsed.policy.emplace(assemble(draft, sources), *space);
    warn_of_zones(draft, findings);
    warn_of_permits(draft, *parsed.policy, now, findings);
    warn_of_shadows(draft, findings);
  }
  parsed.errors = in_words(findings.errors(), sources, parsed.language);
  parsed.warnings = in_words(findings.warnings(), sources, parsed.language);
  return parsed;
}

std::string fingerprint(const std::vector<Source>& sources) {
  if (sources.size() == 1) {
    return sha256(sources.front().text);
  }
  std::string digests;
  for (const Source& source : sources) {
    digests += sha256(source.text) + "\n";
  }
  return sha256(digests);
}

}  // namespace sekisho::policy
