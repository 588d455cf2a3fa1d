// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/zip/writer.hpp"

#include "sanitize/zip/deflate.hpp"
#include "sanitize/zip/reader.hpp"
#include "support/scratch.hpp"

#include <gtest/gtest.h>

namespace sekisho::sanitize::zip {
namespace {

const Limits kLimits;

std::string written(const std::vector<std::pair<std::string, std::string>>& entries) {
  Writer writer{kLimits};
  for (const auto& [path, content] : entries) {
    EXPECT_TRUE(writer.add(path, content)) << path;
  }
  return std::move(writer).finish();
}

TEST(ZipWriter, OthersReadWhatItWrites) {
  const std::string archive =
      written({{"議事録/令和8年.txt", std::string(10'000, 'x')}, {"空/", ""}, {"a", "short"}});
  const test::Scratch scratch;
  scratch.write("a.zip", archive);

  const auto python = scratch.run(R"(python3 -c '
import zipfile
with zipfile.ZipFile("a.zip") as z:
    assert z.testzip() is None
    for i in z.infolist():
        print(i.filename, i.file_size, i.compress_type, i.date_time, i.flag_bits, i.external_attr, i.extra, i.comment)
')");
  const auto infozip = scratch.run("unzip -tqq a.zip");
  const auto seven = scratch.run("7z t -bd a.zip");

  EXPECT_EQ(python.output,
            "議事録/令和8年.txt 10000 8 (1980, 1, 1, 0, 0, 0) 2048 0 b'' b''\n"
            "空/ 0 0 (1980, 1, 1, 0, 0, 0) 2048 0 b'' b''\n"
            "a 5 0 (1980, 1, 1, 0, 0, 0) 2048 0 b'' b''\n");
  EXPECT_EQ(infozip.status, 0) << infozip.output;
  EXPECT_EQ(seven.status, 0) << seven.output;
}

TEST(ZipWriter, OurReaderReadsItAndItIsTheSameAgain) {
  const std::string archive = written({{"b", "2"}, {"a", std::string(100'000, 'y')}});
  const Profile profile;
  Job job{kLimits, profile, {}};

  const auto read_back = read(as_bytes(archive), job);

  ASSERT_TRUE(read_back) << read_back.error().detail;
  std::vector<std::pair<std::string, std::string>> entries;
  for (const Entry& entry : read_back->entries) {
    entries.emplace_back(entry.path, unpack(entry, job).value());
  }
  EXPECT_EQ(written(entries), archive);
}

TEST(ZipWriter, AnEmptyArchiveIsItsEndRecord) {
  EXPECT_EQ(written({}).size(), 22U);
}

TEST(ZipWriter, EndsAtItsBounds) {
  Limits small;
  small.bytes_out = 200;
  Writer writer{small};
  const std::string incompressible =
      deflated("nothing in here is there twice, so there is no way of making it much shorter");

  EXPECT_TRUE(writer.add("a", incompressible.substr(0, 50)));
  EXPECT_EQ(writer.add("b", incompressible).error().why, Refusal::OutputTooLarge);
  EXPECT_LE(std::move(writer).finish().size(), 200U);
}

TEST(Deflate, GivesBackWhatItTookWhateverItsSize) {
  std::string content;
  for (unsigned i = 0; i < 300'000; ++i) {
    content += static_cast<char>(i * i >> 7U);
  }
  for (const std::size_t size : {0UL, 1UL, 65'535UL, 65'536UL, 300'000UL}) {
    const std::string packed = deflated(content.substr(0, size));
    EXPECT_EQ(inflated(as_bytes(packed), size), content.substr(0, size));
  }
}

}  // namespace
}  // namespace sekisho::sanitize::zip
