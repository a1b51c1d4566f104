#include <gtest/gtest.h>

#include "cli/api_client.hpp"
#include "cli/exit_code.hpp"
#include "cli/sse_reader.hpp"
#include "cli/verbs/strategy_flags.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

std::string strategy(const StrategyFlags& flags) {
  const auto value = strategy_from(flags);
  return value ? json::write(*value) : value.error().detail;
}

TEST(StrategyFlags, BecomeTheServersJson) {
  EXPECT_EQ(strategy({}), "null");
  EXPECT_EQ(strategy({.strategy = "Direct"}), R"({"type":"Direct"})");
  EXPECT_EQ(strategy({.phases = "10,50,100", .phase_interval = "5s"}),
            R"({"type":"Canary","phases":[10,50,100],"phaseInterval":"PT5S"})");
  EXPECT_EQ(strategy({.batch_size = "25%"}), R"({"type":"Rolling","batchSize":"25%"})");
  EXPECT_EQ(strategy({.batch_size = "2"}), R"({"type":"Rolling","batchSize":2})");
  EXPECT_EQ(strategy({.verification_period = "1m"}),
            R"({"type":"BlueGreen","verificationPeriod":"PT1M"})");
  EXPECT_EQ(strategy({.strategy = R"({"type":"Linear"})", .bake_time = "1m"}),
            R"({"type":"Linear","bakeTime":"PT1M"})");
}

TEST(StrategyFlags, MistakesNameTheFlag) {
  EXPECT_NE(strategy({.phases = "10,x"}).find("--phases"), std::string::npos);
  EXPECT_NE(strategy({.phase_interval = "soon"}).find("--phase-interval"), std::string::npos);
  EXPECT_NE(strategy({.strategy = "{"}).find("--strategy"), std::string::npos);
  EXPECT_NE(strategy({.bake_time = "1m"}).find("--strategy"), std::string::npos);
}

TEST(TargetFlags, AreAPercentageASelectorOrIds) {
  const auto targets = [](const std::vector<std::string>& items) {
    const auto value = targets_from(items);
    return value ? json::write(*value) : value.error().detail;
  };
  EXPECT_EQ(targets({}), "null");
  EXPECT_EQ(targets({"25%"}), R"({"percentage":25})");
  EXPECT_EQ(targets({"zone=a", "track=blue"}), R"({"selector":{"zone":"a","track":"blue"}})");
  EXPECT_EQ(targets({"id-1", "id-2"}), R"({"instances":["id-1","id-2"]})");
  EXPECT_NE(targets({"x%"}).find("--target"), std::string::npos);
  EXPECT_NE(targets({"zone=a", "b"}).find("key=value"), std::string::npos);
}

TEST(Paths, AreEncodedPerSegment) {
  EXPECT_EQ(config_path("a/b c", {"versions", "^1.2"}),
            "/api/v1/configs/a%2Fb%20c/versions/%5E1.2");
  EXPECT_EQ(query({{"a", "x y"}, {"b", ""}, {"c", "1"}}), "?a=x%20y&c=1");
}

TEST(ExitCodes, FollowTheTable) {
  EXPECT_EQ(exit_code(error_code_of_status(404)), ExitCode::NotFound);
  EXPECT_EQ(exit_code(error_code_of_status(409)), ExitCode::Conflict);
  EXPECT_EQ(exit_code(error_code_of_status(412)), ExitCode::Conflict);
  EXPECT_EQ(exit_code(error_code_of_status(422)), ExitCode::Invalid);
  EXPECT_EQ(exit_code(error_code_of_status(403)), ExitCode::Denied);
  EXPECT_EQ(exit_code(error_code_of_status(503)), ExitCode::Unavailable);
  EXPECT_EQ(exit_code(error_code_of_status(500)), ExitCode::Internal);
}

TEST(SseReader, PutsEventsTogetherFromAnyPieces) {
  const std::string text =
      ": comment\r\nevent: step\r\nid: 7\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\n"
      "data: plain\n\nevent: lost\n";
  for (const std::size_t piece : {1u, 3u, 1000u}) {
    SseReader reader;
    std::vector<ServerEvent> events;
    const auto keep = [&](const ServerEvent& event) {
      events.push_back(event);
      return true;
    };
    for (std::size_t at = 0; at < text.size(); at += piece) {
      ASSERT_TRUE(reader.feed(std::string_view(text).substr(at, piece), keep));
    }
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].kind, "step");
    EXPECT_EQ(events[0].id, "7");
    EXPECT_EQ(json::write(events[0].data), R"({"a":1})");
    EXPECT_EQ(events[1].kind, "message");
    EXPECT_EQ(events[1].data, json::Value("plain"));
  }
}

TEST(SseReader, RefusesAnEndlessEvent) {
  SseReader reader;
  EXPECT_FALSE(reader.feed("data: " + std::string(SseReader::kEventBytes + 1, 'x'),
                           [](const ServerEvent&) { return true; }));
}

}  // namespace
}  // namespace hotswap::cli
