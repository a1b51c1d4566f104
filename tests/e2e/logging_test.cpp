// The log of a real server: its lines, its levels while it runs, its files, and the bundle.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "cli/answer.hpp"
#include "domain/archive/zstd.hpp"
#include "domain/json/parse.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/scripted_instance.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Every line as JSON; one that is none fails the test.
std::vector<json::Value> lines_of(const std::filesystem::path& path) {
  std::vector<json::Value> lines;
  std::istringstream in(text_of(path));
  for (std::string line; std::getline(in, line);) {
    auto parsed = json::parse(line);
    EXPECT_TRUE(parsed.has_value()) << line;
    if (parsed) lines.push_back(std::move(*parsed));
  }
  return lines;
}

std::optional<json::Value> line_with(const std::filesystem::path& path, std::string_view name,
                                     std::string_view value) {
  for (auto& line : lines_of(path))
    if (cli::text_at(line, name) == value) return std::move(line);
  return std::nullopt;
}

struct Logging : ::testing::Test {
  cli::TempFolder folder{"hotswap-logs"};
  const std::filesystem::path log = folder.path() / "server.log";
  const std::filesystem::path requests = folder.path() / "access.log";
};

TEST_F(Logging, ADeploymentsLinesHaveTheFieldsOfTheSpecificationAndItsTrace) {
  Server server({"--log-format", "json", "--log-file", log.string()});
  ScriptedInstance instance(server.options(), kService, "web-1");
  server.has_profile();
  server.has_version("1.2.0", R"({"a":1})");
  const auto id = server.deploys("1.2.0", kDirect);
  ASSERT_TRUE(eventually([&] {
    instance.applies();
    return server.state_of(id) == "Succeeded";
  }));
  ASSERT_TRUE(eventually([&] {
    return line_with(log, "message", "Configuration deployed successfully").has_value();
  }));
  const auto line = *line_with(log, "message", "Configuration deployed successfully");
  EXPECT_EQ(cli::text_at(line, "level"), "INFO");
  EXPECT_EQ(cli::text_at(line, "deploymentId"), id);
  EXPECT_EQ(cli::text_at(line, "configName"), kProfile);
  EXPECT_EQ(cli::text_at(line, "configVersion"), "1.2.0");
  EXPECT_EQ(cli::text_at(line, "strategy"), "Direct");
  EXPECT_EQ(cli::int_at(line, "instancesDeployed"), 1);
  EXPECT_FALSE(cli::text_at(line, "duration").empty());
  const auto deployment = server.api().get(cli::deployment_path(id, "report"));
  ASSERT_TRUE(deployment) << deployment.error().detail;
  EXPECT_EQ(cli::text_at(line, "traceId").size(), 32U);
  const auto begun = line_with(log, "message", "Deployment started");
  ASSERT_TRUE(begun.has_value());
  EXPECT_EQ(cli::text_at(*begun, "traceId"), cli::text_at(line, "traceId"));
}

TEST_F(Logging, LevelsChangeWhileItRunsAndTheAuditKnowsWhoDidIt) {
  Server server({"--log-level", "warning", "--log-format", "json", "--log-file", log.string()});
  const auto shown = hotswap(server, {"log-level"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_TRUE(shown.out.contains("warning")) << shown.out;
  const auto set = hotswap(server, {"log-level", "info,runner=debug", "--for", "10m"});
  EXPECT_EQ(set.code, 0) << set.err;
  EXPECT_TRUE(set.out.contains("info,runner=debug")) << set.out;
  EXPECT_TRUE(set.out.contains("in 1")) << set.out;
  const auto typo = hotswap(server, {"log-level", "runer=debug"});
  EXPECT_NE(typo.code, 0);
  EXPECT_TRUE(typo.err.contains("did you mean runner?")) << typo.err;
  const auto audit = server.api().get("/api/v1/audit?action=log.level");
  ASSERT_TRUE(audit);
  ASSERT_EQ(cli::items_at(*audit, "items").size(), 1U);
  EXPECT_EQ(cli::text_at(cli::items_at(*audit, "items")[0], "detail"), "info,runner=debug for 10m");
  EXPECT_EQ(hotswap(server, {"log-level", "--reset"}).code, 0);
  EXPECT_TRUE(hotswap(server, {"log-level"}).out.contains("warning"));
  EXPECT_TRUE(eventually([&] { return line_with(log, "levels", "info,runner=debug").has_value(); }))
      << text_of(log);
}

TEST_F(Logging, AFileThatWasMovedIsOpenedAnewAtAHangup) {
  Server server(
      {"--log-format", "json", "--log-file", log.string(), "--access-log", requests.string()});
  const std::filesystem::path moved = log.string() + ".1";
  ASSERT_TRUE(eventually([&] { return line_with(log, "message", "ready").has_value(); }));
  std::filesystem::rename(log, moved);
  std::filesystem::rename(requests, requests.string() + ".1");
  server.process().send(SIGHUP);
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(requests); }));
  ASSERT_TRUE(eventually([&] {
    return std::filesystem::exists(log) &&
           line_with(log, "message", "the log file was opened anew").has_value();
  }));
  ASSERT_TRUE(server.api().get("/api/v1/configs?text=canary-4711"));
  ASSERT_TRUE(
      eventually([&] { return line_with(requests, "route", "/api/v1/configs").has_value(); }));
  const auto line = *line_with(requests, "route", "/api/v1/configs");
  EXPECT_EQ(cli::text_at(line, "status"), "200");
  EXPECT_EQ(cli::text_at(line, "query"), "text");
  EXPECT_FALSE(text_of(requests).contains("canary"));
  EXPECT_EQ(server.terminate(), 0);
  EXPECT_TRUE(line_with(log, "message", "stopped").has_value());
  EXPECT_FALSE(text_of(moved).contains("stopped"));
}

