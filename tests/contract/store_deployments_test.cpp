#include "contract/store_fixture.hpp"

namespace hotswap::contract {
namespace {

const ProfileName kProfile("payments.production");

class StoreDeployments : public StoreContract {
 protected:
  StoreDeployments() { put({change::InsertProfile{sample_profile()}}); }
  static Deployment finished(Deployment d) {
    d.state = Succeeded{at(20)};
    return d;
  }
};
HS_STORE_CONTRACT(StoreDeployments);

TEST_P(StoreDeployments, a_deployment_is_read_as_it_was_stored) {
  put({change::InsertDeployment{sample_deployment("d-1")}});
  expect_same(store().deployment(DeploymentId("d-1")).value(), sample_deployment("d-1"));
  EXPECT_EQ(store().deployment(DeploymentId("d-2")).error().reason, "deployment.not_found");
}

TEST_P(StoreDeployments, every_state_is_read_as_it_was_stored) {
  const Running running{.step = 2, .phase = Phase::Judging, .since = at(30)};
  const std::vector<DeploymentState> states = {
      Planned{},
      running,
      Paused{running, std::chrono::seconds(3), "look", at(31)},
      RollingBack{"error rate", 2, at(32)},
      RolledBack{"error rate", at(33)},
      Failed{"not verified", at(34)},
      Cancelled{"by hand", at(35)},
      Succeeded{at(36)}};
  auto d = sample_deployment("d-1");
  d.baseline.reset();
  d.judgement.reset();
  d.previous_stable.reset();
  d.targets.clear();
  d.state = Planned{};
  put({change::InsertDeployment{d}});
  for (const auto& state : states) {
    d.state = state;
    put({change::UpdateDeployment{d}});
    ++d.revision;
    expect_same(store().deployment(d.id).value(), d);
  }
}

TEST_P(StoreDeployments, one_is_active_per_profile) {
  put({change::InsertDeployment{sample_deployment("d-1")}});
  const auto second = store().commit({change::InsertDeployment{sample_deployment("d-2")}});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().reason, "deployment.already_active");
  EXPECT_NE(second.error().detail.find("d-1"), std::string::npos);
  put({change::UpdateDeployment{finished(sample_deployment("d-1"))}});
  EXPECT_EQ(*store().active_deployment(kProfile), std::nullopt);
  put({change::InsertDeployment{sample_deployment("d-2")}});
  EXPECT_EQ((*store().active_deployment(kProfile))->id.str(), "d-2");
  auto again = sample_deployment("d-1");
  again.revision = 2;
  refused({change::UpdateDeployment{again}}, ErrorCode::Conflict, "deployment.already_active");
}

TEST_P(StoreDeployments, the_place_is_free_again_within_one_change_set) {
  put({change::InsertDeployment{sample_deployment("d-1")}});
  put({change::UpdateDeployment{finished(sample_deployment("d-1"))},
       change::InsertDeployment{sample_deployment("d-2")}});
  EXPECT_EQ((*store().active_deployment(kProfile))->id.str(), "d-2");
}

TEST_P(StoreDeployments, an_id_is_taken_once_and_the_profile_must_exist) {
  put({change::InsertDeployment{finished(sample_deployment("d-1"))}});
  refused({change::InsertDeployment{sample_deployment("d-1")}}, ErrorCode::Conflict,
          "deployment.exists");
  refused({change::InsertDeployment{sample_deployment("d-3", "nobody")}}, ErrorCode::NotFound,
          "config.not_found");
}

TEST_P(StoreDeployments, an_update_needs_the_current_revision_and_leaves_targets) {
  put({change::InsertDeployment{sample_deployment("d-1")}});
  auto next = sample_deployment("d-1");
  next.targets.clear();
  next.state = Running{.step = 2, .phase = Phase::Judging, .since = at(9)};
  put({change::UpdateDeployment{next}});
  const auto stored = store().deployment(next.id).value();
  EXPECT_EQ(stored.revision, 2U);
  EXPECT_EQ(stored.state, next.state);
  EXPECT_EQ(stored.targets.size(), 3U);
  refused({change::UpdateDeployment{next}}, ErrorCode::Conflict, "deployment.changed");
  next.id = DeploymentId("nobody");
  refused({change::UpdateDeployment{next}}, ErrorCode::NotFound, "deployment.not_found");
}

TEST_P(StoreDeployments, targets_are_put_by_ordinal) {
  put({change::InsertDeployment{sample_deployment("d-1")}});
  Target moved = sample_deployment("d-1").targets[1];
  moved.state = TargetState::Rejected;
  moved.generation = 8;
  moved.reason = "own validator";
  Target added = moved;
  added.instance = InstanceId("i-late");
  put({change::PutTargets{DeploymentId("d-1"), {{3, added}, {1, moved}}}});
  const auto targets = store().deployment(DeploymentId("d-1"))->targets;
  ASSERT_EQ(targets.size(), 4U);
  EXPECT_EQ(targets[1], moved);
  EXPECT_EQ(targets[3], added);
  refused({change::PutTargets{DeploymentId("nobody"), {{0, moved}}}}, ErrorCode::NotFound,
          "deployment.not_found");
}

TEST_P(StoreDeployments, lists_newest_first_without_targets) {
  put({change::InsertProfile{sample_profile("orders")}});
  for (const char* id : {"d-9", "d-5", "d-7"}) {
    put({change::InsertDeployment{finished(sample_deployment(id))}});
  }
  put({change::InsertDeployment{sample_deployment("d-1", "orders")}});
  const auto ids = [&](const DeploymentFilter& filter, const PageRequest& request) {
    std::string found;
    for (const auto& d : store().deployments(filter, request)->items) {
      EXPECT_TRUE(d.targets.empty());
      found += d.id.str() + " ";
    }
    return found;
  };
  EXPECT_EQ(ids({}, {}), "d-1 d-7 d-5 d-9 ");
  EXPECT_EQ(ids({.profile = kProfile.str()}, {}), "d-7 d-5 d-9 ");
  EXPECT_EQ(ids({.state = "Succeeded"}, {.limit = 2}), "d-7 d-5 ");
  EXPECT_EQ(ids({.active_only = true}, {}), "d-1 ");
  const auto cursor = store().deployments({}, {.limit = 2})->next_cursor;
  put({change::InsertDeployment{sample_deployment("d-new")}});
  EXPECT_EQ(ids({}, {.limit = 2, .cursor = cursor}), "d-5 d-9 ");
}

TEST_P(StoreDeployments, active_ones_come_with_their_targets) {
  put({change::InsertProfile{sample_profile("orders")},
       change::InsertDeployment{sample_deployment("d-1")},
       change::InsertDeployment{sample_deployment("d-2", "orders")}});
  const auto active = store().active_deployments().value();
  ASSERT_EQ(active.size(), 2U);
  EXPECT_EQ(active[0].targets.size(), 3U);
  EXPECT_EQ(active[1].targets.size(), 3U);
  EXPECT_EQ((*store().active_deployment(kProfile))->targets.size(), 3U);
}

class StoreFleet : public StoreContract {
 protected:
  StoreFleet() {
    put({change::InsertProfile{sample_profile()}, change::PutInstance{sample_instance("i-1")}});
  }
};
HS_STORE_CONTRACT(StoreFleet);

TEST_P(StoreFleet, an_instance_is_read_as_it_was_stored_and_replaced) {
  EXPECT_EQ(store().instance(InstanceId("i-1")).value(), sample_instance("i-1"));
  auto changed = sample_instance("i-1");
  changed.labels = {{"rack", "r2"}, {"new", ""}};
  changed.status = InstanceStatus::Degraded;
  put({change::PutInstance{changed}});
  EXPECT_EQ(store().instance(InstanceId("i-1")).value(), changed);
  EXPECT_EQ(store().all_instances()->size(), 1U);
  EXPECT_EQ(store().instance(InstanceId("i-2")).error().reason, "instance.not_found");
}

TEST_P(StoreFleet, heartbeats_make_healthy_and_unknown_instances_are_ignored) {
  put({change::SetInstanceStatus{InstanceId("i-1"), InstanceStatus::Degraded},
       change::SetInstanceStatus{InstanceId("gone"), InstanceStatus::Degraded}});
  EXPECT_EQ(store().instance(InstanceId("i-1"))->status, InstanceStatus::Degraded);
  put({change::TouchInstances{{{InstanceId("gone"), at(50)}, {InstanceId("i-1"), at(50)}}}});
  EXPECT_EQ(store().instance(InstanceId("i-1"))->status, InstanceStatus::Healthy);
  EXPECT_EQ(store().instance(InstanceId("i-1"))->last_heartbeat, at(50));
}

TEST_P(StoreFleet, instances_are_filtered_and_paged) {
  auto other = sample_instance("i-2");
  other.service = ServiceName("orders");
  other.labels = {};
  other.status = InstanceStatus::Degraded;
  auto staging = sample_instance("i-3");
  staging.environment = "Staging";
  put({change::PutInstance{other}, change::PutInstance{staging}});
  const auto ids = [&](const InstanceFilter& filter) {
    std::string found;
    for (const auto& i : store().instances(filter, {})->items) found += i.id.str() + " ";
    return found;
  };
  EXPECT_EQ(ids({}), "i-1 i-2 i-3 ");
  EXPECT_EQ(ids({.service = "payments"}), "i-1 i-3 ");
  EXPECT_EQ(ids({.environment = "Staging"}), "i-3 ");
  EXPECT_EQ(ids({.status = "Degraded"}), "i-2 ");
  EXPECT_EQ(ids({.label_key = "rack", .label_value = "r1"}), "i-1 i-3 ");
  const auto first = store().instances({}, {.limit = 2}).value();
  const auto rest = store().instances({}, {.limit = 2, .cursor = first.next_cursor}).value();
  ASSERT_EQ(rest.items.size(), 1U);
  EXPECT_EQ(rest.items[0].id.str(), "i-3");
  EXPECT_EQ(store().instances({}, {.cursor = "zz"}).error().reason, "cursor.invalid");
  EXPECT_EQ(store().instances_of(ServiceName("payments"), "Production")->size(), 1U);
}

TEST_P(StoreFleet, assignments_and_observations_are_put_and_replaced) {
  const InstanceId id("i-1");
  const auto profile = kProfile.str();
  put({change::PutAssignments{{sample_assignment("i-1", profile)}},
       change::PutObservations{{sample_observation("i-1", profile)}}});
  EXPECT_EQ(store().assignments_of(id).value(), std::vector{sample_assignment("i-1", profile)});
  EXPECT_EQ(store().assignments_of(kProfile).value(),
            std::vector{sample_assignment("i-1", profile)});
  EXPECT_EQ(store().observations_of(kProfile).value(),
            std::vector{sample_observation("i-1", profile)});
  auto cleared = sample_assignment("i-1", profile);
  cleared.staged.reset();
  auto running = sample_observation("i-1", profile);
  running.version.reset();
  running.state = ObservedState::Running;
  put({change::PutAssignments{{cleared}}, change::PutObservations{{running}}});
  EXPECT_EQ(store().assignments_of(id).value(), std::vector{cleared});
  EXPECT_EQ(store().observations_of(id).value(), std::vector{running});
  cleared.active.reset();
  put({change::PutAssignments{{cleared}}});
  EXPECT_EQ(store().assignments_of(id).value(), std::vector{cleared});
}

TEST_P(StoreFleet, what_concerns_unknown_instances_or_profiles_is_left_out) {
  put({change::PutAssignments{{sample_assignment("gone", kProfile.str()),
                               sample_assignment("i-1", "nobody"),
                               sample_assignment("i-1", kProfile.str())}},
       change::PutObservations{{sample_observation("gone", kProfile.str())}}});
  EXPECT_EQ(store().assignments_of(kProfile)->size(), 1U);
  EXPECT_EQ(store().assignments_of(InstanceId("i-1"))->size(), 1U);
  EXPECT_TRUE(store().observations_of(kProfile)->empty());
}

TEST_P(StoreFleet, deleting_an_instance_takes_what_it_holds) {
  put({change::PutAssignments{{sample_assignment("i-1", kProfile.str())}},
       change::PutObservations{{sample_observation("i-1", kProfile.str())}},
       change::DeleteInstance{InstanceId("i-1")}, change::DeleteInstance{InstanceId("i-1")}});
  EXPECT_TRUE(store().all_instances()->empty());
  EXPECT_TRUE(store().assignments_of(kProfile)->empty());
  EXPECT_TRUE(store().observations_of(kProfile)->empty());
}

}  // namespace
}  // namespace hotswap::contract
