#include "domain/calendar/calendar_text.hpp"

namespace hotswap {
namespace {

/// `Mon-Fri`, `Mon,Wed,Fri`, `day`: neighbours are joined from three on.
std::string days_text(const std::vector<int>& days) {
  if (days.size() == 7) return "day";
  std::string text;
  for (std::size_t i = 0; i < days.size();) {
    std::size_t last = i;
    while (last + 1 < days.size() && days[last + 1] == days[last] + 1) ++last;
    if (last < i + 2) last = i;
    if (!text.empty()) text += ',';
    text += calendar::day_name(days[i]);
    if (last > i) text += '-' + std::string(calendar::day_name(days[last]));
    i = last + 1;
  }
  return text;
}

std::string when_text(const Weekly& weekly) {
  return "every " + days_text(weekly.days) + " " + calendar::minute_text(weekly.from_minute) +
         " to " + calendar::minute_text(weekly.to_minute) + " " + weekly.time_zone;
}

std::string when_text(const Once& once) {
  const bool bounded = once.from > WallTime();
  const std::string from = bounded ? "from " + calendar::moment_text(once.from) + " " : "";
  return from + (once.to ? "until " + calendar::moment_text(*once.to) : "until it is lifted");
}

}  // namespace

namespace calendar {

std::string_view day_name(int day) {
  constexpr std::string_view kNames[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  return kNames[day - 1];
}

std::string minute_text(int minute) {
  const auto two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return two(minute / 60) + ':' + two(minute % 60);
}

std::string moment_text(WallTime at) {
  auto text = format_time(at);
  return text.replace(text.find('.'), std::string::npos, "Z");
}

}  // namespace calendar

std::string describe(const CalendarEntry& entry) {
  return std::visit([](const auto& when) { return when_text(when); }, entry.when);
}

std::string describe(const CalendarScope& scope) {
  if (!scope.profile.empty()) return scope.profile;
  if (!scope.service.empty()) {
    return "service " + scope.service +
           (scope.environment.empty() ? "" : " in " + scope.environment);
  }
  return scope.environment.empty() ? "everything" : "environment " + scope.environment;
}

}  // namespace hotswap
