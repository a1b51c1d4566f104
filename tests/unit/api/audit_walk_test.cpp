// Every route that changes something leaves exactly one entry of its own in the audit, with who,
// from where, what and how it ended; every refusal does as well.
#include "api/resources/routes.hpp"
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

using Key = std::pair<Method, std::string>;

/// Change nothing, or what is no person's deed; each with why it has no entry.
const std::map<Key, std::string> kSilent = {
    {{Method::Post, "/api/v1/schemas/{id}/validate"}, "only looks"},
    {{Method::Post, "/api/v1/deployments/{id}/replay"}, "only looks"},
    {{Method::Post, "/api/v1/instances/{id}/heartbeat"}, "what instances say all the time"},
    {{Method::Post, "/api/v1/notifications/channels/{name}/test"}, "changes nothing"}};

struct AuditWalk : ::testing::Test {
  World world;
  std::set<Key> walked;

  std::vector<AuditEntry> entries(std::uint64_t after) {
    return world.memory.audit_after(after, 1000).value();
  }
  std::uint64_t last() {
    const auto newest = world.memory.audit({}, {.limit = 1, .cursor = {}})->items;
    return newest.empty() ? 0 : newest.front().sequence;
  }
  /// Asks as an Admin; one entry of this action must come of it.
  Answer leaves(Method method, const std::string& pattern, const std::string& target,
                const std::string& body, const std::string& action) {
    walked.emplace(method, pattern);
    const auto before = last();
    const auto answer = world.ask(Role::Admin, method, target, body);
    EXPECT_LT(answer.status, 300) << to_string(method) << " " << target
                                  << (answer.response.body ? *answer.response.body : "");
    int found = 0;
    for (const auto& entry : entries(before)) {
      EXPECT_EQ(entry.actor, "a-Admin") << entry.action;
      EXPECT_EQ(entry.roles, "Admin") << entry.action;
      EXPECT_EQ(entry.address, "127.0.0.1:4711") << entry.action;
      EXPECT_EQ(entry.outcome, "success") << entry.action;
      EXPECT_FALSE(entry.trace_id.empty()) << entry.action;
      EXPECT_FALSE(entry.resource.empty()) << entry.action;
      if (entry.action == action) ++found;
    }
    EXPECT_EQ(found, 1) << to_string(method) << " " << target << " should leave one " << action;
    return answer;
  }
  Answer post(const std::string& pattern, const std::string& target, const std::string& body,
              const std::string& action) {
    return leaves(Method::Post, pattern, target, body, action);
  }

