// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/inspect.hpp"

#include "sanitize/pdf/forbidden.hpp"

#include <zlib.h>

#include <array>
#include <map>
#include <set>
#include <vector>

namespace sekisho::sanitize::pdf {
namespace {

constexpr unsigned kDeepest = 24;
/// Operators of a content stream that draw, or set how (ISO 32000-1, table 51).
constexpr std::string_view kOperators =
    " q Q cm w J j M d ri i gs m l c v y h re S s f F f* B B* b b* n W W* BT ET Tc Tw Tz TL Tf Tr "
    "Ts Td TD Tm T* Tj TJ ' \" "
    "d0 d1 CS cs SC SCN sc scn G g RG rg K k sh Do ";
constexpr std::string_view kTypes =
    " Catalog Pages Page Font FontDescriptor XObject Outlines CMap ";
constexpr std::string_view kSubtypes =
    " Image Form Type0 Type1 MMType1 TrueType Type3 CIDFontType0 CIDFontType2 OpenType "
    "CIDFontType0C Type1C ";
constexpr std::string_view kCatalogKeys = " Type Pages Outlines ";
constexpr std::string_view kPageKeys =
    " Type Parent MediaBox CropBox Rotate UserUnit Group Contents Resources ";
constexpr std::string_view kTrailerKeys = " Root Info ID Size ";

bool among(std::string_view words, std::string_view word) {
  return !word.empty() && words.find(" " + std::string{word} + " ") != std::string_view::npos;
}

struct Object {
  std::map<std::string, std::string> names;  ///< keys whose values are names
  std::set<std::string> keys;
  std::vector<std::string> contents;  ///< objects that /Contents refers to, by number
  std::size_t length = 0;
};

/// Reads one file from its first byte to its last.
class Scan {
 public:
  Scan(std::string_view file, const Limits& limits) : file_{file}, limits_{limits} {}

  std::string run() {
    if (!file_.starts_with("%PDF-1.7\n%") || file_.size() < 32) {
      return "not a header of ours";
    }
    at_ = file_.find('\n', 10) + 1;
    while (found_.empty() && !file_.substr(at_).starts_with("xref\n")) {
      object();
    }
    if (found_.empty()) {
      trailer();
    }
    for (const std::string& number : contents_) {
      if (found_.empty() && !drawn_.contains(number)) {
        found_ = "contents that are no content: object " + number;
      }
    }
    return found_;
  }

 private:
  void say(std::string what) {
    if (found_.empty()) {
      found_ = std::move(what) + " at byte " + std::to_string(at_);
    }
  }
  void blanks() {
    while (at_ < file_.size() && (file_[at_] == ' ' || file_[at_] == '\n')) {
      ++at_;
    }
  }
  bool take(std::string_view text) {
    if (!file_.substr(at_).starts_with(text)) {
      return false;
    }
    at_ += text.size();
    return true;
  }
  std::string digits() {
    std::string number;
    while (at_ < file_.size() && file_[at_] >= '0' && file_[at_] <= '9' && number.size() < 12) {
      number += file_[at_++];
    }
    return number;
  }

  void object() {
    const std::string number = digits();
    if (number.empty() || !take(" 0 obj\n")) {
      say("something outside of objects");
      return;
    }
    Object read;
    value(read, "", 0);
    if (take("\nstream\n")) {
      stream(number, read);
    }
    check(read);
    contents_.insert(contents_.end(), read.contents.begin(), read.contents.end());
    if (found_.empty() && !take("\nendobj\n")) {
      say("no end of an object");
    }
    while (take("\n")) {
    }
  }

  void check(const Object& read) {
    const auto named = [&](const char* key) {
      const auto found = read.names.find(key);
      return found == read.names.end() ? std::string{} : found->second;
    };
    const std::string type = named("Type");
    const std::string subtype = named("Subtype");
    if (!type.empty() && !among(kTypes, type)) {
      say("an object of type " + type);
    }
    if (!subtype.empty() && !among(kSubtypes, subtype)) {
      say("an object of subtype " + subtype);
    }
    for (const std::string& key : read.keys) {
      if ((type == "Catalog" && !among(kCatalogKeys, key)) ||
          (type == "Page" && !among(kPageKeys, key))) {
        say("key " + key + " in a " + type);
      }
    }
  }

