// SPDX-License-Identifier: GPL-3.0-or-later
#include "prove/frames.hpp"

#include <algorithm>

namespace sekisho::prove {
namespace {

using ruleset::HookPoint;

/// IPv4, ARP, IPv6; and what has no Ethernet header at all.
const Values& types_taken() {
  static const Values kTypes = united({{0x0800, 0x0800},
                                       {0x0806, 0x0806},
                                       {0x86dd, 0x86dd},
                                       {missing(Field::EtherType), missing(Field::EtherType)}});
  return kTypes;
}

class FrameJudge final : public Listener {
 public:
  FrameJudge(bool closed, Pool& pool) : closed_{closed}, pool_{pool} {}

  void accepted(const Space& space) override {
    if (closed_) {
      keep(space, "the wire is closed");
    } else if (!pool_.within(space.at(Field::EtherType), &types_taken())) {
      Space odd = space;
      (void)odd.narrow(Field::EtherType, pool_.without(space.at(Field::EtherType), &types_taken()),
                       pool_);
      keep(odd, "frames of this type are invalid");
    }
  }
  void marked(const Space& space, std::uint32_t /*mark*/) override {
    keep(space, "a frame has no connection");
  }
  void marked(const Space& space, const Lookup& /*lookup*/) override { marked(space, 0); }
  void not_understood(const Space& space, const std::string& why) override { keep(space, why); }
  [[nodiscard]] bool satisfied() const override { return fault_.has_value(); }

  [[nodiscard]] const std::optional<Fault>& fault() const { return fault_; }

 private:
  void keep(const Space& space, const std::string& why) {
    if (!fault_) {
      fault_ = Fault{space, why};
    }
  }

  bool closed_;
  Pool& pool_;
  std::optional<Fault> fault_;
};

std::vector<std::string> wires_of(const policy::Policy& policy) {
  std::vector<std::string> wires;
  for (const policy::Zone& zone : policy.zones()) {
    wires.insert(wires.end(), zone.interfaces.begin(), zone.interfaces.end());
  }
  if (policy.management()) {
    const auto& managed = policy.management()->interfaces;
    wires.insert(wires.end(), managed.begin(), managed.end());
  }
  return wires;
}

}  // namespace

std::optional<FrameFault> frame_fault(const ruleset::Table* table, Charter& charter, Sets& sets,
                                      Pool& pool) {
  for (const std::string& wire : wires_of(charter.policy())) {
    Space frames = Space::everything();
    const Value name = value_of(std::string_view{wire});
    frames.put(Field::IifName, pool.point(name));
    FrameJudge judge{charter.situation().closed.contains(wire), pool};
    bool guarded = false;
    for (const ruleset::Chain& chain :
         table == nullptr ? std::vector<ruleset::Chain>{} : table->chains) {
      if (chain.hook && chain.hook->point == HookPoint::Ingress && chain.hook->device == wire) {
        guarded = true;
        Walk{*table, sets, pool, judge}.base(chain, {frames});
      }
    }
    if (!guarded) {
      judge.accepted(frames);
    }
    if (judge.fault()) {
      return FrameFault{wire, *judge.fault()};
    }
  }
  return std::nullopt;
}

}  // namespace sekisho::prove
