#include "infrastructure/store/links.hpp"

#include <gtest/gtest.h>

namespace hotswap::store {
namespace {

SchemaRef ref(const std::string& text) { return schema_ref_from_string(text).value(); }

TEST(Links, name_their_schema_even_where_the_rest_cannot_be_read) {
  EXPECT_EQ(linked_schema(""), "");
  EXPECT_EQ(linked_schema("payments"), "payments");
  EXPECT_EQ(linked_schema("payments@^1.2"), "payments");
  EXPECT_EQ(linked_schema("Our Schema@home@2"), "Our Schema");
}

TEST(LatestRef, is_the_highest_release_and_of_equals_the_first_by_id) {
  EXPECT_EQ(latest_ref_of({}), std::nullopt);
  EXPECT_EQ(latest_ref_of({ref("a@1.2.0"), ref("b@1.10.0"), ref("c@2.0.0-rc.1")}), ref("b@1.10.0"));
  EXPECT_EQ(latest_ref_of({ref("c@1.0.0"), ref("a@1.0.0"), ref("b@1.0.0")}), ref("a@1.0.0"));
  EXPECT_EQ(latest_ref_of({ref("a@1.0.0-rc.1")}), ref("a@1.0.0-rc.1"));
}

}  // namespace
}  // namespace hotswap::store