  /// Names of somebody's own choice: resources and glyphs.
  static bool is_free(std::string_view within) {
    return among(" Font XObject ExtGState ColorSpace Pattern Shading CharProcs ", within);
  }

  /// One value; `within` is the key under which it stands.
  void value(Object& read, std::string_view within, unsigned depth) {
    if (depth > kDeepest || at_ >= file_.size()) {
      say("values too deep");
      return;
    }
    if (take("<<")) {
      dictionary(read, within, depth);
    } else if (take("[")) {
      for (blanks(); found_.empty() && !take("]"); blanks()) {
        value(read, within, depth + 1);
      }
    } else if (file_[at_] == '/') {
      const std::string name = spelt();
      if (is_forbidden(name)) {
        say("name " + name);
      }
      if (within == "Filter" && name != "FlateDecode" && name != "DCTDecode") {
        say("filter " + name);
      }
    } else if (file_[at_] == '(') {
      literal();
    } else if (take("<")) {
      while (at_ < file_.size() && file_[at_] != '>') {
        ++at_;
      }
      take(">");
    } else {
      scalar(read, within);
    }
  }

  void dictionary(Object& read, std::string_view within, unsigned depth) {
    for (blanks(); found_.empty() && !take(">>"); blanks()) {
      if (at_ >= file_.size() || file_[at_] != '/') {
        say("a key that is no name");
        return;
      }
      const std::string key = spelt();
      if (is_forbidden(key) || (key == "A" && within != "CharProcs")) {
        say("key " + key);
      }
      blanks();
      if (depth == 0) {
        read.keys.insert(key);
        if (at_ < file_.size() && file_[at_] == '/') {
          const std::size_t back = at_;
          read.names[key] = spelt();
          at_ = back;
        }
      }
      value(read, is_free(within) ? std::string_view{} : std::string_view{key}, depth + 1);
    }
  }

  std::string spelt() {
    std::string name;
    for (++at_; at_ < file_.size() &&
                std::string_view{" \n/<>[]()"}.find(file_[at_]) == std::string_view::npos;
         ++at_) {
      name += file_[at_];
    }
    if (name.find('#') != std::string::npos) {
      std::string plain;
      for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '#' && i + 2 < name.size()) {
          plain += static_cast<char>(std::stoi(name.substr(i + 1, 2), nullptr, 16));
          i += 2;
        } else {
          plain += name[i];
        }
      }
      return plain;
    }
    return name;
  }

  void literal() {
    unsigned open = 0;
    do {
      if (file_[at_] == '\\') {
        ++at_;
      } else {
        open += file_[at_] == '(' ? 1 : 0;
        open -= file_[at_] == ')' ? 1 : 0;
      }
      ++at_;
    } while (open > 0 && at_ < file_.size());
  }

  /// A number, a truth, or a reference.
  void scalar(Object& read, std::string_view within) {
    const std::size_t first = at_;
    while (at_ < file_.size() &&
           std::string_view{" \n/<>[]()"}.find(file_[at_]) == std::string_view::npos) {
      ++at_;
    }
    const std::string_view word = file_.substr(first, at_ - first);
    if (word.empty() || (word.find_first_not_of("0123456789.+-") != std::string_view::npos &&
                         !among(" true false null ", word))) {
      say("what is no value");
      return;
    }
    if (within == "Length") {
      read.length = std::stoul("0" + std::string{word});
    }
    if (take(" 0 R") && within == "Contents") {
      read.contents.emplace_back(word);
    }
  }

  void stream(const std::string& number, const Object& read) {
    const std::string_view data = file_.substr(at_, read.length);
    at_ += data.size();
    if (!take("\nendstream") && !take("endstream")) {
      say("a stream of another length");
      return;
    }
    const auto filter = read.names.find("Filter");
    if (filter == read.names.end()) {
      say("a stream without a filter");
    } else if (filter->second == "DCTDecode") {
      jpeg(data);
    } else {
      plain(number, read, data);
    }
  }

