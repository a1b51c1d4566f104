#include "orchestrator/traffic_service.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"
#include "infrastructure/memory/memory_store.hpp"
#include "testing/fake_clock.hpp"
#include "testing/flaky_store.hpp"
#include "testing/memory_logger.hpp"
#include "testing/recording_router.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;
using testing::RecordingRouter;
using Pools = std::vector<std::string>;

const ServiceName kPay("pay");
const std::string kProduction = "Production";

Caller caller_with(Role role) {
  Caller caller;
  caller.principal.subject = "ada";
  caller.principal.roles = {role};
  return caller;
}
const Caller kAda = caller_with(Role::Operator);

/// One process over a store that outlives it.
struct Process {
  explicit Process(Store& store, const Clock& clock, TrafficRouter& router, Logger& logger)
      : committer(store), service({store, committer, router, clock, logger}) {
    service.on_switched([this](const ServiceName&, const std::string&, const TrafficSwitched& s) {
      told.push_back(s);
    });
  }
  Committer committer;
  TrafficService service;
  std::vector<TrafficSwitched> told;
};

class TrafficServiceTest : public ::testing::Test {
 protected:
  TrafficServiceTest() { restart(); }
  void restart() {
    process_.reset();
    process_ = std::make_unique<Process>(store_, clock_, router_, logger_);
  }
  TrafficService& service() { return process_->service; }
  Result<Traffic> put(const std::string& body, std::optional<std::uint64_t> revision = {}) {
    return service().put(kAda, kPay, kProduction, json::parse(body).value(), revision);
  }
  Result<Traffic> switch_to(const std::string& pool) {
    return service().switch_to(kAda, kPay, kProduction, pool, "because");
  }
  Traffic now() { return memory_.traffic(kPay, kProduction).value(); }
  std::vector<std::string> kinds() {
    std::vector<std::string> out;
    for (const auto& event : memory_.events({}, 0, 100).value()) out.push_back(event.kind);
    return out;
  }

  MemoryStore memory_;
  testing::FlakyStore store_{memory_};
  testing::FakeClock clock_;
  testing::MemoryLogger logger_;
  RecordingRouter router_;
  std::unique_ptr<Process> process_;
};

TEST_F(TrafficServiceTest, a_new_resource_is_carried_out_and_confirmed) {
  const auto made = put("{}");
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->revision, 1u);
  EXPECT_EQ(made->confirmed, 0u);
  service().run_due();
  EXPECT_EQ(router_.asked(), Pools{"blue"});
  EXPECT_EQ(now().actual, "blue");
  EXPECT_EQ(now().confirmed, now().generation);
  EXPECT_EQ(kinds(), (Pools{"traffic.switching", "traffic.switched"}));
}

TEST_F(TrafficServiceTest, a_switch_by_hand_reaches_the_router_and_the_audit) {
  ASSERT_TRUE(put("{}"));
  service().run_due();
  const auto asked = switch_to("green");
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->desired, "green");
  service().run_due();
  EXPECT_EQ(now().actual, "green");
  const auto audit = memory_.audit({}, {}).value();
  EXPECT_EQ(audit.items[0].action, "traffic.write");
  EXPECT_EQ(audit.items[0].resource, "services/pay/Production/traffic");
  EXPECT_NE(audit.items[0].detail.find("because"), std::string::npos);
}

TEST_F(TrafficServiceTest, a_router_that_refuses_is_asked_again_ever_later) {
  router_.refuse("no such server");
  ASSERT_TRUE(put("{}"));
  service().run_due();
  EXPECT_EQ(now().error, "no such server");
  EXPECT_EQ(now().confirmed, 0u);
  service().run_due();
  EXPECT_EQ(router_.asked().size(), 1u) << "it waits";
  clock_.advance(1s);
  service().run_due();
  clock_.advance(1s);
  service().run_due();
  EXPECT_EQ(router_.asked().size(), 2u) << "twice as long now";
  clock_.advance(1s);
  router_.refuse(std::nullopt);
  service().run_due();
  EXPECT_EQ(now().actual, "blue");
  EXPECT_EQ(now().error, "");
  EXPECT_EQ(kinds(), (Pools{"traffic.switching", "traffic.failed", "traffic.switched"}))
      << "the same error is told once";
}

TEST_F(TrafficServiceTest, deployments_hear_of_every_attempt) {
  router_.refuse("no");
  ASSERT_TRUE(put("{}"));
  service().run_due();
  router_.refuse(std::nullopt);
  clock_.advance(1s);
  service().run_due();
  ASSERT_EQ(process_->told.size(), 2u);
  EXPECT_FALSE(process_->told[0].ok);
  EXPECT_EQ(process_->told[0].detail, "no");
  EXPECT_TRUE(process_->told[1].ok);
  EXPECT_EQ(process_->told[1].generation, 1u);
}

TEST_F(TrafficServiceTest, what_was_wanted_before_a_crash_is_carried_out_after_it) {
  ASSERT_TRUE(put("{}"));
  service().run_due();
  ASSERT_TRUE(switch_to("green"));
  restart();
  service().run_due();
  EXPECT_EQ(router_.asked(), (Pools{"blue", "green"}));
  EXPECT_EQ(now().actual, "green");
}

