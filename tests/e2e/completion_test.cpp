// Completion in a real bash, man pages in a real man, and -o yaml beside -o json everywhere.
#include <gtest/gtest.h>

#include "api/formats/yaml.hpp"
#include "cli/answer.hpp"
#include "domain/json/parse.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/scripted_instance.hpp"
#include "e2e/support/server.hpp"

namespace hotswap::e2e {
namespace {

/// What bash offers for these words, the last one being typed.
std::vector<std::string> completed(const std::vector<std::string>& words,
                                   const Surroundings& with = {}) {
  std::string typed;
  for (const auto& word : words) typed += " '" + word + "'";
  const auto program = binary("hotswap");
  const auto done =
      run_program({"bash", "--norc", "-c",
                   "source <('" + program + "' completion bash); COMP_WORDS=('" + program + "'" +
                       typed + "); COMP_CWORD=" + std::to_string(words.size()) +
                       "; $(complete -p hotswap | sed 's/.*-F \\([^ ]*\\) .*/\\1/'); "
                       "printf '%s\\n' \"${COMPREPLY[@]}\""},
                  with);
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_TRUE(done.err.empty()) << done.err;
  std::vector<std::string> out;
  std::istringstream lines(done.out);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) out.push_back(line);
  }
  return out;
}
using Words = std::vector<std::string>;

TEST(Completion, BashKnowsVerbsFlagsAndListedValues) {
  EXPECT_EQ(completed({"depl"}), (Words{"deploy", "deployment"}));
  EXPECT_EQ(completed({"context", "u"}), (Words{"use"}));
  EXPECT_EQ(completed({"deploy", "--dr"}), (Words{"--dry-run"}));
  EXPECT_EQ(completed({"-o", ""}), (Words{"table", "json", "yaml"}));
  EXPECT_EQ(completed({"--output", "=", "y"}), (Words{"yaml"}));
  EXPECT_EQ(completed({"config", "list", "--environment", "S"}), (Words{"Staging"}));
}

TEST(Completion, BashAsksTheServerForNames) {
  Server server;
  server.has_profile("shop.production", "shop");
  server.has_profile("shop.staging", "shop");
  server.has_version("1.0.0", R"({"a":1})", "shop.staging");
  const Surroundings with{.environment = {{"HOTSWAP_SERVER", server.url()},
                                          {"HOTSWAP_TOKEN_FILE", server.token_file()}}};
  EXPECT_EQ(completed({"config", "get", "shop."}, with),
            (Words{"shop.production", "shop.staging"}));
  EXPECT_EQ(completed({"deploy", "shop.staging", ""}, with), (Words{"1.0.0", "latest", "stable"}));
  ScriptedInstance one(server.options(), "shop", "shop-1");
  EXPECT_EQ(completed({"instances", "get", ""}, with), (Words{one.id().substr(0, 8)}));
}

TEST(Completion, BashOffersFilesWhereAFileIsMeant) {
  const cli::TempFolder folder("hotswap-completion");
  std::filesystem::create_directories(folder.path() / "apply-me");
  const auto found = completed({"apply", "-f", (folder.path() / "app").string()});
  EXPECT_EQ(found, (Words{(folder.path() / "apply-me").string()}));
}

TEST(Completion, IsSilentWithoutAServerAndWithBrokenContexts) {
  EXPECT_TRUE(
      completed({"config", "get", ""}, {.environment = {{"HOTSWAP_SERVER", "http://127.0.0.1:1"}}})
          .empty());
  EXPECT_TRUE(
      completed({"config", "get", ""}, {.environment = {{"HOTSWAP_CONTEXTS", "/dev"}}}).empty());
}

