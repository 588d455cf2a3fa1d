// SPDX-License-Identifier: GPL-3.0-or-later
#include "columns.hpp"
#include "documents.hpp"
#include "verbs.hpp"

#include <iostream>

namespace sekisho::ctl {
namespace {

using boost::json::object;

std::string interfaces_of(const object& zone) {
  std::string all;
  for (const auto& one : rows_in(zone, "interfaces")) {
    const object& interface = one.as_object();
    all += (all.empty() ? "" : " ") + text_in(interface, "name") +
           (interface.at("present").as_bool() ? "" : "?");
  }
  return all;
}

void print_zones(const object& status, Language language) {
  Columns columns;
  for (const auto& row : rows_in(status, "zones")) {
    const object& zone = row.as_object();
    columns.add({text_in(zone, "name"), text_in(zone, "class"), interfaces_of(zone),
                 joined(rows_in(zone, "networks"))});
  }
  columns.print(std::string{Text{"領域", "zones"}.in(language)});
}

void print_permits(const object& status, Language language) {
  const Text in_force{"有効", "in force"};
  Columns columns;
  for (const auto& row : rows_in(status, "permits")) {
    const object& permit = row.as_object();
    const std::string state = permit.at("in_force").as_bool() ? std::string{in_force.in(language)}
                                                              : text_in(permit, "why_not");
    columns.add({text_in(permit, "id"), text_in(permit, "kind"),
                 text_in(permit, "from_zone") + " > " + text_in(permit, "to_zone"),
                 joined(rows_in(permit, "services")), state, text_in(permit, "packets")});
  }
  columns.print(std::string{Text{"許可", "permits"}.in(language)});
}

void print_drops(const object& status, Language language) {
  Columns columns;
  for (const auto& row : rows_in(status, "drops")) {
    const object& drop = row.as_object();
    columns.add({text_in(drop, "src_zone") + " > " + text_in(drop, "dst_zone"),
                 text_in(drop, "reason"), text_in(drop, "packets")});
  }
  columns.print(std::string{Text{"遮断", "drops"}.in(language)});
}

/// Those that have happened.
void print_losses(const object& kernel, Language language) {
  Columns columns;
  for (const auto& row : rows_in(kernel, "dropped_by_stack")) {
    const object& loss = row.as_object();
    if (text_in(loss, "packets") != "0") {
      columns.add({text_in(loss, "name"), text_in(loss, "packets"), text_in(loss, "meaning")});
    }
  }
  columns.print(std::string{Text{"カーネル自身による廃棄", "dropped by the kernel"}.in(language)});
}

}  // namespace

Exit run_status(const Arguments& arguments) {
  const auto answer = ask(arguments, control::Status{});
  if (!answer) {
    return Exit::Unreachable;
  }
  if (arguments.json) {
    std::cout << answer->json << '\n';
    return Exit::Yes;
  }
  const object status = document_of(*answer);
  const object* kernel = status.contains("kernel") ? status.at("kernel").if_object() : nullptr;
  std::cout << text_in(status, "name") << ": " << text_in(status, "state") << ", "
            << Text{"改訂 ", "revision "}.in(arguments.language) << text_in(status, "revision")
            << " (" << text_in(status, "policy_sha256").substr(0, 12) << ")";
  if (kernel != nullptr) {
    std::cout << ", Linux " << text_in(*kernel, "release") << ", "
              << (text_in(*kernel, "owned") == "true" ? Text{"表は専有", "table owned"}
                                                      : Text{"表は専有でない", "table not owned"})
                     .in(arguments.language);
  }
  std::cout << '\n';
  for (const auto& warning : rows_in(status, "warnings")) {
    std::cout << "! " << std::string{warning.as_string()} << '\n';
  }
  print_zones(status, arguments.language);
  print_permits(status, arguments.language);
  print_drops(status, arguments.language);
  if (kernel != nullptr) {
    print_losses(*kernel, arguments.language);
  }
  Columns processes;
  for (const auto& row : rows_in(status, "processes")) {
    processes.add({text_in(row.as_object(), "role"), text_in(row.as_object(), "pid")});
  }
  processes.print(std::string{Text{"プロセス", "processes"}.in(arguments.language)});
  return Exit::Yes;
}

}  // namespace sekisho::ctl