  void plain(const std::string& number, const Object& read, std::string_view data) {
    const auto subtype = read.names.find("Subtype");
    const bool drawn = subtype == read.names.end()
                           ? !read.keys.contains("Type") && !read.keys.contains("Length1")
                           : subtype->second == "Form";
    z_stream codec{};
    if (inflateInit(&codec) != Z_OK) {
      say("no memory to inflate");
      return;
    }
    std::string text;
    std::array<char, 65'536> buffer{};
    // NOLINTNEXTLINE: zlib's interface
    codec.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    codec.avail_in = static_cast<uInt>(data.size());
    int state = Z_OK;
    std::uint64_t total = 0;
    while (state == Z_OK && total <= limits_.expanded) {
      codec.next_out = reinterpret_cast<Bytef*>(buffer.data());  // NOLINT: zlib's interface
      codec.avail_out = static_cast<uInt>(buffer.size());
      state = inflate(&codec, Z_NO_FLUSH);
      total += buffer.size() - codec.avail_out;
      if (drawn) {
        text.append(buffer.data(), buffer.size() - codec.avail_out);
      }
    }
    const bool whole = state == Z_STREAM_END && codec.avail_in == 0;
    inflateEnd(&codec);
    if (!whole) {
      say("a stream that is not one of ours");
    }
    if (drawn && subtype != read.names.end()) {
      operators(text);
    } else if (drawn && is_content(text)) {
      drawn_.insert(number);
    }
  }

  /// Whether every line ends in an operator that draws. Other streams without a type (functions,
  /// tables) do not.
  [[nodiscard]] static bool is_content(std::string_view text) {
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      if (line.size() == text.size() || !among(kOperators, line.substr(line.rfind(' ') + 1))) {
        return false;
      }
      text.remove_prefix(line.size() + 1);
    }
    return true;
  }
  void operators(std::string_view text) {
    if (!is_content(text)) {
      say("an operator that is not allowed");
    }
  }

  void jpeg(std::string_view data) {
    const auto byte = [&](std::size_t at) {
      return at < data.size() ? static_cast<unsigned char>(data[at]) : 0U;
    };
    std::size_t at = 2;
    if (byte(0) != 0xff || byte(1) != 0xd8) {
      say("JPEG data without a beginning");
      return;
    }
    while (byte(at) == 0xff && byte(at + 1) != 0xda) {
      const unsigned marker = byte(at + 1);
      const bool known = marker == 0xe0 || marker == 0xee || marker == 0xdb || marker == 0xc0 ||
                         marker == 0xc1 || marker == 0xc4 || marker == 0xdd;
      if (!known || (marker == 0xe0 && byte(at + 3) != 16) ||
          (marker == 0xee && byte(at + 3) != 14)) {
        say("JPEG marker " + std::to_string(marker));
        return;
      }
      at += 2 + (byte(at + 2) << 8U | byte(at + 3));
    }
    for (at += 2; at + 1 < data.size(); ++at) {
      if (byte(at) == 0xff && byte(at + 1) != 0 && (byte(at + 1) < 0xd0 || byte(at + 1) > 0xd7)) {
        break;
      }
    }
    if (byte(at + 1) != 0xd9 || at + 2 != data.size()) {
      say("JPEG data that go on");
    }
  }

  void trailer() {
    const auto found = file_.find("trailer ", at_);
    if (found == std::string_view::npos ||
        file_.substr(at_, found - at_).find_first_not_of("xref0123456789 nf\n") !=
            std::string_view::npos) {
      say("no table of objects");
      return;
    }
    at_ = found + 8;
    Object read;
    value(read, "", 0);
    for (const std::string& key : read.keys) {
      if (!among(kTrailerKeys, key)) {
        say("key " + key + " in the trailer");
      }
    }
    if (!take("\nstartxref\n") || digits().empty() || !take("\n%%EOF\n") || at_ != file_.size()) {
      say("something behind the end");
    }
  }

  std::string_view file_;
  const Limits& limits_;
  std::size_t at_ = 0;
  std::string found_;
  std::vector<std::string> contents_;
  std::set<std::string> drawn_;
};

}  // namespace

std::string inspect(Type /*type*/, ByteView rebuilt, Inspection& inspection) {
  return Scan{as_text(rebuilt), inspection.limits()}.run();
}

}  // namespace sekisho::sanitize::pdf
