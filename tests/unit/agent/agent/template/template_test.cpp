#include "agent/template/template.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"

namespace hotswap::agent {
namespace {

constexpr auto kDocument = R"({
  "pool": {"max": 10, "min": 2, "ratio": 1.50, "big": 12345678901234567890},
  "name": "it's <fine>", "on": true, "off": false, "nothing": null, "empty": [], "a.b": {"c d": 7},
  "servers": [{"host": "one", "port": 80}, {"host": "two"}], "tags": ["x", "y", 3],
  "limits": {"read": 1, "write": 2}, "text": " A b ", "lines": "1\n2"})";

std::string rendered(std::string_view text, std::string_view document = kDocument) {
  const auto value = json::parse(document);
  const json::Object facts{{"version", "1.2.0"}};
  const auto parsed = Template::parse(text);
  if (!parsed) return "refused: " + parsed.error().detail;
  const auto made = parsed->render(*value, facts);
  return made ? *made : "failed: " + made.error().detail;
}

TEST(Template, names_become_what_they_stand_for) {
  EXPECT_EQ(rendered("{{pool.max}} {{ name }} {{on}} {{servers.1.host}} {{@version}}"),
            "10 it's <fine> true two 1.2.0");
  EXPECT_EQ(rendered(R"({{a\.b["c d"]}} {{["a.b"]["c d"]}})"), "7 7");
}

TEST(Template, numbers_keep_their_exact_text) {
  EXPECT_EQ(rendered("{{pool.ratio}} {{pool.big}}"), "1.50 12345678901234567890");
}

TEST(Template, a_condition_takes_one_of_its_branches) {
  EXPECT_EQ(rendered(R"({{#if pool.max == 10}}A{{else}}B{{/if}})"), "A");
  EXPECT_EQ(rendered(R"({{#if pool.max != 10}}A{{else}}B{{/if}})"), "B");
  EXPECT_EQ(rendered(R"({{#if pool.max > 20}}A{{else if pool.max > 5}}B{{else}}C{{/if}})"), "B");
  EXPECT_EQ(rendered(R"({{#if pool.max < 9 or on and not off}}A{{/if}})"), "A");
  EXPECT_EQ(rendered(R"({{#if name == "x"}}A{{/if}}z)"), "z");
  EXPECT_EQ(rendered(R"({{#if empty}}A{{else}}B{{/if}})"), "B");
  EXPECT_EQ(rendered(R"({{#if tls.on | default false}}A{{else}}B{{/if}})"), "B");
  EXPECT_EQ(rendered(R"({{#if exists pool.max and not exists pool.none}}A{{/if}})"), "A");
  EXPECT_EQ(rendered(R"({{#if nothing == null}}A{{/if}})"), "A");
  EXPECT_EQ(rendered(R"({{#if name >= "a"}}A{{/if}})"), "A");
}

TEST(Template, a_loop_walks_arrays_and_objects) {
  EXPECT_EQ(rendered("{{#each servers}}{{@index}}={{.host}}:{{.port | default 1}} {{/each}}"),
            "0=one:80 1=two:1 ");
  EXPECT_EQ(rendered("{{#each tags}}{{.}}{{#if not @last}},{{/if}}{{/each}}"), "x,y,3");
  EXPECT_EQ(rendered("{{#each limits}}{{@key}}={{.}};{{/each}}"), "read=1;write=2;");
  EXPECT_EQ(rendered("{{#each empty}}x{{else}}none{{/each}}"), "none");
}

TEST(Template, an_inner_loop_sees_the_outer_item_by_its_name) {
  EXPECT_EQ(
      rendered("{{#each servers as s}}{{#each limits as l}}{{s.host}}{{l}} {{/each}}{{/each}}"),
      "one1 one2 two1 two2 ");
  EXPECT_EQ(rendered("{{#each servers}}{{pool.max}}{{/each}}"), "1010") << "and the document";
}

TEST(Template, filters_shape_a_value) {
  EXPECT_EQ(rendered("{{name | shell}}"), R"('it'\''s <fine>')");
  EXPECT_EQ(rendered("{{name | xml}}"), "it&#39;s &lt;fine&gt;");
  EXPECT_EQ(rendered("{{name | url}}"), "it%27s%20%3Cfine%3E");
  EXPECT_EQ(rendered("{{name | base64}}"), "aXQncyA8ZmluZT4=");
  EXPECT_EQ(rendered("{{text | trim | upper}}|{{text | lower}}"), "A B| a b ");
  EXPECT_EQ(rendered("{{tags | join \", \"}} {{tags | length}}"), "x, y, 3 3");
  EXPECT_EQ(rendered("{{limits | json}} {{name | json}}"), R"({"read":1,"write":2} "it's <fine>")");
  EXPECT_EQ(rendered("{{lines | indent 2}}"), "1\n  2");
  EXPECT_EQ(rendered(R"({{none | default "a\"b\n"}}{{nothing | default 5}})"), "a\"b\n5");
  EXPECT_EQ(rendered("{{none | default \"x\" | upper}}"), "X");
}

