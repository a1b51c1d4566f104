#include "testing/flaky_store.hpp"

#include <gtest/gtest.h>

#include "infrastructure/memory/memory_store.hpp"

namespace hotswap::testing {
namespace {

ChangeSet event() { return {change::AppendEvent{}}; }

class FlakyStoreTest : public ::testing::Test {
 protected:
  std::size_t stored() { return inner_.events({}, 0, 100)->size(); }
  MemoryStore inner_;
  FlakyStore flaky_{inner_};
};

TEST_F(FlakyStoreTest, fails_the_nth_commit_before_it_happens) {
  flaky_.fail_before_commit(2);
  EXPECT_TRUE(flaky_.commit(event()).has_value());
  EXPECT_EQ(flaky_.commit(event()).error().reason, "store.unavailable");
  EXPECT_EQ(stored(), 1U);
  EXPECT_TRUE(flaky_.commit(event()).has_value());
  EXPECT_EQ(flaky_.commits(), 3);
}

TEST_F(FlakyStoreTest, loses_the_answer_of_the_nth_commit) {
  flaky_.fail_after_commit();
  EXPECT_EQ(flaky_.commit(event()).error().code, ErrorCode::Unavailable);
  EXPECT_EQ(stored(), 1U);
  EXPECT_TRUE(flaky_.commit(event()).has_value());
}

TEST_F(FlakyStoreTest, answers_nothing_while_down) {
  flaky_.set_down(true);
  EXPECT_FALSE(flaky_.commit(event()).has_value());
  EXPECT_FALSE(flaky_.profiles({}, {}).has_value());
  EXPECT_FALSE(flaky_.ping().has_value());
  flaky_.set_down(false);
  EXPECT_TRUE(flaky_.ping().has_value());
  EXPECT_EQ(stored(), 0U);
}

}  // namespace
}  // namespace hotswap::testing
