#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "orchestrator/secret_sources.hpp"
#include "testing/fake_clock.hpp"
#include "testing/memory_logger.hpp"
#include "testing/memory_metrics.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

/// A store whose answer the test sets.
class SetProvider : public SecretProvider {
 public:
  Result<ProvidedSecret> read(const SecretReference& reference) override {
    ++asked;
    if (during) during();
    if (error) return std::unexpected(*error);
    return ProvidedSecret{
        SecretText(value.empty() ? reference.path : value), std::to_string(asked), {}};
  }
  std::atomic<int> asked = 0;
  std::string value;
  std::optional<Error> error;
  std::function<void()> during;
};

class SecretSourcesTest : public ::testing::Test {
 protected:
  SecretSources& sources(SecretSources::Options options = {}) {
    made_.emplace(std::vector<SecretSources::Source>{{"vault", vault_, [this] { return health_; }},
                                                     {"k8s", k8s_, [] { return Result<void>(); }}},
                  std::move(options), SecretSources::Parts{clock_, metrics_, logger_});
    return *made_;
  }
  std::string read(const std::string& text) {
    const auto value = made_->read(*parse_secret_reference(text));
    if (!value) return value.error().reason;
    fresh_ = value->fresh_for;
    return std::string(value->value.view());
  }
  static Error unavailable() {
    return {ErrorCode::Unavailable, "secret.unavailable", "away", {}, {}};
  }
  static Error denied() { return {ErrorCode::Forbidden, "secret.denied", "no", {}, {}}; }

  testing::FakeClock clock_;
  testing::MemoryMetrics metrics_;
  testing::MemoryLogger logger_;
  SetProvider vault_, k8s_;
  Result<void> health_;
  std::optional<SecretSources> made_;
  Duration fresh_{};
};

TEST_F(SecretSourcesTest, the_scheme_picks_the_store) {
  sources();
  vault_.value = "v";
  k8s_.value = "k";
  EXPECT_EQ(read("vault:secret/app#a"), "v");
  EXPECT_EQ(read("k8s:ns/name#a"), "k");
  EXPECT_EQ(read("aws:secret#a"), "secret.invalid");
}

TEST_F(SecretSourcesTest, a_value_is_asked_for_once_while_it_is_fresh) {
  sources({.fresh = 60s});
  vault_.value = "one";
  EXPECT_EQ(read("vault:secret/app#a"), "one");
  EXPECT_EQ(fresh_, 60s);
  vault_.value = "two";
  clock_.advance(59s);
  EXPECT_EQ(read("vault:secret/app#a"), "one");
  EXPECT_EQ(fresh_, 1s) << "what is left";
  clock_.advance(1s);
  EXPECT_EQ(read("vault:secret/app#a"), "two");
  EXPECT_EQ(vault_.asked, 2);
  EXPECT_EQ(metrics_.value("hotswap_secret_reads_total", {{"store", "vault"}, {"outcome", "ok"}}),
            2);
}

TEST_F(SecretSourcesTest, a_thousand_that_ask_at_once_ask_the_store_once) {
  constexpr int kAsking = 64;
  sources();
  std::latch started(1);
  vault_.value = "v";
  vault_.during = [&] { started.wait(); };
  std::atomic<int> good = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kAsking; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 16; ++n) good += read("vault:secret/app#a") == "v" ? 1 : 0;
    });
  started.count_down();
  threads.clear();
  EXPECT_EQ(good, kAsking * 16);
  EXPECT_EQ(vault_.asked, 1);
}

TEST_F(SecretSourcesTest, the_old_value_goes_on_for_a_while_when_the_store_is_away) {
  sources({.fresh = 60s, .stale = 10min, .failed = 5s});
  vault_.value = "old";
  EXPECT_EQ(read("vault:secret/app#a"), "old");
  vault_.error = unavailable();
  clock_.advance(5min);
  EXPECT_EQ(read("vault:secret/app#a"), "old");
  EXPECT_EQ(fresh_, 5s) << "then it is asked for again";
  EXPECT_EQ(read("vault:secret/app#a"), "old");
  EXPECT_EQ(vault_.asked, 2) << "the store is not asked by everybody while it is away";
  EXPECT_TRUE(logger_.has(LogLevel::Warning, "a secret could not be read"));
  clock_.advance(7min);
  EXPECT_EQ(read("vault:secret/app#a"), "secret.unavailable") << "but not for ever";
  vault_.error.reset();
  vault_.value = "new";
  clock_.advance(5s);
  EXPECT_EQ(read("vault:secret/app#a"), "new");
}

