// Contexts: from flags to files, with the mistakes that people make.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "api/formats/yaml.hpp"
#include "cli/answer.hpp"
#include "domain/json/parse.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/server.hpp"

namespace hotswap::e2e {
namespace {

struct ContextVerbs : ::testing::Test {
  cli::TempFolder folder{"hotswap-contexts"};
  std::filesystem::path file = folder.path() / "deep/contexts.yaml";

  CommandResult run(const std::vector<std::string>& arguments, Surroundings with = {}) {
    with.environment.insert(with.environment.begin(), {"HOTSWAP_CONTEXTS", file.string()});
    return hotswap(arguments, with);
  }
  void write(const std::string& text, mode_t mode = 0600) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
  }
};

TEST_F(ContextVerbs, AContextReplacesTheFlags) {
  Server server;
  ASSERT_EQ(
      run({"context", "set", "dev", "--server", server.url(), "--token-file", server.token_file()})
          .code,
      0);
  const auto listed = run({"config", "list"});
  EXPECT_EQ(listed.code, 0) << listed.err;
  EXPECT_EQ(run({"context", "set", "gone", "--server", "http://127.0.0.1:1"}).code, 0);
  EXPECT_EQ(run({"config", "list", "--context", "gone"}).code, 7);
  EXPECT_EQ(run({"config", "list"}, {.environment = {{"HOTSWAP_CONTEXT", "gone"}}}).code, 7);
  ASSERT_EQ(run({"context", "use", "gone"}).code, 0);
  EXPECT_EQ(run({"config", "list"}).code, 7);
  EXPECT_EQ(run({"config", "list", "--context", "dev"}).code, 0);
  EXPECT_EQ(run({"context", "delete", "gone"}).code, 0);
  const auto unknown = run({"config", "list", "--context", "gone"});
  EXPECT_EQ(unknown.code, 3);
  EXPECT_TRUE(unknown.err.contains("there are: dev")) << unknown.err;
}

TEST_F(ContextVerbs, OfManyCommandsAtOnceNoneUndoesAnother) {
  std::string line;
  for (int i = 0; i < 12; ++i) {
    line += binary("hotswap") + " context set c" + std::to_string(i) + " --server http://h & ";
  }
  const auto told = run_program({"/bin/sh", "-c", line + "wait"},
                                {.environment = {{"HOTSWAP_CONTEXTS", file.string()}}});
  const auto listed = json::parse(run({"context", "list", "-o", "json"}).out);
  ASSERT_TRUE(listed) << told.err;
  EXPECT_EQ(listed->as_array()->size(), 12U) << told.err;
}

TEST_F(ContextVerbs, WhatCannotBeUsedIsNotKept) {
  const auto refused = run({"context", "set", "bad", "--server", "ftp://a"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_TRUE(refused.err.contains("http://HOST:PORT")) << refused.err;
  EXPECT_EQ(run({"context", "set", "a b", "--server", "http://a"}).code, 2);
  EXPECT_EQ(run({"context", "set", "", "--server", "http://a"}).code, 2);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(ContextVerbs, DeletingTheCurrentOneSaysThatNoneIsCurrent) {
  ASSERT_EQ(run({"context", "set", "dev", "--server", "http://a"}).code, 0);
  EXPECT_TRUE(run({"context", "delete", "dev"}).out.contains("no context is current now"));
}

TEST_F(ContextVerbs, ShowSaysWhereEachValueComesFromAndMasksTheToken) {
  ASSERT_EQ(run({"context", "set", "dev", "--server", "http://dev:1", "--token", "-"},
                {.input = "a-very-long-token-of-mine\n"})
                .code,
            0);
  const auto shown = run({"-o", "json", "context", "show", "--ca-file", "/ca.pem"});
  const auto value = json::parse(shown.out);
  ASSERT_TRUE(value) << shown.out << shown.err;
  EXPECT_EQ(cli::text_at(*value, "server.source"), "context dev");
  EXPECT_EQ(cli::text_at(*value, "caFile.source"), "--ca-file");
  EXPECT_TRUE(cli::text_at(*value, "token.value").contains("characters"));
  EXPECT_FALSE(shown.out.contains("a-very-long-token"));
  EXPECT_FALSE(run({"context", "list"}).out.contains("a-very-long-token"));
  struct stat about{};
  ASSERT_EQ(::stat(file.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
}

TEST_F(ContextVerbs, AFileWithTokensThatOthersCanReadIsRefusedWithTheCommandToRun) {
  write("contexts:\n  dev:\n    server: http://dev:1\n    token: t\n", 0644);
  const auto refused = run({"config", "list"});
  EXPECT_EQ(refused.code, 6);
  EXPECT_EQ(std::ranges::count(refused.err, '\n'), 1) << refused.err;
  EXPECT_TRUE(refused.err.contains("chmod 600 " + file.string())) << refused.err;
  ::chmod(file.c_str(), 0600);
  EXPECT_NE(run({"config", "list", "--context", "dev"}).code, 6);
  // Without tokens inside there is nothing to hide.
  write("contexts:\n  dev:\n    server: http://dev:1\n    tokenFile: /t\n", 0644);
  EXPECT_EQ(run({"context", "list"}).code, 0);
}

TEST_F(ContextVerbs, ABrokenFileIsNamedWithLineAndKey) {
  write("contexts:\n  dev:\n    server: [\n");
  const auto broken = run({"config", "list"});
  EXPECT_EQ(broken.code, 5);
  EXPECT_TRUE(broken.err.contains(file.string()) && broken.err.contains("line")) << broken.err;
  write("contexts:\n  dev:\n    server: http://dev:1\n    tokenfile: /t\n");
  const auto unknown = run({"config", "list"});
  EXPECT_EQ(unknown.code, 5);
  EXPECT_TRUE(unknown.err.contains("(line 4)") && unknown.err.contains("did you mean tokenFile?"))
      << unknown.err;
}

TEST_F(ContextVerbs, ANewOneNeedsAServer) {
  const auto refused = run({"context", "set", "dev"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_TRUE(refused.err.contains("--server")) << refused.err;
}

TEST_F(ContextVerbs, AnExpiredTokenSaysSinceWhenAndWhatToDo) {
  Server server;
  // An expired token of last century: the same form, long past every tolerance.
  const std::string old = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjEwMDAsInN1YiI6ImFubiJ9.c2ln";
  const auto refused = run({"config", "list", "--server", server.url(), "--token", old});
  EXPECT_EQ(refused.code, 6);
  EXPECT_TRUE(refused.err.contains("the token expired")) << refused.err;
  EXPECT_TRUE(refused.err.contains("hotswap token")) << refused.err;
  EXPECT_FALSE(refused.err.contains(old)) << refused.err;
}

TEST_F(ContextVerbs, ATokenFileThatIsNotThereNamesWhoWantedIt) {
  ASSERT_EQ(
      run({"context", "set", "dev", "--server", "http://dev:1", "--token-file", "/nowhere/t"}).code,
      0);
  const auto refused = run({"config", "list"});
  EXPECT_EQ(refused.code, 5);
  EXPECT_TRUE(refused.err.contains("/nowhere/t") && refused.err.contains("context dev"))
      << refused.err;
}

}  // namespace
}  // namespace hotswap::e2e
