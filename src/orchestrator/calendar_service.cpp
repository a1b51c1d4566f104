#include "orchestrator/calendar_service.hpp"

#include "domain/base/limits.hpp"
#include "domain/calendar/calendar_text.hpp"

namespace hotswap {
namespace {

bool is_freeze(const CalendarEntry& entry) { return entry.kind == CalendarKind::Freeze; }

Result<void> wrong(std::string field, std::string keyword, std::string message) {
  return fail_field("calendar.invalid", "$." + std::move(field), std::move(keyword),
                    std::move(message));
}

/// What the body leaves to the moment it arrives.
Result<void> settle(CalendarEntry& entry, WallTime now) {
  auto* once = std::get_if<Once>(&entry.when);
  if (once == nullptr) return {};
  if (once->from == WallTime()) once->from = now;
  if (once->to && *once->to <= now) {
    return wrong("endAt", "minimum", "is over already: it is " + format_time(now) + " now");
  }
  if (entry.halt && once->from > now) {
    return wrong("halt", "not",
                 "works at once, so it does not go with a later `startAt`: leave one of them out");
  }
  return {};
}

std::string title(const CalendarEntry& entry) {
  const std::string what =
      is_freeze(entry) ? "Deployments are frozen" : "A deployment window was opened";
  return what + " for " + describe(entry.scope) + ", " + describe(entry) +
         (entry.reason.empty() ? "" : ": " + entry.reason);
}

std::string farewell(const CalendarEntry& entry) {
  const std::string what = is_freeze(entry) ? "The freeze" : "The deployment window";
  return what + " for " + describe(entry.scope) + ", " + describe(entry) + ", was lifted";
}

struct Words {
  std::string action;  ///< of the audit
  std::string kind;    ///< of the event
  std::string message;
};

Words words_of_adding(const CalendarEntry& entry) {
  return is_freeze(entry) ? Words{"calendar.freeze", "calendar.frozen", title(entry)}
                          : Words{"calendar.add_window", "calendar.window_added", title(entry)};
}

Words words_of_removing(const CalendarEntry& entry) {
  return is_freeze(entry)
             ? Words{"calendar.unfreeze", "calendar.unfrozen", farewell(entry)}
             : Words{"calendar.remove_window", "calendar.window_removed", farewell(entry)};
}

void record(ChangeSet& changes, const Caller& caller, const CalendarEntry& entry,
            const Words& words, WallTime now) {
  TimelineEvent event;
  event.at = now;
  event.kind = words.kind;
  event.profile = ProfileName(entry.scope.profile);
  event.actor = caller.principal.subject;
  event.message = words.message;
  event.data = to_json(entry);
  changes.push_back(change::AppendEvent{std::move(event)});
  changes.push_back(change::AppendAudit{
      audit_entry(caller, words.action, "calendar/" + entry.id, words.message, now)});
}

/// What is told to whoever looks at a deployment that a freeze paused.
std::string pause_reason(const CalendarEntry& entry) {
  return "frozen by " + entry.created_by + ": " + entry.reason + " (calendar entry " + entry.id +
         ")";
}

/// Whose deployments were paused by this freeze, as far as that came.
Result<std::vector<ProfileName>> paused_by(Store& store, const CalendarEntry& entry) {
  std::vector<ProfileName> found;
  PageRequest request{.limit = limits::kPageMax, .cursor = {}};
  do {
    const auto page =
        store.deployments({.profile = {}, .state = "Paused", .active_only = true}, request);
    if (!page) return std::unexpected(page.error());
    for (const Deployment& deployment : page->items) {
      const auto* paused = std::get_if<Paused>(&deployment.state);
      if (paused != nullptr && paused->reason.contains(entry.id)) {
        found.push_back(deployment.profile);
      }
    }
    request.cursor = page->next_cursor;
  } while (!request.cursor.empty());
  return found;
}

bool may_read(Store& store, const Caller& caller, Action action, const ProfileName& name) {
  const auto profile = store.profile(name);
  return !profile || authorize(caller.principal, action, &profile->access).has_value();
}

}  // namespace

CalendarService::CalendarService(Parts parts) : parts_(std::move(parts)) {}

Result<CalendarAdded> CalendarService::add(const Caller& caller, const json::Value& body) {
  if (auto may = authorize(caller.principal, Action::CalendarWrite); !may) {
    return std::unexpected(std::move(may.error()));
  }
  auto entry = calendar_entry_from_json(body, local());
  if (!entry) return std::unexpected(std::move(entry.error()));
  const WallTime now = parts_.clock.wall();
  auto checked = settle(*entry, now);
  if (checked) checked = check_scope(caller, entry->scope);
  if (!checked) return std::unexpected(std::move(checked.error()));
  entry->id = parts_.random.guid();
  entry->created_by = caller.principal.subject;
  entry->created_at = now;
  if (auto saved = save(caller, *entry, now); !saved) {
    return std::unexpected(std::move(saved.error()));
  }
  const auto phase = phase_of(*entry, now, local());
  CalendarAdded added{
      .now = {std::move(*entry), phase}, .halted = 0, .deployments = {}, .trouble = {}};
  if (added.now.entry.halt) halt(caller, added);
  return added;
}

Result<void> CalendarService::save(const Caller& caller, const CalendarEntry& entry, WallTime now) {
  const MutexLock writing(writing_);
  const auto known = entries();
  if (!known) return std::unexpected(known.error());
  if ((*known)->size() >= limits::kCalendarEntries) {
    return fail(ErrorCode::Conflict, "calendar.full",
                "The calendar holds " + std::to_string(limits::kCalendarEntries) +
                    " entries; delete those that are over.");
  }
  ChangeSet changes{change::PutCalendarEntry{entry}};
  record(changes, caller, entry, words_of_adding(entry), now);
  return commit(std::move(changes));
}

Result<void> CalendarService::commit(ChangeSet changes) {
  auto done = parts_.committer.commit(std::move(changes));
  forget();  // whatever became of it
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

void CalendarService::halt(const Caller& caller, CalendarAdded& added) {
  const CalendarEntry& entry = added.now.entry;
  auto halted = parts_.pause_all(caller, entry.scope, pause_reason(entry));
  if (!halted) {
    added.trouble = halted.error().detail;
    halted = paused_by(parts_.store, entry);
    if (!halted) return;
  }
  added.halted = halted->size();
  for (const ProfileName& profile : *halted) {
    if (!may_read(parts_.store, caller, Action::DeploymentRead, profile)) continue;
    auto newest = parts_.store.deployments(
        {.profile = profile.str(), .state = {}, .active_only = false}, {.limit = 1, .cursor = {}});
    if (newest && !newest->items.empty()) {
      added.deployments.push_back(std::move(newest->items.front()));
    }
  }
}

Result<std::vector<CalendarView>> CalendarService::list(const Caller& caller) const {
  if (auto may = authorize(caller.principal, Action::CalendarRead); !may) {
    return std::unexpected(std::move(may.error()));
  }
  const auto known = entries();
  if (!known) return std::unexpected(known.error());
  const WallTime now = parts_.clock.wall();
  std::vector<CalendarView> views;
  for (const CalendarEntry& entry : **known) {
    const ProfileName profile(entry.scope.profile);
    if (!profile.empty() && !may_read(parts_.store, caller, Action::ConfigRead, profile)) continue;
    views.push_back({entry, phase_of(entry, now, local())});
  }
  return views;
}

Result<CalendarEntry> CalendarService::remove(const Caller& caller, const std::string& id) {
  if (auto may = authorize(caller.principal, Action::CalendarWrite); !may) {
    return std::unexpected(std::move(may.error()));
  }
  const MutexLock writing(writing_);
  const auto known = entries();
  if (!known) return std::unexpected(known.error());
  const auto found = std::ranges::find(**known, id, &CalendarEntry::id);
  ChangeSet changes{change::DeleteCalendarEntry{id}};
  if (found == (*known)->end()) {
    // The store says so, in its own words.
    auto refused = commit(std::move(changes));
    return refused ? Result<CalendarEntry>() : std::unexpected(std::move(refused.error()));
  }
  const ProfileName profile(found->scope.profile);
  if (!profile.empty() && !may_read(parts_.store, caller, Action::DeploymentStart, profile)) {
    return fail(ErrorCode::Forbidden, "access.forbidden",
                "The entry is of " + profile.str() + ", whose operators you are not one of.");
  }
  record(changes, caller, *found, words_of_removing(*found), parts_.clock.wall());
  if (auto done = commit(std::move(changes)); !done)
    return std::unexpected(std::move(done.error()));
  return *found;
}

Result<Permission> CalendarService::may_start(const Profile& profile) const {
  const auto known = entries();
  if (!known) return std::unexpected(known.error());
  const CalendarScope scope{profile.environment, profile.service.str(), profile.name.str()};
  return hotswap::may_start(**known, scope, parts_.clock.wall(), local());
}

Error CalendarService::refusal(const Permission& permission) {
  const bool frozen = permission.because == CalendarKind::Freeze;
  std::string detail = permission.reason + ". ";
  detail += permission.next ? "It may start from " + calendar::moment_text(*permission.next) + " on"
                            : "No opening is known within the next 14 days";
  detail += "; force with a reason starts it now.";
  return {ErrorCode::Conflict,
          frozen ? "deployment.frozen" : "deployment.outside_window",
          std::move(detail),
          {},
          {}};
}

void CalendarService::forget() {
  const MutexLock lock(mutex_);
  entries_ = nullptr;
}

Result<CalendarService::Entries> CalendarService::entries() const {
  const MutexLock lock(mutex_);
  if (entries_ == nullptr) {
    auto stored = parts_.store.calendar();
    if (!stored) return std::unexpected(std::move(stored.error()));
    entries_ = std::make_shared<const std::vector<CalendarEntry>>(std::move(*stored));
  }
  return entries_;
}

LocalMinutes CalendarService::local() const {
  return [&zones = parts_.zones](const std::string& zone, WallTime at) {
    return zones.local_minutes(zone, at);
  };
}

Result<void> CalendarService::check_scope(const Caller& caller, const CalendarScope& scope) const {
  if (!scope.profile.empty()) {
    const auto profile = parts_.store.profile(ProfileName(scope.profile));
    if (!profile) return std::unexpected(profile.error());
    return authorize(caller.principal, Action::DeploymentStart, &profile->access);
  }
  if (scope.service.empty()) return {};
  // A name that nobody has would freeze nothing, without a word.
  const auto profiles = parts_.store.profiles(
      {.service = scope.service, .environment = {}, .label_key = {}, .label_value = {}, .text = {}},
      {.limit = 1, .cursor = {}});
  if (!profiles) return std::unexpected(profiles.error());
  if (!profiles->items.empty()) return {};
  return wrong("scope.service", "enum",
               "is a service that no config is for: list the configs for their services");
}

}  // namespace hotswap
