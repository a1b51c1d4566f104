// `hotswap apply` against a real server: examples/apply as its README runs it, and what goes wrong.
#include <gtest/gtest.h>

#include <fstream>

#include "cli/answer.hpp"
#include "cli/session.hpp"
#include "domain/json/parse.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/scripted_instance.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

struct Apply : ::testing::Test {
  Server server;
  std::filesystem::path folder = server.folder() / "apply";

  Apply() {
    std::filesystem::copy(example_folder("apply"), folder,
                          std::filesystem::copy_options::recursive);
  }
  CommandResult apply(std::vector<std::string> more = {"--yes"}) {
    more.insert(more.begin(), {"apply", "-f", folder.string()});
    return hotswap(server, std::move(more));
  }
  void replace(const std::string& name, const std::string& from, const std::string& to) {
    auto text = cli::read_file((folder / name).string()).value();
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << name << ":\n" << text;
    std::ofstream(folder / name) << text.replace(at, from.size(), to);
  }
  json::Value get(const std::string& path) {
    auto value = server.api().get("/api/v1/" + path);
    EXPECT_TRUE(value) << path;
    return value ? *value : json::Value();
  }
};

TEST_F(Apply, TheExampleIsCreatedOnceAndThenUnchanged) {
  const auto plan = apply({"--dry-run"});
  EXPECT_EQ(plan.code, 9) << plan.err;
  EXPECT_TRUE(plan.out.contains("5 to create")) << plan.out;
  EXPECT_FALSE(server.api().get("/api/v1/schemas/shop")) << "a dry run changes nothing";
  const auto first = apply();
  EXPECT_EQ(first.code, 0) << first.out << first.err;
  EXPECT_EQ(cli::text_at(get("configs/shop.production/versions/latest"), "version"), "1.0.0");
  EXPECT_EQ(cli::text_at(get("configs/shop.production"), "strategy.type"), "Canary");
  EXPECT_EQ(cli::text_at(get("schemas/shop"), "latest"), "1.0.0");
  for (const auto* again : {"--yes", "--dry-run"}) {
    const auto second = apply({again});
    EXPECT_EQ(second.code, 0) << second.out << second.err;
    EXPECT_TRUE(second.out.contains("\n5 unchanged\n")) << second.out;
  }
}

