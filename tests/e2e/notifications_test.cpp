// Given channels, when an instance refuses a version, then people are told, and the report, the
// explanation and the page say why.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "cli/answer.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/scripted_instance.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"
#include "unit/notify/receivers.hpp"

namespace hotswap::e2e {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string with_pool_size(int size) {
  auto config = json::parse(example_config("1.0.0"));
  config->as_object()->find("database")->as_object()->set("poolSize", size);
  return json::write(*config);
}

void refuses(ScriptedInstance& instance, const Desired& what, const std::string& why) {
  const auto said = instance.api().post(
      "/api/v1/instances/" + instance.id() + "/heartbeat",
      json::Object{
          {"status", "healthy"},
          {"observed", json::Object{{what.profile, json::Object{{"version", what.version},
                                                                {"generation", what.generation},
                                                                {"state", "rejected"},
                                                                {"error", why}}}}},
          {"sequence", 1},
          {"logs", json::Array{json::Object{{"level", "error"}, {"message", "cannot apply"}}}}});
  ASSERT_TRUE(said) << said.error().detail;
}

struct Told : ::testing::Test {
  Server server;
  testing::HttpReceiver receiver;
  ScriptedInstance instance{server.options(), kService, "web-1"};
  std::string deployment;

  void SetUp() override {
    server.has_profile();
    server.has_version("1.0.0", example_config("1.0.0"));
    const auto first = server.deploys("1.0.0", kDirect);
    ASSERT_TRUE(eventually([&] { return instance.desired().has_value(); }));
    instance.applies();
    ASSERT_EQ(server.final_state_of(first), "Succeeded");
    const auto added = hotswap(server, {"notify", "channel", "add", "ci", "webhook",
                                        receiver.url("/in?token=abc"), "--severity", "warning"});
    ASSERT_EQ(added.code, 0) << added.err;
    server.has_version("1.1.0", with_pool_size(3));
    deployment = server.deploys("1.1.0", kDirect);
    ASSERT_TRUE(eventually([&] {
      const auto wanted = instance.desired();
      return wanted && wanted->version == "1.1.0";
    }));
    refuses(instance, *instance.desired(), "database.poolSize 3 is less than the 5 I need");
    ASSERT_TRUE(eventually([&] {
      const auto wanted = instance.desired();
      return wanted && wanted->version == "1.0.0";
    }));
    instance.applies();
    ASSERT_EQ(server.final_state_of(deployment), "RolledBack");
  }
};

TEST_F(Told, TheWebhookGetsASignedNoticeAndNoLessSevereOne) {
  ASSERT_TRUE(eventually([&] { return !receiver.requests().empty(); }));
  const auto request = receiver.requests()[0];
  const auto notice = json::parse(request.body);
  ASSERT_TRUE(notice);
  EXPECT_EQ(cli::text_at(*notice, "severity"), "critical");
  EXPECT_EQ(cli::text_at(*notice, "deployment"), deployment);
  EXPECT_EQ(cli::text_at(*notice, "id"), request.header("X-HotSwap-Id"));
  auto key = content(server.data() / "webhook.key");
  if (key.ends_with('\n')) key.pop_back();
  const auto signature = request.header("X-HotSwap-Signature");
  const auto comma = signature.find(",v1=");
  ASSERT_NE(comma, std::string::npos) << signature;
  EXPECT_EQ(signature.substr(comma + 4),
            hmac_sha256_hex(key, signature.substr(2, comma - 2) + "." + request.body));
  for (const auto& other : receiver.requests()) EXPECT_FALSE(other.body.contains("\"info\""));
}

TEST_F(Told, ReportExplanationAndPageNameTheFieldThatWasRefused) {
  const auto report = hotswap(server, {"report", deployment});
  ASSERT_EQ(report.code, 0) << report.err;
  EXPECT_TRUE(report.out.contains("$.database.poolSize")) << report.out;
  EXPECT_TRUE(report.out.contains("web-1 refused it")) << report.out;
  const auto why = hotswap(server, {"explain", deployment});
  EXPECT_TRUE(why.out.contains("It rolled back")) << why.out;
  EXPECT_TRUE(why.out.contains("poolSize 3 is less than the 5")) << why.out;
  const auto page = (server.folder() / "report.html").string();
  ASSERT_EQ(hotswap(server, {"report", deployment, "--html", page}).code, 0);
  const auto html = content(page);
  EXPECT_TRUE(html.starts_with("<!doctype html>"));
  EXPECT_TRUE(html.contains("Rolled back"));
  EXPECT_FALSE(html.contains("<script"));
}

TEST_F(Told, ChannelsAreListedWithoutTheirTokensTestedAndDeleted) {
  const auto listed = hotswap(server, {"notify", "channel", "list"});
  EXPECT_TRUE(listed.out.contains("ci")) << listed.out;
  EXPECT_FALSE(listed.out.contains("token=abc")) << listed.out;
  EXPECT_EQ(hotswap(server, {"notify", "channel", "test", "ci"}).code, 0);
  receiver.answer("500 Internal Server Error", "out of order");
  const auto refused = hotswap(server, {"notify", "channel", "test", "ci"});
  EXPECT_NE(refused.code, 0);
  EXPECT_TRUE(refused.err.contains("out of order")) << refused.err;
  EXPECT_EQ(hotswap(server, {"notify", "channel", "delete", "ci"}).code, 0);
  EXPECT_EQ(hotswap(server, {"notify", "dead-letters", "list"}).out, "everything was delivered\n");
}

}  // namespace
}  // namespace hotswap::e2e
