// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize_pdf/document.hpp"

#include "sanitize/pdf/formats.hpp"

#include <zlib.h>

#include <cctype>
#include <stdexcept>

namespace sekisho::sanitize::pdf {

Document::Document() = default;

unsigned Document::add(std::string body) {
  more_.push_back(std::move(body));
  return static_cast<unsigned>(5 + more_.size());
}

unsigned Document::add_stream(std::string dict, std::string_view data) {
  return add("<< " + dict + " /Length " + std::to_string(data.size()) + " >>\nstream\n" +
             std::string{data} + "\nendstream");
}

std::string Document::bytes() const {
  std::vector<std::string> objects{
      "<< /Type /Catalog /Pages 2 0 R " + catalog + " >>",
      "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << "
      "/F1 5 0 R >> " +
          resources + " >> " + page + " >>",
      "<< /Length " + std::to_string(content.size()) + " >>\nstream\n" + content + "\nendstream",
      "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"};
  objects.insert(objects.end(), more_.begin(), more_.end());
  std::string made = "%PDF-1.7\n";
  std::string table = "xref\n0 " + std::to_string(objects.size() + 1) + "\n0000000000 65535 f \n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    std::string place = std::to_string(made.size());
    place.insert(0, 10 - place.size(), '0');
    table += place + " 00000 n \n";
    made += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::string start = std::to_string(made.size());
  return made + table + "trailer\n<< /Size " + std::to_string(objects.size() + 1) +
         " /Root 1 0 R " + trailer + " >>\nstartxref\n" + start + "\n%%EOF\n";
}

std::string zipped(std::string_view data) {
  std::string packed(compressBound(data.size()), '\0');
  uLongf length = packed.size();
  compress2(reinterpret_cast<Bytef*>(packed.data()), &length,
            reinterpret_cast<const Bytef*>(data.data()), data.size(), 9);
  packed.resize(length);
  return packed;
}

Result sanitized(std::string_view bytes, const Limits& limits) {
  static const Profile kProfile;
  Job job{limits, kProfile, {}};
  Outcome outcome = formats().front().sanitize(Type::Pdf, {as_bytes(bytes), "item.pdf", {}}, job);
  return {std::move(outcome), job.report()};
}

std::string inspected(std::string_view rebuilt) {
  const Limits limits;
  Inspection inspection{limits, {}};
  return formats().front().inspect(Type::Pdf, as_bytes(rebuilt), inspection);
}

namespace {

std::string inflated(std::string_view data) {
  std::string text(1U << 22U, '\0');
  uLongf length = text.size();
  if (uncompress(reinterpret_cast<Bytef*>(text.data()), &length,
                 reinterpret_cast<const Bytef*>(data.data()), data.size()) != Z_OK) {
    return std::string{data};
  }
  text.resize(length);
  return text;
}

std::string without_escapes(std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#' && i + 2 < text.size() && std::isxdigit(text[i + 1]) != 0 &&
        std::isxdigit(text[i + 2]) != 0) {
      made += static_cast<char>(std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16));
      i += 2;
    } else {
      made += text[i];
    }
  }
  return made;
}

}  // namespace

std::string plain_text(std::string_view rebuilt) {
  std::string made;
  while (true) {
    const auto begins = rebuilt.find("stream\n");
    const auto ends = begins == std::string_view::npos ? begins : rebuilt.find("endstream", begins);
    if (ends == std::string_view::npos) {
      return made + without_escapes(rebuilt);
    }
    made += without_escapes(rebuilt.substr(0, begins));
    made += inflated(rebuilt.substr(begins + 7, ends - begins - 7));
    rebuilt.remove_prefix(ends + 9);
  }
}

}  // namespace sekisho::sanitize::pdf
