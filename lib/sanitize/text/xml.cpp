// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/xml.hpp"

#include "sanitize/text/plain.hpp"

#include <expat.h>

#include <algorithm>
#include <memory>

namespace sekisho::sanitize::text {
namespace {

constexpr std::size_t kDeepest = 256;
constexpr std::size_t kMostAttributes = 256;
constexpr std::size_t kLongestValue = 1 << 20U;
constexpr char kPart = '\x01';  ///< between the parts of a name; no name holds it

/// Namespaces whose elements a browser or another program acts on.
struct Active {
  std::string_view uri;
  Action action;
};
constexpr std::array kActive{
    Active{"http://www.w3.org/1999/xhtml", Action::RemovedScript},
    Active{"http://www.w3.org/2000/svg", Action::RemovedScript},
    Active{"http://www.w3.org/1999/XSL/Transform", Action::RemovedScript},
    Active{"http://www.w3.org/ns/xbl", Action::RemovedScript},
    Active{"http://www.mozilla.org/xbl", Action::RemovedScript},
    Active{"http://www.mozilla.org/keymaster/gatekeeper/there.is.only.xul", Action::RemovedScript},
    Active{"http://www.w3.org/2001/XInclude", Action::RemovedExternal},
    Active{"http://www.w3.org/2003/XInclude", Action::RemovedExternal},
};
/// Documents of their own in one XML file: macros and objects in base64 among them.
constexpr std::array<std::string_view, 4> kDocuments{
    "http://schemas.microsoft.com/office/word/2003/wordml",
    "http://schemas.microsoft.com/office/2006/xmlPackage",
    "urn:schemas-microsoft-com:office:spreadsheet",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
};
constexpr std::string_view kInstance = "http://www.w3.org/2001/XMLSchema-instance";

const Active* active(std::string_view uri) {
  const auto found = std::ranges::find(kActive, uri, &Active::uri);
  return found == kActive.end() ? nullptr : &*found;
}

/// expat's "uri\1local\1prefix", parts that are absent left out from the right.
struct Name {
  std::string_view uri;
  std::string_view local;
  std::string_view prefix;
  explicit Name(std::string_view triplet) {
    const auto first = triplet.find(kPart);
    if (first == std::string_view::npos) {
      local = triplet;
      return;
    }
    uri = triplet.substr(0, first);
    const auto second = triplet.find(kPart, first + 1);
    local =
        triplet.substr(first + 1, second == std::string_view::npos ? second : second - first - 1);
    prefix = second == std::string_view::npos ? std::string_view{} : triplet.substr(second + 1);
  }
  [[nodiscard]] std::string qualified() const {
    return prefix.empty() ? std::string{local} : std::string{prefix} + ":" + std::string{local};
  }
};

class Writing {
 public:
  explicit Writing(Report& report)
      : report_{report}, parser_{XML_ParserCreateNS("UTF-8", kPart), &XML_ParserFree} {
    // the place of this object is as hard to guess as what expat would ask the kernel for
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
    XML_SetHashSalt(parser_.get(), reinterpret_cast<std::uintptr_t>(this) | 1U);
    XML_SetReturnNSTriplet(parser_.get(), XML_TRUE);
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &on_start, &on_end);
    XML_SetCharacterDataHandler(parser_.get(), &on_text);
    XML_SetNamespaceDeclHandler(parser_.get(), &on_namespace, nullptr);
    XML_SetProcessingInstructionHandler(parser_.get(), &on_instruction);
    XML_SetCommentHandler(parser_.get(), &on_comment);
    XML_SetStartDoctypeDeclHandler(parser_.get(), &on_doctype);
  }

