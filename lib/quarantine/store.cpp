// SPDX-License-Identifier: GPL-3.0-or-later
#include "quarantine/store.hpp"

#include "base/sha256.hpp"
#include "quarantine/line.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace sekisho::quarantine {
namespace {

constexpr const char* kIndex = "index";
constexpr const char* kContents = "contents";
constexpr const char* kIncoming = "incoming";
constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0700;

struct EndDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

Result<UniqueFd> open_directory(int in, const char* name) {
  if (::mkdirat(in, name, kDirectoryMode) != 0 && errno != EEXIST) {
    return fail(system_error(std::string{"cannot make '"} + name + "' in the quarantine", errno));
  }
  UniqueFd fd{::openat(in, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)};
  if (!fd) {
    return fail(system_error(std::string{"cannot open '"} + name + "' in the quarantine", errno));
  }
  return fd;
}

Result<> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return fail(system_error("cannot write to the quarantine", written == 0 ? ENOSPC : errno));
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<> sync(int fd) {
  return ::fsync(fd) == 0 ? Result<>{} : fail(system_error("cannot sync the quarantine", errno));
}

Result<std::string> read_all(int fd) {
  std::string all;
  std::array<char, 65536> part{};
  for (;;) {
    const ssize_t got = ::pread(fd, part.data(), part.size(), static_cast<off_t>(all.size()));
    if (got < 0) {
      return fail(system_error("cannot read the quarantine's index", errno));
    }
    if (got == 0) {
      return all;
    }
    all.append(part.data(), static_cast<std::size_t>(got));
  }
}

std::vector<std::string> names_in(int directory) {
  std::vector<std::string> names;
  const int again = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* open = again < 0 ? nullptr : ::fdopendir(again);
  while (const dirent* entry = open == nullptr ? nullptr : ::readdir(open)) {
    if (entry->d_name[0] != '.') {
      names.emplace_back(entry->d_name);
    }
  }
  if (open != nullptr) {
    ::closedir(open);
  }
  std::ranges::sort(names);
  return names;
}

bool is_digest(std::string_view name) {
  return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

struct Incoming::Inside {
  UniqueFd directory;
  std::string name;
  UniqueFd file;
  std::unique_ptr<EVP_MD_CTX, EndDigest> digest;
  std::uint64_t size = 0;

  ~Inside() {
    if (!name.empty()) {
      (void)::unlinkat(directory.get(), name.c_str(), 0);
    }
  }
};

Incoming::Incoming(std::unique_ptr<Inside> inside) : inside_{std::move(inside)} {}
Incoming::Incoming(Incoming&&) noexcept = default;
Incoming& Incoming::operator=(Incoming&&) noexcept = default;
Incoming::~Incoming() = default;

Result<> Incoming::write(std::string_view bytes) {
  if (auto written = write_all(inside_->file.get(), bytes); !written) {
    return written;
  }
  if (EVP_DigestUpdate(inside_->digest.get(), bytes.data(), bytes.size()) != 1) {
    return fail("cannot hash what comes into the quarantine");
  }
  inside_->size += bytes.size();
  return {};
}

std::uint64_t Incoming::size() const {
  return inside_->size;
}

struct Store::Inside {
  UniqueFd directory;
  UniqueFd contents;
  UniqueFd incoming;
  UniqueFd index;
  Limits limits;
  std::vector<Item> items;
  std::uint64_t bytes = 0;
  std::uint64_t serial = 0;

  Result<> load();
  Result<> recover();
  Result<> append(const std::string& line);
  Result<> note(const std::string& id, std::string_view what, const std::string& text);
  [[nodiscard]] Item* find(const std::string& id) {
    const auto found = std::ranges::find(items, id, &Item::id);
    return found == items.end() ? nullptr : &*found;
  }
  [[nodiscard]] bool holds(const std::string& sha256) const {
    return std::ranges::any_of(
        items, [&](const Item& item) { return !item.purged && item.sha256 == sha256; });
  }
  [[nodiscard]] std::string new_id(const std::string& sha256_of_it, Instant now) {
    std::string id;
    do {
      id = sha256(sha256_of_it + std::to_string(now.time_since_epoch().count()) + ' ' +
                  std::to_string(++serial) + ' ' + std::to_string(items.size()))
               .substr(0, 16);
    } while (find(id) != nullptr);
    return id;
  }
};

/// Whole lines alone count: half a one was being written when the machine stopped, and nobody was
/// told that it was kept.
Result<> Store::Inside::load() {
  auto all = read_all(index.get());
  if (!all) {
    return fail(std::move(all).error());
  }
  const std::size_t whole = all->rfind('\n') == std::string::npos ? 0 : all->rfind('\n') + 1;
  if (whole < all->size() && ::ftruncate(index.get(), static_cast<off_t>(whole)) != 0) {
    return fail(system_error("cannot mend the quarantine's index", errno));
  }
  std::string_view rest = std::string_view{*all}.substr(0, whole);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    (void)replay(rest.substr(0, end), items);
    rest.remove_prefix(end + 1);
  }
  return {};
}

/// Contents that are whole (they bear their final name) and in no line: the machine stopped between
/// the two. They stay.
Result<> Store::Inside::recover() {
  for (const std::string& name : names_in(incoming.get())) {
    (void)::unlinkat(incoming.get(), name.c_str(), 0);
  }
  for (const std::string& name : names_in(contents.get())) {
    struct stat about {};
    if (!is_digest(name) || ::fstatat(contents.get(), name.c_str(), &about, 0) != 0) {
      continue;
    }
    const auto size = static_cast<std::uint64_t>(about.st_size);
    const bool purged = !holds(name) && std::ranges::any_of(items, [&](const Item& item) {
      return item.sha256 == name;
    });
    if (purged) {
      (void)::unlinkat(contents.get(), name.c_str(), 0);
      continue;
    }
    bytes += size;
    if (!holds(name)) {
      const Instant at{std::chrono::seconds{about.st_mtime}};
      Item item{new_id(name, at), at, name, size, {}, {}, {}, {}, false};
      if (auto kept = append(item_line(item)); !kept) {
        return kept;
      }
      items.push_back(std::move(item));
    }
  }
  return {};
}

/// A line that was not written whole is taken back, so that the next one begins a line.
Result<> Store::Inside::append(const std::string& line) {
  const off_t before = ::lseek(index.get(), 0, SEEK_END);
  auto written = write_all(index.get(), line);
  if (written && ::fdatasync(index.get()) == 0) {
    return {};
  }
  Error why = written ? system_error("cannot sync the quarantine's index", errno)
                      : std::move(written).error();
  if (::ftruncate(index.get(), before) != 0) {
    return fail(std::move(why).in("and it could not be taken back"));
  }
  return fail(std::move(why));
}

Result<> Store::Inside::note(const std::string& id, std::string_view what,
                             const std::string& text) {
  if (find(id) == nullptr) {
    return fail("there is no item '" + id + "'");
  }
  const std::string line = note_line(id, what, text);
  if (auto written = append(line); !written) {
    return written;
  }
  (void)replay(std::string_view{line}.substr(0, line.size() - 1), items);
  return {};
}

Store::Store(std::unique_ptr<Inside> inside) : inside_{std::move(inside)} {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(UniqueFd directory, const Limits& limits) {
  auto inside = std::make_unique<Inside>();
  inside->directory = std::move(directory);
  inside->limits = limits;
  auto contents = open_directory(inside->directory.get(), kContents);
  if (!contents) {
    return fail(std::move(contents).error());
  }
  auto incoming = open_directory(inside->directory.get(), kIncoming);
  if (!incoming) {
    return fail(std::move(incoming).error());
  }
  inside->contents = *std::move(contents);
  inside->incoming = *std::move(incoming);
  inside->index.reset(::openat(inside->directory.get(), kIndex,
                               O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, kFileMode));
  if (!inside->index) {
    return fail(system_error("cannot open the quarantine's index", errno));
  }
  if (auto loaded = inside->load(); !loaded) {
    return fail(std::move(loaded).error());
  }
  if (auto recovered = inside->recover(); !recovered) {
    return fail(std::move(recovered).error());
  }
  return Store{std::move(inside)};
}

Result<Incoming> Store::begin() {
  if (inside_->bytes >= inside_->limits.bytes) {
    return fail("the quarantine is full");
  }
  auto made = std::make_unique<Incoming::Inside>();
  made->directory.reset(::fcntl(inside_->incoming.get(), F_DUPFD_CLOEXEC, 0));
  const std::string name = std::to_string(::getpid()) + '-' + std::to_string(++inside_->serial);
  made->file.reset(::openat(inside_->incoming.get(), name.c_str(),
                            O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kFileMode));
  if (!made->file) {
    return fail(system_error("cannot write to the quarantine", errno));
  }
  made->name = name;
  made->digest.reset(EVP_MD_CTX_new());
  if (!made->digest || EVP_DigestInit_ex(made->digest.get(), EVP_sha256(), nullptr) != 1) {
    return fail("cannot hash what comes into the quarantine");
  }
  return Incoming{std::move(made)};
}

Result<Item> Store::keep(Incoming incoming, const About& about, Instant now) {
  Incoming::Inside& in = *incoming.inside_;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_DigestFinal_ex(in.digest.get(), digest.data(), &length) != 1) {
    return fail("cannot hash what comes into the quarantine");
  }
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string sha256;
  for (unsigned i = 0; i < length; ++i) {
    sha256 += kHex[digest.at(i) >> 4U];
    sha256 += kHex[digest.at(i) & 15U];
  }
  if (auto synced = sync(in.file.get()); !synced) {
    return fail(std::move(synced).error());
  }
  const bool known = inside_->holds(sha256);
  if (!known) {
    if (::renameat(inside_->incoming.get(), in.name.c_str(), inside_->contents.get(),
                   sha256.c_str()) != 0) {
      return fail(system_error("cannot keep an original", errno));
    }
    in.name.clear();
    if (auto synced = sync(inside_->contents.get()); !synced) {
      return fail(std::move(synced).error());
    }
  }
  Item item{inside_->new_id(sha256, now), now, sha256, in.size, about, {}, {}, {}, false};
  if (auto kept = inside_->append(item_line(item)); !kept) {
    return fail(std::move(kept).error());
  }
  inside_->bytes += known ? 0 : in.size;
  inside_->items.push_back(item);
  return item;
}

Result<> Store::note_status(const std::string& id, const std::string& status) {
  return inside_->note(id, "status", status);
}
Result<> Store::note_fate(const std::string& id, const std::string& fate) {
  return inside_->note(id, "fate", fate);
}
Result<> Store::note_release(const std::string& id, const std::string& who_and_why) {
  return inside_->note(id, "release", who_and_why);
}

/// The line first: whatever stops here, the content goes when the store is opened next.
Result<> Store::purge(const std::string& id) {
  const Item* item = find(id);
  if (item == nullptr || item->purged) {
    return fail("there is no item '" + id + "'");
  }
  const std::string sha256 = item->sha256;
  const std::uint64_t size = item->size;
  if (auto noted = inside_->note(id, "purged", {}); !noted) {
    return noted;
  }
  if (!inside_->holds(sha256)) {
    (void)::unlinkat(inside_->contents.get(), sha256.c_str(), 0);
    inside_->bytes -= std::min(size, inside_->bytes);
  }
  return {};
}

Result<std::size_t> Store::expire(Instant now) {
  std::vector<std::string> old;
  for (const Item& item : inside_->items) {
    if (!item.purged && item.at + inside_->limits.retention <= now) {
      old.push_back(item.id);
    }
  }
  for (const std::string& id : old) {
    if (auto purged = purge(id); !purged) {
      return fail(std::move(purged).error());
    }
  }
  return old.size();
}

const std::vector<Item>& Store::items() const {
  return inside_->items;
}

const Item* Store::find(const std::string& id) const {
  return inside_->find(id);
}

Result<UniqueFd> Store::content(const std::string& id) const {
  const Item* item = find(id);
  if (item == nullptr || item->purged) {
    return fail("there is no item '" + id + "'");
  }
  UniqueFd file{
      ::openat(inside_->contents.get(), item->sha256.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!file) {
    return fail(system_error("cannot read the original of '" + id + "'", errno));
  }
  return file;
}

std::uint64_t Store::bytes() const {
  return inside_->bytes;
}

}  // namespace sekisho::quarantine
