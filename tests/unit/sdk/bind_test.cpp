// Whole structs from a configuration: what they are made of, and every mistake in words.
#include "hotswap/bind.hpp"

#include <gtest/gtest.h>

#include <map>
#include <unordered_map>

#include "hotswap/bound.hpp"
#include "hotswap/config.hpp"

namespace {
using namespace std::chrono_literals;

enum class Mode { Fast, Safe };

struct Url {
  std::string host;
  bool operator==(const Url&) const = default;
};

struct Level {
  int number = 0;
};

struct Replica {
  std::string host;
  std::uint16_t port = 5432;
  bool operator==(const Replica&) const = default;
};

struct Pool {
  int max = 0;
  std::chrono::milliseconds timeout{250};
  std::chrono::seconds idle{60};
  std::optional<std::string> label;
  double ratio = 0;
  std::string name;
};

struct Settings {
  bool on = false;
  Mode mode = Mode::Fast;
  Url home;
  Pool pool;
  std::vector<Replica> replicas;
  std::vector<bool> flags;
  std::map<std::string, double> weights;
  std::unordered_map<std::string, Replica> regions;
  std::optional<Replica> standby;
};

struct Tree {
  int value = 0;
  std::vector<Tree> below;
};
}  // namespace

template <>
inline constexpr auto hotswap::sdk::kNames<Mode> =
    std::array{name("fast", Mode::Fast), name("safe", Mode::Safe)};
template <>
inline constexpr auto hotswap::sdk::kFromText<Url> =
    [](std::string_view text) -> std::expected<Url, std::string> {
  if (!text.starts_with("http://")) return std::unexpected("a URL");
  return Url{std::string(text.substr(7))};
};
template <>
inline constexpr auto hotswap::sdk::kFromText<Level> =
    [](std::string_view text) -> std::expected<Level, std::string> {
  if (text == "odd") throw 7;  // NOLINT(hicpp-exception-baseclass): whatever a program may do
  return Level{std::stoi(std::string(text))};
};
template <>
inline constexpr auto hotswap::sdk::kFields<Replica> = std::tuple{
    field("host", &Replica::host),
    maybe("port", &Replica::port).between(1, 65535),
};
template <>
inline constexpr auto hotswap::sdk::kFields<Pool> = std::tuple{
    field("max", &Pool::max).between(1, 1000),
    field("timeout", &Pool::timeout, 5s),
    maybe("idle", &Pool::idle).between(1s, 5min),
    field("label", &Pool::label),
    field("ratio", &Pool::ratio, 0.5),
    field("name", &Pool::name, "main"),
};
template <>
inline constexpr auto hotswap::sdk::kFields<Settings> = std::tuple{
    field("on", &Settings::on),
    field("mode", &Settings::mode),
    field("home", &Settings::home),
    field("pool", &Settings::pool),
    maybe("replicas", &Settings::replicas),
    maybe("flags", &Settings::flags),
    maybe("weights.by.zone", &Settings::weights),
    maybe("regions", &Settings::regions),
    field("standby", &Settings::standby),
};
template <>
inline constexpr auto hotswap::sdk::kFields<Tree> = std::tuple{
    field("value", &Tree::value),
    maybe("below", &Tree::below),
};

namespace hotswap::sdk {
namespace {

Config make(std::string_view text) {
  auto config = Config::from_json(text);
  EXPECT_TRUE(config.has_value()) << (config ? "" : config.error());
  return config ? *std::move(config) : Config();
}

template <class T>
std::string refused(std::string_view text, std::string_view path = "") {
  const auto bound = make(text).get<T>(path);
  EXPECT_FALSE(bound.has_value());
  return bound ? "" : bound.error().text();
}

constexpr std::string_view kWhole = R"({
  "on": true, "mode": "safe", "home": "http://example.com", "future": {"of": "others"},
  "pool": {"max": 20, "timeout": "1s", "idle": 2000, "label": "blue", "ratio": 1, "name": "x"},
  "replicas": [{"host": "a"}, {"host": "b", "port": 1}], "flags": [true, false],
  "weights.by.zone": {"eu.1": 0.5, "": 1, "us\\2": 2},
  "regions": {"north": {"host": "n", "port": 2}}, "standby": {"host": "s"}
})";

