// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/pdf/formats.hpp"

#include "sanitize/pdf/inspect.hpp"
#include "sanitize/pdf/rebuilder.hpp"
#include "sanitize/pdf/source.hpp"

#include <array>

namespace sekisho::sanitize::pdf {
namespace {

Outcome rebuild(Type type, const Item& item, Job& job) {
  auto document = open_document(item);
  if (!document) {
    return tl::unexpected{std::move(document).error()};
  }
  try {
    Rebuilder rebuilder{**document, job};
    auto bytes = rebuilder.run();
    if (!bytes) {
      return tl::unexpected{std::move(bytes).error()};
    }
    return Rebuilt{type, std::move(*bytes), rebuilder.partial(), {}};
  } catch (const std::bad_alloc&) {
    return refuse(Refusal::OutOfMemory);
  } catch (const std::exception& failure) {  // qpdf says by exceptions what it cannot read
    return refuse(Refusal::Malformed, failure.what());
  }
}

constexpr std::array kFormats{Format{Type::Pdf, rebuild, inspect}};

}  // namespace

std::span<const Format> formats() {
  return kFormats;
}

}  // namespace sekisho::sanitize::pdf
