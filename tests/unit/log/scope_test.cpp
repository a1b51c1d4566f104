#include <gtest/gtest.h>

#include <thread>

#include "testing/memory_logger.hpp"

namespace hotswap {
namespace {

using testing::MemoryLogger;

std::string value_of(const MemoryLogger::Entry& entry, std::string_view name) {
  for (const auto& [known, value] : entry.fields)
    if (known == name) return std::get<std::string>(value.value());
  return "-";
}

LogScope scope_of(LogName name, const char* value) {
  return LogScope([name, value](LogFields& fields) { fields.push_back({name, value}); });
}

TEST(LogScope, gives_every_line_of_its_thread_its_fields) {
  MemoryLogger logger;
  {
    const auto outer = scope_of("traceId", "t1");
    const auto inner = scope_of("deploymentId", "d1");
    logger.info("runner", "inside", {{"reason", "r"}});
    std::thread([&] { logger.info("runner", "another thread"); }).join();
  }
  logger.info("runner", "outside");
  const auto entries = logger.entries();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(value_of(entries[0], "traceId"), "t1");
  EXPECT_EQ(value_of(entries[0], "deploymentId"), "d1");
  EXPECT_EQ(value_of(entries[0], "reason"), "r");
  EXPECT_TRUE(entries[1].fields.empty());
  EXPECT_TRUE(entries[2].fields.empty());
}

TEST(LogScope, a_lines_own_field_wins_then_the_inner_scopes) {
  MemoryLogger logger;
  const auto outer = scope_of("traceId", "outer");
  {
    const auto inner = scope_of("traceId", "inner");
    logger.info("runner", "inner");
    logger.info("runner", "own", {{"traceId", "own"}});
  }
  logger.info("runner", "outer");
  const auto entries = logger.entries();
  EXPECT_EQ(value_of(entries[0], "traceId"), "inner");
  EXPECT_EQ(entries[1].fields.size(), 1U);
  EXPECT_EQ(value_of(entries[1], "traceId"), "own");
  EXPECT_EQ(value_of(entries[2], "traceId"), "outer");
}

}  // namespace
}  // namespace hotswap
