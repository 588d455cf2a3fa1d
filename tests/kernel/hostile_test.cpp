// SPDX-License-Identifier: GPL-3.0-or-later
// Answers that no kernel gives: the readers must neither crash nor read beyond them.
#include "kernel/decode.hpp"
#include "kernel/events.hpp"
#include "kernel/lab.hpp"
#include "kernel/owned.hpp"
#include "kernel/route_messages.hpp"
#include "kernel/transaction.hpp"

#include <random>

namespace sekisho::kernel {
namespace {

using namespace ruleset;  // NOLINT(google-build-using-namespace)

using Bytestring = std::vector<std::uint8_t>;

/// The messages that would write one of everything: to the readers they look as the kernel's own answers do.
std::vector<Bytestring> messages() {
  const Batch batch = batch_of(one_of_everything());
  const auto transaction = Transaction::make(std::array{Transaction::Part{&batch, 0}}, kNow, {});
  std::vector<Bytestring> all;
  ByteView rest = transaction->committing();
  while (!rest.empty()) {
    const ByteView before = rest;
    if (!next_message(rest)) {
      break;
    }
    const ByteView whole = before.first(before.size() - rest.size());
    all.emplace_back(whole.begin(), whole.end());
  }
  return all;
}

/// Gives one message to every reader there is.
void read_everywhere(ByteView bytes, TableReader& reader) {
  for (const Message& message : Messages{bytes}) {
    (void)reader.add_set(message.payload);
    (void)reader.add_elements(message.payload);
    (void)reader.add_chain(message.payload);
    (void)reader.add_rule(message.payload);
    (void)decode_table(message.payload);
    (void)decode_generation(message);
    (void)decode_route(message);
    (void)decode_link(message);
    (void)decode_address(message);
    (void)decode_neighbour(message);
    (void)decode(message.payload);
  }
}

/// An exact copy on the heap, so that the sanitizer sees every byte read beyond it.
void read_everywhere(const Bytestring& bytes, TableReader& reader) {
  const auto copy = std::make_unique<std::uint8_t[]>(bytes.size());  // NOLINT(modernize-avoid-c-arrays)
  std::ranges::copy(bytes, copy.get());
  read_everywhere(ByteView{copy.get(), bytes.size()}, reader);
}

TEST(HostileAnswers, TheMessagesAreUnderstoodWhenTheyAreWhole) {  // guards the tests below
  TableReader reader{one_of_everything().name, {}, kNow};
  const std::map<int, Result<void> (TableReader::*)(ByteView)> readers{
      {NFT_MSG_NEWSET, &TableReader::add_set},
      {NFT_MSG_NEWSETELEM, &TableReader::add_elements},
      {NFT_MSG_NEWCHAIN, &TableReader::add_chain},
      {NFT_MSG_NEWRULE, &TableReader::add_rule}};

  for (const Bytestring& bytes : messages()) {
    for (const Message& message : Messages{bytes}) {
      if (const auto read = readers.find(message.type & 0xff); read != readers.end()) {
        EXPECT_TRUE((reader.*read->second)(message.payload));
      }
    }
  }

  // a writer says how long an element lives; what it has left, which only a kernel says, reads as nothing
  Table expected = one_of_everything();
  for (Set& set : expected.sets) {
    std::vector<Element> elements{set.elements->begin(), set.elements->end()};
    for (Element& element : elements) {
      element.expires = element.expires ? std::optional{kNow} : std::nullopt;
    }
    set.elements = std::make_shared<const Elements>(std::move(elements));
  }
  EXPECT_EQ(difference(expected, std::move(reader).take()), "");
}

TEST(HostileAnswers, CutMessagesAreSurvived) {
  for (const Bytestring& message : messages()) {
    TableReader reader{"everything", {}, kNow};
    for (std::size_t length = 0; length < message.size(); ++length) {
      Bytestring cut{message.begin(), message.begin() + static_cast<std::ptrdiff_t>(length)};
      read_everywhere(cut, reader);
      if (length >= sizeof(nlmsghdr)) {
        const auto whole = static_cast<std::uint32_t>(length);
        std::memcpy(cut.data(), &whole, sizeof whole);  // a header that admits to it
        read_everywhere(cut, reader);
      }
    }
    (void)std::move(reader).take();
  }
}

TEST(HostileAnswers, ChangedBytesAreSurvived) {
  std::mt19937 random{7};
  const auto below = [&random](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random);
  };
  const std::vector<Bytestring> all = messages();
  for (int round = 0; round < 300; ++round) {
    TableReader reader{"everything", {}, kNow};
    for (Bytestring message : all) {
      for (std::size_t changes = below(4); changes > 0; --changes) {
        message[below(message.size())] = static_cast<std::uint8_t>(below(256));
      }
      read_everywhere(message, reader);
    }
    (void)std::move(reader).take();
  }
}

TEST(HostileAnswers, NoiseIsSurvived) {
  std::mt19937 random{11};
  TableReader reader{"everything", {}, kNow};
  for (int round = 0; round < 2000; ++round) {
    Bytestring noise(random() % 300);
    std::ranges::generate(noise, [&random] { return static_cast<std::uint8_t>(random()); });
    read_everywhere(noise, reader);
    (void)decode(noise);
    (void)decode_verdict(noise);
  }
  (void)std::move(reader).take();
}

TEST(HostileAnswers, ARuleOfAnUnknownChainIsAnError) {
  TableReader reader{"t", {}, kNow};
  const Batch batch{"t", {AddRule{"x", {{Counter{}}, {}}}}};
  const auto transaction = Transaction::make(std::array{Transaction::Part{&batch, 0}}, kNow, {});
  ByteView rest = transaction->committing();
  (void)next_message(rest);

  const auto added = reader.add_rule(next_message(rest)->payload);

  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().text(), "the kernel lists a rule of an unknown chain");
}

TEST(HostileAnswers, MessagesOfOtherTablesArePassedOver) {
  TableReader reader{"t", {}, kNow};
  const Batch batch{"u", {AddChain{{"x", {}, {}}}}};
  const auto transaction = Transaction::make(std::array{Transaction::Part{&batch, 0}}, kNow, {});
  ByteView rest = transaction->committing();
  (void)next_message(rest);

  EXPECT_TRUE(reader.add_chain(next_message(rest)->payload));

  EXPECT_TRUE(std::move(reader).take().chains.empty());
}

TEST(NetlinkAttributes, LengthsThatDoNotFitEndTheWalk) {
  const Bytestring longer{0xff, 0, 1, 0, 1, 2, 3, 4};
  const Bytestring shorter{3, 0, 1, 0};

  EXPECT_FALSE(Attributes{longer}.has(1));
  EXPECT_FALSE(Attributes{shorter}.has(1));
}

TEST(NetlinkAttributes, NumbersOfAnotherSizeAreAbsent) {
  const Bytestring two{6, 0, 1, 0, 0x12, 0x34, 0, 0};

  EXPECT_EQ(Attributes{two}.u16(1), 0x1234);
  EXPECT_FALSE(Attributes{two}.u32(1));
  EXPECT_FALSE(Attributes{two}.u64(1));
}

}  // namespace
}  // namespace sekisho::kernel
