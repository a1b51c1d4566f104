// The command line in pipes: what it prints, where, and with which exit code.
#include <gtest/gtest.h>

#include <fstream>

#include "cli/answer.hpp"
#include "domain/json/parse.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/service.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

struct CommandLine : ::testing::Test {
  Server server;
  CommandResult run(std::vector<std::string> arguments) {
    return hotswap(server, std::move(arguments));
  }
  std::string file(const std::string& name, const std::string& text) {
    const auto path = server.folder() / name;
    std::ofstream(path) << text;
    return path.string();
  }
  json::Value printed(const CommandResult& result) {
    auto value = json::parse(result.out);
    EXPECT_TRUE(value) << result.out << result.err;
    return value ? *value : json::Value();
  }
};

TEST_F(CommandLine, ExitCodesFollowTheTable) {
  EXPECT_EQ(
      run({"config", "create", "shop.dev", "--service", "shop", "--environment", "Development"})
          .code,
      0);
  EXPECT_EQ(run({"frobnicate"}).code, 2);
  EXPECT_EQ(run({"version", "upload", "shop.dev", "x.json"}).code, 2);
  EXPECT_EQ(run({"config", "get", "nothing.here"}).code, 3);
  EXPECT_EQ(
      run({"config", "create", "shop.dev", "--service", "shop", "--environment", "Development"})
          .code,
      4);
  EXPECT_EQ(
      run({"config", "create", "other.dev", "--service", "shop", "--environment", "Mars"}).code, 5);
  EXPECT_EQ(hotswap({"config", "list", "--server", server.url()}).code, 6);
  EXPECT_EQ(hotswap({"config", "list", "--server", "http://127.0.0.1:1"}).code, 7);
  EXPECT_EQ(hotswap({"--version"}).code, 0);
}

