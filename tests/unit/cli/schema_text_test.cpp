#include <gtest/gtest.h>

#include "cli/schema/text.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::cli {
namespace {

const Terminal kPlain(false, false, 80);
const Terminal kColour(true, true, 80);

json::Value parsed(std::string_view text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value) << text;
  return value ? std::move(*value) : json::Value();
}

json::Value comparison(const std::string& backward, const std::string& forward) {
  return parsed(R"({"backward":")" + backward + R"(","forward":")" + forward +
                R"(","changes":[{"kind":"maximum.lowered","path":"/properties/max/maximum",
      "where":"$.max","backward":")" +
                backward + R"(","forward":")" + forward +
                R"(","reason":"the maximum went down from 100 to 50",
      "backwardExample":{"max":51}}]})");
}

TEST(ComparisonText, TellsBothVerdictsEachChangeAndItsProof) {
  EXPECT_EQ(comparison_text(comparison("Breaking", "Compatible"), kPlain),
            "backward  ✗ breaking\n"
            "forward   ✓ compatible\n"
            "1 change (left mark: old documents under the new schema; right: the reverse)\n"
            "  ✗ ✓  $.max  maximum.lowered\n"
            "       the maximum went down from 100 to 50\n"
            "       accepted by the old only, with 51 there: {\"max\":51}\n");
}

TEST(ComparisonText, UnknownCountsAsBreakingAndSaysSo) {
  const auto text = comparison_text(comparison("Unknown", "Compatible"), kPlain);
  EXPECT_TRUE(text.starts_with("backward  ? cannot be decided, which counts as breaking\n"));
  EXPECT_TRUE(text.contains("  ? ✓  $.max"));
}

TEST(ComparisonText, NoChangeIsSaid) {
  EXPECT_TRUE(comparison_text(parsed(R"({"backward":"Compatible","forward":"Compatible",
                                         "changes":[]})"),
                              kPlain)
                  .ends_with("no change that concerns a document\n"));
}

TEST(ComparisonText, VerdictsAreColoured) {
  EXPECT_TRUE(comparison_text(comparison("Breaking", "Compatible"), kColour)
                  .contains("\x1b[31m✗ breaking\x1b[0m"));
}

TEST(ComparisonText, AHugeExampleIsCut) {
  const auto text = comparison_text(
      parsed(R"({"backward":"Breaking","forward":"Compatible","changes":[{"kind":"k","path":"",
             "where":"$","backward":"Breaking","forward":"Compatible","reason":"r",
             "backwardExample":")" +
             std::string(5000, 'x') + R"("}]})"),
      kPlain);
  EXPECT_LT(text.size(), 800u);
  EXPECT_TRUE(text.contains("x…\n"));
}

TEST(Breaks, LooksInTheDirectionsThatTheModeGuards) {
  const auto backward = comparison("Breaking", "Compatible");
  const auto forward = comparison("Compatible", "Breaking");
  const auto unknown = comparison("Unknown", "Compatible");
  EXPECT_TRUE(breaks(backward, "BACKWARD"));
  EXPECT_TRUE(breaks(backward, "FULL_TRANSITIVE"));
  EXPECT_FALSE(breaks(backward, "FORWARD"));
  EXPECT_FALSE(breaks(backward, "NONE"));
  EXPECT_TRUE(breaks(forward, "FORWARD_TRANSITIVE"));
  EXPECT_FALSE(breaks(forward, "BACKWARD"));
  EXPECT_TRUE(breaks(unknown, "BACKWARD"));
}

TEST(ValidationText, NamesEveryPlaceAndTheBranchThatCameClosest) {
  const auto answer = parsed(R"({"valid":false,"errors":[
    {"path":"$.pool.max","keyword":"maximum","message":"70000 is more than 1000","causes":[]},
    {"path":"$.feature","keyword":"anyOf","message":"fits none of 2 branches","causes":[
      {"path":"$.feature.percent","keyword":"maximum","message":"120 is more than 100"}]}]})");
  EXPECT_EQ(validation_text("a.json", answer, kPlain),
            "✗ a.json  2 problems\n"
            "  $.pool.max  70000 is more than 1000  maximum\n"
            "  $.feature  fits none of 2 branches  anyOf\n"
            "    closest branch:\n"
            "      $.feature.percent  120 is more than 100  maximum\n");
}

TEST(ValidationText, AValidDocumentIsOneLine) {
  EXPECT_EQ(validation_text("a.json", parsed(R"({"valid":true,"errors":[]})"), kPlain),
            "✓ a.json\n");
}

