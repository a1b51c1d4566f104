// Touched on its way through the change log. Assignments of one step share their slots, so they are
// written as slots and the ids of who has them.
#include "domain/json/reader.hpp"
#include "orchestrator/touched.hpp"

namespace hotswap {
namespace {

template <class Range>
json::Array texts(const Range& items) {
  json::Array array;
  for (const auto& item : items) array.emplace_back(item.value);
  return array;
}

json::Value to_json(const std::optional<Assignment::Slot>& slot) {
  if (!slot) return {};
  return json::Array{slot->version.str(), slot->hash, slot->generation};
}

std::string_view mode_word(AssignMode mode) {
  switch (mode) {
    case AssignMode::Deliver:
      return "deliver";
    case AssignMode::Stage:
      return "stage";
    case AssignMode::Activate:
      return "activate";
    case AssignMode::Switch:  // of traffic: assigns nothing
      break;
  }
  return "deliver";
}

AssignMode mode_of(std::string_view word) {
  if (word == "stage") return AssignMode::Stage;
  return word == "activate" ? AssignMode::Activate : AssignMode::Deliver;
}

/// Neighbours with the same slots become one group.
json::Array groups_of(const Assigned& assigned) {
  json::Array groups;
  const auto& all = assigned.assignments;
  for (std::size_t first = 0; first < all.size();) {
    json::Array ids;
    std::size_t next = first;
    for (; next < all.size() && all[next].profile == all[first].profile &&
           all[next].active == all[first].active && all[next].staged == all[first].staged;
         ++next)
      ids.emplace_back(all[next].instance.value);
    json::Object group{{"profile", all[first].profile.value},
                       {"active", to_json(all[first].active)},
                       {"staged", to_json(all[first].staged)},
                       {"instances", std::move(ids)}};
    if (assigned.telling) {
      group.set("mode", std::string(mode_word(assigned.telling->mode)));
      group.set("spreadMs", static_cast<std::uint64_t>(assigned.telling->spread.count()));
    }
    groups.emplace_back(std::move(group));
    first = next;
  }
  return groups;
}

json::Value to_json(const Observation& seen) {
  return json::Array{seen.instance.value,
                     seen.profile.value,
                     seen.version ? json::Value(seen.version->str()) : json::Value(),
                     seen.generation,
                     std::string(to_string(seen.state)),
                     seen.hash,
                     seen.error,
                     static_cast<std::uint64_t>(seen.at.time_since_epoch().count())};
}

}  // namespace

json::Value to_json(const Touched& touched) {
  json::Object body;
  const auto add = [&](const char* name, json::Array items) {
    if (!items.empty()) body.set(name, std::move(items));
  };
  json::Array assigned;
  for (const Assigned& each : touched.assigned)
    for (json::Value& group : groups_of(each)) assigned.push_back(std::move(group));
  json::Array observed;
  for (const Observation& seen : touched.observed) observed.push_back(to_json(seen));
  json::Array traffics;
  for (const Traffic& traffic : touched.traffics)
    traffics.push_back(json::Array{traffic.service.value, traffic.environment});
  add("profiles", texts(touched.profiles));
  add("deleted", texts(touched.deleted));
  add("assigned", std::move(assigned));
  add("reassigned", texts(touched.reassigned));
  add("observed", std::move(observed));
  add("instances", texts(touched.instances));
  add("heard", texts(touched.heard));
  add("removed", texts(touched.removed));
  add("deployments", texts(touched.deployments));
  add("traffics", std::move(traffics));
  json::Array secrets;
  for (const std::string& reference : touched.secrets) secrets.emplace_back(reference);
  add("secrets", std::move(secrets));
  if (touched.events) body.set("events", true);
  return body;
}

namespace {

/// Reads the arrays of a body; what is not of the expected form is remembered as a mistake.
class BodyReader {
 public:
  explicit BodyReader(const json::Value& value) : value_(value) {}

  [[nodiscard]] const json::Array& array(const json::Value& object, const char* name) const {
    static const json::Array kNone;
    const auto* member = object.find(name);
    const auto* found = member == nullptr ? nullptr : member->as_array();
    return found == nullptr ? kNone : *found;
  }
  [[nodiscard]] const json::Array& array(const char* name) const { return array(value_, name); }

