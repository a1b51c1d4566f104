#include "hotswap/config.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <thread>

namespace hotswap::sdk {
namespace {
using std::chrono::milliseconds;

Config make(std::string_view text) {
  auto config = Config::from_json(text);
  EXPECT_TRUE(config.has_value()) << (config ? "" : config.error());
  return config ? *std::move(config) : Config();
}

constexpr std::string_view kDocument = R"({
  "on": true, "pool": {"max": 20, "ratio": 0.25, "big": 9007199254740993, "whole": 1e2},
  "name": "Zürich", "empty": "", "none": null, "negative": -1,
  "timeout": 250, "iso": "PT1.5S", "short": "30s", "minutes": "5m", "plain": "12x",
  "list": [1, 2, 3], "names": ["a", "b"], "mixed": [1, "x"], "servers": [{"host": "h0"}, {"host": "h1"}],
  "a.b": {"c\\d": 1}, "": 7, "times": ["1s", 20]
})";

TEST(ConfigReading, readsEveryTypeAtItsPath) {
  const auto config = make(kDocument);
  EXPECT_EQ(config.get<bool>("on"), true);
  EXPECT_EQ(config.get<int>("pool.max"), 20);
  EXPECT_EQ(config.get<std::int64_t>("pool.big"), 9007199254740993);
  EXPECT_EQ(config.get<unsigned>("pool.whole"), 100U);
  EXPECT_EQ(config.get<double>("pool.ratio"), 0.25);
  EXPECT_EQ(config.get<double>("pool.max"), 20.0);
  EXPECT_EQ(config.get<std::string>("name"), "Zürich");
  EXPECT_EQ(config.get<std::string>("empty"), "");
  EXPECT_EQ(config.get<std::string>("servers.1.host"), "h1");
  EXPECT_EQ(config.get<int>("list.2"), 3);
}

TEST(ConfigReading, readsDurationsFromMillisecondsAndFromText) {
  const auto config = make(kDocument);
  EXPECT_EQ(config.get<milliseconds>("timeout"), milliseconds(250));
  EXPECT_EQ(config.get<milliseconds>("iso"), milliseconds(1500));
  EXPECT_EQ(config.get<milliseconds>("short"), milliseconds(30'000));
  EXPECT_EQ(config.get<milliseconds>("minutes"), milliseconds(300'000));
  EXPECT_EQ(config.get<milliseconds>("plain"), std::unexpected(ReadError::WrongType));
  EXPECT_EQ(config.get<std::vector<milliseconds>>("times"),
            (std::vector{milliseconds(1000), milliseconds(20)}));
}

TEST(ConfigReading, readsVectorsOfOneType) {
  const auto config = make(kDocument);
  EXPECT_EQ(config.get<std::vector<int>>("list"), (std::vector{1, 2, 3}));
  EXPECT_EQ(config.get<std::vector<std::string>>("names"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(config.get<std::vector<int>>("mixed"), std::unexpected(ReadError::WrongType));
  EXPECT_EQ(config.get<std::vector<int>>("name"), std::unexpected(ReadError::WrongType));
}

TEST(ConfigReading, tellsWhyAValueCannotBeRead) {
  const auto config = make(kDocument);
  EXPECT_EQ(config.get<int>("pool.min"), std::unexpected(ReadError::Missing));
  EXPECT_EQ(config.get<int>("name"), std::unexpected(ReadError::WrongType));
  EXPECT_EQ(config.get<int>("none"), std::unexpected(ReadError::WrongType));
  EXPECT_EQ(config.get<bool>("pool"), std::unexpected(ReadError::WrongType));
  EXPECT_EQ(config.get<int>("pool.big"), std::unexpected(ReadError::OutOfRange));
  EXPECT_EQ(config.get<unsigned>("negative"), std::unexpected(ReadError::OutOfRange));
  EXPECT_EQ(config.get<int>("pool.ratio"), std::unexpected(ReadError::OutOfRange));
  const auto view = config.read();
  EXPECT_EQ(view->explain("name", ReadError::WrongType), "name holds a string");
  EXPECT_EQ(view->explain("pool.min", ReadError::Missing), "pool.min is missing");
}

TEST(ConfigReading, readsUnsignedIntegersToTheirEnd) {
  const auto config = make(R"({"most":18446744073709551615,"first":9223372036854775808,
      "power":1e19,"beyond":18446744073709551616,"part":9223372036854775808.5,
      "all":[1,18446744073709551615]})");
  EXPECT_EQ(config.get<std::uint64_t>("most"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(config.get<std::uint64_t>("first"), 9223372036854775808U);
  EXPECT_EQ(config.get<std::uint64_t>("power"), 10000000000000000000U);
  EXPECT_EQ(config.get<std::vector<std::uint64_t>>("all")->back(), 18446744073709551615U);
  EXPECT_EQ(config.get<std::int64_t>("first"), std::unexpected(ReadError::OutOfRange));
  EXPECT_EQ(config.get<unsigned>("most"), std::unexpected(ReadError::OutOfRange));
  EXPECT_EQ(config.get<milliseconds>("first"), std::unexpected(ReadError::OutOfRange));
  EXPECT_EQ(config.get<std::uint64_t>("beyond"), std::unexpected(ReadError::OutOfRange));
  EXPECT_EQ(config.get<std::uint64_t>("part"), std::unexpected(ReadError::OutOfRange));
}

template <class T>
constexpr bool kMayBeAsked = requires(const Config& config) { config.get_or<T>("a", T{}); };
static_assert(kMayBeAsked<std::int8_t> && kMayBeAsked<std::uint8_t>);
static_assert(!kMayBeAsked<char> && !kMayBeAsked<wchar_t> && !kMayBeAsked<char8_t>,
              "a letter is no number");

TEST(ConfigReading, fallsBackWhereNothingReadableStands) {
  const auto config = make(kDocument);
  EXPECT_EQ(config.get_or<int>("pool.min", 3), 3);
  EXPECT_EQ(config.get_or<int>("pool.max", 3), 20);
  EXPECT_EQ(config.get_or<std::string>("pool.max", "x"), "x");
}

TEST(ConfigReading, escapesDotsInNames) {
  const auto config = make(kDocument);
  EXPECT_EQ(config.get<int>("a\\.b.c\\\\d"), 1);
  EXPECT_EQ(config.get<int>("a.b.c\\d"), std::unexpected(ReadError::Missing));
  EXPECT_EQ(config.get<int>("\\e"), 7);
}

TEST(ConfigReading, readsByAKeyThatTheCompilerHashed) {
  constexpr Key<int> kMax{"pool.max"};
  constexpr Key<int> kLong{"a.path.that.is.longer.than.one.block.of.the.hash"};
  static_assert(kMax.hash() == detail::hash_path("pool.max"));
  const auto config =
      make(R"({"pool":{"max":4},"a":{"path":{"that":{"is":{"longer":{"than":{"one":{"block":
              {"of":{"the":{"hash":9}}}}}}}}}}})");
  EXPECT_EQ(config.get(kMax), 4);
  EXPECT_EQ(config.get_or(kLong, 0), 9);
}