TEST(ValidationText, WhatWasGivenUpOrCutIsSaid) {
  EXPECT_TRUE(validation_text("a", parsed(R"({"valid":false,"aborted":true,"errors":[]})"), kPlain)
                  .contains("could not be decided"));
  EXPECT_TRUE(validation_text("a", parsed(R"({"valid":false,"truncated":true,"errors":[
      {"path":"$","keyword":"type","message":"m"}]})"),
                              kPlain)
                  .contains("more than 1 problem"));
}

TEST(ValidationText, WhatOthersWroteCannotSteerTheTerminal) {
  const auto text = validation_text("a", parsed(R"({"valid":false,"errors":[
      {"path":"$","keyword":"type","message":"\u001b[2J"}]})"),
                                    kPlain);
  EXPECT_FALSE(text.contains('\x1b'));
}

TEST(ImpactText, NamesTheVersionsThatWouldFailLiveOnesMarked) {
  const auto text = impact_text(parsed(R"({"summary":"1 of 3 stored versions would fail",
    "failingCount":2,"failing":[{"profile":"a.production","version":"1.2.0","stable":true,
    "errors":[{"path":"$.max","keyword":"maximum","message":"60 is more than 50"}]}]})"),
                                kPlain);
  EXPECT_EQ(text,
            "✗ 1 of 3 stored versions would fail\n"
            "  a.production 1.2.0 (live or tagged)\n"
            "    $.max  60 is more than 50  maximum\n"
            "  and 1 more\n");
}

TEST(ImpactText, IsEmptyWithoutStoredVersions) {
  EXPECT_EQ(impact_text(parsed(R"({"summary":"","failingCount":0,"failing":[]})"), kPlain), "");
}

TEST(FitText, CountsWhoWasBuiltForItAndTellsTheWayBack) {
  EXPECT_EQ(fit_text(parsed(R"({"schema":"payments@1.1.0","accepting":3,"unfit":1,"unspoken":2,
    "leftOut":1,"rollbackSafe":false,"rollbackRisk":"1.0.0 is refused by 2 targets","examples":[
    {"instance":"0123456789","schema":"payments@1.0.0","message":"'x' is unknown"}]})"),
                     true, kPlain),
            "✓ valid under payments@1.1.0\n"
            "! 3 instances built for a schema that accepts it, 1 for one that refuses it (left "
            "out), 2 did not say\n"
            "    01234567  payments@1.0.0  'x' is unknown\n"
            "! the way back: 1.0.0 is refused by 2 targets\n");
}

TEST(FitText, AForcedVersionIsNotCalledValid) {
  const auto text = fit_text(parsed(R"({"schema":"payments@1.1.0","mismatch":"$.a is too big",
    "accepting":0,"unfit":0,"unspoken":4,"leftOut":0,"rollbackSafe":true,"rollbackRisk":""})"),
                             true, kPlain);
  EXPECT_TRUE(text.starts_with("✗ forced, although payments@1.1.0 refuses it: $.a is too big\n"))
      << text;
}

TEST(FitText, SaysNothingOfAWayBackWhereNothingRanBefore) {
  const auto text = fit_text(parsed(R"({"schema":"payments@1.1.0","accepting":0,"unfit":0,
    "unspoken":4,"leftOut":0,"rollbackSafe":true,"rollbackRisk":""})"),
                             false, kPlain);
  EXPECT_EQ(text, "✓ valid under payments@1.1.0\n");
}

TEST(FitText, IsEmptyForAProfileWithoutSchema) {
  EXPECT_EQ(fit_text(parsed(R"({"schema":"","accepting":0,"unfit":0,"unspoken":4,"leftOut":0,
                                "rollbackSafe":true,"rollbackRisk":"","examples":[]})"),
                     true, kPlain),
            "");
}

TEST(SchemaVersionText, ShowsWhoDecidedAndWhatItRefersTo) {
  const auto text = schema_version_text(parsed(R"({"name":"payments","version":"2.0.0",
    "state":"Approved","hash":"abc","uri":"hotswap:payments@2.0.0","formats":"assert",
    "author":"ann","message":"m","createdAt":"2026-11-23T15:00:00Z",
    "decision":{"by":"bob","comment":"agreed"},
    "references":{"https://x.example/pool.json":"pool@1.2.0"},
    "compared":[{"version":"1.0.0","comparison":{"backward":"Breaking","forward":"Compatible",
                 "changes":[]}}]})"),
                                        kPlain);
  for (const auto* part :
       {"payments@2.0.0", "bob: agreed", "https://x.example/pool.json → pool@1.2.0",
        "compared with 1.0.0", "✗ breaking"}) {
    EXPECT_TRUE(text.contains(part)) << part << "\n" << text;
  }
}

}  // namespace
}  // namespace hotswap::cli
