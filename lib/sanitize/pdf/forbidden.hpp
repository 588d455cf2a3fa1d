// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Names that stand nowhere in a rebuilt document, be it as a key, a value or somebody's name for a
/// font: what acts, what embeds, what refers elsewhere (ISO 32000-1, 12.6, 12.7, 7.11, 13; XFA; ISO
/// 32000-2).

#include <algorithm>
#include <array>
#include <string_view>

namespace sekisho::sanitize::pdf {

inline constexpr std::array<std::string_view, 61> kForbidden{"AA",
                                                             "AF",
                                                             "AcroForm",
                                                             "Action",
                                                             "AlternatePresentations",
                                                             "Alternates",
                                                             "Annot",
                                                             "Annots",
                                                             "Collection",
                                                             "Crypt",
                                                             "DSS",
                                                             "EF",
                                                             "EmbeddedFile",
                                                             "EmbeddedFiles",
                                                             "Encrypt",
                                                             "FDecodeParms",
                                                             "FFilter",
                                                             "FS",
                                                             "FileAttachment",
                                                             "Filespec",
                                                             "GoTo3DView",
                                                             "GoToE",
                                                             "GoToR",
                                                             "Hide",
                                                             "IDS",
                                                             "ImportData",
                                                             "JBIG2Decode",
                                                             "JPXDecode",
                                                             "JS",
                                                             "JavaScript",
                                                             "Launch",
                                                             "Legal",
                                                             "Metadata",
                                                             "Movie",
                                                             "Names",
                                                             "NeedAppearances",
                                                             "OCProperties",
                                                             "OPI",
                                                             "OpenAction",
                                                             "PS",
                                                             "Perms",
                                                             "PieceInfo",
                                                             "Projection",
                                                             "Ref",
                                                             "Rendition",
                                                             "Renditions",
                                                             "Requirements",
                                                             "RichMedia",
                                                             "RichMediaExecute",
                                                             "Screen",
                                                             "SetOCGState",
                                                             "Sound",
                                                             "SpiderInfo",
                                                             "StructTreeRoot",
                                                             "SubmitForm",
                                                             "Thread",
                                                             "Threads",
                                                             "URI",
                                                             "URLS",
                                                             "URL",
                                                             "XFA"};

[[nodiscard]] constexpr bool is_forbidden(std::string_view name) {
  return std::ranges::find(kForbidden, name) != kForbidden.end();
}

}  // namespace sekisho::sanitize::pdf
