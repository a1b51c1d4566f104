#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "infrastructure/clock/system_clock.hpp"
#include "infrastructure/clock/system_random.hpp"
#include "testing/fake_clock.hpp"
#include "testing/fake_random.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

const std::regex kGuid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

void expect_guids(Random& random) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto guid = random.guid();
    EXPECT_TRUE(std::regex_match(guid, kGuid)) << guid;
    EXPECT_TRUE(seen.insert(guid).second);
  }
}

void expect_below(Random& random) {
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.below(5));
  EXPECT_EQ(seen, (std::set<std::uint64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(random.below(1), 0U);
}

TEST(SystemRandom, gives_version_4_guids) {
  SystemRandom random;
  expect_guids(random);
}

TEST(SystemRandom, stays_below_the_bound_and_reaches_every_value) {
  SystemRandom random;
  expect_below(random);
}

TEST(FakeRandom, is_well_formed_and_repeats_with_its_seed) {
  testing::FakeRandom random(7);
  expect_guids(random);
  expect_below(random);
  EXPECT_EQ(testing::FakeRandom(3).guid(), testing::FakeRandom(3).guid());
  EXPECT_NE(testing::FakeRandom(3).guid(), testing::FakeRandom(4).guid());
}

TEST(SystemClock, goes_forward_and_is_of_this_century) {
  const SystemClock clock;
  EXPECT_GT(clock.wall(), WallTime(std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}));
  const auto first = clock.mono();
  EXPECT_LE(first, clock.mono());
}

TEST(FakeClock, stands_still_until_moved) {
  testing::FakeClock clock;
  const auto wall = clock.wall();
  const auto mono = clock.mono();
  EXPECT_EQ(clock.wall(), wall);
  clock.advance(5s);
  EXPECT_EQ(clock.wall(), wall + 5s);
  EXPECT_EQ(clock.mono(), mono + 5s);
  clock.set_wall(wall - 1h);
  EXPECT_EQ(clock.wall(), wall - 1h);
  EXPECT_EQ(clock.mono(), mono + 5s);
}

}  // namespace
}  // namespace hotswap
