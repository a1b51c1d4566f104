#include "domain/calendar/weekly.hpp"

#include <algorithm>

namespace hotswap::calendar {
namespace {

using std::chrono::days;
using std::chrono::minutes;

std::int64_t floor_div(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

std::int64_t utc_minutes(WallTime at) {
  return std::chrono::floor<minutes>(at).time_since_epoch().count();
}

bool on_day(const Weekly& weekly, std::int64_t local_minutes) {
  return std::ranges::find(weekly.days, iso_weekday(local_minutes)) != weekly.days.end();
}

/// Minutes that the zone is ahead of UTC.
std::int64_t offset(const std::string& zone, WallTime at, const LocalMinutes& local) {
  return local(zone, at).value_or(utc_minutes(at)) - utc_minutes(at);
}

/// The first minute in (from, to] with the offset of `to`.
WallTime moment_of_change(const std::string& zone, WallTime from, WallTime to,
                          const LocalMinutes& local) {
  const auto after = offset(zone, to, local);
  while (to - from > minutes(1)) {
    const auto middle = from + std::chrono::floor<minutes>((to - from) / 2);
    (offset(zone, middle, local) == after ? to : from) = middle;
  }
  return to;
}

}  // namespace

int iso_weekday(std::int64_t local_minutes) {
  const auto day = floor_div(local_minutes, kDayMinutes) + 3;  // of weeks that begin on Mondays
  return static_cast<int>(day - floor_div(day, 7) * 7) + 1;
}

std::optional<bool> is_within(const Weekly& weekly, WallTime at, const LocalMinutes& local) {
  const auto now = local(weekly.time_zone, at);
  if (!now) return std::nullopt;
  const auto minute = *now - floor_div(*now, kDayMinutes) * kDayMinutes;
  if (weekly.to_minute > weekly.from_minute) {
    return on_day(weekly, *now) && minute >= weekly.from_minute && minute < weekly.to_minute;
  }
  return (on_day(weekly, *now) && minute >= weekly.from_minute) ||
         (on_day(weekly, *now - kDayMinutes) && minute < weekly.to_minute);
}

// Between two changes of the zone's offset the wall's clock runs evenly, so a change of is_within()
// is where it shows `from` or `to` by the offset before or after, or where the offset itself
// changes.
std::vector<WallTime> changes(const Weekly& weekly, WallTime from, WallTime to,
                              const LocalMinutes& local) {
  std::vector<WallTime> found;
  const auto add = [&](WallTime at) {
    if (at > from && at <= to) found.push_back(at);
  };
  const auto& zone = weekly.time_zone;
  const auto last = std::chrono::floor<days>(to) + days(2);
  for (auto day = std::chrono::floor<days>(from) - days(2); day < last; day += days(1)) {
    // The day of a zone begins up to 14 hours before that of UTC and ends up to 12 behind it.
    for (const auto ahead :
         {offset(zone, day - days(1), local), offset(zone, day + days(2), local)}) {
      add(day + minutes(weekly.from_minute - ahead));
      add(day + minutes(weekly.to_minute - ahead));
    }
    if (offset(zone, day, local) != offset(zone, day + days(1), local)) {
      add(moment_of_change(zone, day, day + days(1), local));
    }
  }
  return found;
}

}  // namespace hotswap::calendar
