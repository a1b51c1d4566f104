// Schemas by the command line: in files without a server, and registered ones with it.
#include <gtest/gtest.h>

#include <fstream>

#include "cli/answer.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/server.hpp"

namespace hotswap::e2e {
namespace {

constexpr auto kOld = R"({"$schema":"https://json-schema.org/draft/2020-12/schema",
  "type":"object","properties":{"max":{"type":"integer","minimum":1,"maximum":100}},
  "required":["max"],"additionalProperties":false})";
constexpr auto kNarrower = R"({"$schema":"https://json-schema.org/draft/2020-12/schema",
  "type":"object","properties":{"max":{"type":"integer","minimum":1,"maximum":50}},
  "required":["max"],"additionalProperties":false})";
constexpr auto kWider = R"({"$schema":"https://json-schema.org/draft/2020-12/schema",
  "type":"object","properties":{"max":{"type":"integer","minimum":1,"maximum":100},
  "note":{"type":"string"}},"required":["max"],"additionalProperties":false})";

std::string write_file(const std::filesystem::path& folder, const std::string& name,
                       const std::string& text) {
  const auto path = folder / name;
  std::ofstream(path) << text;
  return path.string();
}

struct SchemaFiles : ::testing::Test {
  cli::TempFolder folder{"hotswap-e2e"};
  std::string file(const std::string& name, const std::string& text) {
    return write_file(folder.path(), name, text);
  }
};

/// A server without any schema yet, and its admin's command line.
struct SchemaRegistry : ::testing::Test {
  Server server;
  CommandResult run(std::vector<std::string> arguments) {
    return hotswap(server, std::move(arguments));
  }
  std::string file(const std::string& name, const std::string& text) {
    return write_file(server.folder(), name, text);
  }
  json::Value json_of(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"-o", "json"});
    const auto result = run(std::move(arguments));
    const auto value = json::parse(result.out);
    EXPECT_TRUE(value) << result.out << result.err;
    return value ? *value : json::Value();
  }
};

TEST_F(SchemaFiles, LintSaysWhatIsWrongAndWhatIsOdd) {
  const auto good = hotswap({"schema", "lint", "--strict", file("good.json", kOld)});
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  const auto odd = file("odd.json", R"({"$schema":"https://json-schema.org/draft/2020-12/schema",
    "maxium":3})");
  EXPECT_EQ(hotswap({"schema", "lint", odd}).code, 0);
  const auto strict = hotswap({"schema", "lint", "--strict", odd});
  EXPECT_EQ(strict.code, 9);
  EXPECT_TRUE(strict.out.contains("did you mean maximum?")) << strict.out;
  const auto bad = hotswap({"schema", "lint", file("bad.json", R"({"type":"strin"})")});
  EXPECT_EQ(bad.code, 5);
  EXPECT_TRUE(bad.err.contains("bad.json") && bad.err.contains("$.type")) << bad.err;
}

TEST_F(SchemaFiles, ValidateNamesEveryFailureInJsonAndYaml) {
  const auto schema = file("schema.json", kOld);
  const auto good = file("good.json", R"({"max":7})");
  const auto bad = file("bad.yaml", "max: 700\nmaks: 1\n");
  EXPECT_EQ(hotswap({"schema", "validate", schema, file("good.toml", "max = 7\n")}).code, 0);
  EXPECT_EQ(hotswap({"schema", "validate", schema, good}).code, 0);
  const auto result = hotswap({"schema", "validate", schema, good, bad});
  EXPECT_EQ(result.code, 5);
  EXPECT_TRUE(result.out.contains("$.max") && result.out.contains("700")) << result.out;
  EXPECT_TRUE(result.out.contains("maks")) << result.out;
  const auto unit =
      json::parse(hotswap({"schema", "validate", schema, bad, "--units", "basic"}).out);
  ASSERT_TRUE(unit);
  EXPECT_FALSE(cli::bool_at(*unit, "valid"));
  EXPECT_GE(cli::items_at(*unit, "errors").size(), 2u);
}

TEST_F(SchemaFiles, ValidateTakesWhatASchemaRefersTo) {
  const auto schema = file("a.json", R"({"properties":{"pool":{"$ref":"hotswap:pool@1.0.0"}}})");
  const auto pool = file("pool.json", R"({"type":"integer"})");
  const auto document = file("d.json", R"({"pool":"x"})");
  EXPECT_TRUE(hotswap({"schema", "validate", schema, document}).err.contains("--with"));
  EXPECT_TRUE(
      hotswap({"schema", "validate", schema, document, "--with", "hotswap:pool@1.0.0=" + pool})
          .out.contains("$.pool"));
}

