// Real failures of a real cluster. Each case breaks something while versions are uploaded and a
// canary goes out to three hundred instances; what must hold after any of them is checked when it
// ends.
#include <gtest/gtest.h>

#include "cli/answer.hpp"
#include "domain/base/time.hpp"
#include "integration/cluster/world.hpp"

namespace hotswap::lab {
namespace {

using Steady = std::chrono::steady_clock;

class LabFaults : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { world_ = std::make_unique<World>(); }
  static void TearDownTestSuite() {
    if (world_) std::cout << world_->measures().table() << std::flush;
    world_.reset();
  }
  void TearDown() override {
    if (!world_) return;
    world().settle();
    for (const auto& words : world().take_breaches()) ADD_FAILURE() << words;
    if (HasFailure()) std::cout << world().logs();
  }

  [[nodiscard]] static World& world() { return *world_; }
  [[nodiscard]] static Lab& lab() { return world_->lab(); }

 private:
  static inline std::unique_ptr<World> world_;
};

TEST_F(LabFaults, nothing_breaks_and_nothing_is_refused_for_it) {
  const auto storm = world().storm();
  const auto deployment = world().begins(canary("PT0.5S"));
  world().succeeds(deployment);
  world().judge(*storm);
  EXPECT_EQ(storm->unknown(), 0);
}

TEST_F(LabFaults, the_owner_is_killed_at_each_transition) {
  // Longer than a takeover takes with Redis, so that there is an owner at each of them.
  const auto deployment = world().begins(canary("PT6S"));
  for (const auto& [kind, number] : {std::pair("step.assigning", 1), std::pair("step.soaking", 1),
                                     std::pair("step.completed", 1), std::pair("step.soaking", 2),
                                     std::pair("step.soaking", 3)}) {
    ASSERT_TRUE(world().reaches(deployment, kind, number));
    const auto victim = world().owner(deployment);
    const auto fence = world().fence_of(deployment);
    lab().node(victim).kill();
    world().taken_over(deployment, fence, std::string("kill -9 at ") + kind);
    lab().node(victim).start();
  }
  world().succeeds(deployment);
}

TEST_F(LabFaults, each_node_is_killed_in_a_storm) {
  const auto storm = world().storm();
  const auto deployment = world().begins(canary("PT2S"));
  for (const auto& node : lab().nodes()) {
    const auto killed = Steady::now();
    const auto reconnects = world().fleet().reconnects();
    node->kill();
    world().streams_return(reconnects, "kill -9 of a node");
    world().writes_go_on(*storm);
    world().measures().note("no write acknowledged after kill -9 of a node",
                            storm->longest_gap(killed));
    node->start();
  }
  world().succeeds(deployment);
  world().judge(*storm);
}

TEST_F(LabFaults, an_owner_that_stood_still_does_no_harm_afterwards) {
  const auto deployment = world().begins(canary("PT3S"));
  ASSERT_TRUE(world().reaches(deployment, "step.soaking"));
  const auto victim = world().owner(deployment);
  const auto fence = world().fence_of(deployment);
  lab().node(victim).freeze();
  world().taken_over(deployment, fence, "SIGSTOP");
  ASSERT_TRUE(world().reaches(deployment, "step.assigning", 2));
  lab().node(victim).thaw();
  world().succeeds(deployment);
}

TEST_F(LabFaults, an_owner_cut_off_is_replaced) {
  for (const bool deaf : {false, true}) {
    const auto deployment = world().begins(canary("PT2S"));
    ASSERT_TRUE(world().reaches(deployment, "step.soaking"));
    const auto victim = world().owner(deployment);
    const auto fence = world().fence_of(deployment);
    auto& place = lab().node(victim).place();
    deaf ? place.go_deaf() : place.cut();
    world().taken_over(deployment, fence, deaf ? "the owner hears nobody" : "the network was cut");
    ASSERT_TRUE(world().reaches(deployment, "step.assigning", 2));
    deaf ? place.hear() : place.join();
    world().succeeds(deployment);
  }
}

TEST_F(LabFaults, the_primary_is_killed_in_a_storm_and_its_standby_goes_on) {
  const auto storm = world().storm();
  const auto deployment = world().begins();
  ASSERT_TRUE(world().reaches(deployment, "step.soaking"));
  world().writes_go_on(*storm, 100);
  const auto killed = Steady::now();
  lab().postgres().kill_primary();
  lab().postgres().promote_standby();
  world().measures().note("PostgreSQL: the standby was promoted after", Steady::now() - killed);
  world().writes_go_on(*storm, 100);
  world().measures().note("PostgreSQL failover: no write acknowledged", storm->longest_gap(killed));
  world().succeeds(deployment);
  world().judge(*storm);
  lab().postgres().rebuild_standby();
}

TEST_F(LabFaults, redis_is_killed_and_flushed_and_nobody_notices) {
  const auto storm = world().storm();
  const auto deployment = world().begins(canary("PT5S"));
  ASSERT_TRUE(world().reaches(deployment, "step.soaking"));
  const auto killed = Steady::now();
  lab().redis().kill();
  world().writes_go_on(*storm, 100);
  world().measures().note("Redis killed: no write acknowledged", storm->longest_gap(killed));
  EXPECT_EQ(storm->unknown(), 0);
  const auto victim = world().owner(deployment);
  const auto fence = world().fence_of(deployment);
  lab().node(victim).kill();
  world().taken_over(deployment, fence, "kill -9 just after Redis");
  lab().node(victim).start();
  lab().redis().start();
  ASSERT_TRUE(world().reaches(deployment, "step.soaking", 2));
  lab().redis().ask({"FLUSHALL"});
  world().writes_go_on(*storm);
  world().succeeds(deployment);
  world().judge(*storm);
}

TEST_F(LabFaults, a_full_disk_of_postgresql_loses_nothing) {
  const auto storm = world().storm();
  const auto deployment = world().begins();
  world().writes_go_on(*storm);
  lab().postgres().fill_disk();
  // Longer than instances may be silent; none of them is.
  std::this_thread::sleep_for(8s);
  for (const auto& node : lab().nodes()) EXPECT_TRUE(node->process().running()) << node->name();
  const auto freed = Steady::now();
  lab().postgres().free_disk();
  world().writes_go_on(*storm);
  world().measures().note("a full disk was freed: no write acknowledged",
                          storm->longest_gap(freed));
  world().succeeds(deployment);
  world().judge(*storm);
}

/// What the node's machine thinks the time is: its log is written by that clock.
Duration machine_offset(Node& node) {
  EXPECT_EQ(node.terminate(), 0) << node.log();
  const auto log = node.log();
  const auto line = log.rfind('\n', log.size() - 2) + 1;
  const auto said = parse_time(log.substr(line, log.find(' ', line) - line));
  EXPECT_TRUE(said) << log.substr(line);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return said.value_or(WallTime{}) - WallTime(std::chrono::duration_cast<Duration>(now));
}

/// What the node says that the time is, in a version that it takes.
Duration told_offset(Node& node, const std::string& version) {
  const auto made = node.api().post(
      "/api/v1/configs/clock.production/versions",
      json::Object{{"version", version}, {"data", json::Object{{"by", node.name()}}}});
  EXPECT_TRUE(made) << made.error().detail;
  const auto said = parse_time(made ? cli::text_at(*made, "createdAt") : "");
  EXPECT_TRUE(said) << node.name();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return said.value_or(WallTime{}) - WallTime(std::chrono::duration_cast<Duration>(now));
}

TEST_F(LabFaults, clocks_an_hour_apart_and_stepped_change_nothing) {
  const auto storm = world().storm();
  const std::array shifts{1h, -1h};
  for (std::size_t i = 0; i < shifts.size(); ++i) {
    EXPECT_EQ(lab().node(i).terminate(), 0);
    lab().node(i).shift_clock(shifts.at(i));
    lab().node(i).start();
  }
  const auto deployment = world().begins(canary("PT2S"));
  ASSERT_TRUE(world().reaches(deployment, "step.soaking"));
  for (std::size_t i = 0; i < shifts.size(); ++i) lab().node(i).step_clock(-shifts.at(i));
  world().succeeds(deployment);
  world().judge(*storm);
  ASSERT_TRUE(lab().api().post("/api/v1/configs", json::Object{{"name", "clock.production"},
                                                               {"serviceName", "clock"},
                                                               {"environment", "Production"}}));
  for (std::size_t i = 0; i < shifts.size(); ++i) {
    Node& node = lab().node(i);
    const auto told = told_offset(node, "1.0." + std::to_string(i));
    const auto machine = machine_offset(node);
    std::cout << "  " << node.name() << ": its machine is " << format_duration(machine)
              << " from here, it says " << format_duration(told) << "\n";
    EXPECT_LT(std::chrono::abs(machine + shifts.at(i)), 5min) << "libfaketime has no effect";
    EXPECT_LT(std::chrono::abs(told), 5min);
    node.own_clock();
    node.start();
  }
}

TEST_F(LabFaults, a_rolling_restart_in_a_canary_is_no_event) {
  const auto storm = world().storm();
  const auto deployment = world().begins(canary("PT2S"));
  for (const auto& node : lab().nodes()) {
    EXPECT_EQ(node->terminate(), 0) << node->name();
    node->start();
  }
  world().succeeds(deployment);
  world().judge(*storm);
}

TEST_F(LabFaults, nodes_go_on_beside_a_database_of_the_next_version) {
  const auto storm = world().storm();
  lab().postgres().sql(
      "INSERT INTO schema_version (version, name) SELECT max(version) + 1, 'next' "
      "FROM schema_version");
  lab().postgres().sql("ALTER TABLE nodes ADD COLUMN next TEXT NOT NULL DEFAULT ''");
  const auto deployment = world().begins(canary("PT0.5S"));
  world().succeeds(deployment);
  world().judge(*storm);
  lab().postgres().sql("DELETE FROM schema_version WHERE name = 'next'");
}

}  // namespace
}  // namespace hotswap::lab
