#include "cli/days.hpp"

#include <gtest/gtest.h>

#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

std::string days(std::string_view text) {
  const auto found = days_from(text);
  return found ? json::write(*found) : found.error().reason;
}

TEST(Days, are_read_as_people_type_them) {
  EXPECT_EQ(days("Mon-Fri"), "[1,2,3,4,5]");
  EXPECT_EQ(days("sat,Sunday"), "[6,7]");
  EXPECT_EQ(days("Fri-Mon"), "[5,6,7,1]");
  EXPECT_EQ(days("Mon-Mon"), "[1]");
  EXPECT_EQ(days("Mon-Wed,Fri"), "[1,2,3,5]");
  EXPECT_EQ(days("daily"), "[1,2,3,4,5,6,7]");
}

TEST(Days, that_do_not_exist_are_refused) {
  for (const auto* text : {"", "Mon,", ",Mon", "Mon-", "-Mon", "Funday", "1-5", "Mon Tue", "M"}) {
    EXPECT_EQ(days(text), "usage") << text;
  }
}

}  // namespace
}  // namespace hotswap::cli
