// The official suite (tests/corpus/json-schema-test-suite): each test of each group of each file.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "domain/json/parse.hpp"
#include "domain/schema/schema.hpp"

namespace hotswap::schema {
namespace {

namespace fs = std::filesystem;

const fs::path kSuite = fs::path(HS_SOURCE_DIR) / "tests/corpus/json-schema-test-suite";

json::Value read_json(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  auto value = json::parse(text.str());
  EXPECT_TRUE(value.has_value()) << file << ": " << (value ? "" : value.error().detail);
  return value ? *value : json::Value();
}

/// The suite's remotes, as if http://localhost:1234/ served them.
const json::Value* remote(std::string_view uri) {
  static const auto kRemotes = [] {
    std::map<std::string, json::Value, std::less<>> remotes;
    for (const auto& entry : fs::recursive_directory_iterator(kSuite / "remotes")) {
      if (!entry.is_regular_file()) continue;
      const auto name = fs::relative(entry.path(), kSuite / "remotes").generic_string();
      remotes.emplace("http://localhost:1234/" + name, read_json(entry.path()));
    }
    return remotes;
  }();
  const auto found = kRemotes.find(uri);
  return found == kRemotes.end() ? nullptr : &found->second;
}

/// Tests judged otherwise on purpose. In draft 7 a validator may assert what a text contains; here
/// content… is an annotation in every draft, as later ones demand, so that a schema's meaning does
/// not change with its draft.
const std::set<std::string> kExceptions{
    "draft7/optional/content.json | validation of string-encoded content based on media type | "
    "an invalid JSON document",
    "draft7/optional/content.json | validation of binary string-encoding | "
    "an invalid base64 string (% is not a valid character)",
    "draft7/optional/content.json | validation of binary-encoded media type documents | "
    "a validly-encoded invalid JSON document",
    "draft7/optional/content.json | validation of binary-encoded media type documents | "
    "an invalid base64 string that is valid JSON",
};

struct Figure {
  int passed = 0;
  int all = 0;
  int excepted = 0;
};

struct Suite {
  Draft draft;
  std::string folder;
};

class OfficialSuite : public testing::TestWithParam<Suite> {
 protected:
  void run(const fs::path& file, bool assert_formats, Figure& figure) {
    const auto name = fs::relative(file, kSuite / "tests").generic_string();
    const auto groups = read_json(file);
    for (const auto& group : *groups.as_array()) {
      CompileOptions options;
      options.default_draft = GetParam().draft;
      options.assert_formats = assert_formats;
      options.documents = remote;
      const auto schema = Schema::compile(*group.find("schema"), options);
      const std::string title = name + " | " + std::string(*group.find("description")->as_string());
      if (!schema) ADD_FAILURE() << title << ": " << schema.error().detail;
      for (const auto& test : *group.find("tests")->as_array()) {
        ++figure.all;
        const auto what = title + " | " + std::string(*test.find("description")->as_string());
        if (kExceptions.contains(what)) {
          ++figure.excepted;
        } else if (schema && judged_right(**schema, test, what)) {
          ++figure.passed;
        }
      }
    }
  }

  static bool judged_right(const Schema& schema, const json::Value& test, const std::string& what) {
    const auto& data = *test.find("data");
    const bool valid = *test.find("valid")->as_bool();
    const auto report = schema.check(data);
    EXPECT_EQ(schema.accepts(data), valid) << what;
    EXPECT_EQ(report.valid, valid) << what;
    EXPECT_FALSE(report.aborted) << what;
    EXPECT_EQ(report.failures.empty(), valid) << what;
    for (const auto& failure : report.failures) EXPECT_FALSE(failure.message.empty()) << what;
    return schema.accepts(data) == valid && report.valid == valid;
  }
};

TEST_P(OfficialSuite, EveryRequiredTestIsJudgedAsTheSuiteSays) {
  Figure figure;
  for (const auto& entry : fs::directory_iterator(kSuite / "tests" / GetParam().folder)) {
    if (entry.path().extension() == ".json") run(entry.path(), false, figure);
  }
  std::printf("%s: %d of %d required tests\n", GetParam().folder.c_str(), figure.passed,
              figure.all);
  EXPECT_GT(figure.all, 500);
  EXPECT_EQ(figure.passed, figure.all);
}

TEST_P(OfficialSuite, EveryOptionalTestIsJudgedAsTheSuiteSays) {
  Figure figure;
  Figure formats;
  for (const auto& entry :
       fs::recursive_directory_iterator(kSuite / "tests" / GetParam().folder / "optional")) {
    if (entry.path().extension() != ".json") continue;
    const bool format = entry.path().parent_path().filename() == "format";
    run(entry.path(), format, format ? formats : figure);
  }
  std::printf("%s: %d of %d optional tests (%d excepted), %d of %d of formats asserted\n",
              GetParam().folder.c_str(), figure.passed, figure.all, figure.excepted, formats.passed,
              formats.all);
  EXPECT_EQ(figure.passed + figure.excepted, figure.all);
  EXPECT_EQ(formats.passed, formats.all);
}

INSTANTIATE_TEST_SUITE_P(
    Drafts, OfficialSuite,
    testing::Values(Suite{Draft::Draft4, "draft4"}, Suite{Draft::Draft6, "draft6"},
                    Suite{Draft::Draft7, "draft7"}, Suite{Draft::Draft2019, "draft2019-09"},
                    Suite{Draft::Draft2020, "draft2020-12"}),
    [](const auto& param) {
      return "Draft" + std::string(to_string(param.param.draft))
                           .substr(param.param.draft <= Draft::Draft7 ? 6 : 0, 4);
    });

}  // namespace
}  // namespace hotswap::schema