TEST_F(SchemaFiles, DiffTellsDirectionReasonAndProofByItsExitStatus) {
  const auto old = file("old.json", kOld);
  const auto narrower = file("narrower.json", kNarrower);
  const auto wider = file("wider.json", kWider);
  const auto breaking = hotswap({"schema", "diff", old, narrower});
  EXPECT_EQ(breaking.code, 9) << breaking.out << breaking.err;
  EXPECT_TRUE(breaking.out.contains("backward  ✗ breaking")) << breaking.out;
  EXPECT_TRUE(breaking.out.contains("$.max")) << breaking.out;
  EXPECT_TRUE(breaking.out.contains("accepted by the old only, with ")) << breaking.out;
  EXPECT_EQ(hotswap({"schema", "diff", old, narrower, "--compatibility", "forward"}).code, 0);
  EXPECT_EQ(hotswap({"schema", "diff", old, wider}).code, 0);
  EXPECT_EQ(hotswap({"schema", "diff", old, wider, "--compatibility", "FULL"}).code, 9);
  EXPECT_EQ(hotswap({"schema", "diff", "payments", "1.0.0"}).code, 2);
}

TEST_F(SchemaFiles, InferProposesASchemaThatAcceptsItsFiles) {
  const auto one = file("1.json", example_config("1.0.0"));
  const auto two = file("2.json", example_config("2.1.0"));
  const auto proposed = hotswap({"schema", "infer", one, two});
  ASSERT_EQ(proposed.code, 0) << proposed.err;
  const auto schema = file("schema.json", proposed.out);
  EXPECT_EQ(hotswap({"schema", "lint", "--strict", schema}).code, 0);
  EXPECT_EQ(hotswap({"schema", "validate", schema, one, two}).code, 0);
}

TEST_F(SchemaFiles, TheExampleSchemaAcceptsEveryExampleConfiguration) {
  const auto schema = std::string(HS_SOURCE_DIR) + "/examples/payment_service/schema.json";
  const auto lint = hotswap({"schema", "lint", "--strict", schema});
  EXPECT_EQ(lint.code, 0) << lint.out << lint.err;
  for (const auto* name : {"1.0.0", "1.1.0", "1.2.0", "2.0.0", "2.1.0"}) {
    const auto result =
        hotswap({"schema", "validate", schema, file("config.json", example_config(name))});
    EXPECT_EQ(result.code, 0) << name << "\n" << result.out << result.err;
  }
}

TEST_F(SchemaRegistry, ABreakingChangeWaitsAndIsApprovedWithItsHash) {
  ASSERT_EQ(run({"schema", "register", "pool", "-f", file("1.json", kOld)}).code, 0);
  const auto pending =
      run({"schema", "register", "pool", "-f", file("2.json", kNarrower), "-m", "less"});
  EXPECT_EQ(pending.code, 9) << pending.out << pending.err;
  EXPECT_TRUE(pending.out.contains("pool@2.0.0 is PendingApproval")) << pending.out;
  EXPECT_TRUE(pending.out.contains("accepted by the old only")) << pending.out;

  const auto asked = run({"schema", "approve", "pool@2.0.0", "--comment", "agreed"});
  EXPECT_EQ(asked.code, 2);
  EXPECT_TRUE(asked.err.contains("--hash") && asked.err.contains("--yes")) << asked.err;
  EXPECT_EQ(run({"schema", "approve", "pool@2.0.0", "--comment", "agreed", "--hash",
                 std::string(64, '0')})
                .code,
            4);
  const auto hash = cli::text_at(json_of({"schema", "get", "pool@2.0.0"}), "hash");
  const auto approved =
      run({"schema", "approve", "pool@2.0.0", "--comment", "agreed", "--hash", hash});
  EXPECT_EQ(approved.code, 0) << approved.err;
  EXPECT_EQ(cli::text_at(json_of({"schema", "get", "pool"}), "latest"), "2.0.0");
  EXPECT_TRUE(run({"schema", "get", "pool@2.0.0"}).out.contains("agreed"));
}

