#pragma once
// When deployments may start: windows open, freezes close. Pure; local time comes from outside.

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/base/strong.hpp"
#include "domain/base/time.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

/// Whom an entry concerns; empty members mean all.
struct CalendarScope {
  std::string environment;
  std::string service;
  std::string profile;
  bool operator==(const CalendarScope&) const = default;
};

/// Every week, local time of a zone: `{"days":["Mon","Tue"] or [1,2] (ISO 8601, Monday = 1),
/// "from":"09:00","to":"17:00","timeZone":"Europe/Berlin"}`. `to` ≤ `from` ends on the next day.
struct Weekly {
  std::vector<int> days;  ///< 1 to 7, ascending
  int from_minute = 0;    ///< of the day
  int to_minute = 0;
  std::string time_zone;  ///< IANA name
  bool operator==(const Weekly&) const = default;
};
/// From one instant to another; no end: until it is taken away.
struct Once {
  WallTime from{};
  std::optional<WallTime> to;
  bool operator==(const Once&) const = default;
};

enum class CalendarKind { Window, Freeze };

struct CalendarEntry {
  std::string id;  ///< GUID
  CalendarKind kind = CalendarKind::Freeze;
  CalendarScope scope;
  std::variant<Weekly, Once> when;
  bool halt = false;  ///< Freeze: running deployments were paused, too
  std::string reason;
  std::string created_by;
  WallTime created_at{};
  bool operator==(const CalendarEntry&) const = default;
};

/// What a clock on the wall shows in a zone: minutes since 1970-01-01 00:00 of that zone; nothing
/// for a zone that does not exist.
using LocalMinutes =
    std::function<std::optional<std::int64_t>(const std::string& zone, WallTime at)>;

struct Permission {
  bool allowed = true;
  CalendarKind because = CalendarKind::Freeze;  ///< what stands in the way
  std::string reason;                           ///< in words, naming the entry
  std::optional<WallTime> next;  ///< when it may start at the earliest, if known within 14 days
};
/// An entry whose zone is unknown here counts against: a freeze as in force, a window as shut.
/// Frozen if any freeze covers `at`; else, if windows concern the profile, one must be open.
[[nodiscard]] Permission may_start(const std::vector<CalendarEntry>& entries,
                                   const CalendarScope& profile, WallTime at,
                                   const LocalMinutes& local);

/// Where an entry stands: a freeze in force or a window open is Active, Waiting will be once more.
enum class CalendarPhase { Waiting, Active, Over };
[[nodiscard]] CalendarPhase phase_of(const CalendarEntry& entry, WallTime at,
                                     const LocalMinutes& local);

/// Whether an entry concerns all that `inner` speaks of.
[[nodiscard]] bool covers(const CalendarScope& entry, const CalendarScope& inner);

/// For people: `every Mon-Fri 09:00 to 17:00 Europe/Berlin`, `from … until …`.
[[nodiscard]] std::string describe(const CalendarEntry& entry);
/// `everything`, `environment Production`, `service payments in Staging`, `payments.production`
[[nodiscard]] std::string describe(const CalendarScope& scope);

/// Every bad field at once, reason `calendar.invalid`; an unknown zone is one.
/// `{"type":"window" or "freeze","scope":{"environment","service","profile"},"halt","reason"}` and
/// either Weekly's fields or `startAt` (nothing: 1970) and `endAt`.
[[nodiscard]] Result<CalendarEntry> calendar_entry_from_json(const json::Value& value,
                                                             const LocalMinutes& local);
/// With id, creator and time.
[[nodiscard]] json::Value to_json(const CalendarEntry& entry);
/// What to_json wrote; its zone is taken as it stands.
[[nodiscard]] Result<CalendarEntry> stored_calendar_entry_from_json(const json::Value& value);

}  // namespace hotswap
