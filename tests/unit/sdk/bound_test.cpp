// Structs that follow their configuration, and bindings as validators.
#include "hotswap/bound.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "book.hpp"
#include "fake_server.hpp"
#include "hotswap/validate.hpp"

namespace {
struct Pool {
  int min = 1;
  int max = 10;
};
}  // namespace

template <>
inline constexpr auto hotswap::sdk::kFields<Pool> = std::tuple{
    maybe("min", &Pool::min).between(0, 1000),
    field("max", &Pool::max),
};

namespace hotswap::sdk {
namespace {

using testing::offer;

TEST(BoundStruct, holdsItsInitialValueUntilThereIsOneAndFollowsEachSwap) {
  Config config;
  const Bound<Pool> pool(config, "pool");
  EXPECT_EQ(pool->max, 10);
  EXPECT_EQ(pool.mistakes().text(), "pool is missing, an object is expected");
  ASSERT_TRUE(config.assign_json(R"({"pool":{"max":20}})"));
  EXPECT_EQ(pool->max, 20);
  EXPECT_TRUE(pool.mistakes().empty());
  ASSERT_TRUE(config.assign_json(R"({"pool":{"max":30,"min":3}})"));
  EXPECT_EQ(pool->max, 30);
  EXPECT_EQ(pool->min, 3);
}

TEST(BoundStruct, keepsTheLastGoodOneAndSaysWhy) {
  auto config = *Config::from_json(R"({"max":20})");
  const Bound<Pool> pool(config);
  ASSERT_TRUE(config.assign_json(R"({"max":"x"})"));
  EXPECT_EQ(pool->max, 20);
  EXPECT_EQ(pool.mistakes().text(), "max holds a string, an integer of 32 bits is expected");
  ASSERT_TRUE(config.assign_json(R"({"max":21})"));
  EXPECT_EQ(pool->max, 21);
  EXPECT_TRUE(pool.mistakes().empty());
}

TEST(BoundStruct, isBoundAnewOnlyWhenItsPartChanged) {
  auto config = *Config::from_json(R"({"pool":{"max":20},"other":1})");
  const Bound<Pool> pool(config, "pool");
  const auto before = pool.pin();
  ASSERT_TRUE(config.assign_json(R"({"pool":{"max":20},"other":2})"));
  EXPECT_EQ(pool.pin(), before);
  ASSERT_TRUE(config.assign_json(R"({"pool":{"max":21},"other":2})"));
  EXPECT_NE(pool.pin(), before);
  EXPECT_EQ(before->max, 20);
}

TEST(BoundStruct, isNewAlreadyWhenCallbacksRun) {
  auto config = *Config::from_json(R"({"max":20})");
  std::optional<Bound<Pool>> pool;
  int seen = 0;
  config.on_change("max", [&](const Snapshot&) { seen = (*pool)->max; });
  pool.emplace(config);  // after the callback
  ASSERT_TRUE(config.assign_json(R"({"max":21})"));
  EXPECT_EQ(seen, 21);
}

TEST(BoundStruct, aViewStaysOnItsVersion) {
  auto config = *Config::from_json(R"({"max":20,"min":2})");
  const Bound<Pool> pool(config);
  {
    const auto now = pool.read();
    ASSERT_TRUE(config.assign_json(R"({"max":30,"min":3})"));
    EXPECT_EQ(now->max, 20);
    EXPECT_EQ(pool->min, 2) << "reads inside a view are of the same version";
    std::thread([&] { EXPECT_EQ(pool->max, 30); }).join();
  }
  EXPECT_EQ(pool->max, 30);
}

TEST(BoundStruct, mayDieBeforeItsConfigAndAfterIt) {
  auto config = std::make_unique<Config>(*Config::from_json(R"({"max":20})"));
  auto first = std::make_unique<Bound<Pool>>(*config);
  const Bound<Pool> second(*config);
  const Bound<Pool> third = second;
  first.reset();
  ASSERT_TRUE(config->assign_json(R"({"max":21})"));
  config.reset();
  EXPECT_EQ(second->max, 21);
  EXPECT_EQ(third->max, 21);
}

// Every version holds the same number at both members: a mixture would show two numbers.
TEST(BoundStruct, neverShowsAMixtureNorAnOlderOneAfterANewer) {
  auto config = *Config::from_json(R"({"max":0,"min":0})");
  const Bound<Pool> pool(config);
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      int last = 0;
      while (!done.load(std::memory_order_relaxed)) {
        const auto now = pool.read();
        ASSERT_EQ(now->min, now->max);
        ASSERT_GE(now->max, last);
        last = now->max;
      }
    });
  }
  for (int i = 1; i <= 500; ++i) {
    const auto n = std::to_string(i);
    ASSERT_TRUE(config.assign_json("{\"max\":" + n + ",\"min\":" + n + "}"));
  }
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(pool->max, 500);
}

std::string told(const Book& book) { return book.report().at("pay.production").error; }

Offer make(std::string_view data, int generation) {
  return *read_offer(offer(data, generation, "1.0.0"));
}

TEST(ValidateAs, rejectsWhatCannotBeBoundWithEveryMistake) {
  Book book("", validate_as<Pool>("pool"));
  EXPECT_EQ(book.apply(make(R"({"pool":{"max":5}})", 1)), Book::Effect::Swapped);
  EXPECT_EQ(book.apply(make(R"({"pool":{"max":"x","min":-1}})", 2)), Book::Effect::Reported);
  EXPECT_EQ(told(book),
            "pool.min is -1, a value from 0 to 1000 is expected; "
            "pool.max holds a string, an integer of 32 bits is expected");
  EXPECT_EQ(book.config().get<int>("pool.max"), 5);
}

TEST(ValidateAs, asksItsCheckAboutTheStruct) {
  Book book("", validate_as<Pool>("", [](const Pool& next) {
              return next.min > next.max ? std::optional("min is above max") : std::nullopt;
            }));
  EXPECT_EQ(book.apply(make(R"({"max":5,"min":5})", 1)), Book::Effect::Swapped);
  EXPECT_EQ(book.apply(make(R"({"max":5,"min":6})", 2)), Book::Effect::Reported);
  EXPECT_EQ(told(book), "min is above max");
}

}  // namespace
}  // namespace hotswap::sdk
