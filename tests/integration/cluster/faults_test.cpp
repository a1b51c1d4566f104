#include "integration/cluster/world.hpp"

namespace hotswap::lab {
namespace {

TEST_F(LabFaults, nothing_breaks_and_the_history_is_linearizable) {
  const auto storm = this->storm();
  const auto deployment = begins_canary("PT0.5S");
  EXPECT_EQ(ends(deployment), "Succeeded");
  judge(*storm);
  EXPECT_EQ(storm->unknown(), 0);
}

TEST_F(LabFaults, the_owner_is_killed_at_each_transition) {
  const auto deployment = begins_canary();
  for (const auto& [kind, number] : {std::pair("step.assigning", 1), std::pair("step.soaking", 1),
                                     std::pair("step.completed", 1), std::pair("step.assigning", 2),
                                     std::pair("step.soaking", 2), std::pair("step.soaking", 3)}) {
    ASSERT_TRUE(reaches(deployment, kind, number)) << kind << " " << number;
    const auto victim = owner(deployment);
    const auto fence = fence_of(deployment);
    lab().node(victim).kill();
    measured(std::string("takeover after kill -9 at ") + kind, taken_over(deployment, fence));
    lab().node(victim).start();
  }
  EXPECT_EQ(ends(deployment), "Succeeded");
}

TEST_F(LabFaults, an_owner_that_stood_still_does_no_harm_afterwards) {
  const auto deployment = begins_canary("PT3S");
  ASSERT_TRUE(reaches(deployment, "step.soaking"));
  const auto victim = owner(deployment);
  const auto fence = fence_of(deployment);
  lab().node(victim).freeze();
  measured("takeover after SIGSTOP", taken_over(deployment, fence));
  ASSERT_TRUE(reaches(deployment, "step.assigning", 2));
  lab().node(victim).thaw();
  EXPECT_EQ(ends(deployment), "Succeeded");
}

TEST_F(LabFaults, an_owner_cut_off_is_replaced) {
  const auto deployment = begins_canary("PT2S");
  ASSERT_TRUE(reaches(deployment, "step.soaking"));
  const auto victim = owner(deployment);
  const auto fence = fence_of(deployment);
  lab().node(victim).place().cut();
  measured("takeover after the network was cut", taken_over(deployment, fence));
  ASSERT_TRUE(reaches(deployment, "step.assigning", 2));
  lab().node(victim).place().join();
  EXPECT_EQ(ends(deployment), "Succeeded");
}

TEST_F(LabFaults, the_primary_is_killed_in_a_storm_and_its_standby_goes_on) {
  const auto storm = this->storm();
  const auto deployment = begins_canary();
  ASSERT_TRUE(reaches(deployment, "step.soaking"));
  writes_again(*storm, 100);
  lab().postgres().kill_primary();
  lab().postgres().promote_standby();
  measured("PostgreSQL failover, first 20 writes after", writes_again(*storm));
  EXPECT_EQ(ends(deployment), "Succeeded");
  judge(*storm);
  lab().postgres().rebuild_standby();
}

TEST_F(LabFaults, a_full_disk_of_postgresql_loses_nothing) {
  const auto storm = this->storm();
  const auto deployment = begins_canary();
  writes_again(*storm, 50);
  lab().postgres().fill_disk();
  std::this_thread::sleep_for(4s);  // of a full disk
  EXPECT_TRUE(lab().node(0).process().running());
  lab().postgres().free_disk();
  measured("writes after a full disk was freed", writes_again(*storm));
  EXPECT_EQ(ends(deployment), "Succeeded");
  judge(*storm);
}

TEST_F(LabFaults, clocks_an_hour_apart_and_stepped_change_nothing) {
  const auto storm = this->storm();
  lab().node(0).terminate();
  lab().node(0).shift_clock(1h);
  lab().node(0).start();
  lab().node(1).terminate();
  lab().node(1).shift_clock(-1h);
  lab().node(1).start();
  const auto deployment = begins_canary("PT2S");
  ASSERT_TRUE(reaches(deployment, "step.soaking"));
  lab().node(0).step_clock(-1h);
  lab().node(1).step_clock(1h);
  EXPECT_EQ(ends(deployment), "Succeeded");
  judge(*storm);
  lab().node(0).step_clock(0h);
  lab().node(1).step_clock(0h);
}

TEST_F(LabFaults, a_rolling_restart_in_a_canary_is_no_event) {
  const auto storm = this->storm();
  const auto deployment = begins_canary("PT2S");
  for (auto& node : lab().nodes()) {
    EXPECT_EQ(node->terminate(), 0) << node->name();
    node->start();
  }
  EXPECT_EQ(ends(deployment), "Succeeded");
  judge(*storm);
}

TEST_F(LabFaults, nodes_go_on_beside_a_database_of_the_next_version) {
  const auto storm = this->storm();
  lab().postgres().sql("INSERT INTO schema_version (version, name) SELECT max(version) + 1, 'next' "
                       "FROM schema_version");
  lab().postgres().sql("ALTER TABLE nodes ADD COLUMN next TEXT NOT NULL DEFAULT ''");
  const auto deployment = begins_canary("PT0.5S");
  EXPECT_EQ(ends(deployment), "Succeeded");
  judge(*storm);
  lab().postgres().sql("DELETE FROM schema_version WHERE name = 'next'");
}

}  // namespace
}  // namespace hotswap::lab
