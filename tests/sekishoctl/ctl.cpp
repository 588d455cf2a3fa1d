// SPDX-License-Identifier: GPL-3.0-or-later
#include "ctl.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace sekisho::testing {
namespace {

struct Streams {
  std::string in = "/dev/null";
  std::string out;
  std::string err;
};

/// In the child: streams, environment, the tool itself. Does not return.
void become_tool(const std::vector<std::string>& words, const Environment& environment,
                 const Streams& streams) {
  const auto redirect = [](const std::string& path, int flags, int to) {
    const int fd = ::open(path.c_str(), flags, 0600);
    return fd >= 0 && ::dup2(fd, to) >= 0;
  };
  constexpr int kWriting = O_WRONLY | O_CREAT | O_TRUNC;
  if (!redirect(streams.in, O_RDONLY, STDIN_FILENO) ||
      !redirect(streams.out, kWriting, STDOUT_FILENO) ||
      !redirect(streams.err, kWriting, STDERR_FILENO)) {
    ::_exit(126);
  }
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    ::unsetenv(name);
  }
  for (const auto& [name, value] : environment) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  std::vector<char*> arguments;
  for (const std::string& word : words) {
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);
  ::execv(SEKISHO_BIN "/sekishoctl", arguments.data());
  ::_exit(127);
}

pid_t start(const std::vector<std::string>& words, const Environment& environment,
            const Streams& streams) {
  std::vector<std::string> all{"sekishoctl"};
  all.insert(all.end(), words.begin(), words.end());
  const pid_t pid = ::fork();
  if (pid == 0) {
    become_tool(all, environment, streams);
  }
  return pid;
}

int collect(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

boost::json::value Spoken::json() const {
  boost::system::error_code error;
  boost::json::value document = boost::json::parse(out, error);
  EXPECT_FALSE(error) << "not one JSON document: " << out << err;
  return error ? boost::json::value{} : document;
}

std::string read_whole(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Spoken ctl(const std::vector<std::string>& words, const Environment& environment,
           const std::string& input) {
  const Scratch scratch;
  const Streams streams{scratch.write("in", input), scratch.path() + "/out",
                        scratch.path() + "/err"};
  Spoken spoken;
  spoken.exit_code = collect(start(words, environment, streams));
  spoken.out = read_whole(streams.out);
  spoken.err = read_whole(streams.err);
  return spoken;
}

Running::Running(const std::vector<std::string>& words, std::string directory)
    : directory_{std::move(directory)} {
  pid_ = start(words, {}, {"/dev/null", directory_ + "/out", directory_ + "/err"});
}

Running::~Running() {
  if (pid_ > 0) {
    end_by(SIGKILL);
  }
}

std::string Running::out() const {
  return read_whole(directory_ + "/out");
}
std::string Running::err() const {
  return read_whole(directory_ + "/err");
}

int Running::end_by(int signal) {
  ::kill(pid_, signal);
  const int code = collect(pid_);
  pid_ = 0;
  return code;
}

Scratch::Scratch() {
  std::string pattern = (std::filesystem::temp_directory_path() / "sekishoctl-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error{"cannot make a temporary directory"};
  }
  path_ = pattern;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Scratch::write(const std::string& name, const std::string& text) const {
  const std::filesystem::path path = std::filesystem::path{path_} / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream{path, std::ios::binary} << text;
  return path.string();
}

std::vector<std::string> Scratch::nowhere(std::vector<std::string> words) const {
  for (const char* option : {"--runtime-dir", "--state-dir"}) {
    words.insert(words.end(), {option, path_ + "/no-such"});
  }
  return words;
}

}  // namespace sekisho::testing
