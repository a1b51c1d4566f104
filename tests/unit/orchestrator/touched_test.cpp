// What goes through the change log of a cluster.
#include "orchestrator/touched.hpp"

#include <gtest/gtest.h>

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

TEST(TouchedJson, ComesBackAsItWas) {
  Touched touched;
  touched.profiles.emplace("pay.production");
  touched.deleted.emplace_back("old");
  const Assignment::Slot slot{SemVer::parse("1.2.3").value(), "abc", 7};
  touched.assigned.push_back({{{InstanceId("i1"), ProfileName("pay.production"), slot, {}},
                               {InstanceId("i2"), ProfileName("pay.production"), slot, {}},
                               {InstanceId("i3"), ProfileName("pay.production"), {}, slot}},
                              Assigned::Telling{AssignMode::Stage, 3s}});
  touched.observed.push_back({InstanceId("i1"), ProfileName("pay.production"), slot.version, 7,
                              ObservedState::Rejected, "abc", "no", WallTime(5s)});
  touched.instances.emplace("i9");
  touched.heard.emplace_back("i8");
  touched.removed.emplace_back("i7");
  touched.deployments.emplace("d1");
  touched.revoked.push_back({InstanceId("i6"), WallTime(7s)});
  touched.events = true;
  const auto back = touched_from_json(to_json(touched));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->profiles, touched.profiles);
  EXPECT_EQ(back->deleted, touched.deleted);
  ASSERT_EQ(back->assigned.size(), 2u);
  EXPECT_EQ(back->assigned[0].assignments.size(), 2u);
  EXPECT_EQ(back->assigned[1].assignments[0], touched.assigned[0].assignments[2]);
  EXPECT_EQ(back->assigned[1].telling->mode, AssignMode::Stage);
  EXPECT_EQ(back->assigned[1].telling->spread, Duration(3s));
  EXPECT_EQ(back->observed, touched.observed);
  EXPECT_EQ(back->instances, touched.instances);
  EXPECT_EQ(back->heard, touched.heard);
  EXPECT_EQ(back->removed, touched.removed);
  EXPECT_EQ(back->deployments, touched.deployments);
  EXPECT_EQ(back->revoked, touched.revoked);
  EXPECT_TRUE(back->events);
}

TEST(TouchedJson, RefusesWhatItCannotRead) {
  EXPECT_FALSE(touched_from_json(json::Object{{"profiles", json::Array{std::uint64_t{7}}}}));
}

}  // namespace
}  // namespace hotswap::testing
