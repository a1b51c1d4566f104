#include "agent/traffic_template.hpp"

#include <gtest/gtest.h>

namespace hotswap::agent {
namespace {

const TrafficState kBlue{"pay", "Production", "blue", "green", 7};
const TrafficState kGreen{"pay", "Production", "green", "blue", 8};

std::string rendered(std::string_view text, const TrafficState& state) {
  const auto parsed = TrafficTemplate::parse(text);
  return parsed ? parsed->render(state) : "refused: " + parsed.error().detail;
}

TEST(TrafficTemplate, names_become_what_they_stand_for) {
  EXPECT_EQ(rendered("{{service}} {{environment}} {{ live }} {{idle}} {{generation}}", kBlue),
            "pay Production blue green 7");
}

TEST(TrafficTemplate, a_condition_takes_one_of_its_branches) {
  const auto* text = R"(a {{#if live == "blue"}}B{{else}}G{{/if}} z)";
  EXPECT_EQ(rendered(text, kBlue), "a B z");
  EXPECT_EQ(rendered(text, kGreen), "a G z");
  EXPECT_EQ(rendered(R"({{#if live != "blue"}}x{{/if}})", kBlue), "");
}

TEST(TrafficTemplate, tags_alone_on_their_line_leave_no_line_behind) {
  const auto* text =
      "upstream pay {\n  {{#if live == \"blue\"}}\n  server b;\n  {{else}}\n  server g;\n"
      "  {{/if}}\n}\n";
  EXPECT_EQ(rendered(text, kBlue), "upstream pay {\n  server b;\n}\n");
  EXPECT_EQ(rendered(text, kGreen), "upstream pay {\n  server g;\n}\n");
}

TEST(TrafficTemplate, conditions_nest) {
  const auto* text =
      R"({{#if live == "blue"}}{{#if environment == "Production"}}P{{else}}S{{/if}}{{/if}}.)";
  EXPECT_EQ(rendered(text, kBlue), "P.");
  EXPECT_EQ(rendered(text, kGreen), ".");
}

TEST(TrafficTemplate, mistakes_name_their_line) {
  EXPECT_EQ(rendered("a\n{{lvie}}", kBlue),
            "refused: line 2: {{lvie}} is unknown: live, idle, service, environment, generation");
  EXPECT_EQ(rendered("{{#if live == \"blue\"}}\nx", kBlue),
            "refused: line 2: {{#if}} has no {{/if}}");
  EXPECT_EQ(rendered("x{{/if}}", kBlue), "refused: line 1: {{/if}} without its {{#if}}");
  EXPECT_EQ(rendered("{{live", kBlue), "refused: line 1: {{ is never closed");
  EXPECT_EQ(rendered("{{#if live = blue}}{{/if}}", kBlue),
            "refused: line 1: {{#if live = blue}} must read like {{#if live == \"blue\"}}");
  EXPECT_EQ(rendered("{{#if live == \"a\"}}{{else}}{{else}}{{/if}}", kBlue),
            "refused: line 1: {{#if}} has no {{/if}}");
}

TEST(TrafficTemplate, hostile_nesting_is_refused) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += R"({{#if live == "blue"}})";
  EXPECT_EQ(rendered(text, kBlue), "refused: line 1: conditions are nested too deeply");
}

}  // namespace
}  // namespace hotswap::agent
