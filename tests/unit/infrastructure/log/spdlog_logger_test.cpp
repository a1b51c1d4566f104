#include "infrastructure/log/spdlog_logger.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "domain/json/parse.hpp"
#include "testing/fake_clock.hpp"
#include "testing/memory_logger.hpp"

namespace hotswap {
namespace {

class SpdlogFile : public ::testing::Test {
 protected:
  ~SpdlogFile() override {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::ifstream file(path_);
    std::vector<std::string> found;
    for (std::string line; std::getline(file, line);) found.push_back(line);
    return found;
  }
  const std::string path_ = (std::filesystem::temp_directory_path() /
                             ("hotswap-log-" + std::to_string(getpid()) + ".jsonl"))
                                .string();
  const testing::FakeClock clock_;
};

TEST_F(SpdlogFile, has_a_json_object_per_line_from_its_level_on) {
  {
    SpdlogLogger logger(clock_, LogLevel::Info, LogFormat::Json, path_);
    EXPECT_FALSE(logger.enabled(LogLevel::Debug));
    logger.debug("test", "hidden");
    logger.info("test", "one\ntwo", {{"n", 1}});
    logger.error("test", "bad", {{"why", "%s %n {}"}});
  }
  const auto written = lines();
  ASSERT_EQ(written.size(), 2U);
  const auto first = json::parse(written[0]).value();
  EXPECT_EQ(*first.find("timestamp")->as_string(), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(*first.find("message")->as_string(), "one\ntwo");
  const auto second = json::parse(written[1]).value();
  EXPECT_EQ(*second.find("level")->as_string(), "error");
  EXPECT_EQ(*second.find("why")->as_string(), "%s %n {}");
}

TEST_F(SpdlogFile, is_text_when_asked) {
  {
    SpdlogLogger logger(clock_, LogLevel::Trace, LogFormat::Text, path_);
    logger.warning("test", "careful");
  }
  EXPECT_EQ(lines(), std::vector<std::string>{"2026-01-01T00:00:00.000Z WARNING test: careful"});
}

TEST(MemoryLogger, keeps_entries_for_tests) {
  testing::MemoryLogger logger;
  logger.warning("runner", "The store is slow.", {{"ms", 12}});
  EXPECT_TRUE(logger.has(LogLevel::Warning, "slow"));
  EXPECT_FALSE(logger.has(LogLevel::Error, "slow"));
  ASSERT_EQ(logger.entries().size(), 1U);
  EXPECT_EQ(logger.entries()[0].fields[0].first, "ms");
}

}  // namespace
}  // namespace hotswap