  tl::expected<std::string, Refused> run(std::string_view text) && {
    // in pieces: expat counts in ints
    constexpr std::size_t kPiece = 1 << 20U;
    for (std::size_t at = 0; at < text.size() || at == 0; at += kPiece) {
      const std::string_view piece = text.substr(at, kPiece);
      const bool last = at + kPiece >= text.size();
      const auto status = XML_Parse(parser_.get(), piece.data(), static_cast<int>(piece.size()),
                                    last ? XML_TRUE : XML_FALSE);
      if (status != XML_STATUS_OK) {
        return tl::unexpected{refused()};
      }
    }
    flush();
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + made_ + "\n";
  }

 private:
  static Writing& self(void* data) { return *static_cast<Writing*>(data); }
  static void on_start(void* data, const char* name, const char** attributes) {
    self(data).start(Name{name}, attributes);
  }
  static void on_end(void* data, const char* name) { self(data).end(Name{name}); }
  static void on_text(void* data, const char* text, int length) {
    self(data).text({text, static_cast<std::size_t>(length)});
  }
  static void on_namespace(void* data, const char* prefix, const char* uri) {
    self(data).declarations_.push_back(
        {prefix == nullptr ? "" : prefix, uri == nullptr ? "" : uri});
  }
  static void on_instruction(void* data, const char* target, const char* /*value*/) {
    self(data).report_.note(Action::RemovedAction, target);
  }
  static void on_comment(void* data, const char* /*text*/) {
    self(data).report_.note(Action::RemovedHidden, "comment");
  }
  static void on_doctype(void* data, const char* /*name*/, const char* /*system*/,
                         const char* /*public*/, int /*internal*/) {
    self(data).stop(Refusal::Ambiguous, "document type declaration");
  }

  [[nodiscard]] std::string place() const {
    return "line " + std::to_string(XML_GetCurrentLineNumber(parser_.get())) + ": ";
  }
  void stop(Refusal why, std::string_view what) {
    if (!stopped_) {
      stopped_ = refuse(why, place() + std::string{what}).value();
      XML_StopParser(parser_.get(), XML_FALSE);
    }
  }
  [[nodiscard]] Refused refused() const {
    return stopped_ ? *stopped_
                    : refuse(Refusal::Malformed,
                             place() + XML_ErrorString(XML_GetErrorCode(parser_.get())))
                          .value();
  }

  /// Text comes in pieces; it is cleaned when it is whole.
  void text(std::string_view piece) {
    if (skipping_ == 0) {
      pending_ += piece;
    }
  }
  void flush() {
    if (!pending_.empty()) {
      made_ += escaped_text(cleaned(pending_, report_), false);
      pending_.clear();
    }
  }
  static std::string escaped_text(std::string_view text, bool attribute) {
    std::string made;
    made.reserve(text.size());
    for (const char c : text) {
      switch (c) {
        case '&': made += "&amp;"; break;
        case '<': made += "&lt;"; break;
        case '>': made += "&gt;"; break;
        case '"': made += attribute ? "&quot;" : "\""; break;
        case '\n': made += attribute ? "&#10;" : "\n"; break;
        case '\t': made += attribute ? "&#9;" : "\t"; break;
        case '\r': made += "&#13;"; break;
        default: made += c;
      }
    }
    return made;
  }

