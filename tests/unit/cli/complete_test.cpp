#include "cli/definitions/complete.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "cli/definitions/of_app.hpp"

namespace hotswap::cli {
namespace {

/// A small program with everything that completion has to know.
struct Complete : ::testing::Test {
  CLI::App app{"a program", "hotswap"};
  std::string text, output, name, version;
  bool flag = false;

  Complete() {
    app.add_option("-o,--output", output, "form")->check(CLI::IsMember({"table", "json"}));
    app.add_option("--server", text, "address");
    app.fallthrough();
    auto* config = app.add_subcommand("config", "profiles");
    config->require_subcommand(1)->fallthrough();
    auto* get = config->add_subcommand("get", "one");
    get->add_option("name", name, "profile")->required()->type_name(kind::kProfile);
    config->add_subcommand("list", "all")
        ->add_option("--environment", text, "where")
        ->type_name(kind::kEnvironment);
    auto* deploy = app.add_subcommand("deploy", "bring it");
    deploy->add_option("name", name, "profile")->required()->type_name(kind::kProfile);
    deploy->add_option("version", version, "number")->required()->type_name(kind::kVersion);
    deploy->add_flag("--watch", flag, "follow it");
    deploy->add_option("-f,--file", text, "a file")->type_name(kind::kFile);
    app.add_subcommand("secret", "not for people")->group("");
  }
  Completion at(std::vector<std::string> words) { return complete(spec_of(app), words); }
  std::vector<std::string> values(std::vector<std::string> words) {
    std::vector<std::string> out;
    for (const auto& one : at(std::move(words)).candidates) out.push_back(one.value);
    return out;
  }
};
using Words = std::vector<std::string>;

TEST_F(Complete, verbs_but_not_hidden_ones) {
  EXPECT_EQ(values({""}), (Words{"config", "deploy"}));
  EXPECT_EQ(values({"de"}), (Words{"deploy"}));
  EXPECT_EQ(values({"config", ""}), (Words{"get", "list"}));
  EXPECT_EQ(at({"de"}).candidates.front().help, "bring it");
}

TEST_F(Complete, options_of_the_verb_and_of_the_program) {
  EXPECT_EQ(values({"config", "list", "--e"}), (Words{"--environment"}));
  const auto all = values({"deploy", "--"});
  for (const auto* name : {"--watch", "--file", "--output", "--server"}) {
    EXPECT_TRUE(std::ranges::count(all, name) == 1) << name;
  }
}

TEST_F(Complete, an_option_is_not_offered_twice) {
  EXPECT_TRUE(values({"deploy", "--watch", "--wa"}).empty());
}

TEST_F(Complete, values_that_are_listed_or_always_the_same) {
  EXPECT_EQ(values({"-o", ""}), (Words{"table", "json"}));
  EXPECT_EQ(values({"--output=j"}), (Words{"json"}));
  EXPECT_EQ(values({"config", "list", "--environment", "P"}), (Words{"Production"}));
}

TEST_F(Complete, positionals_ask_for_their_kind_one_after_the_other) {
  EXPECT_EQ(at({"deploy", "sh"}).ask, kind::kProfile);
  const auto second = at({"deploy", "--watch", "shop.dev", ""});
  EXPECT_EQ(second.ask, kind::kVersion);
  EXPECT_EQ(second.positionals, (Words{"shop.dev"}));
  EXPECT_EQ(at({"deploy", "shop.dev", "1.0.0", ""}).ask, "");
  EXPECT_EQ(at({"deploy", "-f", ""}).ask, kind::kFile);
}

TEST_F(Complete, options_given_so_far_are_known_by_their_long_name) {
  const auto found = at({"--server", "http://x", "-o", "json", "config", "get", ""});
  EXPECT_EQ(found.options.at("--server"), "http://x");
  EXPECT_EQ(found.options.at("--output"), "json");
  EXPECT_EQ(found.ask, kind::kProfile);
}

TEST_F(Complete, words_behind_two_dashes_are_no_options) {
  EXPECT_EQ(at({"config", "get", "--", "-x"}).ask, kind::kProfile);
}

TEST_F(Complete, nonsense_offers_nothing) {
  EXPECT_TRUE(values({"frobnicate", ""}).empty() || at({"frobnicate", ""}).ask.empty());
  EXPECT_TRUE(values({"--frobnicate=x"}).empty());
}

TEST(Glued, what_bash_cuts_is_put_together_again) {
  std::string lead;
  EXPECT_EQ(glued({"--output", "=", "js"}, lead), (Words{"--output=js"}));
  EXPECT_EQ(lead, "--output=");
  EXPECT_EQ(glued({"--output", "="}, lead), (Words{"--output="}));
  EXPECT_EQ(lead, "--output=");
  EXPECT_EQ(glued({"--server", "http", ":", "//x:1", "config", ""}, lead),
            (Words{"--server", "http://x:1", "config", ""}));
  EXPECT_EQ(lead, "");
}

TEST(CompletionScript, there_is_one_for_each_shell_and_no_other) {
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    EXPECT_TRUE(completion_script(shell).contains("complete " + std::string(shell))) << shell;
  }
  EXPECT_EQ(completion_script("powershell"), "");
}

}  // namespace
}  // namespace hotswap::cli
