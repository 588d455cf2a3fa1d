// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/store.hpp"

#include "files/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <boost/json.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>

namespace sekisho::journal {
namespace {

constexpr mode_t kFileMode = 0640;
constexpr std::size_t kLargestSegment = 1ULL << 30U;
constexpr std::size_t kLargestCheckpoint = 16ULL << 20U;
constexpr off_t kEndOfSegment = 256 << 10;
constexpr std::uint64_t kRoom = 128 << 10;
constexpr std::string_view kPrefix = "records-";
constexpr std::string_view kSuffix = ".jsonl";

std::string first_chain() {
  return std::string(64, '0');
}

std::string segment_name(std::uint64_t first) {
  std::array<char, 64> name{};
  (void)std::snprintf(name.data(), name.size(), "records-%020llu.jsonl",
                      static_cast<unsigned long long>(first));
  return name.data();
}

struct Segment {
  std::string name;
  std::uint64_t first = 0;
};

/// Oldest first.
Result<std::vector<Segment>> segments_in(const std::string& directory) {
  const auto names = files::list(directory, kSuffix);
  if (!names) {
    return fail(names.error());
  }
  std::vector<Segment> segments;
  for (const std::string& name : *names) {
    std::uint64_t first = 0;
    const char* begin = name.data() + std::min(kPrefix.size(), name.size());
    const auto [end, error] = std::from_chars(begin, name.data() + name.size(), first);
    if (name.starts_with(kPrefix) && error == std::errc{} && std::string_view{end} == kSuffix) {
      segments.push_back({name, first});
    }
  }
  return segments;
}

/// Walks the whole lines of one segment; `each` gets the entry and the offset behind it, and
/// returns false to stop.
template <typename Each>
Result<bool> walk(const std::string& path, Each&& each) {
  const auto text = files::read(path, kLargestSegment);
  if (!text) {
    return fail(text.error());
  }
  for (std::size_t begin = 0; begin < text->size();) {
    const std::size_t end = text->find('\n', begin);
    if (end == std::string::npos) {
      return true;  // an incomplete last line
    }
    auto entry = from_json(std::string_view{*text}.substr(begin, end - begin));
    if (!entry) {
      return fail(std::move(entry).error().in("'" + path + "' at byte " + std::to_string(begin)));
    }
    begin = end + 1;
    if (!each(*entry, begin)) {
      return false;
    }
  }
  return true;
}

/// The last lines of a segment, from the beginning of one on.
Result<std::string> end_of(const std::string& path) {
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) {
    return fail(system_error("cannot read '" + path + "'", errno));
  }
  const off_t begin = std::max<off_t>(status.st_size - kEndOfSegment, 0);
  std::string text(kEndOfSegment, '\0');
  const ssize_t count = ::pread(fd.get(), text.data(), text.size(), begin);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (begin > 0) {
    text.erase(0, std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return text;
}

boost::json::object to_object(const Checkpoint& checkpoint) {
  boost::json::object sums;
  for (const auto& [name, sum] : checkpoint.sums) {
    sums[name] = sum;
  }
  return {{"seq", checkpoint.seq},
          {"chain", checkpoint.chain},
          {"delivered", checkpoint.delivered},
          {"clean", checkpoint.clean},
          {"sums", std::move(sums)}};
}

std::optional<Checkpoint> from_object(const boost::json::object& object) {
  const auto number = [&object](std::string_view key) -> std::optional<std::uint64_t> {
    const auto* value = object.if_contains(key);
    boost::system::error_code error;
    const auto read = value == nullptr ? 0 : value->to_number<std::uint64_t>(error);
    return value == nullptr || error ? std::nullopt : std::optional{read};
  };
  const auto seq = number("seq");
  const auto delivered = number("delivered");
  const auto* chain = object.if_contains("chain");
  const auto* clean = object.if_contains("clean");
  const auto* sums = object.if_contains("sums");
  if (!seq || !delivered || chain == nullptr || !chain->is_string() || clean == nullptr ||
      !clean->is_bool() || sums == nullptr || !sums->is_object()) {
    return std::nullopt;
  }
  Checkpoint checkpoint{*seq, std::string{chain->as_string()}, *delivered, clean->as_bool(), {}};
  for (const auto& member : sums->as_object()) {
    boost::system::error_code error;
    checkpoint.sums[std::string{member.key()}] = member.value().to_number<std::uint64_t>(error);
    if (error) {
      return std::nullopt;
    }
  }
  return checkpoint;
}

Result<Checkpoint> read_checkpoint(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 && errno == ENOENT) {
    return Checkpoint{0, first_chain(), 0, true, {}};
  }
  const auto text = files::read(path, kLargestCheckpoint);
  if (!text) {
    return fail(text.error());
  }
  boost::system::error_code error;
  const boost::json::value document = boost::json::parse(*text, error);
  auto checkpoint =
      error || !document.is_object() ? std::nullopt : from_object(document.as_object());
  return checkpoint ? Result<Checkpoint>{*std::move(checkpoint)}
                    : fail("'" + path + "' is damaged");
}

Result<UniqueFd> take_lock(const std::string& directory) {
  const std::string path = directory + "/lock";
  UniqueFd lock{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode)};
  if (!lock) {
    return fail(system_error("cannot open '" + path + "'", errno));
  }
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail("another process writes the records in '" + directory + "'");
  }
  return lock;
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

Result<Store> Store::open(std::string directory, Limits limits,
                          const std::function<void(const Entry&)>& replayed) {
  Store store;
  store.directory_ = std::move(directory);
  store.limits_ = limits;
  auto lock = take_lock(store.directory_);
  if (!lock) {
    return fail(std::move(lock).error());
  }
  store.lock_ = *std::move(lock);
  auto checkpoint = read_checkpoint(store.directory_ + "/checkpoint");
  if (!checkpoint) {
    return fail(std::move(checkpoint).error());
  }
  store.checkpoint_ = *std::move(checkpoint);
  store.torn_ = !store.checkpoint_.clean;
  if (auto done = store.replay(replayed); !done) {
    return fail(std::move(done).error());
  }
  return store;
}

Result<> Store::replay(const std::function<void(const Entry&)>& replayed) {
  const auto segments = segments_in(directory_);
  if (!segments) {
    return fail(segments.error());
  }
  Result<> broken;
  const std::uint64_t known = checkpoint_.seq;
  for (std::size_t i = 0; i < segments->size(); ++i) {
    const bool last = i + 1 == segments->size();
    if (!last && (*segments)[i + 1].first <= checkpoint_.seq + 1) {
      continue;  // all of it lies before the checkpoint
    }
    std::size_t whole = 0;
    std::uint64_t last_seen = (*segments)[i].first - 1;
    const std::string path = directory_ + "/" + (*segments)[i].name;
    const auto walked = walk(path, [&](const Entry& entry, std::size_t end) {
      broken = take_up(entry, replayed);
      whole = end;
      last_seen = entry.seq;
      return broken.has_value();
    });
    if (!walked) {
      return fail(walked.error());
    }
    if (!broken) {
      return fail(std::move(broken).error().in("'" + path + "'"));
    }
    if (last && last_seen < known) {
      torn_ =
          true;  // entries that were there are not: no number is given twice, a new segment begins
    } else if (last) {
      return reopen(path, whole);
    }
  }
  return {};
}

/// One entry of an earlier life that the checkpoint may not know.
Result<> Store::take_up(const Entry& entry, const std::function<void(const Entry&)>& replayed) {
  if (entry.seq <= checkpoint_.seq) {
    return {};
  }
  if (entry.seq != checkpoint_.seq + 1 || entry.chain != chain_of(entry, checkpoint_.chain)) {
    return fail("the chain of records breaks at number " + std::to_string(entry.seq));
  }
  checkpoint_.seq = entry.seq;
  checkpoint_.chain = entry.chain;
  torn_ = true;
  if (replayed) {
    replayed(entry);
  }
  return {};
}

/// Goes on behind the last whole line of a segment.
Result<> Store::reopen(const std::string& path, std::size_t whole) {
  segment_ = UniqueFd{::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)};
  if (!segment_ || ::ftruncate(segment_.get(), static_cast<off_t>(whole)) != 0) {
    return fail(system_error("cannot go on in '" + path + "'", errno));
  }
  segment_size_ = whole;
  return {};
}

