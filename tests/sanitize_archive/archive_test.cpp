// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/archive/formats.hpp"
#include "sanitize/frame/name.hpp"
#include "support/made_zip.hpp"
#include "support/scratch.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sekisho::sanitize::archive {
namespace {

using test::MadeZip;

const Format& format_of(Type type) {
  return *std::ranges::find(formats(), type, &Format::type);
}

/// In place of the whole sanitizer: programs are refused, archives go in again, all else is text.
Outcome nested(const Item& item, Job& job) {
  const std::string_view text = as_text(item.bytes);
  if (text.starts_with("MZ")) {
    return refuse(Refusal::UnsupportedType);
  }
  if (text.starts_with("PK")) {
    return format_of(Type::Zip).sanitize(Type::Zip, item, job);
  }
  return Rebuilt{Type::Text, std::string{text}, false, {}};
}

std::string inspect_nested(std::string_view name, ByteView bytes, Inspection& inspection) {
  if (name.ends_with(".zip")) {
    return format_of(Type::Zip).inspect(Type::Zip, bytes, inspection);
  }
  return as_text(bytes).starts_with("MZ") ? "a program" : "";
}

struct Result {
  std::string refused;
  std::string detail;
  std::string bytes;
  std::string codes;
  bool partial = false;
};

Result sanitized(Type type, std::string_view name, std::string_view bytes,
                 const Profile& profile = {}, const Limits& limits = {}) {
  Job job{limits, profile, nested};
  Outcome outcome = format_of(type).sanitize(type, {as_bytes(bytes), std::string{name}, {}}, job);
  if (!outcome) {
    return {std::string{word_of(outcome.error().why).name}, outcome.error().detail, {}, {}};
  }
  return {{}, {}, outcome->bytes, job.report().codes(), outcome->partial};
}

std::string inspected(std::string_view bytes) {
  const Limits limits;
  Inspection inspection{limits, inspect_nested};
  return format_of(Type::Zip).inspect(Type::Zip, as_bytes(bytes), inspection);
}

const test::Scratch& archives() {
  static const test::Scratch kArchives;
  static const auto kMade =
      kArchives.run("/usr/bin/python3 " SEKISHO_SOURCE "/tests/sanitize_archive/made.py .");
  EXPECT_EQ(kMade.status, 0) << kMade.output;
  return kArchives;
}

/// What Python sees in it: "NAME first letters" a line.
std::string listed(std::string_view archive) {
  archives().write("listed.zip", archive);
  return archives()
      .run("/usr/bin/python3 " SEKISHO_SOURCE "/tests/sanitize_archive/check.py listed.zip")
      .output;
}

Result sanitized_file(std::string_view name, const Profile& profile = {}) {
  return sanitized(type_called(extension_of(name)), name, archives().read(name), profile);
}

constexpr std::string_view kFirst = "a.txt first \n";
constexpr std::string_view kSecond = "d/予算表 令和8年度/表.txt second\n";
constexpr std::string_view kProgram = "d/x_exe.removed.txt このファイル\n";

std::string reason(std::string_view name) {
  return std::string{name} + " このファイル\n";
}

struct Good {
  std::string_view file;
  std::string listed;
  bool partial = false;
};

const std::vector<Good>& good() {
  static const std::string kTree = std::string{kFirst} + std::string{kSecond};
  static const std::string kAll = kTree + reason("d/x_exe.removed.txt");
  static const std::string kFolders = "d/ \nd/予算表 令和8年度/ \n";
  static const std::string kLzh = std::string{kFirst} + "d/予算表.txt second\n";
  static std::string deep;
  for (int i = 0; deep.empty() || i < 24; ++i) {
    deep += "long/";
  }
  static const std::vector<Good> kGood{
      {"pax.tar", kAll, true},
      {"gnu.tar", kAll + deep + "file.txt deep\n", true},
      {"links.tar",
       "good.txt good\n" + reason("link.removed.txt") + reason("hard.removed.txt") +
           reason("null.removed.txt") + reason("pipe.removed.txt"),
       true},
      {"climbs.tar", "etc/cron.d/x.txt 1\netc/y.txt 2\n"},
      {"sparse.tar", reason("s_txt.removed.txt"), true},
      {"tree.tar.gz", kAll, true},
      {"tree.tar.bz2", kAll, true},
      {"tree.tar.xz", kAll, true},
      {"tree.tar.zst", kAll, true},
      {"表.txt.gz", "表.txt one fi\n"},
      {"two.txt.gz", "two.txt one fi\n"},
      {"two.txt.xz", "two.txt one fi\n"},
      {"two.txt.bz2", "two.txt one fi\n"},
      {"two.txt.zst", "two.txt one fi\n"},
      {"level0.lzh", kLzh},
      {"level1.lzh", kLzh},
      {"level2.lzh", kLzh},
      {"level3.lzh", kLzh},
      {"wide.lzh", "議事録.txt second\n"},
      {"folder.lzh", "d/ \nd/a.txt second\n"},
      {"link.lzh", reason("link.removed.txt") + "a.txt second\n", true},
      {"climbs.lzh", "etc/x.txt second\nC_/boot.txt second\n"},
      {"crc.lzh", reason("a_txt.removed.txt"), true},
      {"method.lzh", reason("a_txt.removed.txt"), true},
      {"sizelie.lzh", reason("a_txt.removed.txt"), true},
      {"ppmd.7z", reason("a_txt.removed.txt"), true},
      {"damaged.7z", "", true},
      {"bomb.7z", reason("zeros.removed.txt"), true},
  };
  return kGood;
}

TEST(Archive, EveryEntryIsSanitizedAndStandsInANewZip) {
  for (const Good& each : good()) {
    SCOPED_TRACE(each.file);

    const Result result = sanitized_file(each.file);

    EXPECT_EQ(result.refused, "") << result.detail;
    EXPECT_EQ(result.partial, each.partial);
    EXPECT_EQ(inspected(result.bytes), "");
    if (!each.listed.empty()) {
      EXPECT_EQ(listed(result.bytes), each.listed);
    }
  }
}

TEST(Archive, SevenZipIsReadWithEachMethod) {
  for (const char* file : {"tree.7z", "lzma.7z", "bzip2.7z", "deflate.7z", "copy.7z", "branch.7z",
                           "delta.7z", "solid.7z", "plainheader.7z"}) {
    const Result result = sanitized_file(file);
    EXPECT_EQ(result.refused, "") << file << ": " << result.detail;
    const std::string seen = listed(result.bytes);
    for (const std::string_view line : {kFirst, kSecond, kProgram}) {
      EXPECT_NE(seen.find(line), std::string::npos) << file << ": " << seen;
    }
    EXPECT_EQ(std::ranges::count(seen, '\n'), 5) << seen;  // and two folders
    EXPECT_EQ(inspected(result.bytes), "") << file;
  }
}

TEST(Archive, ItsResultIsItsOwnResult) {
  for (const Good& each : good()) {
    const std::string once = sanitized_file(each.file).bytes;

    const Result twice = sanitized(Type::Zip, "a.zip", once);

    EXPECT_EQ(twice.refused, "") << each.file << ": " << twice.detail;
    EXPECT_TRUE(twice.bytes == once) << each.file;
    EXPECT_EQ(twice.codes, "") << each.file;
    EXPECT_FALSE(twice.partial);
  }
}

struct Bad {
  const char* file;
  const char* refused;
};

const std::vector<Bad> kBad{
    {"twice.tar", "ambiguous"},
    {"behind.tar", "ambiguous"},
    {"truncated.tar", "truncated"},
    {"sum.tar", "malformed"},
    {"endless.tar", "truncated"},
    {"paxglobal.tar", "ambiguous"},
    {"sizelie.tar", "truncated"},
    {"linkdata.tar", "ambiguous"},
    {"volume.tar", "split"},
    {"behind.txt.gz", "malformed"},
    {"behind.txt.bz2", "malformed"},
    {"behind.txt.xz", "malformed"},
    {"behind.txt.zst", "malformed"},
    {"truncated.txt.gz", "truncated"},
    {"truncated.txt.bz2", "truncated"},
    {"truncated.txt.xz", "truncated"},
    {"truncated.txt.zst", "truncated"},
    {"damaged.txt.gz", "malformed"},
    {"damaged.txt.bz2", "malformed"},
    {"damaged.txt.xz", "malformed"},
    {"damaged.txt.zst", "malformed"},
    {"bomb.gz", "expands_too_much"},
    {"bomb.bz2", "expands_too_much"},
    {"bomb.xz", "expands_too_much"},
    {"bomb.zst", "expands_too_much"},
    {"dictionary.xz", "expands_too_much"},
    {"window.zst", "expands_too_much"},
    {"encrypted.7z", "encrypted"},
    {"encryptedheader.7z", "encrypted"},
    {"behind.7z", "ambiguous"},
    {"truncated.7z", "truncated"},
    {"start.7z", "malformed"},
    {"sum.lzh", "malformed"},
    {"behind.lzh", "ambiguous"},
    {"truncated.lzh", "truncated"},
    {"endless.lzh", "truncated"},
    {"twice.lzh", "ambiguous"},
    {"level4.lzh", "malformed"},
};

TEST(Archive, IsRefusedWhereItIsNotWhatItSays) {
  for (const Bad& bad : kBad) {
    const Result result = sanitized_file(bad.file);
    EXPECT_EQ(result.refused, bad.refused) << bad.file << ": " << result.detail;
  }
}

TEST(Archive, NamesAreMadeAnewAndReported) {
  MadeZip zip;
  for (const char* name :
       {"../../etc/passwd", "/root.txt", "C:\\win.txt", "\\\\host\\share\\a.txt", "CON.txt", "nul",
        "stream.txt:evil", "trailing. .", "photo\u202egpj.exe", "report.pdf.exe", "dir.v2/a b.txt",
        "カ\u3099.txt", "\x95\x5c.txt", "empty"}) {
    zip.entries.emplace_back(name, std::string_view{name} == "empty" ? "" : "text");
  }

  const Result result = sanitized(Type::Zip, "a.zip", zip.bytes());

  EXPECT_EQ(listed(result.bytes),
            "etc/passwd.txt text\nroot.txt text\nC_/win.txt text\nhost/share/a.txt text\n"
            "_CON.txt text\n_nul.txt text\nstream.txt_evil.txt text\ntrailing.txt text\n"
            "photogpj.txt text\nreport_pdf.txt text\ndir.v2/a b.txt text\nガ.txt text\n"
            "表.txt text\nempty.txt \n");
  EXPECT_EQ(result.codes, "CHG_NAME");
  EXPECT_EQ(inspected(result.bytes), "");
}

TEST(Archive, NamesThatBecomeEqualAreTold) {
  MadeZip zip;
  for (const char* name : {"a.doc", "a.txt", "a.html", "a-2.txt", "x/a", "x/../a.text"}) {
    zip.entries.emplace_back(name, "text");
  }

  EXPECT_EQ(listed(sanitized(Type::Zip, "a.zip", zip.bytes()).bytes),
            "a.txt text\na-2.txt text\na-3.txt text\na-2-2.txt text\nx/a.txt text\n"
            "x/a-2.txt text\n");
}

TEST(Archive, LinksCommentsAndWhatApplePutsBesideFilesDoNotLeave) {
  MadeZip zip;
  zip.comment = "<script>";
  zip.entries.emplace_back("link", "/etc/passwd");
  zip.entries[0].attributes = 0xa1ff0000;
  zip.entries.emplace_back("a.txt", "text");
  zip.entries[1].both(
      [](test::ZipHeader& header) { header.extra = test::zip_extra(0x5455, "time!"); });
  zip.entries.emplace_back("__MACOSX/._a.txt", std::string{"\x00\x05\x16\x07 resource", 13});
  zip.entries.emplace_back(".DS_Store", "x");

  const Result result = sanitized(Type::Zip, "a.zip", zip.bytes());

  EXPECT_EQ(listed(result.bytes), reason("link.removed.txt") + "a.txt text\n");
  EXPECT_EQ(result.codes, "DEL_META DEL_ENTRY CHG_NAME");
  EXPECT_TRUE(result.partial);
}

TEST(Archive, OneBadEntryEndsTheWholeWhereTheProfileSaysSo) {
  Profile strict;
  strict.bad_entries = Profile::BadEntries::Refuse;

  for (const char* file : {"pax.tar", "tree.7z", "links.tar", "crc.lzh"}) {
    const Result result = sanitized_file(file, strict);
    EXPECT_NE(result.refused, "") << file;
    EXPECT_TRUE(result.detail.starts_with("entry '")) << result.detail;
  }
}

TEST(Archive, TheReasonIsInTheProfilesLanguage) {
  Profile english;
  english.language = Language::En;
  MadeZip zip;
  zip.entries.emplace_back("a.exe", "MZ");

  const std::string bytes = sanitized(Type::Zip, "a.zip", zip.bytes(), english).bytes;
  archives().write("listed.zip", bytes);

  EXPECT_EQ(archives().run("unzip -p listed.zip").output,
            "This file was removed because it could not be sanitized.\r\n\r\n"
            "Reason: this type cannot be sanitized\r\n"
            "What to do: ask the sender to send it again as PDF\r\n");
}

TEST(Archive, NestedOnesGoInAsDeepAsTheyMay) {
  std::string bytes = "text";
  std::string name = "a.txt";
  for (int i = 0; i < 6; ++i) {
    MadeZip zip;
    zip.entries.emplace_back(name, bytes);
    bytes = zip.bytes();
    name = "z" + std::to_string(i) + ".zip";
  }
  Limits limits;
  limits.depth = 3;

  const Result result = sanitized(Type::Zip, "a.zip", bytes, {}, limits);

  EXPECT_EQ(result.refused, "");
  EXPECT_TRUE(result.partial);
  EXPECT_EQ(inspected(result.bytes), "");
  EXPECT_TRUE(sanitized(Type::Zip, "a.zip", result.bytes, {}, limits).bytes == result.bytes);
}

TEST(Archive, AFileWhoseNewNameIsAFolderIsNoFolder) {
  MadeZip zip;
  for (const char* name : {"b", "b.txt/c"}) {
    zip.entries.emplace_back(name, "text");
  }

  EXPECT_EQ(sanitized(Type::Zip, "a.zip", zip.bytes()).refused, "ambiguous");
}

TEST(Archive, EntriesAndBytesAreBounded) {
  MadeZip zip;
  for (int i = 0; i < 20; ++i) {
    zip.entries.emplace_back(std::to_string(i), std::string(1000, 'x'));
  }
  Limits entries;
  entries.entries = 19;
  Limits out;
  out.bytes_out = 500;
  Limits expanded;
  expanded.expanded = 5'500;

  EXPECT_EQ(sanitized(Type::Zip, "", zip.bytes(), {}, entries).refused, "too_many_entries");
  EXPECT_EQ(sanitized(Type::Zip, "", zip.bytes(), {}, out).refused, "output_too_large");
  const Result bounded = sanitized(Type::Zip, "", zip.bytes(), {}, expanded);
  EXPECT_TRUE(bounded.partial);
  const std::string seen = listed(bounded.bytes);
  EXPECT_NE(seen.find("4.txt xxxxxx\n5.removed.txt"), std::string::npos) << seen;
}

TEST(Archive, EveryPrefixIsRefusedOrRebuiltClean) {
  for (const char* file : {"pax.tar", "表.txt.gz", "two.txt.bz2", "two.txt.xz", "two.txt.zst",
                           "tree.7z", "plainheader.7z", "level0.lzh", "level3.lzh"}) {
    const Type type = type_called(extension_of(file));
    const std::string whole = archives().read(file);
    for (std::size_t length = 0; length < whole.size(); length += 1 + whole.size() / 200) {
      const Result result = sanitized(type, file, whole.substr(0, length));
      if (result.refused.empty()) {  // it may end between members, or in the zeros at its end
        EXPECT_EQ(inspected(result.bytes), "") << file << length;
      }
    }
  }
}

TEST(ArchiveInspection, FindsWhatWasPutIn) {
  MadeZip plain;
  plain.entries.emplace_back("a.txt", "text");
  const std::string clean = sanitized(Type::Zip, "", plain.bytes()).bytes;
  ASSERT_EQ(inspected(clean), "");

  EXPECT_NE(inspected(plain.bytes()), "");  // another time in it
  EXPECT_NE(inspected("x" + clean), "");
  EXPECT_NE(inspected(clean + "x"), "");
  for (std::size_t at = 0; at < clean.size(); ++at) {
    std::string other = clean;
    other[at] = static_cast<char>(other[at] ^ 0x40);
    const bool in_name = other.find("a.txt") == std::string::npos;
    EXPECT_TRUE(!inspected(other).empty() || in_name) << at;
  }
}

}  // namespace
}  // namespace sekisho::sanitize::archive
