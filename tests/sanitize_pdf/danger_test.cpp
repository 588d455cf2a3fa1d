// SPDX-License-Identifier: GPL-3.0-or-later
// What a PDF can do or carry: each entry is put into a document that draws "Hello" and says EVIL
// where it would act.
#include "sanitize_pdf/document.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace sekisho::sanitize::pdf {
namespace {

struct Danger {
  const char* name;
  std::function<void(Document&)> put;
  const char* gone;  ///< stands nowhere in what is rebuilt, as EVIL does not
};

std::string ref(unsigned number) {
  return std::to_string(number) + " 0 R";
}

/// An action as what the document does when it opens.
std::function<void(Document&)> opens_with(const char* action) {
  return [action](Document& document) {
    document.catalog = "/OpenAction " + ref(document.add(action));
  };
}
std::function<void(Document&)> annotated(const char* annotation) {
  return [annotation](Document& document) {
    document.page = "/Annots [" + ref(document.add(annotation)) + "]";
  };
}
std::function<void(Document&)> in_catalog(const char* text) {
  return [text](Document& document) { document.catalog = text; };
}
std::function<void(Document&)> drawn_with(const char* dict, const char* data) {
  return [dict, data](Document& document) {
    document.resources = "/XObject << /X " + ref(document.add_stream(dict, data)) + " >>";
    document.content += " /X Do";
  };
}

const std::vector<Danger>& dangers() {
  static const std::vector<Danger> kDangers{
      {"JavaScriptString", opens_with("<< /S /JavaScript /JS (EVIL) >>"), "JavaScript"},
      {"JavaScriptStream",
       [](Document& d) {
         d.catalog = "/OpenAction << /S /JavaScript /JS " + ref(d.add_stream("", "EVIL")) + " >>";
       },
       "JS"},
      {"JavaScriptEscaped", opens_with("<< /S /J#61vaScript /J#53 <4556494c> >>"), "JavaScript"},
      {"Launch", opens_with("<< /S /Launch /F (EVIL.exe) /Win << /F (EVIL) /O (print) >> >>"),
       "Launch"},
      {"Uri", opens_with("<< /S /URI /URI (http://EVIL/) /IsMap true >>"), "URI"},
      {"GoToR", opens_with("<< /S /GoToR /F (EVIL.pdf) /D [0 /Fit] >>"), "GoToR"},
      {"GoToE", opens_with("<< /S /GoToE /T << /R /C /N (EVIL) >> >>"), "GoToE"},
      {"SubmitForm",
       opens_with("<< /S /SubmitForm /F << /FS /URL /F (http://EVIL/) >> /Flags 256 >>"),
       "SubmitForm"},
      {"ImportData", opens_with("<< /S /ImportData /F (EVIL) >>"), "ImportData"},
      {"ResetForm", opens_with("<< /S /ResetForm /Fields [(EVIL)] >>"), "ResetForm"},
      {"Hide", opens_with("<< /S /Hide /T (EVIL) >>"), "/Hide"},
      {"NamedPrint", opens_with("<< /S /Named /N /Print >>"), "/Print"},
      {"SetOcgState", opens_with("<< /S /SetOCGState /State [/OFF] >>"), "SetOCGState"},
      {"Rendition", opens_with("<< /S /Rendition /JS (EVIL) /OP 0 >>"), "Rendition"},
      {"Sound", opens_with("<< /S /Sound /Sound 4 0 R >>"), "/Sound"},
      {"Movie", opens_with("<< /S /Movie /T (EVIL) >>"), "/Movie"},
      {"Trans", opens_with("<< /S /Trans /Trans << /S /Split >> >>"), "/Trans"},
      {"Thread", opens_with("<< /S /Thread /F (EVIL.pdf) /D 0 >>"), "/Thread"},
      {"GoTo3DView", opens_with("<< /S /GoTo3DView /V (EVIL) >>"), "GoTo3DView"},
      {"RichMediaExecute", opens_with("<< /S /RichMediaExecute /TI 3 0 R >>"), "RichMediaExecute"},
      {"NextChain",
       opens_with("<< /S /GoTo /D [3 0 R /Fit] /Next << /S /JavaScript /JS (EVIL) >> >>"), "/Next"},
      {"CatalogTriggers", in_catalog("/AA << /WC << /S /JavaScript /JS (EVIL) >> >>"), "/AA"},
      {"PageTriggers", [](Document& d) { d.page = "/AA << /O << /S /JavaScript /JS (EVIL) >> >>"; },
       "/AA"},
      {"AnnotationTriggers",
       annotated("<< /Type /Annot /Subtype /Widget /FT /Btn /Rect [0 0 9 9] /AA << /E << /S "
                 "/JavaScript /JS (EVIL) >> >> >>"),
       "/AA"},
      {"NamesJavaScript",
       in_catalog("/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (EVIL) >>] >> >>"),
       "/Names"},
      {"NamesEmbeddedFiles",
       [](Document& d) {
         d.catalog =
             "/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /F (EVIL.exe) /EF << /F " +
             ref(d.add_stream("/Type /EmbeddedFile", "EVIL")) + " >> >>] >> >>";
       },
       "EmbeddedFile"},
      {"NamesAlternatePresentations",
       in_catalog("/Names << /AlternatePresentations << /Names [(EVIL) 3 0 R] >> >>"), "/Names"},
      {"NamesRenditions", in_catalog("/Names << /Renditions << /Names [(EVIL) 3 0 R] >> >>"),
       "/Names"},
      {"NamesUrls",
       in_catalog(
           "/Names << /URLS << /Names [(EVIL) 3 0 R] >> /IDS << /Names [(EVIL) 3 0 R] >> >>"),
       "/URLS"},
      {"OutlineAction",
       [](Document& d) {
         const unsigned item =
             d.add("<< /Title (chapter) /Parent 7 0 R /A << /S /JavaScript /JS (EVIL) >> >>");
         d.catalog =
             "/Outlines " + ref(d.add("<< /First " + ref(item) + " /Last " + ref(item) + " >>"));
       },
       "/A "},
      {"UriBase", in_catalog("/URI << /Base (http://EVIL/) >>"), "/URI"},
      {"Xfa",
       [](Document& d) {
         d.catalog =
             "/AcroForm << /Fields [] /XFA " + ref(d.add_stream("", "<xdp>EVIL</xdp>")) + " >>";
       },
       "XFA"},
      {"CalculationOrder",
       in_catalog("/AcroForm << /Fields [] /CO [4 0 R] /NeedAppearances true /DA (EVIL) >>"),
       "AcroForm"},
      {"Portfolio", in_catalog("/Collection << /D (EVIL) >>"), "Collection"},
      {"Permissions",
       in_catalog("/Perms << /DocMDP << /Contents (EVIL) >> >> /Legal << /Attestation (EVIL) >> "
                  "/DSS << >>"),
       "Perms"},
      {"AssociatedFiles", in_catalog("/AF [<< /Type /Filespec /F (EVIL) >>]"), "/AF"},
      {"PieceInfo", in_catalog("/PieceInfo << /X << /Private (EVIL) >> >>"), "PieceInfo"},
      {"Metadata",
       [](Document& d) {
         d.catalog =
             "/Metadata " + ref(d.add_stream("/Type /Metadata /Subtype /XML", "<x>EVIL</x>"));
       },
       "Metadata"},
      {"StructTree",
       in_catalog("/StructTreeRoot << /K << /Alt (EVIL) >> >> /MarkInfo << /Marked true >>"),
       "StructTreeRoot"},
      {"Requirements",
       in_catalog("/Requirements [<< /S /EnableJavaScripts >>] /Extensions << /EVIL << >> >>"),
       "Requirements"},
      {"SpiderInfo", in_catalog("/SpiderInfo << /V 1.0 /C [(EVIL)] >>"), "SpiderInfo"},
      {"Threads", in_catalog("/Threads [<< /I << /Title (EVIL) >> >>]"), "/Threads"},
      {"FileAttachment",
       annotated("<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS << /F (EVIL) /EF << "
                 "/F 4 0 R >> >> >>"),
       "FileAttachment"},
      {"RichMedia",
       annotated("<< /Type /Annot /Subtype /RichMedia /Rect [0 0 9 9] /RichMediaContent << /EVIL 1 "
                 ">> >>"),
       "RichMedia"},
      {"Screen",
       annotated(
           "<< /Type /Annot /Subtype /Screen /Rect [0 0 9 9] /A << /S /Rendition /JS (EVIL) >> >>"),
       "Screen"},
      {"MovieAnnotation",
       annotated("<< /Type /Annot /Subtype /Movie /Rect [0 0 9 9] /Movie << /F (EVIL) >> >>"),
       "/Movie"},
      {"SoundAnnotation",
       annotated("<< /Type /Annot /Subtype /Sound /Rect [0 0 9 9] /Sound 4 0 R >>"), "/Sound"},
      {"ThreeD", annotated("<< /Type /Annot /Subtype /3D /Rect [0 0 9 9] /3DD 4 0 R >>"), "/3D"},
      {"Link",
       annotated("<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (http://EVIL/) "
                 ">> >>"),
       "/Link"},
      {"Watermark",
       annotated("<< /Type /Annot /Subtype /Watermark /Rect [0 0 9 9] /Contents (EVIL) >>"),
       "Watermark"},
      {"TrapNet",
       annotated("<< /Type /Annot /Subtype /TrapNet /Rect [0 0 9 9] /Version [4 0 R] >>"),
       "TrapNet"},
      {"Redact",
       annotated("<< /Type /Annot /Subtype /Redact /Rect [0 0 9 9] /OverlayText (EVIL) >>"),
       "Redact"},
      {"Projection",
       annotated("<< /Type /Annot /Subtype /Projection /Rect [0 0 9 9] /ExData << /EVIL 1 >> >>"),
       "Projection"},
      {"ExternalStream",
       drawn_with("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /F (http://EVIL/x)", ""), "/F ("},
      {"ExternalImage",
       drawn_with(
           "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace "
           "/DeviceGray "
           "/F << /FS /URL /F (http://EVIL/) >> /FFilter /DCTDecode /FDecodeParms << /EVIL 1 >>",
           "x"),
       "URL"},
      {"ReferenceObject",
       drawn_with("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Ref << /F (EVIL.pdf) /Page 0 >>",
                  "0 0 1 1 re f"),
       "/Ref"},
      {"Opi",
       drawn_with("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /OPI << /2.0 << /F (EVIL) >> >>",
                  "0 0 1 1 re f"),
       "/OPI"},
      {"PostScriptObject", drawn_with("/Type /XObject /Subtype /PS", "EVIL run"), "/PS"},
      {"PostScriptForm",
       drawn_with("/Type /XObject /Subtype /Form /Subtype2 /PS /PS 4 0 R /BBox [0 0 9 9]",
                  "0 0 1 1 re f"),
       "/PS"},
      {"AlternateImages",
       drawn_with("/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 "
                  "/ColorSpace /DeviceGray "
                  "/Alternates [<< /Image 4 0 R /EVIL true >>] /Metadata 4 0 R",
                  "x"),
       "Alternates"},
      {"FontMatrixScript",
       [](Document& d) {
         d.resources = "/Font << /F2 " +
                       ref(d.add("<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix "
                                 "[0.001 0 0 0.001 0 "
                                 "(1\\); alert\\('EVIL'\\)] /CharProcs << /a 4 0 R >> /Encoding << "
                                 "/Differences [97 /a] >> "
                                 "/FirstChar 97 /LastChar 97 /Widths [1] >>")) +
                       " >>";
       },
       "alert"},
      {"InfoDictionary",
       [](Document& d) {
         d.trailer = "/Info " + ref(d.add("<< /Author (EVIL) /Keywords (EVIL) /Title (fine) >>"));
       },
       "/Author"},
      {"UnknownOperators", [](Document& d) { d.content += " (EVIL) evil 1 2 EVIL /EVIL sh"; },
       "evil"},
      {"MarkedContentProperties",
       [](Document& d) { d.content += " /Span << /ActualText (EVIL) >> BDC (x) Tj EMC"; },
       "ActualText"},
      {"CompatibilitySection", [](Document& d) { d.content += " BX (EVIL) foo EX"; }, "BX"},
      {"CalculatorWithWords",
       [](Document& d) {
         const unsigned function =
             d.add_stream("/FunctionType 4 /Domain [0 1] /Range [0 1]", "{ (EVIL) run }");
         d.resources = "/ColorSpace << /C [/Separation /Spot /DeviceGray " + ref(function) + "] >>";
       },
       "run"},
      {"ToUnicodeProgram",
       [](Document& d) {
         const unsigned map = d.add_stream(
             "", "begincmap (EVIL) run /x {EVIL} def 1 beginbfchar <41> <0042> endbfchar endcmap");
         d.resources = "/Font << /F2 " +
                       ref(d.add("<< /Type /Font /Subtype /Type1 /BaseFont /Courier /ToUnicode " +
                                 ref(map) + " >>")) +
                       " >>";
       },
       "run"},
      {"ColourProfile",
       [](Document& d) {
         const unsigned profile = d.add_stream("/N 3", "EVIL profile");
         d.resources = "/ColorSpace << /C [/ICCBased " + ref(profile) + "] >>";
       },
       "ICCBased"},
      {"ThumbnailOfAPage",
       [](Document& d) {
         d.page = "/Thumb " +
                  ref(d.add_stream("/Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray",
                                   "EVIL"));
       },
       "Thumb"},
      {"ResourceWithAForbiddenName",
       [](Document& d) {
         d.resources = "/ExtGState << /JavaScript << /LW 1 >> /Launch << /LW 2 >> >>";
         d.content += " /JavaScript gs";
       },
       "JavaScript"},
  };
  return kDangers;
}

class DangerTest : public testing::TestWithParam<Danger> {};

TEST_P(DangerTest, IsGoneAndThePageStays) {
  Document document;
  GetParam().put(document);
  const std::string before = document.bytes();
  ASSERT_NE(plain_text(before).find(GetParam().gone), std::string::npos)
      << "the input does not hold it";

  const Result result = sanitized(before);

  ASSERT_TRUE(result.outcome) << result.outcome.error().detail;
  const std::string text = plain_text(result.outcome->bytes);
  EXPECT_EQ(text.find("EVIL"), std::string::npos) << text;
  EXPECT_EQ(text.find(GetParam().gone), std::string::npos) << text;
  EXPECT_NE(text.find("(Hello) Tj"), std::string::npos) << text;
  EXPECT_FALSE(result.report.changes().empty());
  EXPECT_EQ(inspected(result.outcome->bytes), "");
  EXPECT_NE(inspected(before), "") << "inspection lets the original pass";
  EXPECT_EQ(sanitized(result.outcome->bytes).outcome->bytes, result.outcome->bytes);
}

INSTANTIATE_TEST_SUITE_P(Pdf, DangerTest, testing::ValuesIn(dangers()),
                         [](const auto& row) { return std::string{row.param.name}; });

}  // namespace
}  // namespace sekisho::sanitize::pdf
