// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/text/kuten.hpp"

#include <iconv.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sekisho::sanitize::text {
namespace {

/// One converter of the C library to UTF-16.
class Converter {
 public:
  explicit Converter(const char* charset) : handle_{iconv_open("UTF-16LE", charset)} {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): how iconv(3) says that it failed
    if (handle_ == reinterpret_cast<iconv_t>(-1)) {
      throw std::runtime_error{std::string{"the C library does not know the charset "} + charset};
    }
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  Converter(Converter&&) = delete;
  Converter& operator=(Converter&&) = delete;
  ~Converter() { iconv_close(handle_); }

  /// The one unit that the bytes are; 0 where they are none.
  std::uint16_t unit(std::string_view bytes) {
    std::string in{bytes};
    std::array<char, 8> out{};
    char* from = in.data();
    char* to = out.data();
    std::size_t left = in.size();
    std::size_t room = out.size();
    iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    if (iconv(handle_, &from, &left, &to, &room) != 0 || left != 0 || room != out.size() - 2) {
      return 0;
    }
    return static_cast<std::uint16_t>(static_cast<unsigned char>(out[0]) |
                                      static_cast<unsigned char>(out[1]) << 8U);
  }

 private:
  iconv_t handle_;
};

constexpr unsigned kTrails = 188;  ///< of one lead byte: two rows

std::string bytes_of(std::initializer_list<unsigned> bytes) {
  std::string made;
  for (const unsigned byte : bytes) {
    made += static_cast<char>(byte);
  }
  return made;
}

}  // namespace

Kuten::Kuten() {
  Converter shifted{"CP932"};
  for (unsigned at = 0; at < main_.size(); ++at) {
    const unsigned lead = at / kTrails;
    const unsigned trail = at % kTrails;
    main_[at] = shifted.unit(
        bytes_of({lead + (lead < 31 ? 0x81 : 0xc1), trail + (trail < 63 ? 0x40 : 0x41)}));
  }
  Converter euc{"EUC-JP"};
  for (unsigned at = 0; at < supplement_.size(); ++at) {
    supplement_[at] = euc.unit(bytes_of({0x8f, 0xa1 + at / kCells, 0xa1 + at % kCells}));
  }
}

std::uint32_t Kuten::of_shifted(unsigned lead, unsigned trail) const {
  const bool first = lead >= 0x81 && lead <= 0x9f;
  if ((!first && (lead < 0xe0 || lead > 0xfc)) || trail < 0x40 || trail > 0xfc || trail == 0x7f) {
    return 0;
  }
  const unsigned row_pair = lead - (first ? 0x81 : 0xc1);
  const unsigned cell = trail - (trail < 0x7f ? 0x40 : 0x41);
  return main_[row_pair * kTrails + cell];
}

const Kuten& kuten() {
  static const Kuten kTable;
  return kTable;
}

}  // namespace sekisho::sanitize::text
