// Canaries as the values of secrets, everywhere where a document, an error, a difference, a report
// or a word of an instance may carry them. Then every byte that left the server is searched: all
// answers, its log, the command line's output, database, archive, backup and Redis, and the state
// of an agent. They may be in what instances get, and in the one audited read.
#include <gtest/gtest.h>

#include <fstream>

#include "cli/answer.hpp"
#include "domain/archive/zstd.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/agent.hpp"
#include "e2e/support/scripted_instance.hpp"
#include "e2e/support/wait.hpp"
#include "security/secrets/witness.hpp"
#include "servers/postgres_server.hpp"
#include "servers/redis_server.hpp"

namespace hotswap::e2e {
namespace {

const std::string kText = "canary-text-4f1b";
const std::string kOther = "canary-other-9c2d";
const std::string kNested = "canary-nested-7a3e";
const std::string kNumber = "730481927364";
const std::string kKeyText = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

std::string secret(const std::string& value) {
  return R"({"type":"secret","value":)" + value + "}";
}
std::string quoted(const std::string& text) { return '"' + text + '"'; }

std::string document(const std::string& text, int max = 1) {
  return R"({"max":)" + std::to_string(max) + R"(,"key":)" + secret(quoted(text)) + R"(,"pin":)" +
         secret(kNumber) + R"(,"db":)" +
         secret(R"({"user":"u","password":)" + quoted(kNested) + "}") + R"(,"list":[)" +
         secret(R"([)" + quoted(kNested) + "]") + "]}";
}

struct Canaries : ::testing::Test {
  Witness witness{{kText, kOther, kNested, kNumber}};

  std::string versions(const std::string& rest = {}) const {
    return "/api/v1/configs/" + std::string(kAgentProfile) + "/versions" + rest;
  }
  void uploads(Server& server, const std::string& number, const std::string& data) {
    witness.posts(server, versions(),
                  R"({"version":")" + number + R"(","message":"m","data":)" + data + "}");
  }

  /// Whatever people and programs do with configurations.
  void drive(Server& server) {
    AgentProcess agent(server);
    uploads(server, "1.0.0", document(kText));
    uploads(server, "1.1.0", document(kOther, 2));
    mistakes(server);
    reads(server);
    agent.starts({.flags = {"--file", agent.path("app.json")}});
    deploys(server, agent);
    says_too_much(server);
    asks_for_all(server);
    EXPECT_EQ(witness.runs(server, {"secrets", "rotate"}), 0);
    asks_for_support(server);
    EXPECT_EQ(agent.stop(), 0);
    witness.sees("agent's log", agent.process().output());
    witness.sees_folder(agent.folder() / "state");
    EXPECT_TRUE(agent.read("app.json").contains(kText) || agent.read("app.json").contains(kOther))
        << "the program gets them";
    std::filesystem::remove_all(agent.folder());
  }

