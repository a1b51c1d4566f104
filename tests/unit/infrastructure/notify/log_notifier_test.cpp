#include "infrastructure/notify/log_notifier.hpp"

#include <gtest/gtest.h>

#include "testing/memory_logger.hpp"

namespace hotswap {
namespace {

TEST(LogNotifier, NamesWhatItTells) {
  testing::MemoryLogger logger;
  LogNotifier notifier(logger);
  ASSERT_TRUE(notifier.notify("7", "notify.warning",
                              json::Object{{"message", "m"}, {"schema", "payments"}}));
  const auto entries = logger.entries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].level, LogLevel::Warning);
  std::vector<std::string> names;
  for (const auto& [name, value] : entries[0].fields) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"id", "detail", "schema"}));
}

}  // namespace
}  // namespace hotswap
