#include "cluster_ports/nodes.hpp"
#include "domain/base/limits.hpp"

namespace hotswap::cluster_ports {
namespace {

class LocksContract : public ::testing::TestWithParam<Kind> {
 protected:
  LocksContract() : a_(make_node(GetParam(), "a")), b_(make_node(GetParam(), "b")) {}
  /// Names of its own for each test, since the server is shared.
  static std::string lock(const std::string& name) {
    return std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + name;
  }
  static Names held(Node& node, const std::vector<std::string>& names) {
    auto got = node.locks().hold(names);
    EXPECT_TRUE(got) << got.error().detail << ' ' << got.error().internal;
    return got.value_or(Names{});
  }
  static bool gets(Node& node, const std::string& name) {
    return eventually([&] { return node.locks().hold({name}).value_or(Names{}).contains(name); });
  }

  std::unique_ptr<Node> a_, b_;
  const std::string x_ = lock("x"), y_ = lock("y"), z_ = lock("z");
};

TEST_P(LocksContract, AFreeLockIsTakenAndRefusedToOthers) {
  EXPECT_EQ(held(*a_, {x_, y_}), Names({x_, y_}));
  EXPECT_EQ(held(*b_, {x_, z_}), Names{z_});
  EXPECT_EQ(held(*a_, {x_, y_, z_}), Names({x_, y_}));
}

TEST_P(LocksContract, AskingForNothingHoldsNothing) { EXPECT_EQ(held(*a_, {}), Names{}); }

TEST_P(LocksContract, AReleasedLockIsFreeAtOnce) {
  ASSERT_EQ(held(*a_, {x_, y_}), Names({x_, y_}));
  ASSERT_TRUE(a_->locks().release({x_}));
  EXPECT_EQ(held(*b_, {x_, y_}), Names{x_});
}

TEST_P(LocksContract, NobodyReleasesWhatAnotherHolds) {
  ASSERT_EQ(held(*a_, {x_}), Names{x_});
  ASSERT_TRUE(b_->locks().release({x_, y_}));
  EXPECT_EQ(held(*b_, {x_}), Names{});
  EXPECT_EQ(held(*a_, {x_}), Names{x_});
}

TEST_P(LocksContract, ALockTakenTwiceIsReleasedByOneRelease) {
  ASSERT_EQ(held(*a_, {x_}), Names{x_});
  ASSERT_EQ(held(*a_, {x_}), Names{x_});
  ASSERT_TRUE(a_->locks().release({x_}));
  EXPECT_EQ(held(*b_, {x_}), Names{x_});
}

TEST_P(LocksContract, ARenewedLockOutlastsItsLease) {
  ASSERT_EQ(held(*a_, {x_}), Names{x_});
  const auto until = std::chrono::steady_clock::now() + limits::kLease + 500ms;
  ASSERT_TRUE(eventually([&] {
    EXPECT_EQ(held(*a_, {x_}), Names{x_});
    EXPECT_EQ(held(*b_, {x_}), Names{});
    return std::chrono::steady_clock::now() > until;
  }));
}

TEST_P(LocksContract, WhoNoLongerRenewsLosesTheLock) {
  ASSERT_EQ(held(*a_, {x_}), Names{x_});
  EXPECT_TRUE(gets(*b_, x_));
  // The first finds out when it comes back, and has nothing of the second's.
  EXPECT_EQ(held(*a_, {x_}), Names{});
  ASSERT_TRUE(a_->locks().release({x_}));
  EXPECT_EQ(held(*b_, {x_}), Names{x_});
}

TEST_P(LocksContract, ALockOutlivesItsHolderForALeaseAtMost) {
  ASSERT_EQ(held(*a_, {x_}), Names{x_});
  a_.reset();
  EXPECT_TRUE(gets(*b_, x_));
}

TEST_P(LocksContract, NamesMayHoldAnything) {
  const auto odd = lock("ü \"\\ \n{}$1 %s");
  EXPECT_EQ(held(*a_, {odd}), Names{odd});
  EXPECT_EQ(held(*b_, {odd}), Names{});
}

TEST_P(LocksContract, AThousandLocksAreOneCall) {
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back(lock(std::to_string(i)));
  EXPECT_EQ(held(*a_, names).size(), 1000u);
  EXPECT_EQ(held(*b_, names), Names{});
  ASSERT_TRUE(a_->locks().release(names));
  EXPECT_EQ(held(*b_, names).size(), 1000u);
}

TEST_P(LocksContract, TwoNeverHoldTheSameAtOnce) {
  std::atomic<int> inside = 0;
  std::atomic<int> turns = 0;
  const auto work = [&](Node& node) {
    const auto until = std::chrono::steady_clock::now() + 30s;
    while (turns < 200 && std::chrono::steady_clock::now() < until) {
      if (!held(node, {x_}).contains(x_)) continue;
      EXPECT_EQ(++inside, 1);
      ++turns;
      --inside;
      ASSERT_TRUE(node.locks().release({x_}));
    }
  };
  {
    const std::jthread one([&] { work(*a_); });
    const std::jthread two([&] { work(*b_); });
  }
  EXPECT_GE(turns, 200);
}

INSTANTIATE_TEST_SUITE_P(Services, LocksContract,
                         ::testing::Values(Kind::Redis, Kind::Postgres, Kind::Preferred),
                         [](const auto& info) { return name_of(info.param); });

}  // namespace
}  // namespace hotswap::cluster_ports
