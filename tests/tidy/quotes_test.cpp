#include "tidy/rules/quotes.hpp"

#include <gtest/gtest.h>

namespace hotswap::tidy {
namespace {

const ReadFile kFiles = [](const std::string& path) {
  return path == "a.cpp" ? std::optional<std::string>("int one;\nint two;\nint three;\n")
                         : std::nullopt;
};

std::string finding(std::string_view text) {
  const auto quotes = check_quotes("docs/a.md", text, kFiles);
  return quotes.findings.empty() ? "" : describe(quotes.findings);
}

TEST(TidyQuotes, what_stands_in_the_file_passes) {
  EXPECT_EQ(finding("text\n<!-- quoted from a.cpp -->\n```cpp\nint two;\nint three;\n```\n"), "");
  EXPECT_EQ(finding("```cpp\nint four;\n```\n"), "") << "nobody says that it is quoted";
}

TEST(TidyQuotes, what_was_changed_on_one_side_fails) {
  EXPECT_EQ(finding("text\n<!-- quoted from a.cpp -->\n```cpp\nint two;\nint four;\n```\n"),
            "docs/a.md:2: this is not what stands in a.cpp: copy it from there again\n");
}

TEST(TidyQuotes, a_mark_without_file_or_block_fails) {
  EXPECT_NE(finding("<!-- quoted from b.cpp -->\n```cpp\nint two;\n```\n"), "");
  EXPECT_NE(finding("<!-- quoted from a.cpp -->\n\n```cpp\nint two;\n```\n"), "");
  EXPECT_NE(finding("<!-- quoted from a.cpp -->\n```cpp\nint two;\n"), "");
}

TEST(Tidy, quotes_in_the_documentation_are_true) {
  const auto quotes = check_quotes_of_tree(HS_SOURCE_DIR);
  EXPECT_GT(quotes.count, 0U);
  EXPECT_TRUE(quotes.findings.empty()) << describe(quotes.findings);
}

}  // namespace
}  // namespace hotswap::tidy