TEST_F(Logging, RequestsAreTurnedOnWhileItRuns) {
  Server server({"--log-format", "json", "--log-file", log.string()});
  ASSERT_TRUE(server.api().get("/api/v1/configs"));
  EXPECT_EQ(hotswap(server, {"log-level", "info,access=debug"}).code, 0);
  ASSERT_TRUE(server.api().get("/api/v1/deployments"));
  ASSERT_TRUE(
      eventually([&] { return line_with(log, "route", "/api/v1/deployments").has_value(); }));
  EXPECT_FALSE(line_with(log, "route", "/api/v1/configs").has_value()) << "nobody asked yet";
}

TEST_F(Logging, TheBundleIsOneFileThatTarReadsAndItsManifestNamesAll) {
  Server server({"--slow-request", "0s"});
  server.has_profile();
  server.has_version("1.0.0", R"({"a":1})");
  const auto file = folder.path() / "bundle.tar.zst";
  const auto made = hotswap(server, {"debug", "bundle", "--to", file.string()});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_TRUE(made.out.contains(file.string())) << made.out;
  EXPECT_TRUE(made.err.contains("nodes/local/metrics.txt")) << made.err;
  EXPECT_EQ(std::filesystem::status(file).permissions() & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto tar = archive::decompress(text_of(file));
  ASSERT_TRUE(tar) << tar.error().detail;
  const auto plain = (folder.path() / "bundle.tar").string();
  std::ofstream(plain, std::ios::binary) << *tar;
  const auto listed = run_program({"tar", "-tf", plain});
  ASSERT_EQ(listed.code, 0) << listed.err;
  for (const auto* name : {"manifest.json", "nodes/local/diagnostics.json",
                           "nodes/local/ready.json", "nodes/local/log.ndjson",
                           "nodes/local/metrics.txt", "cluster.json", "deployments/active.json"})
    EXPECT_TRUE(listed.out.contains(name)) << name << " in\n" << listed.out;
  const auto manifest = json::parse(run_program({"tar", "-xOf", plain, "manifest.json"}).out);
  ASSERT_TRUE(manifest);
  for (const auto& entry : cli::items_at(*manifest, "files"))
    EXPECT_TRUE(cli::text_at(entry, "missing").empty())
        << cli::text_at(entry, "file") << ": " << cli::text_at(entry, "missing");
  const auto facts =
      json::parse(run_program({"tar", "-xOf", plain, "nodes/local/diagnostics.json"}).out);
  ASSERT_TRUE(facts);
  EXPECT_EQ(cli::text_at(*facts, "settings.slow-request.value"), "0s");
  EXPECT_TRUE(cli::text_at(*facts, "store.engine").starts_with("SQLite "));
  EXPECT_GT(cli::int_at(*facts, "process.threads"), 1);
  EXPECT_EQ(cli::int_at(*facts, "store.rows.versions"), 1);
  const auto again = hotswap(server, {"debug", "bundle", "--to", file.string()});
  EXPECT_NE(again.code, 0) << "what is there is never overwritten";
}

TEST_F(Logging, SupportIsForAdmins) {
  Server server;
  const auto token = hotswap({"token", "--role", "Viewer", "--subject", "vera", "--ttl", "1h",
                              "--key-file", (server.data() / "jwt.key").string()});
  ASSERT_EQ(token.code, 0) << token.err;
  auto words = token.out;
  while (words.ends_with('\n')) words.pop_back();
  const auto file = folder.path() / "none.tar.zst";
  const auto refused = hotswap(
      {"debug", "bundle", "--server", server.url(), "--token", words, "--to", file.string()});
  EXPECT_NE(refused.code, 0);
  EXPECT_TRUE(refused.err.contains("access.forbidden")) << refused.err;
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(Logging, AnExplanationIsFollowedToTheEnd) {
  Server server;
  ScriptedInstance instance(server.options(), kService, "web-1");
  server.has_profile();
  server.has_version("1.0.0", R"({"a":1})");
  const auto id = server.deploys("1.0.0", kDirect);
  const auto before = hotswap(server, {"explain", id});
  EXPECT_EQ(before.code, 0) << before.err;
  EXPECT_TRUE(before.out.contains("It waits for 1 instance to confirm step 1 of 1")) << before.out;
  EXPECT_TRUE(before.out.contains("Next: ")) << before.out;
  ASSERT_TRUE(eventually([&] {
    instance.applies();
    return server.state_of(id) == "Succeeded";
  }));
  const auto after = hotswap(server, {"explain", id, "--watch"});
  EXPECT_EQ(after.code, 0) << after.err;
  EXPECT_TRUE(after.out.contains("It succeeded at ")) << after.out;
  const auto json = hotswap(server, {"explain", id, "-o", "json"});
  EXPECT_TRUE(json.out.contains("\"next\"")) << json.out;
}

}  // namespace
}  // namespace hotswap::e2e
