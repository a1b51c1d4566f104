// The registering half of FleetService.
#include "domain/base/limits.hpp"
#include "domain/base/name.hpp"
#include "domain/json/path.hpp"
#include "orchestrator/fleet_fitness.hpp"
#include "orchestrator/fleet_service.hpp"

namespace hotswap {
namespace {

Result<void> check_schemas(const std::map<std::string, std::string>& schemas) {
  std::vector<FieldError> mistakes;
  if (schemas.size() > limits::kInstanceSchemas)
    mistakes.push_back(
        {"$.schemas", "maxProperties",
         "must have at most " + std::to_string(limits::kInstanceSchemas) + " schemas"});
  for (const auto& [id, number] : schemas) {
    const std::string path = json::path_member("$.schemas", id);
    if (!is_name(id))
      mistakes.push_back({path, "pattern", std::string("the schema's name ") + kNameRule});
    if (const auto parsed = SemVer::parse(number); !parsed)
      mistakes.push_back(
          {path, "format", "must be a version such as 1.2.0: " + parsed.error().detail});
    if (mistakes.size() >= limits::kErrorsReported) break;
  }
  if (mistakes.empty()) return {};
  std::string detail = mistakes.front().path + ": " + mistakes.front().message;
  return fail(ErrorCode::Invalid, "instance.invalid", std::move(detail), std::move(mistakes));
}

/// A bootstrap token may be for one service and environment only.
Result<void> check_scope(const Principal& who, const Instance& instance) {
  if ((!who.service || *who.service == instance.service) &&
      (!who.environment || *who.environment == instance.environment))
    return {};
  return fail(ErrorCode::Forbidden, "instance.other_service",
              "This token registers instances of " +
                  (who.service ? who.service->value : std::string("any service")) + " in " +
                  who.environment.value_or("any environment") + " only.");
}

TimelineEvent registered_event(const Instance& instance, const std::string& actor, WallTime now) {
  TimelineEvent event;
  event.at = now;
  event.kind = "instance.registered";
  event.instance = instance.id;
  event.actor = actor;
  event.message = "Instance " + instance.hostname + " of " + instance.service.value + " in " +
                  instance.environment + " registered";
  return event;
}

TimelineEvent unfit_event(const Instance& instance, const Profile& profile,
                          const FleetFitness::Spoken& spoken, WallTime now) {
  const std::string live = profile.stable->str();
  TimelineEvent event;
  event.at = now;
  event.kind = "instance.unfit";
  event.profile = profile.name;
  event.instance = instance.id;
  event.actor = "system";
  event.message = "Instance " + instance.hostname + " was built for " + spoken.schema +
                  ", which refuses the live version " + live + " (" + spoken.message +
                  "); it gets it nevertheless";
  event.data =
      json::Object{{"schema", spoken.schema}, {"version", live}, {"message", spoken.message}};
  return event;
}

}  // namespace

Result<std::vector<TimelineEvent>> FleetService::unfit_events(const Instance& instance) {
  std::vector<TimelineEvent> events;
  if (instance.schemas.empty()) return events;
  const auto profiles = store_.profiles_of(instance.service, instance.environment);
  if (!profiles) return std::unexpected(profiles.error());
  for (const Profile& profile : *profiles) {
    if (!profile.stable || profile.schema_id.empty()) continue;
    const auto link = schema_link(profile.schema_id, "$.schemaId");
    if (!link || !instance.schemas.contains(link->id.value)) continue;
    const auto version = store_.version(profile.name, *profile.stable);
    // Deleted meanwhile.
    if (!version && version.error().code == ErrorCode::NotFound) continue;
    if (!version) return std::unexpected(version.error());
    FleetFitness fitness(verdicts_, link->id);
    const auto spoken = fitness.ask(instance, *version);
    if (!spoken) return std::unexpected(spoken.error());
    if (spoken->answer == FleetFitness::Answer::Refuses)
      events.push_back(unfit_event(instance, profile, *spoken, time_.now()));
  }
  return events;
}

Result<Registered> FleetService::register_instance(const Caller& caller, Registration request) {
  if (auto ok = authorize(caller.principal, Action::InstanceRegister); !ok)
    return std::unexpected(ok.error());
  Instance instance = std::move(request.instance);
  const Principal& who = caller.principal;
  if (auto ok = check_scope(who, instance); !ok) return std::unexpected(ok.error());
  if (auto ok = check_schemas(instance.schemas); !ok) return std::unexpected(ok.error());
  instance.id = request.id ? *request.id : InstanceId(random_.guid());
  auto unfit = unfit_events(instance);
  if (!unfit) return std::unexpected(unfit.error());
  const std::lock_guard turn(id_gates_[std::hash<InstanceId>{}(instance.id) % id_gates_.size()]);
  const WallTime now = time_.now();
  instance.status = InstanceStatus::Healthy;
  instance.registered_at = instance.last_heartbeat = now;
  Registered result;
  instance.home = node_;
  if (request.id)
    if (auto known = know(instance.id); !known && known.error().code != ErrorCode::NotFound)
      return std::unexpected(known.error());
  {
    const MutexLock lock(mutex_);
    const auto known = live_.find(instance.id);
    if (known == live_.end() && live_.size() >= limits::kInstances)
      return fail(
          ErrorCode::Unavailable, "instance.too_many",
          "This server holds its limit of " + std::to_string(limits::kInstances) + " instances.");
    if (known != live_.end()) {
      const Instance& old = known->second.instance;
      if (old.service != instance.service || old.environment != instance.environment)
        return fail(ErrorCode::Conflict, "instance.exists",
                    "Instance " + instance.id.value + " is registered for " + old.service.value +
                        " in " + old.environment + ": register under another id.");
      result.created = false;
      instance.registered_at = old.registered_at;
      for (const auto& [profile, assignment] : known->second.desired)
        result.desired.push_back(assignment);
    }
  }
  ChangeSet changes;
  changes.push_back(change::PutInstance{instance});
  if (result.created) {
    changes.push_back(
        change::PutFirstAssignments{instance.id, instance.service, instance.environment});
    changes.push_back(change::AppendEvent{registered_event(instance, who.subject, now)});
    changes.push_back(change::AppendAudit{
        audit_entry(caller, "instance.register", "instances/" + instance.id.value, "", now)});
  }
  for (TimelineEvent& event : *unfit) changes.push_back(change::AppendEvent{std::move(event)});
  // In memory first: the committer's listener finds the instance when it hears of its assignments.
  {
    const MutexLock lock(mutex_);
    Live& live = live_[instance.id];
    live.instance = instance;
    live.sequence.reset();
    live.written = now;
    live.here = true;
    by_service_[{instance.service, instance.environment}].insert_or_assign(instance.id, &live);
  }
  auto done = committer_.commit(std::move(changes));
  if (!done && result.created) {
    const MutexLock lock(mutex_);
    erase(instance.id);
  }
  if (!done) return std::unexpected(done.error());
  if (result.created) result.desired = std::move(done->first);
  result.instance = std::move(instance);
  return result;
}

}  // namespace hotswap
