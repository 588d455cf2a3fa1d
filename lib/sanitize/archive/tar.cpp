// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/archive/rebuilding.hpp"

#include <algorithm>
#include <optional>

// POSIX.1-2017, pax, "ustar Interchange Format" and "pax Interchange Format"; GNU tar manual,
// "Basic Tar Format".

namespace sekisho::sanitize::archive {
namespace {

constexpr std::size_t kBlock = 512;

std::string_view field(ByteView header, std::size_t at, std::size_t length) {
  const std::string_view text = as_text(header.subspan(at, length));
  return text.substr(0, std::min(text.find('\0'), length));
}

/// Octal digits, or GNU's binary form.
std::optional<std::uint64_t> number(ByteView bytes) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 60U;
  if (bytes[0] == 0x80) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes.subspan(1)) {
      if (value >= kMost >> 8U) {
        return std::nullopt;
      }
      value = value << 8U | byte;
    }
    return value;
  }
  std::uint64_t value = 0;
  bool ended = false;
  for (const std::uint8_t byte : bytes) {
    if (byte == ' ' || byte == '\0') {
      ended = ended || value != 0 || byte == '\0';
    } else if (byte >= '0' && byte <= '7' && !ended && value < kMost >> 3U) {
      value = value << 3U | (byte - std::uint64_t{'0'});
    } else {
      return std::nullopt;
    }
  }
  return value;
}

bool is_header(ByteView header) {
  constexpr std::size_t kSum = 148;
  constexpr std::size_t kSumLength = 8;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    sum += i >= kSum && i < kSum + kSumLength ? ' ' : header[i];
  }
  return number(header.subspan(kSum, kSumLength)) == sum && header[0] != 0;
}

bool is_empty(ByteView bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

/// What extended headers say of the next entry.
struct Extended {
  std::optional<std::string> path;
  std::optional<std::uint64_t> size;
  bool sparse = false;
};

/// "LENGTH KEY=VALUE\n", each; false where it is not so.
bool read_pax(std::string_view records, Extended& to) {
  while (!records.empty()) {
    std::size_t length = 0;
    std::size_t at = 0;
    for (; at < records.size() && records[at] >= '0' && records[at] <= '9' && at < 9; ++at) {
      length = length * 10 + static_cast<std::size_t>(records[at] - '0');
    }
    if (length <= at + 2 || length > records.size() || records[at] != ' ' ||
        records[length - 1] != '\n') {
      return false;
    }
    const std::string_view record = records.substr(at + 1, length - at - 2);
    records.remove_prefix(length);
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos) {
      return false;
    }
    const std::string_view key = record.substr(0, equals);
    const std::string_view value = record.substr(equals + 1);
    if (key == "path") {
      to.path = std::string{value};
    } else if (key == "size") {
      std::uint64_t size = 0;
      for (const char c : value) {
        if (c < '0' || c > '9' || size > (std::uint64_t{1} << 56U)) {
          return false;
        }
        size = size * 10 + static_cast<std::uint64_t>(c - '0');
      }
      to.size = size;
    }
    to.sparse |= key.starts_with("GNU.sparse");
  }
  return true;
}

std::string path_of(ByteView header, const Extended& extended) {
  if (extended.path) {
    return *extended.path;
  }
  const bool ustar = field(header, 257, 6) == "ustar";
  const std::string_view prefix = ustar ? field(header, 345, 155) : std::string_view{};
  std::string path{field(header, 0, 100)};
  return prefix.empty() ? path : std::string{prefix} + '/' + path;
}

class Tar {
 public:
  Tar(ByteView bytes, Job& job, Rebuilding& to) : rest_{bytes}, job_{job}, to_{to} {}

  Checked read() {
    while (true) {
      if (rest_.size() < kBlock) {
        return refuse(Refusal::Truncated, "tar without an end");
      }
      const ByteView header = rest_.first(kBlock);
      if (is_empty(header)) {
        return is_empty(rest_) ? Checked{} : refuse(Refusal::Ambiguous, "something behind its end");
      }
      if (!is_header(header)) {
        return refuse(Refusal::Malformed, "tar header");
      }
      rest_ = rest_.subspan(kBlock);
      if (auto done = entry(header); !done) {
        return done;
      }
    }
  }

 private:
  /// The data behind a header, and the zeros that fill its last block.
  std::optional<ByteView> take(std::uint64_t size) {
    if (size > rest_.size() || (size + kBlock - 1) / kBlock * kBlock > rest_.size()) {
      return std::nullopt;
    }
    const ByteView data = rest_.first(static_cast<std::size_t>(size));
    rest_ = rest_.subspan((static_cast<std::size_t>(size) + kBlock - 1) / kBlock * kBlock);
    return data;
  }

  Checked entry(ByteView header) {
    const auto kind = static_cast<char>(header[156]);
    const auto told = number(header.subspan(124, 12));
    if (!told) {
      return refuse(Refusal::Malformed, "size of a tar entry");
    }
    const bool about_next = kind == 'x' || kind == 'g' || kind == 'L' || kind == 'K';
    const auto data = take(about_next ? *told : next_.size.value_or(*told));
    if (!data) {
      return refuse(Refusal::Truncated, "tar entry");
    }
    if (about_next) {
      return note_next(kind, as_text(*data));
    }
    const Extended extended = std::exchange(next_, {});
    if (auto counted = job_.entries(); !counted) {
      return counted;
    }
    const std::string raw = path_of(header, extended);
    std::string path = zip::decoded(raw).value_or(raw);
    if (path.empty() || path.find('\0') != std::string::npos) {
      return refuse(Refusal::Ambiguous, "tar entry without a name");
    }
    return add(kind, path, *data, extended.sparse);
  }

  Checked note_next(char kind, std::string_view data) {
    if (kind == 'K') {
      return {};  // where a link goes
    }
    if (kind == 'L') {
      next_.path = std::string{data.substr(0, std::min(data.find('\0'), data.size()))};
      return {};
    }
    Extended every;
    Extended& to = kind == 'x' ? next_ : every;
    if (!read_pax(data, to)) {
      return refuse(Refusal::Malformed, "extended tar header");
    }
    if (every.path || every.size || every.sparse) {
      return refuse(Refusal::Ambiguous, "one name or size for all entries");
    }
    return {};
  }

  Checked add(char kind, std::string_view path, ByteView data, bool sparse) {
    const bool plain = kind == '0' || kind == '\0' || kind == '7';
    if (kind == 'M') {
      return refuse(Refusal::Split, "goes on from another volume");
    }
    if (kind == 'V') {
      return {};  // the name of the volume
    }
    if (sparse || kind == 'S') {
      return to_.add_file(path, refuse(Refusal::UnsupportedType, "sparse file"));
    }
    if (plain && !path.ends_with('/')) {
      if (auto fits = job_.expands(data.size(), data.size()); !fits) {
        return to_.add_file(path, tl::unexpected{std::move(fits).error()});
      }
      return to_.add_file(path, std::string{as_text(data)});
    }
    if (!data.empty()) {
      return refuse(Refusal::Ambiguous, "data of what is no file");
    }
    return plain || kind == '5' ? to_.add_directory(path) : to_.add_other(path);
  }

  ByteView rest_;
  Job& job_;
  Rebuilding& to_;
  Extended next_;
};

}  // namespace

bool is_tar(ByteView bytes) {
  return bytes.size() >= kBlock && is_header(bytes.first(kBlock));
}

Checked read_tar(ByteView bytes, Job& job, Rebuilding& to) {
  return Tar{bytes, job, to}.read();
}

}  // namespace sekisho::sanitize::archive
