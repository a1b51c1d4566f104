// Every cell of policy × content model × change × direction, worked out by hand.
//
// Strict takes schemas at their word. Lenient trusts that whoever writes a document puts nothing
// into it that their schema does not describe (an open object is read as closed), and that whoever
// reads it overlooks what they do not know (a closed object is read as open) and fills in defaults.
// A partially open object is taken at its word under both.

#include <gtest/gtest.h>

#include "unit/schema_compat/comparing.hpp"

namespace hotswap::schema {
namespace {

using testing::compared;
using testing::expect_examples_to_confirm;

constexpr auto C = Effect::Compatible;
constexpr auto B = Effect::Breaking;

/// An object with these properties and requirements, and this content model.
std::string object(const std::string& properties, const std::string& required,
                   const std::string& additional) {
  return R"({"type":"object","properties":{)" + properties + R"(},"required":[)" + required + "]" +
         (additional.empty() ? "" : R"(,"additionalProperties":)" + additional) + "}";
}

const std::string kA = R"("a":{"type":"integer"})";
const std::string kADefault = R"("a":{"type":"integer","default":1})";
const std::string kB = R"("a":{"type":"integer"},"b":{"type":"integer"})";
const std::string kBDefault = R"("a":{"type":"integer"},"b":{"type":"integer","default":1})";
const std::string kCovered = R"("a":{"type":"integer"},"b":{"type":"string"})";
const std::string kCoveredDefault = R"("a":{"type":"integer"},"b":{"type":"string","default":"x"})";
const std::string kAnything = R"("a":{"type":"integer"},"b":{})";

const std::string kOpen;
const std::string kClosed = "false";
const std::string kPartial = R"({"type":"string"})";

struct Row {
  std::string name;
  std::string before;
  std::string after;
  Effect strict_backward;
  Effect strict_forward;
  Effect lenient_backward;
  Effect lenient_forward;
};

const std::vector<Row> kRows{
    // Open: stored documents may hold any member.
    {"open_added_optional", object(kA, "", kOpen), object(kB, "", kOpen), B, C, C, C},
    {"open_added_anything", object(kA, "", kOpen), object(kAnything, "", kOpen), C, C, C, C},
    {"open_added_required", object(kA, "", kOpen), object(kB, R"("b")", kOpen), B, C, B, C},
    {"open_added_required_with_default", object(kA, "", kOpen), object(kBDefault, R"("b")", kOpen),
     B, C, C, C},
    {"open_removed_optional", object(kB, "", kOpen), object(kA, "", kOpen), C, B, C, C},
    {"open_removed_required", object(kB, R"("b")", kOpen), object(kA, "", kOpen), C, B, C, B},
    {"open_made_required", object(kA, "", kOpen), object(kA, R"("a")", kOpen), B, C, B, C},
    {"open_made_required_with_default", object(kADefault, "", kOpen),
     object(kADefault, R"("a")", kOpen), B, C, C, C},
    {"open_made_optional", object(kA, R"("a")", kOpen), object(kA, "", kOpen), C, B, C, B},
    {"open_closed", object(kA, "", kOpen), object(kA, "", kClosed), B, C, C, C},
    {"open_restricted", object(kA, "", kOpen), object(kA, "", kPartial), B, C, C, C},
    // Closed: what is not described is refused.
    {"closed_added_optional", object(kA, "", kClosed), object(kB, "", kClosed), C, B, C, C},
    {"closed_added_required", object(kA, "", kClosed), object(kB, R"("b")", kClosed), B, B, B, C},
    {"closed_added_required_with_default", object(kA, "", kClosed),
     object(kBDefault, R"("b")", kClosed), B, B, C, C},
    {"closed_removed_optional", object(kB, "", kClosed), object(kA, "", kClosed), B, C, C, C},
    {"closed_removed_required", object(kB, R"("b")", kClosed), object(kA, "", kClosed), B, B, C, B},
    {"closed_made_required", object(kA, "", kClosed), object(kA, R"("a")", kClosed), B, C, B, C},
    {"closed_made_required_with_default", object(kADefault, "", kClosed),
     object(kADefault, R"("a")", kClosed), B, C, C, C},
    {"closed_made_optional", object(kA, R"("a")", kClosed), object(kA, "", kClosed), C, B, C, B},
    {"closed_opened", object(kA, "", kClosed), object(kA, "", kOpen), C, B, C, C},
    {"closed_opened_partially", object(kA, "", kClosed), object(kA, "", kPartial), C, B, C, C},
    // Partially open: a string under any other name. "Covered" is a string, too.
    {"partial_added_optional_covered", object(kA, "", kPartial), object(kCovered, "", kPartial), C,
     C, C, C},
    {"partial_added_optional_not_covered", object(kA, "", kPartial), object(kB, "", kPartial), B, B,
     B, B},
    {"partial_added_required_covered", object(kA, "", kPartial),
     object(kCovered, R"("b")", kPartial), B, C, B, C},
    {"partial_added_required_not_covered", object(kA, "", kPartial), object(kB, R"("b")", kPartial),
     B, B, B, B},
    {"partial_added_required_with_default_covered", object(kA, "", kPartial),
     object(kCoveredDefault, R"("b")", kPartial), B, C, C, C},
    {"partial_added_required_with_default_not_covered", object(kA, "", kPartial),
     object(kBDefault, R"("b")", kPartial), B, B, B, B},
    {"partial_removed_optional_covered", object(kCovered, "", kPartial), object(kA, "", kPartial),
     C, C, C, C},
    {"partial_removed_optional_not_covered", object(kB, "", kPartial), object(kA, "", kPartial), B,
     B, B, B},
    {"partial_removed_required_covered", object(kCovered, R"("b")", kPartial),
     object(kA, "", kPartial), C, B, C, B},
    {"partial_removed_required_not_covered", object(kB, R"("b")", kPartial),
     object(kA, "", kPartial), B, B, B, B},
    {"partial_made_required", object(kA, "", kPartial), object(kA, R"("a")", kPartial), B, C, B, C},
    {"partial_made_required_with_default", object(kADefault, "", kPartial),
     object(kADefault, R"("a")", kPartial), B, C, C, C},
    {"partial_made_optional", object(kA, R"("a")", kPartial), object(kA, "", kPartial), C, B, C, B},
    {"partial_opened", object(kA, "", kPartial), object(kA, "", kOpen), C, B, C, C},
    {"partial_closed", object(kA, "", kPartial), object(kA, "", kClosed), B, C, C, C},
};

class PolicyTable : public ::testing::TestWithParam<Row> {};

TEST_P(PolicyTable, Strict) {
  const auto& row = GetParam();
  const auto comparison = compared(row.before, row.after);
  EXPECT_EQ(comparison.backward, row.strict_backward) << testing::transcript(comparison);
  EXPECT_EQ(comparison.forward, row.strict_forward) << testing::transcript(comparison);
  expect_examples_to_confirm(row.before, row.after, comparison);
}

TEST_P(PolicyTable, Lenient) {
  const auto& row = GetParam();
  const auto comparison = compared(row.before, row.after, Policy::Lenient);
  EXPECT_EQ(comparison.backward, row.lenient_backward) << testing::transcript(comparison);
  EXPECT_EQ(comparison.forward, row.lenient_forward) << testing::transcript(comparison);
  expect_examples_to_confirm(row.before, row.after, comparison);
  const bool forgiven =
      row.strict_backward != row.lenient_backward || row.strict_forward != row.lenient_forward;
  const bool told =
      testing::transcript(comparison).find("under the lenient policy") != std::string::npos;
  EXPECT_TRUE(told || !forgiven) << testing::transcript(comparison);
}

INSTANTIATE_TEST_SUITE_P(Cells, PolicyTable, ::testing::ValuesIn(kRows),
                         [](const auto& cell) { return cell.param.name; });

}  // namespace
}  // namespace hotswap::schema
