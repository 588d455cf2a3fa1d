// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/archive/rebuilding.hpp"
#include "sanitize/archive/seven_zip_headers.hpp"
#include "sanitize/archive/streams.hpp"
#include "sanitize/zip/deflate.hpp"

#include <lzma.h>

#include <algorithm>
#include <array>
#include <new>

namespace sekisho::sanitize::archive {
namespace {

constexpr std::size_t kSignatureHeader = 32;
constexpr std::uint64_t kMostMemory = 192U << 20U;

constexpr std::string_view kCopy{"\x00", 1};
constexpr std::string_view kLzma{"\x03\x01\x01", 3};
constexpr std::string_view kLzma2{"\x21", 1};
constexpr std::string_view kDelta{"\x03", 1};
constexpr std::string_view kDeflate{"\x04\x01\x08", 3};
constexpr std::string_view kBzip2{"\x04\x02\x02", 3};
constexpr std::string_view kAes{"\x06\xf1\x07\x01", 4};

/// Branch converters have no options that are used.
struct Branch {
  std::string_view method;
  lzma_vli filter;
};
constexpr std::array kBranches{
    Branch{{"\x03\x03\x01\x03", 4}, LZMA_FILTER_X86},
    Branch{{"\x04", 1}, LZMA_FILTER_X86},
    Branch{{"\x03\x03\x02\x05", 4}, LZMA_FILTER_POWERPC},
    Branch{{"\x03\x03\x04\x01", 4}, LZMA_FILTER_IA64},
    Branch{{"\x03\x03\x05\x01", 4}, LZMA_FILTER_ARM},
    Branch{{"\x03\x03\x07\x01", 4}, LZMA_FILTER_ARMTHUMB},
    Branch{{"\x03\x03\x08\x05", 4}, LZMA_FILTER_SPARC},
};

tl::unexpected<Refused> malformed(std::string_view what) {
  return refuse(Refusal::Malformed, what);
}

/// liblzma's filters, with the options that they point to.
struct Filters {
  std::array<lzma_filter, LZMA_FILTERS_MAX + 1> chain{};
  std::array<lzma_options_delta, LZMA_FILTERS_MAX> deltas{};
  lzma_options_lzma lzma{};
};

bool set_lzma(ByteView properties, lzma_options_lzma& options) {
  Reader reader{properties};
  const std::uint32_t packed = reader.u8();
  options.dict_size = std::max<std::uint32_t>(reader.le32(), LZMA_DICT_SIZE_MIN);
  options.lc = packed % 9;
  options.lp = packed / 9 % 5;
  options.pb = packed / 45;
  return !reader.failed() && packed < 9 * 5 * 5;
}

bool set_lzma2(ByteView properties, lzma_options_lzma& options) {
  const std::uint32_t bits = properties.empty() ? 255 : properties[0];
  options.dict_size = std::max<std::uint32_t>((2U | (bits & 1U)) << std::min(bits / 2 + 11, 30U),
                                              LZMA_DICT_SIZE_MIN);
  return bits <= 38;
}

/// False where a coder is not one of liblzma's.
bool set_filters(const Folder& folder, Filters& to) {
  for (std::size_t i = 0; i < folder.coders.size(); ++i) {
    const Coder& coder = folder.coders[i];
    const bool last = i + 1 == folder.coders.size();
    lzma_filter& filter = to.chain[i];
    const auto* const branch = std::ranges::find(kBranches, coder.method, &Branch::method);
    if (last) {
      const bool second = coder.method == kLzma2;
      if ((!second && coder.method != kLzma) ||
          !(second ? set_lzma2 : set_lzma)(coder.properties, to.lzma)) {
        return false;
      }
      filter = {second ? LZMA_FILTER_LZMA2 : LZMA_FILTER_LZMA1, &to.lzma};
    } else if (coder.method == kDelta && !coder.properties.empty()) {
      to.deltas[i].type = LZMA_DELTA_TYPE_BYTE;
      to.deltas[i].dist = coder.properties[0] + 1U;
      filter = {LZMA_FILTER_DELTA, &to.deltas[i]};
    } else if (branch != kBranches.end()) {
      filter = {branch->filter, nullptr};
    } else {
      return false;
    }
  }
  to.chain[folder.coders.size()].id = LZMA_VLI_UNKNOWN;
  return true;
}

struct Lzma : lzma_stream {
  Lzma() : lzma_stream(LZMA_STREAM_INIT) {}
  ~Lzma() { lzma_end(this); }
  Lzma(const Lzma&) = delete;
  Lzma& operator=(const Lzma&) = delete;
};

Content unpack_lzma(const Folder& folder, ByteView packed) {
  Filters filters;
  if (!set_filters(folder, filters)) {
    return refuse(Refusal::UnsupportedType, "7z compression method");
  }
  if (lzma_raw_decoder_memusage(filters.chain.data()) > kMostMemory) {
    return refuse(Refusal::ExpandsTooMuch, "its dictionary is too large");
  }
  Lzma stream;
  const lzma_ret ready = lzma_raw_decoder(&stream, filters.chain.data());
  if (ready == LZMA_MEM_ERROR) {
    throw std::bad_alloc{};
  }
  if (ready != LZMA_OK) {
    return refuse(Refusal::UnsupportedType, "7z compression method");
  }
  std::string made(static_cast<std::size_t>(folder.size), '\0');
  stream.next_in = packed.data();
  stream.avail_in = packed.size();
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): char and byte may alias
  stream.next_out = reinterpret_cast<std::uint8_t*>(made.data());
  stream.avail_out = made.size();
  lzma_ret state = LZMA_OK;
  while (state == LZMA_OK && stream.avail_out > 0) {
    state = lzma_code(&stream, LZMA_RUN);
  }
  if (state == LZMA_MEM_ERROR) {
    throw std::bad_alloc{};
  }
  return stream.avail_out == 0 ? Content{std::move(made)}
                               : malformed("its data is not what its size says");
}

/// All that a folder holds, one file after another.
Content unpack_folder(const Folder& folder, ByteView packed, Job& job) {
  if (std::ranges::find(folder.coders, kAes, &Coder::method) != folder.coders.end()) {
    return refuse(Refusal::Encrypted, "is encrypted");
  }
  if (!folder.is_chain) {
    return refuse(Refusal::UnsupportedType, "7z compression of several streams");
  }
  const std::string_view method = folder.coders.front().method;
  const bool single = folder.coders.size() == 1;
  if (single && method == kBzip2) {
    auto content = unpack_stream(Type::Bzip2, packed, job);
    return content && content->size() != folder.size ? malformed("its size is wrong")
                                                     : std::move(content);
  }
  if (auto fits = job.expands(folder.size, packed.size()); !fits) {
    return tl::unexpected{std::move(fits).error()};
  }
  if (single && method == kCopy) {
    return packed.size() == folder.size ? Content{std::string{as_text(packed)}}
                                        : malformed("its size is wrong");
  }
  if (single && method == kDeflate) {
    auto content = zip::inflated(packed, folder.size);
    return content ? Content{std::move(*content)} : malformed("its data is not what its size says");
  }
  return unpack_lzma(folder, packed);
}

/// The packed streams of each folder stand one after another; those of the first begin at `at`.
std::optional<std::vector<ByteView>> packed_parts(const Streams& streams, ByteView body) {
  if (streams.packed_at > body.size()) {
    return std::nullopt;
  }
  ByteView rest = body.subspan(static_cast<std::size_t>(streams.packed_at));
  std::vector<ByteView> made;
  std::size_t next = 0;
  for (const Folder& folder : streams.folders) {
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < folder.packed_streams; ++i, ++next) {
      if (next >= streams.packed_sizes.size() || streams.packed_sizes[next] > rest.size() - size) {
        return std::nullopt;
      }
      size += streams.packed_sizes[next];
    }
    made.push_back(rest.first(static_cast<std::size_t>(size)));
    rest = rest.subspan(static_cast<std::size_t>(size));
  }
  return next == streams.packed_sizes.size() ? std::optional{std::move(made)} : std::nullopt;
}

