// SPDX-License-Identifier: GPL-3.0-or-later
// The program that builds a jail and, in a child per item, rebuilds or inspects. Started by a pool
// (lib/jail); its one word says which kind of jail.
#include "jail/zygote.hpp"
#include "sanitize/stage/stage.hpp"

#include <string_view>

namespace sekisho {
namespace {

using namespace sanitize;

jail::Answer rebuild(const RebuildOrder& order, ByteView bytes) {
  Done done = sanitize_item({bytes, order.name, order.declared_type}, order);
  RebuildAnswer answer;
  std::string body;
  if (done.wants_rasteriser) {
    // all of it is done again elsewhere
  } else if (done.outcome) {
    const std::string extension = done.outcome->extension.empty()
                                      ? std::string{word_of(done.outcome->type).extension}
                                      : done.outcome->extension;
    answer.outcome = RebuildAnswer::Made{done.outcome->type, done.outcome->partial, extension};
    body = std::move(done.outcome->bytes);
  } else {
    answer.outcome = tl::unexpected<Refused>{std::move(done.outcome).error()};
  }
  answer.report = std::move(done.report);
  return {encode(answer), std::move(body)};
}

jail::Answer work(std::string_view text, ByteView bytes) {
  const auto order = decode_order(text);
  if (!order) {
    return {};
  }
  const auto* inspection = std::get_if<InspectOrder>(&*order);
  return inspection != nullptr ? jail::Answer{encode_finding(inspect_item(bytes, *inspection)), {}}
                               : rebuild(std::get<RebuildOrder>(*order), bytes);
}

}  // namespace
}  // namespace sekisho

int main(int count, char** words) {
  const std::string_view word = count == 2 ? words[1] : "";
  if (word != "worker" && word != "rasteriser") {
    return 2;
  }
  sekisho::sanitize::load_libraries();
  return sekisho::jail::serve(
      word == "rasteriser" ? sekisho::jail::Kind::Rasteriser : sekisho::jail::Kind::Worker,
      sekisho::work);
}
