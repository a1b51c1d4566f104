#include "domain/fleet/attention.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr WallTime at(Duration time) { return WallTime(time); }

TEST(Attention, silence_does_not_count_before_the_first_write) {
  const Attention attention;
  EXPECT_EQ(attention.since(at(5s)), std::nullopt);
}

TEST(Attention, silence_counts_from_the_first_of_steady_writes) {
  Attention attention;
  for (int i = 0; i < 10; ++i) attention.written(at(10s + i * 2s));
  EXPECT_EQ(attention.since(at(30s)), at(10s));
}

TEST(Attention, silence_does_not_count_while_nothing_is_written) {
  Attention attention;
  attention.written(at(10s));
  EXPECT_EQ(attention.since(at(10s) + Attention::kGap), at(10s));
  EXPECT_EQ(attention.since(at(10s) + Attention::kGap + 1ms), std::nullopt);
}

TEST(Attention, silence_counts_anew_after_an_outage) {
  Attention attention;
  attention.written(at(10s));
  attention.written(at(40s));
  EXPECT_EQ(attention.since(at(41s)), at(40s));
}

}  // namespace
}  // namespace hotswap
