// Real schemas: each of the corpus against its next version. What a person reads of a few small
// ones is kept in golden/; `HOTSWAP_REWRITE=1` writes it anew.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "unit/schema_compat/comparing.hpp"

namespace hotswap::schema {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string corpus(const std::string& name) {
  return text_of(fs::path(HS_SOURCE_DIR) / "tests/corpus/schemastore" / name / "schema.json");
}

/// Folders that differ in nothing but a version at the end, in the order of the versions.
std::vector<std::pair<std::string, std::string>> successive() {
  const std::regex versioned(R"((.*?)-v?(\d+(\.\d+)*))");
  std::map<std::string, std::vector<std::pair<std::vector<int>, std::string>>> families;
  for (const auto& entry : fs::directory_iterator(HS_SOURCE_DIR "/tests/corpus/schemastore")) {
    const auto name = entry.path().filename().string();
    std::smatch match;
    if (!std::regex_match(name, match, versioned)) continue;
    std::vector<int> version;
    std::stringstream parts(match[2]);
    for (std::string part; std::getline(parts, part, '.');) version.push_back(std::stoi(part));
    families[match[1]].emplace_back(std::move(version), name);
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  for (auto& [family, versions] : families) {
    std::ranges::sort(versions);
    for (std::size_t i = 1; i < versions.size(); ++i) {
      pairs.emplace_back(versions[i - 1].second, versions[i].second);
    }
  }
  return pairs;
}

TEST(CorpusPairs, EverySuccessorIsComparedUnderBothPolicies) {
  const auto pairs = successive();
  EXPECT_GE(pairs.size(), 25U);
  for (const auto& [before, after] : pairs) {
    SCOPED_TRACE(before + " to " + after);
    const auto old_text = corpus(before);
    const auto new_text = corpus(after);
    // Some refer to schemas that the corpus does not have.
    if (!Schema::compile(testing::parsed(old_text)) ||
        !Schema::compile(testing::parsed(new_text))) {
      continue;
    }
    for (const auto policy : {Policy::Strict, Policy::Lenient}) {
      const auto comparison = testing::compared(old_text, new_text, policy);
      EXPECT_FALSE(comparison.changes.empty());
      testing::expect_examples_to_confirm(old_text, new_text, comparison);
    }
  }
}

struct Golden {
  std::string before;
  std::string after;
};

class GoldenPairs : public ::testing::TestWithParam<Golden> {};

TEST_P(GoldenPairs, ReadAsBefore) {
  const auto& [before, after] = GetParam();
  const auto path = fs::path(HS_SOURCE_DIR) / "tests/unit/schema_compat/golden" /
                    (before + "_to_" + after + ".txt");
  const auto text = testing::transcript(testing::compared(corpus(before), corpus(after)));
  if (std::getenv("HOTSWAP_REWRITE") != nullptr) std::ofstream(path) << text;
  EXPECT_EQ(text, text_of(path));
}

INSTANTIATE_TEST_SUITE_P(
    Corpus, GoldenPairs,
    ::testing::Values(Golden{"agripparc-1.2", "agripparc-1.3"}, Golden{"ninjs-1.2", "ninjs-1.3"},
                      Golden{"pull-request-labeler-4", "pull-request-labeler-5"},
                      Golden{"devinit.schema-2.0", "devinit.schema-3.0"}),
    [](const auto& pair) {
      auto name = pair.param.after;
      std::ranges::replace_if(name, [](char c) { return c == '-' || c == '.'; }, '_');
      return name;
    });

}  // namespace
}  // namespace hotswap::schema
