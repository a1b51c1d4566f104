#include "cli/definitions/manual.hpp"

#include <gtest/gtest.h>

namespace hotswap::cli {
namespace {

CommandSpec program() {
  const OptionSpec name{.names = {},
                        .positional = "name",
                        .value = "PROFILE",
                        .choices = {},
                        .help = "it",
                        .fallback = {},
                        .required = true};
  const OptionSpec limit{.names = {"--limit"},
                         .positional = {},
                         .value = "NUMBER",
                         .choices = {},
                         .help = "at most",
                         .fallback = "50"};
  const OptionSpec form{.names = {"-o", "--output"},
                        .positional = {},
                        .value = "TEXT",
                        .choices = {"table", "json"},
                        .help = ".form\nof it",
                        .fallback = {}};
  CommandSpec get{
      .name = "get", .help = "one", .footer = {}, .options = {name, limit}, .commands = {}};
  CommandSpec config{.name = "config",
                     .help = "profiles",
                     .footer = {},
                     .options = {},
                     .commands = {get},
                     .hidden = false,
                     .needs_command = true};
  CommandSpec man{
      .name = "man", .help = "", .footer = {}, .options = {}, .commands = {}, .hidden = true};
  return {.name = "hotswap",
          .help = "It's a program",
          .footer = "Exit codes: 0 done\n",
          .options = {form},
          .commands = {config, man},
          .hidden = false,
          .needs_command = true};
}

TEST(Manual, has_a_page_for_the_program_and_one_for_each_verb_that_is_not_hidden) {
  const auto pages = manual_pages(program(), "1.2.3");
  ASSERT_EQ(pages.size(), 2U);
  EXPECT_TRUE(pages.at("hotswap.1").starts_with(".TH HOTSWAP 1 \"\" \"hotswap 1.2.3\""));
  EXPECT_TRUE(pages.at("hotswap.1").contains(".BR hotswap\\-config (1)"));
  EXPECT_TRUE(pages.at("hotswap.1").contains("Exit codes: 0 done"));
  EXPECT_FALSE(pages.at("hotswap.1").contains("hotswap\\-man"));
}

TEST(Manual, the_words_below_a_verb_are_sections_with_their_options) {
  const auto page = manual_pages(program(), "1").at("hotswap-config.1");
  EXPECT_TRUE(page.contains("\\fBhotswap config get\\fR [\\fIOPTION\\fR .\\|.\\|.] \\fINAME\\fR"))
      << page;
  EXPECT_TRUE(page.contains(".SS \"hotswap config get\"")) << page;
  EXPECT_TRUE(page.contains("\\fB\\-\\-limit\\fR \\fINUMBER\\fR\nAt most (default: 50)")) << page;
}

TEST(Manual, values_that_are_listed_stand_there) {
  const auto page = manual_pages(program(), "1").at("hotswap.1");
  EXPECT_TRUE(page.contains("\\fB\\-\\-output\\fR \\fBtable\\fR|\\fBjson\\fR")) << page;
}

TEST(Roff, prints_everything_as_it_is) {
  EXPECT_EQ(roff("a-b"), "a\\-b");
  EXPECT_EQ(roff(".TH 'x"), "\\&.TH \\(aqx");
  EXPECT_EQ(roff("a\n.b"), "a\n\\&.b");
  EXPECT_EQ(roff("c:\\x \"y\""), "c:\\ex \\(dqy\\(dq");
  EXPECT_EQ(roff("1… →"), "1\\[u2026] \\[u2192]");
}

}  // namespace
}  // namespace hotswap::cli
