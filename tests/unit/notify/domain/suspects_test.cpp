#include "domain/rollout/suspects.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "domain/secret/mask.hpp"

namespace hotswap {
namespace {

json::Value parsed(const std::string& text) { return json::parse(text).value(); }

std::vector<Suspect> suspects(const std::string& from, const std::string& to,
                              const Symptoms& symptoms) {
  return rank_suspects(masked_diff(parsed(from), parsed(to)), symptoms);
}

const std::string kBefore =
    R"({"pool":{"maxConnections":50,"idleTimeout":30},"color":"blue","banner":"hello"})";
const std::string kAfter =
    R"({"pool":{"maxConnections":5,"idleTimeout":30},"color":"green","banner":"welcome"})";

TEST(Suspects, AFieldThatARefusalNamesComesFirst) {
  Symptoms symptoms;
  symptoms.said.push_back({Said::Kind::Rejection, "web-1", "color: green is no known colour"});
  const auto ranked = suspects(kBefore, kAfter, symptoms);
  ASSERT_EQ(ranked.size(), 3u);
  EXPECT_EQ(ranked[0].change.path, "$.color");
  EXPECT_TRUE(ranked[0].reasons[0].contains("web-1 refused it")) << ranked[0].reasons[0];
}

TEST(Suspects, LatencyPointsAtPoolsThatShrank) {
  Symptoms symptoms;
  symptoms.latency = true;
  const auto ranked = suspects(kBefore, kAfter, symptoms);
  EXPECT_EQ(ranked[0].change.path, "$.pool.maxConnections");
  EXPECT_GT(ranked[0].score, 0.5);
  EXPECT_LT(ranked[1].score, 0.3);
  ASSERT_GE(ranked[0].reasons.size(), 2u);
  EXPECT_TRUE(ranked[0].reasons[1].contains("10 times as small")) << ranked[0].reasons[1];
}

TEST(Suspects, NamesAreRecognisedHoweverTheyAreWritten) {
  for (const auto* text : {"max_connections exhausted", "pool.maxConnections too low",
                           "MAX-CONNECTIONS reached", "waiting, max connections in use"}) {
    Symptoms symptoms;
    symptoms.said.push_back({Said::Kind::Log, "web-1", text});
    EXPECT_EQ(suspects(kBefore, kAfter, symptoms)[0].change.path, "$.pool.maxConnections") << text;
  }
}

TEST(Suspects, ANewValueInALogLineIsAClue) {
  Symptoms symptoms;
  symptoms.errors = true;
  symptoms.said.push_back({Said::Kind::Log, "web-2", "cannot resolve db-new.internal"});
  const auto ranked = suspects(R"({"a":1,"target":"db-old.internal"})",
                               R"({"a":2,"target":"db-new.internal"})", symptoms);
  EXPECT_EQ(ranked[0].change.path, "$.target");
}

TEST(Suspects, ChangesOfTypeAndRemovalsWeighMoreThanAdditions) {
  const auto ranked = suspects(R"({"a":"10","b":1})", R"({"a":10,"c":1})", {});
  ASSERT_EQ(ranked.size(), 3u);
  EXPECT_EQ(ranked[0].change.path, "$.a");
  EXPECT_EQ(ranked[1].change.path, "$.b");
  EXPECT_EQ(ranked[2].change.path, "$.c");
  for (const auto& suspect : ranked) EXPECT_TRUE(suspect.score > 0 && suspect.score <= 1);
}

TEST(Suspects, WhatFailingInstancesShareIsSaid) {
  Symptoms symptoms;
  symptoms.failing = {{{"zone", "b"}, {"pool", "blue"}}, {{"zone", "b"}, {"pool", "blue"}}};
  symptoms.fine = {{{"zone", "a"}, {"pool", "blue"}},
                   {{"zone", "c"}, {"pool", "blue"}},
                   {{"zone", "b"}, {"pool", "blue"}}};
  const auto shared = shared_traits(symptoms);
  ASSERT_EQ(shared.size(), 1u);
  EXPECT_EQ(shared[0], "All 2 failing instances have zone b; of the 3 others 1 have.");
  symptoms.failing.resize(1);
  EXPECT_TRUE(shared_traits(symptoms).empty()) << "one instance shares nothing with anybody";
}

TEST(Suspects, NoSecretStandsInThem) {
  const auto ranked = suspects(
      R"({"db":{"password":{"type":"secret","value":"old-s3cr3t"}},)"
      R"("n":[{"k":{"type":"secret","value":"aaaa"}}]})",
      R"({"db":{"password":{"type":"secret","value":"new-s3cr3t"}},)"
      R"("n":[{"k":{"type":"secret","value":"aaaa"}},{"k":{"type":"secret","value":"bbbb"}}]})",
      {});
  ASSERT_EQ(ranked.size(), 2u);
  for (const auto& suspect : ranked) {
    const auto text = json::write(to_json(suspect));
    EXPECT_FALSE(text.contains("s3cr3t") || text.contains("bbbb")) << text;
  }
  EXPECT_TRUE(std::ranges::any_of(
      ranked, [](const Suspect& suspect) { return suspect.change.path == "$.db.password"; }));
}

TEST(Mask, HidesSecretsInTextsLongestFirst) {
  const auto secrets = secret_texts(parsed(
      R"({"a":{"type":"secret","value":"swordfish"},"b":[{"type":"secret","value":"swordfish42"}],)"
      R"("c":{"type":"secret","value":"abc"},"d":{"type":"secret","value":123456}})"));
  EXPECT_EQ(secrets, (std::vector<std::string>{"swordfish42", "swordfish", "123456"}));
  EXPECT_EQ(without_secrets("login swordfish42 then swordfish, pin 123456", secrets),
            "login ••• then •••, pin •••");
}

TEST(Mask, ADocumentKeepsItsShape) {
  EXPECT_EQ(json::write(masked(parsed(
                R"({"a":[1,{"type":"secret","value":"x"}],"v":{"type":"secret","size":3}})"))),
            R"({"a":[1,{"type":"secret","masked":true}],"v":{"type":"secret","size":3}})");
}

TEST(Mask, WhatBecomesASecretShowsNeitherSide) {
  const auto diff = masked_diff(parsed(R"({"k":"plain-before"})"),
                                parsed(R"({"k":{"type":"secret","value":"now-hidden"}})"));
  ASSERT_EQ(diff.changes.size(), 1u);
  const auto text = json::write(diff_json(diff));
  EXPECT_FALSE(text.contains("now-hidden")) << text;
}

}  // namespace
}  // namespace hotswap
