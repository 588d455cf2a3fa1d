// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Said once for the sanitizer: types, statuses, reasons and actions, each with its Japanese and
/// English. Tool, records, notices and documents take them from here. Source: the policy's words
/// and the outer interface.

#include "base/words.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace sekisho::sanitize {

/// What an item is, decided by parsing it. Formats that are always refused are listed where knowing
/// them helps whoever reads the refusal.
enum class Type : std::uint8_t {
  Unknown,
  Text,
  Csv,
  Html,
  Json,
  Xml,
  Calendar,
  Vcard,
  Mail,
  Tnef,
  Jpeg,
  Png,
  Gif,
  Bmp,
  Webp,
  Tiff,
  Svg,
  Zip,
  Tar,
  Gzip,
  Bzip2,
  Xz,
  Zstd,
  SevenZip,
  Lzh,
  Pdf,
  Docx,
  Xlsx,
  Pptx,
  Odt,
  Ods,
  Odp,
  Odg,
  Rtf,
  Doc,
  Xls,
  Ppt,
  Msg,
  Ichitaro,
  DocuWorks,
  Metafile,
  Executable,
};

/// The family that a type is in: one folder of code, one danger list.
enum class Family : std::uint8_t { None, Text, Mail, Picture, Archive, Pdf, Office, Rtf, Compound };

/// How an item of the type leaves. What no family rebuilds yet is refused.
enum class Mode : std::uint8_t { Rebuild, Text, Refuse };

struct TypeWord {
  Type type;
  Family family;
  Mode mode;
  std::string_view name;  ///< in reports: "jpeg"
  std::string_view
      extension;  ///< of the rebuilt item, without the dot; empty: never leaves as this type
  std::string_view media_type;  ///< of the rebuilt item
  std::string_view extensions;  ///< under which it may come, blank-separated
  Text title;
};

/// 無害化済み, 一部無害化, ブロック, 無害化エラー, 無害化対象外, 時間切れ.
enum class Status : std::uint8_t { Sanitized, Partial, Blocked, Error, Unsupported, Timeout };
struct StatusWord {
  Status status;
  std::string_view name;
  Text title;
};

/// Why an item was refused.
enum class Refusal : std::uint8_t {
  Malformed,
  Truncated,
  Ambiguous,
  TypeMismatch,
  Polyglot,
  UnsupportedType,
  Encrypted,
  Split,
  ForbiddenByProfile,
  NestedTooDeep,
  TooLarge,
  TooManyEntries,
  TooManyPixels,
  ExpandsTooMuch,
  OutputTooLarge,
  OutOfMemory,
  OutOfTime,
  WorkerDied,
  InspectionFailed,
  MyNumber,
  Unreadable,
  NotAFile,
  CannotWrite,
};
struct RefusalWord {
  Refusal refusal;
  Status status;  ///< that such an item has
  std::string_view name;
  Text meaning;
  Text advice;  ///< what staff can do
};

/// What was changed or taken out; the codes of the first three are the market's.
enum class Action : std::uint8_t {
  ChangedToText,       ///< CHG_TEXT
  NeutralisedLink,     ///< REP_LINK
  RemovedAttachment,   ///< DEL_ATTACH
  RemovedScript,       ///< DEL_SCRIPT: scripts, macros, event handlers
  RemovedAction,       ///< DEL_ACTION: what a document does by itself or on a click
  RemovedEmbedded,     ///< DEL_EMBED: files and objects inside
  RemovedExternal,     ///< DEL_EXTERNAL: references to content elsewhere
  RemovedMetadata,     ///< DEL_META
  RemovedUnknown,      ///< DEL_UNKNOWN: structures that are not on the allow-list
  RemovedHidden,       ///< DEL_HIDDEN: what nobody would have seen
  RemovedCharacters,   ///< DEL_CHAR: control and bidirectional characters
  RemovedTrailing,     ///< DEL_TRAIL: bytes before or behind the item
  RemovedFrames,       ///< DEL_FRAME: all but the first picture of an animation
  RemovedSignature,    ///< DEL_SIGN: signatures, which a rebuilt item cannot keep
  RemovedEntry,        ///< DEL_ENTRY: an entry of an archive, a reason text in its place
  NeutralisedFormula,  ///< REP_FORMULA
  NeutralisedCell,     ///< REP_CELL: a CSV cell that a spreadsheet would calculate
  RebuiltPicture,      ///< REP_IMAGE: decoded to pixels and encoded anew
  FlattenedPage,       ///< CHG_IMAGE: a page or drawing became a picture
  ChangedType,         ///< CHG_TYPE
  ChangedName,         ///< CHG_NAME
  ChangedCharset,      ///< CHG_CHARSET
  NotedHidden,         ///< NOTE_HIDDEN: hidden sheets, slides or text that stay
  NotedCharacters,     ///< NOTE_CHAR: zero-width and private-use characters that stay
  NotedMyNumber,       ///< NOTE_MYNUMBER: what looks like an individual number
};
struct ActionWord {
  Action action;
  std::string_view code;
  Text meaning;
};

[[nodiscard]] std::span<const TypeWord> type_words();
[[nodiscard]] std::span<const StatusWord> status_words();
[[nodiscard]] std::span<const RefusalWord> refusal_words();
[[nodiscard]] std::span<const ActionWord> action_words();

[[nodiscard]] const TypeWord& word_of(Type type);
[[nodiscard]] const StatusWord& word_of(Status status);
[[nodiscard]] const RefusalWord& word_of(Refusal refusal);
[[nodiscard]] const ActionWord& word_of(Action action);

/// From numbers that another process sent; nothing for those that mean nothing.
[[nodiscard]] std::optional<Type> type_numbered(std::uint8_t number);
[[nodiscard]] std::optional<Refusal> refusal_numbered(std::uint8_t number);
[[nodiscard]] std::optional<Action> action_numbered(std::uint8_t number);

/// Whether an item of this type may come under this extension (any letter case, no dot).
[[nodiscard]] bool may_be_called(Type type, std::string_view extension);
/// A type that comes under this extension; `Unknown` where none does.
[[nodiscard]] Type type_called(std::string_view extension);

}  // namespace sekisho::sanitize
