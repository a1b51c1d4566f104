#include "orchestrator/config_service.hpp"

#include "domain/access/access_change.hpp"
#include "domain/base/limits.hpp"
#include "domain/notification/channel.hpp"

namespace hotswap {
namespace {

std::string resource_of(const ProfileName& name) { return "configs/" + name.value; }

/// What was uploaded last beside what is live, in a sentence, so that nobody republishes a bad one.
std::string notice_of(const ProfileView& view, const std::optional<Deployment>& active) {
  const auto& latest = view.latest;
  const auto& stable = view.profile.stable;
  if (!latest || stable == latest->number) return {};
  const std::string number = latest->number.str();
  const std::string live = stable ? stable->str() + " is stable." : "no version is stable yet.";
  if (!latest->failed_reason.empty())
    return number + " was uploaded last but rolled back (" + latest->failed_reason + "); " + live;
  if (active && active->version == latest->number)
    return number + " is being deployed; until then " + live;
  if (const auto part = view.live.find(latest->number); part != view.live.end())
    return number + " runs on " + std::to_string(part->second) + " of " +
           std::to_string(view.instances) + " instances only; " + live;
  return number + " was uploaded last but is not deployed; " + live;
}

std::string link_changed(const std::string& from, const std::string& to) {
  if (from == to) return {};
  if (to.empty()) return ": it no longer follows schema " + from;
  return ": it follows schema " + to + (from.empty() ? "" : " instead of " + from);
}

Change alarm_of(const Profile& profile, const std::string& message) {
  Notice notice;
  notice.id = profile.name.value + ":approvals-off:" + std::to_string(profile.revision);
  notice.severity = Severity::Warning;
  notice.message = message;
  notice.profile = profile.name.value;
  notice.service = profile.service.value;
  notice.environment = profile.environment;
  notice.at = profile.updated_at;
  return change::EnqueueOutbox{notice.id, "notification", to_json(notice), notice.at};
}

}  // namespace

ConfigService::ConfigService(Store& store, Committer& committer, VersionCache& cache,
                             SchemaService& schemas, const Clock& clock)
    : store_(store), committer_(committer), cache_(cache), schemas_(schemas), clock_(clock) {}

Result<Profile> ConfigService::readable(const Caller& caller, const ProfileName& name,
                                        Action action) {
  // The role first: who may not see profiles at all learns nothing about names.
  if (auto ok = authorize(caller.principal, action); !ok) return std::unexpected(ok.error());
  auto profile = store_.profile(name);
  if (!profile) return profile;
  if (auto ok = authorize(caller.principal, action, &profile->access); !ok)
    return std::unexpected(ok.error());
  return profile;
}

TimelineEvent ConfigService::event(const Caller& caller, const ProfileName& name, std::string kind,
                                   std::string message, json::Value data) const {
  TimelineEvent event;
  event.at = clock_.wall();
  event.kind = std::move(kind);
  event.profile = name;
  event.actor = caller.principal.subject;
  event.message = std::move(message);
  event.data = std::move(data);
  return event;
}

Result<std::string> ConfigService::check_access(const Caller& caller, const Profile& before,
                                                const Access& after) const {
  if (before.access == after) return std::string();
  const auto& who = caller.principal;
  if (before.access.owners != after.owners)
    if (auto ok = may_take_back(who, after); !ok) return std::unexpected(ok.error());
  const bool let_off = needs_approval(approvals_, before.access, before.environment) &&
                       !needs_approval(approvals_, after, before.environment);
  if (!let_off) return std::string();
  if (!who.has(Role::Admin))
    return fail(ErrorCode::Forbidden, "access.approval",
                "deployments of this profile need a second person; only an Admin switches that "
                "off: leave access.approval as it is");
  return who.subject + " switched off that deployments need a second person";
}

Result<Profile> ConfigService::create(const Caller& caller, ProfileDraft draft) {
  ActiveSpan span(tracer_, caller.trace, "config.create");
  span.set("hotswap.profile", draft.name);
  span.set("hotswap.service", draft.service);
  span.set("hotswap.environment", draft.environment);
  auto done = create_now(caller, std::move(draft));
  span.outcome(done);
  return done;
}

Result<Profile> ConfigService::create_now(const Caller& caller, ProfileDraft draft) {
  if (auto ok = authorize(caller.principal, Action::ConfigCreate); !ok)
    return std::unexpected(ok.error());
  if (auto ok = check_link(draft.schema_id); !ok) return std::unexpected(ok.error());
  const WallTime now = clock_.wall();
  Profile profile;
  profile.name = ProfileName(std::move(draft.name));
  profile.description = std::move(draft.description);
  profile.labels = std::move(draft.labels);
  profile.service = ServiceName(std::move(draft.service));
  profile.environment = std::move(draft.environment);
  profile.schema_id = std::move(draft.schema_id);
  profile.strategy = std::move(draft.strategy);
  profile.health = std::move(draft.health);
  profile.access = std::move(draft.access);
  profile.retention = draft.retention;
  profile.created_by = caller.principal.subject;
  profile.created_at = profile.updated_at = now;
  profile.revision = 1;
  Profile unsaid = profile;
  unsaid.access = {};
  if (auto ok = check_access(caller, unsaid, profile.access); !ok)
    return std::unexpected(ok.error());
  auto generation = last_generation(profile.name);
  if (!generation) return std::unexpected(generation.error());
  profile.generation = *generation;
  ChangeSet changes;
  changes.push_back(change::InsertProfile{profile});
  changes.push_back(change::AppendEvent{event(caller, profile.name, "config.created",
                                              "Profile " + profile.name.value + " created", {})});
  changes.push_back(change::AppendAudit{
      audit_entry(caller, "config.create", resource_of(profile.name), "", now)});
  if (auto done = committer_.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  return profile;
}

Result<std::uint64_t> ConfigService::last_generation(const ProfileName& name) {
  // Instances ignore what looks older than what they hold, so a name never counts from zero again.
  std::uint64_t generation = 0;
  std::uint64_t after = 0;
  for (;;) {
    const auto events =
        store_.events({.profile = name.value, .deployment = {}}, after, limits::kPageMax);
    if (!events) return std::unexpected(events.error());
    for (const TimelineEvent& past : *events) {
      const json::Value* last =
          past.kind == "config.deleted" ? past.data.find("generation") : nullptr;
      const auto number = last ? last->as_int() : std::nullopt;
      if (number) generation = std::max(generation, static_cast<std::uint64_t>(*number));
    }
    if (events->size() < limits::kPageMax) return generation;
    after = events->back().sequence;
  }
}

Result<ProfileView> ConfigService::get(const Caller& caller, const ProfileName& name) {
  auto profile = readable(caller, name, Action::ConfigRead);
  if (!profile) return std::unexpected(profile.error());
  ProfileView view;
  view.profile = std::move(*profile);
  auto newest = store_.versions(name, {.limit = 1, .cursor = {}});
  if (!newest) return std::unexpected(newest.error());
  if (!newest->items.empty()) view.latest = std::move(newest->items.front());
  auto active = store_.active_deployment(name);
  if (!active) return std::unexpected(active.error());
  if (*active) view.active_deployment = (*active)->id;
  auto instances = store_.instances_of(view.profile.service, view.profile.environment);
  if (!instances) return std::unexpected(instances.error());
  view.instances = instances->size();
  auto observed = store_.observations_of(name);
  if (!observed) return std::unexpected(observed.error());
  for (const Observation& seen : *observed) {
    const bool runs = seen.state == ObservedState::Applied || seen.state == ObservedState::Running;
    if (runs && seen.version) ++view.live[*seen.version];
  }
  view.notice = notice_of(view, *active);
  const std::string schema = schema_notice(view.profile);
  if (!view.notice.empty() && !schema.empty()) view.notice += ' ';
  view.notice += schema;
  return view;
}

Result<Page<Profile>> ConfigService::list(const Caller& caller, const ProfileFilter& filter,
                                          const PageRequest& page) {
  if (auto ok = authorize(caller.principal, Action::ConfigRead); !ok)
    return std::unexpected(ok.error());
  auto found = store_.profiles(filter, page);
  if (!found) return found;
  std::erase_if(found->items, [&](const Profile& profile) {
    return !authorize(caller.principal, Action::ConfigRead, &profile.access);
  });
  return found;
}

Result<Profile> ConfigService::update(const Caller& caller, const ProfileName& name,
                                      const json::Value& body, bool merge,
                                      std::optional<std::uint64_t> if_match) {
  auto profile = readable(caller, name, Action::ConfigUpdate);
  if (!profile) return profile;
  if (if_match && *if_match != profile->revision)
    return fail(ErrorCode::PreconditionFailed, "config.changed",
                "The profile has changed since you read it: read it again and repeat the change.");
  // A whole description may not change the identity either, so both go through the same check.
  json::Value patch = body;
  std::optional<ProfileDraft> whole;
  if (!merge) {
    auto read = profile_draft_from_json(body);
    if (!read) return std::unexpected(read.error());
    whole = std::move(*read);
    if (auto* object = patch.as_object())
      for (const auto& [member, value] : describe(*profile))
        if (!object->find(member)) object->set(member, nullptr);
  }
  auto draft = patch_profile(*profile, patch);
  if (!draft) return std::unexpected(draft.error());
  // Where the patch merged objects (labels, retention), a whole description replaces them.
  if (whole) *draft = std::move(*whole);
  if (draft->schema_id != profile->schema_id)
    if (auto ok = check_link(draft->schema_id); !ok) return std::unexpected(ok.error());
  std::string linked = link_changed(profile->schema_id, draft->schema_id);
  const auto alarm = check_access(caller, *profile, draft->access);
  if (!alarm) return std::unexpected(alarm.error());
  if (const auto access = access_difference(profile->access, draft->access); !access.empty())
    linked += ": access: " + access;
  profile->description = std::move(draft->description);
  profile->labels = std::move(draft->labels);
  profile->schema_id = std::move(draft->schema_id);
  profile->strategy = std::move(draft->strategy);
  profile->health = std::move(draft->health);
  profile->access = std::move(draft->access);
  profile->retention = draft->retention;
  profile->updated_at = clock_.wall();
  ChangeSet changes;
  changes.push_back(change::UpdateProfile{*profile});
  changes.push_back(
      change::AppendEvent{event(caller, name, "config.updated", "Profile updated" + linked, {})});
  if (!alarm->empty()) changes.push_back(alarm_of(*profile, *alarm));
  changes.push_back(change::AppendAudit{
      audit_entry(caller, "config.update", resource_of(name),
                  linked.starts_with(": ") ? linked.substr(2) : linked, profile->updated_at)});
  if (auto done = committer_.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  ++profile->revision;
  return profile;
}

Result<void> ConfigService::remove(const Caller& caller, const ProfileName& name, bool force) {
  auto profile = readable(caller, name, Action::ConfigDelete);
  if (!profile) return std::unexpected(profile.error());
  auto active = store_.active_deployment(name);
  if (!active) return std::unexpected(active.error());
  if (*active)
    return fail(
        ErrorCode::Conflict, "deployment.already_active",
        "Deployment " + (*active)->id.value + " of this profile is running: cancel it first.");
  auto assigned = store_.assignments_of(name);
  if (!assigned) return std::unexpected(assigned.error());
  const auto users = std::ranges::count_if(
      *assigned, [](const Assignment& assignment) { return assignment.active.has_value(); });
  if (users > 0 && !force)
    return fail(ErrorCode::Conflict, "config.in_use",
                std::to_string(users) +
                    " instances run this profile: stop them first, or repeat with force=true "
                    "(they keep what they run).");
  // Again, now that nothing raises its generation any more.
  profile = store_.profile(name);
  if (!profile) return std::unexpected(profile.error());
  ChangeSet changes;
  changes.push_back(change::DeleteProfile{name});
  changes.push_back(change::AppendEvent{event(caller, name, "config.deleted",
                                              "Profile " + name.value + " deleted",
                                              json::Object{{"generation", profile->generation}})});
  changes.push_back(change::AppendAudit{audit_entry(caller, "config.delete", resource_of(name),
                                                    force ? "forced" : "", clock_.wall())});
  if (auto done = committer_.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  cache_.forget(name);
  return {};
}

}  // namespace hotswap
