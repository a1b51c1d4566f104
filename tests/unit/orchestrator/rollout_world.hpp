#pragma once
// Ways to say what deployments go through, shared by the tests of the runner and its service.

#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {

class RolloutWorld : public World {
 protected:
  static inline const json::Value kDirect{"Direct"};

  /// 1.0.0 runs everywhere, 1.1.0 is uploaded, and there is traffic to compare with.
  void fleet_on_first_version(int instances) {
    create_profile();
    upload("1.0.0", 1);
    upload("1.1.0", 2);
    register_instances(instances);
    live("1.0.0");
    rounds(5, std::chrono::seconds(5));
  }
  void live(const std::string& version) {
    const auto first = start(version, kDirect);
    ASSERT_TRUE(first) << first.error().detail;
    node().runner.run_due();
    round();
    ASSERT_EQ(state(first->id), "Succeeded");
  }
  void rounds(int count, Duration apart = std::chrono::seconds(1)) {
    for (int i = 0; i < count; ++i) {
      pass(apart);
      round();
    }
  }
  /// Until it ends.
  void run_to_end(const DeploymentId& id, int most = 100) {
    for (int i = 0; i < most && !is_terminal(now(id).state); ++i) rounds(1);
  }
  /// Rounds in which whoever shall run 1.1.0 answers with errors.
  void bad_rounds(const DeploymentId& id, int most) {
    for (int i = 0; i < most && !is_terminal(now(id).state); ++i) {
      pass(std::chrono::seconds(1));
      heartbeats([](const InstanceId&) { return true; },
                 [&](const InstanceId& instance) {
                   return desired_of(instance) == "1.1.0" ? bad() : good();
                 });
      node().runner.run_due();
    }
  }
  std::string desired_of(const InstanceId& id) {
    Caller self = caller_with(Role::Instance, id.value);
    self.principal.instance = id;
    const auto desired = node().fleet.desired(self, id);
    if (!desired || desired->empty() || !desired->at(0).active) return "none";
    return desired->at(0).active->version.str();
  }
  /// Canary of half and all, `soak` each, with more members of the strategy.
  static json::Object canary(const std::string& soak = "PT10S") {
    return json::Object{{"type", "Canary"},
                        {"canaryPercentage", 50},
                        {"phases", json::Array{50, 100}},
                        {"phaseInterval", soak}};
  }
  static json::Object with(json::Object strategy, const std::string& name, json::Value value) {
    strategy.set(name, std::move(value));
    return strategy;
  }
  DeploymentId started(const json::Value& strategy, const std::string& version = "1.1.0") {
    const auto begun = start(version, strategy);
    EXPECT_TRUE(begun) << (begun ? "" : begun.error().reason + ' ' + begun.error().detail);
    if (!begun) return {};
    node().runner.run_due();
    return begun->id;
  }
  Result<Deployment> command(const DeploymentId& id, DeploymentCommand command) {
    return node().deployments.command(kAdmin, id, std::move(command));
  }
  std::string phase(const DeploymentId& id) {
    const auto deployment = now(id);
    const auto* running = std::get_if<Running>(&deployment.state);
    return running ? std::string(to_string(running->phase)) : state(id);
  }
  std::vector<HealthRecord> records(const DeploymentId& id) {
    return store_.health_records(id, 0, 10'000).value();
  }
  std::vector<TimelineEvent> events(const DeploymentId& id, const std::string& kind) {
    auto all = store_.events({.profile = {}, .deployment = id.value}, 0, 500).value();
    std::erase_if(all, [&](const TimelineEvent& event) { return event.kind != kind; });
    return all;
  }
};

}  // namespace hotswap::testing