Result<std::vector<Entry>> Store::append(const std::vector<Record>& records, std::uint64_t time) {
  if (auto ready = begin_segment(); !ready) {
    return fail(std::move(ready).error());
  }
  std::vector<Entry> entries;
  std::string lines;
  std::string chain = checkpoint_.chain;
  for (const Record& record : records) {
    Entry entry{checkpoint_.seq + entries.size() + 1, time, {}, record};
    entry.chain = chain_of(entry, chain);
    chain = entry.chain;
    lines += to_json(entry) + "\n";
    entries.push_back(std::move(entry));
  }
  if (!write_all(segment_.get(), lines) || ::fdatasync(segment_.get()) != 0) {
    const int number = errno;
    segment_room_ = 0;
    if (::ftruncate(segment_.get(), static_cast<off_t>(segment_size_)) != 0) {
      segment_.reset();  // what is half written there stays behind: a new segment begins
    }
    return fail(system_error("cannot write records", number));
  }
  segment_size_ += lines.size();
  checkpoint_.seq += entries.size();
  checkpoint_.chain = chain;
  keep_room();
  return entries;
}

/// Where the disk or the file system has none, it must do without.
void Store::keep_room() {
  if (segment_size_ + kRoom / 2 > segment_room_ &&
      ::fallocate(segment_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(segment_size_),
                  static_cast<off_t>(kRoom)) == 0) {
    segment_room_ = segment_size_ + kRoom;
  }
}

