#include <gtest/gtest.h>

#include <fstream>

#include "cli/answer.hpp"
#include "cli/process/child_process.hpp"
#include "cli/schema/local.hpp"
#include "cli/verbs/schema_common.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

struct LocalSchemas : ::testing::Test {
  TempFolder folder{"hotswap-unit"};
  TextForms forms{.yaml = [](std::string_view) { return json::Value("yaml"); },
                  .toml = [](std::string_view) { return json::Value("toml"); }};

  std::string file(const std::string& name, const std::string& text) {
    const auto path = folder.path() / name;
    std::ofstream(path) << text;
    return path.string();
  }
};

json::Value parsed(std::string_view text) { return json::parse(text).value(); }

TEST_F(LocalSchemas, TheEndingSaysHowAFileIsRead) {
  EXPECT_EQ(read_document(file("a.json", "{}"), forms).value(), parsed("{}"));
  EXPECT_EQ(read_document(file("a", "[1]"), forms).value(), parsed("[1]"));
  EXPECT_EQ(read_document(file("a.yaml", "x"), forms).value(), json::Value("yaml"));
  EXPECT_EQ(read_document(file("a.yml", "x"), forms).value(), json::Value("yaml"));
  EXPECT_EQ(read_document(file("a.toml", "x"), forms).value(), json::Value("toml"));
}

TEST_F(LocalSchemas, AMistakeNamesTheFile) {
  const auto path = file("bad.json", "{");
  EXPECT_TRUE(read_document(path, forms).error().detail.starts_with(path));
  EXPECT_EQ(read_document("/nowhere/x.json", forms).error().reason, "file.unreadable");
}

TEST_F(LocalSchemas, AWordIsAFileByItsEndingOrBecauseItIsThere) {
  EXPECT_TRUE(names_file("x.json"));
  EXPECT_TRUE(names_file("-"));
  EXPECT_TRUE(names_file(file("schema", "{}")));
  EXPECT_FALSE(names_file("payments"));
  EXPECT_FALSE(names_file("payments@1.2.0"));
}

TEST_F(LocalSchemas, OthersAreKnownByTheirIdOrByWhatTheyAreCalled) {
  const auto pool = file("pool.json", R"({"$id":"https://x.example/pool.json#"})");
  const auto plain = file("plain.json", "{}");
  const auto both = read_others({pool, "hotswap:plain@1.0.0=" + plain}, forms);
  ASSERT_TRUE(both);
  EXPECT_TRUE(both->contains("https://x.example/pool.json"));
  EXPECT_TRUE(both->contains("hotswap:plain@1.0.0"));
  EXPECT_EQ(read_others({plain}, forms).error().reason, "usage");
}

TEST_F(LocalSchemas, ReferencesResolveToOthersAndSayHowToGiveThem) {
  const auto document = parsed(R"({"properties":{"pool":{"$ref":"hotswap:pool@1.0.0"}}})");
  const auto none = compile_local("a.json", document, local_options({}, true));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().reason, "schema.unresolved");
  EXPECT_TRUE(none.error().detail.starts_with("a.json: "));
  EXPECT_TRUE(none.error().detail.contains("--with"));
  const Others others{{"hotswap:pool@1.0.0", parsed(R"({"type":"integer"})")}};
  const auto schema = compile_local("a.json", document, local_options(others, true));
  ASSERT_TRUE(schema) << schema.error().detail;
  EXPECT_FALSE((*schema)->accepts(parsed(R"({"pool":"x"})")));
}

TEST_F(LocalSchemas, SecretsAreSeenAsTheirPlainValuesAndNeverShown) {
  const auto schema = compile_local("a.json", parsed(R"({"properties":{
    "key":{"type":"string","minLength":20,"writeOnly":true}}})"),
                                    local_options({}, true));
  ASSERT_TRUE(schema);
  const auto report =
      check_document(**schema, parsed(R"({"key":{"type":"secret","value":"s3cr3t"}})"));
  EXPECT_FALSE(report.valid);
  EXPECT_FALSE(json::write(validation_json(report)).contains("s3cr3t"));
  EXPECT_FALSE(check_document(**schema, parsed(R"({"key":"a plain text of some length"})")).valid);
}

TEST_F(LocalSchemas, ValidationsLookAsTheServersDo) {
  const auto schema =
      compile_local("a.json", parsed(R"({"type":"integer"})"), local_options({}, true));
  ASSERT_TRUE(schema);
  const json::Value good = validation_json(check_document(**schema, json::Value(1)));
  EXPECT_EQ(json::write(good), R"({"valid":true,"errors":[]})");
  const json::Value bad = validation_json(check_document(**schema, json::Value("x")));
  ASSERT_EQ(items_at(bad, "errors").size(), 1u);
  const auto& error = items_at(bad, "errors").front();
  EXPECT_EQ(text_at(error, "path"), "$");
  EXPECT_EQ(text_at(error, "keyword"), "type");
  EXPECT_EQ(text_at(error, "schemaPath"), "/type");
}

TEST(SchemaWords, AreNamesWithOrWithoutVersion) {
  EXPECT_EQ(schema_word("payments").name, "payments");
  EXPECT_EQ(schema_word("payments").version, "");
  EXPECT_EQ(schema_word("payments@1.2.0").version, "1.2.0");
  EXPECT_EQ(exact_schema_word("payments").error().reason, "usage");
  EXPECT_EQ(schema_path("a/b", {"versions", "^1"}), "/api/v1/schemas/a%2Fb/versions/%5E1");
}

TEST(SchemaWords, ModesAndPoliciesAreTakenAsPeopleTypeThem) {
  EXPECT_EQ(compatibility_word("backward-transitive"), "BACKWARD_TRANSITIVE");
  EXPECT_EQ(policy_word("Lenient").value(), schema::Policy::Lenient);
  EXPECT_EQ(policy_word("STRICT").value(), schema::Policy::Strict);
  EXPECT_EQ(policy_word("loose").error().reason, "usage");
}

}  // namespace
}  // namespace hotswap::cli
