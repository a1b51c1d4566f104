// Whatever the comparison says of schemas made by chance holds for documents made by chance.

#include <gtest/gtest.h>

#include <cstdlib>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "domain/schema/compat/compare.hpp"
#include "domain/schema/compat/kinds.hpp"
#include "unit/schema_compat/random_schemas.hpp"

namespace hotswap::schema {
namespace {

using testing::Chance;
using testing::RandomDocuments;
using testing::RandomSchemas;

constexpr std::size_t kPairs = 4000;
constexpr int kDocuments = 80;

std::size_t pairs_to_try() {
  const char* const wanted = std::getenv("HOTSWAP_COMPAT_PAIRS");
  return wanted == nullptr ? kPairs : static_cast<std::size_t>(std::atoll(wanted));
}

std::uint64_t first_seed() {
  const char* const wanted = std::getenv("HOTSWAP_COMPAT_SEED");
  return wanted == nullptr ? 1 : static_cast<std::uint64_t>(std::atoll(wanted));
}

struct Pair {
  json::Value before;
  json::Value after;
  CompileOptions options;
};

Pair random_pair(Chance& chance) {
  static const std::vector<int> kDrafts{2020, 2020, 2019, 7, 6, 4};
  const int draft = chance.of(kDrafts);
  RandomSchemas schemas(chance, draft);
  Pair pair;
  pair.before = schemas.schema();
  pair.after = chance.one_in(5) ? RandomSchemas(chance, chance.of(kDrafts)).schema()
                                : schemas.mutated(pair.before);
  if (chance.one_in(2)) std::swap(pair.before, pair.after);
  pair.options.assert_formats = chance.one_in(2);
  return pair;
}

bool refuses(const Schema& schema, const json::Value& document) {
  const auto report = schema.check(document, {.max_failures = 1});
  return !report.valid && !report.aborted;
}

/// What one direction of one pair came to.
struct Tally {
  std::size_t compatible = 0;
  std::size_t breaking = 0;
  std::size_t unknown = 0;
  std::size_t unknown_without_counter_example = 0;
};

class Checker {
 public:
  Checker(Chance& chance, Tally& tally) : chance_(chance), tally_(tally) {}

  void direction(const json::Value& left_document, const Schema& left, const Schema& right,
                 Effect effect, const std::optional<json::Value>& example) {
    if (effect == Effect::Breaking) {
      ++tally_.breaking;
      ASSERT_TRUE(example);
      EXPECT_TRUE(left.accepts(*example)) << json::write(*example);
      EXPECT_TRUE(refuses(right, *example)) << json::write(*example);
      return;
    }
    ASSERT_FALSE(example);
    const auto counter_example = search(left_document, left, right);
    if (effect == Effect::Compatible) {
      ++tally_.compatible;
      EXPECT_FALSE(counter_example) << "though Compatible: " << json::write(*counter_example);
      return;
    }
    ++tally_.unknown;
    if (!counter_example) ++tally_.unknown_without_counter_example;
    if (counter_example && std::getenv("HOTSWAP_COMPAT_SHOW") != nullptr) {
      std::printf("missed: %s\n", json::write(*counter_example).c_str());
    }
  }

 private:
  std::optional<json::Value> search(const json::Value& left_document, const Schema& left,
                                    const Schema& right) {
    RandomDocuments documents(chance_);
    for (int i = 0; i < kDocuments; ++i) {
      auto document = i % 4 == 0 ? documents.any() : documents.like(left_document, left_document);
      if (left.accepts(document) && refuses(right, document)) return document;
    }
    return std::nullopt;
  }