Result<> Store::begin_segment() {
  if (segment_ && segment_size_ < limits_.segment) {
    return {};
  }
  const std::string path = directory_ + "/" + segment_name(checkpoint_.seq + 1);
  segment_ = UniqueFd{::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kFileMode)};
  if (!segment_) {
    return fail(system_error("cannot open '" + path + "'", errno));
  }
  segment_size_ = 0;
  segment_room_ = 0;
  keep_room();
  return drop_old_segments();
}

Result<> Store::drop_old_segments() {
  const auto segments = segments_in(directory_);
  if (!segments) {
    return fail(segments.error());
  }
  for (std::size_t i = 0; i + limits_.segments < segments->size(); ++i) {
    const bool delivered = (*segments)[i + 1].first <= checkpoint_.delivered + 1;
    const bool far_over = i + 2 * limits_.segments < segments->size();
    if (delivered || far_over) {
      (void)::unlink((directory_ + "/" + (*segments)[i].name).c_str());
    }
  }
  return {};
}

Result<std::vector<Entry>> Store::undelivered(std::size_t most) const {
  std::vector<Entry> entries;
  if (checkpoint_.delivered == checkpoint_.seq) {
    return entries;
  }
  auto read = read_entries(directory_, checkpoint_.delivered, [&](const Entry& entry) {
    entries.push_back(entry);
    return entries.size() < most;
  });
  return read ? Result<std::vector<Entry>>{std::move(entries)} : fail(std::move(read).error());
}

Result<> Store::save(std::map<std::string, std::uint64_t> sums) {
  checkpoint_.sums = std::move(sums);
  checkpoint_.clean = false;
  return files::replace(directory_ + "/checkpoint",
                        boost::json::serialize(to_object(checkpoint_)) + "\n", kFileMode);
}

Result<> Store::close() {
  checkpoint_.clean = true;
  return files::replace(directory_ + "/checkpoint",
                        boost::json::serialize(to_object(checkpoint_)) + "\n", kFileMode);
}

Result<> read_entries(const std::string& directory, std::uint64_t after,
                      const std::function<bool(const Entry&)>& each) {
  const auto segments = segments_in(directory);
  if (!segments) {
    return fail(segments.error());
  }
  for (std::size_t i = 0; i < segments->size(); ++i) {
    if (i + 1 < segments->size() && (*segments)[i + 1].first <= after + 1) {
      continue;
    }
    const auto more = walk(
        directory + "/" + (*segments)[i].name,
        [&](const Entry& entry, std::size_t /*end*/) { return entry.seq <= after || each(entry); });
    if (!more) {
      return fail(more.error());
    }
    if (!*more) {
      return {};
    }
  }
  return {};
}

Result<std::vector<Entry>> newest_entries(const std::string& directory, std::size_t most,
                                          const std::function<bool(const Entry&)>& wanted) {
  const auto segments = segments_in(directory);
  if (!segments) {
    return fail(segments.error());
  }
  std::vector<Entry> newest;
  for (std::size_t i = segments->size() - std::min<std::size_t>(segments->size(), 2);
       i < segments->size(); ++i) {
    const auto text = end_of(directory + "/" + (*segments)[i].name);
    if (!text) {
      return fail(text.error());
    }
    for (std::size_t begin = 0, end = 0; (end = text->find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      auto entry = from_json(std::string_view{*text}.substr(begin, end - begin));
      if (!entry) {
        return fail(std::move(entry).error().in("'" + (*segments)[i].name + "'"));
      }
      if (wanted(*entry)) {
        newest.push_back(*std::move(entry));
      }
    }
  }
  newest.erase(newest.begin(),
               newest.end() - static_cast<std::ptrdiff_t>(std::min(most, newest.size())));
  return newest;
}

}  // namespace sekisho::journal
