// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/html.hpp"

#include "sanitize/text/entities.hpp"
#include "sanitize/text/links.hpp"
#include "sanitize/text/page.hpp"
#include "sanitize/text/plain.hpp"
#include "sanitize/text/style.hpp"
#include "sanitize/text/tags.hpp"
#include "sanitize/text/targets.hpp"

#include <algorithm>
#include <map>

namespace sekisho::sanitize::text {
namespace {

constexpr std::size_t kDeepest = 512;

/// A set of element names, written as one blank-separated text.
struct Names {
  std::string_view text;
  [[nodiscard]] bool has(std::string_view name) const {
    for (std::size_t at = text.find(name); at != std::string_view::npos;
         at = text.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      if ((at == 0 || text[at - 1] == ' ') && (end == text.size() || text[end] == ' ')) {
        return !name.empty();
      }
    }
    return false;
  }
};
constexpr Names kVoid{
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source "
    "track "
    "wbr"};
constexpr Names kRaw{"script style xmp iframe noembed noframes textarea title"};
constexpr Names kLeftOut{
    "applet audio canvas datalist math noscript object select svg template video"};
constexpr Names kParagraphs{"blockquote dl h1 h2 h3 h4 h5 h6 ol p pre ul"};
constexpr Names kBlocks{
    "address article aside body caption center dd details dialog dir div dt fieldset figcaption "
    "figure footer form header hgroup html legend li main menu nav option section summary table "
    "tbody "
    "tfoot thead tr"};
constexpr Names kLists{"dir menu ol ul"};
constexpr Names kScopes{"caption html object table td template th"};

class Reading {
 public:
  Reading(std::string_view html, Language language, Report& report)
      : tokens_{html}, language_{language}, report_{report} {}

  std::string run() && {
    Tag tag;
    while (tokens_.next(tag)) {
      if (tag.name.empty()) {
        text(tag.text);
      } else if (tag.closing) {
        end(tag.name);
      } else {
        start(tag);
      }
    }
    close_to(0);
    if (tokens_.passed_over() > 0) {
      report_.note(Action::RemovedHidden, "comment", tokens_.passed_over());
    }
    return std::move(page_).finish();
  }

 private:
  struct Open {
    std::string name;
    bool hidden = false;
    std::string background;  ///< that it stands on
    unsigned number = 0;     ///< items or cells so far
    std::string target;      ///< of `a`
    std::size_t text_from = 0;
  };

  [[nodiscard]] bool visible() const { return hidden_ == 0; }

  void text(std::string_view raw) {
    if (!visible()) {
      return;
    }
    std::string words = without_references(raw, false);
    for (auto at = words.find("\u00a0"); at != std::string::npos; at = words.find("\u00a0", at)) {
      words.replace(at, 2, " ");
    }
    page_.words(cleaned(words, report_), preformatted_ > 0);
  }

  /// Reports what the element would do, and what it loads.
  void note(const Tag& tag, const Style& style) {
    for (const Attribute& attribute : tag.attributes) {
      if (attribute.name.starts_with("on")) {
        report_.note(Action::RemovedScript, attribute.name);
      }
      const bool source = attribute.name == "src" || attribute.name == "background" ||
                          attribute.name == "srcset" || attribute.name == "data" ||
                          (attribute.name == "href" && tag.name == "link");
      if (source && is_remote(attribute.value)) {
        report_.note(Action::RemovedExternal, attribute.value);
      } else if (source && !attribute.value.empty()) {
        report_.note(Action::RemovedEmbedded, attribute.value.substr(0, 40));
      }
    }
    if (style.external) {
      report_.note(Action::RemovedExternal, "style");
    }
    if (tag.name == "script") {
      report_.note(Action::RemovedScript, "script");
    } else if (tag.name == "base") {
      report_.note(Action::RemovedExternal, tag["href"]);
    } else if (tag.name == "meta" && tag.has("http-equiv") &&
               bare(tag["http-equiv"]) == "refresh") {
      report_.note(Action::RemovedAction, tag["content"]);
    } else if (tag.name == "form") {
      report_.note(Action::RemovedAction, tag["action"]);
    } else if (tag.name == "iframe" || tag.name == "frame" || kLeftOut.has(tag.name)) {
      report_.note(Action::RemovedEmbedded, tag.name);
    }
  }

