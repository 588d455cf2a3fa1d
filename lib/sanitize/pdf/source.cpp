// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/source.hpp"

#include <zlib.h>
#include <qpdf/Buffer.hh>
#include <qpdf/Pipeline.hh>
#include <qpdf/QPDFExc.hh>
#include <qpdf/QPDFLogger.hh>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace sekisho::sanitize::pdf {
namespace {

constexpr std::array<std::string_view, 4> kPictureFilters{"/DCTDecode", "/JPXDecode",
                                                          "/JBIG2Decode", "/CCITTFaxDecode"};
constexpr std::size_t kMostFilters = 8;

/// Takes what is decoded until a bound is met. An exception is the only way to end a qpdf pipeline
/// early.
class Bounded : public Pipeline {
 public:
  Bounded(std::string& into, std::uint64_t most)
      : Pipeline{"bounded", nullptr}, into_{into}, most_{most} {}
  void write(const unsigned char* data, std::size_t length) override {
    if (length > most_ - into_.size()) {
      full_ = true;
      throw std::runtime_error{"full"};
    }
    into_.append(as_text({data, length}));
  }
  void finish() override {}
  [[nodiscard]] bool full() const { return full_; }

 private:
  std::string& into_;
  std::uint64_t most_;
  bool full_ = false;
};

std::vector<QPDFObjectHandle> listed(QPDFObjectHandle one_or_many) {
  if (one_or_many.isArray()) {
    return one_or_many.getArrayAsVector();
  }
  return one_or_many.isNull() ? std::vector<QPDFObjectHandle>{} : std::vector{one_or_many};
}

std::string long_form(const std::string& filter) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kShort{
      std::pair{"/DCT", "/DCTDecode"}, std::pair{"/CCF", "/CCITTFaxDecode"}};
  for (const auto& [brief, full] : kShort) {
    if (filter == brief) {
      return std::string{full};
    }
  }
  return filter;
}

/// Takes a last picture filter off the stream's list, so that qpdf decodes the ones before it.
void part_from_picture_filter(QPDFObjectHandle dict, Decoded& decoded) {
  std::vector<QPDFObjectHandle> filters = listed(dict.getKey("/Filter"));
  if (filters.empty() || !filters.back().isName()) {
    return;
  }
  const std::string last = long_form(filters.back().getName());
  if (std::ranges::find(kPictureFilters, last) == kPictureFilters.end()) {
    return;
  }
  std::vector<QPDFObjectHandle> parameters = listed(dict.getKey("/DecodeParms"));
  decoded.last_filter = last;
  if (parameters.size() == filters.size()) {
    decoded.last_parameters = parameters.back();
    parameters.pop_back();
  }
  filters.pop_back();
  parameters.resize(filters.size(), QPDFObjectHandle::newNull());
  dict.replaceKey("/Filter", QPDFObjectHandle::newArray(filters));
  dict.replaceKey("/DecodeParms", QPDFObjectHandle::newArray(parameters));
}

}  // namespace

tl::expected<std::shared_ptr<QPDF>, Refused> open_document(const Item& item) {
  auto document = QPDF::create();
  document->setSuppressWarnings(true);
  try {
    const std::string_view text = as_text(item.bytes);
    document->processMemoryFile("item", text.data(), text.size());
    if (document->getAllPages().empty()) {
      return refuse(Refusal::Malformed, "no page");
    }
  } catch (const QPDFExc& failure) {
    const bool locked =
        failure.getErrorCode() == qpdf_e_password || failure.getErrorCode() == qpdf_e_unsupported;
    return refuse(locked ? Refusal::Encrypted : Refusal::Malformed, failure.getMessageDetail());
  } catch (const std::bad_alloc&) {
    return refuse(Refusal::OutOfMemory);
  } catch (const std::exception& failure) {
    return refuse(Refusal::Malformed, failure.what());
  }
  return document;
}

tl::expected<Decoded, Refused> decoded(QPDFObjectHandle stream, Job& job) {
  Decoded result;
  QPDFObjectHandle dict = stream.getDict();
  if (listed(dict.getKey("/Filter")).size() > kMostFilters) {
    return refuse(Refusal::Malformed, "too many filters");
  }
  part_from_picture_filter(dict, result);
  Bounded into{result.bytes, job.may_expand()};
  result.whole = stream.pipeStreamData(&into, nullptr, 0, qpdf_dl_specialized, true);
  if (into.full()) {
    return refuse(Refusal::ExpandsTooMuch, "stream");
  }
  // a blank page packs a thousandfold: the sum is what counts here, not the ratio
  if (auto kept = job.expands(result.bytes.size(), result.bytes.size()); !kept) {
    return tl::unexpected{std::move(kept).error()};
  }
  return result;
}

std::string deflated(std::string_view bytes) {
  std::string packed(compressBound(bytes.size()), '\0');
  uLongf length = packed.size();
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): zlib's bytes
  if (compress2(reinterpret_cast<Bytef*>(packed.data()), &length, as_bytes(bytes).data(),
                bytes.size(), 6) != Z_OK) {
    throw std::bad_alloc{};
  }
  packed.resize(length);
  return packed;
}

}  // namespace sekisho::sanitize::pdf
