// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/archive/seven_zip_headers.hpp"

#include "sanitize/zip/name.hpp"

#include <algorithm>
#include <numeric>

namespace sekisho::sanitize::archive {
namespace {

enum Id : std::uint8_t {
  kEnd = 0x00,
  kHeader = 0x01,
  kArchiveProperties = 0x02,
  kMainStreams = 0x04,
  kFiles = 0x05,
  kPackInfo = 0x06,
  kUnpackInfo = 0x07,
  kSubStreams = 0x08,
  kSize = 0x09,
  kCrc = 0x0a,
  kFolder = 0x0b,
  kUnpackSize = 0x0c,
  kCount = 0x0d,
  kEmptyStream = 0x0e,
  kEmptyFile = 0x0f,
  kAnti = 0x10,
  kNames = 0x11,
  kAttributes = 0x15,
  kPackedHeader = 0x17,
};

constexpr std::size_t kMostCoders = 4;

/// Thrown away with everything else as soon as one thing is wrong.
class Parser {
 public:
  explicit Parser(ByteView bytes) : reader_{bytes} {}

  std::optional<SevenHeader> read() {
    SevenHeader header;
    const std::uint8_t kind = reader_.u8();
    if (kind == kPackedHeader) {
      header.packed_header = streams();
    } else if (kind == kHeader) {
      plain(header);
    } else {
      wrong_ = true;
    }
    return wrong_ || reader_.failed() || reader_.left() != 0 ? std::nullopt
                                                             : std::optional{std::move(header)};
  }

 private:
  [[nodiscard]] bool bad() const { return wrong_ || reader_.failed(); }
  void want(bool holds) { wrong_ |= !holds; }

  std::uint64_t number() {
    const unsigned first = reader_.u8();
    std::uint64_t value = 0;
    for (unsigned i = 0, mask = 0x80; i < 8; ++i, mask >>= 1U) {
      if ((first & mask) == 0) {
        return value | std::uint64_t{first & (mask - 1)} << 8 * i;
      }
      value |= std::uint64_t{reader_.u8()} << 8 * i;
    }
    return value;
  }
  /// Of things that each take a byte at least, or a bit.
  std::size_t count(std::size_t per_byte = 1) {
    const std::uint64_t value = number();
    want(value <= reader_.left() * per_byte);
    return bad() ? 0 : static_cast<std::size_t>(value);
  }
  std::vector<bool> bits(std::size_t size) {
    std::vector<bool> made(size);
    std::uint8_t byte = 0;
    for (std::size_t i = 0; i < size; ++i) {
      byte = i % 8 == 0 ? reader_.u8() : static_cast<std::uint8_t>(byte << 1U);
      made[i] = (byte & 0x80U) != 0;
    }
    return made;
  }
  std::vector<bool> optional_bits(std::size_t size) {
    return reader_.u8() != 0 ? std::vector<bool>(size, true) : bits(size);
  }
  std::vector<std::optional<std::uint32_t>> checksums(std::size_t size) {
    std::vector<std::optional<std::uint32_t>> made(size);
    const std::vector<bool> defined = optional_bits(size);
    for (std::size_t i = 0; i < size; ++i) {
      if (defined[i]) {
        made[i] = reader_.le32();
      }
    }
    return made;
  }

  void pack_info(Streams& to) {
    to.packed_at = number();
    const std::size_t streams = count();
    for (std::uint8_t id = reader_.u8(); id != kEnd && !bad(); id = reader_.u8()) {
      if (id == kSize) {
        for (std::size_t i = 0; i < streams; ++i) {
          to.packed_sizes.push_back(number());
        }
      } else if (id == kCrc) {
        (void)checksums(streams);
      } else {
        want(false);
      }
    }
    want(to.packed_sizes.size() == streams);
  }

  Folder folder() {
    Folder made;
    const std::size_t coders = count();
    want(coders >= 1 && coders <= kMostCoders);
    std::size_t ins = 0;
    std::size_t outs = 0;
    for (std::size_t i = 0; i < coders && !bad(); ++i) {
      const std::uint8_t flags = reader_.u8();
      Coder coder;
      coder.method = as_text(reader_.take(flags & 0x0fU));
      const bool several = (flags & 0x10U) != 0;
      const std::uint64_t in = several ? number() : 1;
      const std::uint64_t out = several ? number() : 1;
      want(in >= 1 && in <= 8 && out >= 1 && out <= 8 && (flags & 0xc0U) == 0);
      ins += static_cast<std::size_t>(in & 0xfU);
      outs += static_cast<std::size_t>(out & 0xfU);
      made.is_chain = made.is_chain && in == 1 && out == 1;
      if ((flags & 0x20U) != 0) {
        coder.properties = reader_.take(count());
      }
      made.coders.push_back(coder);
    }
    bind(made, ins, outs);
    return made;
  }