TEST_F(Apply, OnlyWhatChangedIsChanged) {
  ASSERT_EQ(apply().code, 0);
  replace("versions/shop.staging.yaml", "max: 5", "max: 6");
  replace("profiles/shop.production.yaml", "PT5M", "PT10M");
  const auto done = apply({"--yes", "--bump", "minor", "-m", "more room"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_TRUE(done.out.contains("~ $.pool.max  5 → 6")) << done.out;
  EXPECT_TRUE(done.out.contains("$.strategy.phaseInterval")) << done.out;
  EXPECT_TRUE(done.out.contains("2 to change, 3 unchanged")) << done.out;
  const auto latest = get("configs/shop.staging/versions/latest");
  EXPECT_EQ(cli::text_at(latest, "version"), "1.1.0");
  EXPECT_EQ(cli::text_at(latest, "message"), "more room");
  EXPECT_EQ(cli::text_at(get("configs/shop.production"), "strategy.phaseInterval"), "PT10M");
}

TEST_F(Apply, TheDocumentationShowsWhatIsReallyPrinted) {
  const auto page = cli::read_file(source_folder() + "/docs/cli.md").value();
  const auto readme = cli::read_file((folder / "README.md").string()).value();
  const auto first = apply({"--dry-run"});
  EXPECT_TRUE(page.contains("\n" + first.out)) << first.out;
  ASSERT_EQ(apply().code, 0);
  replace("versions/shop.staging.yaml", "max: 5", "max: 6");
  const auto second = apply({"--dry-run"});
  const auto versions = second.out.substr(second.out.find("versions\n"));
  EXPECT_TRUE(readme.contains(versions.substr(0, versions.find("\n\n")))) << second.out;
}

TEST_F(Apply, NothingIsChangedWhenOneThingIsRefused) {
  replace("versions/shop.staging.yaml", "max: 5", "max: 500");
  const auto refused = apply();
  EXPECT_EQ(refused.code, 5);
  EXPECT_TRUE(refused.out.contains("! shop.staging")) << refused.out;
  EXPECT_TRUE(refused.err.contains("$.pool.max is 500")) << refused.err;
  EXPECT_FALSE(server.api().get("/api/v1/configs/shop.production"));
}

TEST_F(Apply, AsJsonARefusalIsAProblemOfItsOwn) {
  replace("versions/shop.staging.yaml", "max: 5", "max: 500");
  const auto refused = apply({"--yes", "-o", "json"});
  EXPECT_EQ(refused.code, 5);
  const auto problem = json::parse(refused.out);
  ASSERT_TRUE(problem) << refused.out;
  EXPECT_EQ(cli::text_at(*problem, "reason"), "apply.refused");
  EXPECT_EQ(cli::items_at(*problem, "errors").size(), 1U);
}

TEST_F(Apply, AKeyThatIsNotKnownIsNamedWithItsFile) {
  replace("profiles/shop.staging.yaml", "serviceName", "servicName");
  const auto refused = apply();
  EXPECT_EQ(refused.code, 5);
  EXPECT_TRUE(refused.err.contains("shop.staging.yaml")) << refused.err;
  EXPECT_TRUE(refused.err.contains("did you mean `serviceName`?")) << refused.err;
}

TEST_F(Apply, ABreakingSchemaIsRegisteredAndWaits) {
  ASSERT_EQ(apply().code, 0);
  replace("schemas/shop.json", R"("required": ["pool"])", R"("required": ["pool", "greeting"])");
  const auto done = apply();
  EXPECT_EQ(done.code, 9) << done.out << done.err;
  EXPECT_TRUE(done.out.contains("will wait for an approval")) << done.out;
  EXPECT_EQ(cli::text_at(get("schemas/shop"), "latest"), "1.0.0");
  EXPECT_EQ(cli::items_at(get("schemas/shop"), "pending").size(), 1U);
  // Waiting is no change: nothing is done twice.
  EXPECT_EQ(apply().code, 9);  // it waits still
}

TEST_F(Apply, WithoutATerminalItWantsToBeTold) {
  const auto asked = apply({});
  EXPECT_EQ(asked.code, 2);
  EXPECT_TRUE(asked.err.contains("--yes")) << asked.err;
  EXPECT_FALSE(server.api().get("/api/v1/schemas/shop"));
}

TEST_F(Apply, AManifestComesFromStandardInputAsWell) {
  const auto text =
      "- kind: profile\n  name: a.dev\n  serviceName: a\n  environment: Development\n"
      "- kind: version\n  profile: a.dev\n  version: 2.0.0\n  data:\n    x: 1\n";
  const std::vector<std::string> command{
      "apply", "-f",       "-",          "--yes",        "-o",
      "json",  "--server", server.url(), "--token-file", server.token_file()};
  const auto done = hotswap(command, {.input = text});
  ASSERT_EQ(done.code, 0) << done.out << done.err;
  const auto printed = json::parse(done.out);
  ASSERT_TRUE(printed) << done.out;
  EXPECT_EQ(cli::items_at(*printed, "done").size(), 2U);
  EXPECT_EQ(cli::text_at(get("configs/a.dev/versions/latest"), "version"), "2.0.0");
  const auto again = hotswap(command, {.input = text});
  EXPECT_EQ(again.code, 0);
  EXPECT_EQ(json::parse(again.out).value(), json::parse(R"({"done":[]})").value());
}

TEST_F(Apply, WhatIsNotLiveIsDeployedAndFollowed) {
  ScriptedInstance one(server.options(), "a", "a-1");
  std::ofstream(server.folder() / "a.json")
      << R"([{"kind":"profile","name":"a","serviceName":"a","environment":"Production",
               "strategy":{"type":"Direct"}},
             {"kind":"version","profile":"a","data":{"x":1}}])";
  const auto file = (server.folder() / "a.json").string();
  std::jthread instance([&one](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      one.applies();
      std::this_thread::sleep_for(20ms);
    }
  });
  const auto done = hotswap(server, {"apply", "-f", file, "--yes", "--deploy", "--watch"});
  EXPECT_EQ(done.code, 0) << done.out << done.err;
  EXPECT_TRUE(done.out.contains("> deploy a: nothing is live yet")) << done.out;
  EXPECT_EQ(cli::text_at(get("configs/a"), "stable"), "1.0.0");
  const auto again = hotswap(server, {"apply", "-f", file, "--yes", "--deploy"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_FALSE(again.out.contains("deploy")) << again.out;
}

TEST_F(Apply, AFailureOnTheWaySaysWhatWasDone) {
  // The profile is there in the plan's eyes, but the number is taken by a version that a file of
  // another name brings: the server refuses the second.
  std::ofstream(server.folder() / "b.json")
      << R"([{"kind":"profile","name":"b.dev","serviceName":"b","environment":"Development",
               "schemaId":"nowhere"}])";
  const auto refused = hotswap(server, {"apply", "-f", folder.string(), "-f",
                                        (server.folder() / "b.json").string(), "--yes"});
  EXPECT_NE(refused.code, 0) << refused.out;
  EXPECT_TRUE(refused.err.contains("profile b.dev")) << refused.err;
  EXPECT_TRUE(refused.err.contains("created schema shop 1.0.0")) << refused.err;
}

}  // namespace
}  // namespace hotswap::e2e
