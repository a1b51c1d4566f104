#pragma once
// Short ways to compare schemas written in a test.

#include <string_view>

#include "domain/json/value.hpp"
#include "domain/schema/compat/compare.hpp"

namespace hotswap::schema::testing {

[[nodiscard]] json::Value parsed(std::string_view text);
/// Fails the test if a side does not compile.
[[nodiscard]] Comparison compared(std::string_view before, std::string_view after,
                                  Policy policy = Policy::Strict, CompileOptions options = {});
/// Every Breaking verdict, of the whole and of each change, has a document that the engine accepts
/// under the one schema and refuses under the other, and nothing else has any.
void expect_examples_to_confirm(std::string_view before, std::string_view after,
                                const Comparison& comparison, const CompileOptions& options = {});
/// One line per change, its reason indented below it, and the verdict.
[[nodiscard]] std::string transcript(const Comparison& comparison);

}  // namespace hotswap::schema::testing
