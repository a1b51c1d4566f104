#include "domain/diff/align.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

using Numbers = std::vector<std::size_t>;
constexpr auto kNone = kNoPartner;

TEST(Align, PairsALongestCommonSubsequence) {
  EXPECT_EQ(align(Numbers{1, 2, 3, 4}, Numbers{2, 9, 4}, 100), (Numbers{1, kNone, 3}));
  EXPECT_EQ(align(Numbers{1, 2, 3, 1}, Numbers{2, 9, 3, 2, 1}, 100),
            (Numbers{1, kNone, 2, kNone, 3}));
  EXPECT_EQ(align(Numbers{}, Numbers{1}, 100), Numbers{kNone});
  EXPECT_EQ(align(Numbers{1}, Numbers{}, 100), Numbers{});
}

TEST(Align, BeyondTheTableLimitStillPairsEndsAndUniqueItems) {
  EXPECT_EQ(align(Numbers{1, 5, 6, 7, 9}, Numbers{1, 7, 5, 8, 6, 9}, 0),
            (Numbers{0, kNone, 1, kNone, 2, 4}));
  EXPECT_EQ(align(Numbers{0, 3, 3, 4}, Numbers{2, 3, 4, 1}, 0), (Numbers{kNone, kNone, 3, kNone}));
}

TEST(LongestAscending, MarksOneAndIgnoresMissingNumbers) {
  EXPECT_EQ(longest_ascending(Numbers{3, 0, kNone, 1, 5, 2}),
            (std::vector<bool>{false, true, false, true, false, true}));
  EXPECT_TRUE(longest_ascending(Numbers{}).empty());
  EXPECT_EQ(longest_ascending(Numbers{kNone}), std::vector<bool>{false});
}

}  // namespace
}  // namespace hotswap
