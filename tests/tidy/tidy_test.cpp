// The project's rules, held over every file of src, sdk, tests and examples.

#include <gtest/gtest.h>

#include "tidy/rules/bans.hpp"
#include "tidy/rules/layers.hpp"
#include "tidy/rules/sizes.hpp"

namespace hotswap::tidy {
namespace {

const std::vector<Source>& tree() {
  static const auto kTree = read_tree(HS_SOURCE_DIR);
  return kTree;
}

Findings over_the_tree(Findings (*rule)(const Source&)) {
  Findings all;
  for (const auto& source : tree()) {
    for (auto& finding : rule(source)) all.push_back(std::move(finding));
  }
  return all;
}

void expect_none(const Findings& findings) { EXPECT_TRUE(findings.empty()) << describe(findings); }

TEST(Tidy, the_tree_was_found) { EXPECT_GT(tree().size(), 50U); }

TEST(Tidy, layers_include_only_what_the_table_allows) { expect_none(check_layers(tree())); }

TEST(Tidy, folders_do_not_include_each_other_in_a_circle) { expect_none(check_cycles(tree())); }

TEST(Tidy, drivers_headers_stay_in_their_folders) {
  expect_none(over_the_tree(check_banned_headers));
}

TEST(Tidy, no_ambient_time_randomness_environment_or_hand_made_memory) {
  expect_none(over_the_tree(check_banned_calls));
}

TEST(Tidy, files_are_short) { expect_none(over_the_tree(check_file_size)); }

TEST(Tidy, functions_are_short) { expect_none(over_the_tree(check_functions)); }

TEST(Tidy, lines_fit_the_page) { expect_none(over_the_tree(check_columns)); }

TEST(Tidy, no_notes_for_later_and_every_header_guards_itself) {
  expect_none(over_the_tree(check_hygiene));
}

}  // namespace
}  // namespace hotswap::tidy