  std::string text(const json::Value& value) {
    const auto* found = value.as_string();
    if (found == nullptr) wrong_ = true;
    return found == nullptr ? std::string() : found->str();
  }
  std::string text(const json::Value& object, const char* name) {
    const auto* member = object.find(name);
    return member == nullptr ? std::string() : text(*member);
  }
  std::uint64_t number(const json::Value& value) {
    const auto found = value.as_int();
    if (!found || *found < 0) wrong_ = true;
    return static_cast<std::uint64_t>(found.value_or(0));
  }
  SemVer version(const json::Value& value) {
    auto parsed = SemVer::parse(text(value));
    if (!parsed) wrong_ = true;
    return parsed ? std::move(*parsed) : SemVer();
  }
  const json::Array* tuple(const json::Value& value, std::size_t size) {
    const auto* items = value.as_array();
    if (items != nullptr && items->size() == size) return items;
    wrong_ = true;
    return nullptr;
  }
  [[nodiscard]] bool wrong() const { return wrong_; }

 private:
  const json::Value& value_;
  bool wrong_ = false;
};

std::optional<Assignment::Slot> slot_of(BodyReader& in, const json::Value& group,
                                        const char* name) {
  const auto* member = group.find(name);
  if (member == nullptr || member->is_null()) return std::nullopt;
  const auto* slot = in.tuple(*member, 3);
  if (slot == nullptr) return std::nullopt;
  return Assignment::Slot{in.version((*slot)[0]), in.text((*slot)[1]), in.number((*slot)[2])};
}

Assigned assigned_of(BodyReader& in, const json::Value& group) {
  Assigned assigned;
  const ProfileName profile(in.text(group, "profile"));
  const auto active = slot_of(in, group, "active");
  const auto staged = slot_of(in, group, "staged");
  for (const json::Value& id : in.array(group, "instances"))
    assigned.assignments.push_back({InstanceId(in.text(id)), profile, active, staged});
  const auto* spread = group.find("spreadMs");
  if (spread != nullptr)
    assigned.telling = Assigned::Telling{mode_of(in.text(group, "mode")),
                                         Duration(static_cast<std::int64_t>(in.number(*spread)))};
  return assigned;
}

std::optional<Observation> observation_of(BodyReader& in, const json::Value& value) {
  const auto* items = in.tuple(value, 8);
  if (items == nullptr) return std::nullopt;
  const auto& seen = *items;
  Observation observation;
  observation.instance = InstanceId(in.text(seen[0]));
  observation.profile = ProfileName(in.text(seen[1]));
  if (!seen[2].is_null()) observation.version = in.version(seen[2]);
  observation.generation = in.number(seen[3]);
  const auto state = observed_state_from_string(in.text(seen[4]));
  if (!state) return std::nullopt;
  observation.state = *state;
  observation.hash = in.text(seen[5]);
  observation.error = in.text(seen[6]);
  observation.at = WallTime(Duration(static_cast<std::int64_t>(in.number(seen[7]))));
  return observation;
}

}  // namespace

Result<Touched> touched_from_json(const json::Value& value) {
  BodyReader in(value);
  Touched touched;
  for (const auto& name : in.array("profiles")) touched.profiles.emplace(in.text(name));
  for (const auto& reference : in.array("secrets")) touched.secrets.insert(in.text(reference));
  for (const auto& name : in.array("deleted")) touched.deleted.emplace_back(in.text(name));
  for (const auto& group : in.array("assigned")) touched.assigned.push_back(assigned_of(in, group));
  for (const auto& name : in.array("reassigned")) touched.reassigned.emplace(in.text(name));
  for (const auto& seen : in.array("observed"))
    if (auto observation = observation_of(in, seen))
      touched.observed.push_back(std::move(*observation));
  for (const auto& id : in.array("instances")) touched.instances.emplace(in.text(id));
  for (const auto& id : in.array("heard")) touched.heard.emplace_back(in.text(id));
  for (const auto& id : in.array("removed")) touched.removed.emplace_back(in.text(id));
  for (const auto& id : in.array("deployments")) touched.deployments.emplace(in.text(id));
  for (const auto& key : in.array("traffics"))
    if (const auto* pair = in.tuple(key, 2)) {
      Traffic traffic;
      traffic.service = ServiceName(in.text((*pair)[0]));
      traffic.environment = in.text((*pair)[1]);
      touched.traffics.push_back(std::move(traffic));
    }
  touched.events = value.find("events") != nullptr;
  if (in.wrong())
    return fail(ErrorCode::Internal, "store.corrupt", "a change of another node cannot be read");
  return touched;
}

}  // namespace hotswap
