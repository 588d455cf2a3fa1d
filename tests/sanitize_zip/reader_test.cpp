// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/zip/reader.hpp"

#include "base/escape.hpp"
#include "support/made_zip.hpp"
#include "support/scratch.hpp"

#include <gtest/gtest.h>

namespace sekisho::sanitize::zip {
namespace {

using test::MadeEntry;
using test::MadeZip;
using test::ZipHeader;

const Limits kLimits;
const Profile kProfile;

struct Got {
  std::string refused;  ///< the word of the refusal
  std::string detail;
  std::vector<std::string> paths;
  std::vector<std::string> contents;  ///< of files; a refusal as "!word"
};

Got read_all(std::string_view bytes, const Limits& limits = kLimits) {
  Job job{limits, kProfile, {}};
  const auto archive = read(as_bytes(bytes), job);
  Got got;
  if (!archive) {
    got.refused = word_of(archive.error().why).name;
    got.detail = archive.error().detail;
    return got;
  }
  for (const Entry& entry : archive->entries) {
    got.paths.push_back(entry.path);
    if (entry.kind == Entry::Kind::File) {
      const auto content = unpack(entry, job);
      got.contents.push_back(content ? *content
                                     : "!" + std::string{word_of(content.error().why).name});
    }
  }
  return got;
}

using Texts = std::vector<std::string>;

/// Two files in a folder, as most archives are.
MadeZip two() {
  MadeZip zip;
  zip.entries.emplace_back("a.txt", "first");
  zip.entries.emplace_back("b/c.txt", "second");
  return zip;
}

TEST(ZipReader, ReadsWhatIsRight) {
  const Got got = read_all(two().bytes());

  EXPECT_EQ(got.refused, "");
  EXPECT_EQ(got.paths, (Texts{"a.txt", "b/c.txt"}));
  EXPECT_EQ(got.contents, (Texts{"first", "second"}));
}

TEST(ZipReader, ReadsAnEmptyArchive) {
  EXPECT_EQ(read_all(MadeZip{}.bytes()).refused, "");
}

struct Wrong {
  const char* name;
  const char* refusal;
  std::function<void(MadeZip&)> change;
};
void PrintTo(const Wrong& wrong, std::ostream* to) {
  *to << wrong.name;
}

/// Changes the first entry's headers, both of them.
auto both(const std::function<void(ZipHeader&)>& change) {
  return [change](MadeZip& zip) { zip.entries[0].both(change); };
}
/// One of them alone: what one reader sees and another does not.
auto local(const std::function<void(ZipHeader&)>& change) {
  return [change](MadeZip& zip) { change(zip.entries[0].local); };
}
auto entry(const std::function<void(MadeEntry&)>& change) {
  return [change](MadeZip& zip) { change(zip.entries[0]); };
}
auto named(std::string first, std::string second) {
  return [=](MadeZip& zip) {
    zip.entries[0].both([&](ZipHeader& header) { header.name = first; });
    zip.entries[1].both([&](ZipHeader& header) { header.name = second; });
  };
}

const std::vector<Wrong>& wrongs() {
  static const std::vector<Wrong> kWrongs{
      {"EncryptedFlag", "encrypted", both([](ZipHeader& h) { h.flags |= 1; })},
      {"StrongEncryptionFlag", "encrypted", both([](ZipHeader& h) { h.flags |= 0x40; })},
      {"MaskedHeaders", "encrypted", both([](ZipHeader& h) { h.flags |= 0x2000; })},
      {"AesMethod", "encrypted", both([](ZipHeader& h) { h.method = 99; })},
      {"PatchedData", "malformed", both([](ZipHeader& h) { h.flags |= 0x20; })},
      {"DiskOfArchive", "split", [](MadeZip& z) { z.disk = 1; }},
      {"DiskOfEntry", "split", entry([](MadeEntry& e) { e.disk = 2; })},
      {"LocalNameDiffers", "ambiguous", local([](ZipHeader& h) { h.name = "z.txt"; })},
      {"LocalMethodDiffers", "ambiguous", local([](ZipHeader& h) { h.method = 8; })},
      {"LocalFlagsDiffer", "ambiguous", local([](ZipHeader& h) { h.flags = 0x0800; })},
      {"LocalCrcDiffers", "ambiguous", local([](ZipHeader& h) { h.crc ^= 1; })},
      {"LocalSizeDiffers", "ambiguous", local([](ZipHeader& h) { h.size -= 1; })},
      {"LocalPackedDiffers", "ambiguous", local([](ZipHeader& h) { h.packed -= 1; })},
      {"SizesReachIntoTheNext", "ambiguous", both([](ZipHeader& h) { h.size = h.packed = 9; })},
      {"SizesAreShort", "ambiguous", both([](ZipHeader& h) { h.size = h.packed = 3; })},
      {"GapBehindAnEntry", "ambiguous", entry([](MadeEntry& e) { e.behind = "hidden"; })},
      {"GapBeforeTheDirectory", "ambiguous", [](MadeZip& z) { z.before_directory = "hidden"; }},
      {"GapBehindTheDirectory", "polyglot", [](MadeZip& z) { z.before_end = "hidden"; }},
      {"EntryThatIsNotListed", "ambiguous", [](MadeZip& z) { z.entries[1].listed = false; }},
      {"FirstEntryThatIsNotListed", "polyglot", entry([](MadeEntry& e) { e.listed = false; })},
      {"EntryListedTwice", "ambiguous",
       [](MadeZip& z) {
         z.entries[1].offset = 0;
         z.entries[1].written = false;
       }},
      {"EntriesThatOverlap", "ambiguous",
       [](MadeZip& z) {
         // the second begins inside the data of the first, as in a bomb that quotes itself
         MadeZip inner;
         inner.entries.push_back(z.entries[1]);
         const std::string whole = inner.bytes();
         const std::string local_part = whole.substr(0, whole.find("PK\x01\x02"));
         z.entries[0] = MadeEntry{"a.txt", local_part};
         z.entries[1].written = false;
         z.entries[1].offset = 30 + 5;
       }},
      {"ProgramBefore", "polyglot", [](MadeZip& z) { z.before = "MZ\x90 stub"; }},
      {"PrefixThatOffsetsDoNotCount", "polyglot",
       [](MadeZip& z) {
         z.before = "%PDF-1.7 ";
         z.shift = static_cast<std::uint32_t>(-9);
       }},
      {"BytesBehind", "ambiguous", [](MadeZip& z) { z.behind = "<script>"; }},
      {"AnotherEndInTheComment", "ambiguous", [](MadeZip& z) { z.comment = MadeZip{}.bytes(); }},
      {"MoreListedThanCounted", "ambiguous", [](MadeZip& z) { z.count = 1; }},
      {"FewerListedThanCounted", "malformed", [](MadeZip& z) { z.count = 3; }},
      {"CountsBeyondAllBounds", "too_many_entries", [](MadeZip& z) { z.count = 65'535; }},
      {"SameName", "ambiguous", named("a.txt", "a.txt")},
      {"NameInOtherCase", "ambiguous", named("a.txt", "A.TXT")},
      {"NameInOtherCaseBeyondAscii", "ambiguous", named("É.txt", "é.txt")},
      {"NameInOtherNormalization", "ambiguous", named("ガ.txt", "カ\u3099.txt")},
      {"NameWithTrailingDots", "ambiguous", named("a.txt", "a.txt. .")},
      {"FolderWithTrailingBlank", "ambiguous", named("b /c.txt", "b/c.txt")},
      {"NameWithEmptyComponents", "ambiguous", named("b/c.txt", "b//./c.txt")},
      {"NameWithBackslash", "ambiguous", named("b/c.txt", "b\\c.txt")},
      {"SameNameInTwoCharsets", "ambiguous", named("\x93\xfa.txt", "日.txt")},
      {"FileThatIsAFolder", "ambiguous", named("b", "b/c.txt")},
      {"FolderThatIsAFile", "ambiguous", named("b/c.txt", "b")},
      {"NameThatEndsEarly", "ambiguous", named(std::string{"a\0.exe", 6}, "b")},
      {"NoName", "ambiguous", named("", "b")},
      {"NameThatIsNotUtf8AsItSays", "malformed", both([](ZipHeader& h) {
         h.flags |= 0x800;
         h.name = "\x93\xfa.txt";
       })},
      {"TwoNames", "ambiguous", both([](ZipHeader& h) {
         Writer field;
         field.u8(1);
         field.le32(test::slow_crc32(h.name));
         field.raw("evil.exe");
         h.extra = test::zip_extra(0x7075, field.bytes());
       })},
      {"NameTooLong", "ambiguous", named(std::string(3'000, 'x'), "b")},
      {"FoldersWithoutEnd", "ambiguous",
       [](MadeZip& z) {
         std::string deep;
         for (int i = 0; i < 100; ++i) {
           deep += "d/";
         }
         named(deep + "a", "b")(z);
       }},
      {"FolderWithContent", "ambiguous", named("a/", "b")},
      {"FolderByAttributeAlone", "ambiguous", entry([](MadeEntry& e) { e.attributes = 0x10; })},
      {"ExtraFieldLongerThanItsPlace", "malformed", both([](ZipHeader& h) {
         h.extra = std::string{"\x01\x00\xff\x00", 4};
       })},
      {"WideSizesThatAreNotNeeded", "malformed",
       both([](ZipHeader& h) { h.extra = test::zip_extra(1, std::string(16, '\0')); })},
      {"WideSizesThatAreMissing", "malformed",
       both([](ZipHeader& h) { h.size = h.packed = 0xffffffff; })},
      {"WideSizesThatLie", "ambiguous",
       [](MadeZip& z) {
         z.entries[0].both([](ZipHeader& h) {
           h.size = h.packed = 0xffffffff;
           Writer sizes;
           sizes.le32(5);
           sizes.le32(1);
           sizes.le32(5);
           sizes.le32(1);
           h.extra = test::zip_extra(1, sizes.bytes());
         });
       }},
      {"DescriptorThatLies", "ambiguous",
       [](MadeZip& z) {
         z.entries[0].both([](ZipHeader& h) { h.flags |= 8; });
         Writer descriptor;
         descriptor.le32(z.entries[0].central.crc);
         descriptor.le32(5);
         descriptor.le32(6);
         z.entries[0].behind = descriptor.bytes();
       }},
      {"DescriptorThatIsMissing", "ambiguous", both([](ZipHeader& h) { h.flags |= 8; })},
  };
  return kWrongs;
}

class ZipReaderRefuses : public ::testing::TestWithParam<Wrong> {};

TEST_P(ZipReaderRefuses, WhatProgramsCouldReadDifferently) {
  MadeZip zip = two();
  GetParam().change(zip);

  const Got got = read_all(zip.bytes());

  EXPECT_EQ(got.refused, GetParam().refusal) << got.detail;
  EXPECT_TRUE(is_utf8(got.detail));
}

INSTANTIATE_TEST_SUITE_P(All, ZipReaderRefuses, ::testing::ValuesIn(wrongs()),
                         [](const auto& wrong) { return std::string{wrong.param.name}; });

TEST(ZipReader, RefusesEveryPrefixOfAnArchive) {
  const std::string whole = two().bytes();

  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(read_all(whole.substr(0, length)).refused, "") << length;
  }
}

TEST(ZipReader, KnowsLinksAndDevicesByTheirModeWhateverMadeThem) {
  MadeZip zip = two();
  zip.entries[0].attributes = 0xa1ff0000;
  zip.entries[1].attributes = 0x21b60000;
  zip.entries[1].made_by = 0x0314;
  Job job{kLimits, kProfile, {}};
  const std::string bytes = zip.bytes();

  const auto archive = read(as_bytes(bytes), job);

  ASSERT_TRUE(archive);
  EXPECT_EQ(archive->entries[0].kind, Entry::Kind::Link);
  EXPECT_EQ(archive->entries[1].kind, Entry::Kind::Special);
}

TEST(ZipReader, ReadsNamesInCp932AndUtf8) {
  MadeZip zip;
  zip.entries.emplace_back("\x97\x5c\x8e\x5a\x95\x5c.txt", "1");  // 予算表: two letters end in 5C
  zip.entries.emplace_back("\x87\x40\x8a\x94\xfb\xfc.txt", "2");  // ①株髙: NEC and IBM extensions
  zip.entries.emplace_back("議事録.txt", "3");
  zip.entries.emplace_back("写真.jpg", "4");
  zip.entries[3].both([](ZipHeader& header) { header.flags = 0x800; });
  zip.entries.emplace_back("\xff\xfe.txt", "5");

  EXPECT_EQ(read_all(zip.bytes()).paths,
            (Texts{"予算表.txt", "①株髙.txt", "議事録.txt", "写真.jpg", "\xff\xfe.txt"}));
}

TEST(ZipReader, ContentMustBeWhatIsSaidOfIt) {
  MadeZip zip;
  zip.entries.emplace_back("crc", "content");
  zip.entries[0].both([](ZipHeader& header) { header.crc ^= 1; });
  zip.entries.emplace_back("method", "content");
  zip.entries[1].both([](ZipHeader& header) { header.method = 12; });
  zip.entries.emplace_back("stored size", "content");
  zip.entries[2].both([](ZipHeader& header) { header.size += 1; });
  zip.entries.emplace_back("not deflate", "\xff\xff\xff\xff", "content");

  EXPECT_EQ(read_all(zip.bytes()).contents,
            (Texts{"!malformed", "!unsupported_type", "!malformed", "!malformed"}));
}

// a stored block of deflate (RFC 1951, 3.2.4)
std::string stored_block(std::string_view content) {
  Writer made;
  made.u8(1);
  made.le16(static_cast<std::uint16_t>(content.size()));
  made.le16(static_cast<std::uint16_t>(~content.size()));
  made.raw(content);
  return std::move(made).take();
}

TEST(ZipReader, DeflatedSizesTellTheTruthToTheByte) {
  MadeZip zip;
  zip.entries.emplace_back("right", stored_block("content"), "content");
  zip.entries.emplace_back("more than said", stored_block("content"), "content");
  zip.entries[1].both([](ZipHeader& header) { header.size -= 1; });
  zip.entries.emplace_back("less than said", stored_block("content"), "content");
  zip.entries[2].both([](ZipHeader& header) { header.size += 1; });
  zip.entries.emplace_back("bytes behind the stream", stored_block("content") + "x", "content");

  EXPECT_EQ(read_all(zip.bytes()).contents,
            (Texts{"content", "!malformed", "!malformed", "!malformed"}));
}

TEST(ZipReader, ABombEndsBeforeItsMemoryIsTaken) {
  MadeZip zip;
  zip.entries.emplace_back("ratio", stored_block("content"), "content");
  zip.entries[0].both([](ZipHeader& header) { header.size = 100U << 20U; });
  zip.entries.emplace_back("beyond all", stored_block("content"), "content");
  zip.entries[1].both([](ZipHeader& header) { header.size = 0xfffffffe; });

  EXPECT_EQ(read_all(zip.bytes()).contents, (Texts{"!expands_too_much", "!expands_too_much"}));
}

TEST(ZipReader, ReadsWhatOthersWrite) {
  const test::Scratch scratch;
  const auto made = scratch.run(R"(
    mkdir -p 'd/予算 令和8年度' && printf first > a.txt && printf second > 'd/予算 令和8年度/表.txt' || exit 1
    zip -q -r infozip.zip a.txt d && zip -q -fz- -r - a.txt d > streamed.zip && 7z a -bd seven.zip a.txt d || exit 1
    python3 -c '
import io, zipfile
class Stream(io.RawIOBase):
    def __init__(self, to): self.to = to
    def writable(self): return True
    def write(self, data): return self.to.write(data)
for name, wide in (("python.zip", False), ("wide.zip", True)):
    with open(name, "wb") as file, zipfile.ZipFile(file if wide else Stream(file), "w", zipfile.ZIP_DEFLATED) as out:
        for path in ("a.txt", "d/予算 令和8年度/表.txt"):
            with out.open(path, "w", force_zip64=wide) as entry: entry.write(open(path, "rb").read())')");
  ASSERT_EQ(made.status, 0) << made.output;

  for (const char* name : {"infozip.zip", "streamed.zip", "seven.zip", "python.zip", "wide.zip"}) {
    const Got got = read_all(scratch.read(name));
    EXPECT_EQ(got.refused, "") << name << ": " << got.detail;
    EXPECT_EQ(got.contents, (Texts{"first", "second"})) << name;
    EXPECT_TRUE(std::ranges::count(got.paths, "d/予算 令和8年度/表.txt")) << name;
  }
}

}  // namespace
}  // namespace sekisho::sanitize::zip
