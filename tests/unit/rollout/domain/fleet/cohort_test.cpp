#include "domain/fleet/cohort.hpp"

#include <algorithm>
#include <random>
#include <set>

#include "../../support.hpp"

namespace hotswap {
namespace {

Instance instance_of(int number, std::string zone = "") {
  Instance instance;
  instance.id = InstanceId("instance-" + std::to_string(number));
  instance.zone = std::move(zone);
  return instance;
}

std::vector<Instance> fleet(int size, int zones) {
  std::vector<Instance> instances;
  for (int i = 0; i < size; ++i)
    instances.push_back(instance_of(i, "z" + std::to_string(i % zones)));
  return instances;
}

std::vector<std::string> ids(const std::vector<Instance>& instances) {
  std::vector<std::string> result;
  for (const auto& instance : instances) result.push_back(instance.id.str());
  return result;
}

/// The instances themselves, in the order of the places.
Result<std::vector<Instance>> select(const std::vector<Instance>& candidates,
                                     const TargetSelection& selection,
                                     const DeploymentId& deployment) {
  const auto places = select_targets(candidates, selection, deployment);
  if (!places) return std::unexpected(places.error());
  std::vector<Instance> selected;
  for (const auto place : *places) selected.push_back(candidates[place]);
  return selected;
}

const DeploymentId kDeployment("d-1");

TEST(Cohorts, AreTheSameHoweverTheCandidatesAreListed) {
  auto instances = fleet(1000, 3);
  const auto first = ids(*select(instances, {}, kDeployment));
  std::mt19937_64 random(3);
  for (int i = 0; i < 5; ++i) {
    std::ranges::shuffle(instances, random);
    EXPECT_EQ(ids(*select(instances, {}, kDeployment)), first);
  }
}

TEST(Cohorts, HoldEverybodyExactlyOnce) {
  const auto selected = ids(*select(fleet(1000, 3), {}, kDeployment));
  EXPECT_EQ(std::set(selected.begin(), selected.end()).size(), 1000U);
}

TEST(Cohorts, DifferFromDeploymentToDeployment) {
  const auto one = ids(*select(fleet(1000, 3), {}, DeploymentId("d-1")));
  const auto two = ids(*select(fleet(1000, 3), {}, DeploymentId("d-2")));
  EXPECT_NE(one, two);
  std::set<std::string> first(one.begin(), one.begin() + 100);
  const auto both = std::count_if(two.begin(), two.begin() + 100,
                                  [&](const std::string& id) { return first.contains(id); });
  EXPECT_LT(both, 30);  // 10 are expected by chance: nobody is always the canary
}

TEST(Cohorts, SpreadEveryPrefixOverAllZones) {
  const auto selected = *select(fleet(1000, 4), {}, kDeployment);
  std::map<std::string, int> seen;
  for (const auto& instance : selected) {
    ++seen[instance.zone];
    int least = seen.size() < 4 ? 0 : 1000;
    int most = 0;
    for (const auto& [zone, count] : seen) {
      least = std::min(least, count);
      most = std::max(most, count);
    }
    ASSERT_LE(most - least, 1);
  }
}

TEST(Cohorts, GoOnWithTheLargerZoneWhenASmallOneIsExhausted) {
  auto instances = fleet(10, 1);
  instances.push_back(instance_of(99, "small"));
  const auto selected = *select(instances, {}, kDeployment);
  ASSERT_EQ(selected.size(), 11U);
  EXPECT_TRUE(selected[0].zone == "small" || selected[1].zone == "small");
}

TEST(Cohorts, PutDegradedInstancesLastAndLeaveRemovedOnesOut) {
  auto instances = fleet(20, 2);
  instances[3].status = InstanceStatus::Degraded;
  instances[4].status = InstanceStatus::Degraded;
  instances[5].status = InstanceStatus::Removed;
  const auto selected = *select(instances, {}, kDeployment);
  ASSERT_EQ(selected.size(), 19U);
  EXPECT_EQ(selected[17].status, InstanceStatus::Degraded);
  EXPECT_EQ(selected[18].status, InstanceStatus::Degraded);
}

TEST(Selection, TakesNamedInstancesOnly) {
  TargetSelection selection;
  selection.instances = {InstanceId("instance-3"), InstanceId("instance-1"),
                         InstanceId("instance-3")};
  auto found = ids(*select(fleet(10, 1), selection, kDeployment));
  std::ranges::sort(found);
  EXPECT_EQ(found, (std::vector<std::string>{"instance-1", "instance-3"}));
}

TEST(Selection, NamesThoseItDoesNotKnow) {
  TargetSelection selection;
  selection.instances = {InstanceId("instance-3"), InstanceId("nobody"), InstanceId("other")};
  const auto found = select(fleet(10, 1), selection, kDeployment);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().reason, "targets.unknown_instance");
  EXPECT_NE(found.error().detail.find("nobody, other"), std::string::npos);
  EXPECT_EQ(found.error().detail.find("instance-3"), std::string::npos);
}

TEST(Selection, TakesThoseWithAllLabels) {
  auto instances = fleet(4, 1);
  instances[0].labels = {{"tier", "gold"}, {"arch", "arm"}};
  instances[1].labels = {{"tier", "gold"}};
  instances[2].labels = {{"tier", "tin"}, {"arch", "arm"}};
  TargetSelection selection;
  selection.selector = {{"tier", "gold"}, {"arch", "arm"}};
  EXPECT_EQ(ids(*select(instances, selection, kDeployment)),
            std::vector<std::string>{"instance-0"});
}

TEST(Selection, TakesAPercentageRoundedUp) {
  TargetSelection selection;
  selection.percentage = 25;
  EXPECT_EQ(select(fleet(10, 2), selection, kDeployment)->size(), 3U);
  selection.percentage = 0.1;
  EXPECT_EQ(select(fleet(10, 2), selection, kDeployment)->size(), 1U);
  selection.percentage = 100;
  EXPECT_EQ(select(fleet(10, 2), selection, kDeployment)->size(), 10U);
}

TEST(Selection, RefusesToAimAtNobody) {
  EXPECT_EQ(select({}, {}, kDeployment).error().reason, "targets.none");
  TargetSelection selection;
  selection.selector = {{"tier", "gold"}};
  EXPECT_EQ(select(fleet(3, 1), selection, kDeployment).error().reason, "targets.none");
}

TEST(SelectionJson, ReadsEachOfItsForms) {
  const auto read = [](std::string_view text) {
    return target_selection_from_json(parsed(text), "$.targets").value();
  };
  EXPECT_EQ(read(R"({"instances":["a","b"]})").instances.size(), 2U);
  EXPECT_EQ(read(R"({"selector":{"tier":"gold"}})").selector.at("tier"), "gold");
  EXPECT_EQ(read(R"({"percentage":12.5})").percentage, 12.5);
  EXPECT_FALSE(read(R"({"percentage":12.5})").all());
  EXPECT_TRUE(TargetSelection{}.all());
}

TEST(SelectionJson, NamesEveryMistake) {
  struct Case {
    const char* text;
    Mistakes expected;
  };
  const Case cases[] = {
      {"{}", {"$.targets oneOf"}},
      {R"({"percentage":5,"selector":{"a":"b"}})", {"$.targets oneOf"}},
      {R"({"instances":[]})", {"$.targets.instances minItems"}},
      {R"({"instances":"a"})", {"$.targets.instances type", "$.targets.instances minItems"}},
      {R"({"selector":{}})", {"$.targets.selector minProperties"}},
      {R"({"selector":{"a":1}})", {"$.targets.selector type"}},
      {R"({"percentage":0})", {"$.targets.percentage minimum"}},
      {R"({"percentage":101})", {"$.targets.percentage maximum"}},
      {R"({"percent":5})", {"$.targets oneOf", "$.targets.percent unknown"}},
      {"[]", {"$.targets type"}},
  };
  for (const auto& each : cases) {
    const auto read = target_selection_from_json(parsed(each.text), "$.targets");
    ASSERT_FALSE(read) << each.text;
    EXPECT_EQ(mistakes(read), each.expected) << each.text;
    EXPECT_EQ(read.error().reason, "targets.invalid");
  }
}

}  // namespace
}  // namespace hotswap
