// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/json.hpp"

#include "sanitize/text/plain.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <set>

namespace sekisho::sanitize::text {
namespace {

using boost::json::error_code;
using boost::json::string_view;

constexpr std::size_t kDeepest = 64;

/// Writes each value as it is read.
class Writing {
 public:
  // what basic_parser asks of its handler
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = 1 << 20U;
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  explicit Writing(Report& report) : report_{&report} {}

  [[nodiscard]] bool repeated() const { return repeated_; }
  [[nodiscard]] std::string take() { return std::move(made_) + "\n"; }

  bool on_document_begin(error_code& /*error*/) { return true; }
  bool on_document_end(error_code& /*error*/) { return true; }
  bool on_object_begin(error_code& /*error*/) { return open('{', true); }
  bool on_object_end(std::size_t /*count*/, error_code& /*error*/) { return close('}'); }
  bool on_array_begin(error_code& /*error*/) { return open('[', false); }
  bool on_array_end(std::size_t /*count*/, error_code& /*error*/) { return close(']'); }

  bool on_key_part(string_view part, std::size_t /*count*/, error_code& /*error*/) {
    return collect(part);
  }
  bool on_key(string_view part, std::size_t /*count*/, error_code& error) {
    collect(part);
    begin();
    levels_.back().after_name = true;
    const std::string name = cleaned(pending_, *report_);
    if (!levels_.back().names.insert(name).second) {
      repeated_ = true;
      error = boost::json::error::syntax;
      return false;
    }
    string(name);
    made_ += ':';
    pending_.clear();
    return true;
  }
  bool on_string_part(string_view part, std::size_t /*count*/, error_code& /*error*/) {
    return collect(part);
  }
  bool on_string(string_view part, std::size_t /*count*/, error_code& /*error*/) {
    collect(part);
    begin();
    string(cleaned(pending_, *report_));
    pending_.clear();
    return true;
  }
  bool on_number_part(string_view part, error_code& /*error*/) { return collect(part); }
  bool on_int64(std::int64_t /*value*/, string_view part, error_code& /*error*/) {
    return number(part);
  }
  bool on_uint64(std::uint64_t /*value*/, string_view part, error_code& /*error*/) {
    return number(part);
  }
  bool on_double(double /*value*/, string_view part, error_code& /*error*/) { return number(part); }
  bool on_bool(bool value, error_code& /*error*/) { return word(value ? "true" : "false"); }
  bool on_null(error_code& /*error*/) { return word("null"); }
  static bool on_comment_part(string_view /*part*/, error_code& /*error*/) { return false; }
  static bool on_comment(string_view /*part*/, error_code& /*error*/) { return false; }

 private:
  struct Level {
    bool object = false;
    bool empty = true;
    bool after_name = false;
    std::set<std::string> names;
  };

  bool collect(string_view part) {
    pending_.append(part.data(), part.size());
    return true;
  }
  /// What stands before a value or a name: a comma, a line of its own.
  void begin() {
    if (levels_.empty()) {
      return;
    }
    Level& level = levels_.back();
    if (level.object && std::exchange(level.after_name, false)) {
      made_ += ' ';
      return;
    }
    made_ += level.empty ? "\n" : ",\n";
    level.empty = false;
    made_.append(levels_.size() * 2, ' ');
  }
  bool open(char bracket, bool object) {
    begin();
    made_ += bracket;
    levels_.push_back({object, true, false, {}});
    return true;
  }
  bool close(char bracket) {
    const bool empty = levels_.back().empty;
    levels_.pop_back();
    if (!empty) {
      made_ += '\n';
      made_.append(levels_.size() * 2, ' ');
    }
    made_ += bracket;
    return true;
  }
  bool number(string_view part) {
    collect(part);
    word(pending_);
    pending_.clear();
    return true;
  }
  bool word(std::string_view text) {
    begin();
    made_ += text;
    return true;
  }
  void string(std::string_view text) {
    made_ += '"';
    for (const char c : text) {
      switch (c) {
        case '"': made_ += "\\\""; break;
        case '\\': made_ += "\\\\"; break;
        case '\n': made_ += "\\n"; break;
        case '\r': made_ += "\\r"; break;
        case '\t': made_ += "\\t"; break;
        default: made_ += c;
      }
    }
    made_ += '"';
  }

  Report* report_;
  std::string made_;
  std::string pending_;
  std::vector<Level> levels_;
  bool repeated_ = false;
};

}  // namespace

Outcome sanitize_json(const Item& item, Job& job) {
  auto read = read_text(as_text(item.bytes), std::nullopt, job.report());
  if (!read) {
    return tl::unexpected{read.error()};
  }
  boost::json::parse_options options;
  options.max_depth = kDeepest;
  boost::json::basic_parser<Writing> parser{options, job.report()};
  error_code error;
  const std::size_t used = parser.write_some(false, read->text.data(), read->text.size(), error);
  if (parser.handler().repeated()) {
    return refuse(Refusal::Ambiguous, "byte " + std::to_string(used) + ": a name stands twice");
  }
  if (error == boost::json::error::too_deep) {
    return refuse(Refusal::NestedTooDeep, "more than 64 levels");
  }
  if (error || used != read->text.size()) {
    return refuse(Refusal::Malformed, "byte " + std::to_string(used) + ": " +
                                          (error ? error.message() : "data behind the value"));
  }
  std::string made = parser.handler().take();
  job.report().saw_text(made);
  return Rebuilt{Type::Json, std::move(made), false, {}};
}

}  // namespace sekisho::sanitize::text
