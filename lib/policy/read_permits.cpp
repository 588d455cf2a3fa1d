// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/parse_steps.hpp"
#include "policy/values.hpp"

#include <array>

namespace sekisho::policy {
namespace {

constexpr std::array kExchanges{Word<ExchangeKind>{"mail", ExchangeKind::Mail},
                                Word<ExchangeKind>{"screen", ExchangeKind::Screen}};

constexpr std::array kLegTls{Word<LegTls>{"never", LegTls::Never},
                             Word<LegTls>{"opportunistic", LegTls::Opportunistic},
                             Word<LegTls>{"required", LegTls::Required}};

void read_tls(const Node& node, ExchangeTls& tls, Findings& findings) {
  Section section{"tls", node, findings};
  const auto text = [&section](std::string_view key) {
    const auto read = section.optional(key, read_text);
    return read ? read->value : std::string{};
  };
  if (const auto near = section.optional("near", read_word<kLegTls>)) {
    tls.near = near->value;
  }
  if (const auto far = section.optional("far", read_word<kLegTls>)) {
    tls.far = far->value;
  }
  tls.certificate_file = text("certificate_file");
  tls.key_file = text("key_file");
  tls.authorities_file = text("authorities_file");
  tls.far_name = text("far_name");
  if (tls.near != LegTls::Never && (tls.certificate_file.empty() || tls.key_file.empty())) {
    findings.error(node.spot, message::kTlsWithoutCertificate, {});
  }
  if (!tls.authorities_file.empty() && tls.far_name.empty()) {
    findings.error(node.spot, message::kTlsWithoutName, {});
  }
}

std::optional<ExchangeKind> read_exchange_kind(const Field& field) {
  const auto* text = std::get_if<std::string>(&field.node.value);
  if (text != nullptr && *text == "file") {
    field.error(message::kExchangeFile);
    return std::nullopt;
  }
  return read_word<kExchanges>(field);
}

std::optional<EndDraft> read_end(const Field& field) {
  if (!std::holds_alternative<Table>(field.node.value)) {
    field.wrong_type(message::kTable);
    return std::nullopt;
  }
  Section section{field.key, field.node, field.findings};
  EndDraft end;
  end.spot = section.spot();
  end.zone = section.optional("zone", read_text);
  end.system = section.optional("system", read_text);
  for (const std::string_view key : {"zone", "hosts", "macs"}) {
    if (section.has("system") && section.has(key)) {
      field.findings.error(section.find(key)->spot, message::kBesideSystem, {std::string{key}});
      end.system.reset();
      end.zone.reset();
    }
  }
  if (!section.has("system") && !section.has("zone")) {
    field.error(message::kNoEnd);
  }
  end.hosts = section.filled_list("hosts", read_prefix);
  end.macs = section.filled_list("macs", read_mac);
  return end;
}

std::optional<EndDraft> end_of(std::optional<At<EndDraft>> read) {
  return read ? std::optional{std::move(read->value)} : std::nullopt;
}

void read_ends_and_services(Section& section, PermitDraft& permit) {
  permit.spot = section.spot();
  permit.id = section.required("id", read_name);
  if (permit.kind != PermitKind::SelfFlow) {
    permit.from = end_of(section.required("from", read_end));
  }
  permit.to = end_of(section.required("to", read_end));
  permit.services = section.required_list("services", read_service);
}

/// Purpose, people and times, where the clause demands none of them.
void read_free_approval(Section& section, PermitDraft& permit) {
  permit.purpose = section.optional("purpose", read_text);
  if (!section.has("purpose")) {
    section.findings().warning(section.spot(), message::kNoPurpose, {permit.name()});
  }
  permit.applicant = section.optional("applicant", read_text);
  permit.approver = section.optional("approver", read_text);
  permit.approved = section.optional("approved", read_day);
  permit.valid_from = section.optional("valid_from", read_moment);
  permit.valid_until = section.optional("valid_until", read_moment);
  permit.review_by = section.optional("review_by", read_day_or_moment);
}

/// The five that a specific flow and an exchange must say.
void read_demanded_approval(Section& section, PermitDraft& permit, Clause clause) {
  permit.purpose = section.required("purpose", read_text, clause);
  permit.applicant = section.required("applicant", read_text, clause);
  permit.approver = section.required("approver", read_text, clause);
  permit.approved = section.required("approved", read_day, clause);
  permit.valid_from = section.optional("valid_from", read_moment);
  permit.review_by = section.optional("review_by", read_day_or_moment);
  permit.valid_until = section.has("review_by")
                           ? section.optional("valid_until", read_moment)
                           : section.required("valid_until", read_moment, clause);
}

void read_standby(Section& section, PermitDraft& permit) {
  const auto standby = section.optional("standby", read_boolean);
  permit.standby = standby && standby->value;
}

}  // namespace

void read_flow(const Node& node, Draft& draft, Findings& findings) {
  Section section{"flow", node, findings};
  PermitDraft permit;
  permit.kind = PermitKind::Flow;
  read_ends_and_services(section, permit);
  read_free_approval(section, permit);
  read_standby(section, permit);
  draft.permits.push_back(std::move(permit));
}

void read_specific_flow(const Node& node, Draft& draft, Findings& findings) {
  Section section{"specific_flow", node, findings};
  PermitDraft permit;
  permit.kind = PermitKind::SpecificFlow;
  read_ends_and_services(section, permit);
  read_demanded_approval(section, permit, Clause::C63_1);
  read_standby(section, permit);
  draft.permits.push_back(std::move(permit));
}

void read_exchange(const Node& node, Draft& draft, Findings& findings) {
  Section section{"exchange", node, findings};
  PermitDraft permit;
  permit.kind = PermitKind::Exchange;
  read_ends_and_services(section, permit);
  if (const auto kind = section.required("kind", read_exchange_kind)) {
    permit.exchange = kind->value;
  }
  permit.profile = section.optional("profile", read_name);
  if (const Node* tls = section.find("tls")) {
    read_tls(*tls, permit.tls, findings);
  }
  read_demanded_approval(section, permit, Clause::C63_2);
  draft.permits.push_back(std::move(permit));
}

void read_must_flow(const Node& node, Draft& draft, Findings& findings) {
  Section section{"must_flow", node, findings};
  PermitDraft permit;
  permit.kind = PermitKind::MustFlow;
  read_ends_and_services(section, permit);
  permit.purpose = section.optional("purpose", read_text);
  draft.must_flows.push_back(std::move(permit));
}

void read_self_flow(const Node& node, Draft& draft, Findings& findings) {
  Section section{"self_flow", node, findings};
  PermitDraft permit;
  permit.kind = PermitKind::SelfFlow;
  read_ends_and_services(section, permit);
  read_free_approval(section, permit);
  draft.permits.push_back(std::move(permit));
}

}  // namespace sekisho::policy
