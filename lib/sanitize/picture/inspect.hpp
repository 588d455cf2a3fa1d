// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Small scanners of rebuilt pictures that share nothing with the codecs: each knows the few
/// structures that an encoder here writes, and names the first that is another.

#include "sanitize/frame/frame.hpp"

namespace sekisho::sanitize::picture {

/// SOI, one JFIF header without thumbnail, quantization, one baseline frame of the sizes allowed,
/// Huffman tables, one scan, EOI, in this order and nothing else.
[[nodiscard]] std::string inspect_jpeg(Type type, ByteView rebuilt, Inspection& inspection);
/// IHDR, PLTE, tRNS, IDAT, IEND, with right checksums and nothing behind.
[[nodiscard]] std::string inspect_png(Type type, ByteView rebuilt, Inspection& inspection);
/// One VP8L chunk that fills the RIFF container, which fills the file.
[[nodiscard]] std::string inspect_webp(Type type, ByteView rebuilt, Inspection& inspection);
/// Directories of the few fields that make a picture, and no byte that none of them tells of.
[[nodiscard]] std::string inspect_tiff(Type type, ByteView rebuilt, Inspection& inspection);

}  // namespace sekisho::sanitize::picture
