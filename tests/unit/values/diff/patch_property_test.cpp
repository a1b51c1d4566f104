// canonical(apply_patch(a, to_patch(a, b))) == canonical(b), over real configurations and over
// random changes to them.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "domain/diff/diff.hpp"
#include "domain/diff/patch.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap {
namespace {

namespace fs = std::filesystem;
using json::Value;
using Documents = std::vector<Value>;

/// The documents of each schema; those that use comments are left out.
std::vector<Documents> read_corpus() {
  std::vector<Documents> groups;
  for (const auto& folder : fs::directory_iterator(HS_SOURCE_DIR "/tests/corpus/schemastore")) {
    if (!folder.is_directory()) continue;
    auto& group = groups.emplace_back();
    for (const auto& entry : fs::directory_iterator(folder.path() / "valid")) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string text(std::istreambuf_iterator<char>(file), {});
      if (auto document = json::parse(text)) group.push_back(std::move(*document));
    }
  }
  return groups;
}

void expect_round_trip(const Value& from, const Value& to) {
  const auto patch = to_patch(from, to);
  const auto result = apply_patch(from, patch);
  ASSERT_TRUE(result) << result.error().detail << "\n" << json::write(patch);
  ASSERT_EQ(json::canonical(*result), json::canonical(to)) << json::write(patch);
  ASSERT_EQ(diff(from, to).empty(), from == to);
  ASSERT_EQ(patch.as_array()->empty(), from == to);
}

TEST(PatchProperty, TurnsEveryRealConfigurationIntoItsSiblings) {
  std::size_t pairs = 0;
  for (const auto& group : read_corpus()) {
    for (const auto& from : group) {
      for (const auto& to : group) {
        expect_round_trip(from, to);
        if (HasFatalFailure()) return;
        ++pairs;
      }
    }
  }
  EXPECT_GT(pairs, 5'000U);
}

class Mutator {
 public:
  explicit Mutator(std::mt19937& random) : random_(random) {}

  void change(Value& value) {
    auto* items = value.as_array();
    auto* object = value.as_object();
    if (items != nullptr && !items->empty() && !one_in(8)) {
      change_items(*items);
    } else if (object != nullptr && !object->empty() && !one_in(8)) {
      change_member(*object);
    } else {
      value = fresh();
    }
  }

 private:
  void change_items(json::Array& items) {
    const auto at = items.begin() + static_cast<std::ptrdiff_t>(random_() % items.size());
    switch (random_() % 6) {
      case 0:
        items.erase(at);
        break;
      case 1:
        items.insert(at, fresh());
        break;
      case 2:
        std::ranges::shuffle(items, random_);
        break;
      case 3:
        std::rotate(items.begin(), at, items.end());
        break;
      case 4:
        items.push_back(Value(*at));
        break;
      default:
        change(*at);
        break;
    }
  }

  void change_member(json::Object& object) {
    auto& member = object.begin()[static_cast<std::ptrdiff_t>(random_() % object.size())];
    switch (random_() % 4) {
      case 0:
        object.erase(std::string(member.name));
        break;
      case 1:
        object.set("new/~" + std::to_string(random_() % 3), fresh());
        break;
      default:
        change(member.value);
        break;
    }
  }

  Value fresh() {
    switch (random_() % 6) {
      case 0:
        return Value(static_cast<int>(random_() % 4));
      case 1:
        return Value("text");
      case 2:
        return Value(json::Number{"1e400"});
      case 3:
        return json::Array{1, 2, Value()};
      case 4:
        return json::Object{{"id", static_cast<int>(random_() % 100)}, {"", true}};
      default:
        return Value();
    }
  }

  bool one_in(unsigned count) { return random_() % count == 0; }

  std::mt19937& random_;
};

TEST(PatchProperty, HoldsForRandomChanges) {
  std::mt19937 random(6902);
  const auto groups = read_corpus();
  for (int round = 0; round < 6'000; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const auto& group = groups[random() % groups.size()];
    if (group.empty()) continue;
    const auto& from = group[random() % group.size()];
    auto to = from;
    for (auto changes = 1 + random() % 6; changes-- > 0;) Mutator(random).change(to);
    expect_round_trip(from, to);
    if (HasFatalFailure()) return;
  }
}

TEST(PatchProperty, HoldsForRandomArrays) {
  std::mt19937 random(2026);
  const auto array = [&](bool identified) {
    std::vector<int> numbers(random() % 12);
    for (auto& number : numbers) number = static_cast<int>(random() % 10);
    if (identified) {
      std::ranges::sort(numbers);
      numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
      std::ranges::shuffle(numbers, random);
    }
    json::Array items;
    for (const auto number : numbers) {
      if (identified) {
        items.emplace_back(json::Object{{"id", number}, {"v", static_cast<int>(random() % 2)}});
      } else {
        items.emplace_back(number);
      }
    }
    return items;
  };
  for (int round = 0; round < 20'000; ++round) {
    expect_round_trip(array(round % 2 == 0), array(round % 2 == 0));
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace hotswap
