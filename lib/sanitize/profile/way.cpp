// SPDX-License-Identifier: GPL-3.0-or-later
#include "sanitize/profile/way.hpp"

namespace sekisho::sanitize {
namespace {

Profile::MyNumbers my_numbers_of(policy::MyNumberFound found) {
  switch (found) {
    case policy::MyNumberFound::Block: return Profile::MyNumbers::Block;
    case policy::MyNumberFound::Quarantine: return Profile::MyNumbers::Quarantine;
    case policy::MyNumberFound::Log: break;
  }
  return Profile::MyNumbers::Log;
}

Profile::Documents documents_of(policy::Documents documents) {
  switch (documents) {
    case policy::Documents::Flatten: return Profile::Documents::Flatten;
    case policy::Documents::Text: return Profile::Documents::Text;
    case policy::Documents::Rebuild: break;
  }
  return Profile::Documents::Rebuild;
}

/// What is rebuilt may be twice as large as what came, and four times that may be unpacked on the
/// way.
Limits limits_of(const policy::SanitizeLimits& said) {
  Limits limits;
  limits.bytes_in = said.max_bytes;
  limits.bytes_out = 2 * said.max_bytes;
  limits.expanded = 4 * said.max_bytes;
  limits.ratio = said.max_ratio;
  limits.entries = said.max_entries;
  limits.depth = said.max_depth;
  limits.pixels = said.max_pixels;
  limits.seconds = static_cast<std::uint32_t>(said.timeout.count());
  limits.memory = said.max_memory;
  return limits;
}

}  // namespace

Way way_of(const policy::SanitizeProfile& profile, Language language) {
  Way way;
  way.profile.name = profile.name;
  way.profile.attachments = profile.attachments == policy::Attachments::Remove
                                ? Profile::Attachments::Remove
                                : Profile::Attachments::Sanitize;
  way.profile.links =
      profile.links == policy::Links::Remove ? Profile::Links::Remove : Profile::Links::Neutralise;
  way.profile.my_numbers = my_numbers_of(profile.my_number);
  way.profile.documents = documents_of(profile.documents);
  way.profile.bad_entries = profile.bad_entries == policy::BadEntries::Refuse
                                ? Profile::BadEntries::Refuse
                                : Profile::BadEntries::Replace;
  way.profile.language = language;
  way.limits = limits_of(profile.limits);
  return way;
}

}  // namespace sekisho::sanitize
