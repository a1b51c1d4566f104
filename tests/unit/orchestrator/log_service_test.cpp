#include "orchestrator/log_service.hpp"

#include <gtest/gtest.h>

#include "infrastructure/memory/memory_store.hpp"
#include "testing/fake_clock.hpp"
#include "testing/flaky_store.hpp"
#include "testing/memory_logger.hpp"
#include "testing/memory_metrics.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

struct Levels : ::testing::Test {
  testing::FakeClock clock;
  MemoryStore memory;
  testing::FlakyStore store{memory};
  Committer committer{store};
  testing::MemoryLogger logger;
  testing::MemoryMetrics metrics;
  LogBook book{LogLevels{}};
  LogService logs{{committer, clock, logger, book, metrics, "node-1"}};

  static Caller somebody(Role role) {
    Caller caller;
    caller.principal.subject = "ann";
    caller.principal.roles = {role};
    return caller;
  }
  const Caller admin = somebody(Role::Admin);
};

TEST_F(Levels, count_at_once_and_are_on_record) {
  const auto view = logs.set(admin, "warning,runner=debug", std::nullopt);
  ASSERT_TRUE(view.has_value()) << view.error().detail;
  EXPECT_EQ(view->node, "node-1");
  EXPECT_EQ(view->levels.text(), "warning,runner=debug");
  EXPECT_EQ(view->at_start.text(), "info");
  EXPECT_TRUE(book.now.lets_pass(LogLevel::Debug, "runner"));
  EXPECT_FALSE(book.now.lets_pass(LogLevel::Info, "api"));
  const auto audit = store.audit({}, {});
  ASSERT_EQ(audit->items.size(), 1U);
  EXPECT_EQ(audit->items[0].action, "log.level");
  EXPECT_EQ(audit->items[0].resource, "nodes/node-1");
  EXPECT_EQ(audit->items[0].detail, "warning,runner=debug");
  EXPECT_TRUE(logger.has(LogLevel::Warning, "levels of the log were changed"));
}

TEST_F(Levels, go_back_by_themselves_when_their_time_is_over) {
  ASSERT_TRUE(logs.set(admin, "debug", 10min).has_value());
  clock.advance(10min - 1s);
  logs.tick();
  EXPECT_TRUE(book.now.lets_pass(LogLevel::Debug, "api"));
  EXPECT_EQ(logs.view(admin)->until, clock.wall() + 1s);
  clock.advance(1s);
  logs.tick();
  EXPECT_FALSE(book.now.lets_pass(LogLevel::Debug, "api"));
  EXPECT_FALSE(logs.view(admin)->until.has_value());
}

TEST_F(Levels, that_are_set_later_forget_the_time_of_those_before) {
  ASSERT_TRUE(logs.set(admin, "debug", 1min).has_value());
  ASSERT_TRUE(logs.set(admin, "trace", std::nullopt).has_value());
  clock.advance(1h);
  logs.tick();
  EXPECT_TRUE(book.now.lets_pass(LogLevel::Trace, "api"));
}

TEST_F(Levels, are_for_admins) {
  for (const Role role : {Role::Operator, Role::Developer, Role::Viewer, Role::Instance}) {
    EXPECT_FALSE(logs.set(somebody(role), "debug", std::nullopt).has_value());
    EXPECT_FALSE(logs.view(somebody(role)).has_value());
    EXPECT_FALSE(logs.recent(somebody(role), 10).has_value());
  }
  EXPECT_FALSE(book.now.lets_pass(LogLevel::Debug, "api"));
}

TEST_F(Levels, that_cannot_be_put_on_record_are_not_taken) {
  store.set_down(true);
  EXPECT_FALSE(logs.set(admin, "debug", std::nullopt).has_value());
  EXPECT_FALSE(book.now.lets_pass(LogLevel::Debug, "api"));
}

TEST_F(Levels, refuse_words_and_times_that_are_none) {
  EXPECT_EQ(logs.set(admin, "info,rnner=debug", std::nullopt).error().reason, "log.levels");
  EXPECT_EQ(logs.set(admin, "debug", 25h).error().reason, "log.levels");
  EXPECT_EQ(logs.set(admin, "debug", 0s).error().reason, "log.levels");
}

TEST_F(Levels, counts_of_lines_become_metrics) {
  book.tally.lines[static_cast<std::size_t>(LogLevel::Error)] = 3;
  book.tally.held_back = 7;
  logs.tick();
  logs.tick();
  EXPECT_EQ(metrics.value("hotswap_log_lines_total", {{"level", "error"}}), 3);
  EXPECT_EQ(metrics.value("hotswap_log_repeats_total"), 7);
  book.tally.held_back = 8;
  logs.tick();
  EXPECT_EQ(metrics.value("hotswap_log_repeats_total"), 8);
}

}  // namespace
}  // namespace hotswap
