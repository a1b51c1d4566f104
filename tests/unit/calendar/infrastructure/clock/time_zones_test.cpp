#include <gtest/gtest.h>

#include <thread>

#include "unit/calendar/zones.hpp"

namespace hotswap {
namespace {

std::string shown(const std::string& zone, std::string_view at) {
  const auto minutes = machine_zones()(zone, utc(at));
  if (!minutes) return "no zone";
  return format_time(WallTime(std::chrono::minutes(*minutes))).substr(0, 16);
}

TEST(TimeZones, show_the_local_time_in_summer_and_winter) {
  EXPECT_EQ(shown("UTC", "2026-07-01T12:00:00Z"), "2026-07-01T12:00");
  EXPECT_EQ(shown("Europe/Berlin", "2026-01-15T12:00:00Z"), "2026-01-15T13:00");
  EXPECT_EQ(shown("Europe/Berlin", "2026-07-15T12:00:00Z"), "2026-07-15T14:00");
  EXPECT_EQ(shown("America/New_York", "2026-07-15T02:30:59.999Z"), "2026-07-14T22:30");
  EXPECT_EQ(shown("Asia/Kolkata", "2026-07-15T00:00:00Z"), "2026-07-15T05:30");
  EXPECT_EQ(shown("Pacific/Auckland", "2026-12-31T12:00:00Z"), "2027-01-01T01:00");
}

TEST(TimeZones, change_at_the_minute_that_the_law_names) {
  EXPECT_EQ(shown("Europe/Berlin", "2026-03-29T00:59:00Z"), "2026-03-29T01:59");
  EXPECT_EQ(shown("Europe/Berlin", "2026-03-29T01:00:00Z"), "2026-03-29T03:00");
  EXPECT_EQ(shown("Europe/Berlin", "2026-10-25T00:59:00Z"), "2026-10-25T02:59");
  EXPECT_EQ(shown("Europe/Berlin", "2026-10-25T01:00:00Z"), "2026-10-25T02:00");
}

TEST(TimeZones, know_old_names_and_no_invented_ones) {
  EXPECT_EQ(shown("US/Pacific", "2026-01-15T12:00:00Z"), "2026-01-15T04:00");
  for (const auto* zone : {"Europe/Atlantis", "", "europe/berlin", "../../etc/passwd", "CEST+2"}) {
    EXPECT_EQ(shown(zone, "2026-01-15T12:00:00Z"), "no zone") << zone;
  }
}

TEST(TimeZones, may_be_asked_by_many_threads_at_once) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([] {
      for (const auto* zone : {"Europe/Paris", "Asia/Tokyo", "America/Lima", "Nowhere/At_all"}) {
        EXPECT_EQ(shown(zone, "2026-01-15T12:00:00Z") == "no zone",
                  std::string_view(zone).starts_with("Nowhere"));
      }
    });
  }
}

}  // namespace
}  // namespace hotswap
