#include "orchestrator/fleet_service.hpp"

#include "domain/base/limits.hpp"

namespace hotswap {
namespace {

std::uint64_t newest(const Assignment& assignment) {
  return std::max(assignment.active ? assignment.active->generation : 0,
                  assignment.staged ? assignment.staged->generation : 0);
}

}  // namespace

FleetService::FleetService(const Parts& parts, FleetOptions options)
    : store_(parts.store),
      committer_(parts.committer),
      verdicts_(parts.verdicts),
      time_(parts.clock),
      random_(parts.random),
      options_(options) {
  committer_.on_assigned([this](const Assigned& assigned) { remember(assigned.assignments); });
  committer_.on_profile_deleted([this](const ProfileName& profile) { forget_profile(profile); });
}

namespace {

struct Held {
  std::vector<Assignment> assignments;
  std::vector<Observation> observations;
};

template <class T>
Result<void> take(Result<std::vector<T>> from, std::vector<T>& to) {
  if (!from) return std::unexpected(std::move(from.error()));
  std::ranges::move(*from, std::back_inserter(to));
  return {};
}

/// Nothing if there are more than `most`.
Result<std::optional<std::vector<ProfileName>>> few_profiles(Store& store, std::size_t most) {
  std::vector<ProfileName> names;
  PageRequest request{limits::kPageMax, {}};
  do {
    auto page = store.profiles({}, request);
    if (!page) return std::unexpected(std::move(page.error()));
    for (Profile& profile : page->items) names.push_back(std::move(profile.name));
    if (names.size() > most) return std::nullopt;
    request.cursor = page->next_cursor;
  } while (!request.cursor.empty());
  return names;
}

/// What all of them should run and say they run. Two queries for each profile or each instance,
/// whichever there are fewer of: usually thousands of instances share a few profiles.
Result<Held> held_by(Store& store, const std::vector<Instance>& instances) {
  Held held;
  const auto read = [&](const auto& of) {
    auto done = take(store.assignments_of(of), held.assignments);
    return done ? take(store.observations_of(of), held.observations) : done;
  };
  const auto profiles = few_profiles(store, instances.size());
  if (!profiles) return std::unexpected(profiles.error());
  if (*profiles) {
    for (const ProfileName& name : **profiles)
      if (auto done = read(name); !done) return std::unexpected(std::move(done.error()));
    return held;
  }
  for (const Instance& instance : instances)
    if (auto done = read(instance.id); !done) return std::unexpected(std::move(done.error()));
  return held;
}

}  // namespace

Result<void> FleetService::load() {
  auto instances = store_.all_instances();
  if (!instances) return std::unexpected(instances.error());
  auto held = held_by(store_, *instances);
  if (!held) return std::unexpected(held.error());
  const WallTime now = time_.now();
  const MutexLock lock(mutex_);
  for (Instance& instance : *instances) {
    // Nobody could reach us while we were down: silence is counted from now on.
    instance.last_heartbeat = now;
    const bool here = !shared() || instance.home == node_;
    Live& live = live_[instance.id];
    by_service_[{instance.service, instance.environment}].insert_or_assign(instance.id, &live);
    live.instance = std::move(instance);
    live.here = here;
  }
  for (Assignment& assignment : held->assignments)
    if (const auto found = live_.find(assignment.instance); found != live_.end())
      found->second.desired[assignment.profile] = std::move(assignment);
  for (Observation& seen : held->observations) {
    const auto found = live_.find(seen.instance);
    if (found == live_.end()) continue;
    found->second.reported[seen.profile] = seen.generation;
    found->second.observed[seen.profile] = std::move(seen);
  }
  return {};
}

void FleetService::remember(const std::vector<Assignment>& assignments) {
  const MutexLock lock(mutex_);
  for (const Assignment& assignment : assignments) {
    const auto found = live_.find(assignment.instance);
    if (found == live_.end()) continue;
    // Two commits may be heard of in the other order.
    Assignment& known = found->second.desired[assignment.profile];
    const std::uint64_t generation = newest(assignment);
    if (generation == 0 || generation >= newest(known)) known = assignment;
  }
}

void FleetService::forget_profile(const ProfileName& profile) {
  const MutexLock lock(mutex_);
  for (auto& [id, live] : live_) {
    live.desired.erase(profile);
    live.observed.erase(profile);
    live.reported.erase(profile);
    live.drifted.erase(profile);
  }
  std::erase_if(dirty_, [&](const auto& entry) { return entry.first.second == profile; });
}

Result<std::vector<Assignment>> FleetService::desired(const Caller& caller, const InstanceId& id) {
  if (auto ok = authorize(caller.principal, Action::InstanceReport, nullptr, &id); !ok)
    return std::unexpected(ok.error());
  if (auto known = know(id); !known) return std::unexpected(known.error());
  const MutexLock lock(mutex_);
  const auto found = live_.find(id);
  if (found == live_.end())
    return fail(ErrorCode::NotFound, "instance.not_found",
                "Instance " + id.value + " is not registered (any more): register again.");
  std::vector<Assignment> assignments;
  for (const auto& [profile, assignment] : found->second.desired) assignments.push_back(assignment);
  return assignments;
}

InstanceView FleetService::view(const Live& live) const {
  InstanceView view{live.instance, {}, {}, live.probe, {}};
  for (const auto& [profile, assignment] : live.desired) view.desired.push_back(assignment);
  for (const auto& [profile, seen] : live.observed) view.observed.push_back(seen);
  return view;
}

Result<InstanceView> FleetService::get(const Caller& caller, const InstanceId& id) {
  if (auto ok = authorize(caller.principal, Action::InstanceRead); !ok)
    return std::unexpected(ok.error());
  if (auto known = know(id); !known) return std::unexpected(known.error());
  const MutexLock lock(mutex_);
  if (const auto found = live_.find(id); found != live_.end()) {
    InstanceView shown = view(found->second);
    shown.logs.assign(found->second.logs.begin(), found->second.logs.end());
    return shown;
  }
  return fail(ErrorCode::NotFound, "instance.not_found",
              "No instance " + id.value + " is registered.");
}

Result<Page<InstanceView>> FleetService::list(const Caller& caller, const InstanceFilter& filter,
                                              const PageRequest& page) {
  if (auto ok = authorize(caller.principal, Action::InstanceRead); !ok)
    return std::unexpected(ok.error());
  auto found = store_.instances(filter, page);
  if (!found) return std::unexpected(found.error());
  Page<InstanceView> views;
  views.next_cursor = std::move(found->next_cursor);
  const MutexLock lock(mutex_);
  for (Instance& instance : found->items) {
    const auto live = live_.find(instance.id);
    views.items.push_back(live != live_.end() ? view(live->second)
                                              : InstanceView{std::move(instance), {}, {}, {}, {}});
  }
  return views;
}

Result<void> FleetService::remove(const Caller& caller, const InstanceId& id) {
  if (auto ok = authorize(caller.principal, Action::InstanceRemove, nullptr, &id); !ok)
    return std::unexpected(ok.error());
  auto known = store_.instance(id);
  if (!known) return std::unexpected(known.error());
  ChangeSet changes;
  changes.push_back(change::DeleteInstance{id});
  TimelineEvent event;
  event.at = time_.now();
  event.kind = "instance.removed";
  event.instance = id;
  event.actor = caller.principal.subject;
  event.message = "Instance " + known->hostname + " left";
  changes.push_back(change::AppendEvent{std::move(event)});
  changes.push_back(change::AppendAudit{
      audit_entry(caller, "instance.remove", "instances/" + id.value, "", time_.now())});
  if (auto done = committer_.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  forget({id});
  return {};
}

void FleetService::forget(const std::vector<InstanceId>& ids) {
  std::vector<InstanceId> gone;
  {
    const MutexLock lock(mutex_);
    for (const InstanceId& id : ids) {
      if (erase(id)) gone.push_back(id);
      windows_.forget(id);
      touched_.erase(id);
      const auto first = dirty_.lower_bound({id, ProfileName()});
      auto last = first;
      while (last != dirty_.end() && last->first.first == id) ++last;
      dirty_.erase(first, last);
    }
  }
  if (gone.empty()) return;
  for (const auto& listener : vanished_listeners_) listener(gone);
}

bool FleetService::erase(const InstanceId& id) {
  const auto found = live_.find(id);
  if (found == live_.end()) return false;
  const auto of_service =
      by_service_.find({found->second.instance.service, found->second.instance.environment});
  of_service->second.erase(id);
  if (of_service->second.empty()) by_service_.erase(of_service);
  live_.erase(found);
  return true;
}

Result<std::vector<Assignment>> FleetService::refresh(const ProfileName& profile) {
  auto stored = store_.assignments_of(profile);
  if (!stored) return stored;
  std::vector<Assignment> news;
  const MutexLock lock(mutex_);
  for (Assignment& assignment : *stored) {
    const auto found = live_.find(assignment.instance);
    if (found == live_.end()) continue;
    Assignment& known = found->second.desired[profile];
    if (known == assignment) continue;
    known = assignment;
    news.push_back(std::move(assignment));
  }
  return news;
}

}  // namespace hotswap
