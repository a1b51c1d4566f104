#include "app/key_keeper.hpp"

#include <gtest/gtest.h>

#include "testing/fake_clock.hpp"
#include "testing/memory_logger.hpp"
#include "testing/memory_metrics.hpp"
#include "unit/auth/tokens.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;
using namespace api::testing;
using api::Algorithm;

struct Keeper : ::testing::Test {
  testing::FakeClock clock{kNow};
  testing::MemoryLogger logger;
  testing::MemoryMetrics metrics;
  api::Key own = make_key(Algorithm::HS256);
  api::Key first = make_key(Algorithm::ES256, "k1");
  api::Key second = make_key(Algorithm::ES256, "k2");
  api::TokenVerifier tokens{issuers(), clock};
  api::KeySet published = set_of({first});
  bool down = false;
  int fetches = 0;
  KeyKeeper keeper{{tokens, clock, logger, metrics}, {source()}};

  std::vector<api::TokenIssuer> issuers() {
    api::TokenIssuer them;
    them.policy.issuer = "https://sso.example";
    them.policy.own = false;
    return {{{}, set_of({own})}, them};
  }
  KeySource source() {
    KeySource from{1, "sso", {}, {.every = 10min, .keep = 1h}};
    from.fetch = [this]() -> Result<KeySource::Fetched> {
      ++fetches;
      if (down) return fail(ErrorCode::Unavailable, "jwks.unavailable", "nobody answers");
      return KeySource::Fetched{published};
    };
    return from;
  }
  [[nodiscard]] bool taken(const api::Key& key) {
    const auto header = header_of(key.algorithm(), R"(,"kid":")" + key.kid() + '"');
    return tokens
        .verify(signed_token(header, R"({"iss":"https://sso.example","sub":"a","exp":9999999999})",
                             key))
        .has_value();
  }
  [[nodiscard]] double count(const std::string& outcome) {
    return metrics.value("hotswap_jwks_fetches_total", {{"issuer", "sso"}, {"outcome", outcome}});
  }
};

TEST_F(Keeper, FetchesAtOnceAndAgainWhenItIsTime) {
  EXPECT_FALSE(taken(first));
  keeper.look(0);
  EXPECT_TRUE(taken(first));
  keeper.look(0);
  EXPECT_EQ(fetches, 1);
  clock.advance(10min);
  keeper.look(0);
  EXPECT_EQ(fetches, 2);
}

TEST_F(Keeper, ANewKeyIsFetchedSoonAfterATokenNamesItAndOldOnesGo) {
  keeper.look(0);
  published = set_of({second});
  clock.advance(1s);
  EXPECT_FALSE(taken(second));
  keeper.look(0);
  EXPECT_EQ(fetches, 1) << "strangers cannot make it fetch all the time";
  clock.advance(30s);
  keeper.look(0);
  EXPECT_TRUE(taken(second)) << "what was wished for meanwhile is not forgotten";
  EXPECT_FALSE(taken(first));
}

TEST_F(Keeper, KeysOfBeforeAreUsedWhileTheIssuerIsDownWithAWarningAndACount) {
  keeper.look(0);
  down = true;
  clock.advance(10min);
  keeper.look(0);
  EXPECT_TRUE(taken(first));
  EXPECT_EQ(count("failed"), 1);
  EXPECT_TRUE(logger.has(LogLevel::Warning,
                         "an issuer's keys cannot be fetched, those of before are used"));
  down = false;
  clock.advance(5s);
  keeper.look(0);
  EXPECT_EQ(count("fetched"), 2);
  EXPECT_TRUE(logger.has(LogLevel::Info, "an issuer's keys can be fetched again"));
}

TEST_F(Keeper, KeysThatAreTooOldAreGivenUp) {
  keeper.look(0);
  down = true;
  for (int i = 0; i < 20; ++i) {
    clock.advance(5min);
    keeper.look(0);
  }
  EXPECT_FALSE(taken(first));
  down = false;
  clock.advance(5min);
  keeper.look(0);
  EXPECT_TRUE(taken(first));
}

TEST_F(Keeper, AnIssuerThatWasNeverThereIsTriedLaterAndLater) {
  down = true;
  for (int i = 0; i < 60; ++i) {
    keeper.look(0);
    clock.advance(1s);
  }
  EXPECT_EQ(fetches, 4) << "at 0, 5, 15 and 35 seconds";
  EXPECT_FALSE(taken(first));
}

}  // namespace
}  // namespace hotswap