TEST(ConfigReading, findsEachOfManyThousandPaths) {
  std::string text = "{";
  for (int i = 0; i < 20000; ++i) {
    text += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":" + std::to_string(i);
  }
  const auto config = make(text + "}");
  for (int i = 0; i < 20000; ++i) ASSERT_EQ(config.get<int>("k" + std::to_string(i)), i);
  EXPECT_FALSE(config.read()->contains("k20000"));
}

TEST(ConfigReading, anEmptyConfigurationMissesEverything) {
  const Config config;
  EXPECT_EQ(config.get<int>("x"), std::unexpected(ReadError::Missing));
  EXPECT_EQ(config.read()->json(), "{}");
  EXPECT_TRUE(config.read()->identity().profile.empty());
}

TEST(ConfigReading, refusesIllFormedTextAndKeepsWhatItHas) {
  auto config = make(R"({"a":1})");
  EXPECT_FALSE(config.assign_json(R"({"a":2)"));
  EXPECT_FALSE(config.assign_json(R"({"a":2,"a":3})"));
  EXPECT_EQ(config.get<int>("a"), 1);
  EXPECT_FALSE(Config::from_json("nonsense"));
}

TEST(ConfigReading, refusesADocumentWhosePathsWouldFillTheMemory) {
  const std::string name(20'000, 'n');
  std::string text = "{\"" + name + "\":[0";
  for (int i = 0; i < 5000; ++i) text += ",0";
  EXPECT_FALSE(Config::from_json(text + "]}"));
}

TEST(ConfigViews, stayOnTheirVersionWhileAnotherIsPublished) {
  auto config = make(R"({"a":"one","b":1})");
  {
    const auto view = config.read();
    ASSERT_TRUE(config.assign_json(R"({"a":"two","b":2})"));
    EXPECT_EQ(view->get<std::string_view>("a"), "one");
    EXPECT_EQ(config.get<int>("b"), 1) << "reads inside a view are of the same version";
    const auto nested = config.read();
    EXPECT_EQ(&*nested, &*view);
  }
  EXPECT_EQ(config.get<int>("b"), 2);
}

TEST(ConfigViews, outliveTheirConfigAndDoNotDisturbTheNextOne) {
  auto first = std::make_unique<Config>(make(R"({"a":"first"})"));
  const auto view = first->read();
  first.reset();
  const auto second = make(R"({"a":"second"})");  // takes the slot of the first
  EXPECT_EQ(second.get<std::string>("a"), "second");
  EXPECT_EQ(view->get<std::string_view>("a"), "first");
  EXPECT_EQ(second.get<std::string>("a"), "second");
}

TEST(ConfigViews, keepSeveralConfigsApart) {
  std::vector<Config> all;
  for (int i = 0; i < 50; ++i) all.push_back(make("{\"n\":" + std::to_string(i) + "}"));
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 50; ++i) {
      EXPECT_EQ(all[static_cast<std::size_t>(i)].get<int>("n"), i);
    }
  }
}