/// Headers may be packed themselves, once or more.
tl::expected<SevenHeader, Refused> read_headers(ByteView bytes, std::string& unpacked, Job& job) {
  constexpr int kMostTimes = 4;
  Reader start{bytes};
  (void)start.take(8);  // signature and version
  const std::uint32_t crc = start.le32();
  const ByteView rest = Reader{start}.take(20);
  const std::uint64_t offset = start.le64();
  const std::uint64_t size = start.le64();
  const std::uint32_t header_crc = start.le32();
  if (start.failed() || zip::crc32_of(rest) != crc) {
    return malformed("7z start");
  }
  const ByteView body = bytes.subspan(kSignatureHeader);
  if (offset > body.size() || size > body.size() - offset) {
    return refuse(Refusal::Truncated, "7z ends before its headers do, or is one of several");
  }
  if (body.size() - offset != size) {
    return refuse(Refusal::Ambiguous, "something behind its end");
  }
  if (size == 0) {
    return SevenHeader{};
  }
  ByteView header = body.subspan(static_cast<std::size_t>(offset));
  if (zip::crc32_of(header) != header_crc) {
    return malformed("checksum of 7z headers");
  }
  for (int times = 0; times < kMostTimes; ++times) {
    auto read = read_seven_header(header);
    if (!read) {
      return malformed("7z headers");
    }
    if (!read->packed_header) {
      return std::move(*read);
    }
    const Streams& streams = *read->packed_header;
    const auto packed = packed_parts(streams, body);
    if (!packed || packed->size() != 1) {
      return malformed("packed 7z headers");
    }
    auto content = unpack_folder(streams.folders[0], (*packed)[0], job);
    if (!content) {
      return tl::unexpected{std::move(content).error()};
    }
    if (streams.folders[0].crc && zip::crc32_of(as_bytes(*content)) != streams.folders[0].crc) {
      return malformed("checksum of packed 7z headers");
    }
    unpacked = std::move(*content);
    header = as_bytes(unpacked);
  }
  return malformed("7z headers packed too often");
}

