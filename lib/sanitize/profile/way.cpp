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
  way.profile.language = language;
  return way;
}

}  // namespace sekisho::sanitize
