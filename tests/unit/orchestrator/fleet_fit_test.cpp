#include "unit/orchestrator/schema_world.hpp"

namespace hotswap::testing {
namespace {

/// payments 1.0.0 (pools up to 10) and 1.1.0 (up to 20) are approved; version 1.0.0 holds a pool of
/// 8, 2.0.0 one of 15.
class FleetFitting : public SchemaWorld {
 protected:
  void prepare() {
    added(pool_schema(10));
    added(pool_schema(20));
    link("payments");
    stored_version("1.0.0", pool(8));
    stored_version("2.0.0", pool(15));
  }
};

TEST_F(FleetFitting, InstancesBuiltForAnOlderSchemaStopADeployment) {
  prepare();
  instance("old-1", "1.0.0");
  instance("old-2", "1.0.0");
  instance("new-1", "1.1.0");
  instance("quiet");
  const auto refused = deploy("2.0.0");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_EQ(refused.error().reason, "deployment.unfit_instances");
  EXPECT_TRUE(refused.error().detail.contains("2 of 4 instances")) << refused.error().detail;
  EXPECT_TRUE(refused.error().detail.contains("payments@1.0.0"));
  EXPECT_TRUE(refused.error().detail.contains("onUnfit: skip"));
  const auto fine = deploy("1.0.0");
  ASSERT_TRUE(fine) << fine.error().detail;
  EXPECT_EQ(fine->fit.accepting, 3u);
  EXPECT_EQ(fine->fit.unspoken, 1u);
}

TEST_F(FleetFitting, ThoseMayBeLeftOut) {
  prepare();
  instance("old-1", "1.0.0");
  instance("new-1", "1.1.0");
  const auto started = deploy("2.0.0", OnUnfit::Skip);
  ASSERT_TRUE(started) << started.error().detail;
  EXPECT_TRUE(started->partial);
  ASSERT_EQ(started->targets.size(), 1u);
  EXPECT_EQ(started->targets[0].instance.value, "new-1");
  EXPECT_EQ(started->fit.left_out, 1u);
  EXPECT_EQ(started->fit.unfit, 1u);
  ASSERT_EQ(started->fit.examples.size(), 1u);
  EXPECT_EQ(started->fit.examples[0].schema, "payments@1.0.0");
  EXPECT_EQ(now(started->id).fit, started->fit);
  EXPECT_TRUE(events("deployment.planned")[0].message.contains("Left out: 1 instance"));
}

TEST_F(FleetFitting, SomebodyHasToBeLeft) {
  prepare();
  instance("old-1", "1.0.0");
  const auto refused = deploy("2.0.0", OnUnfit::Skip);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "deployment.unfit_instances");
  EXPECT_TRUE(refused.error().detail.contains("Nobody is left")) << refused.error().detail;
}

TEST_F(FleetFitting, ForceGoesOnAndSaysSo) {
  prepare();
  instance("old-1", "1.0.0");
  const auto started = deploy("2.0.0", OnUnfit::Refuse, true);
  ASSERT_TRUE(started) << started.error().detail;
  EXPECT_FALSE(started->partial);
  EXPECT_EQ(started->targets.size(), 1u);
  EXPECT_EQ(started->fit.left_out, 0u);
  EXPECT_TRUE(events("deployment.planned")[0].message.contains("Forced on 1 instance"));
}

TEST_F(FleetFitting, AnUnknownNumberSaysNothing) {
  prepare();
  instance("odd", "7.0.0");
  const auto started = deploy("2.0.0");
  ASSERT_TRUE(started) << started.error().detail;
  EXPECT_EQ(started->fit.unspoken, 1u);
  ASSERT_EQ(started->fit.examples.size(), 1u);
  EXPECT_TRUE(started->fit.examples[0].message.contains("no such version is registered"));
}

TEST_F(FleetFitting, APendingNumberSaysNothingYet) {
  prepare();
  const auto pending = added(pool_schema(5));
  instance("ahead", pending.number.str());
  const auto started = deploy("2.0.0");
  ASSERT_TRUE(started) << started.error().detail;
  EXPECT_EQ(started->fit.unspoken, 1u);
  EXPECT_TRUE(started->fit.examples[0].message.contains("not approved"));
}

TEST_F(FleetFitting, ARollbackThatInstancesWouldRefuseIsForeseen) {
  prepare();
  instance("i-1", "1.1.0");
  make_live("2.0.0");
  // Its program is replaced by one that was built for a schema with another rule.
  ASSERT_TRUE(
      decide(added(R"({"type":"object","properties":{"pool":{"maximum":10}}})", "3.0.0"), true));
  instance("i-1", "3.0.0");
  const auto refused = deploy("1.0.0");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "deployment.no_way_back");
  const auto started = deploy("1.0.0", OnUnfit::Refuse, true);
  ASSERT_TRUE(started) << started.error().detail;
  EXPECT_FALSE(started->fit.rollback_safe);
  EXPECT_TRUE(started->fit.rollback_risk.contains("1 of 1 target would refuse"))
      << started->fit.rollback_risk;
  EXPECT_TRUE(started->fit.rollback_risk.contains("payments@3.0.0"));
  EXPECT_TRUE(events("deployment.planned").back().message.contains("no safe way back"));
}

TEST_F(FleetFitting, AnInstanceThatRefusesWhatIsLiveGetsItAndIsNamed) {
  prepare();
  instance("i-1", "1.1.0");
  make_live("2.0.0");
  EXPECT_TRUE(events("instance.unfit").empty());
  instance("late", "1.0.0");
  const auto seen = events("instance.unfit", "pay.production");
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].instance.value, "late");
  EXPECT_TRUE(seen[0].message.contains("payments@1.0.0")) << seen[0].message;
  const auto desired = store_.assignments_of(InstanceId("late")).value();
  ASSERT_EQ(desired.size(), 1u);
  EXPECT_EQ(desired[0].active->version.str(), "2.0.0");
  round();
  EXPECT_EQ(events("instance.unfit").size(), 1u);
  instance("late", "1.0.0");
  EXPECT_EQ(events("instance.unfit").size(), 2u);
}

TEST_F(FleetFitting, SchemasOfARegistrationAreChecked) {
  Registration request;
  request.instance.service = ServiceName("pay");
  request.instance.environment = "Production";
  request.instance.schemas = {{"Pay ments", "1.0.0"}, {"payments", "newest"}};
  const auto refused = node().fleet.register_instance(kAdmin, request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "instance.invalid");
  ASSERT_EQ(refused.error().fields.size(), 2u);
  EXPECT_EQ(refused.error().fields[0].path, "$.schemas['Pay ments']");
  EXPECT_EQ(refused.error().fields[1].path, "$.schemas.payments");
  request.instance.schemas.clear();
  for (std::size_t i = 0; i <= limits::kInstanceSchemas; ++i)
    request.instance.schemas["s" + std::to_string(i)] = "1.0.0";
  EXPECT_EQ(node().fleet.register_instance(kAdmin, request).error().reason, "instance.invalid");
}

}  // namespace
}  // namespace hotswap::testing