TEST_F(TrafficServiceTest, what_was_confirmed_before_a_crash_is_told_after_it) {
  ASSERT_TRUE(put("{}"));
  service().run_due();
  restart();
  service().run_due();
  ASSERT_EQ(process_->told.size(), 1u);
  EXPECT_EQ(process_->told[0].generation, 1u);
  EXPECT_EQ(router_.asked().size(), 1u) << "and not carried out again";
}

TEST_F(TrafficServiceTest, a_commit_whose_answer_was_lost_is_found) {
  store_.fail_after_commit();
  EXPECT_FALSE(put("{}"));
  service().run_due();
  EXPECT_EQ(now().actual, "blue");
}

TEST_F(TrafficServiceTest, a_confirmation_that_could_not_be_kept_is_asked_for_again) {
  ASSERT_TRUE(put("{}"));
  store_.fail_before_commit();
  service().run_due();
  EXPECT_EQ(now().confirmed, 0u);
  clock_.advance(1s);
  service().run_due();
  EXPECT_EQ(now().confirmed, 1u);
  EXPECT_EQ(router_.asked(), (Pools{"blue", "blue"}));
}

TEST_F(TrafficServiceTest, the_commit_of_a_deployment_is_carried_out_too) {
  ASSERT_TRUE(put("{}"));
  service().run_due();
  Traffic wanted = now();
  wanted.desired = "green";
  ++wanted.generation;
  ASSERT_TRUE(process_->committer.commit({change::PutTraffic{wanted}}));
  service().wake();
  service().run_due();
  EXPECT_EQ(now().actual, "green");
}

TEST_F(TrafficServiceTest, another_router_has_confirmed_nothing_yet) {
  ASSERT_TRUE(put("{}"));
  service().run_due();
  const auto changed = put(R"({"router":{"type":"webhook","url":"http://h/"}})");
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->generation, 1u) << "the same pool is wanted";
  EXPECT_EQ(changed->confirmed, 0u);
  service().run_due();
  EXPECT_EQ(router_.asked(), (Pools{"blue", "blue"}));
  EXPECT_EQ(now().confirmed, 1u);
}

TEST_F(TrafficServiceTest, the_live_pool_stays_when_the_description_does_not_name_it) {
  ASSERT_TRUE(put("{}"));
  ASSERT_TRUE(switch_to("green"));
  const auto same = put("{}");
  ASSERT_TRUE(same);
  EXPECT_EQ(same->desired, "green");
  EXPECT_EQ(same->revision, now().revision) << "nothing was written";
}

TEST_F(TrafficServiceTest, a_stale_revision_changes_nothing) {
  ASSERT_TRUE(put("{}"));
  ASSERT_TRUE(switch_to("green"));
  const auto stale = put(R"({"live":"blue"})", 1);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code, ErrorCode::PreconditionFailed);
  EXPECT_EQ(stale.error().reason, "traffic.changed");
  EXPECT_TRUE(put(R"({"live":"blue"})", 2));
}

TEST_F(TrafficServiceTest, a_pool_that_is_none_is_refused) {
  ASSERT_TRUE(put("{}"));
  const auto refused = switch_to("red");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fields[0].path, "$.pool");
  EXPECT_EQ(service().switch_to(kAda, ServiceName("none"), kProduction, "blue", "").error().reason,
            "traffic.not_found");
}

TEST_F(TrafficServiceTest, only_those_who_may_switch_do) {
  ASSERT_TRUE(put("{}"));
  const Caller viewer = caller_with(Role::Viewer);
  EXPECT_EQ(service().switch_to(viewer, kPay, kProduction, "green", "").error().reason,
            "access.forbidden");
  EXPECT_TRUE(service().get(viewer, kPay, kProduction));
}

TEST_F(TrafficServiceTest, a_services_own_token_sees_only_its_service) {
  ASSERT_TRUE(put("{}"));
  Caller instance = caller_with(Role::Instance);
  instance.principal.service = kPay;
  EXPECT_TRUE(service().get(instance, kPay, kProduction));
  instance.principal.service = ServiceName("other");
  EXPECT_EQ(service().get(instance, kPay, kProduction).error().reason, "access.forbidden");
}

TEST_F(TrafficServiceTest, while_a_deployment_switches_the_pools_nobody_else_does) {
  ASSERT_TRUE(put("{}"));
  Profile profile;
  profile.name = ProfileName("pay.production");
  profile.service = kPay;
  profile.environment = kProduction;
  Deployment deployment;
  deployment.id = DeploymentId("d-1");
  deployment.profile = profile.name;
  deployment.service = kPay;
  deployment.environment = kProduction;
  deployment.state = Running{};
  deployment.pools = PoolSwitch{.from = "blue", .to = "green", .error = {}};
  ASSERT_TRUE(memory_.commit({change::InsertProfile{profile}}));
  ASSERT_TRUE(memory_.commit({change::InsertDeployment{deployment}}));
  const auto refused = switch_to("green");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "traffic.in_use");
  EXPECT_NE(refused.error().detail.find("d-1"), std::string::npos);
  EXPECT_EQ(put(R"({"live":"green"})").error().reason, "traffic.in_use");
  EXPECT_TRUE(put(R"({"router":{"type":"webhook","url":"http://h/"}})"))
      << "a router that is broken can be mended";
}

TEST_F(TrafficServiceTest, threads_carry_out_what_is_asked_for) {
  service().start(2);
  ASSERT_TRUE(put("{}"));
  while (now().confirmed != 1) std::this_thread::yield();
  EXPECT_EQ(now().actual, "blue");
}

}  // namespace
}  // namespace hotswap
