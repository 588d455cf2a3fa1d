// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/zip/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace sekisho::sanitize::zip {
namespace {

constexpr int kRaw = -15;
constexpr int kLevel = 6;
constexpr std::size_t kMostAtOnce = 1U << 30U;  // zlib counts in 32 bits

struct Inflating : z_stream {
  Inflating() : z_stream{} {
    if (inflateInit2(this, kRaw) != Z_OK) {
      throw std::bad_alloc{};
    }
  }
  ~Inflating() { inflateEnd(this); }
  Inflating(const Inflating&) = delete;
  Inflating& operator=(const Inflating&) = delete;
};

struct Deflating : z_stream {
  Deflating() : z_stream{} {
    if (deflateInit2(this, kLevel, Z_DEFLATED, kRaw, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc{};
    }
  }
  ~Deflating() { deflateEnd(this); }
  Deflating(const Deflating&) = delete;
  Deflating& operator=(const Deflating&) = delete;
};

/// Gives the stream the next of `rest` where it has used up what it had.
void feed(z_stream& stream, ByteView& rest) {
  if (stream.avail_in == 0 && !rest.empty()) {
    const ByteView next = rest.first(std::min(rest.size(), kMostAtOnce));
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): zlib's older signature; it only reads
    stream.next_in = const_cast<Bytef*>(next.data());
    stream.avail_in = static_cast<uInt>(next.size());
    rest = rest.subspan(next.size());
  }
}

void room(z_stream& stream, std::string& made, std::size_t filled) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): char and byte may alias
  stream.next_out = reinterpret_cast<Bytef*>(made.data() + filled);
  stream.avail_out = static_cast<uInt>(std::min(made.size() - filled, kMostAtOnce));
}

}  // namespace

std::string deflated(std::string_view content) {
  Deflating stream;
  std::string made(deflateBound(&stream, content.size()) + 64, '\0');
  std::size_t filled = 0;
  ByteView rest = as_bytes(content);
  for (int state = Z_OK; state == Z_OK;) {
    feed(stream, rest);
    room(stream, made, filled);
    const uInt before = stream.avail_out;
    state = deflate(&stream, rest.empty() ? Z_FINISH : Z_NO_FLUSH);
    filled += before - stream.avail_out;
  }
  made.resize(filled);
  return made;
}

std::optional<std::string> inflated(ByteView packed, std::uint64_t size) {
  if (size >= std::numeric_limits<std::size_t>::max()) {
    return std::nullopt;
  }
  Inflating stream;
  // one byte more than there may be, so that a stream that goes on is seen to
  std::string made(static_cast<std::size_t>(size) + 1, '\0');
  std::size_t filled = 0;
  int state = Z_OK;
  while (state == Z_OK && filled < made.size()) {
    feed(stream, packed);
    room(stream, made, filled);
    const uInt before = stream.avail_out;
    state = inflate(&stream, Z_NO_FLUSH);
    filled += before - stream.avail_out;
  }
  if (state == Z_MEM_ERROR) {
    throw std::bad_alloc{};
  }
  if (state != Z_STREAM_END || filled != size || stream.avail_in != 0 || !packed.empty()) {
    return std::nullopt;
  }
  made.resize(filled);
  return made;
}

std::uint32_t crc32_of(ByteView bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, bytes.data(), bytes.size()));
}

}  // namespace sekisho::sanitize::zip
