#include <algorithm>
#include <array>

#include "domain/base/limits.hpp"
#include "domain/base/name.hpp"
#include "domain/calendar/calendar_text.hpp"
#include "domain/calendar/weekly.hpp"
#include "domain/config/profile.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

constexpr auto kInvalid = "calendar.invalid";
constexpr std::array<std::string_view, 4> kWeeklyFields = {"days", "from", "to", "timeZone"};

// ---- writing

json::Value scope_json(const CalendarScope& scope) {
  json::Object out;
  if (!scope.environment.empty()) out.append("environment", scope.environment);
  if (!scope.service.empty()) out.append("service", scope.service);
  if (!scope.profile.empty()) out.append("profile", scope.profile);
  return out;
}

void append_when(json::Object& out, const Weekly& weekly) {
  json::Array days;
  for (const int day : weekly.days) days.emplace_back(calendar::day_name(day));
  out.append("days", std::move(days));
  out.append("from", calendar::minute_text(weekly.from_minute));
  out.append("to", calendar::minute_text(weekly.to_minute));
  out.append("timeZone", weekly.time_zone);
}

void append_when(json::Object& out, const Once& once) {
  out.append("startAt", format_time(once.from));
  if (once.to) out.append("endAt", format_time(*once.to));
}

// ---- reading

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// `Mon`, `mon`, `Monday`, or 1 to 7.
std::optional<int> day_of(const json::Value& value) {
  if (const auto number = value.as_int()) {
    return *number >= 1 && *number <= 7 ? std::optional(static_cast<int>(*number)) : std::nullopt;
  }
  const auto* text = value.as_string();
  if (text == nullptr) return std::nullopt;
  constexpr std::string_view kNames[] = {"monday", "tuesday",  "wednesday", "thursday",
                                         "friday", "saturday", "sunday"};
  std::string word(*text);
  std::ranges::transform(word, word.begin(), lower);
  for (int i = 0; i < 7; ++i) {
    if (word == kNames[i] || word == kNames[i].substr(0, 3)) return i + 1;
  }
  return std::nullopt;
}

std::vector<int> read_days(json::ObjectReader& in) {
  std::vector<int> days;
  constexpr auto kRule = "names days: Mon, Tue, Wed, Thu, Fri, Sat, Sun, or 1 (Monday) to 7";
  const auto* items = in.optional_array("days");
  if (items == nullptr) {
    if (!in.has("days")) in.mistake("days", "required", kRule);
    return days;
  }
  for (const auto& item : *items) {
    const auto day = day_of(item);
    if (!day) {
      in.mistake("days", "enum", kRule);
      return {};
    }
    days.push_back(*day);
  }
  std::ranges::sort(days);
  days.erase(std::ranges::unique(days).begin(), days.end());
  if (days.empty()) in.mistake("days", "minItems", kRule);
  return days;
}

/// `09:30` or `9:30`; `24:00` is the end of the day.
std::optional<int> minute_of(std::string text) {
  if (text.size() == 4) text.insert(0, "0");
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
    return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  const int found = hour * 60 + minute;
  if (minute > 59 || found > calendar::kDayMinutes) return std::nullopt;
  return found;
}

int read_minute(json::ObjectReader& in, std::string_view name) {
  const auto text = in.required_string(name);
  if (text.empty()) return 0;
  const auto minute = minute_of(text);
  const bool start = name == "from";
  if (minute && (!start || *minute < calendar::kDayMinutes)) return *minute;
  in.mistake(name, "format",
             start ? "is a time of day such as 09:00, up to 23:59"
                   : "is a time of day such as 17:00, up to 24:00; one that is not later than "
                     "`from` is on the next day");
  return 0;
}

Weekly read_weekly(json::ObjectReader& in, const LocalMinutes& local) {
  Weekly weekly;
  weekly.days = read_days(in);
  weekly.from_minute = read_minute(in, "from");
  weekly.to_minute = read_minute(in, "to");
  weekly.time_zone = in.required_string("timeZone");
  if (!weekly.time_zone.empty() && !local(weekly.time_zone, WallTime())) {
    in.mistake("timeZone", "format",
               "is no time zone that this server knows: use a name of the IANA database such as "
               "Europe/Berlin, America/New_York or UTC");
  }
  return weekly;
}

Once read_once(json::ObjectReader& in, CalendarKind kind) {
  Once once;
  once.from = in.optional_time("startAt").value_or(WallTime());
  once.to = in.optional_time("endAt");
  if (once.to && *once.to <= once.from) in.mistake("endAt", "minimum", "must be after `startAt`");
  if (kind == CalendarKind::Window && !in.has("endAt")) {
    in.mistake("endAt", "required",
               "a window needs its end: `startAt` and `endAt` for one that opens once, or `days`, "
               "`from`, `to` and `timeZone` for one of every week");
  }
  return once;
}

