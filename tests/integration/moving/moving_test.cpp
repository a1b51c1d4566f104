// A service that outgrows one machine: its server is stopped, its database moves to PostgreSQL, and
// everything goes on, with the real binary on both sides.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "cli/answer.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/screen.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/service.hpp"
#include "e2e/support/wait.hpp"
#include "infrastructure/sqlite/migrations.hpp"
#include "infrastructure/sqlite/session.hpp"
#include "servers/postgres_server.hpp"

namespace hotswap::e2e {
namespace {

constexpr auto kSlowCanary =
    R"({"type":"Canary","phases":[25,50,100],"phaseInterval":"PT2S","healthCheckEnabled":false})";

json::Value parsed(const std::string& text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value.has_value()) << text;
  return value ? std::move(*value) : json::Value();
}

struct Moving : ::testing::Test {
  testing::PostgresServer postgres;
  Server server;

  [[nodiscard]] std::string folder() const { return "sqlite:" + server.data().string(); }
  CommandResult migrate() {
    return hotswap({"migrate", "--from", folder(), "--to", postgres.dsn()});
  }
  void stops() { ASSERT_EQ(server.terminate(), 0); }
  void goes_on_with_postgres() { server.start_again_with({"--database", postgres.dsn()}); }
  std::set<std::string> instance_ids() {
    std::set<std::string> found;
    for (const auto& one : server.instances()) found.insert(cli::text_at(one, "id"));
    return found;
  }
  std::int64_t generation() {
    const auto profile = server.api().get(cli::config_path(kProfile, {}));
    EXPECT_TRUE(profile.has_value());
    return profile ? cli::int_at(*profile, "generation") : -1;
  }
};

TEST_F(Moving, ARunningDeploymentGoesOnAfterTheMoveWithTheSameTokensInstancesAndGenerations) {
  Services services{server, 4};
  server.has_profile();
  server.has_version("1.0.0", example_config("1.0.0"));
  ASSERT_EQ(server.final_state_of(server.deploys("1.0.0", kDirect)), "Succeeded");
  ASSERT_TRUE(services.all_run("1.0.0"));
  server.has_version("1.1.0", example_config("1.1.0"));
  const auto deployment = server.deploys("1.1.0", kSlowCanary);
  ASSERT_TRUE(eventually([&] {
    const auto kinds = server.kinds_of(deployment);
    return std::ranges::find(kinds, "step.soaking") != kinds.end();
  }));
  const auto token = server.options().token;
  const auto ids = instance_ids();
  const auto generation_before = generation();
  const auto audit_before = server.api().list("/api/v1/audit", 1000).value().size();
  stops();
  const auto moved = migrate();
  ASSERT_EQ(moved.code, 0) << moved.err;
  EXPECT_TRUE(moved.out.contains("the audit's chain holds")) << moved.out;
  EXPECT_TRUE(moved.err.contains(R"("phase":"verifying")")) << moved.err;
  goes_on_with_postgres();
  cli::ApiOptions old = server.options();
  old.token = token;
  EXPECT_TRUE(cli::Api(old).get(cli::config_path(kProfile, {})).has_value());
  EXPECT_GE(generation(), generation_before);
  EXPECT_EQ(server.final_state_of(deployment), "Succeeded");
  EXPECT_TRUE(services.all_run("1.1.0"));
  EXPECT_EQ(instance_ids(), ids);
  EXPECT_GE(server.api().list("/api/v1/audit", 1000).value().size(), audit_before);
  const auto whole = hotswap(server, {"audit", "verify"});
  EXPECT_EQ(whole.code, 0) << whole.err;
  std::int64_t last = 0;
  for (const auto& event : server.all_events()) {
    EXPECT_GT(cli::int_at(event, "sequence"), last);
    last = cli::int_at(event, "sequence");
  }
}

TEST_F(Moving, AServerThatRunsOnEitherSideIsNotMovedUnder) {
  auto refused = migrate();
  EXPECT_EQ(refused.code, 4);
  EXPECT_TRUE(refused.err.contains("server.already_running")) << refused.err;
  stops();
  goes_on_with_postgres();
  refused = hotswap({"migrate", "--from", "sqlite:" + server.data().string() + "/hotswap.db",
                     "--to", postgres.dsn()});
  EXPECT_TRUE(refused.err.contains("server.already_running")) << refused.err;
  const auto copy = "sqlite:" + (server.folder() / "other").string();
  refused = hotswap({"migrate", "--from", postgres.dsn(), "--to", copy});
  EXPECT_EQ(refused.code, 4);
  EXPECT_TRUE(refused.err.contains("moving.in_use")) << refused.err;
}

TEST_F(Moving, WhatHasMovedIsNotMovedOntoAgainAndComesBackTheSameWay) {
  server.has_profile();
  server.has_version("1.0.0", example_config("1.0.0"));
  stops();
  ASSERT_EQ(migrate().code, 0);
  const auto again = migrate();
  EXPECT_EQ(again.code, 4);
  EXPECT_TRUE(again.err.contains("moving.not_empty")) << again.err;
  const auto home = server.folder() / "home";
  const auto back = hotswap(
      {"migrate", "--from", postgres.dsn(), "--to", "sqlite:" + home.string(), "-o", "json"});
  ASSERT_EQ(back.code, 0) << back.err;
  EXPECT_EQ(cli::text_at(parsed(back.out), "auditChain"), "whole");
  std::filesystem::remove(server.data() / "hotswap.db");
  std::filesystem::rename(home / "hotswap.db", server.data() / "hotswap.db");
  server.start_again();
  EXPECT_TRUE(server.api().get(cli::config_path(kProfile, {"versions", "1.0.0"})).has_value());
  EXPECT_EQ(hotswap(server, {"audit", "verify"}).code, 0);
}

TEST_F(Moving, ABackupOfTheRunningClusterIsRestoredIntoEitherKindOfDatabase) {
  stops();
  goes_on_with_postgres();
  server.has_profile();
  server.has_version("1.0.0", example_config("1.0.0"));
  const auto file = (server.folder() / "cluster.backup").string();
  const auto saved = hotswap({"backup", "--database", postgres.dsn(), "--to", file});
  ASSERT_EQ(saved.code, 0) << saved.err;
  EXPECT_EQ(hotswap({"backup", "--database", postgres.dsn(), "--to", file}).code, 4);
  stops();
  postgres.create_database("restored");
  const auto restored = hotswap({"restore", "--from", file, "--to", postgres.dsn("restored")});
  ASSERT_EQ(restored.code, 0) << restored.err;
  server.start_again_with({"--database", postgres.dsn("restored")});
  EXPECT_TRUE(server.api().get(cli::config_path(kProfile, {"versions", "1.0.0"})).has_value());
  stops();
  std::filesystem::remove(server.data() / "hotswap.db");
  std::filesystem::remove(server.data() / "hotswap.db-wal");
  ASSERT_EQ(hotswap({"restore", "--from", file, "--to", folder()}).code, 0);
  server.start_again_with({});
  EXPECT_TRUE(server.api().get(cli::config_path(kProfile, {"versions", "1.0.0"})).has_value());
  EXPECT_EQ(hotswap(server, {"audit", "verify"}).code, 0);
}

TEST_F(Moving, ADamagedBackupIsNotRestored) {
  server.has_profile();
  server.has_version("1.0.0", R"({"secretlyEdited":1})");
  const auto file = (server.folder() / "copy.db").string();
  ASSERT_EQ(hotswap({"backup", "--data-dir", server.data().string(), "--to", file}).code, 0);
  std::ostringstream content;
  content << std::ifstream(file, std::ios::binary).rdbuf();
  auto bytes = std::move(content).str();
  bytes.replace(bytes.find("secretlyEdited"), 14, "SecretlyEdited");
  std::ofstream(file, std::ios::binary) << bytes;
  const auto refused = hotswap({"restore", "--from", file, "--to", postgres.dsn()});
  EXPECT_EQ(refused.code, 4);
  EXPECT_TRUE(refused.err.contains("backup.damaged")) << refused.err;
  EXPECT_TRUE(refused.err.contains("versions")) << refused.err;
  EXPECT_EQ(postgres.sql("SELECT count(*) FROM profiles"), "0");
}

TEST_F(Moving, ADatabaseOfAnOlderVersionIsBroughtUpToDateIfAskedTo) {
  const auto file = (server.folder() / "older.db").string();
  {
    auto old = sqlite::Session::open(file, sqlite::Session::Mode::ReadWrite, 5s).value();
    ASSERT_TRUE(sql::migrate(*old, sqlite::migrations().first(2)).has_value());
    ASSERT_TRUE(
        old->script("INSERT INTO audit VALUES (7, 0, 'ada', '', '', '', '', '', '', '', '')")
            .has_value());
  }
  const std::vector<std::string> command = {"migrate", "--from", "sqlite:" + file, "--to",
                                            postgres.dsn()};
  const auto refused = hotswap(command);
  EXPECT_EQ(refused.code, 4);
  EXPECT_TRUE(refused.err.contains("--upgrade")) << refused.err;
  auto asked = command;
  asked.emplace_back("--upgrade");
  const auto moved = hotswap(asked);
  EXPECT_EQ(moved.code, 4) << "an audit entry without its hash is moved, and told";
  EXPECT_TRUE(moved.err.contains("audit.broken")) << moved.err;
  EXPECT_TRUE(moved.out.contains("BROKEN")) << moved.out;
  EXPECT_EQ(postgres.sql("SELECT actor FROM audit WHERE sequence = 7"), "ada");
}

TEST_F(Moving, WhatCannotBeMovedIsToldInOneLine) {
  stops();
  const auto told = [](const std::vector<std::string>& arguments, const std::string& words) {
    const auto result = hotswap(arguments);
    EXPECT_NE(result.code, 0);
    EXPECT_TRUE(result.err.contains(words)) << result.err;
    EXPECT_FALSE(result.err.contains("s3cret")) << result.err;
  };
  told({"migrate", "--from", folder(), "--to", "mysql://u:s3cret@h/d"}, "--to: name a database as");
  told({"migrate", "--from", "/var/lib/hotswap", "--to", postgres.dsn()},
       "--from: name a database");
  told({"migrate", "--from", folder(), "--to", "postgres://u:s3cret@127.0.0.1:1/d"},
       "Nobody answers");
  told({"migrate", "--from", "sqlite:/nowhere/x.db", "--to", postgres.dsn()},
       "no database at /nowhere/x.db");
  told({"restore", "--from", (server.data() / "jwt.key").string(), "--to", postgres.dsn()},
       "is not a HotSwap database");
  told({"backup", "--to", "x.db"}, "--data-dir or --database");
}

TEST_F(Moving, InATerminalABarShowsHowFarItIs) {
  server.has_profile();
  stops();
  Screen screen;
  screen.types("'" + binary("hotswap") + "' migrate --from " + folder() + " --to " +
               postgres.dsn());
  ASSERT_TRUE(screen.shows("the audit's chain holds")) << screen.last();
  EXPECT_TRUE(screen.last().contains("profiles")) << screen.last();
  EXPECT_FALSE(screen.last().contains("\"phase\"")) << screen.last();
  EXPECT_TRUE(screen.has_cursor());
}

}  // namespace
}  // namespace hotswap::e2e