TEST(ConfigViews, aPinnedSnapshotLastsOverSwapsAndThreads) {
  auto config = make(R"({"a":1})");
  const auto pinned = config.pin();
  ASSERT_TRUE(config.assign_json(R"({"a":2})"));
  std::thread([&] { EXPECT_EQ(pinned->get<int>("a"), 1); }).join();
  EXPECT_EQ(config.get<int>("a"), 2);
}

TEST(ConfigChanges, callBackOnlyForPathsWhoseValueChanged) {
  auto config = make(R"({"pool":{"max":1,"min":1},"other":1})");
  std::vector<std::string> calls;
  for (const auto* path : {"pool", "pool.max", "pool.min", "other", "", "new"}) {
    config.on_change(path, [&calls, path](const Snapshot&) { calls.emplace_back(path); });
  }
  ASSERT_TRUE(config.assign_json(R"({"other":1.0,"pool":{"min":1,"max":2}})"));
  EXPECT_EQ(calls, (std::vector<std::string>{"pool", "pool.max", ""}));
  calls.clear();
  ASSERT_TRUE(config.assign_json(R"({"other":1,"pool":{"min":1,"max":2},"new":null})"));
  EXPECT_EQ(calls, (std::vector<std::string>{"", "new"}));
}

TEST(ConfigChanges, endWithOffChangeAndSurviveCallbacksThatThrow) {
  auto config = make(R"({"a":1})");
  int calls = 0;
  const auto handle = config.on_change("a", [&](const Snapshot&) {
    ++calls;
    throw std::runtime_error("the program's own fault");
  });
  config.on_change("a", [&](const Snapshot& now) { calls += 10 * now.get_or<int>("a", 0); });
  ASSERT_TRUE(config.assign_json(R"({"a":2})"));
  EXPECT_EQ(calls, 21);
  config.off_change(handle);
  ASSERT_TRUE(config.assign_json(R"({"a":3})"));
  EXPECT_EQ(calls, 51);
}

TEST(ConfigChanges, publishedInACallbackAreToldAfterItAndWhatIsOverIsNotToldAnyMore) {
  auto config = make(R"({"a":1})");
  std::vector<std::string> calls;
  config.on_change("a", [&](const Snapshot& now) {
    calls.push_back("first " + now.json("a"));
    if (now.get_or<int>("a", 0) == 2) {
      EXPECT_TRUE(config.assign_json(R"({"a":3})"));
    }
    calls.emplace_back("first is done");
  });
  config.on_change("a", [&](const Snapshot& now) { calls.push_back("second " + now.json("a")); });
  ASSERT_TRUE(config.assign_json(R"({"a":2})"));
  EXPECT_EQ(calls, (std::vector<std::string>{"first 2", "first is done", "first 3", "first is done",
                                             "second 3"}));
}

TEST(ConfigChanges, areNotToldToWhoseValueIsBackAtWhatItKnows) {
  auto config = make(R"({"a":1})");
  config.on_change("a", [&](const Snapshot& now) {
    if (now.get_or<int>("a", 0) == 2) {
      EXPECT_TRUE(config.assign_json(R"({"a":1})"));
    }
  });
  int calls = 0;
  config.on_change("a", [&](const Snapshot&) { ++calls; });
  ASSERT_TRUE(config.assign_json(R"({"a":2})"));
  EXPECT_EQ(calls, 0);
  ASSERT_TRUE(config.assign_json(R"({"a":3})"));
  EXPECT_EQ(calls, 1);
}

TEST(ConfigChanges, areNotToldToAHandleThatAnEarlierCallbackEnded) {
  auto config = make(R"({"a":1})");
  std::uint64_t second = 0;
  int calls = 0;
  config.on_change("a", [&](const Snapshot&) { config.off_change(second); });
  second = config.on_change("a", [&](const Snapshot&) { ++calls; });
  ASSERT_TRUE(config.assign_json(R"({"a":2})"));
  EXPECT_EQ(calls, 0);
}

// Every version holds the same number at both paths: a mixture would show two numbers.
TEST(ConfigThreads, neverSeeAMixtureOfVersionsNorAnOlderOneAfterANewer) {
  auto config = make(R"({"a":0,"b":0})");
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      int last = 0;
      while (!done.load(std::memory_order_relaxed)) {
        const auto view = config.read();
        const int a = view->get_or<int>("a", -1);
        ASSERT_EQ(a, view->get_or<int>("b", -2));
        ASSERT_EQ(a, config.get_or<int>("a", -3));
        ASSERT_GE(a, last);
        last = a;
      }
    });
  }
  for (int i = 1; i <= 500; ++i) {
    const auto n = std::to_string(i);
    ASSERT_TRUE(config.assign_json("{\"a\":" + n + ",\"b\":" + n + "}"));
  }
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(config.get<int>("a"), 500);
}

TEST(ConfigThreads, mayEndAndConfigsMayDieInAnyOrder) {
  for (int round = 0; round < 50; ++round) {
    auto config = std::make_shared<Config>(make(R"({"a":1})"));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([config] { EXPECT_EQ(config->get<int>("a"), 1); });
    }
    ASSERT_TRUE(config->assign_json(R"({"a":1,"b":2})"));
    config.reset();
    for (auto& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace hotswap::sdk
