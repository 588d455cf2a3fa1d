// SPDX-License-Identifier: GPL-3.0-or-later
#include "checks.hpp"

#include "documents.hpp"

#include <boost/json.hpp>

namespace sekisho::ctl {
namespace {

constexpr std::size_t kMostQuestions = 64;  ///< of one must-flow

/// An address of the end: hosts where it names some, of a whole zone the first of each family.
std::vector<net::Address> addresses_of(const policy::Policy& policy, const policy::End& end) {
  std::vector<net::Address> addresses;
  for (const net::Prefix& host : end.hosts) {
    addresses.push_back(host.address());
  }
  for (const net::Family family : {net::Family::V4, net::Family::V6}) {
    const auto ranges =
        end.whole_zone() ? policy.addresses_of(end, family) : std::vector<net::Range>{};
    if (!ranges.empty()) {
      addresses.push_back(ranges.front().first.next().value_or(ranges.front().first));
    }
  }
  return addresses;
}

control::Explain question_of(const policy::Policy& policy, const policy::Permit& flow,
                             const net::Address& src, const net::Address& dst,
                             const net::Service& service) {
  control::Explain question;
  const policy::Zone* zone = flow.from.zone ? &policy.zones()[*flow.from.zone] : nullptr;
  question.in = zone == nullptr || zone->interfaces.empty() ? "" : zone->interfaces.front();
  question.src = src.str();
  question.dst = dst.str();
  question.proto = std::to_string(service.protocol);
  if (net::has_ports(service.protocol)) {
    question.dport = service.first;
  } else if (net::is_icmp(service.protocol)) {
    question.type = std::to_string(service.first);
  }
  question.mac = flow.from.macs.empty() ? "" : flow.from.macs.front().str();
  return question;
}

/// Every pair of addresses of one family with every service, so far as there are not too many.
std::vector<control::Explain> questions_of(const policy::Policy& policy,
                                           const policy::Permit& flow) {
  std::vector<control::Explain> questions;
  for (const net::Address& src : addresses_of(policy, flow.from)) {
    for (const net::Address& dst : addresses_of(policy, flow.to)) {
      for (const net::Service& service : flow.services) {
        if (src.family() == dst.family() && questions.size() < kMostQuestions) {
          questions.push_back(question_of(policy, flow, src, dst, service));
        }
      }
    }
  }
  return questions;
}

/// What is wrong with a must-flow; empty where every question is answered with yes.
std::string fault_of(const Arguments& arguments, const policy::Policy& policy,
                     const policy::Permit& flow) {
  for (const control::Explain& question : questions_of(policy, flow)) {
    const auto answer = ask_quietly(arguments, question);
    if (!answer) {
      return answer.error().text();
    }
    if (answer->kind == control::Answer::Kind::Refused) {
      return refusal_in(*answer);
    }
    if (answer->kind == control::Answer::Kind::No) {
      return question.src + " > " + question.dst + ": " + text_in(document_of(*answer), "reason");
    }
  }
  return "";
}

}  // namespace

Check check_must_flows(const Arguments& arguments, const Result<InForce>& in_force) {
  Check check{"must_flows", Level::Ok, {}, "2(7)"};
  if (!in_force) {
    check.level = Level::Bad;
    check.text = in_force.error().text();
    return check;
  }
  const auto& flows = in_force->policy.must_flows();
  for (const policy::Permit& flow : flows) {
    if (const std::string fault = fault_of(arguments, in_force->policy, flow); !fault.empty()) {
      check.level = Level::Bad;
      check.text += (check.text.empty() ? "'" : ", '") + flow.id + "' " + fault;
    }
  }
  if (check.level == Level::Ok) {
    check.text = std::to_string(flows.size());
    check.text += Text{" 件すべて通る", " pass"}.in(arguments.language);
  }
  return check;
}

}  // namespace sekisho::ctl