TEST(Bind, fillsNestedStructsArraysMapsEnumsAndTypesMadeFromText) {
  const auto bound = make(kWhole).get<Settings>("");
  ASSERT_TRUE(bound) << bound.error().text();
  EXPECT_TRUE(bound->on);
  EXPECT_EQ(bound->mode, Mode::Safe);
  EXPECT_EQ(bound->home, Url{"example.com"});
  EXPECT_EQ(bound->pool.max, 20);
  EXPECT_EQ(bound->pool.timeout, 1s);
  EXPECT_EQ(bound->pool.idle, 2s);
  EXPECT_EQ(bound->pool.label, "blue");
  EXPECT_EQ(bound->pool.ratio, 1.0);
  EXPECT_EQ(bound->pool.name, "x");
  EXPECT_EQ(bound->replicas, (std::vector<Replica>{{"a", 5432}, {"b", 1}}));
  EXPECT_EQ(bound->flags, (std::vector{true, false}));
  EXPECT_EQ(bound->weights, (std::map<std::string, double>{{"", 1}, {"eu.1", 0.5}, {"us\\2", 2}}));
  EXPECT_EQ(bound->regions.at("north"), (Replica{"n", 2}));
  EXPECT_EQ(bound->standby, (Replica{"s", 5432}));
}

TEST(Bind, takesFallbacksAndInitializersWhereAMemberIsMissing) {
  const auto bound = make(R"({"pool":{"max":1,"label":null}})").get<Pool>("pool");
  ASSERT_TRUE(bound) << bound.error().text();
  EXPECT_EQ(bound->timeout, 5s) << "the field's fallback, not the struct's 250 ms";
  EXPECT_EQ(bound->idle, 60s);
  EXPECT_EQ(bound->label, std::nullopt);
  EXPECT_EQ(bound->ratio, 0.5);
  EXPECT_EQ(bound->name, "main");
}

TEST(Bind, bindsAnyKindOfValueAtAnyPath) {
  const auto config = make(kWhole);
  EXPECT_EQ(config.get<std::vector<Replica>>("replicas")->size(), 2U);
  EXPECT_EQ(*config.get<Mode>("mode"), Mode::Safe);
  EXPECT_EQ(config.get_or("mode", Mode::Fast), Mode::Safe);
  EXPECT_EQ(config.get_or("home", Mode::Fast), Mode::Fast);
  EXPECT_EQ(config.get<Replica>("replicas.1")->port, 1);
  EXPECT_EQ((config.get<std::map<std::string, Replica>>("regions")->at("north").host), "n");
  EXPECT_EQ(*config.get<std::optional<int>>("pool.min"), std::nullopt);
  EXPECT_EQ(*config.get<std::optional<int>>("pool.max"), 20);
  EXPECT_EQ(config.get<double>("weights\\.by\\.zone.\\e"), 1);
}

TEST(Bind, followsTypesThatContainThemselves) {
  const auto tree =
      make(R"({"value":1,"below":[{"value":2,"below":[{"value":3}]},{"value":4}]})").get<Tree>("");
  ASSERT_TRUE(tree) << tree.error().text();
  EXPECT_EQ(tree->below[0].below[0].value, 3);
  EXPECT_EQ(refused<Tree>(R"({"value":1,"below":[{"value":2,"below":[{}]}]})"),
            "below.0.below.0.value is missing, an integer of 32 bits is expected");
}