  void start(const Name& name, const char** attributes) {
    const std::vector<Declaration> declarations = std::exchange(declarations_, {});
    if (++depth_ > kDeepest) {
      return stop(Refusal::NestedTooDeep, "more than 256 levels");
    }
    const Active* const is_active = active(name.uri);
    if (depth_ == 1 &&
        (is_active != nullptr || std::ranges::find(kDocuments, name.uri) != kDocuments.end())) {
      return stop(Refusal::UnsupportedType,
                  "root '" + name.qualified() + "' is of a document of its own");
    }
    if (skipping_ > 0 || is_active != nullptr) {
      if (skipping_++ == 0) {
        report_.note(is_active->action, name.qualified());
      }
      return;
    }
    flush();
    made_ += "<" + name.qualified();
    for (const Declaration& declaration : declarations) {
      made_ += declaration.prefix.empty() ? " xmlns" : " xmlns:" + declaration.prefix;
      made_ += "=\"" + escaped_text(declaration.uri, true) + "\"";
    }
    write(attributes);
    made_ += '>';
  }
  void write(const char** attributes) {
    std::size_t count = 0;
    for (; *attributes != nullptr; attributes += 2) {
      const Name name{attributes[0]};
      const std::string_view value{attributes[1]};
      if (++count > kMostAttributes || value.size() > kLongestValue) {
        return stop(Refusal::TooManyEntries, "an element with too many or too long attributes");
      }
      if (name.uri == kInstance && name.local.ends_with("chemaLocation")) {
        report_.note(Action::RemovedExternal, name.qualified());
        continue;
      }
      made_ += " " + name.qualified() + "=\"" + escaped_text(cleaned(value, report_), true) + "\"";
    }
  }
  void end(const Name& name) {
    --depth_;
    if (skipping_ > 0) {
      --skipping_;
      return;
    }
    flush();
    made_ += "</" + name.qualified() + ">";
  }

  struct Declaration {
    std::string prefix;
    std::string uri;
  };

  Report& report_;
  std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser_;
  std::vector<Declaration> declarations_;
  std::string made_;
  std::string pending_;
  std::size_t depth_ = 0;
  std::size_t skipping_ = 0;  ///< open elements from the one on that is left out
  std::optional<Refused> stopped_;
};

/// What the XML declaration says of the encoding; empty where it says nothing.
std::string declared_encoding(std::string_view bytes) {
  const std::string_view declaration = bytes.substr(0, bytes.find("?>"));
  const auto at = declaration.find("encoding");
  if (!declaration.starts_with("<?xml") || at == std::string_view::npos) {
    return {};
  }
  const auto quote = declaration.find_first_of("\"'", at);
  if (quote == std::string_view::npos) {
    return {};
  }
  const auto end = declaration.find(declaration[quote], quote + 1);
  return std::string{declaration.substr(quote + 1, end - quote - 1)};
}

/// UTF-8 unless the document says otherwise: a byte order mark, or the declaration
/// (XML 1.0, 4.3.3).
tl::expected<Charset, Refused> charset_of(std::string_view bytes) {
  const bool wide = bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff");
  const bool marked = bytes.starts_with("\xef\xbb\xbf");
  if (wide) {
    return Charset::Utf16;
  }
  const std::string name = declared_encoding(bytes.substr(marked ? 3 : 0));
  const auto charset = name.empty() ? std::optional{Charset::Utf8} : charset_called(name);
  if (!charset || *charset == Charset::Utf16) {
    return refuse(Refusal::Malformed, "encoding '" + name + "'");
  }
  if (marked && *charset != Charset::Utf8) {
    return refuse(Refusal::Ambiguous, "encoding '" + name + "' behind a mark of UTF-8");
  }
  return *charset;
}

}  // namespace

Outcome sanitize_xml(const Item& item, Job& job) {
  const std::string_view bytes = as_text(item.bytes);
  const auto charset = charset_of(bytes);
  if (!charset) {
    return tl::unexpected{charset.error()};
  }
  auto read = read_text(bytes, *charset, job.report());
  if (!read) {
    return tl::unexpected{read.error()};
  }
  if (const std::string says = declared_encoding(read->text);
      *charset == Charset::Utf16 && !says.empty() && !says.starts_with("UTF-16") &&
      !says.starts_with("utf-16")) {
    return refuse(Refusal::Ambiguous, "encoding '" + says + "' behind a mark of UTF-16");
  }
  auto made = Writing{job.report()}.run(read->text);
  if (!made) {
    return tl::unexpected{made.error()};
  }
  job.report().saw_text(*made);
  return Rebuilt{Type::Xml, std::move(*made), false, {}};
}

}  // namespace sekisho::sanitize::text
