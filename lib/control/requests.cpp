// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/requests.hpp"

#include <algorithm>
#include <type_traits>

namespace sekisho::control {
namespace {

constexpr std::size_t kLongestWord = 256;
constexpr std::size_t kLongestOutcome = 1024;
constexpr std::size_t kHeader = 4;

/// Requests without anything to say.
template <typename Nothing>
void put(Writer& /*writer*/, const Nothing& /*request*/) {
  static_assert(std::is_empty_v<Nothing>);
}
template <typename Nothing>
void take(Reader& /*reader*/, Nothing& /*request*/) {
  static_assert(std::is_empty_v<Nothing>);
}

void put(Writer& writer, const std::vector<std::string>& words) {
  writer.u16(static_cast<std::uint16_t>(words.size()));
  for (const std::string& word : words) {
    writer.text(word);
  }
}
void take(Reader& reader, std::vector<std::string>& words) {
  const std::uint16_t count = reader.u16();
  for (unsigned i = 0; i < count && !reader.failed(); ++i) {
    words.emplace_back(reader.text(kLongestWord));
  }
}

void put(Writer& writer, const Apply& request) {
  writer.text(request.text);
  writer.u32(request.confirm_seconds);
  put(writer, request.break_must_flows);
}
void take(Reader& reader, Apply& request) {
  request.text = reader.text(kLargest);
  request.confirm_seconds = reader.u32();
  take(reader, request.break_must_flows);
}

void put(Writer& writer, const Reload& request) {
  put(writer, request.break_must_flows);
}
void take(Reader& reader, Reload& request) {
  take(reader, request.break_must_flows);
}

void put(Writer& writer, const Rollback& request) {
  writer.u64(request.revision);
  put(writer, request.break_must_flows);
}
void take(Reader& reader, Rollback& request) {
  request.revision = reader.u64();
  take(reader, request.break_must_flows);
}

void put(Writer& writer, const Lockdown& request) {
  writer.text(request.name);
  writer.u8(request.unlock ? 1 : 0);
}
void take(Reader& reader, Lockdown& request) {
  request.name = reader.text(kLongestWord);
  request.unlock = reader.u8() != 0;
}

void put(Writer& writer, const Grant& request) {
  writer.text(request.permit);
  writer.u32(request.seconds);
}
void take(Reader& reader, Grant& request) {
  request.permit = reader.text(kLongestWord);
  request.seconds = reader.u32();
}

void put(Writer& writer, const Approve& request) {
  writer.u64(request.request);
}
void take(Reader& reader, Approve& request) {
  request.request = reader.u64();
}

void put(Writer& writer, const Revoke& request) {
  writer.text(request.permit);
  put(writer, request.break_must_flows);
}
void take(Reader& reader, Revoke& request) {
  request.permit = reader.text(kLongestWord);
  take(reader, request.break_must_flows);
}

void put(Writer& writer, const Preview& request) {
  writer.text(request.text);
}
void put(Writer& writer, const Selfcheck& request) {
  writer.u8(request.ok ? 1 : 0);
  writer.text(request.outcome);
}

void put(Writer& writer, const std::optional<std::uint16_t>& port) {
  writer.u8(port ? 1 : 0);
  writer.u16(port.value_or(0));
}

void put(Writer& writer, const Explain& request) {
  for (const std::string* word :
       {&request.in, &request.src, &request.dst, &request.proto, &request.type, &request.mac}) {
    writer.text(*word);
  }
  put(writer, request.sport);
  put(writer, request.dport);
}

void take(Reader& reader, Preview& request) {
  request.text = reader.text(kLargest);
}
void take(Reader& reader, Selfcheck& request) {
  request.ok = reader.u8() != 0;
  request.outcome = reader.text(kLongestOutcome);
}

void take(Reader& reader, std::optional<std::uint16_t>& port) {
  const bool present = reader.u8() != 0;
  const std::uint16_t value = reader.u16();
  port = present ? std::optional{value} : std::nullopt;
}

void take(Reader& reader, Explain& request) {
  for (std::string* word :
       {&request.in, &request.src, &request.dst, &request.proto, &request.type, &request.mac}) {
    *word = reader.text(kLongestWord);
  }
  take(reader, request.sport);
  take(reader, request.dport);
}

/// The alternative of that index, empty.
template <std::size_t I = 0>
std::optional<Request> alternative(std::size_t index) {
  if constexpr (I < std::variant_size_v<Request>) {
    return index == I ? std::optional<Request>{std::in_place, std::in_place_index<I>}
                      : alternative<I + 1>(index);
  } else {
    return std::nullopt;
  }
}

}  // namespace

std::string pack(const Request& request) {
  Writer writer;
  writer.u8(static_cast<std::uint8_t>(request.index()));
  std::visit([&writer](const auto& one) { put(writer, one); }, request);
  return std::move(writer).take();
}

Result<Request> unpack_request(ByteView bytes) {
  Reader reader{bytes};
  auto request = alternative(reader.u8());
  if (reader.failed() || !request) {
    return fail("a request of no known kind");
  }
  std::visit([&reader](auto& one) { take(reader, one); }, *request);
  if (reader.failed() || reader.left() != 0) {
    return fail("a request that does not hold together");
  }
  return *std::move(request);
}

std::string pack(const Answer& answer) {
  Writer writer;
  writer.u8(static_cast<std::uint8_t>(answer.kind));
  writer.text(answer.json);
  return std::move(writer).take();
}

Result<Answer> unpack_answer(ByteView bytes) {
  Reader reader{bytes};
  const std::uint8_t kind = reader.u8();
  Answer answer{static_cast<Answer::Kind>(kind), std::string{reader.text(kLargest)}};
  const bool known = answer.kind == Answer::Kind::Yes || answer.kind == Answer::Kind::No ||
                     answer.kind == Answer::Kind::Refused;
  if (!known || reader.failed() || reader.left() != 0) {
    return fail("an answer that does not hold together");
  }
  return answer;
}

std::string Frames::frame(const std::string& payload) {
  Writer writer;
  writer.text(payload);
  return std::move(writer).take();
}

Result<> Frames::feed(std::string_view bytes) {
  waiting_.append(bytes);
  look_at_length();
  return failed_ ? fail("a message above the largest size") : Result<>{};
}

void Frames::look_at_length() {
  failed_ = failed_ || (waiting_.size() >= kHeader && Reader{as_bytes(waiting_)}.u32() > largest_);
  if (failed_) {
    waiting_.clear();
  }
}

std::optional<std::string> Frames::next() {
  Reader reader{as_bytes(waiting_)};
  const std::uint32_t length = reader.u32();
  if (reader.failed() || reader.left() < length) {
    return std::nullopt;
  }
  std::string payload = waiting_.substr(kHeader, length);
  waiting_.erase(0, kHeader + length);
  look_at_length();
  return payload;
}

}  // namespace sekisho::control