  void mistakes(Server& server) {
    uploads(server, "1.0.0", document(kOther));  // another content
    uploads(server, "2.0.0", R"({"key":{"type":"secret","value":")" + kText + R"(","x":1}})");
    uploads(server, "2.0.1", R"({"type":"secret","value":")" + kText + R"("})");
    witness.asks(server, {.method = "POST",
                          .path = versions() + "?version=2.0.2",
                          .body = "key: {type: secret, value: " + kText + ", : }",
                          .content_type = "application/yaml"});
    witness.posts(server, "/api/v1/schemas",
                  R"({"name":"narrow","schema":{"properties":{"key":{"type":"string",
                     "maxLength":3},"pin":{"maximum":1},"db":{"required":["x"]},
                     "list":{"maxItems":0}}}})");
    for (const auto* output : {"flag", "basic", "detailed"})
      witness.posts(
          server, "/api/v1/schemas/narrow/validate",
          R"({"output":")" + std::string(output) + R"(","data":)" + document(kText) + "}");
    witness.posts(server, versions("?dryRun=true"),
                  R"({"bump":"patch","data":)" + document(kText) + "}");
  }

  void reads(Server& server) {
    for (const auto* each : {"", "/1.0.0", "/latest", "/1.0.0/diff/1.1.0"})
      witness.gets(server, versions(each));
    witness.gets(server, versions("/1.0.0/diff/1.1.0"), "application/json-patch+json");
    witness.gets(server, versions("/1.0.0/diff/1.1.0"), "text/x-diff");
    const std::string profile = kAgentProfile;
    EXPECT_EQ(witness.runs(server, {"version", "get", profile, "1.0.0"}), 0);
    EXPECT_EQ(witness.runs(server, {"diff", profile, "1.0.0", "1.1.0"}), 0);
    const auto file = (server.folder() / "new.json").string();
    std::ofstream(file) << document(kOther, 7);
    EXPECT_EQ(witness.runs(server, {"diff", "-u", profile, "latest", file}), 0);
    std::filesystem::remove(file);
  }

  void deploys(Server& server, AgentProcess& agent) {
    for (const auto* number : {"1.0.0", "1.1.0"}) {
      const auto id = server.deploys(number, kDirect, kAgentProfile);
      EXPECT_EQ(server.final_state_of(id), "Succeeded") << agent.process().output();
      for (const auto* what : {"", "/report", "/explanation", "/events"})
        witness.gets(server, "/api/v1/deployments/" + id + what);
      witness.gets(server, "/api/v1/deployments/" + id + "/report", "text/html");
    }
    witness.posts(server, "/api/v1/configs/" + std::string(kAgentProfile) + "/rollback",
                  R"({"toVersion":"1.0.0"})");
  }

  /// An instance whose words hold what it was given.
  void says_too_much(Server& server) {
    ScriptedInstance loud(server.options(), kAgentService, "loud");
    const auto what = loud.desired();
    ASSERT_TRUE(what);
    const json::Object seen{{"version", what->version},
                            {"generation", what->generation},
                            {"state", "rejected"},
                            {"hash", what->hash},
                            {"error", "login with " + kOther + " and " + kNested + " failed"}};
    const auto told = loud.api().post(
        "/api/v1/instances/" + loud.id() + "/heartbeat",
        json::Object{{"sequence", 1},
                     {"observed", json::Object{{what->profile, seen}}},
                     {"logs", json::Array{json::Object{{"level", "error"},
                                                       {"message", "pin " + kNumber}}}}});
    ASSERT_TRUE(told) << told.error().detail;
    const auto shown = witness.gets(server, "/api/v1/instances/" + loud.id());
    EXPECT_TRUE(shown.body.contains("login with ••• and ••• failed")) << shown.body;
    EXPECT_TRUE(shown.body.contains("pin •••")) << shown.body;
    ASSERT_TRUE(server.api().remove("/api/v1/instances/" + loud.id()));
  }

  void asks_for_all(Server& server) {
    const std::string profile = kAgentProfile;
    for (const auto& path :
         {"/api/v1/configs/" + profile, "/api/v1/configs/" + profile + "/history",
          std::string("/api/v1/configs"), std::string("/api/v1/deployments"),
          std::string("/api/v1/instances"), std::string("/api/v1/audit"),
          std::string("/api/v1/schemas/narrow"), std::string("/api/v1/secrets/rotation"),
          std::string("/metrics")})
      witness.gets(server, path);
    witness.sees("the feed", json::write(server.all_events()));
    for (const auto* form : {"ndjson", "csv"})
      EXPECT_EQ(witness.runs(server, {"audit", "export", "--format", form}), 0);
  }

  /// The bundle as whoever gets it opens it; a line of the log of every kind of request is there.
  void asks_for_support(Server& server) {
    witness.gets(server, "/api/v1/audit?actor=" + kText + "&resource=" + kOther);
    witness.asks(server, {.path = "/api/v1/configs?token=" + kText,
                          .headers = {{"X-Api-Key", kOther}, {"Cookie", "session=" + kText}}});
    for (const auto* each : {"log-levels", "log", "diagnostics"})
      witness.gets(server, std::string("/api/v1/admin/") + each);
    EXPECT_EQ(witness.runs(server, {"debug", "log", "--lines", "2000"}), 0);
    const auto file = server.folder() / "bundle.tar.zst";
    EXPECT_EQ(witness.runs(server, {"debug", "bundle", "--to", file.string()}), 0);
    std::ifstream in(file, std::ios::binary);
    const std::string packed((std::istreambuf_iterator<char>(in)), {});
    const auto tar = archive::decompress(packed);
    ASSERT_TRUE(tar) << tar.error().detail;
    EXPECT_TRUE(tar->contains("nodes/local/log.ndjson") || tar->contains("/log.ndjson"));
    for (const auto* gone : {"eyJ", "BEGIN PRIVATE KEY", "session="})
      EXPECT_FALSE(tar->contains(gone)) << gone << " is in the bundle";
    witness.sees("bundle", *tar);
    std::filesystem::remove(file);
  }

  void expect_silence() {
    EXPECT_GT(witness.bytes(), 10'000U);
    EXPECT_TRUE(witness.findings().empty()) << [&] {
      std::string all;
      for (const auto& one : witness.findings()) all += one + '\n';
      return all;
    }();
  }
};

