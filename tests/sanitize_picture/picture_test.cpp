// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/picture/formats.hpp"
#include "support/scratch.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sekisho::sanitize::picture {
namespace {

const Profile kProfile;
const Limits kLimits;

const Format& format_of(Type type) {
  return *std::ranges::find(formats(), type, &Format::type);
}

struct Result {
  std::string refused;  ///< the word of the refusal
  std::string detail;
  std::string bytes;
  std::string codes;
};

Result sanitized(Type type, std::string_view bytes, const Limits& limits = kLimits) {
  Job job{limits, kProfile, {}};
  Item item;
  item.bytes = as_bytes(bytes);
  Outcome outcome = format_of(type).sanitize(type, item, job);
  if (!outcome) {
    return {std::string{word_of(outcome.error().why).name}, outcome.error().detail, {}, {}};
  }
  EXPECT_EQ(outcome->type, type);
  EXPECT_FALSE(outcome->partial);
  return {{}, {}, std::move(outcome->bytes), job.report().codes()};
}

std::string inspected(Type type, std::string_view bytes) {
  Inspection inspection{kLimits, {}};
  return format_of(type).inspect(type, as_bytes(bytes), inspection);
}

/// What leaves for an item of the type.
Type leaves_as(Type type) {
  return type == Type::Gif || type == Type::Bmp ? Type::Png : type;
}

Type type_named(std::string_view file) {
  return type_called(file.substr(file.rfind('.') + 1));
}

/// Everything that made.py writes, once for all tests.
const test::Scratch& pictures() {
  static const test::Scratch kPictures;
  static const auto kMade =
      kPictures.run("/usr/bin/python3 " SEKISHO_SOURCE "/tests/sanitize_picture/made.py .");
  EXPECT_EQ(kMade.status, 0) << kMade.output;
  return kPictures;
}

struct Good {
  const char* file;
  double allowed;  ///< mean difference per sample; -1: not compared
  const char* codes = "REP_IMAGE";
};

/// Decoders round differently, and JPEG loses some each time.
constexpr double kNone = 0;
constexpr double kRounding = 1;
constexpr double kLossy = 4;

const std::vector<Good> kGood{
    {"plain.jpg", kLossy},
    {"gray.jpg", kLossy},
    {"full.jpg", kLossy},
    {"half.jpg", kLossy},
    {"progressive.jpg", kLossy},
    {"cmyk.jpg", kLossy},
    {"tiny.jpg", kLossy},
    {"turned1.jpg", kLossy, "DEL_META REP_IMAGE"},
    {"turned2.jpg", kLossy, "DEL_META REP_IMAGE"},
    {"turned3.jpg", kLossy, "DEL_META REP_IMAGE"},
    {"turned4.jpg", kLossy, "DEL_META REP_IMAGE"},
    {"turned5.jpg", kLossy, "DEL_META REP_IMAGE"},
    {"turned6.jpg", kLossy, "DEL_META REP_IMAGE"},
    {"turned7.jpg", kLossy, "DEL_META REP_IMAGE"},
    {"turned8.jpg", kLossy, "DEL_META REP_IMAGE"},
    {"p3.jpg", kLossy, "DEL_META REP_IMAGE"},
    {"comment.jpg", kLossy, "DEL_META REP_IMAGE"},
    {"dirty.jpg", kLossy, "DEL_META DEL_TRAIL REP_IMAGE"},
    {"plain.png", kNone},
    {"alpha.png", kNone},
    {"gray.png", kNone},
    {"gray-alpha.png", kNone},
    {"bits.png", kNone},
    {"palette.png", kNone},
    {"palette-transparent.png", kNone},
    {"few.png", kNone},
    {"sixteen-gray.png", kNone},
    {"sixteen.png", kNone},
    {"interlaced.png", kNone},
    {"trns.png", kNone},
    {"dirty.png", kNone, "DEL_META DEL_TRAIL REP_IMAGE"},
    {"p3.png", kRounding, "DEL_META REP_IMAGE"},
    {"turned6.png", kNone, "DEL_META REP_IMAGE"},
    {"animated.png", kNone, "DEL_FRAME REP_IMAGE"},
    {"plain.gif", kNone},
    {"transparent.gif", kNone},
    {"interlaced.gif", kNone},
    {"animated.gif", kNone, "DEL_META DEL_FRAME REP_IMAGE"},
    {"dirty.gif", kNone, "DEL_META DEL_UNKNOWN DEL_TRAIL REP_IMAGE"},
    {"frames.gif", kNone, "DEL_FRAME REP_IMAGE"},
    {"outside.gif", -1},
    {"plain.bmp", kNone},
    {"palette.bmp", kNone},
    {"gray.bmp", kNone},
    {"bits.bmp", kNone},
    {"wide.bmp", kNone},
    {"down.bmp", kNone},
    {"sixteen.bmp", kRounding},
    {"fields.bmp", kRounding},
    {"core.bmp", kNone},
    {"rle8.bmp", kNone},
    {"rle4.bmp", kNone},
    {"linked.bmp", -1, "DEL_EXTERNAL DEL_TRAIL REP_IMAGE"},
    {"trailing.bmp", kNone, "DEL_TRAIL REP_IMAGE"},
    {"plain.webp", kNone},
    {"lossless.webp", kNone},
    {"alpha.webp", kNone},
    {"alpha-lossless.webp", kNone},
    {"animated.webp", kNone, "DEL_FRAME REP_IMAGE"},
    {"dirty.webp", kNone, "DEL_META DEL_UNKNOWN DEL_TRAIL REP_IMAGE"},
    {"turned6.webp", kNone, "DEL_META REP_IMAGE"},
    {"raw.tif", kNone},
    {"tiff_lzw.tif", kNone},
    {"tiff_adobe_deflate.tif", kNone},
    {"jpeg.tif", kLossy},
    {"packbits.tif", kNone},
    {"group3.tif", kNone},
    {"group4.tif", kNone},
    {"tiff_ccitt.tif", kNone},
    {"gray.tif", kNone},
    {"palette.tif", kNone},
    {"alpha.tif", kLossy},
    {"cmyk.tif", kLossy},
    {"pages.tif", kNone},
    {"turned2.tif", kNone},
    {"turned3.tif", kNone},
    {"turned5.tif", kNone},
    {"turned6.tif", kNone},
    {"turned8.tif", kNone},
    {"dirty.tif", kNone, "DEL_META REP_IMAGE"},
    {"subifd.tif", kNone, "DEL_META REP_IMAGE"},
    {"thumbnail.tif", -1, "DEL_HIDDEN REP_IMAGE"},
    {"counts.tif", -1},
    {"big.tif", kNone},
    {"many.tif", -1},
};

TEST(Picture, IsRebuiltCleanAndLooksTheSameToOthers) {
  const test::Scratch& scratch = pictures();
  std::string list;
  for (const Good& good : kGood) {
    SCOPED_TRACE(good.file);
    const Type type = type_named(good.file);

    const Result result = sanitized(type, scratch.read(good.file));

    EXPECT_EQ(result.refused, "") << result.detail;
    EXPECT_EQ(result.codes, good.codes);
    EXPECT_EQ(inspected(type, result.bytes), "");
    const std::string out =
        "out-" + std::string{good.file} + "." + std::string{word_of(type).extension};
    scratch.write(out, result.bytes);
    list += std::string{good.file} + " " + out + " " + std::to_string(good.allowed) + "\n";
  }
  scratch.write("list", list);

  const auto checked = scratch.run("/usr/bin/python3 -W ignore " SEKISHO_SOURCE
                                   "/tests/sanitize_picture/check.py <list");

  EXPECT_EQ(checked.output, "looked at " + std::to_string(kGood.size()) + "\n");
}

TEST(Picture, ItsResultIsItsOwnResult) {
  for (const Good& good : kGood) {
    SCOPED_TRACE(good.file);
    const Type type = type_named(good.file);
    const std::string once = sanitized(type, pictures().read(good.file)).bytes;

    const Result twice = sanitized(leaves_as(type), once);

    EXPECT_EQ(twice.refused, "") << twice.detail;
    EXPECT_EQ(twice.codes, "REP_IMAGE");
    EXPECT_TRUE(twice.bytes == once) << once.size() << " bytes, then " << twice.bytes.size();
  }
}

TEST(Picture, OnlyAStreamThatIsOursToTheByteKeepsItsCoefficients) {
  const std::string once = sanitized(Type::Jpeg, pictures().read("plain.jpg")).bytes;
  std::string commented = once;
  commented.insert(2, std::string_view{"\xff\xfe\x00\x08SECRET", 10});
  std::string followed = once + "SECRET";

  for (const std::string& other : {commented, followed}) {
    const Result result = sanitized(Type::Jpeg, other);
    EXPECT_EQ(result.refused, "");
    EXPECT_EQ(result.bytes.find("SECRET"), std::string::npos);
    EXPECT_EQ(inspected(Type::Jpeg, result.bytes), "");
  }
}

struct Bad {
  const char* file;
  const char* refused;
};

const std::vector<Bad> kBad{
    {"truncated.jpg", "truncated"},
    {"damaged.jpg", "malformed"},
    {"arithmetic.jpg", "unsupported_type"},
    {"lossless.jpg", "unsupported_type"},
    {"twelve.jpg", "unsupported_type"},
    {"huge.jpg", "too_many_pixels"},
    {"nothing.jpg", "malformed"},
    {"scans.jpg", "expands_too_much"},
    {"text-first.png", "malformed"},
    {"two-headers.png", "malformed"},
    {"two-palettes.png", "ambiguous"},
    {"checksum.png", "malformed"},
    {"truncated.png", "truncated"},
    {"huge.png", "too_many_pixels"},
    {"short.png", "malformed"},
    {"truncated.gif", "truncated"},
    {"huge.gif", "too_many_pixels"},
    {"huge-frame.gif", "too_many_pixels"},
    {"nothing.gif", "malformed"},
    {"bad-code.gif", "truncated"},
    {"jpeg.bmp", "unsupported_type"},
    {"rle-outside.bmp", "truncated"},
    {"rle-endless.bmp", "truncated"},
    {"huge.bmp", "too_many_pixels"},
    {"truncated.bmp", "truncated"},
    {"negative.bmp", "too_many_pixels"},
    {"truncated.webp", "truncated"},
    {"huge.webp", "too_many_pixels"},
    {"damaged.webp", "malformed"},
    {"loop.tif", "malformed"},
    {"loop2.tif", "malformed"},
    {"huge.tif", "too_many_pixels"},
    {"short.tif", "malformed"},
    {"compression.tif", "unsupported_type"},
};

TEST(Picture, IsRefusedWhereItIsNotWhatItSays) {
  for (const Bad& bad : kBad) {
    const Result result = sanitized(type_named(bad.file), pictures().read(bad.file));

    EXPECT_EQ(result.refused, bad.refused) << bad.file << ": " << result.detail;
  }
}

TEST(Picture, PackedTextAndProfilesDoNotExpand) {
  for (const char* file : {"bomb-text.png", "bomb-profile.png"}) {
    const Result result = sanitized(Type::Png, pictures().read(file));
    EXPECT_LT(result.bytes.size(), 100'000U) << file;
  }
}

TEST(Picture, EndsAtTheBoundsItIsGiven) {
  Limits pixels;
  pixels.pixels = 97 * 61 - 1;
  Limits expanded;
  expanded.expanded = 97 * 61 - 1;
  Limits bytes;
  bytes.bytes_out = 1'000;
  Limits pages;
  pages.entries = 2;

  for (const char* file :
       {"plain.jpg", "plain.png", "plain.gif", "plain.bmp", "plain.webp", "raw.tif"}) {
    const Type type = type_named(file);
    const std::string picture = pictures().read(file);
    EXPECT_EQ(sanitized(type, picture, pixels).refused, "too_many_pixels") << file;
    EXPECT_EQ(sanitized(type, picture, expanded).refused, "expands_too_much") << file;
    EXPECT_EQ(sanitized(type, picture, bytes).refused, "output_too_large") << file;
  }
  EXPECT_EQ(sanitized(Type::Tiff, pictures().read("pages.tif"), pages).refused, "too_many_entries");
}

TEST(Picture, EveryPrefixIsRefusedOrRebuiltClean) {
  for (const char* file :
       {"dirty.jpg", "dirty.png", "dirty.gif", "rle8.bmp", "dirty.webp", "dirty.tif"}) {
    const Type type = type_named(file);
    const std::string whole = pictures().read(file);
    for (std::size_t length = 0; length < whole.size(); length += 1 + whole.size() / 150) {
      const Result result = sanitized(type, whole.substr(0, length));
      if (result.refused.empty()) {
        EXPECT_EQ(inspected(type, result.bytes), "") << file << " " << length;
      }
    }
  }
}

/// An inspection that finds nothing in anything would not be one.
TEST(PictureInspection, FindsWhatWasPutIn) {
  for (const Good& good : kGood) {
    const Type type = type_named(good.file);
    const std::string original = pictures().read(good.file);
    if (std::string_view{good.codes} != "REP_IMAGE") {
      EXPECT_NE(inspected(type, original), "") << good.file;
    }
    const std::string clean = sanitized(type, original).bytes;
    EXPECT_NE(inspected(type, clean + "x"), "") << good.file;
    EXPECT_NE(inspected(type, clean + std::string(2, '\0')), "") << good.file;
    EXPECT_NE(inspected(type, std::string_view{clean}.substr(0, clean.size() - 1)), "")
        << good.file;
    EXPECT_NE(inspected(type, ""), "");
  }
}

}  // namespace
}  // namespace sekisho::sanitize::picture
