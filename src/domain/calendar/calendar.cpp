#include "domain/calendar/calendar.hpp"

#include <algorithm>

#include "domain/base/overloaded.hpp"
#include "domain/calendar/weekly.hpp"

namespace hotswap {
namespace {

using Relevant = std::vector<const CalendarEntry*>;

constexpr auto kLookAhead = std::chrono::days(14);
/// Entries looked at in search of the next opening; a calendar that needs more has none "known".
constexpr std::size_t kSearch = 1'000'000;

bool is_within(const Once& once, WallTime at) {
  return at >= once.from && (!once.to || at < *once.to);
}

/// Nothing if the entry's zone is unknown.
std::optional<bool> is_within(const CalendarEntry& entry, WallTime at, const LocalMinutes& local) {
  return std::visit(
      Overloaded{[&](const Weekly& weekly) { return calendar::is_within(weekly, at, local); },
                 [&](const Once& once) { return std::optional<bool>(is_within(once, at)); }},
      entry.when);
}

bool is_frozen_by(const CalendarEntry& entry, WallTime at, const LocalMinutes& local) {
  return entry.kind == CalendarKind::Freeze && is_within(entry, at, local).value_or(true);
}

bool is_opened_by(const CalendarEntry& entry, WallTime at, const LocalMinutes& local) {
  return entry.kind == CalendarKind::Window && is_within(entry, at, local).value_or(false);
}

bool is_window(const CalendarEntry* entry) { return entry->kind == CalendarKind::Window; }

bool is_allowed(const Relevant& entries, WallTime at, const LocalMinutes& local) {
  bool windows = false;
  bool open = false;
  for (const auto* entry : entries) {
    if (is_frozen_by(*entry, at, local)) return false;
    windows = windows || is_window(entry);
    open = open || is_opened_by(*entry, at, local);
  }
  return open || !windows;
}

/// When anything may change within the next days, ascending.
std::vector<WallTime> moments(const Relevant& entries, WallTime at, const LocalMinutes& local) {
  const WallTime last = at + kLookAhead;
  std::vector<WallTime> found;
  const auto add = [&](WallTime moment) {
    if (moment > at && moment <= last) found.push_back(moment);
  };
  for (const auto* entry : entries) {
    if (const auto* weekly = std::get_if<Weekly>(&entry->when)) {
      std::ranges::copy(calendar::changes(*weekly, at, last, local), std::back_inserter(found));
    } else if (const auto* once = std::get_if<Once>(&entry->when)) {
      add(once->from);
      if (once->to) add(*once->to);
    }
  }
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  return found;
}

std::optional<WallTime> next_opening(const Relevant& entries, WallTime at,
                                     const LocalMinutes& local) {
  std::size_t looked_at = 0;
  for (const auto moment : moments(entries, at, local)) {
    if (is_allowed(entries, moment, local)) return moment;
    looked_at += entries.size();
    if (looked_at > kSearch) break;
  }
  return std::nullopt;
}

std::string unknown_zone(const CalendarEntry& entry, WallTime at, const LocalMinutes& local) {
  if (is_within(entry, at, local)) return "";
  return "; its time zone " + std::get<Weekly>(entry.when).time_zone +
         " is not known on this server (install tzdata)";
}

std::string frozen_text(const CalendarEntry& entry, WallTime at, const LocalMinutes& local) {
  return "Frozen for " + describe(entry.scope) + ", " + describe(entry) + ", by " +
         entry.created_by + ": " + entry.reason + " (calendar entry " + entry.id + ")" +
         unknown_zone(entry, at, local);
}

std::string outside_text(const Relevant& entries, const CalendarScope& profile, WallTime at,
                         const LocalMinutes& local) {
  constexpr std::size_t kNamed = 3;
  std::string text = "Outside the deployment windows of " + profile.profile + ": ";
  std::size_t named = 0;
  const auto windows = static_cast<std::size_t>(std::ranges::count_if(entries, is_window));
  for (const auto* entry : entries) {
    if (!is_window(entry)) continue;
    if (named == kNamed) break;
    if (named++ > 0) text += "; ";
    text +=
        describe(*entry) + " (calendar entry " + entry->id + ")" + unknown_zone(*entry, at, local);
  }
  if (windows > named) text += "; and " + std::to_string(windows - named) + " more";
  return text;
}

}  // namespace

bool covers(const CalendarScope& entry, const CalendarScope& inner) {
  const auto same = [](const std::string& wanted, const std::string& is) {
    return wanted.empty() || wanted == is;
  };
  return same(entry.environment, inner.environment) && same(entry.service, inner.service) &&
         same(entry.profile, inner.profile);
}

CalendarPhase phase_of(const CalendarEntry& entry, WallTime at, const LocalMinutes& local) {
  const bool otherwise = entry.kind == CalendarKind::Freeze;
  if (is_within(entry, at, local).value_or(otherwise)) return CalendarPhase::Active;
  const auto* once = std::get_if<Once>(&entry.when);
  return once != nullptr && at >= once->from ? CalendarPhase::Over : CalendarPhase::Waiting;
}

Permission may_start(const std::vector<CalendarEntry>& entries, const CalendarScope& profile,
                     WallTime at, const LocalMinutes& local) {
  Relevant relevant;
  for (const auto& entry : entries) {
    if (covers(entry.scope, profile)) relevant.push_back(&entry);
  }
  if (is_allowed(relevant, at, local)) return {};
  Permission refused{.allowed = false, .reason = {}, .next = next_opening(relevant, at, local)};
  const auto freeze = std::ranges::find_if(
      relevant, [&](const CalendarEntry* entry) { return is_frozen_by(*entry, at, local); });
  if (freeze != relevant.end()) {
    refused.reason = frozen_text(**freeze, at, local);
  } else {
    refused.because = CalendarKind::Window;
    refused.reason = outside_text(relevant, profile, at, local);
  }
  return refused;
}

}  // namespace hotswap