  void configs() {
    const std::string config = "/api/v1/configs/{name}";
    post("/api/v1/configs", "/api/v1/configs",
         R"({"name":"pay","serviceName":"pay","environment":"Production","strategy":"Direct"})",
         "config.create");
    leaves(Method::Put, config, "/api/v1/configs/pay",
           R"({"name":"pay","serviceName":"pay","environment":"Production","strategy":"Direct"})",
           "config.update");
    patch(config, "/api/v1/configs/pay", R"({"description":"d"})", "config.update");
    for (const auto* number : {"1.0.0", "1.1.0"})
      post(config + "/versions", "/api/v1/configs/pay/versions",
           R"({"version":")" + std::string(number) + R"(","data":{"v":")" + number + "\"}}",
           "version.upload");
    const auto tag = "/api/v1/configs/pay/versions/1.0.0/tags/beta";
    leaves(Method::Put, config + "/versions/{version}/tags/{tag}", tag, "", "version.tag");
    leaves(Method::Delete, config + "/versions/{version}/tags/{tag}", tag, "", "version.untag");
    post(config + "/rollback", "/api/v1/configs/pay/rollback", R"({"toVersion":"1.0.0"})",
         "config.rollback");
  }
  void patch(const std::string& pattern, const std::string& target, const std::string& body,
             const std::string& action) {
    leaves(Method::Patch, pattern, target, body, action);
  }
  void schemas() {
    const std::string one = "/api/v1/schemas/{id}";
    const auto registered = [&](const std::string& number, const std::string& type) {
      return R"({"name":"pay","version":")" + number +
             R"(","schema":{"type":"object","properties":{"v":{"type":")" + type + "\"}}}}";
    };
    post("/api/v1/schemas", "/api/v1/schemas", registered("1.0.0", "string"), "schema.register");
    patch(one, "/api/v1/schemas/pay", R"({"description":"d"})", "schema.update");
    for (const auto* verb : {"approve", "reject"}) {
      const std::string number = verb[0] == 'a' ? "2.0.0" : "3.0.0";
      const auto pending =
          post("/api/v1/schemas", "/api/v1/schemas",
               registered(number, verb[0] == 'a' ? "integer" : "boolean"), "schema.register");
      const auto seen = world.get("/api/v1/schemas/pay/versions/" + number);
      post(one + "/" + verb, std::string("/api/v1/schemas/pay/") + verb,
           R"({"version":")" + number + R"(","hash":")" + seen.text("hash") + R"(","comment":"c"})",
           std::string("schema.") + verb);
    }
  }
  void deployments() {
    const std::string one = "/api/v1/deployments/{id}";
    const auto started = [&](const std::string& more = "") {
      const auto answer =
          post("/api/v1/deployments", "/api/v1/deployments",
               R"({"configName":"pay","configVersion":")" +
                   std::string(more.empty() ? "1.0.0" : "1.1.0") + R"(","force":true)" + more + "}",
               "deployment.start");
      world.runner.run_due();
      return "/api/v1/deployments/" + answer.text("id");
    };
    const auto slow = R"(,"strategy":{"type":"Canary","phases":[50,100],"phaseInterval":"PT9M"})";
    // Something to go back to.
    static_cast<void>(started());
    finish();
    auto path = started(slow);
    post(one + "/pause", path + "/pause", "", "deployment.paused");
    post(one + "/resume", path + "/resume", "", "deployment.resumed");
    for (const auto& member : members) world.acknowledge(member, "pay");
    world.runner.run_due();
    post(one + "/promote", path + "/promote", "", "deployment.promoted");
    post(one + "/rollback", path + "/rollback", "", "rollback.started");
    world.runner.run_due();
    finish();
    path = started(slow);
    post(one + "/cancel", path + "/cancel", R"({"reason":"enough"})", "deployment.cancelled");
    patch("/api/v1/configs/{name}", "/api/v1/configs/pay", R"({"access":{"approval":"required"}})",
          "config.update");
    for (const auto* verb : {"approve", "reject"}) {
      const auto asked =
          world.ask(world.request(Method::Post, "/api/v1/deployments", world.token(Role::Operator),
                                  R"({"configName":"pay","configVersion":"1.0.0","force":true})"));
      ASSERT_EQ(asked.status, 202);
      path = "/api/v1/deployments/" + asked.text("id");
      post(one + "/" + verb, path + "/" + verb, "",
           std::string("approval.") + (verb[0] == 'a' ? "granted" : "rejected"));
      if (verb[0] == 'a') post(one + "/cancel", path + "/cancel", "", "deployment.cancelled");
    }
    post("/api/v1/deployments", "/api/v1/deployments",
         R"({"configName":"pay","configVersion":"1.0.0","force":true,)"
         R"("breakGlass":{"reason":"fire"}})",
         "deployment.breakGlass");
    finish();
  }
  void finish() {
    for (int i = 0; i < 5; ++i) {
      for (const auto& member : members) world.acknowledge(member, "pay");
      world.runner.run_due();
      world.clock.advance(std::chrono::minutes(1));
      world.runner.run_due();
    }
  }
  void others() {
    const std::string traffic = "/api/v1/services/{name}/{environment}/traffic";
    const std::string shop = "/api/v1/services/shop/Production/traffic";
    leaves(Method::Put, traffic, shop,
           R"({"router":{"type":"haproxy","socket":"/run/s.sock","map":"/etc/p.map"}})",
           "traffic.write");
    world.traffic.run_due();
    post(traffic + "/switch", shop + "/switch", R"({"pool":"green"})", "traffic.write");
    const auto freeze = post("/api/v1/calendar", "/api/v1/calendar",
                             R"({"type":"freeze","reason":"r"})", "calendar.freeze");
    leaves(Method::Delete, "/api/v1/calendar/{id}", "/api/v1/calendar/" + freeze.text("id"), "",
           "calendar.unfreeze");
    const std::string channels = "/api/v1/notifications/channels";
    post(channels, channels, R"({"name":"chat","type":"slack","target":"https://h.example/T"})",
         "channel.write");
    leaves(Method::Put, channels + "/{name}", channels + "/chat", R"({"severity":"critical"})",
           "channel.write");
    leaves(Method::Delete, channels + "/{name}", channels + "/chat", "", "channel.write");
    dead_letters();
    post("/api/v1/retention/run", "/api/v1/retention/run", "", "retention.run");
    world.retention_job.tick();
    post("/api/v1/secrets/rotate", "/api/v1/secrets/rotate", "", "secret.rotate");
    leaves(Method::Put, "/api/v1/admin/log-levels", "/api/v1/admin/log-levels",
           R"({"levels":"info,runner=debug","for":"10m"})", "log.level");
    post("/api/v1/audit/checkpoints", "/api/v1/audit/checkpoints", "", "audit.checkpoint");
    post("/api/v1/erasures", "/api/v1/erasures", R"({"person":"zoe","reason":"r"})",
         "erasure.begin");
  }
  void dead_letters() {
    const std::string letters = "/api/v1/notifications/dead-letters";
    for (const auto* id : {"a", "b"})
      ASSERT_TRUE(world.committer.commit(
          ChangeSet{change::EnqueueOutbox{id, "hook", json::Object{}, world.clock.wall()},
                    change::BuryOutbox{id, 8, "503"}}));
    post(letters + "/{id}/replay", letters + "/a/replay", "", "channel.write");
    leaves(Method::Delete, letters + "/{id}", letters + "/b", "", "channel.write");
  }

  std::vector<World::Member> members;
};

