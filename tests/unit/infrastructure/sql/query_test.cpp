#include "infrastructure/sql/query.hpp"

#include <gtest/gtest.h>

namespace hotswap::sql {
namespace {

TEST(Where, joins_conditions_and_numbers_their_values) {
  Where where;
  EXPECT_EQ(where.clause(), "");
  const std::string service = "payments";
  const std::string empty;
  where.add_set("environment = ?", empty);
  where.add_set("service = ?", service);
  where.add("(a = ? OR b = ?)", service);
  where.add_fixed("active = 1");
  where.add_label("id", "SELECT instance FROM instance_labels", service, empty);
  where.add_label("id", "SELECT instance FROM instance_labels", empty, service);
  EXPECT_EQ(where.clause(),
            " WHERE service = $1 AND (a = $2 OR b = $2) AND active = 1 AND id IN (SELECT instance "
            "FROM instance_labels WHERE key = $3)");
  EXPECT_EQ(where.bind(std::int64_t{5}), "$4");
  EXPECT_EQ(where.params().size(), 4U);
}

TEST(LikeAnywhere, takes_wildcards_literally) {
  EXPECT_EQ(like_anywhere(R"(50%_\)"), R"(%50\%\_\\%)");
}

}  // namespace
}  // namespace hotswap::sql