TEST_F(CommandLine, AProfileIsNotDeletedWithoutAWord) {
  server.has_profile("shop.dev", "shop");
  server.has_version("1.0.0", "{}", "shop.dev");
  const auto refused = run({"config", "delete", "shop.dev"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_TRUE(refused.err.contains("with its 1 version: add --yes")) << refused.err;
  EXPECT_EQ(run({"config", "get", "shop.dev"}).code, 0);
  EXPECT_EQ(run({"config", "delete", "shop.dev", "--yes"}).code, 0);
  EXPECT_EQ(run({"config", "get", "shop.dev"}).code, 3);
}

TEST_F(CommandLine, FormsThatDoNotGoTogetherAreRefused) {
  EXPECT_EQ(run({"diff", "-u", "shop.dev", "1.0.0", "1.1.0", "-o", "json"}).code, 2);
  EXPECT_EQ(run({"diff", "-u", "shop.dev", "1.0.0", "1.1.0", "-o", "yaml"}).code, 2);
  const auto refused = run({"audit", "export", "-o", "yaml"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_TRUE(refused.out.contains("leave out -o yaml")) << refused.out;
}

TEST_F(CommandLine, NothingIsToldAsNothing) {
  const auto empty = run({"version", "upload", "shop.dev", file("e.json", ""), "--bump", "patch"});
  EXPECT_EQ(empty.code, 5);
  EXPECT_TRUE(empty.err.contains("e.json is empty")) << empty.err;
  const auto nobody = run({"instances", "get", ""});
  EXPECT_EQ(nobody.code, 2);
  EXPECT_TRUE(nobody.err.contains("is empty: hotswap instances shows them")) << nobody.err;
}

TEST_F(CommandLine, AWordThatIsNoVerbIsNamed) {
  EXPECT_TRUE(hotswap({"wibble"}).err.contains("'wibble' is no verb"));
  EXPECT_TRUE(hotswap({"deployment", "show", "x"}).err.contains("'show' is no verb"));
}

TEST_F(CommandLine, ASecondServerOnTheSameFolderIsRefused) {
  const auto second =
      hotswap({"server", "--dev", "--listen", "127.0.0.1:0", "--data-dir", server.data().string()});
  EXPECT_EQ(second.code, 4);
  EXPECT_TRUE(second.err.contains("another server")) << second.err;
}

TEST_F(CommandLine, ABackupOfNothingOrToNowhereSaysSo) {
  EXPECT_EQ(hotswap({"backup", "--data-dir", "/nowhere", "--to", "/tmp/x.db"}).code, 3);
  const auto nowhere =
      hotswap({"backup", "--data-dir", server.data().string(), "--to", "/nowhere/x.db"});
  EXPECT_EQ(nowhere.code, 5);
  EXPECT_TRUE(nowhere.err.contains("/nowhere is no folder")) << nowhere.err;
}

TEST_F(CommandLine, HelpIsThereHoweverOneAsks) {
  const auto asked = hotswap({"help"});
  EXPECT_EQ(asked.code, 0);
  EXPECT_TRUE(asked.out.contains("deploy"));
  const auto bare = hotswap({});
  EXPECT_EQ(bare.code, 2);
  EXPECT_EQ(bare.out, asked.out);
}

TEST_F(CommandLine, AnErrorIsOneLineThatSaysWhatWhereAndWhatToDo) {
  const auto away = hotswap({"config", "list", "--server", "http://127.0.0.1:1"});
  EXPECT_TRUE(away.out.empty());
  EXPECT_EQ(std::ranges::count(away.err, '\n'), 1) << away.err;
  EXPECT_NE(away.err.find("http://127.0.0.1:1"), std::string::npos);
  EXPECT_NE(away.err.find("hotswap server"), std::string::npos);
  const auto stranger = hotswap({"config", "list", "--server", server.url()});
  EXPECT_NE(stranger.err.find("--token-file"), std::string::npos) << stranger.err;
}

TEST_F(CommandLine, JsonOutputOfAnErrorIsTheProblem) {
  const auto result = run(
      {"-o", "json", "config", "create", "Bad Name", "--service", "shop", "--environment", "Mars"});
  EXPECT_EQ(result.code, 5);
  EXPECT_TRUE(result.err.empty()) << result.err;
  const auto problem = printed(result);
  EXPECT_EQ(cli::int_at(problem, "status"), 422);
  EXPECT_EQ(cli::text_at(problem, "reason"), "config.invalid");
  EXPECT_GE(cli::items_at(problem, "errors").size(), 2u);
}

TEST_F(CommandLine, ABrokenFileIsNamedWithLineAndColumn) {
  ASSERT_EQ(
      run({"config", "create", "shop.dev", "--service", "shop", "--environment", "Development"})
          .code,
      0);
  const auto result = run({"version", "upload", "shop.dev", file("bad.json", "{\"a\":1,\n \"a\"}"),
                           "--version", "1.0.0"});
  EXPECT_EQ(result.code, 5);
  EXPECT_NE(result.err.find("bad.json"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("line 2"), std::string::npos) << result.err;
}

TEST_F(CommandLine, AWholeChangeByHand) {
  Services services(server, 2);
  const auto name = std::string(kProfile);
  ASSERT_EQ(
      run({"config", "create", name, "--service", kService, "--environment", kEnvironment}).code,
      0);
  ASSERT_EQ(run({"version", "upload", name, file("1.json", example_config("1.0.0")), "--version",
                 "1.0.0", "-m", "first"})
                .code,
            0);
  const auto uploaded = run({"-o", "json", "version", "upload", name,
                             file("2.json", example_config("1.1.0")), "--bump", "minor"});
  EXPECT_EQ(cli::text_at(printed(uploaded), "version"), "1.1.0");
  EXPECT_EQ(run({"tag", "set", name, "1.1.0", "beta"}).code, 0);
  const auto diff = run({"diff", name, "1.0.0", "beta"});
  EXPECT_NE(diff.out.find("~ $.database.poolSize  8 → 16"), std::string::npos) << diff.out;

  const auto plan = run({"deploy", name, "1.0.0", "--strategy", "Rolling", "--dry-run"});
  EXPECT_EQ(plan.code, 0) << plan.err;
  EXPECT_NE(plan.out.find("nothing is changed"), std::string::npos);
  const auto watched = run({"deploy", name, "1.0.0", "--strategy", "Direct", "--watch"});
  EXPECT_EQ(watched.code, 0) << watched.err;
  EXPECT_NE(watched.out.find("deployment.succeeded"), std::string::npos) << watched.out;
  EXPECT_EQ(watched.out.find('\x1b'), std::string::npos) << "no escape sequences in a pipe";

  for (const auto& command :
       std::vector<std::vector<std::string>>{{"config", "list"},
                                             {"config", "get", name},
                                             {"version", "list", name},
                                             {"version", "get", name, "stable"},
                                             {"instances"},
                                             {"deployment", "list"},
                                             {"events"},
                                             {"audit", "list"},
                                             {"audit", "verify"},
                                             {"health"}}) {
    const auto shown = run(command);
    EXPECT_EQ(shown.code, 0) << command.front() << shown.err;
    EXPECT_FALSE(shown.out.empty()) << command.front();
  }
  EXPECT_TRUE(services.all_run("1.0.0"));
}

TEST_F(CommandLine, WatchingADeploymentThatIsRolledBackExitsWithEight) {
  Services services(server, 2);
  server.has_profile();
  server.has_version("1.0.0", example_config("1.0.0"));
  ASSERT_EQ(server.final_state_of(server.deploys("1.0.0", kDirect)), "Succeeded");
  server.has_version("1.1.0", R"({"database":{"poolSize":0}})");
  const auto result = run({"deploy", kProfile, "1.1.0", "--strategy",
                           R"({"type":"Canary","healthCheckEnabled":false})", "--watch"});
  EXPECT_EQ(result.code, 8) << result.out << result.err;
  EXPECT_NE(result.out.find("rollback.verified"), std::string::npos) << result.out;
  const auto list = run({"-o", "json", "deployment", "list", "--state", "RolledBack"});
  ASSERT_EQ(printed(list).as_array()->size(), 1u);
  const auto id = cli::text_at(printed(list).as_array()->front(), "id");
  const auto report = run({"deployment", "report", id});
  EXPECT_EQ(report.code, 0);
  EXPECT_NE(report.out.find("Suspected cause"), std::string::npos) << report.out;
}

TEST_F(CommandLine, TokensOfTheServersKeyOpenWhatTheirRoleMay) {
  const auto key = (server.data() / "jwt.key").string();
  const auto made =
      hotswap({"token", "--role", "Viewer", "--subject", "ann", "--ttl", "1h", "--key-file", key});
  ASSERT_EQ(made.code, 0) << made.err;
  const auto token = made.out.substr(0, made.out.find('\n'));
  EXPECT_EQ(hotswap({"config", "list", "--server", server.url(), "--token", token}).code, 0);
  const auto refused = hotswap({"config", "create", "a.dev", "--service", "a", "--environment",
                                "Development", "--server", server.url(), "--token", token});
  EXPECT_EQ(refused.code, 6);
  EXPECT_NE(refused.err.find("Developer"), std::string::npos) << refused.err;
}

TEST_F(CommandLine, ABackupOfTheRunningServerHoldsWhatWasAcknowledged) {
  server.has_profile();
  server.has_version("1.0.0", R"({"a":1})");
  const auto copy = (server.folder() / "copy.db").string();
  const auto done = hotswap({"backup", "--data-dir", server.data().string(), "--to", copy});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_GT(std::filesystem::file_size(copy), 0u);
  EXPECT_NE(hotswap({"backup", "--data-dir", server.data().string(), "--to", copy}).code, 0);
}

TEST(ServerSettings, UnknownOrSenselessSettingsAreAllNamedAtOnce) {
  const cli::TempFolder folder("hotswap-settings");
  const auto file = folder.path() / "settings.json";
  std::ofstream(file) << R"({"heartbeatIntervall":"30s","listen":"nowhere"})";
  const auto result = hotswap({"server", "--dev", "--config-file", file.string(), "--data-dir",
                               (folder.path() / "data").string(), "--log-level", "loud"});
  EXPECT_EQ(result.code, 2);
  for (const auto* part : {"heartbeatInterval?", "listen", "--log-level"}) {
    EXPECT_NE(result.err.find(part), std::string::npos) << part << "\n" << result.err;
  }
}

TEST(ServerSettings, PlainHttpBeyondLoopbackNeedsASwitch) {
  const cli::TempFolder folder("hotswap-settings");
  const auto result = hotswap({"server", "--dev", "--listen", "0.0.0.0:0", "--data-dir",
                               (folder.path() / "data").string()});
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("--insecure"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace hotswap::e2e