TEST(BindMistakes, nameThePathWhatStandsThereAndWhatIsExpected) {
  EXPECT_EQ(refused<Pool>(R"({"pool":{"max":"many"}})", "pool"),
            "pool.max holds a string, an integer of 32 bits is expected");
  EXPECT_EQ(refused<Pool>(R"({"max":5000000000})"),
            "max is 5000000000, an integer of 32 bits is expected");
  EXPECT_EQ(refused<Pool>(R"({"max":0})"), "max is 0, a value from 1 to 1000 is expected");
  EXPECT_EQ(refused<Pool>(R"({"max":1,"idle":"6m"})"),
            R"(idle is "6m", a value from 1s to 5m is expected)");
  EXPECT_EQ(refused<Pool>(R"({"max":1,"idle":1500})"),
            "idle is 1500, a duration of whole 1s is expected");
  EXPECT_EQ(refused<Pool>(R"({"max":1,"timeout":"soon"})"),
            "timeout holds a string, a duration such as 250ms or 5m is expected");
  EXPECT_EQ(refused<Pool>(R"({"max":1,"ratio":null})"), "ratio holds null, a number is expected");
  EXPECT_EQ(refused<Pool>("[]"), "the document holds an array, an object is expected");
  EXPECT_EQ(refused<Pool>("{}", "pool"), "pool is missing, an object is expected");
  EXPECT_EQ(refused<Mode>(R"({"mode":"turbo"})", "mode"),
            R"(mode is "turbo", one of "fast", "safe" is expected)");
  EXPECT_EQ(refused<Mode>(R"({"mode":1})", "mode"),
            R"(mode holds a number, one of "fast", "safe" is expected)");
  EXPECT_EQ(refused<Url>(R"({"u":"ftp://x"})", "u"), "u holds a string, a URL is expected");
  EXPECT_EQ(refused<std::vector<Replica>>(R"({"r":[{"host":"a"},{"host":"b","port":70000}]})", "r"),
            "r.1.port is 70000, an unsigned integer of 16 bits is expected");
  EXPECT_EQ((refused<std::map<std::string, bool>>(R"({"a.b":1})")),
            R"(a\.b holds a number, true or false is expected)");
}

TEST(BindMistakes, tellWhatTheProgramsOwnFunctionThrew) {
  EXPECT_EQ(make(R"({"l":"12"})").get<Level>("l")->number, 12);
  EXPECT_EQ(refused<std::vector<Level>>(R"({"l":["1","high"]})", "l"),
            "l.1 holds a string for which kFromText threw: stoi, another string is expected");
  EXPECT_EQ(refused<Level>(R"({"l":"odd"})", "l"),
            "l holds a string for which kFromText threw: what is no std::exception, "
            "another string is expected");
}

TEST(BindMistakes, ofAFunctionThatThrewAreToldByTheBoundOne) {
  auto config = make(R"({"l":"1"})");
  const Bound<Level> level(config, "l");
  ASSERT_TRUE(config.assign_json(R"({"l":"high"})"));
  EXPECT_EQ(level->number, 1);
  EXPECT_FALSE(level.mistakes().empty());
}

TEST(BindMistakes, areToldAllAtOnce) {
  EXPECT_EQ(refused<Settings>(R"({"mode":"turbo","home":1,"pool":{"max":0,"ratio":"x"}})"),
            "on is missing, true or false is expected; "
            R"(mode is "turbo", one of "fast", "safe" is expected; )"
            "home holds a number, a string is expected; "
            "pool.max is 0, a value from 1 to 1000 is expected; "
            "pool.ratio holds a string, a number is expected");
}

TEST(BindMistakes, doNotRepeatATextThatMayBeASecret) {
  EXPECT_EQ(refused<Pool>(R"({"max":"hunter2"})").find("hunter2"), std::string::npos);
}

TEST(BindMistakes, ofManyItemsAreCountedBeyondALimit) {
  std::string text = "[0";
  for (int i = 1; i < 500; ++i) text += ",0";
  const auto bound = make(text + "]").get<std::vector<Replica>>("");
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().all.size(), Mistakes::kKept);
  EXPECT_EQ(bound.error().more, 400U);
  EXPECT_TRUE(bound.error().text().ends_with("; and 490 more")) << bound.error().text();
}

TEST(Durations, areExactInAnyUnit) {
  const auto config = make(R"({"a":"1500ms","b":"2h","huge":9223372036854775807,"half":0.5})");
  EXPECT_EQ(config.get<std::chrono::microseconds>("a"), 1'500'000us);
  EXPECT_EQ(config.get<std::chrono::seconds>("a"), std::unexpected(ReadError::OutOfRange));
  EXPECT_EQ(config.get<std::chrono::hours>("b"), 2h);
  EXPECT_EQ((config.get<std::chrono::duration<double>>("a")), 1.5s);
  EXPECT_EQ(config.get<std::chrono::nanoseconds>("huge"), std::unexpected(ReadError::OutOfRange));
  EXPECT_EQ((config.get<std::chrono::duration<std::int8_t>>("b")),
            std::unexpected(ReadError::OutOfRange));
  EXPECT_EQ(config.get<std::chrono::milliseconds>("half"), std::unexpected(ReadError::OutOfRange));
}

}  // namespace
}  // namespace hotswap::sdk