  void start(const Tag& tag) {
    const Style style = style_of(tag["style"]);
    note(tag, style);
    if (kRaw.has(tag.name)) {
      const std::string_view content = tokens_.raw_text(tag.name);
      if (tag.name == "textarea" || tag.name == "xmp") {
        text(content);
      }
      return;
    }
    imply_ends(tag.name);
    break_line(tag.name);
    if (kVoid.has(tag.name)) {
      return alone(tag);
    }
    if (open_.size() >= kDeepest) {
      return;
    }
    Open element{tag.name, kLeftOut.has(tag.name), background_of(tag, style), 0, {}, 0};
    if (!element.hidden && is_hidden(tag, style, element)) {
      element.hidden = true;
      report_.note(Action::RemovedHidden, tag.name);
    }
    begin(tag, element);
    hidden_ += element.hidden ? 1 : 0;
    ++count_[element.name];
    lists_ += kLists.has(element.name) ? 1 : 0;
    preformatted_ += tag.name == "pre" ? 1 : 0;
    page_.quote(tag.name == "blockquote" ? 1 : 0);
    open_.push_back(std::move(element));
  }

  /// What an element does to the page before its content.
  void begin(const Tag& tag, Open& element) {
    if (!visible() || element.hidden) {
      return;
    }
    if (tag.name == "li") {
      begin_item();
    } else if (tag.name == "td" || tag.name == "th") {
      const auto row = std::ranges::find(open_.rbegin(), open_.rend(), "tr", &Open::name);
      page_.cell(row == open_.rend() || row->number++ == 0);
    } else if (tag.name == "a") {
      element.target = shown_target(tag["href"], report_);
      element.text_from = page_.length();
    }
  }
  void begin_item() {
    const auto list = std::ranges::find_if(open_.rbegin(), open_.rend(),
                                           [](const Open& open) { return kLists.has(open.name); });
    std::string marker(lists_ > 1 ? (std::min<std::size_t>(lists_, 8) - 1) * 2 : 0, ' ');
    if (list != open_.rend() && list->name == "ol") {
      marker += std::to_string(++list->number) + ". ";
    } else {
      marker += language_ == Language::Ja ? "・" : "- ";
    }
    page_.item(std::move(marker));
  }

  void alone(const Tag& tag) {
    if (!visible()) {
      return;
    }
    if (tag.name == "br") {
      page_.hard_line();
    } else if (tag.name == "hr") {
      page_.line(1);
      page_.words("----------", false);
      page_.line(1);
    } else if (tag.name == "img" && !tag["alt"].empty()) {
      page_.words(language_ == Language::Ja ? "[画像: " : "[image: ", true);
      page_.words(cleaned_line(tag["alt"], report_), false);
      page_.words("]", false);
    } else if (tag.name == "area" && !tag["href"].empty()) {
      page_.words(
          " " + cleaned_line(tag["alt"], report_) + " <" + shown_target(tag["href"], report_) + ">",
          false);
      page_.line(1);
    }
  }

  [[nodiscard]] std::string background_of(const Tag& tag, const Style& style) const {
    if (!style.background.empty()) {
      return style.background;
    }
    if (tag.has("bgcolor")) {
      return color_of(tag["bgcolor"]);
    }
    if (tag.has("class") || tag.has("id") || tag.has("background")) {
      return "?";  // a style sheet may say
    }
    return open_.empty() ? "#ffffff" : open_.back().background;
  }
  [[nodiscard]] static bool is_hidden(const Tag& tag, const Style& style, const Open& element) {
    const std::string color = !style.color.empty() ? style.color
                              : tag.has("color")   ? color_of(tag["color"])
                                                   : std::string{};
    const bool same = !color.empty() && color != "?" && color == element.background;
    return tag.has("hidden") || style.hidden || same;
  }

  /// Start tags that end elements whose end tags may be left out (HTML, 13.1.2.4).
  void imply_ends(std::string_view name) {
    if (name == "li") {
      close_nearest("li", kLists);
    } else if (name == "dt" || name == "dd") {
      close_nearest("dt", Names{"dl"});
      close_nearest("dd", Names{"dl"});
    } else if (name == "td" || name == "th") {
      close_nearest("td", Names{"tr table"});
      close_nearest("th", Names{"tr table"});
    } else if (name == "tr" || name == "tbody" || name == "thead" || name == "tfoot") {
      close_nearest("tr", Names{"table"});
    } else if (name == "option") {
      close_nearest("option", Names{"select"});
    } else if (name == "a") {
      close_nearest("a", Names{});
    }
    if (kParagraphs.has(name) || (kBlocks.has(name) && name != "option")) {
      close_nearest("p", Names{});
    }
  }
  /// Closes the innermost `name`, unless one of `within` or a scope of its own stands in between.
  void close_nearest(std::string_view name, const Names& within) {
    if (!is_open(name)) {
      return;
    }
    for (std::size_t i = open_.size(); i > 0; --i) {
      const std::string& open = open_[i - 1].name;
      if (open == name) {
        return close_to(i - 1);
      }
      if (within.has(open) || kScopes.has(open)) {
        return;
      }
    }
  }

