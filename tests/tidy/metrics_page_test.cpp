// docs/metrics.md and the code name the same metrics.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "tidy/rules/source.hpp"

namespace hotswap::tidy {
namespace {

using Names = std::set<std::string>;

Names found_in(const std::string& text, const std::regex& pattern) {
  Names names;
  for (std::sregex_iterator found(text.begin(), text.end(), pattern), end; found != end; ++found)
    names.insert((*found)[1].str());
  return names;
}

/// A text that begins as our metrics do is one.
Names names_in_code(const std::string& text) {
  static const std::regex kName(
      R"x("((?:hotswap|configs?|deployments|instances|process)_[a-z_]+)")x");
  return found_in(text, kName);
}

/// The first cell of a row of a table whose second one is a type.
Names names_in_page(const std::string& text) {
  static const std::regex kRow(R"(\| `([a-z_]+)` \| (?:counter|gauge|histogram) \|)");
  return found_in(text, kRow);
}

std::string page() {
  std::ifstream in(std::string(HS_SOURCE_DIR) + "/docs/metrics.md");
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Regular expressions are slow: few lines are worth one.
bool may_name_one(const std::string& line) {
  return line.contains("\"hotswap_") || line.contains("\"config") ||
         line.contains("\"deployments_") || line.contains("\"instances_") ||
         line.contains("\"process_");
}

const Names& names_of_tree() {
  static const Names kAll = [] {
    Names all;
    for (const auto& source : read_tree(HS_SOURCE_DIR)) {
      if (!source.path.starts_with("src/")) continue;
      for (const auto& line : source.lines)
        if (may_name_one(line)) all.merge(names_in_code(line));
    }
    return all;
  }();
  return kAll;
}

Names without(const Names& all, const Names& known) {
  Names rest;
  std::ranges::set_difference(all, known, std::inserter(rest, rest.end()));
  return rest;
}

TEST(MetricsPage, has_a_row_for_every_metric_of_the_code) {
  const auto& code = names_of_tree();
  EXPECT_GT(code.size(), 60U);
  for (const auto& name : without(code, names_in_page(page())))
    ADD_FAILURE() << name << " has no row in docs/metrics.md";
}

TEST(MetricsPage, names_no_metric_that_the_code_does_not_have) {
  for (const auto& name : without(names_in_page(page()), names_of_tree()))
    ADD_FAILURE() << name << " of docs/metrics.md is nowhere in src/";
}

TEST(MetricsPage, maps_every_name_of_the_specification) {
  for (const std::string name :
       {"configs.created.total", "configs.deployed.total", "configs.rollback.total",
        "configs.validation.failures.total", "config.deployment.duration", "config.reload.duration",
        "config.rollback.duration", "config.validation.duration", "configs.active",
        "deployments.in_progress", "instances.registered", "instances.healthy"}) {
    const auto row = found_in(page(), std::regex("\\| `" + name + "` \\| `([a-z_]+)` \\|"));
    ASSERT_EQ(row.size(), 1U) << name;
    EXPECT_TRUE(names_in_page(page()).contains(*row.begin())) << *row.begin();
  }
}

TEST(MetricsPage, would_miss_what_is_missing) {
  EXPECT_EQ(names_in_code(R"(metrics.counter("hotswap_new_total", "…"); f("other_name");)"),
            Names{"hotswap_new_total"});
  EXPECT_EQ(names_in_page("| `hotswap_a` | gauge | | max | x |\n| `configs.x` | `configs_x` |\n"),
            Names{"hotswap_a"});
}

}  // namespace
}  // namespace hotswap::tidy
