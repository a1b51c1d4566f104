#include "domain/fleet/attention.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr WallTime at(Duration time) { return WallTime(time); }

TEST(Attention, silence_means_nothing_before_the_first_write) {
  EXPECT_EQ(Attention(30s).span(), std::nullopt);
}

TEST(Attention, silence_counts_from_the_first_of_steady_writes_to_the_last) {
  Attention attention(30s);
  for (int i = 0; i < 10; ++i) attention.written(at(10s + i * 2s));
  EXPECT_EQ(attention.span(), (Attention::Span{at(10s), at(28s)}));
}

TEST(Attention, silence_counts_anew_after_an_outage) {
  Attention attention(30s);
  attention.written(at(10s));
  attention.written(at(10s) + Attention::kGap);
  EXPECT_EQ(attention.span()->from, at(10s));
  attention.written(at(10s) + 2 * Attention::kGap + 1ms);
  EXPECT_EQ(attention.span()->from, at(10s) + 2 * Attention::kGap + 1ms);
}

TEST(Attention, of_frequent_heartbeats_a_short_outage_is_one) {
  Attention attention(2s);
  attention.written(at(10s));
  attention.written(at(11s));
  EXPECT_EQ(attention.span()->from, at(10s));
  attention.written(at(12s) + 1ms);
  EXPECT_EQ(attention.span()->from, at(12s) + 1ms);
}

}  // namespace
}  // namespace hotswap