TEST_F(AuditWalk, EveryRouteThatChangesSomethingLeavesOneEntryOfItsOwn) {
  configs();
  schemas();
  const std::string instance = R"({"serviceName":"pay","environment":"Production"})";
  const auto joined = post("/api/v1/instances", "/api/v1/instances", instance, "instance.register");
  members.push_back({joined.text("id"), joined.text("token")});
  deployments();
  others();
  leaves(Method::Delete, "/api/v1/instances/{id}/token",
         "/api/v1/instances/" + joined.text("id") + "/token", "", "instance.revoke");
  leaves(Method::Delete, "/api/v1/instances/{id}", "/api/v1/instances/" + joined.text("id"), "",
         "instance.remove");
  leaves(Method::Delete, "/api/v1/configs/{name}", "/api/v1/configs/pay?force=true", "",
         "config.delete");
  for (const auto& route : routes()) {
    if (route.method == Method::Get || route.method == Method::Head) continue;
    const Key key(route.method, route.pattern);
    EXPECT_TRUE(walked.contains(key) != kSilent.contains(key))
        << to_string(route.method) << " " << route.pattern
        << " changes something that no test of the audit walks";
  }
  EXPECT_EQ(world.get("/api/v1/audit/verify").status, 200);
}

TEST_F(AuditWalk, EveryRefusalIsOnRecord) {
  for (const auto& route : routes()) {
    if (!route.action) continue;
    std::string target(route.pattern);
    for (auto at = target.find('{'); at != std::string::npos; at = target.find('{'))
      target.replace(at, target.find('}') - at + 1, "x");
    world.clock.advance(std::chrono::minutes(2));
    world.api.flush_denials();
    const auto before = last();
    EXPECT_EQ(world.ask(world.request(route.method, target, "a.b.c")).status, 401) << target;
    const auto left = entries(before);
    ASSERT_EQ(left.size(), 1U) << target;
    EXPECT_EQ(left[0].outcome, "denied");
    EXPECT_EQ(left[0].action, to_string(*route.action));
    EXPECT_EQ(left[0].resource, target);
    EXPECT_EQ(left[0].address, "127.0.0.1:4711");
  }
}

TEST_F(AuditWalk, EveryStepOfARolloutIsOnRecordAsTheSystems) {
  world.make_profile();
  world.upload("1.0.0", R"({"v":1})");
  members = {world.join("one"), world.join("two")};
  const auto id = world
                      .post("/api/v1/deployments",
                            R"({"configName":"pay.production","configVersion":"1.0.0","strategy":)"
                            R"({"type":"Canary","phases":[50,100],"phaseInterval":"PT1M",)"
                            R"("healthCheckEnabled":false}})")
                      .text("id");
  for (int i = 0; i < 12; ++i) {
    world.runner.run_due();
    for (const auto& member : members) world.acknowledge(member);
    world.clock.advance(std::chrono::seconds(30));
  }
  ASSERT_EQ(world.get("/api/v1/deployments/" + id).text("state"), "Succeeded");
  const auto timeline = world.memory.events({.profile = {}, .deployment = id}, 0, 100).value();
  AuditFilter filter;
  filter.resource = "deployments/" + id;
  const auto audit = world.memory.audit(filter, {.limit = 100, .cursor = {}})->items;
  for (const auto& event : timeline) {
    if (event.kind == "deployment.planned" || event.kind == "config.stable_moved") continue;
    const auto found = std::ranges::count_if(audit, [&](const AuditEntry& entry) {
      return entry.action == event.kind && entry.detail == event.message && entry.at == event.at;
    });
    EXPECT_EQ(found, 1) << event.kind << ": " << event.message;
  }
  for (const auto& entry : audit) {
    if (entry.action == "deployment.start") continue;
    EXPECT_EQ(entry.actor, "system") << entry.action;
    EXPECT_FALSE(entry.trace_id.empty()) << entry.action;
  }
  EXPECT_GE(audit.size(), 7U);
}

}  // namespace
}  // namespace hotswap::api::testing
