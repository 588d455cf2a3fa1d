// SPDX-License-Identifier: GPL-3.0-or-later
#include "outputs.hpp"
#include "sanitize_report.hpp"
#include "verbs.hpp"

#include "base/sha256.hpp"
#include "guard/guard.hpp"
#include "policy/parse_steps.hpp"
#include "sanitize/frame/name.hpp"
#include "sanitize/profile/way.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <functional>
#include <thread>

namespace sekisho::ctl {
namespace {

using sanitize::Refusal;
using sanitize::Way;

struct Ways {
  Way way;
  std::optional<Way> way_of_mail;
};

/// Profiles of the config where there is one; else those that are built in.
Result<Ways> ways_of(const Arguments& arguments) {
  std::vector<policy::SanitizeProfile> profiles = policy::built_in_profiles();
  Language language = arguments.language;
  if (::access(arguments.config.c_str(), F_OK) == 0 || arguments.has("--config")) {
    Arguments of_config = arguments;
    of_config.rest.clear();  // these are what is sanitized
    const auto parsed = load(of_config);
    if (!parsed) {
      return fail(parsed.error());
    }
    if (!parsed->policy) {
      return fail("'" + arguments.config + "' is not valid; sekishoctl check tells more");
    }
    profiles = parsed->policy->profiles();
    language = parsed->policy->appliance().language;
  }
  const auto way_named = [&](std::string_view name) -> std::optional<Way> {
    const auto found = std::ranges::find(profiles, name, &policy::SanitizeProfile::name);
    return found == profiles.end() ? std::nullopt
                                   : std::optional{sanitize::way_of(*found, language)};
  };
  const auto asked = arguments.value("--profile");
  const auto way = way_named(asked.value_or("file"));
  if (!way) {
    return fail("there is no profile '" + *asked + "'");
  }
  return Ways{*way, asked ? std::nullopt : way_named("mail-strict")};
}

Result<std::size_t> jobs_of(const Arguments& arguments) {
  constexpr std::size_t kMost = 256;
  const auto said = arguments.value("--jobs");
  if (!said) {
    return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMost);
  }
  std::size_t jobs = 0;
  const auto [end, error] = std::from_chars(said->data(), said->data() + said->size(), jobs);
  if (error != std::errc{} || end != said->data() + said->size() || jobs == 0 || jobs > kMost) {
    return fail("--jobs '" + *said + "' is no number from 1 to " + std::to_string(kMost));
  }
  return jobs;
}

ItemReport refused(ItemReport report, Refusal why, std::string detail) {
  report.status = word_of(why).status;
  report.why = why;
  report.detail = std::move(detail);
  return report;
}

/// A file that is one, opened without touching what is none.
Result<UniqueFd> open_regular(const std::string& path, ItemReport& report) {
  const auto give_up = [&](Refusal why, std::string detail) {
    report = refused(std::move(report), why, detail);
    return fail(std::move(detail));
  };
  const UniqueFd place{::open(path.c_str(), O_PATH | O_CLOEXEC)};
  struct stat status {};
  if (!place || ::fstat(place.get(), &status) != 0) {
    return give_up(Refusal::Unreadable, system_error("cannot open", errno).text());
  }
  if (!S_ISREG(status.st_mode)) {
    return give_up(Refusal::NotAFile, S_ISDIR(status.st_mode) ? "a directory" : "");
  }
  const std::string link = "/proc/self/fd/" + std::to_string(place.get());
  UniqueFd fd{::open(link.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
  if (!fd) {
    return give_up(Refusal::Unreadable, system_error("cannot open", errno).text());
  }
  return fd;
}

/// The files one after another through the guard, as many at once as it takes; results are written
/// in the order of the files, so that names do not depend on who was faster.
class Run {
 public:
  Run(const std::vector<std::string>& files, const Ways& ways, guard::Guard& guard,
      const Outputs& outputs, std::size_t jobs)
      : files_{files}, ways_{ways}, guard_{guard}, outputs_{outputs}, ahead_{2 * jobs} {}

  std::vector<ItemReport> go(const std::function<void(std::size_t done)>& progress) {
    slots_.resize(files_.size());
    while (written_ < files_.size()) {
      while (begun_ < files_.size() && begun_ < written_ + ahead_) {
        begin(begun_++);
      }
      write_finished();
      progress(written_);
      if (written_ < files_.size() && !slots_[written_].over) {
        for (guard::Verdict& verdict : guard_.wait()) {
          take(std::move(verdict));
        }
      }
    }
    return std::move(reports_);
  }

 private:
  struct Slot {
    ItemReport report;
    bool over = false;
    std::optional<jail::Sealed> output;
    std::string name;
    std::chrono::steady_clock::time_point since;
  };

  void begin(std::size_t index) {
    Slot& slot = slots_[index];
    slot.since = std::chrono::steady_clock::now();
    slot.report.input = files_[index];
    auto item = read(slot);
    if (!item) {
      slot.over = true;
      return;
    }
    const std::string name = files_[index].substr(files_[index].rfind('/') + 1);
    tasks_.emplace(guard_.start({*std::move(item), name, "", ways_.way, ways_.way_of_mail}), index);
  }

  std::optional<jail::Sealed> read(Slot& slot) const {
    const auto file = open_regular(slot.report.input, slot.report);
    if (!file) {
      return std::nullopt;
    }
    auto item = jail::Sealed::rest_of(file->get(), ways_.way.limits.bytes_in);
    if (!item) {
      const Refusal why = item.error().too_large ? Refusal::TooLarge : Refusal::Unreadable;
      slot.report = refused(std::move(slot.report), why, item.error().error.text());
      return std::nullopt;
    }
    slot.report.sha256_in = digest(*item);
    return *std::move(item);
  }

  static std::string digest(const jail::Sealed& content) {
    const auto mapped = content.map();
    return mapped ? sha256(as_text(mapped->bytes())) : "";
  }

  void take(guard::Verdict verdict) {
    Slot& slot = slots_[tasks_.extract(verdict.task).mapped()];
    slot.report.type = verdict.type;
    slot.report.status = verdict.status;
    slot.report.why = verdict.why;
    slot.report.detail = std::move(verdict.detail);
    slot.report.changes = verdict.report.changes();
    slot.name = std::move(verdict.name);
    slot.output = std::move(verdict.output);
    slot.over = true;
  }

  void write_finished() {
    while (written_ < begun_ && slots_[written_].over) {
      Slot& slot = slots_[written_++];
      if (slot.output) {
        write(slot);
      }
      slot.output.reset();
      slot.report.millis = std::chrono::duration_cast<std::chrono::milliseconds>(
          std::chrono::steady_clock::now() - slot.since);
      reports_.push_back(std::move(slot.report));
    }
  }

  void write(Slot& slot) const {
    const auto mapped = slot.output->map();
    auto path = mapped ? outputs_.add(slot.name, mapped->bytes()) : fail(mapped.error());
    if (!path) {
      slot.report = refused(std::move(slot.report), Refusal::CannotWrite, path.error().text());
      return;
    }
    slot.report.output = *std::move(path);
    slot.report.sha256_out = sha256(as_text(mapped->bytes()));
  }

  const std::vector<std::string>& files_;
  const Ways& ways_;
  guard::Guard& guard_;
  const Outputs& outputs_;
  std::size_t ahead_;
  std::vector<Slot> slots_;
  std::map<std::uint64_t, std::size_t> tasks_;
  std::size_t begun_ = 0;
  std::size_t written_ = 0;
  std::vector<ItemReport> reports_;
};

}  // namespace

Exit run_sanitize(const Arguments& arguments) {
  if (arguments.has("--list-types")) {
    print_types(arguments);
    return Exit::Yes;
  }
  const auto ways = ways_of(arguments);
  const auto jobs = jobs_of(arguments);
  if (!ways || !jobs || arguments.rest.empty()) {
    return usage(arguments.json, "sanitize",
                 !ways   ? ways.error().text()
                 : !jobs ? jobs.error().text()
                         : "a file is wanted");
  }
  const auto outputs = Outputs::open(arguments.value("-o").value_or("."));
  if (!outputs) {
    return usage(arguments.json, "sanitize", outputs.error().text());
  }
  auto guard = guard::Guard::open(jail::worker_program(), *jobs);
  if (!guard) {
    return failed(arguments, guard.error().text(), Exit::Unreachable);
  }
  Progress progress{arguments.rest.size()};
  const auto reports = Run{arguments.rest, *ways, *guard, *outputs, *jobs}.go(
      [&](std::size_t done) { progress.show(done); });
  progress.clear();
  print_reports(arguments, reports);
  return std::ranges::all_of(reports, &ItemReport::made) ? Exit::Yes : Exit::No;
}

}  // namespace sekisho::ctl