TEST(Manual, EveryPageIsCleanAndEveryVerbHasOne) {
  const cli::TempFolder folder("hotswap-man");
  const auto written = hotswap({"man", "--dir", folder.path().string()});
  ASSERT_EQ(written.code, 0) << written.err;
  std::size_t pages = 0;
  for (const auto& page : std::filesystem::directory_iterator(folder.path())) {
    const auto shown = run_program(
        {"man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page.path().string()},
        {.environment = {{"MANWIDTH", "80"}, {"LC_ALL", "C.UTF-8"}}});
    EXPECT_EQ(shown.code, 0) << page.path();
    EXPECT_TRUE(shown.err.empty()) << page.path() << ": " << shown.err;
    ++pages;
  }
  EXPECT_GT(pages, 20U);
  for (const auto* verb : {"server", "agent", "deploy", "config", "apply", "context"}) {
    EXPECT_TRUE(std::filesystem::exists(folder.path() / (std::string("hotswap-") + verb + ".1")))
        << verb;
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "hotswap-man.1"));
  EXPECT_EQ(hotswap({"man", "--dir", "/proc/nowhere"}).code, 5);
}

TEST(Manual, TextsReadAsTheyWereWritten) {
  const cli::TempFolder folder("hotswap-man");
  ASSERT_EQ(hotswap({"man", "--dir", folder.path().string()}).code, 0);
  const auto page = run_program(
      {"man", "-E", "UTF-8", "-l", (folder.path() / "hotswap.1").string()},
      {.environment = {
           {"MANWIDTH", "100"}, {"MANPAGER", "cat"}, {"MANROFFOPT", "-c"}, {"LC_ALL", "C.UTF-8"}}});
  EXPECT_TRUE(page.out.contains("hotswap-deploy(1)")) << page.out;
  EXPECT_TRUE(page.out.contains("--output table|json|yaml")) << page.out;
  // Lines are justified: the words count.
  std::istringstream in(page.out);
  std::string words;
  for (std::string word; in >> word;) words += word + " ";
  EXPECT_TRUE(words.contains("Exit codes: 0 done; 1 internal error")) << page.out;
}

TEST(Yaml, IsTheSameValueAsJsonForEveryVerbThatAnswers) {
  Server server;
  server.has_profile();
  server.has_version("1.0.0", R"({"text":"a: b\nc","list":[1,{"x":null}],"n":1.50})");
  for (const auto& command : std::vector<Words>{{"config", "list"},
                                                {"config", "get", kProfile},
                                                {"version", "list", kProfile},
                                                {"version", "get", kProfile, "1.0.0"},
                                                {"history", kProfile},
                                                {"instances"},
                                                {"deployment", "list"},
                                                {"schema", "list"},
                                                {"calendar", "list"},
                                                {"notify", "channel", "list"},
                                                {"notify", "dead-letters", "list"},
                                                {"audit", "list"},
                                                {"erase", "list"},
                                                {"context", "list"},
                                                {"health"}}) {
    const auto with = [&](const char* form) {
      auto words = command;
      words.insert(words.end(), {"-o", form});
      return hotswap(server, words);
    };
    const auto yaml = with("yaml");
    const auto json = with("json");
    EXPECT_EQ(yaml.code, 0) << command.front() << yaml.err;
    const auto one = api::yaml_to_json(yaml.out);
    const auto other = json::parse(json.out);
    ASSERT_TRUE(one && other) << command.front() << "\n" << yaml.out << json.out;
    EXPECT_EQ(*one, *other) << command.front() << "\n" << yaml.out;
  }
}

TEST(Yaml, OfAnErrorIsTheProblem) {
  Server server;
  const auto refused = hotswap(server, {"config", "get", "nothing.here", "-o", "yaml"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_TRUE(refused.err.empty()) << refused.err;
  const auto problem = api::yaml_to_json(refused.out);
  ASSERT_TRUE(problem) << refused.out;
  EXPECT_EQ(cli::text_at(*problem, "reason"), "config.not_found");
  EXPECT_EQ(cli::int_at(*problem, "status"), 404);
  const auto usage = hotswap({"frobnicate", "-o", "yaml"});
  EXPECT_EQ(usage.code, 2);
  EXPECT_EQ(cli::text_at(api::yaml_to_json(usage.out).value(), "reason"), "usage");
  const auto away = hotswap({"-o", "json", "config", "list", "--server", "http://127.0.0.1:1"});
  EXPECT_EQ(away.code, 7);
  EXPECT_EQ(cli::text_at(json::parse(away.out).value(), "reason"), "server.unreachable");
}

}  // namespace
}  // namespace hotswap::e2e