  /// Puts the coders of a chain in order: each reads what the next one makes.
  void bind(Folder& made, std::size_t ins, std::size_t outs) {
    std::vector<std::size_t> source(ins, ins);  // of each input: the output it reads
    std::vector<bool> is_read(outs);
    for (std::size_t i = 1; i < outs && !bad(); ++i) {
      const std::uint64_t in = number();
      const std::uint64_t out = number();
      want(in < ins && out < outs && source[in] == ins && !is_read[out]);
      if (!bad()) {
        source[in] = out;
        is_read[out] = true;
      }
    }
    want(ins + 1 > outs);
    if (bad()) {
      return;
    }
    made.packed_streams = ins + 1 - outs;
    for (std::size_t i = 0; made.packed_streams > 1 && i < made.packed_streams; ++i) {
      (void)number();
    }
    made.is_chain = made.is_chain && made.packed_streams == 1;
    outputs_.push_back(outs);
    main_.push_back(static_cast<std::size_t>(std::ranges::find(is_read, false) - is_read.begin()));
    if (!made.is_chain) {
      return;
    }
    std::vector<Coder> ordered;
    for (std::size_t at = main_.back(); at < ins && ordered.size() <= ins; at = source[at]) {
      ordered.push_back(made.coders[at]);
    }
    want(ordered.size() == made.coders.size());
    made.coders = std::move(ordered);
  }

  void unpack_info(Streams& to) {
    want(reader_.u8() == kFolder);
    const std::size_t folders = count();
    want(reader_.u8() == 0);  // not elsewhere
    outputs_.clear();
    main_.clear();
    for (std::size_t i = 0; i < folders && !bad(); ++i) {
      to.folders.push_back(folder());
    }
    want(reader_.u8() == kUnpackSize);
    for (std::size_t i = 0; i < folders && !bad(); ++i) {
      for (std::size_t out = 0; out < outputs_[i]; ++out) {
        const std::uint64_t size = number();
        to.folders[i].size = out == main_[i] ? size : to.folders[i].size;
      }
    }
    for (std::uint8_t id = reader_.u8(); id != kEnd && !bad(); id = reader_.u8()) {
      want(id == kCrc);
      const auto sums = checksums(folders);
      for (std::size_t i = 0; i < folders && !bad(); ++i) {
        to.folders[i].crc = sums[i];
      }
    }
  }

  void sub_streams(Streams& to) {
    std::uint8_t id = reader_.u8();
    std::vector<std::size_t> counts(to.folders.size(), 1);
    if (id == kCount) {
      for (std::size_t& files : counts) {
        files = count(1U << 20U);  // files of no size take no byte here, and one each in the list
        want(files <= kMostFiles && (total_ += files) <= kMostFiles);
      }
      id = reader_.u8();
    }
    const bool sized = id == kSize;
    for (std::size_t i = 0; i < counts.size() && !bad(); ++i) {
      std::uint64_t left = to.folders[i].size;
      std::vector<Streams::Part>& parts = to.parts.emplace_back(counts[i]);
      for (std::size_t part = 0; part + 1 < parts.size() && !bad(); ++part) {
        want(sized);
        parts[part].size = number();
        want(parts[part].size <= left);
        left -= bad() ? left : parts[part].size;
      }
      if (!parts.empty()) {
        parts.back().size = left;
      }
    }
    id = sized ? reader_.u8() : id;
    part_checksums(to, id);
  }

  /// Those that no folder's checksum stands for.
  void part_checksums(Streams& to, std::uint8_t id) {
    std::vector<Streams::Part*> unknown;
    for (std::size_t i = 0; i < to.parts.size() && !bad(); ++i) {
      if (to.parts[i].size() == 1 && to.folders[i].crc) {
        to.parts[i][0].crc = to.folders[i].crc;
        continue;
      }
      for (Streams::Part& part : to.parts[i]) {
        unknown.push_back(&part);
      }
    }
    for (; id != kEnd && !bad(); id = reader_.u8()) {
      want(id == kCrc);
      if (bad()) {
        return;
      }
      const auto sums = checksums(unknown.size());
      for (std::size_t i = 0; i < unknown.size(); ++i) {
        unknown[i]->crc = sums[i];
      }
    }
  }

