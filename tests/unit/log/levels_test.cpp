#include "domain/log/levels.hpp"

#include <gtest/gtest.h>

#include "domain/log/book.hpp"

namespace hotswap {
namespace {

TEST(LogLevels, are_one_for_all_and_others_for_modules) {
  const auto levels = parse_log_levels("info, Runner=DEBUG,store=warn");
  ASSERT_TRUE(levels.has_value()) << levels.error().detail;
  EXPECT_EQ(levels->of("api"), LogLevel::Info);
  EXPECT_EQ(levels->of("runner"), LogLevel::Debug);
  EXPECT_EQ(levels->of("store"), LogLevel::Warning);
  EXPECT_EQ(levels->text(), "info,runner=debug,store=warning");
  EXPECT_EQ(parse_log_levels(levels->text()), *levels);
}

TEST(LogLevels, of_modules_alone_leave_the_others_as_they_are) {
  EXPECT_EQ(parse_log_levels("runner=trace", LogLevel::Error)->base, LogLevel::Error);
  EXPECT_EQ(parse_log_levels("runner=trace")->of("api"), LogLevel::Info);
}

TEST(LogLevels, a_mistake_is_told_with_what_there_is) {
  struct Case {
    std::string_view text, told;
  };
  for (const Case& each :
       {Case{"loud", "'loud' is no level of the log: trace, debug, info, warning or error."},
        {"info,runer=debug", "did you mean runner? There are: access, agent, api"},
        {"info,runner=", "'' is no level"},
        {"runner=debug,info", "stands first"},
        {"runner=debug,runner=info", "twice"},
        {"", "'' is no level"}}) {
    const auto levels = parse_log_levels(each.text);
    ASSERT_FALSE(levels.has_value()) << each.text;
    EXPECT_EQ(levels.error().reason, "log.levels");
    EXPECT_TRUE(levels.error().detail.contains(each.told)) << levels.error().detail;
  }
}

TEST(LevelSwitch, lets_pass_what_its_levels_say_now) {
  LevelSwitch levels(LogLevels{});
  EXPECT_TRUE(levels.lets_pass(LogLevel::Info, "api"));
  EXPECT_FALSE(levels.lets_pass(LogLevel::Debug, "runner"));
  levels.set(*parse_log_levels("error,runner=debug"));
  EXPECT_FALSE(levels.lets_pass(LogLevel::Warning, "api"));
  EXPECT_TRUE(levels.lets_pass(LogLevel::Debug, "runner"));
}

TEST(RecentLines, are_the_newest_within_their_bounds) {
  RecentLines lines;
  for (std::size_t i = 0; i < RecentLines::kLines + 5; ++i) lines.add(std::to_string(i));
  EXPECT_EQ(lines.newest(10'000).size(), RecentLines::kLines);
  EXPECT_EQ(lines.newest(2), (std::vector<std::string>{"2003", "2004"}));
  lines.add(std::string(RecentLines::kLineBytes + 1, 'x'));
  EXPECT_EQ(lines.newest(1).front(), "2004") << "a monster is not kept";
  for (std::size_t i = 0; i < RecentLines::kLines; ++i)
    lines.add(std::string(RecentLines::kLineBytes, 'x'));
  EXPECT_LE(lines.newest(10'000).size() * RecentLines::kLineBytes, RecentLines::kBytes);
}

}  // namespace
}  // namespace hotswap
