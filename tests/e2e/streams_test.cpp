// Given two nodes over one PostgreSQL and a crowd of instances, when a node joins, then streams
// even out; when a node stops, then they go elsewhere without a gap, and no delivery is lost.
#include <gtest/gtest.h>

#include "domain/json/write.hpp"
#include "e2e/support/cluster.hpp"

namespace hotswap::e2e {
namespace {

constexpr std::size_t kCrowd = 40;

TEST(ClusterStreams, EvenOutWhenANodeJoinsAndLeaveBeforeOneStops) {
  Cluster cluster;
  Server& a = cluster.start_node("a");
  Server& b = cluster.start_node("b");
  EXPECT_EQ(b.terminate(), 0);  // its port is known now
  a.has_profile();
  a.has_version("1.0.0", example_config("1.0.0"));
  a.has_version("1.1.0", example_config("1.1.0"));
  Crowd crowd(kCrowd, {a.url(), b.url()}, a.options().token);
  ASSERT_TRUE(eventually([&] { return crowd.streaming_at(a.url()) == kCrowd; }));
  EXPECT_EQ(a.final_state_of(a.deploys("1.0.0", kDirect)), "Succeeded");

  b.start_again();
  ASSERT_TRUE(eventually(
      [&] {
        const auto here = Cluster::streams_at(b, "a");
        const auto there = Cluster::streams_at(b, "b");
        return here + there == kCrowd && here <= 23 && there <= 23;
      },
      60s))
      << Cluster::streams_at(b, "a") << " and " << Cluster::streams_at(b, "b") << "; "
      << crowd.streaming_at(a.url()) << " and " << crowd.streaming_at(b.url())
      << " say the instances";
  EXPECT_EQ(crowd.gaps(), 0);

  const auto rolling =
      b.deploys("1.1.0", R"({"type":"Canary","phases":[10,50,100],)"
                         R"("phaseInterval":"PT0.5S","healthCheckEnabled":false})");
  EXPECT_EQ(a.terminate(), 0);
  EXPECT_EQ(crowd.streaming_at(b.url()), kCrowd);
  EXPECT_EQ(crowd.gaps(), 0);
  EXPECT_EQ(b.final_state_of(rolling), "Succeeded") << json::write(b.timeline_of(rolling));
  EXPECT_TRUE(eventually([&] { return crowd.running("1.1.0") == kCrowd; }));
}

}  // namespace
}  // namespace hotswap::e2e
