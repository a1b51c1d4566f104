// What a cluster lives by: takeovers, the change log, assignments that are chosen in the commit.
#include "contract/store_fixture.hpp"

namespace hotswap::contract {
namespace {

class StoreCluster : public StoreContract {
 protected:
  /// A profile with stable version 1.0.0 at this generation.
  void stable_profile(std::uint64_t generation) {
    const Profile profile = sample_profile();
    put({change::InsertProfile{profile},
         change::InsertVersion{sample_version(profile.name.str(), "1.0.0")},
         change::InsertVersion{sample_version(profile.name.str(), "2.0.0")},
         change::AdvanceProfile{profile.name, ver("1.0.0"), false, generation}});
  }
  static Instance instance(const std::string& id) {
    Instance made = sample_instance(id);
    made.service = sample_profile().service;
    made.environment = sample_profile().environment;
    return made;
  }
  Committed join(const std::string& id) {
    const Instance made = instance(id);
    return put({change::PutInstance{made},
                change::PutFirstAssignments{made.id, made.service, made.environment}});
  }
  static change::AssignRest rest() {
    const Profile profile = sample_profile();
    change::AssignRest rest{profile.name, profile.service, profile.environment, {}, {}};
    rest.slot = Assignment::Slot{ver("2.0.0"), "hash2", 9};
    return rest;
  }
  static std::vector<std::string> ids(const std::vector<Assignment>& assignments) {
    std::vector<std::string> out;
    for (const auto& assignment : assignments) out.push_back(assignment.instance.str());
    std::ranges::sort(out);
    return out;
  }
};
using Ids = std::vector<std::string>;

TEST_P(StoreCluster, ANewInstanceStartsWithTheStableVersionsOfItsService) {
  stable_profile(5);
  const Committed committed = join("i1");
  ASSERT_EQ(committed.first.size(), 1u);
  EXPECT_EQ(committed.first[0].active->version, ver("1.0.0"));
  EXPECT_EQ(committed.first[0].active->generation, 5u);
  EXPECT_EQ(store().assignments_of(InstanceId("i1")).value(), committed.first);
}

TEST_P(StoreCluster, WhatAnInstanceWasAssignedIsNotReplacedWhenItRegistersAgain) {
  stable_profile(5);
  join("i1");
  Assignment moved = store().assignments_of(InstanceId("i1")).value().front();
  moved.active->version = ver("2.0.0");
  put({change::PutAssignments{{moved}}});
  EXPECT_TRUE(join("i1").first.empty());
  EXPECT_EQ(store().assignments_of(InstanceId("i1")).value().front(), moved);
}

TEST_P(StoreCluster, TheRestIsWhoDoesNotHoldTheContentYet) {
  stable_profile(5);
  for (const auto* id : {"i1", "i2", "i3", "i4"}) join(id);
  Instance stranger = instance("other");
  stranger.environment = "elsewhere";
  put({change::PutInstance{stranger}});
  put({change::PutAssignments{{{InstanceId("i2"),
                                sample_profile().name,
                                Assignment::Slot{ver("2.0.0"), "hash2", 8},
                                {}}}}});
  auto change = rest();
  change.except.insert(InstanceId("i3"));
  const Committed committed = put({change});
  EXPECT_EQ(ids(committed.rest), (Ids{"i1", "i4"}));
  const auto held = store().assignments_of(InstanceId("i4")).value().front();
  EXPECT_EQ(held.active->version, ver("2.0.0"));
  EXPECT_EQ(held.active->generation, 9u);
  EXPECT_EQ(store().assignments_of(InstanceId("i3")).value().front().active->version, ver("1.0.0"));
}

TEST_P(StoreCluster, WhoHoldsAContentCanBeGivenNothingInstead) {
  stable_profile(5);
  for (const auto* id : {"i1", "i2"}) join(id);
  put({change::PutAssignments{{{InstanceId("i2"),
                                sample_profile().name,
                                Assignment::Slot{ver("2.0.0"), "hash2", 8},
                                {}}}}});
  auto change = rest();
  change.slot.reset();
  change.only = {ver("2.0.0"), "hash2"};
  EXPECT_EQ(ids(put({change}).rest), Ids{"i2"});
  EXPECT_FALSE(store().assignments_of(InstanceId("i2")).value().front().active);
  EXPECT_TRUE(store().assignments_of(InstanceId("i1")).value().front().active);
}

TEST_P(StoreCluster, AfterATakeoverTheOldOwnersSavesAreRefused) {
  put({change::InsertProfile{sample_profile()}});
  const Deployment deployment = sample_deployment("d1");
  put({change::InsertDeployment{deployment}});
  const Deployment old = store().deployment(deployment.id).value();
  put({change::ClaimDeployment{deployment.id, old.fence}});
  refused({change::UpdateDeployment{old}}, ErrorCode::Conflict, "deployment.fenced");
  refused({change::ClaimDeployment{deployment.id, old.fence}}, ErrorCode::Conflict,
          "deployment.fenced");
  refused({change::ClaimDeployment{DeploymentId("none"), 0}}, ErrorCode::NotFound,
          "deployment.not_found");
  put({change::UpdateDeployment{store().deployment(deployment.id).value()}});
  const auto active = store().active_fences().value();
  ASSERT_EQ(active.size(), 1u);
  EXPECT_EQ(active[0].second, old.fence + 1);
}

TEST_P(StoreCluster, OnlyTheHomeOfAnInstanceMayCallItSilent) {
  put({change::PutInstance{instance("i1")}});
  put({change::TouchInstances{{{InstanceId("i1"), at(5)}}, "b"}});
  EXPECT_EQ(store().instance(InstanceId("i1"))->home, "b");
  refused({change::SetInstanceStatus{InstanceId("i1"), InstanceStatus::Degraded, "a"}},
          ErrorCode::Conflict, "instance.moved");
  refused({change::DeleteInstance{InstanceId("i1"), "a"}}, ErrorCode::Conflict, "instance.moved");
  put({change::SetInstanceStatus{InstanceId("i1"), InstanceStatus::Degraded, "b"}});
  put({change::DeleteInstance{InstanceId("i1"), "b"}});
  put({change::DeleteInstance{InstanceId("i1"), "b"}});
}

TEST_P(StoreCluster, TheChangeLogIsReadInOrderAndPruned) {
  EXPECT_EQ(store().last_change().value(), 0u);
  put({change::AppendChange{"a", json::Object{{"n", 1}}, at(1)}});
  put({change::AppendChange{"b", json::Object{{"n", 2}}, at(2)}});
  const auto all = store().changes(0, 10).value();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].node, "a");
  EXPECT_LT(all[0].sequence, all[1].sequence);
  EXPECT_EQ(store().last_change().value(), all[1].sequence);
  EXPECT_EQ(store().changes(all[0].sequence, 10).value().size(), 1u);
  EXPECT_EQ(store().changes(0, 1).value().size(), 1u);
  put({change::PruneChanges{at(2)}});
  EXPECT_EQ(store().changes(0, 10).value().size(), 1u);
}