  Streams streams() {
    Streams made;
    bool divided = false;
    for (std::uint8_t id = reader_.u8(); id != kEnd && !bad(); id = reader_.u8()) {
      if (id == kPackInfo && made.packed_sizes.empty()) {
        pack_info(made);
      } else if (id == kUnpackInfo && made.folders.empty()) {
        unpack_info(made);
      } else if (id == kSubStreams && !divided) {
        divided = true;
        sub_streams(made);
      } else {
        want(false);
      }
    }
    for (std::size_t i = 0; !divided && i < made.folders.size(); ++i) {
      made.parts.push_back({{made.folders[i].size, made.folders[i].crc}});
    }
    return made;
  }

  void names(Reader reader, std::vector<SevenFile>& files) {
    want(reader.u8() == 0);
    const std::string_view text = as_text(reader.take(reader.left()));
    std::size_t at = 0;
    for (SevenFile& file : files) {
      std::size_t end = at;
      while (end + 1 < text.size() && (text[end] != 0 || text[end + 1] != 0)) {
        end += 2;
      }
      const auto name = zip::from_utf16le(text.substr(at, end - at));
      want(end + 1 < text.size() && name && !name->empty());
      if (bad()) {
        return;
      }
      file.name = *name;
      at = end + 2;
    }
    want(at == text.size());
  }

  void attributes(ByteView content, std::vector<SevenFile>& files) {
    Parser inner{content};
    const std::vector<bool> defined = inner.optional_bits(files.size());
    inner.want(inner.reader_.u8() == 0);
    for (std::size_t i = 0; i < files.size() && !inner.bad(); ++i) {
      const std::uint32_t value = defined[i] ? inner.reader_.le32() : 0;
      const unsigned kind = (value & 0x8000U) != 0 ? value >> 28U : 0;
      files[i].is_directory |= (value & 0x10U) != 0;
      files[i].is_other |= (value & 0x400U) != 0 || (kind != 0 && kind != 010 && kind != 004);
    }
    want(!inner.bad());
  }

  void plain(SevenHeader& header) {
    std::uint8_t id = reader_.u8();
    if (id == kMainStreams) {
      header.streams = streams();
      id = reader_.u8();
    }
    if (id == kFiles) {
      files(header.files);
      id = reader_.u8();
    }
    want(id == kEnd);
  }

  void files(std::vector<SevenFile>& to) {
    const std::size_t number_of_files = count();
    want(number_of_files <= kMostFiles);
    if (bad()) {
      return;
    }
    to.resize(number_of_files);
    std::vector<bool> empty(number_of_files);
    std::vector<bool> empty_file;
    std::vector<bool> anti;
    bool named = false;
    for (std::uint64_t id = number(); id != kEnd && !bad(); id = number()) {
      const ByteView content = reader_.take(count());
      Parser inner{content};
      const auto empties = static_cast<std::size_t>(std::ranges::count(empty, true));
      if (id == kEmptyStream) {
        empty = inner.bits(number_of_files);
      } else if (id == kEmptyFile) {
        empty_file = inner.bits(empties);
      } else if (id == kAnti) {
        anti = inner.bits(empties);
      } else if (id == kNames) {
        want(!named);
        named = true;
        names(Reader{content}, to);
      } else if (id == kAttributes) {
        attributes(content, to);
      }  // times, and what fills up
      want(!inner.bad());
    }
    want(named || to.empty());
    std::size_t at = 0;
    for (std::size_t i = 0; i < to.size() && !bad(); ++i) {
      to[i].has_stream = !empty[i];
      if (empty[i]) {
        to[i].is_directory |= at >= empty_file.size() || !empty_file[at];
        to[i].is_other |= at < anti.size() && anti[at];
        ++at;
      }
    }
  }

  static constexpr std::size_t kMostFiles = 1'000'000;

  Reader reader_;
  bool wrong_ = false;
  std::vector<std::size_t> outputs_;  ///< of each folder
  std::vector<std::size_t> main_;     ///< of each folder: the output that nothing reads
  std::size_t total_ = 0;
};

}  // namespace

std::optional<SevenHeader> read_seven_header(ByteView header) {
  return Parser{header}.read();
}

}  // namespace sekisho::sanitize::archive
