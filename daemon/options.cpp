// SPDX-License-Identifier: GPL-3.0-or-later
#include "options.hpp"

#include <filesystem>

namespace sekisho::daemon {
namespace {

std::string absolute(const std::string& path) {
  std::error_code ignored;
  const auto whole = std::filesystem::absolute(path, ignored);
  return ignored ? path : whole.lexically_normal().string();
}

Result<> take(CommandLine& line, const std::string& name, const std::string& value) {
  if (value.empty()) {
    return fail(name + " wants a value");
  }
  if (name == "--config") {
    line.startup.config = absolute(value);
  } else if (name == "--state-dir") {
    line.startup.state_dir = absolute(value);
  } else if (name == "--runtime-dir") {
    line.startup.runtime_dir = absolute(value);
  } else if (name == "--role") {
    line.role = value;
  } else if (name == "--log" && (value == "journal" || value == "console")) {
    line.startup.log = value == "journal" ? LogTo::Journal : LogTo::Console;
  } else if (name == "--log") {
    return fail("--log is 'journal' or 'console', not '" + value + "'");
  } else {
    return fail("unknown option '" + name + "'");
  }
  return {};
}

}  // namespace

Result<CommandLine> read_command_line(const std::vector<std::string>& words) {
  CommandLine line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--help" || words[i] == "-h") {
      line.wish = CommandLine::Wish::Help;
      return line;
    }
    if (words[i] == "--version") {
      line.wish = CommandLine::Wish::Version;
      return line;
    }
    if (words[i] == "--close") {
      line.wish = CommandLine::Wish::Close;
      continue;
    }
    const std::size_t equals = words[i].find('=');
    const std::string name = words[i].substr(0, equals);
    std::string value;
    if (equals != std::string::npos) {
      value = words[i].substr(equals + 1);
    } else if (i + 1 < words.size()) {
      value = words[++i];
    }
    if (auto taken = take(line, name, value); !taken) {
      return fail(std::move(taken).error());
    }
  }
  return line;
}

std::string usage() {
  return "usage: sekishod [--config FILE] [--state-dir DIR] [--runtime-dir DIR] [--log "
         "journal|console]\n"
         "       sekishod --close [--config FILE] [--state-dir DIR]\n"
         "\n"
         "Enforces the separation of a city's networks and records what it refuses. Stays in the "
         "foreground.\n"
         "\n"
         "  --config FILE        zones and permits      /etc/sekisho/sekisho.toml\n"
         "  --state-dir DIR      records and revisions  /var/lib/sekisho\n"
         "  --runtime-dir DIR    control socket         /run/sekisho\n"
         "  --log journal        records to journald; 'console': JSON lines on stderr\n"
         "  --close              deny everything where there are no rules yet, and end\n"
         "\n"
         "SIGHUP reads the configuration again; SIGTERM stops and leaves the rules in force. See "
         "sekishod(8).\n";
}

}  // namespace sekisho::daemon
