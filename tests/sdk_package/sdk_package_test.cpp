// Given an installed libhotswap, when a project of its own asks for it, then it is found, linked,
// and its program follows a server.
#include <gtest/gtest.h>

#include <csignal>

#include "cli/answer.hpp"
#include "cli/session.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

const std::string kExample = HS_SOURCE_DIR "/examples/sdk_project";
const std::string kOwnProfile = "thumbnailer.production";

/// Runs it to its end; its output is in the failure's text.
::testing::AssertionResult runs(const std::vector<std::string>& command) {
  const cli::TempFolder folder("hotswap-run");
  auto process = cli::ChildProcess::start({.command = command, .log = folder.path() / "log"});
  if (!process) return ::testing::AssertionFailure() << process.error().detail;
  const auto code = process->wait(120s);
  if (code == 0) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << command.front() << ": " << process->output();
}

/// `cmake --install`, once for all tests of this program.
const std::filesystem::path& prefix() {
  static const cli::TempFolder kFolder("hotswap-prefix");
  static const auto kInstalled = runs({HS_CMAKE, "--install", HS_BINARY_DIR, "--prefix",
                                       kFolder.path().string(), "--component", "dev"});
  EXPECT_TRUE(kInstalled);
  return kFolder.path();
}

std::filesystem::path installed(const std::string& name) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(prefix())) {
    if (entry.path().filename() == name) return entry.path();
  }
  return {};
}

std::string sizes(const std::string& all) { return R"({"pause":"1ms","sizes":[)" + all + "]}"; }

struct Thumbnailer : ::testing::Test {
  Thumbnailer() {
    server.has_profile(kOwnProfile, "thumbnailer");
    server.has_version("1.0.0", sizes(R"({"name":"small","width":64,"height":64})"), kOwnProfile);
    server.has_version("1.1.0",
                       sizes(R"({"name":"small","width":64,"height":64},)"
                             R"({"name":"large","width":800,"height":600})"),
                       kOwnProfile);
    server.has_version("2.0.0", sizes(R"({"name":"none","width":0,"height":"tall"})"), kOwnProfile);
  }
  void start(const std::string& program) {
    auto started = cli::ChildProcess::start(
        {.command = {program, server.url(), server.token_file(), (server.folder() / "state")},
         .log = server.folder() / "log"});
    ASSERT_TRUE(started) << started.error().detail;
    process = std::move(*started);
    ASSERT_TRUE(eventually([&] { return server.instances().size() == 1; })) << process.output();
  }

  Server server;
  cli::ChildProcess process;
};

TEST_F(Thumbnailer, BuiltAgainstTheInstalledPackageFollowsItsServer) {
  const auto build = (server.folder() / "build").string();
  ASSERT_TRUE(
      runs({HS_CMAKE, "-S", kExample, "-B", build, "-G", "Ninja",
            "-DCMAKE_PREFIX_PATH=" + prefix().string(), "-DCMAKE_CXX_COMPILER=" HS_CXX_COMPILER}));
  ASSERT_TRUE(runs({HS_CMAKE, "--build", build}));
  start(build + "/thumbnailer");

  EXPECT_EQ(server.final_state_of(server.deploys("1.0.0", kDirect, kOwnProfile)), "Succeeded");
  EXPECT_TRUE(process.wait_line("1.0.0: 1 sizes", 20s)) << process.output();
  EXPECT_EQ(server.final_state_of(server.deploys("1.1.0", kDirect, kOwnProfile)), "Succeeded");
  EXPECT_TRUE(process.wait_line("1.1.0: 2 sizes", 20s)) << process.output();

  const auto refused = server.deploys("2.0.0", kDirect, kOwnProfile);
  EXPECT_NE(server.final_state_of(refused), "Succeeded");
  EXPECT_TRUE(json::write(server.timeline_of(refused))
                  .contains("sizes.0.width is 0, a value from 1 to 4096 is expected; "
                            "sizes.0.height holds a string, "))
      << json::write(server.timeline_of(refused));
  EXPECT_FALSE(process.output().contains("2.0.0: 1 sizes")) << process.output();

  process.send(SIGTERM);
  EXPECT_EQ(process.wait(20s), 0);
  EXPECT_TRUE(server.instances().empty()) << "it said that it leaves";
}

TEST(InstalledSdk, IsFoundByPkgConfig) {
  const auto pc = installed("hotswap.pc").parent_path().string();
  const cli::TempFolder folder("hotswap-pc");
  const auto build = "PKG_CONFIG_PATH=" + pc +
                     " && export PKG_CONFIG_PATH && " HS_CXX_COMPILER " -std=c++23 " + kExample +
                     "/main.cpp -o " + folder.path().string() +
                     "/thumbnailer $(pkg-config --cflags --libs 'hotswap >= 0.1')";
  EXPECT_TRUE(runs({"/bin/sh", "-c", build}));
}

TEST(InstalledSdk, SuitsTheOtherCompilerWithItsWarningsOn) {
  EXPECT_TRUE(runs({"g++", "-std=c++23", "-Wall", "-Wextra", "-Wconversion", "-Wshadow",
                    "-Wpedantic", "-Werror", "-fsyntax-only", "-I", (prefix() / "include").string(),
                    kExample + "/main.cpp"}));
}

TEST(InstalledSdk, BringsNoHeaderOfTheServer) {
  EXPECT_FALSE(installed("bind.hpp").empty());
  EXPECT_TRUE(installed("book.hpp").empty());
  EXPECT_TRUE(installed("value.hpp").empty());
}

}  // namespace
}  // namespace hotswap::e2e
