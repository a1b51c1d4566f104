// What is told of requests, and what is never told.
#include "api/resources/access_log.hpp"

#include <gtest/gtest.h>

#include "testing/memory_logger.hpp"
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

using namespace std::chrono_literals;
using hotswap::testing::MemoryLogger;
using Entry = MemoryLogger::Entry;

std::string field(const Entry& entry, std::string_view name) {
  for (const auto& [known, value] : entry.fields) {
    if (known != name) continue;
    if (const auto* text = std::get_if<std::string>(&value.value())) return *text;
    if (const auto* number = std::get_if<std::int64_t>(&value.value()))
      return std::to_string(*number);
    return "?";
  }
  return "";
}

/// Passes lines from a level on, as the real one does.
class Leveled : public Logger {
 public:
  Leveled(Logger& to, LogLevel from) : to_(to), from_(from) {}
  [[nodiscard]] bool enabled(LogLevel level, LogModule) const override { return level >= from_; }

 private:
  void put(LogLevel level, LogModule module, std::string_view message,
           const LogFields& fields) override {
    to_.write(level, module, message, fields);
  }
  Logger& to_;
  const LogLevel from_;
};

TEST(AccessLog, has_a_line_for_each_request_with_who_what_and_how_it_went) {
  MemoryLogger lines;
  World world({.logger = &lines, .level = LogLevel::Info});
  auto request =
      world.request(Method::Get, "/api/v1/configs?text=hunter2&limit=5", world.token(Role::Viewer));
  request.headers.push_back({"User-Agent", "curl/8"});
  EXPECT_EQ(world.ask(request).status, 200);
  ASSERT_EQ(lines.entries().size(), 1U);
  const auto entry = lines.entries()[0];
  EXPECT_EQ(entry.module, "access");
  EXPECT_EQ(field(entry, "method"), "GET");
  EXPECT_EQ(field(entry, "route"), "/api/v1/configs");
  EXPECT_EQ(field(entry, "path"), "/api/v1/configs");
  EXPECT_EQ(field(entry, "query"), "text limit");
  EXPECT_EQ(field(entry, "status"), "200");
  EXPECT_NE(field(entry, "bytes"), "0");
  EXPECT_EQ(field(entry, "principal"), "a-Viewer");
  EXPECT_EQ(field(entry, "address"), "127.0.0.1:4711");
  EXPECT_EQ(field(entry, "userAgent"), "curl/8");
  EXPECT_EQ(field(entry, "traceId").size(), 32U);
  EXPECT_EQ(field(entry, "requestId"), request.request_id);
}

TEST(AccessLog, tells_neither_values_of_queries_nor_tokens) {
  MemoryLogger lines;
  World world({.logger = &lines, .level = LogLevel::Info});
  const auto token = world.token(Role::Admin);
  static_cast<void>(world.ask(world.request(Method::Get, "/api/v1/audit?actor=canary-1", token)));
  static_cast<void>(
      world.ask(world.request(Method::Get, "/api/v1/none?token=canary-2", "canary-3")));
  ASSERT_EQ(lines.entries().size(), 2U);
  for (const auto& entry : lines.entries())
    for (const auto& [name, value] : entry.fields)
      if (const auto* text = std::get_if<std::string>(&value.value())) {
        EXPECT_FALSE(text->contains("canary")) << name << " " << *text;
        EXPECT_FALSE(text->contains(token)) << name;
      }
}

TEST(AccessLog, leaves_out_health_and_metrics_unless_they_are_asked_for) {
  for (const bool all : {false, true}) {
    MemoryLogger lines;
    World world({.logger = &lines, .level = LogLevel::Info, .all = all});
    static_cast<void>(world.ask(world.request(Method::Get, "/health/ready", "")));
    EXPECT_EQ(lines.entries().size(), all ? 1U : 0U);
  }
}

TEST(AccessLog, answers_from_memory_are_told_as_well) {
  MemoryLogger lines;
  World world({.logger = &lines, .level = LogLevel::Info});
  world.make_profile("pay");
  const auto request = world.request(Method::Get, "/api/v1/configs/pay", world.token(Role::Viewer));
  static_cast<void>(world.ask(request));
  const auto before = lines.entries().size();
  const auto cached = world.api.answer_now(request);
  ASSERT_TRUE(cached.has_value()) << "read a moment ago";
  ASSERT_EQ(lines.entries().size(), before + 1);
  EXPECT_EQ(field(lines.entries().back(), "route"), "/api/v1/configs/{name}");
  EXPECT_EQ(field(lines.entries().back(), "principal"), "a-Viewer");
}