  void end(std::string_view name) {
    if (name == "br" || name == "p") {
      break_line(name);
    }
    if (!is_open(name)) {
      return;
    }
    const bool of_a_table =
        kScopes.has(name) || name == "tr" || name == "tbody" || name == "thead" || name == "tfoot";
    for (std::size_t i = open_.size(); i > 0; --i) {
      const std::string& open = open_[i - 1].name;
      if (open == name) {
        return close_to(i - 1);
      }
      if ((!of_a_table && kScopes.has(open)) || (of_a_table && open == "table")) {
        return;
      }
    }
  }
  [[nodiscard]] bool is_open(std::string_view name) const {
    return count_.find(name) != count_.end();
  }
  void close_to(std::size_t depth) {
    while (open_.size() > depth) {
      const Open element = std::move(open_.back());
      open_.pop_back();
      hidden_ -= element.hidden ? 1 : 0;
      if (const auto found = count_.find(element.name); --found->second == 0) {
        count_.erase(found);
      }
      lists_ -= kLists.has(element.name) ? 1 : 0;
      preformatted_ -= element.name == "pre" ? 1 : 0;
      page_.quote(element.name == "blockquote" ? -1 : 0);
      if (!visible() || element.hidden) {
        continue;
      }
      if (!element.target.empty()) {
        end_of_link(element);
      }
      if (element.name == "td" || element.name == "th") {
        page_.end_of_cell();
      }
      break_line(element.name);
    }
  }
  void end_of_link(const Open& link) {
    const std::string said = bare(page_.since(link.text_from));
    if (link.target.starts_with('#') || said == bare(link.target)) {
      return;
    }
    page_.words(said.empty() ? "<" : " <", false);
    page_.words(link.target + ">", false);
  }
  void break_line(std::string_view name) {
    if (!visible()) {
      return;
    }
    if (kParagraphs.has(name)) {
      page_.line(lists_ > 0 && kLists.has(name) ? 1 : 2);
    } else if (kBlocks.has(name)) {
      page_.line(1);
    }
  }
  Tokens tokens_;
  Language language_;
  Report& report_;
  Page page_;
  std::vector<Open> open_;
  std::map<std::string, std::size_t, std::less<>> count_;  ///< open elements of each name
  std::size_t lists_ = 0;
  std::size_t hidden_ = 0;
  std::size_t preformatted_ = 0;
};

/// `charset=` of a meta element in the first KiB (HTML, 13.2.3.2).
std::optional<std::string> told_charset(std::string_view html) {
  Tokens tokens{html.substr(0, 1024)};
  Tag tag;
  while (tokens.next(tag)) {
    if (tag.name != "meta" || tag.closing) {
      continue;
    }
    if (tag.has("charset")) {
      return std::string{tag["charset"]};
    }
    const std::string content = bare(tag["content"]);
    const auto at = content.find("charset=");
    if (at != std::string::npos) {
      return content.substr(at + 8, content.find_first_of(";,", at) - at - 8);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string text_of_html(std::string_view html, Language language, Report& report) {
  return Reading{html, language, report}.run();
}

Outcome sanitize_html(const Item& item, Job& job) {
  const std::string_view bytes = as_text(item.bytes);
  Report& report = job.report();
  std::optional<Charset> charset;
  const bool marked = bytes.starts_with("\xef\xbb\xbf") || bytes.starts_with("\xff\xfe") ||
                      bytes.starts_with("\xfe\xff");
  if (const auto told = told_charset(bytes); told && !marked) {
    charset = charset_called(*told);
    if (!charset) {
      return refuse(Refusal::Malformed, "charset '" + *told + "' is not read here");
    }
  }
  auto read = read_text(bytes, charset, report);
  if (!read) {
    return tl::unexpected{read.error()};
  }
  std::string text = without_links(text_of_html(read->text, job.profile().language, report),
                                   job.profile(), report);
  report.note(Action::ChangedToText, "html");
  report.saw_text(text);
  return Rebuilt{Type::Html, std::move(text), false, {}};
}

}  // namespace sekisho::sanitize::text