TEST(Template, tags_alone_on_their_line_leave_no_line_behind) {
  EXPECT_EQ(rendered("a\n  {{#if on}}\n  b\n  {{else}}\n  c\n  {{/if}}\nd\n"), "a\n  b\nd\n");
  EXPECT_EQ(rendered("{{#each tags}}\n- {{.}}\n{{/each}}\nend"), "- x\n- y\n- 3\nend");
  EXPECT_EQ(rendered("{{! why }}\na {{! }}b"), "a b");
}

TEST(Template, braces_can_be_written) {
  EXPECT_EQ(rendered(R"({{"{{"}} { } {{"}}"}})"), "{{ { } }}");
}

TEST(Template, an_unknown_name_tells_its_line_and_what_there_is) {
  EXPECT_EQ(rendered("a\n\n{{pool.maxx}}"),
            "failed: line 3: pool.maxx is unknown: in pool did you mean max? There are max, min, "
            "ratio, big");
  EXPECT_EQ(rendered("{{#if on}}\n{{tags.7}}{{/if}}"),
            "failed: line 2: tags.7 is unknown: in tags it is an array of 3, counted from 0");
  EXPECT_EQ(rendered("{{pool.max.x}}"),
            "failed: line 1: pool.max.x is unknown: in pool.max it holds a number");
  EXPECT_EQ(rendered("{{line }}", R"({"lime":1})"),
            "failed: line 1: line is unknown: did you mean lime? There are lime");
  EXPECT_EQ(rendered("{{@nope}}"), "failed: line 1: @nope is unknown: there are version");
}

TEST(Template, what_does_not_fit_is_told) {
  EXPECT_EQ(
      rendered("{{pool}}"),
      "failed: line 1: pool holds an object: name one of its members, loop with {{#each}}, or "
      "write it by `| json`");
  EXPECT_EQ(rendered("{{nothing}}"), "failed: line 1: nothing holds null: give `| default \"…\"`");
  EXPECT_EQ(rendered("{{#if pool.max == \"10\"}}{{/if}}"),
            "failed: line 1: pool.max cannot be compared: a number is compared with a string");
  EXPECT_EQ(rendered("{{#each name}}{{/each}}"),
            "failed: line 1: {{#each}} needs an array or an object, this holds a string");
  EXPECT_EQ(rendered("{{pool.max | join \",\"}}"),
            "failed: line 1: pool.max holds number, and `join` takes an array");
}

TEST(Template, mistakes_name_their_line) {
  EXPECT_EQ(rendered("{{#if on}}\nx"), "refused: line 1: {{#if}} has no {{/if}}");
  EXPECT_EQ(rendered("\nx{{/if}}"), "refused: line 2: {{/if}} without its {{#if}}");
  EXPECT_EQ(rendered("{{#each tags}}{{/if}}"), "refused: line 1: {{#each}} has no {{/each}}");
  EXPECT_EQ(rendered("a\n{{on"), "refused: line 2: {{ is never closed");
  EXPECT_EQ(rendered("{{}}"), "refused: line 1: {{}} names nothing");
  EXPECT_EQ(
      rendered("{{#if on = 1}}{{/if}}"),
      "refused: line 1: {{#if on = 1}}: `= 1` does not belong here: write {{#if a == \"b\"}}");
  EXPECT_EQ(rendered("{{on | upcase}}"),
            "refused: line 1: {{on | upcase}}: `upcase` is no filter: there are default, json, "
            "pretty, shell, xml, url, base64, upper, lower, trim, join, length, indent");
  EXPECT_EQ(rendered("{{on | join 3}}"),
            "refused: line 1: {{on | join 3}}: `join` takes a text in quotes");
  EXPECT_EQ(rendered("{{#with pool}}"),
            "refused: line 1: {{#with pool}} is no block: {{#if …}} and {{#each …}} are");
  EXPECT_TRUE(rendered("{{#if on}}a{{else iffy}}b{{/if}}").contains("{{else iffy}}: else stands"));
  EXPECT_EQ(rendered("{{#if on}}{{else}}{{else}}{{/if}}"),
            "refused: line 1: {{#if}} has no {{/if}}");
}

TEST(Template, hostile_nesting_and_growth_are_refused) {
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "{{#if on}}";
  EXPECT_EQ(rendered(deep), "refused: line 1: blocks are nested too deeply");
  std::string chain = "{{#if on}}";
  for (int i = 0; i < 10'000; ++i) chain += "{{else if on}}";
  EXPECT_EQ(rendered(chain + "{{/if}}"), "refused: line 1: blocks are nested too deeply");
  std::string many = R"({"a":[)";
  for (int i = 0; i < 2000; ++i) many += i == 0 ? "0" : ",0";
  EXPECT_EQ(rendered("{{#each a}}{{#each a}}{{#each a}}x{{/each}}{{/each}}{{/each}}", many + "]}"),
            "failed: line 1: what the template makes is too large (8 MiB, 2,000,000 steps)");
  std::string bars = "{{#if on";
  for (int i = 0; i < 10'000; ++i) bars += " or on";
  EXPECT_TRUE(rendered(bars + "}}{{/if}}").contains("too many conditions"));
  std::string nots = "{{#if ";
  for (int i = 0; i < 10'000; ++i) nots += "not ";
  EXPECT_TRUE(rendered(nots + "on}}{{/if}}").contains("too many conditions"));
}

}  // namespace
}  // namespace hotswap::agent
