// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize_pdf/document.hpp"

#include <gtest/gtest.h>

namespace sekisho::sanitize::pdf {
namespace {

std::string ref(unsigned number) {
  return std::to_string(number) + " 0 R";
}

std::string rebuilt(const Document& document) {
  const Result result = sanitized(document.bytes());
  EXPECT_TRUE(result.outcome) << result.outcome.error().detail;
  if (!result.outcome) {
    return {};
  }
  EXPECT_EQ(inspected(result.outcome->bytes), "");
  EXPECT_EQ(sanitized(result.outcome->bytes).outcome->bytes, result.outcome->bytes);
  return result.outcome->bytes;
}

Refusal refused(std::string_view bytes, const Limits& limits = {}) {
  const Result result = sanitized(bytes, limits);
  EXPECT_FALSE(result.outcome);
  return result.outcome ? Refusal::CannotWrite : result.outcome.error().why;
}

TEST(PdfRebuild, IsTheSameEachTime) {
  const std::string document = Document{}.bytes();

  EXPECT_EQ(sanitized(document).outcome->bytes, sanitized(document).outcome->bytes);
}

TEST(PdfRebuild, LeavesBytesBeforeAndBehindTheDocument) {
  const std::string document =
      "junk EVIL\n" + Document{}.bytes() + "EVIL behind the end PK\x03\x04";

  const Result result = sanitized(document);

  ASSERT_TRUE(result.outcome);
  EXPECT_EQ(plain_text(result.outcome->bytes).find("EVIL"), std::string::npos);
}

TEST(PdfRebuild, DropsWhatAnIncrementalUpdateReplacedAndWhatNobodyRefersTo) {
  Document document;
  document.add("(EVIL orphan)");
  std::string bytes = document.bytes();
  bytes +=
      "4 0 obj\n<< /Length 34 >>\nstream\nBT /F1 24 Tf 72 700 Td (New) Tj ET\nendstream\nendobj\n";

  const Result result = sanitized(bytes);

  ASSERT_TRUE(result.outcome);
  EXPECT_EQ(plain_text(result.outcome->bytes).find("EVIL"), std::string::npos);
}

TEST(PdfRebuild, RecoversADocumentWithoutItsTable) {
  std::string bytes = Document{}.bytes();
  bytes.erase(bytes.find("xref\n"), bytes.find("trailer") - bytes.find("xref\n"));

  const Result result = sanitized(bytes);

  ASSERT_TRUE(result.outcome) << result.outcome.error().detail;
  EXPECT_NE(plain_text(result.outcome->bytes).find("(Hello) Tj"), std::string::npos);
}

TEST(PdfRebuild, RefusesWhatIsNoDocument) {
  EXPECT_EQ(refused(""), Refusal::Malformed);
  EXPECT_EQ(refused("%PDF-1.7\n"), Refusal::Malformed);
  EXPECT_EQ(refused("%PDF-1.7\n" + std::string(10'000, '[')), Refusal::Malformed);
}

TEST(PdfRebuild, KeepsLayersThatAreShownAndDropsHiddenOnes) {
  Document document;
  const unsigned shown = document.add("<< /Type /OCG /Name (shown) >>");
  const unsigned hidden = document.add("<< /Type /OCG /Name (EVIL) >>");
  document.catalog = "/OCProperties << /OCGs [" + ref(shown) + " " + ref(hidden) +
                     "] /D << /OFF [" + ref(hidden) + "] >> >>";
  document.resources = "/Properties << /A " + ref(shown) + " /B " + ref(hidden) + " >>";
  document.content =
      "/OC /A BDC BT /F1 9 Tf (Seen) Tj ET EMC /OC /B BDC BT /F1 9 Tf (EVIL) Tj ET 0 0 9 9 re f "
      "EMC BT (After) Tj ET";

  const std::string text = plain_text(rebuilt(document));

  EXPECT_NE(text.find("(Seen) Tj"), std::string::npos);
  EXPECT_NE(text.find("(After) Tj"), std::string::npos);
  EXPECT_EQ(text.find("EVIL"), std::string::npos);
}

TEST(PdfRebuild, MakesFilledFieldsAndStampsAPartOfThePage) {
  Document document;
  const unsigned look =
      document.add_stream("/Type /XObject /Subtype /Form /BBox [0 0 99 20]", "BT (Filled) Tj ET");
  const unsigned field = document.add(
      "<< /Type /Annot /Subtype /Widget /FT /Tx /T (f) /V (Filled) /Rect [10 10 109 30] /AP << "
      "/N " +
      ref(look) + " >> >>");
  document.page = "/Annots [" + ref(field) + "]";
  document.catalog = "/AcroForm << /Fields [" + ref(field) + "] >>";

  const std::string text = plain_text(rebuilt(document));

  EXPECT_NE(text.find("(Filled) Tj"), std::string::npos) << text;
  EXPECT_EQ(text.find("Widget"), std::string::npos);
}

TEST(PdfRebuild, LeavesHiddenAnnotationsOut) {
  Document document;
  const unsigned look =
      document.add_stream("/Type /XObject /Subtype /Form /BBox [0 0 99 20]", "BT (EVIL) Tj ET");
  document.page = "/Annots [<< /Type /Annot /Subtype /Stamp /F 2 /Rect [10 10 109 30] /AP << /N " +
                  ref(look) + " >> >>]";

  EXPECT_EQ(plain_text(rebuilt(document)).find("EVIL"), std::string::npos);
}

TEST(PdfRebuild, KeepsOutlinesAsTitlesAndPlaces) {
  Document document;
  const unsigned root = 6;
  const unsigned first = 7;
  const unsigned second = 8;
  document.add("<< /First " + ref(first) + " /Last " + ref(second) + " >>");
  document.add("<< /Title (One\\n) /Parent " + ref(root) + " /Next " + ref(second) +
               " /Dest [3 0 R /XYZ 1 2 null] >>");
  document.add("<< /Title <FEFF4E8C7AE0> /Parent " + ref(root) + " /Prev " + ref(first) +
               " /A << /S /GoTo /D [3 0 R /Fit] >> >>");
  document.catalog = "/Outlines " + ref(root);

  const std::string text = plain_text(rebuilt(document));

  EXPECT_NE(text.find("/Title (One)"), std::string::npos) << text;
  EXPECT_NE(text.find("/XYZ 1 2 null"), std::string::npos) << text;
  EXPECT_NE(text.find("<feff4e8c7ae0>"), std::string::npos) << text;
}

TEST(PdfRebuild, KeepsTheTitleAlone) {
  Document document;
  document.trailer =
      "/Info " + ref(document.add("<< /Title <FEFF8B704E8B9332202E> /Author (EVIL) >>"));

  const std::string text = plain_text(rebuilt(document));

  EXPECT_NE(text.find("<feff8b704e8b9332>"), std::string::npos) << text;
}

TEST(PdfRebuild, MakesInlineImagesObjects) {
  Document document;
  document.content += " q 9 0 0 9 0 0 cm BI /W 2 /H 2 /BPC 8 /CS /G ID \x01\x02\x03\x04 EI Q";

  const std::string text = plain_text(rebuilt(document));

  EXPECT_NE(text.find("/Inline0 Do"), std::string::npos) << text;
  EXPECT_NE(text.find(std::string{"\x01\x02\x03\x04"}), std::string::npos);
}

TEST(PdfRebuild, PicturesGetTheBytesTheirSizeNeeds) {
  for (const std::size_t given : {0U, 3U, 12U, 90U}) {
    Document document;
    const unsigned image = document.add_stream(
        "/Type /XObject /Subtype /Image /Width 2 /Height 2 /BitsPerComponent 8 /ColorSpace "
        "/DeviceRGB",
        std::string(given, 'p'));
    document.resources = "/XObject << /X " + ref(image) + " >>";
    document.content += " /X Do";

    const std::string text = plain_text(rebuilt(document));

    const std::string kept(std::min<std::size_t>(given, 12), 'p');
    EXPECT_NE(text.find(kept + std::string(12 - kept.size(), '\0')), std::string::npos) << given;
    EXPECT_EQ(text.find(std::string(13, 'p')), std::string::npos) << given;
  }
}

TEST(PdfRebuild, FindsIndividualNumbersInWhatIsShown) {
  Document document;
  document.content = "BT /F1 9 Tf (1234-5678-9018) Tj ET";

  const Result result = sanitized(document.bytes());

  EXPECT_EQ(result.report.my_numbers().certain, 1U);
}

TEST(PdfRebuild, ReadsWhatIsShownThroughTheFontsMap) {
  Document document;
  const unsigned map =
      document.add_stream("",
                          "begincmap 1 begincodespacerange <00> <ff> endcodespacerange "
                          "1 beginbfrange <61> <6a> <0030> endbfrange endcmap");
  document.resources = "/Font << /F2 " +
                       ref(document.add("<< /Type /Font /Subtype /Type1 /BaseFont /X /ToUnicode " +
                                        ref(map) + " >>")) +
                       " >>";
  document.content = "BT /F2 9 Tf (bcdefghijabi) Tj ET";  // a is 0: 123456789018

  const Result result = sanitized(document.bytes());

  EXPECT_EQ(result.report.my_numbers().possible, 1U);
}

// ── bombs: a verdict within bounds ──

TEST(PdfBombs, AStreamThatInflatesBeyondTheBound) {
  Document document;
  Limits limits;
  limits.expanded = 1U << 20U;
  const std::string packed = zipped(std::string(8U << 20U, ' '));
  const unsigned form = document.add_stream(
      "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Filter /FlateDecode", packed);
  document.resources = "/XObject << /X " + ref(form) + " >>";

  EXPECT_EQ(refused(document.bytes(), limits), Refusal::ExpandsTooMuch);
}

TEST(PdfBombs, APageTreeThatHoldsItself) {
  std::string bytes = Document{}.bytes();
  bytes.replace(bytes.find("[3 0 R]"), 7, "[2 0 R]");

  EXPECT_EQ(refused(bytes), Refusal::Malformed);
}

TEST(PdfBombs, APageCountThatLies) {
  std::string bytes = Document{}.bytes();
  bytes.replace(bytes.find("/Count 1"), 8, "/Count 9");

  EXPECT_TRUE(sanitized(bytes).outcome);
}

TEST(PdfBombs, TooManyPages) {
  Limits limits;
  limits.entries = 0;

  EXPECT_EQ(refused(Document{}.bytes(), limits), Refusal::TooManyEntries);
}

TEST(PdfBombs, FormsThatDrawThemselves) {
  Document document;
  const unsigned form = 6;
  document.add_stream(
      "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X " + ref(form) +
          " >> >>",
      "/X Do /X Do");
  document.resources = "/XObject << /X " + ref(form) + " >>";
  document.content += " /X Do";

  EXPECT_FALSE(rebuilt(document).empty());
}

TEST(PdfBombs, AnOutlineThatGoesInCircles) {
  Document document;
  document.add("<< /First 7 0 R /Last 7 0 R >>");
  document.add("<< /Title (a) /Parent 6 0 R /Next 7 0 R /First 7 0 R /Dest [3 0 R /Fit] >>");
  document.catalog = "/Outlines 6 0 R";

  EXPECT_FALSE(rebuilt(document).empty());
}

TEST(PdfBombs, APictureOfImpossibleSize) {
  Document document;
  const unsigned image = document.add_stream(
      "/Type /XObject /Subtype /Image /Width 2000000000 /Height 2000000000 /BitsPerComponent 8 "
      "/ColorSpace /DeviceRGB",
      "x");
  document.resources = "/XObject << /X " + ref(image) + " >>";
  document.content += " /X Do";

  EXPECT_FALSE(rebuilt(document).empty());
}

TEST(PdfBombs, FiltersWithoutEnd) {
  Document document;
  std::string filters;
  for (int i = 0; i < 100; ++i) {
    filters += "/ASCIIHexDecode ";
  }
  document.add_stream("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Filter [" + filters + "]",
                      "20");
  document.resources = "/XObject << /X 6 0 R >>";

  EXPECT_EQ(refused(document.bytes()), Refusal::Malformed);
}

}  // namespace
}  // namespace sekisho::sanitize::pdf
