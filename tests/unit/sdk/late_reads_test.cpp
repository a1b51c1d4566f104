// Reads by destructors that run when the thread's own entries are gone already.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "hotswap/config.hpp"

namespace hotswap::sdk {
namespace {

/// Takes the memory that was freed last and sees whether anybody still writes to it.
class Squatters {
 public:
  Squatters() {
    for (int i = 0; i < 64; ++i) {
      auto& block = blocks_.emplace_back(std::make_unique<Block>());
      block->fill('\xff');
    }
  }
  [[nodiscard]] bool undisturbed() const {
    return std::ranges::all_of(blocks_, [](const auto& block) {
      return std::ranges::all_of(*block, [](char byte) { return byte == '\xff'; });
    });
  }

 private:
  using Block = std::array<char, sizeof(detail::CacheEntry)>;
  std::vector<std::unique_ptr<Block>> blocks_;
};

struct Late {
  const Config* config = nullptr;
  int* seen = nullptr;

  ~Late() {
    if (config == nullptr) return;
    const Squatters squatters;
    const int value = config->get_or<int>("a", -1);
    const bool same = config->read()->get_or<int>("a", -1) == value;
    const int result = same && squatters.undisturbed() ? value : -2;
    if (seen != nullptr) *seen = result;
    if (seen == nullptr) std::fprintf(stderr, "late %d\n", result);
  }
};

TEST(LateReads, ofADestructorOfTheThreadGiveTheNewestVersion) {
  auto config = *Config::from_json(R"({"a":1})");
  int seen = 0;
  std::thread([&] {
    thread_local Late late;  // made before the first read, so it goes after what reads need
    late.config = &config;
    late.seen = &seen;
    EXPECT_EQ(config.get<int>("a"), 1);
    EXPECT_TRUE(config.assign_json(R"({"a":2})"));
  }).join();
  EXPECT_EQ(seen, 2);
}

void exit_with_a_late_reader() {
  static auto config = *Config::from_json(R"({"a":7})");
  static Late late;
  late.config = &config;
  (void)config.get<int>("a");
  std::exit(0);  // NOLINT(concurrency-mt-unsafe): the child has one thread
}

TEST(LateReadsDeathTest, ofAStaticObjectsDestructorGiveTheNewestVersion) {
  EXPECT_EXIT(exit_with_a_late_reader(), ::testing::ExitedWithCode(0), "late 7");
}

}  // namespace
}  // namespace hotswap::sdk