TEST(AccessLog, is_silent_at_debug_level_until_the_level_changes) {
  MemoryLogger all;
  Leveled info(all, LogLevel::Info), debug(all, LogLevel::Debug);
  hotswap::testing::FakeClock clock;
  EXPECT_FALSE(AccessLog({.logger = &info}, info, clock).wants_lines());
  EXPECT_TRUE(AccessLog({.logger = &debug}, debug, clock).wants_lines());
}

TEST(AccessLog, a_slow_request_is_a_warning_whatever_is_written) {
  MemoryLogger log;
  Leveled warnings(log, LogLevel::Warning);
  hotswap::testing::FakeClock clock;
  const AccessLog access({.slow = 1s}, warnings, clock);
  Request request;
  request.method = Method::Post;
  request.path = "/api/v1/deployments";
  const ToldRequest answered{request, nullptr, "ann", "127.0.0.1", "t", clock.mono()};
  clock.advance(999ms);
  access.note(answered, Response{});
  EXPECT_TRUE(log.entries().empty());
  clock.advance(1501ms);
  access.note(answered, Response{});
  ASSERT_EQ(log.entries().size(), 1U);
  EXPECT_EQ(log.entries()[0].module, "api");
  EXPECT_EQ(field(log.entries()[0], "duration"), "2.5s");
  EXPECT_EQ(field(log.entries()[0], "path"), "/api/v1/deployments");
  access.note(answered, StreamStart{});
  EXPECT_EQ(log.entries().size(), 1U) << "a stream is meant to last";
}

TEST(AccessLog, refusals_of_the_transport_have_lines_too) {
  MemoryLogger lines;
  World world({.logger = &lines, .level = LogLevel::Info});
  static_cast<void>(world.api.refuse(431, "too long", nullptr));
  ASSERT_EQ(lines.entries().size(), 1U);
  EXPECT_EQ(field(lines.entries()[0], "status"), "431");
}

TEST(LogLevels, are_shown_and_changed_by_admins_only) {
  World world;
  const auto shown = world.get("/api/v1/admin/log-levels");
  EXPECT_EQ(shown.text("node"), "local");
  EXPECT_EQ(shown.text("levels"), "info");
  const auto changed =
      world.ask(world.request(Method::Put, "/api/v1/admin/log-levels", world.token(Role::Admin),
                              R"({"levels":"warning,runner=debug","for":"10m"})"));
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.text("levels"), "warning,runner=debug");
  EXPECT_EQ(changed.text("until"), "2026-01-01T00:10:00.000Z");
  EXPECT_TRUE(world.log_book.now.lets_pass(LogLevel::Debug, "runner"));
  const auto refused =
      world.ask(world.request(Method::Put, "/api/v1/admin/log-levels", world.token(Role::Admin),
                              R"({"levels":"runer=debug"})"));
  EXPECT_EQ(refused.status, 422);
  EXPECT_TRUE(refused.text("detail").contains("did you mean runner?")) << refused.text("detail");
}

TEST(Diagnostics, tell_the_store_and_what_the_program_adds) {
  World world;
  const auto answer = world.get("/api/v1/admin/diagnostics");
  EXPECT_EQ(answer.status, 200);
  const auto* store = answer.body.find("store");
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(store->find("engine")->as_string()->str(), "memory");
}

TEST(LogLines, are_the_newest) {
  World world;
  world.log_book.recent.add(R"({"timestamp":"2026-01-01T00:00:00.000Z","level":"INFO",)"
                            R"("module":"api","message":"one"})");
  world.log_book.recent.add(R"({"timestamp":"2026-01-01T00:00:01.000Z","level":"INFO",)"
                            R"("module":"api","message":"two"})");
  const auto answer = world.get("/api/v1/admin/log?lines=1");
  EXPECT_EQ(answer.status, 200);
  const auto* lines = answer.body.find("lines")->as_array();
  ASSERT_EQ(lines->size(), 1U);
  EXPECT_EQ((*lines)[0].find("message")->as_string()->str(), "two");
}

}  // namespace
}  // namespace hotswap::api::testing
