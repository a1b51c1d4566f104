#pragma once
// The deployment calendar: windows and freezes, kept in memory and asked before every start. A
// freeze may halt what runs already: the emergency stop.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "domain/base/mutex.hpp"
#include "domain/calendar/calendar.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/random.hpp"
#include "domain/ports/time_zones.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap {

/// An entry with what people ask next.
struct CalendarView {
  CalendarEntry entry;
  CalendarPhase phase = CalendarPhase::Active;  ///< now
};

/// A new entry, and what became of the deployments that ran.
struct CalendarAdded {
  CalendarView now;
  std::size_t halted = 0;               ///< by `halt`: paused, or cancelled before their start
  std::vector<Deployment> deployments;  ///< those that the caller may read, without targets
  std::string trouble;                  ///< why not all could be halted; the freeze stands
};

/// Thread-safe.
class CalendarService {
 public:
  /// Pauses what runs in a scope, for this reason: whose deployments.
  using PauseAll = std::function<Result<std::vector<ProfileName>>(
      const Caller&, const CalendarScope&, const std::string&)>;
  /// What it works with; all of it outlives the service.
  struct Parts {
    Store& store;
    Committer& committer;
    const TimeZones& zones;
    const Clock& clock;
    Random& random;
    PauseAll pause_all;
  };
  explicit CalendarService(Parts parts);

  /// `body` as calendar_entry_from_json reads it; without `startAt` from now on. An entry of one
  /// profile (NotFound config.not_found) is for who may start its deployments. A freeze with `halt`
  /// must be in force at once; it is stored first, so that nothing starts meanwhile, then what runs
  /// is paused. Paused deployments are resumed by hand. Conflict `calendar.full` with
  /// limits::kCalendarEntries entries.
  [[nodiscard]] Result<CalendarAdded> add(const Caller& caller, const json::Value& body);
  /// Oldest first; those of profiles that the caller may not read are left out.
  [[nodiscard]] Result<std::vector<CalendarView>> list(const Caller& caller) const;
  /// NotFound calendar.not_found. Resumes nothing.
  [[nodiscard]] Result<CalendarEntry> remove(const Caller& caller, const std::string& id);

  /// What is stored is read anew.
  void forget();

  /// Whether a deployment of this profile may start now.
  [[nodiscard]] Result<Permission> may_start(const Profile& profile) const;
  /// The refusal that a Permission which is none amounts to: Conflict `deployment.frozen` or
  /// `deployment.outside_window`, with the next opening.
  [[nodiscard]] static Error refusal(const Permission& permission);

 private:
  using Entries = std::shared_ptr<const std::vector<CalendarEntry>>;

  [[nodiscard]] Result<Entries> entries() const;
  [[nodiscard]] LocalMinutes local() const;
  /// The profile exists and the caller is one of its operators; the service is some config's.
  [[nodiscard]] Result<void> check_scope(const Caller& caller, const CalendarScope& scope) const;
  [[nodiscard]] Result<void> save(const Caller& caller, const CalendarEntry& entry, WallTime now);
  [[nodiscard]] Result<void> commit(ChangeSet changes);
  void halt(const Caller& caller, CalendarAdded& added);

  Parts parts_;
  Mutex writing_;  ///< held from reading the calendar until it is stored
  mutable Mutex mutex_;
  mutable Entries entries_ HS_GUARDED_BY(mutex_);  ///< none: to be read anew
};

}  // namespace hotswap
