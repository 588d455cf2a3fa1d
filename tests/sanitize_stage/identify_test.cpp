// SPDX-License-Identifier: GPL-3.0-or-later
// What an item is, whatever it calls itself.
#include "sanitize/stage/identify.hpp"

#include "bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::sanitize {
namespace {

using namespace std::string_literals;
using sekisho::testing::compound_of;
using sekisho::testing::tar_of;
using sekisho::testing::zip_of;

std::string found(const std::string& bytes, const std::string& name = {},
                  const std::string& declared = {}) {
  const auto type = identify({as_bytes(bytes), name, declared});
  return std::string{type ? word_of(*type).name : word_of(type.error().why).name};
}

std::string bmp() {
  return "BM"s + std::string(12, '\0') + "\x28\0\0\0"s + std::string(40, '\0');
}

struct Row {
  const char* type;
  std::string bytes;
  const char* name;
};

TEST(Identify, EachSignatureAtItsPlaceIsItsType) {
  const std::vector<Row> rows{
      {"jpeg", "\xFF\xD8\xFF\xE0"s, "a.jpeg"},
      {"png", "\x89PNG\r\n\x1A\n", "a.png"},
      {"gif", "GIF89a"s + '\x01', "a.gif"},
      {"bmp", bmp(), "a.bmp"},
      {"webp", "RIFF\x04\0\0\0WEBPVP8 "s, "a.webp"},
      {"tiff", "II*\0\x08\0\0\0"s, "a.tif"},
      {"tiff", "MM\0+\0\x08\0\0"s, "a.tiff"},
      {"zip", zip_of({{"a.txt", "text"}}), "a.zip"},
      {"zip", "PK\x05\x06"s + std::string(18, '\0'), "empty.zip"},
      {"tar", tar_of("a.txt"), "a.tar"},
      {"gzip", "\x1F\x8B\x08\0"s, "a.tar.gz"},
      {"bzip2", "BZh91AY&SY\x01"s, "a.bz2"},
      {"xz",
       "\xFD"
       "7zXZ\0"s,
       "a.xz"},
      {"zstd", "\x28\xB5\x2F\xFD\0"s, "a.zst"},
      {"7z", "7z\xBC\xAF\x27\x1C\0"s, "a.7z"},
      {"lzh", "\x20\x11-lh5-"s + std::string(20, '\0'), "a.lzh"},
      {"pdf", "%PDF-1.7\n\xE2\xE3", "a.pdf"},
      {"rtf", "{\\rtf1 }", "a.rtf"},
      {"tnef", "\x78\x9F\x3E\x22\x01\0"s, "winmail.dat"},
      {"doc", compound_of({"WordDocument", "1Table"}), "a.doc"},
      {"xls", compound_of({"Workbook"}), "a.xls"},
      {"xls", compound_of({"Book"}), "a.xls"},
      {"ppt", compound_of({"Current User", "PowerPoint Document"}), "a.ppt"},
      {"msg", compound_of({"__nameid_version1.0", "__properties_version1.0"}), "a.msg"},
      {"ichitaro", compound_of({"DocumentText"}), "a.jtd"},
      {"docx", zip_of({{"[Content_Types].xml", "<"}, {"word/document.xml", "<"}}), "a.docx"},
      {"docx", zip_of({{"[Content_Types].xml", "<"}, {"word/document.xml", "<"}}), "a.docm"},
      {"xlsx", zip_of({{"[Content_Types].xml", "<"}, {"xl/workbook.xml", "<"}}), "a.xlsx"},
      {"pptx", zip_of({{"[Content_Types].xml", "<"}, {"ppt/presentation.xml", "<"}}), "a.pptx"},
      {"odt", zip_of({{"mimetype", "application/vnd.oasis.opendocument.text"}}), "a.odt"},
      {"ods", zip_of({{"mimetype", "application/vnd.oasis.opendocument.spreadsheet-template"}}),
       "a.ots"},
      {"odp", zip_of({{"mimetype", "application/vnd.oasis.opendocument.presentation"}}), "a.odp"},
      {"odg", zip_of({{"mimetype", "application/vnd.oasis.opendocument.graphics"}}), "a.odg"}};

  for (const Row& row : rows) {
    EXPECT_EQ(found(row.bytes, row.name), row.type) << row.name;
    EXPECT_EQ(found(row.bytes), row.type) << row.name << " without a name";
    EXPECT_EQ(found(row.bytes, "a.exe"), "type_mismatch") << row.type;
  }
}

TEST(Identify, TextIsTheKindItsNameSaysWhereThatIsHarmless) {
  EXPECT_EQ(found("a,b\n1,2\n", "a.csv"), "csv");
  EXPECT_EQ(found("<html><script>", "a.txt"), "text");
  EXPECT_EQ(found("{\"a\": 1}", "a.json"), "json");
  EXPECT_EQ(found("plain", "a.log"), "text");
  EXPECT_EQ(found("\x1B$B4A;z\x1B(B\r\n", "jis.txt"), "text");
  EXPECT_EQ(found("\xFF\xFEh\0i\0"s, "utf16.txt"), "text");
  EXPECT_EQ(found("plain", "a.csv", "text/plain"), "csv");
}

TEST(Identify, TextWithoutANameIsWhatItBeginsWith) {
  EXPECT_EQ(found("hello"), "text");
  EXPECT_EQ(found("<!DOCTYPE html><p>"), "html");
  EXPECT_EQ(found("\xEF\xBB\xBF  <HTML>"), "html");
  EXPECT_EQ(found("<?xml version='1.0'?><a/>"), "xml");
  EXPECT_EQ(found("<?xml version='1.0'?><!-- c --><svg xmlns='x'/>"), "svg");
  EXPECT_EQ(found("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"), "calendar");
  EXPECT_EQ(found("BEGIN:VCARD\r\nEND:VCARD\r\n"), "vcard");
  EXPECT_EQ(found("From: a@example.jp\r\nSubject: s\r\n\r\nhello"), "mail");
  EXPECT_EQ(found("Note: a\nOther: b\n\nhello"), "text");
}

TEST(Identify, MarkupThatHidesBehindAnotherNameIsAContradiction) {
  EXPECT_EQ(found("<svg xmlns='http://www.w3.org/2000/svg'/>", "a.xml"), "type_mismatch");
  EXPECT_EQ(found("<?xml version='1.0'?><html/>", "a.xml"), "type_mismatch");
  EXPECT_EQ(found("<svg/>", "a.html"), "type_mismatch");
  EXPECT_EQ(found("<html>", "a.xls"), "type_mismatch");
  EXPECT_EQ(found("{\\rtf1 }", "a.doc"), "type_mismatch");
  EXPECT_EQ(found("no calendar", "a.ics"), "type_mismatch");
}

TEST(Identify, ANameThatSaysOtherwiseIsAContradiction) {
  const std::string png = "\x89PNG\r\n\x1A\n";

  EXPECT_EQ(found(png, "a.jpg"), "type_mismatch");
  EXPECT_EQ(found(png, "a.PNG"), "png");
  EXPECT_EQ(found(png, "a"), "png");
  EXPECT_EQ(found(png, "第3回"), "png");
  EXPECT_EQ(found(png, "scan.2026.04.01"), "png");
  EXPECT_EQ(found(png, "a.pdf.png"), "png");
  EXPECT_EQ(found(png, "a.png", "image/jpeg"), "type_mismatch");
  EXPECT_EQ(found(png, "a.png", "application/octet-stream"), "png");
  EXPECT_EQ(found("plain", "a.pdf"), "type_mismatch");
  EXPECT_EQ(found("a,b", "a.csv", "application/vnd.ms-excel"), "csv");
}

TEST(Identify, WhatHasNoSanitizerIsUnsupported) {
  EXPECT_EQ(found("MZ\x90\0"s, "setup.exe"), "unsupported_type");
  EXPECT_EQ(found("MZ\x90\0"s, "letter.pdf"), "unsupported_type");
  EXPECT_EQ(found("\x7F"
                  "ELF"),
            "unsupported_type");
  EXPECT_EQ(found("\x01\0\0\0"s + std::string(36, '\0') + " EMF", "a.emf"), "unsupported_type");
  EXPECT_EQ(found("\x60\x0E\x82\x00\x01"s, "a.xdw"), "unsupported_type");
  EXPECT_EQ(found("\x01\x02\x03\x04"), "unsupported_type");
  EXPECT_EQ(found("alert(1)", "a.js"), "unsupported_type");
  EXPECT_EQ(found("Rar!\x1A\x07\x01\0"s, "a.rar"), "unsupported_type");
  EXPECT_EQ(found(compound_of({"Unknown"}), "a.db"), "unsupported_type");
  EXPECT_EQ(found(zip_of({{"META-INF/MANIFEST.MF", "x"}}), "a.jar"), "unsupported_type");
  EXPECT_EQ(found(zip_of({{"mimetype", "application/epub+zip"}}), "a.epub"), "unsupported_type");
  EXPECT_EQ(found(zip_of({{"[Content_Types].xml", "<"}, {"xl/workbook.bin", "x"}}), "a.xlsb"),
            "unsupported_type");
}

TEST(Identify, AnEncryptedOfficeDocumentIsSaidToBeSo) {
  EXPECT_EQ(found(compound_of({"EncryptionInfo", "EncryptedPackage"}), "a.docx"), "encrypted");
}

TEST(Identify, TwoDocumentsInOneAreNone) {
  EXPECT_EQ(found(compound_of({"WordDocument", "Workbook"}), "a.doc"), "unsupported_type");
  EXPECT_EQ(found(zip_of({{"[Content_Types].xml", "<"},
                          {"word/document.xml", "<"},
                          {"xl/workbook.xml", "<"}}),
                  "a.docx"),
            "unsupported_type");
}

TEST(Identify, ASecondFormatIsAPolyglot) {
  const std::string zip = zip_of({{"a.txt", "text"}});

  EXPECT_EQ(found("\xFF\xD8\xFF\xE0 some picture" + zip, "a.jpg"), "polyglot");
  EXPECT_EQ(found("\xFF\xD8\xFF\xE0 some picture" + zip + "tail", "a.jpg"), "polyglot");
  EXPECT_EQ(found("%PDF-1.4\n" + zip, "a.pdf"), "polyglot");
  EXPECT_EQ(found("GIF89a %PDF-1.4", "a.gif"), "polyglot");
  EXPECT_EQ(found("GIF89a=1;/*<SCRIPT>", "a.gif"), "polyglot");
  EXPECT_EQ(found("\x89PNG\r\n\x1A\n<?php system(1)", "a.png"), "polyglot");
  EXPECT_EQ(found("{\\rtf1 }" + zip, "a.rtf"), "polyglot");
}

TEST(Identify, ContainersMayCarryOthers) {
  const std::string zip = zip_of({{"a.txt", "text"}});

  EXPECT_EQ(found(zip_of({{"a.pdf", "%PDF-1.4"}, {"b.zip", zip}}), "a.zip"), "zip");
}

TEST(Identify, EmptyIsTextOrTheBeginningOfSomething) {
  EXPECT_EQ(found(""), "text");
  EXPECT_EQ(found("", "a.csv"), "csv");
  EXPECT_EQ(found("", "a.pdf"), "truncated");
}

TEST(Identify, APdfBehindOtherBytesIsAPdfOnlyIfItSaysSo) {
  const std::string bytes = "\0\0junk%PDF-1.4"s;

  EXPECT_EQ(found(bytes, "a.pdf"), "pdf");
  EXPECT_EQ(found(bytes, "a.bin"), "unsupported_type");
}

TEST(Identify, DirectoriesThatRunInCirclesEnd) {
  std::string circle = compound_of({"A", "B"});
  constexpr std::size_t kTable = 512;
  constexpr std::size_t kFirstEntry = 1024;
  std::string chain = circle;
  chain[kTable + 4] = 1;  // the directory follows itself
  chain.replace(kTable + 5, 3, "\0\0\0"s);
  circle.replace(kFirstEntry + 128 * 2 + 72, 4, "\1\0\0\0"s);  // B is followed by A

  EXPECT_EQ(found(chain), "unsupported_type");
  EXPECT_EQ(found(circle), "unsupported_type");
}

TEST(Identify, EveryPrefixHasAnAnswer) {
  for (const std::string& whole :
       {compound_of({"WordDocument"}), zip_of({{"mimetype", "application/vnd.oasis"}}), tar_of("a"),
        bmp()}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(found(whole.substr(0, size)).empty());
    }
  }
}

TEST(Identify, EveryTypeThatIsRebuiltHasATestAbove) {
  // new rows in the table of types want rows here
  EXPECT_EQ(type_words().size(), 42U);
}

}  // namespace
}  // namespace sekisho::sanitize
