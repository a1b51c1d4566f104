#include <gtest/gtest.h>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "unit/calendar/zones.hpp"

namespace hotswap {
namespace {

Result<CalendarEntry> read(std::string_view text) {
  return calendar_entry_from_json(json::parse(text).value(), machine_zones());
}

/// `path: message` of every mistake.
std::string mistakes(std::string_view text) {
  const auto entry = read(text);
  if (entry) return "none";
  EXPECT_EQ(entry.error().reason, "calendar.invalid");
  std::string found;
  for (const auto& field : entry.error().fields) found += field.path + ": " + field.message + "\n";
  return found;
}

void expect_mistake(std::string_view text, const std::string& path, const std::string& part) {
  const auto found = mistakes(text);
  EXPECT_NE(found.find(path + ": "), std::string::npos) << text << "\n" << found;
  EXPECT_NE(found.find(part), std::string::npos) << text << "\n" << found;
}

TEST(CalendarJson, reads_a_weekly_window) {
  const auto entry =
      read(R"({"type":"window","scope":{"environment":"Production","service":"payments"},
               "days":["Fri",1,"mon","Tuesday"],"from":"22:30","to":"2:00",
               "timeZone":"Europe/Berlin","reason":"office hours"})")
          .value();
  EXPECT_EQ(entry.kind, CalendarKind::Window);
  EXPECT_EQ(entry.scope, (CalendarScope{"Production", "payments", ""}));
  EXPECT_EQ(std::get<Weekly>(entry.when), (Weekly{{1, 2, 5}, 1350, 120, "Europe/Berlin"}));
  EXPECT_EQ(entry.reason, "office hours");
}

TEST(CalendarJson, reads_a_freeze_of_everything_from_now_on) {
  const auto entry = read(R"({"type":"freeze","halt":true,"reason":"incident 7"})").value();
  EXPECT_EQ(entry.kind, CalendarKind::Freeze);
  EXPECT_EQ(entry.scope, CalendarScope());
  EXPECT_EQ(std::get<Once>(entry.when), Once());
  EXPECT_TRUE(entry.halt);
}

TEST(CalendarJson, writes_what_it_reads) {
  for (const auto* text :
       {R"({"type":"window","scope":{"profile":"payments.production"},"days":[6,7],"from":"00:00",
            "to":"24:00","timeZone":"UTC"})",
        R"({"type":"freeze","reason":"x","startAt":"2026-12-20T00:00:00+01:00",
            "endAt":"2027-01-02T00:00:00Z"})",
        R"({"type":"freeze","reason":"x","halt":true})"}) {
    auto entry = read(text).value();
    entry.id = "e-1";
    entry.created_by = "olga";
    entry.created_at = utc("2026-06-01T00:00:00Z");
    EXPECT_EQ(stored_calendar_entry_from_json(to_json(entry)).value(), entry);
  }
}

TEST(CalendarJson, a_zone_that_went_away_is_still_read_from_the_store) {
  const auto text = R"({"id":"e-1","type":"window","scope":{},"days":[1],"from":"09:00",
                        "to":"10:00","timeZone":"Mars/Olympus","halt":false,"reason":"",
                        "createdBy":"olga","createdAt":"2026-06-01T00:00:00.000Z"})";
  const auto entry = stored_calendar_entry_from_json(json::parse(text).value());
  ASSERT_TRUE(entry.has_value()) << entry.error().detail;
  EXPECT_EQ(std::get<Weekly>(entry->when).time_zone, "Mars/Olympus");
}

TEST(CalendarJson, names_every_bad_field_and_its_remedy) {
  expect_mistake(R"({})", "$.type", "required");
  expect_mistake(R"({"type":"pause"})", "$.type", R"("window" or "freeze")");
  expect_mistake(R"({"type":"freeze"})", "$.reason", "says why");
  expect_mistake(R"({"type":"window"})", "$.endAt", "needs its end");
  expect_mistake(R"({"type":"window","days":["Mon"]})", "$.from", "required");
  expect_mistake(R"({"type":"window","from":"09:00","to":"10:00","timeZone":"UTC"})", "$.days",
                 "names days");
  const std::string weekly =
      R"({"type":"window","days":["Funday"],"from":"24:00","to":"9.00","timeZone":"Europe/Berln"})";
  expect_mistake(weekly, "$.days", "Monday) to 7");
  expect_mistake(weekly, "$.from", "up to 23:59");
  expect_mistake(weekly, "$.to", "up to 24:00");
  expect_mistake(weekly, "$.timeZone", "Europe/Berlin");
  for (const auto* days : {"[]", "[0]", "[8]", "[1.5]", "[null]", "[\"M\"]", "[[1]]"}) {
    expect_mistake(
        std::string(R"({"type":"window","from":"09:00","to":"10:00","timeZone":"UTC",)") +
            R"("days":)" + days + "}",
        "$.days", "Mon, Tue");
  }
  for (const auto* time :
       {"24:01", "09:60", "99:00", "0900", "9:0", "9", "-1:00", "09:00:00", "٠٩:٠٠"}) {
    expect_mistake(std::string(R"({"type":"window","days":[1],"from":"09:00","timeZone":"UTC",)") +
                       R"("to":")" + time + R"("})",
                   "$.to", "a time of day");
  }
}

TEST(CalendarJson, an_entry_is_weekly_or_once) {
  expect_mistake(R"({"type":"window","days":[1],"from":"09:00","to":"10:00","timeZone":"UTC",
                     "endAt":"2026-06-03T08:00:00Z"})",
                 "$.endAt", "weekly or once");
  expect_mistake(R"({"type":"freeze","reason":"x","startAt":"2026-06-03T08:00:00Z",
                     "endAt":"2026-06-03T08:00:00Z"})",
                 "$.endAt", "after `startAt`");
  expect_mistake(R"({"type":"freeze","reason":"x","startAt":"tomorrow"})", "$.startAt", "");
}

TEST(CalendarJson, a_scope_that_could_never_match_is_refused) {
  expect_mistake(R"({"type":"freeze","reason":"x","scope":{"environment":"production"}})",
                 "$.scope.environment", "Production");
  expect_mistake(R"({"type":"freeze","reason":"x","scope":{"service":"Pay ments"}})",
                 "$.scope.service", "a-z");
  expect_mistake(R"({"type":"freeze","reason":"x","scope":{"env":"Production"}})", "$.scope.env",
                 "");
  expect_mistake(
      R"({"type":"freeze","reason":"x","scope":{"profile":"a.b","environment":"Staging"}})",
      "$.scope.profile", "stands alone");
}

TEST(CalendarJson, halting_is_for_freezes_that_begin_at_once) {
  expect_mistake(R"({"type":"window","halt":true,"days":[1],"from":"09:00","to":"10:00",
                     "timeZone":"UTC"})",
                 "$.halt", "stops nothing");
  expect_mistake(R"({"type":"freeze","halt":true,"reason":"x","days":[1],"from":"09:00",
                     "to":"10:00","timeZone":"UTC"})",
                 "$.halt", "at once");
}

}  // namespace
}  // namespace hotswap
