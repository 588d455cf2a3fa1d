// SPDX-License-Identifier: GPL-3.0-or-later
// Every place to every place by every shape of packet: what is delivered anywhere is what the
// policy permits, and what is not delivered is counted under its word.
#include "threeway/matrix.hpp"
#include "threeway/answers.hpp"
#include "threeway/lab_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <span>

namespace sekisho::threeway {
namespace {

constexpr std::size_t kMarks = 9000;  ///< beyond are the marker's
constexpr std::size_t kTogether = 60;

struct Asked {
  const Cell* cell = nullptr;
  simulate::Packet packet;
  simulate::Decision said;

  [[nodiscard]] bool passes() const {
    return !ended_by_stack(cell->probe) && said.verdict == Verdict::Permit;
  }
  /// IPv6 tells the sender of the shorter way before anybody judges the packet. That redirect is
  /// denied itself, or, about a packet with the appliance's own source, told to the appliance.
  [[nodiscard]] bool redirects() const { return !packet.dst.is_v4() && packet.in == packet.out; }
};

class Matrix : public LabTest, public ::testing::WithParamInterface<std::string> {
 protected:
  static bool delivered_rightly(const Asked& asked, std::set<std::string> places) {
    if (asked.redirects() && asked.packet.source_is_local) {
      places.erase("appliance");
    }
    if (asked.passes() && asked.packet.out.empty()) {
      places.erase(asked.packet.in);  // the appliance's answer
    }
    const bool beyond = std::ranges::any_of(
        places, [&](const std::string& place) { return !may_ever_pass(asked.packet.in, place); });
    return !beyond && (asked.passes() ? arrived(asked.packet, {places, {}}) : places.empty());
  }

  /// One drop counter's rise for each packet that does not pass, and no other.
  static bool counted_rightly(std::span<const Asked> all,
                              std::map<std::string, std::uint64_t> counted) {
    std::map<std::string, std::uint64_t> expected;
    for (const Asked& asked : all) {
      if (!asked.passes() && !ended_by_stack(asked.cell->probe)) {
        ++expected[word_of(asked.said)];
      }
    }
    const auto redirects =
        static_cast<std::uint64_t>(std::ranges::count_if(all, &Asked::redirects));
    std::erase_if(counted, [&](const auto& word) {
      return word.first.starts_with("- ") && word.first.ends_with(" chatter") &&
             word.second <= redirects;
    });
    return counted == expected;
  }

  /// What is wrong with them, sent together and, where that is not right, one by one.
  static std::vector<std::string> wrong_with(std::span<const Asked> all, std::size_t first) {
    std::vector<Probe> probes;
    for (const Asked& asked : all) {
      probes.push_back(asked.cell->probe);
    }
    SeenTogether seen = lab_->send(probes, first);
    bool right = counted_rightly(all, seen.counted);
    for (std::size_t i = 0; i < all.size(); ++i) {
      right = right && delivered_rightly(all[i], seen.places[mark_of(first + i)]);
    }
    if (right) {
      return {};
    }
    if (all.size() == 1) {
      return {all.front().cell->what + ": policy: " + text_of(all.front().said) +
              ", kernel: " + text_of(Seen{seen.places[mark_of(first)], seen.counted})};
    }
    std::vector<std::string> wrong{"wrong together from " + all.front().cell->what};
    for (std::size_t i = 0; i < all.size(); ++i) {
      std::ranges::move(wrong_with(all.subspan(i, 1), first + i), std::back_inserter(wrong));
    }
    return wrong;
  }

  /// Every cell by policy and kernel; how many pass.
  static std::size_t ask_both(const std::vector<Cell>& cells) {
    std::vector<Asked> all(cells.size());
    std::vector<std::string> wrong;
    lab_->inside([&] {
      std::vector<simulate::Packet> packets;
      for (std::size_t i = 0; i < cells.size(); ++i) {
        all[i].cell = &cells[i];
        all[i].packet = packet_of(cells[i].probe, i % kMarks, lab_->ends_of(cells[i].probe.in));
        all[i].said = simulate::decide(lab_->policy(), lab_->situation(), all[i].packet);
        packets.push_back(all[i].packet);
      }
      lab_->know_neighbours(packets);
      for (std::size_t i = 0; i < all.size(); i += kTogether) {
        const std::span some = std::span{all}.subspan(i, std::min(kTogether, all.size() - i));
        std::ranges::move(wrong_with(some, i % kMarks), std::back_inserter(wrong));
      }
    });
    EXPECT_THAT(wrong, ::testing::IsEmpty());
    return static_cast<std::size_t>(std::ranges::count_if(all, &Asked::passes));
  }
  static bool anything_may_pass() { return GetParam() != "guests" && GetParam() != "nobody"; }
};

TEST_P(Matrix, DeliversWhatIsPermittedAndCountsTheRest) {
  const std::size_t passed = ask_both(cells_from(GetParam()));

  EXPECT_EQ(passed > 0, anything_may_pass());
}

TEST_P(Matrix, EveryProtocolNumberPassesByPermissionAlone) {
  const std::size_t passed = ask_both(protocols_from(GetParam()));

  EXPECT_EQ(passed > 0, anything_may_pass());
}

std::string name_of_test(const ::testing::TestParamInfo<std::string>& place) {
  std::string name = place.param;
  std::erase(name, '-');
  return name;
}
INSTANTIATE_TEST_SUITE_P(From, Matrix, ::testing::ValuesIn(places()), name_of_test);

TEST(MatrixItself, HasEveryPairOfPlacesByTwentyShapesAndFiveThousandPackets) {
  std::size_t packets = 0;
  for (const std::string& place : places()) {
    packets += cells_from(place).size();
  }

  EXPECT_GE(places().size(), 7U);
  EXPECT_GE(shapes(), 20U);
  EXPECT_GE(packets, 5000U);
}

}  // namespace
}  // namespace sekisho::threeway