TEST_P(StoreCluster, NodesSayThatTheyLive) {
  ClusterNode node;
  node.id = "a-1";
  node.name = "a";
  node.url = "https://a";
  node.version = "1";
  node.started_at = at(1);
  node.beat = 1;
  put({change::PutNode{node}});
  node.beat = 2;
  node.leads = true;
  node.load = {.cpu = 0.25, .deployments = 3, .streams = 4, .instances = 5, .behind = 6};
  put({change::PutNode{node}});
  EXPECT_EQ(store().nodes().value(), std::vector{node});
  put({change::DeleteNode{"a-1"}});
  EXPECT_TRUE(store().nodes().value().empty());
}

TEST_P(StoreCluster, RevocationsOnlyGrow) {
  EXPECT_TRUE(store().revocations().value().empty());
  put({change::PutRevocation{{InstanceId("b"), at(5)}},
       change::PutRevocation{{InstanceId("a"), at(3)}}});
  put({change::PutRevocation{{InstanceId("b"), at(4)}}});
  EXPECT_EQ(store().revocations().value(),
            (std::vector<Revocation>{{InstanceId("a"), at(3)}, {InstanceId("b"), at(5)}}));
  put({change::PutRevocation{{InstanceId("b"), at(6)}}});
  EXPECT_EQ(store().revocations().value().back().at, at(6));
}

HS_STORE_CONTRACT(StoreCluster);

}  // namespace
}  // namespace hotswap::contract
