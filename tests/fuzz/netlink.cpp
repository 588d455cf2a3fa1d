// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as netlink answers: every message goes to every reader, one table over all of them. No
// crash, no hang.
#include "kernel/decode.hpp"
#include "kernel/events.hpp"
#include "kernel/limits.hpp"
#include "kernel/others.hpp"
#include "kernel/owned.hpp"
#include "kernel/route_messages.hpp"
#include "kernel/table_reader.hpp"

#include <chrono>

using namespace sekisho;  // NOLINT(google-build-using-namespace)

namespace {

void read_everywhere(const kernel::Message& message, kernel::TableReader& reader) {
  (void)reader.add_set(message.payload);
  (void)reader.add_elements(message.payload);
  (void)reader.add_chain(message.payload);
  (void)reader.add_rule(message.payload);
  (void)kernel::decode_table(message.payload);
  (void)kernel::decode_generation(message);
  (void)kernel::decode_other_rule(message);
  (void)kernel::decode_other_flowtable(message);
  (void)kernel::decode_route(message);
  (void)kernel::decode_link(message);
  (void)kernel::decode_address(message);
  (void)kernel::decode(message.payload);
  (void)kernel::decode_verdict(message.payload);
  (void)kernel::decode_neighbour_table(message);
  kernel::ConnectionTable table;
  kernel::add_connection_counts(message, table);
  kernel::set_connection_limits(message, table);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ruleset::Instant now{std::chrono::seconds{1'800'000'000}};
  kernel::TableReader reader{"everything", {}, now};

  for (const kernel::Message& message : kernel::Messages{{data, size}}) {
    read_everywhere(message, reader);
  }
  (void)reader.sets();
  (void)std::move(reader).take();
  return 0;
}