TEST_F(SchemaRegistry, RejectAndUpdateDoWhatTheySay) {
  ASSERT_EQ(run({"schema", "register", "pool", "-f", file("1.json", kOld)}).code, 0);
  ASSERT_EQ(run({"schema", "register", "pool", "-f", file("2.json", kNarrower)}).code, 9);
  const auto rejected = run({"schema", "reject", "pool@2.0.0", "--comment", "no", "--yes"});
  EXPECT_EQ(rejected.code, 0) << rejected.err;
  EXPECT_TRUE(rejected.out.contains("$.max")) << rejected.out;
  EXPECT_TRUE(run({"schema", "versions", "pool"}).out.contains("Rejected"));
  EXPECT_TRUE(run({"schema", "update", "pool", "--compatibility", "none"}).out.contains("NONE"));
  EXPECT_EQ(
      run({"schema", "register", "pool", "-f", file("3.json", kNarrower), "--version", "3.0.0"})
          .code,
      0);
}

TEST_F(SchemaRegistry, ADryRunShowsWhatWouldBreakAndStoresNothing) {
  ASSERT_EQ(run({"schema", "register", "pool", "-f", file("1.json", kOld)}).code, 0);
  const auto dry =
      run({"schema", "register", "pool", "-f", file("2.json", kNarrower), "--dry-run"});
  EXPECT_EQ(dry.code, 9);
  EXPECT_TRUE(dry.out.contains("would be PendingApproval")) << dry.out;
  EXPECT_EQ(json_of({"schema", "versions", "pool"}).as_array()->size(), 1u);
}

TEST_F(SchemaRegistry, AProfileFollowsASchemaAndRefusesWhatDoesNotFit) {
  ASSERT_EQ(run({"schema", "register", "pool", "-f", file("1.json", kOld)}).code, 0);
  ASSERT_EQ(run({"config", "create", "shop.dev", "--service", "shop", "--environment",
                 "Development", "--schema", "pool@^1"})
                .code,
            0);
  EXPECT_TRUE(run({"config", "get", "shop.dev"}).out.contains("pool@^1, now 1.0.0"));
  const auto refused = run({"version", "upload", "shop.dev",
                            file("bad.json", R"({"max":700,"maks":1})"), "--version", "1.0.0"});
  EXPECT_EQ(refused.code, 5);
  EXPECT_TRUE(refused.err.contains("$.max") && refused.err.contains("700")) << refused.err;
  EXPECT_EQ(run({"version", "upload", "shop.dev", file("good.json", R"({"max":70})"), "--version",
                 "1.0.0"})
                .code,
            0);
  const auto dry =
      run({"schema", "register", "pool", "-f", file("2.json", kNarrower), "--dry-run"});
  EXPECT_TRUE(dry.out.contains("shop.dev 1.0.0")) << dry.out;
  const auto same = run({"schema", "diff", "pool", "1.0.0", "1.0.0"});
  EXPECT_EQ(same.code, 0) << same.out << same.err;
  const auto pinned = run({"config", "update", "shop.dev", "--schema", "pool@1.0.0"});
  EXPECT_EQ(pinned.out, "shop.dev follows pool@1.0.0, now 1.0.0\n") << pinned.err;
  const auto released = run({"config", "update", "shop.dev", "--schema", ""});
  EXPECT_EQ(released.out, "shop.dev follows no schema\n") << released.err;
}

TEST_F(SchemaRegistry, ValidateAndInferAlsoAskTheServer) {
  ASSERT_EQ(run({"schema", "register", "pool", "-f", file("1.json", kOld)}).code, 0);
  const auto bad = file("bad.json", R"({"max":700})");
  const auto by_server = run({"schema", "validate", "pool@1.0.0", bad});
  EXPECT_EQ(by_server.code, 5);
  const auto by_file = hotswap({"schema", "validate", file("1.json", kOld), bad});
  EXPECT_EQ(by_server.out, by_file.out);

  ASSERT_EQ(
      run({"config", "create", "shop.dev", "--service", "shop", "--environment", "Development"})
          .code,
      0);
  EXPECT_EQ(run({"schema", "infer", "shop.dev"}).code, 3);
  ASSERT_EQ(run({"version", "upload", "shop.dev",
                 file("1.json", R"({"max":70,"key":{"type":"secret","value":"s3cr3t"}})"),
                 "--version", "1.0.0"})
                .code,
            0);
  const auto proposed = run({"schema", "infer", "shop.dev"});
  EXPECT_TRUE(proposed.out.contains("writeOnly")) << proposed.out << proposed.err;
  EXPECT_FALSE(proposed.out.contains("s3cr3t"));
}

}  // namespace
}  // namespace hotswap::e2e