/// The files in order, each with its part of a folder; a folder is unpacked when its first is met.
class Files {
 public:
  Files(const Streams& streams, const std::vector<ByteView>& packed, Job& job)
      : streams_{streams}, packed_{packed}, job_{job} {}

  /// The next file's content; nothing where there are more files than parts.
  std::optional<Content> next() {
    while (folder_ < streams_.folders.size() && part_ >= streams_.parts[folder_].size()) {
      ++folder_;
      part_ = 0;
      at_ = 0;
      content_.reset();
    }
    if (folder_ >= streams_.folders.size()) {
      return std::nullopt;
    }
    if (!content_) {
      content_ = unpack_folder(streams_.folders[folder_], packed_[folder_], job_);
    }
    const Streams::Part& part = streams_.parts[folder_][part_++];
    const std::size_t at = std::exchange(at_, at_ + static_cast<std::size_t>(part.size));
    if (!*content_) {
      return content_;
    }
    std::string file = (*content_)->substr(at, static_cast<std::size_t>(part.size));
    if (part.crc && zip::crc32_of(as_bytes(file)) != *part.crc) {
      return malformed("its checksum is wrong");
    }
    return file;
  }
  [[nodiscard]] bool done() { return !next(); }

 private:
  const Streams& streams_;
  const std::vector<ByteView>& packed_;
  Job& job_;
  std::size_t folder_ = 0;
  std::size_t part_ = 0;
  std::size_t at_ = 0;
  std::optional<Content> content_;
};

Checked add(const SevenFile& file, Files& contents, Rebuilding& to) {
  std::optional<Content> content;
  if (file.has_stream) {
    content = contents.next();
    if (!content) {
      return malformed("more files than data");
    }
    if (!*content && (*content).error().why == Refusal::Encrypted) {
      return tl::unexpected{std::move(*content).error()};
    }
  }
  std::string path = file.name;
  std::ranges::replace(path, '\\', '/');
  if (file.is_other) {
    return to.add_other(path);
  }
  if (file.is_directory) {
    return file.has_stream ? Checked{refuse(Refusal::Ambiguous, "a folder with content")}
                           : to.add_directory(path);
  }
  return to.add_file(path, content ? std::move(*content) : Content{std::string{}});
}

}  // namespace

Checked read_seven_zip(ByteView bytes, Job& job, Rebuilding& to) {
  if (bytes.size() < kSignatureHeader) {
    return refuse(Refusal::Truncated, "7z start");
  }
  std::string unpacked;
  const auto header = read_headers(bytes, unpacked, job);
  if (!header) {
    return tl::unexpected{header.error()};
  }
  const auto packed = packed_parts(header->streams, bytes.subspan(kSignatureHeader));
  if (!packed) {
    return malformed("7z streams");
  }
  if (auto counted = job.entries(header->files.size()); !counted) {
    return counted;
  }
  Files contents{header->streams, *packed, job};
  for (const SevenFile& file : header->files) {
    if (auto added = add(file, contents, to); !added) {
      return added;
    }
  }
  return contents.done() ? Checked{} : malformed("more data than files");
}

}  // namespace sekisho::sanitize::archive