TEST_F(Canaries, AreNowhereBesideASqliteStoreItsArchiveAndItsBackup) {
  const cli::TempFolder logs("canary-logs");
  const auto requests = (logs.path() / "access.log").string();
  Server server({"--retention-versions", "1", "--retention-days", "0", "--log-level", "trace",
                 "--access-log", requests, "--access-log-all"});
  drive(server);
  EXPECT_EQ(witness.runs(server, {"retention", "run"}), 0);
  EXPECT_EQ(server.terminate(), 0);
  witness.sees("log", server.process().output());
  witness.sees_folder(logs.path());
  EXPECT_GT(std::filesystem::file_size(requests), 1000U);
  const auto copy = (server.folder() / "backup.db").string();
  EXPECT_EQ(hotswap({"backup", "--data-dir", server.data().string(), "--to", copy}).code, 0);
  EXPECT_TRUE(std::filesystem::exists(copy));
  witness.sees_folder(server.folder());
  expect_silence();
}

TEST_F(Canaries, AreNowhereInPostgresqlAndRedis) {
  testing::PostgresServer postgres;
  testing::RedisServer redis;
  const cli::TempFolder folder("secret-keys");
  const auto keys = (folder.path() / "keys").string();
  std::ofstream(keys) << kKeyText << '\n';
  postgres.create_database("canaries");
  Server server(
      {"--database", postgres.dsn("canaries"), "--redis", redis.url(), "--secret-keys-file", keys});
  drive(server);
  EXPECT_EQ(server.terminate(), 0);
  witness.sees("log", server.process().output());
  witness.sees_folder(server.folder());
  postgres.sql("CHECKPOINT");
  postgres.kill();
  witness.sees_folder(postgres.data());
  std::string shared = redis.command({"--scan"});
  for (std::size_t at = 0; at < shared.size();) {
    const auto end = std::min(shared.find('\n', at), shared.size());
    const auto key = shared.substr(at, end - at);
    if (!key.empty() && redis.command({"TYPE", key}).starts_with("string"))
      witness.sees("redis " + key, redis.command({"--raw", "GET", key}));
    at = end + 1;
  }
  expect_silence();
}

TEST_F(Canaries, AreReadInPlainTextWithAReasonThatIsOnRecord) {
  Server server;
  server.has_profile(kAgentProfile, kAgentService);
  uploads(server, "1.0.0", document(kText));
  const auto silent = server.api().get(versions("/1.0.0?plain=true"));
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().reason, "secret.reason");
  const auto read = server.api().get(versions("/1.0.0?plain=true&reason=incident%207"));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read->find("data"), json::parse(document(kText)).value());
  const auto audit = server.api().get("/api/v1/audit?action=secret.read");
  ASSERT_TRUE(audit);
  ASSERT_EQ(cli::items_at(*audit, "items").size(), 1U);
  EXPECT_EQ(cli::text_at(cli::items_at(*audit, "items")[0], "detail"), "incident 7");
  witness.sees("audit", json::write(*audit));
  EXPECT_TRUE(witness.findings().empty());
}

TEST(SecretKeys, AServerWithoutOneTakesEverythingButSecrets) {
  testing::PostgresServer postgres;
  postgres.create_database("keyless");
  Server server({"--database", postgres.dsn("keyless")});
  server.has_profile();
  server.has_version("1.0.0", R"({"a":1})");
  const auto refused = server.api().post(
      cli::config_path(kProfile, {"versions"}),
      json::parse(R"({"version":"1.1.0","data":)" + document(kText) + "}").value());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "secret.no_key");
  EXPECT_TRUE(refused.error().detail.contains("--secret-keys-file"));
}

TEST(SecretKeys, AreMadeForTheOwnerOnlyAndSurviveARestartAndARotation) {
  Server server;
  const auto file = server.data() / "secret.keys";
  ASSERT_TRUE(std::filesystem::exists(file));
  EXPECT_EQ(std::filesystem::status(file).permissions() & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  server.has_profile();
  server.has_version("1.0.0", document(kText));
  const auto rotated = hotswap(server, {"secrets", "rotate"});
  EXPECT_EQ(rotated.code, 0) << rotated.err;
  EXPECT_TRUE(rotated.out.contains("2 of 2 data keys")) << rotated.out;
  server.kill();
  server.start_again();
  const auto read =
      server.api().get(cli::config_path(kProfile, {"versions", "1.0.0"}) + "?plain=true&reason=x");
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read->find("data"), json::parse(document(kText)).value());
  const auto status = server.api().get("/api/v1/secrets/rotation");
  EXPECT_EQ(cli::items_at(*status, "keys").size(), 1U) << "the old one may be retired";
}

}  // namespace
}  // namespace hotswap::e2e
