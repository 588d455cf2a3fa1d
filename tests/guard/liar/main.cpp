// SPDX-License-Identifier: GPL-3.0-or-later
// A worker that answers as its item tells it: "DEED BODY" where it is to rebuild, "DEED …" where it
// is to inspect what it made before.
#include "jail/zygote.hpp"
#include "sanitize/wire/wire.hpp"

#include <unistd.h>

#include <string>

namespace sekisho {
namespace {

using namespace sanitize;

RebuildAnswer made(Type type, const std::string& extension) {
  RebuildAnswer answer;
  answer.outcome = RebuildAnswer::Made{type, type == Type::Csv, extension};
  answer.report.note(Action::RemovedScript, "a script");
  return answer;
}

jail::Answer rebuild(const RebuildOrder& order, std::string_view deed, const std::string& body) {
  if (deed == "text") {
    return {encode(made(Type::Text, "txt")), body};
  }
  if (deed == "partial") {
    return {encode(made(Type::Csv, "csv")), body};
  }
  if (deed == "refuse") {
    RebuildAnswer answer;
    answer.outcome = tl::unexpected<Refused>{Refused{Refusal::Encrypted, Type::Zip, "entry 'a'"}};
    return {encode(answer), ""};
  }
  if (deed == "fonts") {
    return order.may_rasterise ? jail::Answer{encode(made(Type::Svg, "png")), body}
                               : jail::Answer{encode(RebuildAnswer{}), ""};
  }
  if (deed == "fonts-again") {
    return {encode(RebuildAnswer{}), ""};
  }
  if (deed == "large") {
    return {encode(made(Type::Text, "txt")), std::string(order.way.limits.bytes_out + 1, 'x')};
  }
  if (deed == "spin") {
    for (;;) {
      asm volatile("");
    }
  }
  if (deed == "name") {
    return {encode(made(Type::Text, "../etc/x")), body};
  }
  ::_exit(9);
}

jail::Answer inspect(std::string_view deed) {
  if (deed == "dirty") {
    return {encode_finding("a script"), ""};
  }
  if (deed == "garbage") {
    return {"garbage", ""};
  }
  if (deed == "large") {
    return {encode_finding(""), "more than nothing"};
  }
  if (deed == "die") {
    ::_exit(9);
  }
  return {encode_finding(""), ""};
}

jail::Answer work(std::string_view text, ByteView bytes) {
  const auto order = decode_order(text);
  const std::string_view item = as_text(bytes);
  const std::size_t blank = item.find(' ');
  const std::string_view deed = item.substr(0, blank);
  const auto* rebuilding = order ? std::get_if<RebuildOrder>(&*order) : nullptr;
  return rebuilding == nullptr
             ? inspect(deed)
             : rebuild(*rebuilding, deed,
                       std::string{blank == item.npos ? "" : item.substr(blank + 1)});
}

}  // namespace
}  // namespace sekisho

int main(int count, char** words) {
  const bool rasteriser = count == 2 && std::string_view{words[1]} == "rasteriser";
  return sekisho::jail::serve(
      rasteriser ? sekisho::jail::Kind::Rasteriser : sekisho::jail::Kind::Worker, sekisho::work);
}
