// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail.hpp"

namespace sekisho::daemon::mail {
namespace {

constexpr std::size_t kLongestText = 4096;
constexpr std::size_t kLongestPem = 1U << 20U;
constexpr std::uint32_t kMost = 65536;

template <typename T>
Result<T> whole(const Reader& reader, T value) {
  if (reader.failed() || reader.left() != 0) {
    return fail("a message of a mail exchange that does not hold together");
  }
  return value;
}

std::string text_of(Reader& reader, std::size_t limit = kLongestText) {
  return std::string{reader.text(limit)};
}

void put(Writer& writer, const net::Address& address) {
  writer.text(as_text(address.bytes()));
}

net::Address address_of(Reader& reader) {
  const auto address = net::Address::from_bytes(as_bytes(reader.text(16)));
  if (!address) {
    (void)reader.take(kMost);  // fails the reader for good
  }
  return address.value_or(net::Address{});
}

template <typename T, typename Read>
std::vector<T> list_of(Reader& reader, const Read& read) {
  std::vector<T> all;
  for (std::uint32_t left = std::min(reader.u32(), kMost); left > 0 && !reader.failed(); --left) {
    all.push_back(read(reader));
  }
  return all;
}

void put(Writer& writer, const std::vector<net::Range>& ranges) {
  writer.u32(static_cast<std::uint32_t>(ranges.size()));
  for (const net::Range& range : ranges) {
    put(writer, range.first);
    put(writer, range.last);
  }
}

net::Range range_of(Reader& reader) {
  const net::Address first = address_of(reader);
  return {first, address_of(reader)};
}

net::Service service_of(Reader& reader) {
  net::Service service{};
  service.protocol = reader.u8();
  service.first = reader.u16();
  service.last = reader.u16();
  return service;
}

smtp::TlsUse tls_of(Reader& reader) {
  const std::uint8_t number = reader.u8();
  return number == 0   ? smtp::TlsUse::Never
         : number == 1 ? smtp::TlsUse::Opportunistic
                       : smtp::TlsUse::Required;
}

Exchange exchange_of(Reader& reader) {
  Exchange exchange;
  exchange.id = text_of(reader);
  exchange.from = list_of<net::Range>(reader, range_of);
  exchange.to = list_of<net::Range>(reader, range_of);
  exchange.services = list_of<net::Service>(reader, service_of);
  exchange.largest = reader.u64();
  exchange.near = tls_of(reader);
  exchange.chain = text_of(reader, kLongestPem);
  exchange.key = text_of(reader, kLongestPem);
  return exchange;
}

bool flag_of(Reader& reader) {
  return reader.u8() != 0;
}

}  // namespace

std::string pack(const Exchanges& exchanges) {
  Writer writer;
  writer.text(exchanges.host);
  writer.u32(static_cast<std::uint32_t>(exchanges.all.size()));
  for (const Exchange& one : exchanges.all) {
    writer.text(one.id);
    put(writer, one.from);
    put(writer, one.to);
    writer.u32(static_cast<std::uint32_t>(one.services.size()));
    for (const net::Service& service : one.services) {
      writer.u8(service.protocol);
      writer.u16(service.first);
      writer.u16(service.last);
    }
    writer.u64(one.largest);
    writer.u8(static_cast<std::uint8_t>(one.near));
    writer.text(one.chain);
    writer.text(one.key);
  }
  return std::move(writer).take();
}

Result<Exchanges> unpack_exchanges(ByteView bytes) {
  Reader reader{bytes};
  Exchanges exchanges;
  exchanges.host = text_of(reader);
  exchanges.all = list_of<Exchange>(reader, exchange_of);
  return whole(reader, std::move(exchanges));
}

std::string pack(const Opened& opened) {
  Writer writer;
  writer.u64(opened.session);
  writer.text(opened.exchange);
  put(writer, opened.peer);
  put(writer, opened.destination);
  writer.u16(opened.port);
  return std::move(writer).take();
}

Result<Opened> unpack_opened(ByteView bytes) {
  Reader reader{bytes};
  Opened opened;
  opened.session = reader.u64();
  opened.exchange = text_of(reader);
  opened.peer = address_of(reader);
  opened.destination = address_of(reader);
  opened.port = reader.u16();
  return whole(reader, std::move(opened));
}

std::string pack(const OpenFar& open) {
  Writer writer;
  writer.u64(open.session);
  put(writer, open.destination);
  writer.u16(open.port);
  writer.text(open.host);
  writer.u8(static_cast<std::uint8_t>(open.tls));
  writer.text(open.authorities);
  writer.text(open.name);
  return std::move(writer).take();
}

Result<OpenFar> unpack_open_far(ByteView bytes) {
  Reader reader{bytes};
  OpenFar open;
  open.session = reader.u64();
  open.destination = address_of(reader);
  open.port = reader.u16();
  open.host = text_of(reader);
  open.tls = tls_of(reader);
  open.authorities = text_of(reader, kLongestPem);
  open.name = text_of(reader);
  return whole(reader, std::move(open));
}

std::string pack(const Line& line) {
  Writer writer;
  writer.u64(line.session);
  writer.text(line.text);
  return std::move(writer).take();
}

Result<Line> unpack_line(ByteView bytes) {
  Reader reader{bytes};
  Line line;
  line.session = reader.u64();
  line.text = text_of(reader);
  return whole(reader, std::move(line));
}

smtp::Features every_feature() {
  smtp::Features features;
  features.utf8 = features.dsn = features.eight_bit = true;
  return features;
}

Result<smtp::Command> command_in(const Line& line) {
  auto command = smtp::parse_command(line.text, every_feature());
  if (!command) {
    return fail("an envelope that a role may not send");
  }
  return *std::move(command);
}

std::string pack(const Answered& answered) {
  Writer writer;
  writer.u64(answered.session);
  writer.u8(static_cast<std::uint8_t>(answered.step));
  writer.u16(answered.status.code);
  writer.u16(answered.status.subject);
  writer.u16(answered.status.detail);
  return std::move(writer).take();
}

Result<Answered> unpack_answered(ByteView bytes) {
  Reader reader{bytes};
  Answered answered;
  answered.session = reader.u64();
  const std::uint8_t step = reader.u8();
  answered.step = static_cast<smtp::Step>(step);
  answered.status.code = reader.u16();
  answered.status.subject = reader.u16();
  answered.status.detail = reader.u16();
  const bool honest = step <= static_cast<std::uint8_t>(smtp::Step::Quit) &&
                      answered.status.code >= 200 && answered.status.code < 600 &&
                      answered.status.subject < 1000 && answered.status.detail < 1000;
  return honest ? whole(reader, answered) : fail("an answer that cannot be");
}

std::string pack(const FarReady& ready) {
  Writer writer;
  writer.u64(ready.session);
  writer.u8(ready.features.eight_bit ? 1 : 0);
  writer.u8(ready.features.utf8 ? 1 : 0);
  writer.u8(ready.features.dsn ? 1 : 0);
  return std::move(writer).take();
}

Result<FarReady> unpack_far_ready(ByteView bytes) {
  Reader reader{bytes};
  FarReady ready;
  ready.session = reader.u64();
  ready.features.eight_bit = flag_of(reader);
  ready.features.utf8 = flag_of(reader);
  ready.features.dsn = flag_of(reader);
  return whole(reader, std::move(ready));
}

std::string pack(const Lost& lost) {
  Writer writer;
  writer.u64(lost.session);
  writer.u8(lost.shaking_hands ? 1 : 0);
  writer.text(lost.why);
  return std::move(writer).take();
}

Result<Lost> unpack_lost(ByteView bytes) {
  Reader reader{bytes};
  Lost lost;
  lost.session = reader.u64();
  lost.shaking_hands = flag_of(reader);
  lost.why = text_of(reader);
  return whole(reader, std::move(lost));
}

std::string pack(const Spooled& spooled) {
  Writer writer;
  writer.u64(spooled.session);
  writer.text(spooled.item);
  writer.text(spooled.sha256);
  writer.u64(spooled.size);
  return std::move(writer).take();
}

Result<Spooled> unpack_spooled(ByteView bytes) {
  Reader reader{bytes};
  Spooled spooled;
  spooled.session = reader.u64();
  spooled.item = text_of(reader);
  spooled.sha256 = text_of(reader);
  spooled.size = reader.u64();
  return whole(reader, std::move(spooled));
}

std::string pack(const Sanitize& sanitize) {
  Writer writer;
  writer.u64(sanitize.session);
  writer.text(sanitize.profile.name);
  writer.u8(static_cast<std::uint8_t>(sanitize.profile.attachments));
  writer.u8(static_cast<std::uint8_t>(sanitize.profile.links));
  writer.u64(sanitize.profile.max_message);
  writer.u8(static_cast<std::uint8_t>(sanitize.profile.my_number));
  writer.u8(sanitize.take_out ? 1 : 0);
  writer.u8(sanitize.language == Language::Ja ? 0 : 1);
  return std::move(writer).take();
}

Result<Sanitize> unpack_sanitize(ByteView bytes) {
  Reader reader{bytes};
  Sanitize sanitize;
  sanitize.session = reader.u64();
  sanitize.profile.name = text_of(reader);
  sanitize.profile.attachments =
      reader.u8() == 0 ? policy::Attachments::Remove : policy::Attachments::Sanitize;
  sanitize.profile.links = reader.u8() == 0 ? policy::Links::Neutralise : policy::Links::Remove;
  sanitize.profile.max_message = reader.u64();
  const std::uint8_t found = reader.u8();
  sanitize.profile.my_number = found == 0   ? policy::MyNumberFound::Block
                               : found == 1 ? policy::MyNumberFound::Quarantine
                                            : policy::MyNumberFound::Log;
  sanitize.take_out = flag_of(reader);
  sanitize.language = reader.u8() == 0 ? Language::Ja : Language::En;
  return whole(reader, std::move(sanitize));
}

std::string pack(const Sanitized& sanitized) {
  Writer writer;
  writer.u64(sanitized.session);
  writer.text(sanitized.status);
  writer.text(sanitized.why);
  writer.text(sanitized.actions);
  writer.text(sanitized.sha256);
  writer.u64(sanitized.size);
  return std::move(writer).take();
}

Result<Sanitized> unpack_sanitized(ByteView bytes) {
  Reader reader{bytes};
  Sanitized sanitized;
  sanitized.session = reader.u64();
  sanitized.status = text_of(reader);
  sanitized.why = text_of(reader);
  sanitized.actions = text_of(reader);
  sanitized.sha256 = text_of(reader);
  sanitized.size = reader.u64();
  return whole(reader, std::move(sanitized));
}

std::string pack(const Note& note) {
  Writer writer;
  writer.text(note.item);
  writer.text(note.status);
  writer.text(note.fate);
  return std::move(writer).take();
}

Result<Note> unpack_note(ByteView bytes) {
  Reader reader{bytes};
  Note note;
  note.item = text_of(reader);
  note.status = text_of(reader);
  note.fate = text_of(reader);
  return whole(reader, std::move(note));
}

std::string pack_number(std::uint64_t number) {
  Writer writer;
  writer.u64(number);
  return std::move(writer).take();
}

Result<std::uint64_t> unpack_number(ByteView bytes) {
  Reader reader{bytes};
  const std::uint64_t number = reader.u64();
  return whole(reader, number);
}

}  // namespace sekisho::daemon::mail
