#include <gtest/gtest.h>

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
    if (takes > Duration::zero()) clock->advance(takes);
    if (error) return std::unexpected(*error);
    return ProvidedSecret{SecretText(value.empty() ? reference.path : value), "7", {}};
  }
  int asked = 0;
  std::string value;
  std::optional<Error> error;
  testing::FakeClock* clock = nullptr;
  Duration takes{};
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

TEST_F(SecretSourcesTest, a_value_is_good_for_as_long_as_the_server_was_told) {
  sources({.fresh = 90s});
  EXPECT_EQ(read("vault:secret/app#a"), "secret/app");
  EXPECT_EQ(fresh_, 90s);
}

TEST_F(SecretSourcesTest, what_came_of_it_is_counted) {
  sources();
  const auto count = [&](const char* outcome) {
    return metrics_.value("hotswap_secret_store_reads_total",
                          {{"store", "vault"}, {"outcome", outcome}});
  };
  EXPECT_EQ(read("vault:a"), "a");
  vault_.error = denied();
  EXPECT_EQ(read("vault:a"), "secret.denied");
  vault_.error = unavailable();
  EXPECT_EQ(read("vault:a"), "secret.unavailable");
  EXPECT_EQ(read("vault:a"), "secret.unavailable");
  EXPECT_EQ(count("ok"), 1);
  EXPECT_EQ(count("refused"), 1);
  EXPECT_EQ(count("failed"), 2);
  EXPECT_EQ(metrics_.value("hotswap_secret_read_seconds", {{"store", "vault"}}), 4);
}

TEST_F(SecretSourcesTest, a_store_that_hangs_is_not_waited_for_by_everybody) {
  sources({.quiet = 3s});
  vault_.clock = &clock_;
  vault_.takes = 10s;
  vault_.error = unavailable();
  EXPECT_EQ(read("vault:a"), "secret.unavailable");
  EXPECT_EQ(read("vault:b"), "secret.unavailable");
  EXPECT_EQ(vault_.asked, 1);
  EXPECT_EQ(read("k8s:ns/name#a"), "ns/name") << "the other store is another matter";
  clock_.advance(3s);
  vault_.error.reset();
  vault_.takes = {};
  EXPECT_EQ(read("vault:b"), "b");
  EXPECT_EQ(read("vault:a"), "a");
}

TEST_F(SecretSourcesTest, what_fails_quickly_hinders_nothing_else) {
  sources();
  vault_.error = unavailable();
  EXPECT_EQ(read("vault:a"), "secret.unavailable");
  vault_.error.reset();
  EXPECT_EQ(read("vault:b"), "b");
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

}  // namespace
}  // namespace hotswap
