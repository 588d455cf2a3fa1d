// SPDX-License-Identifier: GPL-3.0-or-later
#include "tried.hpp"

namespace sekisho::sanitize::text {
namespace {

std::string event(std::string_view lines) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\n" + std::string{lines} +
         "END:VEVENT\r\nEND:VCALENDAR\r\n";
}
std::string rebuilt_event(std::string_view lines) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Sekisho//Sekisho//JA\r\nBEGIN:VEVENT\r\n" +
         std::string{lines} + "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

TEST(Calendar, KeepsWhatAnAppointmentIs) {
  constexpr std::string_view kLines =
      "UID:20260401T103000-1@city.example.jp\r\nDTSTAMP:20260301T000000Z\r\n"
      "DTSTART;TZID=Asia/Tokyo:20260401T103000\r\nDTEND;TZID=Asia/Tokyo:20260401T110000\r\n"
      "RRULE:FREQ=WEEKLY;COUNT=10;BYDAY=MO,WE\r\nSUMMARY:定例会議\\, 第1会議室\r\n"
      "DESCRIPTION:議題\\n・①㈱髙\\n・その他\r\nLOCATION:3階\r\nSTATUS:CONFIRMED\r\n"
      "ORGANIZER;CN=\"長門 太郎\":mailto:taro@city.example.jp\r\n"
      "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;CN=\"花子\":mailto:h@x.jp\r\n"
      "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:会議\r\nEND:VALARM\r\n";

  const Tried result = tried(Type::Calendar, event(kLines));

  // the line of the attendee is longer than 75 bytes
  std::string wanted = rebuilt_event(kLines);
  const auto fold = wanted.find("ATTENDEE") + 75;
  EXPECT_EQ(result.text(), wanted.insert(fold, "\r\n "));
  EXPECT_TRUE(result.report.changes().empty()) << result.report.codes();
}

TEST(Calendar, LosesWhatRefersElsewhereOrActs) {
  const Tried result =
      tried(Type::Calendar,
            "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REQUEST\nX-EVIL:1\nBEGIN:VEVENT\nUID:1\n"
            "ATTACH:http://evil/x.exe\nATTACH;ENCODING=BASE64;VALUE=BINARY:TVqQ\n"
            "X-ALT-DESC;FMTTYPE=text/html:<script>\nURL:http://evil\nIMAGE:http://"
            "evil\nCONFERENCE:http://evil\n"
            "DESCRIPTION;ALTREP=\"http://evil\":見て http://evil.com/\nORGANIZER:http://evil\n"
            "SUM\n MARY:fol\n ded\nSTATUS:=cmd\nRRULE:FREQ=SECONDLY\nRRULE:FREQ=DAILY;COUNT=99999\n"
            "BEGIN:VALARM\nACTION:AUDIO\nATTACH:http://evil/a.wav\nEND:VALARM\n"
            "BEGIN:VALARM\nACTION:PROCEDURE\nATTACH:file:///c/calc.exe\nEND:VALARM\n"
            "BEGIN:VALARM\nACTION:EMAIL\nATTENDEE:mailto:a@b.jp\nEND:VALARM\n"
            "END:VEVENT\nBEGIN:X-OTHER\nSUMMARY:x\nEND:X-OTHER\nEND:VCALENDAR\n");

  EXPECT_EQ(result.text(),
            rebuilt_event("UID:1\r\nDESCRIPTION:見て hxxp://evil[.]com/\r\nSUMMARY:folded\r\n"));
  for (const Action action :
       {Action::RemovedAction, Action::RemovedEmbedded, Action::RemovedExternal,
        Action::RemovedUnknown, Action::NeutralisedLink}) {
    EXPECT_TRUE(result.did(action)) << word_of(action).code;
  }
}

TEST(Calendar, RefusesWhatIsNone) {
  EXPECT_EQ(tried(Type::Calendar, "SUMMARY:x\n").refused(),
            "malformed: line 1: a property outside of a component");
  EXPECT_EQ(tried(Type::Calendar, "BEGIN:VCALENDAR\nEND:VEVENT\n").refused(),
            "malformed: line 2: 'END' does not match");
  EXPECT_EQ(tried(Type::Calendar, "BEGIN:VCALENDAR\n").refused(),
            "truncated: 'VCALENDAR' does not end");
  EXPECT_EQ(tried(Type::Calendar, "BEGIN:VCALENDAR\nno line\nEND:VCALENDAR\n").refused(),
            "malformed: line 2: no content line");
  EXPECT_EQ(tried(Type::Calendar, "\n").refused(), "malformed: no calendar in it");
  std::string deep;
  for (int i = 0; i < 9; ++i) {
    deep += "BEGIN:VCALENDAR\n";
  }
  EXPECT_EQ(tried(Type::Calendar, deep).refused(), "nested_too_deep: line 9: more than 8 levels");
}

TEST(Vcard, KeepsWhoSomebodyIs) {
  const Tried result = tried(
      Type::Vcard,
      "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:長門 太郎\r\nN:長門;太郎;;;\r\nORG:長門市役所;総務課\r\n"
      "TEL;TYPE=WORK:0837-22-2111\r\nEMAIL;TYPE=INTERNET:taro@city.example.jp\r\n"
      "ADR;TYPE=WORK:;;東深川1339-2;長門市;山口県;759-4192;日本\r\nNOTE:①㈱髙\\, "
      "備考\r\nEND:VCARD\r\n");

  EXPECT_EQ(
      result.text(),
      "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:長門 太郎\r\nN:長門;太郎;;;\r\nORG:長門市役所;総務課\r\n"
      "TEL;TYPE=WORK:0837-22-2111\r\nEMAIL;TYPE=INTERNET:taro@city.example.jp\r\n"
      "ADR;TYPE=WORK:;;東深川1339-2;長門市;山口県;759-4192;日本\r\nNOTE:①㈱髙\\, "
      "備考\r\nEND:VCARD\r\n");
  EXPECT_TRUE(result.report.changes().empty()) << result.report.codes();
}

TEST(Vcard, ReadsCardsOfJapaneseTelephones) {
  const Tried result = tried(Type::Vcard,
                             "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-"
                             "PRINTABLE:=92=B7=96=E5;=91=\n=BE=98Y\n"
                             "TEL;CELL:090-1234-5678\nEND:VCARD\n");

  EXPECT_EQ(
      result.text(),
      "BEGIN:VCARD\r\nVERSION:3.0\r\nN:長門;太郎\r\nTEL;TYPE=CELL:090-1234-5678\r\nEND:VCARD\r\n");
}

TEST(Vcard, LosesPicturesKeysLinksAndCardsInside) {
  const Tried result = tried(
      Type::Vcard,
      "BEGIN:VCARD\nVERSION:4.0\nFN:x\nPHOTO;VALUE=URI:http://evil/p.jpg\nPHOTO;ENCODING=b:TVqQ\n"
      "LOGO:http://evil\nSOUND:http://evil\nKEY:data:application/"
      "pgp-keys;base64,AAAA\nitem1.URL:http://evil\n"
      "SOURCE:http://"
      "evil\nIMPP:xmpp:a@b\nTEL;VALUE=uri:tel:+81-837-22-2111\nEMAIL:javascript:alert(1)\n"
      "NOTE;ENCODING=BASE64:TVqQ\nAGENT:\nBEGIN:VCARD\nFN:inner\nEND:VCARD\nEND:VCARD\n");

  EXPECT_EQ(result.text(),
            "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\nTEL:+81-837-22-2111\r\nEND:VCARD\r\n");
  EXPECT_TRUE(result.did(Action::RemovedEmbedded));
  EXPECT_TRUE(result.did(Action::RemovedExternal));
}

TEST(Inspection, FindsEachThingThatMustNotBeThere) {
  const auto finds = [](Type type, std::string_view text) { return !found(type, text).empty(); };
  for (const std::string_view text :
       {"http://x", "x HTTPS://y", "www.x", "\\\\host\\x", "javascript:x", "mailto:x",
        "a\x1b"
        "b",
        "a\u202e", "\xff", "a\xc2\x85", "\xed\xa0\x80", "foo://x"}) {
    EXPECT_TRUE(finds(Type::Text, text)) << text;
  }
  for (const std::string_view text :
       {"\"=1\"\r\n", "a\r\n", "\"a\"\n", "\"a\"\"\r\n", "\" =cmd\"\r\n", "\"a\""}) {
    EXPECT_TRUE(finds(Type::Csv, text)) << text;
  }
  for (const std::string_view text : {"<script>", "[\"a]", "[x]"}) {
    EXPECT_TRUE(finds(Type::Json, text)) << text;
  }
  const std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
  for (const std::string_view text : {"<!DOCTYPE r><r/>", "<?x?><r/>", "<r><!-- --></r>"}) {
    EXPECT_TRUE(finds(Type::Xml, head + std::string{text})) << text;
  }
  EXPECT_TRUE(finds(Type::Xml, "<r/>"));
  for (const std::string_view line : {"ATTACH:x", "URL;X=1:y", "METHOD:REQUEST", "ACTION:AUDIO"}) {
    EXPECT_TRUE(finds(Type::Calendar, "BEGIN:VCALENDAR\r\n" + std::string{line} + "\r\n")) << line;
  }
  EXPECT_TRUE(finds(Type::Vcard, "BEGIN:VCARD\r\nPHOTO:x\r\n"));
  EXPECT_TRUE(finds(Type::Vcard, "FN:x\r\n"));
  Limits small;
  small.bytes_out = 1;
  EXPECT_EQ(found(Type::Text, "ab", small), "too large");
}

}  // namespace
}  // namespace sekisho::sanitize::text