  Chance& chance_;
  Tally& tally_;
};

std::string told(std::uint64_t seed, const Pair& pair) {
  return "seed " + std::to_string(seed) + (pair.options.assert_formats ? " formats" : "") + "\n" +
         json::write(pair.before) + "\n" + json::write(pair.after);
}

void expect_sound_changes(const Comparison& comparison, const Schema& before, const Schema& after) {
  bool all_compatible = true;
  for (const auto& change : comparison.changes) {
    EXPECT_NE(compat::kind(change.kind), nullptr) << change.kind;
    EXPECT_FALSE(change.reason.empty()) << change.kind;
    EXPECT_EQ(change.backward == Effect::Breaking, change.backward_example.has_value());
    EXPECT_EQ(change.forward == Effect::Breaking, change.forward_example.has_value());
    if (change.backward_example) {
      EXPECT_TRUE(before.accepts(*change.backward_example)) << change.kind;
      EXPECT_TRUE(refuses(after, *change.backward_example)) << change.kind;
    }
    if (change.forward_example) {
      EXPECT_TRUE(after.accepts(*change.forward_example)) << change.kind;
      EXPECT_TRUE(refuses(before, *change.forward_example)) << change.kind;
    }
    all_compatible &= change.backward == Effect::Compatible && change.forward == Effect::Compatible;
  }
  EXPECT_EQ(all_compatible,
            comparison.backward == Effect::Compatible && comparison.forward == Effect::Compatible);
}

TEST(CompareAtRandom, VerdictsHoldForEveryDocumentThatIsTried) {
  Tally tally;
  std::size_t compared = 0;
  const auto pairs = pairs_to_try();
  for (auto seed = first_seed(); seed < first_seed() + pairs; ++seed) {
    Chance chance(seed);
    const auto pair = random_pair(chance);
    SCOPED_TRACE(told(seed, pair));
    const auto before = Schema::compile(pair.before, pair.options);
    const auto after = Schema::compile(pair.after, pair.options);
    if (!before || !after) continue;  // a circle without an end, by chance
    const auto comparison =
        compare({pair.before, pair.options}, {pair.after, pair.options}, Policy::Strict);
    ASSERT_TRUE(comparison);
    ++compared;
    Checker checker(chance, tally);
    checker.direction(pair.before, **before, **after, comparison->backward,
                      comparison->backward_example);
    checker.direction(pair.after, **after, **before, comparison->forward,
                      comparison->forward_example);
    expect_sound_changes(*comparison, **before, **after);
    if (HasFailure()) break;
  }
  std::printf("%zu pairs: compatible %zu, breaking %zu, unknown %zu (no counter-example %zu)\n",
              compared, tally.compatible, tally.breaking, tally.unknown,
              tally.unknown_without_counter_example);
  EXPECT_GT(compared, pairs * 3 / 4);
  EXPECT_LT(tally.unknown * 10, compared) << "the comparison knows too little";
}

TEST(CompareAtRandom, LenientExamplesAreRealAndStrictlyCompatibleIsLenientlyCompatible) {
  const auto pairs = pairs_to_try() / 8;
  for (auto seed = first_seed(); seed < first_seed() + pairs; ++seed) {
    Chance chance(seed);
    const auto pair = random_pair(chance);
    SCOPED_TRACE(told(seed, pair));
    const auto before = Schema::compile(pair.before, pair.options);
    const auto after = Schema::compile(pair.after, pair.options);
    if (!before || !after) continue;
    const auto comparison =
        compare({pair.before, pair.options}, {pair.after, pair.options}, Policy::Lenient);
    ASSERT_TRUE(comparison);
    expect_sound_changes(*comparison, **before, **after);
    if (HasFailure()) break;
  }
}

TEST(CompareAtRandom, ASchemaIsCompatibleWithItself) {
  const auto pairs = pairs_to_try() / 8;
  for (auto seed = first_seed(); seed < first_seed() + pairs; ++seed) {
    Chance chance(seed);
    const auto pair = random_pair(chance);
    SCOPED_TRACE(told(seed, pair));
    if (!Schema::compile(pair.before, pair.options)) continue;
    for (const auto policy : {Policy::Strict, Policy::Lenient}) {
      const auto same = compare({pair.before, pair.options}, {pair.before, pair.options}, policy);
      ASSERT_TRUE(same);
      EXPECT_TRUE(same->changes.empty());
      EXPECT_EQ(same->backward, Effect::Compatible);
      EXPECT_EQ(same->forward, Effect::Compatible);
    }
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace hotswap::schema
