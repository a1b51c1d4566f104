#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

constexpr auto* kRetention = "/api/v1/retention";
constexpr auto* kRun = "/api/v1/retention/run";
constexpr auto* kVersions = "/api/v1/configs/pay.production/versions";

std::string version(const std::string& number) { return std::string(kVersions) + '/' + number; }

/// Four versions, of which the newest alone would stay.
struct Archived : World {
  Archived() {
    make_profile("pay.production", R"(,"retention":{"versions":1,"days":1})");
    for (int i = 0; i < 4; ++i)
      upload("1.0." + std::to_string(i), R"({"n":)" + std::to_string(i) + "}");
    clock.advance(std::chrono::hours(48));
  }
  json::Value runs(bool dry = false) {
    const auto begun = post(std::string(kRun) + (dry ? "?dryRun=true" : ""), "");
    EXPECT_EQ(begun.status, 202) << *begun.response.body;
    EXPECT_EQ(begun.text("state"), "Running");
    retention_job.tick();
    const auto after = get(kRetention);
    return (*after.body.find("runs")->as_array())[0];
  }
  [[nodiscard]] bool is_archived(const std::string& number) {
    return *get(version(number)).body.find("archived")->as_bool();
  }
};

TEST(Retention, a_dry_run_says_what_would_move) {
  Archived world;
  const auto run = world.runs(true);
  EXPECT_EQ(run.find("state")->as_string()->view(), "Done");
  EXPECT_EQ(json::write(*run.find("versions")), "3");
  EXPECT_EQ(world.archive.objects(), 0U);
  EXPECT_FALSE(world.is_archived("1.0.0"));
}

TEST(Retention, an_archived_version_is_listed_and_read_as_before) {
  Archived world;
  const auto before = world.get(version("1.0.0"));
  EXPECT_EQ(json::write(*world.runs().find("versions")), "3");
  const auto list = world.get(kVersions);
  const auto& items = *list.body.find("items")->as_array();
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(*items[0].find("archived")->as_bool(), false);
  EXPECT_EQ(*items[3].find("archived")->as_bool(), true);
  const auto after = world.get(version("1.0.0"));
  EXPECT_EQ(json::write(*after.body.find("data")), R"({"n":0})");
  EXPECT_EQ(after.text("hash"), before.text("hash"));
  EXPECT_EQ(json::write(*after.body.find("size")), json::write(*before.body.find("size")));
}

TEST(Retention, archived_versions_are_compared_and_rolled_back_to) {
  Archived world;
  world.runs();
  const auto diff = world.get(version("1.0.0") + "/diff/1.0.1");
  EXPECT_EQ(diff.status, 200) << *diff.response.body;
  EXPECT_EQ(diff.body.find("modified")->as_array()->size(), 1U);
  const auto back =
      world.post("/api/v1/configs/pay.production/rollback", R"({"toVersion":"1.0.0"})");
  ASSERT_EQ(back.status / 100, 2) << *back.response.body;
  const auto anew = world.get(version("1.0.4"));
  EXPECT_EQ(json::write(*anew.body.find("data")), R"({"n":0})");
  EXPECT_FALSE(world.is_archived("1.0.4"));
  const auto same = world.post(kVersions, R"({"version":"1.0.1","data":{"n":1}})");
  EXPECT_EQ(same.status, 200) << "the same content again is no conflict";
}

TEST(Retention, what_is_deployed_comes_back_for_the_time_when_the_archive_is_away) {
  Archived world;
  world.runs();
  const auto member = world.join("a");
  const auto begun = world.post("/api/v1/deployments",
                                R"({"configName":"pay.production","configVersion":"1.0.0"})");
  ASSERT_EQ(begun.status, 202) << *begun.response.body;
  world.archive.set_down(true);
  EXPECT_FALSE(world.is_archived("1.0.0"));
  world.runner.run_due();
  const auto held = world.ask(
      world.request(Method::Get, "/api/v1/instances/" + member.id + "/configs", member.token));
  EXPECT_TRUE(held.response.body->contains(R"("n":0)")) << *held.response.body;
  world.archive.set_down(false);
  EXPECT_EQ(json::write(*world.runs().find("versions")), "0") << "it is in use now";
}

TEST(Retention, without_its_archive_the_server_stays_ready_and_says_what_is_wrong) {
  Archived world;
  world.runs();
  world.archive.set_down(true);
  world.clock.advance(std::chrono::minutes(2));
  world.retention_job.tick();
  // Nothing of it has been read yet, so that nothing is kept.
  const auto refused = world.get(version("1.0.0"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.text("reason"), "archive.unavailable");
  EXPECT_EQ(world.get(version("1.0.3")).status, 200);
  EXPECT_EQ(world.get(kVersions).status, 200);
  EXPECT_EQ(world.post(kVersions, R"({"version":"1.0.1","data":{"n":1}})").status, 200);
  EXPECT_EQ(world.post(kVersions, R"({"version":"1.0.1","data":{"n":7}})").status, 409);
  EXPECT_EQ(world.ask(Role::Admin, Method::Put, version("1.0.1") + "/tags/old").status, 200);
  const auto ready = world.get("/health/ready");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(ready.text("archive"), "unusable");
  EXPECT_EQ(ready.text("archiveDetail"), "the archive is down");
  const auto status = world.get(kRetention);
  EXPECT_EQ(*status.body.find("archive")->find("usable")->as_bool(), false);
}

TEST(Retention, is_begun_by_admins_one_at_a_time_and_read_by_operators) {
  Archived world;
  EXPECT_EQ(world.ask(Role::Operator, Method::Post, kRun).status, 403);
  EXPECT_EQ(world.ask(Role::Developer, Method::Get, kRetention).status, 403);
  EXPECT_EQ(world.ask(Role::Operator, Method::Get, kRetention).status, 200);
  EXPECT_EQ(world.post(std::string(kRun) + "?dryRun=perhaps", "").status, 422);
  EXPECT_EQ(world.post(kRun, "").status, 202);
  const auto second = world.post(kRun, "");
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(second.text("reason"), "retention.running");
}

TEST(Retention, a_profile_says_what_it_keeps) {
  World world;
  world.make_profile("pay.production", R"(,"retention":{"days":7})");
  constexpr auto* kProfile = "/api/v1/configs/pay.production";
  EXPECT_EQ(json::write(*world.get(kProfile).body.find("retention")), R"({"days":7})");
  const auto changed =
      world.ask(Role::Admin, Method::Patch, kProfile, R"({"retention":{"versions":3}})");
  EXPECT_EQ(json::write(*changed.body.find("retention")), R"({"versions":3,"days":7})");
  const auto bad =
      world.ask(Role::Admin, Method::Patch, kProfile, R"({"retention":{"versions":0,"weeks":2}})");
  EXPECT_EQ(bad.status, 422);
  EXPECT_EQ(bad.body.find("errors")->as_array()->size(), 2U);
}

}  // namespace
}  // namespace hotswap::api::testing
