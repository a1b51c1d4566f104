// The command line in a real terminal: progress that is drawn in place, colours, questions.
#include <gtest/gtest.h>

#include <fstream>

#include "cli/answer.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/screen.hpp"
#include "e2e/support/scripted_instance.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t out = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++out;
  return out;
}

/// A server with one version and two instances that apply when the test says so.
struct InTerminal : ::testing::Test {
  Server server;
  ScriptedInstance one{server.options(), kService, "pay-1"};
  ScriptedInstance two{server.options(), kService, "pay-2"};
  Screen screen;

  void SetUp() override {
    server.has_profile();
    server.has_version("1.0.0", R"({"a":1})");
    screen.types("hs() { '" + binary("hotswap") + "' \"$@\"; }; export HOTSWAP_SERVER='" +
                 server.url() + "' HOTSWAP_TOKEN_FILE='" + server.token_file() + "'; clear");
    ASSERT_TRUE(screen.shows([](const std::string& text) { return !text.contains("export"); }));
  }
  void deploys() {
    screen.types("hs deploy " + std::string(kProfile) +
                 " 1.0.0 --watch --strategy '{\"type\":\"Rolling\",\"batchSize\":1,"
                 "\"batchInterval\":\"PT0.5S\",\"healthCheckEnabled\":false}'");
  }
  /// Both do what they are told until the screen shows it.
  bool applied_until(const std::string& part) {
    return eventually([&] {
      one.applies();
      two.applies();
      return screen.text().contains(part);
    });
  }
  std::string state() {
    const auto list = server.api().list("/api/v1/deployments", 1);
    return list && !list->empty() ? cli::text_at(list->front(), "state") : "";
  }
};

TEST_F(InTerminal, ProgressIsDrawnInPlaceWithABarPerStepAndTheStatesOfTheInstances) {
  deploys();
  ASSERT_TRUE(screen.shows("0/1")) << screen.last();
  EXPECT_TRUE(screen.shows("Assigned")) << screen.last();
  EXPECT_TRUE(screen.last().contains("pay-1") && screen.last().contains("pay-2"));
  EXPECT_FALSE(screen.has_cursor());
  ASSERT_TRUE(applied_until("Succeeded")) << screen.text();
  ASSERT_TRUE(screen.shows([](const std::string& text) { return text.contains("2/2   done"); }))
      << screen.last();
  const auto end = screen.text();
  EXPECT_EQ(count(end, "step  1"), 1U) << end;
  EXPECT_EQ(count(end, "step  2"), 1U) << end;
  EXPECT_EQ(count(end, "▕█████████████████████████████▏"), 2U) << end;
  EXPECT_TRUE(end.contains("deployment.succeeded")) << end;
  EXPECT_TRUE(eventually([&] { return screen.has_cursor(); }));
}

TEST_F(InTerminal, StatesHaveTheirColours) {
  deploys();
  ASSERT_TRUE(screen.shows([](const std::string& text) { return text.contains("\x1b[36m"); }, true))
      << screen.last();
  ASSERT_TRUE(applied_until("Succeeded"));
  EXPECT_TRUE(screen.shows(
      [](const std::string& text) { return text.contains("\x1b[32mSucceeded"); }, true))
      << screen.last();
}

TEST_F(InTerminal, NoColourWhereNobodyWantsIt) {
  screen.types("export NO_COLOR=1; clear");
  deploys();
  ASSERT_TRUE(screen.shows("0/1")) << screen.last();
  EXPECT_FALSE(screen.text(true).contains("\x1b[36m")) << screen.text(true);
}

TEST_F(InTerminal, CtrlCLeavesTheDeploymentRunningAndSaysHowToStopIt) {
  deploys();
  ASSERT_TRUE(screen.shows("0/1")) << screen.last();
  screen.presses("C-c");
  ASSERT_TRUE(screen.shows("the deployment goes on")) << screen.last();
  EXPECT_TRUE(screen.shows("hotswap deployment pause")) << screen.last();
  screen.types("echo code=$?");
  EXPECT_TRUE(screen.shows("code=130")) << screen.last();
  EXPECT_TRUE(screen.has_cursor());
  EXPECT_EQ(state(), "Running");
}

TEST_F(InTerminal, ASmallerWindowKeepsTheBlockInOnePiece) {
  deploys();
  ASSERT_TRUE(screen.shows("0/1")) << screen.last();
  screen.resizes(50, 12);
  ASSERT_TRUE(applied_until("deployment.succeeded")) << screen.text();
  EXPECT_TRUE(screen.shows([](const std::string& text) { return count(text, "step  2") == 1; }))
      << screen.last();
}

TEST_F(InTerminal, APipeGetsPlainLines) {
  screen.types("hs deploy " + std::string(kProfile) + " 1.0.0 --strategy Direct --watch | cat -v");
  ASSERT_TRUE(applied_until("deployment.succeeded")) << screen.text();
  const auto text = screen.text();
  EXPECT_FALSE(text.contains("^[")) << text;
  EXPECT_FALSE(text.contains("▕")) << text;
}

TEST_F(InTerminal, ApplyAsksAndTakesOnlyYes) {
  const auto file = (server.folder() / "a.yaml").string();
  std::ofstream(file) << "kind: profile\nname: a.dev\nserviceName: a\nenvironment: Development\n";
  screen.types("hs apply -f " + file);
  ASSERT_TRUE(screen.shows("apply this? [y/N]")) << screen.last();
  screen.types("n");
  screen.types("echo code=$?");
  ASSERT_TRUE(screen.shows("code=130")) << screen.last();
  EXPECT_FALSE(server.api().get("/api/v1/configs/a.dev"));
  screen.types("clear; hs apply -f " + file);
  ASSERT_TRUE(screen.shows("apply this? [y/N]")) << screen.last();
  screen.types("y");
  ASSERT_TRUE(screen.shows("created profile a.dev")) << screen.last();
  EXPECT_TRUE(server.api().get("/api/v1/configs/a.dev"));
}

TEST_F(InTerminal, ApplyOverwritesNobodyWhoWasFasterThanTheAnswer) {
  server.has_profile("a.dev", "a");
  const auto file = (server.folder() / "a.yaml").string();
  std::ofstream(file) << "kind: profile\nname: a.dev\nserviceName: a\nenvironment: Production\n"
                         "description: from the file\n";
  screen.types("hs apply -f " + file);
  ASSERT_TRUE(screen.shows("apply this? [y/N]")) << screen.last();
  const auto changed = server.api().call({.method = "PATCH",
                                          .path = "/api/v1/configs/a.dev",
                                          .body = R"({"description":"by somebody else"})"});
  ASSERT_TRUE(changed);
  screen.types("y");
  ASSERT_TRUE(screen.shows("config.changed")) << screen.last();
  screen.types("echo code=$?");
  EXPECT_TRUE(screen.shows("code=4")) << screen.last();
  EXPECT_EQ(cli::text_at(server.api().get("/api/v1/configs/a.dev").value(), "description"),
            "by somebody else");
}

TEST_F(InTerminal, DiffIsInColour) {
  server.has_version("1.1.0", R"({"a":2})");
  screen.types("clear; hs diff " + std::string(kProfile) + " 1.0.0 1.1.0");
  EXPECT_TRUE(screen.shows(
      [](const std::string& text) {
        return text.contains("\x1b[33m~ $.a") && text.contains("\x1b[31m1") &&
               text.contains("\x1b[32m2");
      },
      true))
      << screen.last();
}

}  // namespace
}  // namespace hotswap::e2e
