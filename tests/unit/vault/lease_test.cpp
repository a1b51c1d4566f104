#include "infrastructure/vault/lease.hpp"

#include <gtest/gtest.h>

namespace hotswap::vault {
namespace {

using namespace std::chrono_literals;

const MonoTime kStart{1h};

TEST(VaultLease, is_renewed_at_two_thirds_of_its_life) {
  const Lease lease{kStart, 90min, true, 90min};
  EXPECT_EQ(next_step(lease, kStart), (NextStep{Due::Renewal, 60min}));
  EXPECT_EQ(next_step(lease, kStart + 59min), (NextStep{Due::Renewal, 1min}));
  EXPECT_EQ(next_step(lease, kStart + 61min), (NextStep{Due::Renewal, 0min}));
}

TEST(VaultLease, that_cannot_be_renewed_is_replaced_by_a_new_token) {
  EXPECT_EQ(next_step({kStart, 90min, false, 90min}, kStart), (NextStep{Due::NewToken, 60min}));
}

TEST(VaultLease, that_grants_less_and_less_is_replaced_before_its_end) {
  EXPECT_EQ(next_step({kStart, 45min, true, 90min}, kStart).due, Due::Renewal);
  EXPECT_EQ(next_step({kStart, 30min, true, 90min}, kStart), (NextStep{Due::NewToken, 20min}));
}

TEST(VaultLease, that_ran_out_is_not_renewed) {
  const Lease lease{kStart, 90min, true, 90min};
  EXPECT_FALSE(lease.expired(kStart + 89min));
  EXPECT_TRUE(lease.expired(kStart + 90min));
  EXPECT_EQ(next_step(lease, kStart + 90min), (NextStep{Due::NewToken, 0min}));
}

TEST(VaultLease, of_a_root_token_never_ends) {
  EXPECT_FALSE((Lease{kStart, 0s, false, 0s}.expired(kStart + 10000h)));
  EXPECT_EQ(next_step({kStart, 0s, false, 0s}, kStart + 10000h).due, Due::Nothing);
}

TEST(VaultLease, failures_are_repeated_sooner_the_less_is_left) {
  EXPECT_EQ(pause_after_failure(1h), 30s);
  EXPECT_EQ(pause_after_failure(100s), 10s);
  EXPECT_EQ(pause_after_failure(3s), 1s);
  EXPECT_EQ(pause_after_failure(-10s), 1s);
}

}  // namespace
}  // namespace hotswap::vault
