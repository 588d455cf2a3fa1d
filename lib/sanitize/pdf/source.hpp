// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// The document that came, as far as qpdf can read it, and its streams, decoded within bounds.

#include "sanitize/frame/frame.hpp"

#include <qpdf/QPDF.hh>

#include <memory>
#include <string>

namespace sekisho::sanitize::pdf {

/// Damaged files are recovered as far as possible. Fails with Encrypted where the empty password
/// does not open it, with Malformed where nothing can be read.
[[nodiscard]] tl::expected<std::shared_ptr<QPDF>, Refused> open_document(const Item& item);

/// The bytes of a stream without its lossless filters; what has been decoded counts as expanded.
/// `specialised` says that a last filter for pictures stays on.
struct Decoded {
  std::string bytes;
  std::string last_filter;  ///< "/DCTDecode" and its kin, where the data are still in it
  QPDFObjectHandle last_parameters;
  bool whole = true;  ///< false: the data were damaged and are only what could be decoded
};
[[nodiscard]] tl::expected<Decoded, Refused> decoded(QPDFObjectHandle stream, Job& job);

/// zlib stream of the bytes, always the same for the same bytes.
[[nodiscard]] std::string deflated(std::string_view bytes);

}  // namespace sekisho::sanitize::pdf
