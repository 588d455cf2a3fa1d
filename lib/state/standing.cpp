// SPDX-License-Identifier: GPL-3.0-or-later
#include "state/json.hpp"
#include "state/state.hpp"

namespace sekisho::state {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using policy::Grant;
using policy::GrantRequest;
using policy::Instant;
using policy::Person;
using policy::Standing;

object json_of(const Person& person) {
  return {{"uid", person.uid}, {"name", person.name}};
}

std::optional<Person> person_in(const object& from, std::string_view key) {
  const object* found = object_in(from, key);
  const auto uid = found == nullptr ? std::nullopt : number_in<std::uint32_t>(*found, "uid");
  const auto name = found == nullptr ? std::nullopt : text_in(*found, "name");
  return uid && name ? std::optional{Person{*uid, *name}} : std::nullopt;
}

std::optional<Instant> instant_in(const object& from, std::string_view key) {
  const auto number = number_in<std::int64_t>(from, key);
  return number ? std::optional{Instant{std::chrono::seconds{*number}}} : std::nullopt;
}

std::int64_t number_of_seconds(Instant instant) {
  return instant.time_since_epoch().count();
}

bool read_locked(const object& from, Standing& standing) {
  const array* found = array_in(from, "locked");
  for (const value& one : found == nullptr ? array{} : *found) {
    if (!one.is_string()) {
      return false;
    }
    standing.locked.emplace(one.as_string());
  }
  return found != nullptr;
}

bool read_revoked(const object& from, Standing& standing) {
  const object* found = object_in(from, "revoked");
  for (const auto& one : found == nullptr ? object{} : *found) {
    if (!one.value().is_string()) {
      return false;
    }
    standing.revoked.emplace(one.key(), one.value().as_string());
  }
  return found != nullptr;
}

bool read_granted(const object& from, Standing& standing) {
  const object* found = object_in(from, "granted");
  for (const auto& one : found == nullptr ? object{} : *found) {
    const object* row = one.value().if_object();
    const auto digest = row == nullptr ? std::nullopt : text_in(*row, "digest");
    const auto until = row == nullptr ? std::nullopt : instant_in(*row, "until");
    const auto asked = row == nullptr ? std::nullopt : person_in(*row, "asked");
    const auto approved = row == nullptr ? std::nullopt : person_in(*row, "approved");
    if (!digest || !until || !asked || !approved) {
      return false;
    }
    standing.granted.emplace(one.key(), Grant{*digest, *until, *asked, *approved});
  }
  return found != nullptr;
}

bool read_requests(const object& from, Standing& standing) {
  const array* found = array_in(from, "requests");
  for (const value& one : found == nullptr ? array{} : *found) {
    const object* row = one.if_object();
    if (row == nullptr) {
      return false;
    }
    const auto number = number_in<std::uint64_t>(*row, "number");
    const auto permit = text_in(*row, "permit");
    const auto digest = text_in(*row, "digest");
    const auto duration = number_in<std::int64_t>(*row, "seconds");
    const auto asked = person_in(*row, "asked");
    const auto when = instant_in(*row, "when");
    if (!number || !permit || !digest || !duration || !asked || !when) {
      return false;
    }
    standing.requests.push_back(
        {*number, *permit, *digest, std::chrono::seconds{*duration}, *asked, *when});
  }
  return found != nullptr;
}

}  // namespace

Result<Standing> load_standing(const std::string& state_dir) {
  const std::string path = state_dir + "/standing.json";
  const auto document = read_object_if_there(path);
  if (!document) {
    return fail(document.error());
  }
  Standing standing;
  if (!*document) {
    return standing;
  }
  const object& from = **document;
  const auto last = number_in<std::uint64_t>(from, "last_request");
  if (!last || !read_locked(from, standing) || !read_revoked(from, standing) ||
      !read_granted(from, standing) || !read_requests(from, standing)) {
    return fail("'" + path + "' is damaged");
  }
  standing.last_request = *last;
  return standing;
}

Result<> save_standing(const std::string& state_dir, const Standing& standing) {
  array locked;
  for (const std::string& name : standing.locked) {
    locked.emplace_back(name);
  }
  object revoked;
  for (const auto& [permit, digest] : standing.revoked) {
    revoked[permit] = digest;
  }
  object granted;
  for (const auto& [permit, grant] : standing.granted) {
    granted[permit] = object{{"digest", grant.digest},
                             {"until", number_of_seconds(grant.until)},
                             {"asked", json_of(grant.asked)},
                             {"approved", json_of(grant.approved)}};
  }
  array requests;
  for (const GrantRequest& request : standing.requests) {
    requests.push_back(object{{"number", request.number},
                              {"permit", request.permit},
                              {"digest", request.digest},
                              {"seconds", request.duration.count()},
                              {"asked", json_of(request.asked)},
                              {"when", number_of_seconds(request.when)}});
  }
  return write_object(state_dir + "/standing.json", {{"locked", std::move(locked)},
                                                     {"revoked", std::move(revoked)},
                                                     {"granted", std::move(granted)},
                                                     {"requests", std::move(requests)},
                                                     {"last_request", standing.last_request}});
}

}  // namespace sekisho::state
