#include "domain/calendar/calendar.hpp"

#include <gtest/gtest.h>

#include "unit/calendar/zones.hpp"

namespace hotswap {
namespace {

const CalendarScope kPayments{"Production", "payments", "payments.production"};

int hour(int h, int minute = 0) { return h * 60 + minute; }

CalendarEntry entry(CalendarKind kind, std::variant<Weekly, Once> when, CalendarScope scope = {}) {
  CalendarEntry made;
  made.id = "e-1";
  made.kind = kind;
  made.scope = std::move(scope);
  made.when = std::move(when);
  made.reason = "because";
  made.created_by = "olga";
  return made;
}

CalendarEntry window(Weekly weekly, CalendarScope scope = {}) {
  return entry(CalendarKind::Window, std::move(weekly), std::move(scope));
}

CalendarEntry freeze(std::string_view from, std::string_view to, CalendarScope scope = {}) {
  Once once{.from = utc(from), .to = std::nullopt};
  if (!to.empty()) once.to = utc(to);
  return entry(CalendarKind::Freeze, once, std::move(scope));
}

const Weekly kOffice{{1, 2, 3, 4, 5}, hour(9), hour(17), "Europe/Berlin"};

Permission ask(const std::vector<CalendarEntry>& entries, std::string_view at,
               const CalendarScope& profile = kPayments) {
  return may_start(entries, profile, utc(at), machine_zones());
}

/// `open`, or when it opens.
std::string opening(const std::vector<CalendarEntry>& entries, std::string_view at) {
  const auto answer = ask(entries, at);
  if (answer.allowed) return "open";
  return answer.next ? format_time(*answer.next).substr(0, 16) : "unknown";
}

TEST(Calendar, that_is_empty_lets_everybody_start) {
  EXPECT_EQ(opening({}, "2026-06-03T23:00:00Z"), "open");
}

TEST(Calendar, windows_open_by_local_time_and_say_when_next) {
  const std::vector entries = {window(kOffice)};
  EXPECT_EQ(opening(entries, "2026-06-03T07:00:00Z"), "open");  // a Wednesday, 09:00 in Berlin
  EXPECT_EQ(opening(entries, "2026-06-03T14:59:59.999Z"), "open");
  EXPECT_EQ(opening(entries, "2026-06-03T15:00:00Z"), "2026-06-04T07:00");
  EXPECT_EQ(opening(entries, "2026-06-03T06:59:59.999Z"), "2026-06-03T07:00");
  EXPECT_EQ(opening(entries, "2026-06-05T15:00:00Z"), "2026-06-08T07:00");  // over the weekend
  EXPECT_EQ(opening(entries, "2026-01-07T07:00:00Z"), "2026-01-07T08:00");  // in winter
}

TEST(Calendar, a_window_may_go_over_midnight_into_the_day_after) {
  const std::vector entries = {window({{5}, hour(22), hour(2), "Europe/Berlin"})};
  EXPECT_EQ(opening(entries, "2026-06-05T19:59:00Z"), "2026-06-05T20:00");  // Friday 22:00
  EXPECT_EQ(opening(entries, "2026-06-05T20:00:00Z"), "open");
  EXPECT_EQ(opening(entries, "2026-06-05T23:59:00Z"), "open");              // Saturday 01:59
  EXPECT_EQ(opening(entries, "2026-06-06T00:00:00Z"), "2026-06-12T20:00");  // Saturday 02:00
  EXPECT_EQ(opening(entries, "2026-06-04T23:00:00Z"), "2026-06-05T20:00");  // Friday 01:00
}

TEST(Calendar, a_sundays_window_ends_on_monday) {
  const std::vector entries = {window({{7}, hour(23), hour(1), "UTC"})};
  EXPECT_EQ(opening(entries, "2026-06-08T00:30:00Z"), "open");
  EXPECT_EQ(opening(entries, "2026-06-08T01:00:00Z"), "2026-06-14T23:00");
}

TEST(Calendar, a_window_of_a_whole_day_has_no_gap) {
  const std::vector from_midnight = {window({{3}, 0, 0, "UTC"})};
  EXPECT_EQ(opening(from_midnight, "2026-06-03T00:00:00Z"), "open");
  EXPECT_EQ(opening(from_midnight, "2026-06-03T23:59:59Z"), "open");
  EXPECT_EQ(opening(from_midnight, "2026-06-04T00:00:00Z"), "2026-06-10T00:00");
  const std::vector to_24 = {window({{3, 4}, 0, hour(24), "UTC"})};
  EXPECT_EQ(opening(to_24, "2026-06-03T23:59:59Z"), "open");
  EXPECT_EQ(opening(to_24, "2026-06-04T00:00:00Z"), "open");
  const std::vector from_noon = {window({{3}, hour(12), hour(12), "UTC"})};
  EXPECT_EQ(opening(from_noon, "2026-06-04T11:59:00Z"), "open");
  EXPECT_EQ(opening(from_noon, "2026-06-04T12:00:00Z"), "2026-06-10T12:00");
}

TEST(Calendar, the_hour_that_is_missing_in_spring_opens_nothing) {
  // 2026-03-29, 02:00 to 03:00 in Berlin; a Sunday.
  const std::vector inside = {window({{7}, hour(2, 15), hour(2, 45), "Europe/Berlin"})};
  EXPECT_EQ(opening(inside, "2026-03-29T00:59:00Z"), "2026-04-05T00:15");
  const std::vector half = {window({{7}, hour(2, 30), hour(4), "Europe/Berlin"})};
  EXPECT_EQ(opening(half, "2026-03-29T00:30:00Z"), "2026-03-29T01:00");  // 03:00, as it reappears
  EXPECT_EQ(opening(half, "2026-03-29T01:00:00Z"), "open");
  EXPECT_EQ(opening(half, "2026-03-29T02:00:00Z"), "2026-04-05T00:30");
  const std::vector around = {window({{7}, hour(1), hour(2, 30), "Europe/Berlin"})};
  EXPECT_EQ(opening(around, "2026-03-29T00:59:00Z"), "open");
  EXPECT_EQ(opening(around, "2026-03-29T01:00:00Z"), "2026-04-04T23:00");
}

TEST(Calendar, the_hour_that_comes_twice_in_autumn_opens_twice) {
  // 2026-10-25, 02:00 to 03:00 in Berlin; a Sunday.
  const std::vector entries = {window({{7}, hour(2, 15), hour(2, 45), "Europe/Berlin"})};
  EXPECT_EQ(opening(entries, "2026-10-25T00:00:00Z"), "2026-10-25T00:15");
  EXPECT_EQ(opening(entries, "2026-10-25T00:44:00Z"), "open");
  EXPECT_EQ(opening(entries, "2026-10-25T00:45:00Z"), "2026-10-25T01:15");
  EXPECT_EQ(opening(entries, "2026-10-25T01:30:00Z"), "open");
  EXPECT_EQ(opening(entries, "2026-10-25T01:45:00Z"), "2026-11-01T01:15");
  const std::vector to_half = {window({{7}, hour(1), hour(2, 30), "Europe/Berlin"})};
  EXPECT_EQ(opening(to_half, "2026-10-25T00:30:00Z"), "2026-10-25T01:00");  // 02:00 once more
}

TEST(Calendar, zones_far_from_utc_change_on_another_day_than_utc) {
  // New Zealand leaves summer time on Sunday 2026-04-05 at 03:00, which is Saturday 14:00 in UTC.
  const std::vector early = {window({{7}, hour(1), hour(1, 30), "Pacific/Auckland"})};
  EXPECT_EQ(opening(early, "2026-04-04T00:00:00Z"), "2026-04-04T12:00");
  const std::vector twice = {window({{7}, hour(2, 15), hour(2, 45), "Pacific/Auckland"})};
  EXPECT_EQ(opening(twice, "2026-04-04T13:00:00Z"), "2026-04-04T13:15");
  EXPECT_EQ(opening(twice, "2026-04-04T13:45:00Z"), "2026-04-04T14:15");
  // Hawaii is ten hours behind, all year.
  const std::vector late = {window({{1}, hour(23), hour(23, 59), "Pacific/Honolulu"})};
  EXPECT_EQ(opening(late, "2026-04-06T00:00:00Z"), "2026-04-07T09:00");
}

TEST(Calendar, of_several_windows_one_is_enough) {
  const std::vector entries = {window(kOffice), window({{6}, hour(10), hour(11), "UTC"})};
  EXPECT_EQ(opening(entries, "2026-06-06T10:30:00Z"), "open");
  EXPECT_EQ(opening(entries, "2026-06-05T20:00:00Z"), "2026-06-06T10:00");
}

TEST(Calendar, windows_concern_only_their_scope) {
  const auto elsewhere = window(kOffice, {.environment = "Staging", .service = {}, .profile = {}});
  EXPECT_EQ(opening({elsewhere}, "2026-06-06T10:30:00Z"), "open");
  for (const CalendarScope& scope :
       {CalendarScope{}, CalendarScope{"Production", "", ""}, CalendarScope{"", "payments", ""},
        CalendarScope{"Production", "payments", ""}, CalendarScope{"", "", kPayments.profile}}) {
    EXPECT_FALSE(ask({window(kOffice, scope)}, "2026-06-06T10:30:00Z").allowed) << describe(scope);
  }
  EXPECT_TRUE(ask({window(kOffice, {"", "orders", ""})}, "2026-06-06T10:30:00Z").allowed);
  EXPECT_TRUE(ask({window(kOffice, {"", "", "other"})}, "2026-06-06T10:30:00Z").allowed);
}

TEST(Calendar, a_freeze_closes_what_windows_open) {
  const std::vector entries = {window(kOffice),
                               freeze("2026-06-03T08:00:00Z", "2026-06-04T10:00:00Z")};
  EXPECT_EQ(opening(entries, "2026-06-03T07:30:00Z"), "open");
  EXPECT_EQ(opening(entries, "2026-06-03T08:00:00Z"), "2026-06-04T10:00");
  const auto refused = ask(entries, "2026-06-03T20:00:00Z");
  EXPECT_EQ(refused.because, CalendarKind::Freeze);
  EXPECT_NE(refused.reason.find("olga: because (calendar entry e-1)"), std::string::npos)
      << refused.reason;
}

TEST(Calendar, the_next_opening_waits_for_freezes_that_come_later) {
  const std::vector entries = {window(kOffice),
                               freeze("2026-06-04T00:00:00Z", "2026-06-05T12:00:00Z")};
  EXPECT_EQ(opening(entries, "2026-06-03T15:00:00Z"), "2026-06-05T12:00");
}

TEST(Calendar, a_freeze_without_an_end_has_no_known_opening) {
  EXPECT_EQ(opening({freeze("2026-06-01T00:00:00Z", "")}, "2027-06-01T00:00:00Z"), "unknown");
  EXPECT_EQ(opening({freeze("2026-06-01T00:00:00Z", "")}, "2026-05-31T23:59:59Z"), "open");
}

TEST(Calendar, an_opening_in_more_than_fourteen_days_is_not_known) {
  const std::vector entries = {freeze("2026-06-01T00:00:00Z", "2026-06-16T00:00:00Z")};
  EXPECT_EQ(opening(entries, "2026-06-01T00:00:00Z"), "unknown");
  EXPECT_EQ(opening(entries, "2026-06-02T00:00:00Z"), "2026-06-16T00:00");
}

TEST(Calendar, a_weekly_freeze_closes_every_week) {
  const std::vector entries = {
      entry(CalendarKind::Freeze, Weekly{{5}, hour(15), hour(24), "America/New_York"})};
  EXPECT_EQ(opening(entries, "2026-06-05T19:00:00Z"), "2026-06-06T04:00");
  EXPECT_EQ(opening(entries, "2026-06-06T04:00:00Z"), "open");
}

TEST(Calendar, a_window_may_open_once) {
  const std::vector entries = {
      entry(CalendarKind::Window, Once{utc("2026-06-03T08:00:00Z"), utc("2026-06-03T09:00:00Z")})};
  EXPECT_EQ(opening(entries, "2026-06-03T07:00:00Z"), "2026-06-03T08:00");
  EXPECT_EQ(opening(entries, "2026-06-03T08:59:00Z"), "open");
  EXPECT_EQ(opening(entries, "2026-06-03T09:00:00Z"), "unknown");
}

TEST(Calendar, an_unknown_zone_counts_against_the_start_and_is_told) {
  const auto lost = window({{1, 2, 3, 4, 5, 6, 7}, 0, hour(24), "Mars/Olympus"});
  const auto refused = ask({lost}, "2026-06-03T08:00:00Z");
  EXPECT_FALSE(refused.allowed);
  EXPECT_NE(refused.reason.find("Mars/Olympus is not known"), std::string::npos) << refused.reason;
  EXPECT_EQ(opening({lost, window(kOffice)}, "2026-06-03T08:00:00Z"), "open");
  auto frozen = lost;
  frozen.kind = CalendarKind::Freeze;
  EXPECT_EQ(opening({frozen}, "2026-06-03T08:00:00Z"), "unknown");
}

TEST(Calendar, every_opening_that_is_named_is_the_first_one) {
  const std::vector<std::vector<CalendarEntry>> calendars = {
      {window(kOffice), freeze("2026-03-28T00:00:00Z", "2026-03-30T08:07:00Z")},
      {window({{6, 7}, hour(23, 10), hour(2, 20), "Europe/London"})},
      {window({{7}, hour(1, 59), hour(3, 1), "Australia/Lord_Howe"})},
      {window({{1, 4}, hour(4), hour(3), "America/St_Johns"}),
       entry(CalendarKind::Freeze, Weekly{{4}, hour(5), hour(4), "Asia/Kathmandu"})}};
  for (const auto& calendar : calendars) {
    for (auto at = utc("2026-03-26T00:03:00Z"); at < utc("2026-04-06T00:00:00Z");
         at += std::chrono::minutes(1571)) {
      const auto answer = may_start(calendar, kPayments, at, machine_zones());
      if (answer.allowed) continue;
      auto first = at;
      while (!may_start(calendar, kPayments, first, machine_zones()).allowed) {
        first += std::chrono::minutes(1);
      }
      ASSERT_TRUE(answer.next.has_value()) << format_time(at);
      EXPECT_EQ(format_time(*answer.next), format_time(first)) << format_time(at);
    }
  }
}

TEST(Calendar, tells_where_an_entry_stands) {
  const auto phase = [](const CalendarEntry& of, std::string_view at) {
    return phase_of(of, utc(at), machine_zones());
  };
  const auto once = freeze("2026-06-03T08:00:00Z", "2026-06-04T10:00:00Z");
  EXPECT_EQ(phase(once, "2026-06-03T07:00:00Z"), CalendarPhase::Waiting);
  EXPECT_EQ(phase(once, "2026-06-03T08:00:00Z"), CalendarPhase::Active);
  EXPECT_EQ(phase(once, "2026-06-04T10:00:00Z"), CalendarPhase::Over);
  EXPECT_EQ(phase(window(kOffice), "2026-06-06T10:00:00Z"), CalendarPhase::Waiting);
  EXPECT_EQ(phase(window(kOffice), "2026-06-05T10:00:00Z"), CalendarPhase::Active);
}

TEST(Calendar, is_described_in_words) {
  EXPECT_EQ(describe(window(kOffice)), "every Mon-Fri 09:00 to 17:00 Europe/Berlin");
  EXPECT_EQ(describe(window({{1, 2, 4, 6, 7}, 0, hour(24), "UTC"})),
            "every Mon,Tue,Thu,Sat,Sun 00:00 to 24:00 UTC");
  EXPECT_EQ(describe(window({{1, 2, 3, 4, 5, 6, 7}, hour(1), hour(2), "UTC"})),
            "every day 01:00 to 02:00 UTC");
  EXPECT_EQ(describe(freeze("2026-06-03T08:00:00Z", "")),
            "from 2026-06-03T08:00:00Z until it is lifted");
  EXPECT_EQ(describe(freeze("2026-06-03T08:00:00.250Z", "2026-06-04T08:00:00Z")),
            "from 2026-06-03T08:00:00Z until 2026-06-04T08:00:00Z");
  EXPECT_EQ(describe(CalendarScope()), "everything");
  EXPECT_EQ(describe(CalendarScope{"Staging", "", ""}), "environment Staging");
  EXPECT_EQ(describe(CalendarScope{"Staging", "orders", ""}), "service orders in Staging");
  EXPECT_EQ(describe(kPayments), "payments.production");
}

}  // namespace
}  // namespace hotswap
