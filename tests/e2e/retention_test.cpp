// Given old versions, when the retention has run, then their content lies in the archive and nobody
// who reads them can tell.
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/answer.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/scripted_instance.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

namespace fs = std::filesystem;

constexpr int kVersions = 5;

/// Keeps one version of a profile and nothing for its youth.
std::vector<std::string> strict() { return {"--retention-versions", "1", "--retention-days", "0"}; }

std::string content(int number) { return "{\"n\":" + std::to_string(number) + "}"; }

void has_versions(Server& server) {
  server.has_profile();
  for (int i = 0; i < kVersions; ++i) server.has_version("1.0." + std::to_string(i), content(i));
}

/// How many are archived; each has its content wherever it lies.
int archived(Server& server) {
  int count = 0;
  for (int i = 0; i < kVersions; ++i) {
    const auto read =
        server.api().get(cli::config_path(kProfile, {"versions", "1.0." + std::to_string(i)}));
    EXPECT_TRUE(read) << read.error().detail;
    if (!read) return -1;
    EXPECT_EQ(cli::int_at(*read, "data.n"), i);
    count += cli::bool_at(*read, "archived") ? 1 : 0;
  }
  return count;
}

std::vector<fs::path> objects(const fs::path& folder) {
  std::vector<fs::path> found;
  if (!fs::exists(folder)) return found;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) found.push_back(entry.path());
  return found;
}

TEST(Retention, MovesOldVersionsToTheFolderAndReadsThemBackAfterARestart) {
  Server server(strict());
  has_versions(server);
  const auto dry = hotswap(server, {"retention", "run", "--dry-run"});
  EXPECT_EQ(dry.code, 0) << dry.err;
  EXPECT_TRUE(dry.out.contains("4 versions")) << dry.out;
  EXPECT_TRUE(dry.out.contains("would move")) << dry.out;
  EXPECT_EQ(archived(server), 0);
  const auto run = hotswap(server, {"retention", "run"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_TRUE(run.out.contains("4 versions")) << run.out;
  EXPECT_EQ(archived(server), 4);
  EXPECT_EQ(objects(server.data() / "archive").size(), 1U);
  EXPECT_EQ(server.terminate(), 0);
  server.start_again();
  EXPECT_EQ(archived(server), 4);
  const auto list = hotswap(server, {"version", "list", kProfile});
  EXPECT_TRUE(list.out.contains("1.0.0 archived")) << list.out;
  const auto diff = hotswap(server, {"diff", kProfile, "1.0.0", "1.0.1"});
  EXPECT_TRUE(diff.out.contains("$.n") || diff.out.contains("n")) << diff.out;
  const auto status = hotswap(server, {"retention", "status"});
  EXPECT_TRUE(status.out.contains("newest 1 version,")) << status.out;
  EXPECT_TRUE(status.out.contains("Done, dry")) << status.out;
  const auto chain = hotswap(server, {"audit", "verify"});
  EXPECT_EQ(chain.code, 0) << chain.err;
}

TEST(Retention, AnArchivedVersionIsDeployedAndOutlivesItsObject) {
  Server server(strict());
  has_versions(server);
  ASSERT_EQ(hotswap(server, {"retention", "run"}).code, 0);
  ScriptedInstance instance(server.options(), kService, "a");
  const auto deployment = server.deploys("1.0.0", kDirect);
  ASSERT_TRUE(eventually([&] { return instance.desired().has_value(); }));
  instance.applies();
  EXPECT_EQ(server.final_state_of(deployment), "Succeeded");
  EXPECT_EQ(server.terminate(), 0);
  for (const auto& object : objects(server.data() / "archive")) fs::remove(object);
  server.start_again();
  const auto deployed = server.api().get(cli::config_path(kProfile, {"versions", "1.0.0"}));
  ASSERT_TRUE(deployed) << deployed.error().detail;
  EXPECT_FALSE(cli::bool_at(*deployed, "archived"));
  const auto lost = server.api().get(cli::config_path(kProfile, {"versions", "1.0.1"}));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().reason, "archive.not_found");
  // Nothing more is lost by looking.
  EXPECT_EQ(hotswap(server, {"retention", "run"}).code, 0);
}

TEST(Retention, ADamagedObjectIsNeverServed) {
  Server server(strict());
  has_versions(server);
  ASSERT_EQ(hotswap(server, {"retention", "run"}).code, 0);
  const auto stored = objects(server.data() / "archive");
  ASSERT_EQ(stored.size(), 1U);
  fs::resize_file(stored[0], fs::file_size(stored[0]) - 1);
  const auto read = server.api().get(cli::config_path(kProfile, {"versions", "1.0.0"}));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, "archive.damaged");
}

TEST(Retention, AShareThatIsNotMountedIsToldAndCostsNothing) {
  const cli::TempFolder place("hotswap-share");
  const auto share = place.path() / "archive";
  auto arguments = strict();
  arguments.insert(arguments.end(), {"--archive", share.string()});
  Server server(arguments);
  has_versions(server);
  ASSERT_TRUE(eventually([&] {
    const auto ready = server.api().get("/health/ready");
    return ready && cli::text_at(*ready, "archive") == "unusable" &&
           cli::text_at(*ready, "archiveDetail").contains("mount it");
  }));
  const auto refused = hotswap(server, {"retention", "run"});
  EXPECT_NE(refused.code, 0);
  EXPECT_TRUE(refused.out.contains("mount it")) << refused.out;
  EXPECT_EQ(archived(server), 0);
  fs::create_directory(share);
  EXPECT_EQ(hotswap(server, {"retention", "run"}).code, 0);
  EXPECT_EQ(archived(server), 4);
}

}  // namespace
}  // namespace hotswap::e2e