void read_when(json::ObjectReader& in, CalendarEntry& entry, const LocalMinutes& local) {
  const bool weekly =
      std::ranges::any_of(kWeeklyFields, [&](std::string_view name) { return in.has(name); });
  if (!weekly) {
    entry.when = read_once(in, entry.kind);
    return;
  }
  entry.when = read_weekly(in, local);
  for (const auto* name : {"startAt", "endAt"}) {
    if (!in.has(name)) continue;
    in.optional_value(name);
    in.mistake(name, "not", "does not go with `days`, `from`, `to`: an entry is weekly or once");
  }
}

void read_name(json::ObjectReader& in, std::string_view name, std::string& out) {
  out = in.optional_string(name).value_or("");
  if (!out.empty() && !is_name(out)) in.mistake(name, "pattern", kNameRule);
}

void read_scope(json::ObjectReader& in, CalendarScope& scope) {
  const auto* value = in.optional_value("scope");
  if (value == nullptr) return;
  json::ObjectReader inner(*value, in.path_of("scope"));
  scope.environment = inner.optional_string("environment").value_or("");
  if (!scope.environment.empty() && !is_environment(scope.environment)) {
    inner.mistake("environment", "enum", "must be Development, Staging or Production");
  }
  read_name(inner, "service", scope.service);
  read_name(inner, "profile", scope.profile);
  if (!scope.profile.empty() && (!scope.service.empty() || !scope.environment.empty())) {
    inner.mistake("profile", "not",
                  "stands alone: a profile has one service and one environment already");
  }
  if (auto bad = inner.finish(kInvalid)) in.absorb(*bad);
}

void read_type(json::ObjectReader& in, CalendarEntry& entry) {
  const auto type = in.required_string("type");
  if (type == "window") {
    entry.kind = CalendarKind::Window;
  } else if (!type.empty() && type != "freeze") {
    in.mistake("type", "enum", R"(must be "window" or "freeze")");
  }
}

void read_halt(json::ObjectReader& in, CalendarEntry& entry) {
  entry.halt = in.optional_bool("halt").value_or(false);
  if (!entry.halt) return;
  if (entry.kind == CalendarKind::Window) {
    in.mistake("halt", "not", "is for freezes: a window stops nothing");
  } else if (std::holds_alternative<Weekly>(entry.when)) {
    in.mistake("halt", "not", "works at once, so it does not go with a weekly freeze");
  }
}

void read_reason(json::ObjectReader& in, CalendarEntry& entry) {
  entry.reason = in.optional_string("reason").value_or("");
  if (entry.reason.size() > limits::kDescriptionBytes) {
    in.mistake("reason", "maxLength", "has at most 4096 bytes");
  } else if (entry.reason.empty() && entry.kind == CalendarKind::Freeze) {
    in.mistake("reason", "required", "says why, for everybody who is stopped by the freeze");
  }
}

CalendarEntry read_entry(json::ObjectReader& in, const LocalMinutes& local) {
  CalendarEntry entry;
  read_type(in, entry);
  read_scope(in, entry.scope);
  read_when(in, entry, local);
  read_halt(in, entry);
  read_reason(in, entry);
  return entry;
}

}  // namespace

Result<CalendarEntry> calendar_entry_from_json(const json::Value& value,
                                               const LocalMinutes& local) {
  json::ObjectReader in(value, "$");
  auto entry = read_entry(in, local);
  if (auto bad = in.finish(kInvalid)) return std::unexpected(std::move(*bad));
  return entry;
}

json::Value to_json(const CalendarEntry& entry) {
  json::Object out{{"id", entry.id},
                   {"type", entry.kind == CalendarKind::Window ? "window" : "freeze"},
                   {"scope", scope_json(entry.scope)}};
  std::visit([&](const auto& when) { append_when(out, when); }, entry.when);
  out.append("halt", entry.halt);
  out.append("reason", entry.reason);
  out.append("createdBy", entry.created_by);
  out.append("createdAt", format_time(entry.created_at));
  return out;
}

Result<CalendarEntry> stored_calendar_entry_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  auto entry = read_entry(in, [](const std::string&, WallTime) { return std::optional(0); });
  entry.id = in.required_string("id");
  entry.created_by = in.optional_string("createdBy").value_or("");
  entry.created_at = in.optional_time("createdAt").value_or(WallTime());
  if (auto bad = in.finish(kInvalid)) return std::unexpected(std::move(*bad));
  return entry;
}

}  // namespace hotswap
