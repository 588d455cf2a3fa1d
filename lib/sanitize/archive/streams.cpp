// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/archive/streams.hpp"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

namespace sekisho::sanitize::archive {
namespace {

constexpr std::size_t kBlock = 256U << 10U;
constexpr std::size_t kMostAtOnce = 1U << 30U;
constexpr std::uint64_t kMostMemory = 160U << 20U;
constexpr int kLargestWindow = 27;  ///< 128 MiB

/// One step of a library: what it took, what it gave, and whether a member ended.
struct Step {
  enum class Is : std::uint8_t { Going, MemberEnds, Damaged, NoMemory, TooMuch };
  Is is{};
  std::size_t took = 0;
  std::size_t gave = 0;
};

class Gzip {
 public:
  Gzip() {
    constexpr int kWithHeader = 15 + 16;
    if (inflateInit2(&stream_, kWithHeader) != Z_OK) {
      throw std::bad_alloc{};
    }
  }
  ~Gzip() { inflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  void begin() { (void)inflateReset(&stream_); }
  Step step(ByteView in, std::span<std::uint8_t> out) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): zlib's older signature; it only reads
    stream_.next_in = const_cast<Bytef*>(in.data());
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<uInt>(out.size());
    const int state = inflate(&stream_, Z_NO_FLUSH);
    const Step::Is is = state == Z_STREAM_END                   ? Step::Is::MemberEnds
                        : state == Z_OK || state == Z_BUF_ERROR ? Step::Is::Going
                        : state == Z_MEM_ERROR                  ? Step::Is::NoMemory
                                                                : Step::Is::Damaged;
    return {is, in.size() - stream_.avail_in, out.size() - stream_.avail_out};
  }

 private:
  z_stream stream_{};
};

class Bzip2 {
 public:
  Bzip2() { open(); }
  ~Bzip2() { BZ2_bzDecompressEnd(&stream_); }
  Bzip2(const Bzip2&) = delete;
  Bzip2& operator=(const Bzip2&) = delete;

  void begin() {
    BZ2_bzDecompressEnd(&stream_);
    open();
  }
  Step step(ByteView in, std::span<std::uint8_t> out) {
    // NOLINTBEGIN(cppcoreguidelines-pro-type-const-cast,cppcoreguidelines-pro-type-reinterpret-cast)
    stream_.next_in = reinterpret_cast<char*>(const_cast<std::uint8_t*>(in.data()));
    stream_.next_out = reinterpret_cast<char*>(out.data());
    // NOLINTEND(cppcoreguidelines-pro-type-const-cast,cppcoreguidelines-pro-type-reinterpret-cast)
    stream_.avail_in = static_cast<unsigned>(in.size());
    stream_.avail_out = static_cast<unsigned>(out.size());
    const int state = BZ2_bzDecompress(&stream_);
    const Step::Is is = state == BZ_STREAM_END  ? Step::Is::MemberEnds
                        : state == BZ_OK        ? Step::Is::Going
                        : state == BZ_MEM_ERROR ? Step::Is::NoMemory
                                                : Step::Is::Damaged;
    return {is, in.size() - stream_.avail_in, out.size() - stream_.avail_out};
  }

 private:
  void open() {
    stream_ = {};
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) {
      throw std::bad_alloc{};
    }
  }
  bz_stream stream_{};
};

class Xz {
 public:
  Xz() = default;
  ~Xz() { lzma_end(&stream_); }
  Xz(const Xz&) = delete;
  Xz& operator=(const Xz&) = delete;

  void begin() {
    if (lzma_stream_decoder(&stream_, kMostMemory, 0) != LZMA_OK) {
      throw std::bad_alloc{};
    }
  }
  Step step(ByteView in, std::span<std::uint8_t> out) {
    stream_.next_in = in.data();
    stream_.avail_in = in.size();
    stream_.next_out = out.data();
    stream_.avail_out = out.size();
    const lzma_ret state = lzma_code(&stream_, LZMA_RUN);
    const Step::Is is = state == LZMA_STREAM_END                      ? Step::Is::MemberEnds
                        : state == LZMA_OK || state == LZMA_BUF_ERROR ? Step::Is::Going
                        : state == LZMA_MEM_ERROR                     ? Step::Is::NoMemory
                        : state == LZMA_MEMLIMIT_ERROR                ? Step::Is::TooMuch
                                                                      : Step::Is::Damaged;
    return {is, in.size() - stream_.avail_in, out.size() - stream_.avail_out};
  }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
};

class Zstd {
 public:
  Zstd() : stream_{ZSTD_createDStream(), &ZSTD_freeDStream} {
    if (!stream_) {
      throw std::bad_alloc{};
    }
    (void)ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kLargestWindow);
  }
  void begin() { (void)ZSTD_DCtx_reset(stream_.get(), ZSTD_reset_session_only); }
  Step step(ByteView in, std::span<std::uint8_t> out) {
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const std::size_t state = ZSTD_decompressStream(stream_.get(), &to, &from);
    const ZSTD_ErrorCode error = ZSTD_getErrorCode(state);
    const Step::Is is = error == ZSTD_error_memory_allocation               ? Step::Is::NoMemory
                        : error == ZSTD_error_frameParameter_windowTooLarge ? Step::Is::TooMuch
                        : ZSTD_isError(state) != 0                          ? Step::Is::Damaged
                        : state == 0                                        ? Step::Is::MemberEnds
                                                                            : Step::Is::Going;
    return {is, from.pos, to.pos};
  }

 private:
  std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream_;
};

template <typename Library>
tl::expected<std::string, Refused> unpack(ByteView packed, Job& job) {
  Library library;
  Unpacking unpacking{job, packed.size()};
  std::vector<std::uint8_t> block(kBlock);
  std::string made;
  bool within = false;
  while (within || !packed.empty()) {
    if (!within) {
      library.begin();
      within = true;
    }
    const ByteView next = packed.first(std::min(packed.size(), kMostAtOnce));
    const Step step = library.step(next, block);
    packed = packed.subspan(step.took);
    if (step.is == Step::Is::NoMemory) {
      throw std::bad_alloc{};
    }
    if (step.is == Step::Is::TooMuch) {
      return refuse(Refusal::ExpandsTooMuch, "its dictionary is too large");
    }
    if (step.is == Step::Is::Damaged) {
      return made.empty() && step.gave == 0
                 ? refuse(Refusal::Malformed, "compressed data is damaged")
                 : refuse(Refusal::Malformed,
                          "compressed data is damaged, or something is behind it");
    }
    if (auto fits = unpacking.grows(step.gave); !fits) {
      return tl::unexpected{std::move(fits).error()};
    }
    made += as_text({block.data(), step.gave});
    within = step.is != Step::Is::MemberEnds;
    if (within && step.took == 0 && step.gave == 0) {
      return refuse(Refusal::Truncated, "compressed data ends early");
    }
  }
  return made;
}

}  // namespace

tl::expected<std::string, Refused> unpack_stream(Type type, ByteView packed, Job& job) {
  switch (type) {
    case Type::Gzip: return unpack<Gzip>(packed, job);
    case Type::Bzip2: return unpack<Bzip2>(packed, job);
    case Type::Xz: return unpack<Xz>(packed, job);
    case Type::Zstd: return unpack<Zstd>(packed, job);
    default: return refuse(Refusal::UnsupportedType);
  }
}

}  // namespace sekisho::sanitize::archive