TEST_F(SecretSourcesTest, what_the_store_says_itself_counts_at_once) {
  sources({.fresh = 60s});
  EXPECT_EQ(read("vault:secret/app#a"), "secret/app");
  vault_.error = denied();
  clock_.advance(60s);
  EXPECT_EQ(read("vault:secret/app#a"), "secret.denied");
  vault_.error = unavailable();
  clock_.advance(60s);
  EXPECT_EQ(read("vault:secret/app#a"), "secret.unavailable") << "the old value is gone for good";
}

TEST_F(SecretSourcesTest, failures_are_remembered_for_a_moment_and_logged_once) {
  sources({.failed = 5s});
  vault_.error = denied();
  EXPECT_EQ(read("vault:secret/app#a"), "secret.denied");
  EXPECT_EQ(read("vault:secret/app#a"), "secret.denied");
  EXPECT_EQ(vault_.asked, 1);
  clock_.advance(5s);
  EXPECT_EQ(read("vault:secret/app#a"), "secret.denied");
  EXPECT_EQ(vault_.asked, 2);
  EXPECT_EQ(logger_.entries().size(), 1U);
}

TEST_F(SecretSourcesTest, memory_is_bounded_and_keeps_what_was_used_last) {
  sources({.entries = 2});
  EXPECT_EQ(read("vault:a"), "a");
  EXPECT_EQ(read("vault:b"), "b");
  EXPECT_EQ(read("vault:a"), "a");
  EXPECT_EQ(read("vault:c"), "c");
  EXPECT_EQ(vault_.asked, 3);
  EXPECT_EQ(read("vault:a"), "a");
  EXPECT_EQ(vault_.asked, 3);
  EXPECT_EQ(read("vault:b"), "b");
  EXPECT_EQ(vault_.asked, 4);
}

TEST_F(SecretSourcesTest, what_is_no_text_is_refused_without_showing_it) {
  sources();
  vault_.value = "\xff\xfe canary";
  const auto value = made_->read(*parse_secret_reference("vault:secret/app#a"));
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().reason, "secret.invalid");
  EXPECT_FALSE(value.error().detail.contains("canary"));
}

TEST_F(SecretSourcesTest, a_store_that_comes_and_goes_is_told_once) {
  auto& all = sources();
  all.check();
  EXPECT_FALSE(all.health()[0].error);
  health_ = std::unexpected(unavailable());
  all.check();
  all.check();
  ASSERT_TRUE(all.health()[0].error);
  EXPECT_EQ(all.health()[0].scheme, "vault");
  EXPECT_FALSE(all.health()[1].error);
  EXPECT_EQ(metrics_.value("hotswap_secret_store_up", {{"store", "vault"}}), 0);
  EXPECT_EQ(metrics_.value("hotswap_secret_store_up", {{"store", "k8s"}}), 1);
  health_ = {};
  all.check();
  EXPECT_FALSE(all.health()[0].error);
  EXPECT_EQ(logger_.entries().size(), 2U);
}

TEST_F(SecretSourcesTest, values_that_nobody_may_have_any_more_are_overwritten) {
  auto& all = sources({.fresh = 60s, .stale = 60s});
  EXPECT_EQ(read("vault:a"), "a");
  all.check();
  EXPECT_EQ(metrics_.value("hotswap_secret_values"), 1);
  clock_.advance(119s);
  all.check();
  EXPECT_EQ(metrics_.value("hotswap_secret_oldest_seconds"), 119);
  clock_.advance(1s);
  all.check();
  EXPECT_EQ(metrics_.value("hotswap_secret_values"), 0);
  EXPECT_EQ(read("vault:a"), "a");
  all.forget();
  all.check();
  EXPECT_EQ(metrics_.value("hotswap_secret_values"), 0);
}

TEST_F(SecretSourcesTest, only_listed_references_are_read) {
  auto allowed = AllowedReferences::read("vault:secret/data/hotswap/*,k8s:payments/db");
  ASSERT_TRUE(allowed);
  sources({.allowed = *allowed});
  EXPECT_EQ(read("vault:secret/data/hotswap/app#a"), "secret/data/hotswap/app");
  EXPECT_EQ(read("vault:secret/data/hotswap/app?version=2#a"), "secret/data/hotswap/app?version=2");
  EXPECT_EQ(read("k8s:payments/db#a"), "payments/db");
  for (const auto* refused :
       {"vault:secret/data/other#a", "vault:secret/data/hotswap#a", "k8s:payments/db2#a",
        "vault:secret/data/hotswap/../other#a", "k8s:secret/data/hotswap/app#a"})
    EXPECT_EQ(read(refused), "secret.denied") << refused;
  for (const auto* bad : {"vault", ":x", "vault:a*b", "vault:a#k", "vault:a,,"})
    EXPECT_FALSE(AllowedReferences::read(bad)) << bad;
}

}  // namespace
}  // namespace hotswap
