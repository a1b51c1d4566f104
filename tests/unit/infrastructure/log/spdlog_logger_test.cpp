#include "infrastructure/log/spdlog_logger.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "domain/json/parse.hpp"
#include "testing/fake_clock.hpp"
#include "testing/memory_logger.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

class SpdlogFile : public ::testing::Test {
 protected:
  ~SpdlogFile() override {
    std::error_code ignored;
    for (const auto& path : {path_, moved_}) std::filesystem::remove(path, ignored);
  }
  [[nodiscard]] static std::vector<std::string> lines_of(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::string> found;
    for (std::string line; std::getline(file, line);) found.push_back(line);
    return found;
  }
  [[nodiscard]] std::vector<std::string> lines() const { return lines_of(path_); }
  [[nodiscard]] static std::string text_of(const std::string& line, std::string_view name) {
    const auto parsed = json::parse(line);
    const auto* member = parsed ? parsed->find(name) : nullptr;
    return member != nullptr && member->as_string() ? member->as_string()->str() : "-";
  }
  [[nodiscard]] LogOptions options(LogFormat format = LogFormat::Json) const {
    return {.format = format, .file = path_, .repeats = {.first = 2, .window = 10s, .kept = 100}};
  }

  const std::string path_ = (std::filesystem::temp_directory_path() /
                             ("hotswap-log-" + std::to_string(getpid()) + ".jsonl"))
                                .string();
  const std::string moved_ = path_ + ".1";
  testing::FakeClock clock_;
  LogBook book_{LogLevels{}};
};

TEST_F(SpdlogFile, has_a_json_object_per_line_from_its_level_on) {
  {
    SpdlogLogger logger(clock_, book_, options());
    EXPECT_FALSE(logger.enabled(LogLevel::Debug, "api"));
    logger.debug("api", "hidden");
    logger.info("api", "one\ntwo", {{"count", 1}});
    logger.error("store", "bad", {{"detail", "%s %n {}"}});
  }
  const auto written = lines();
  ASSERT_EQ(written.size(), 2U);
  EXPECT_EQ(text_of(written[0], "timestamp"), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(text_of(written[0], "message"), "one\ntwo");
  EXPECT_EQ(text_of(written[1], "level"), "ERROR");
  EXPECT_EQ(text_of(written[1], "detail"), "%s %n {}");
  EXPECT_EQ(book_.tally.lines[static_cast<std::size_t>(LogLevel::Error)], 1U);
  EXPECT_EQ(book_.recent.newest(10), written) << "the same lines can be asked for";
}

TEST_F(SpdlogFile, is_text_when_asked) {
  {
    SpdlogLogger logger(clock_, book_, options(LogFormat::Text));
    logger.warning("api", "careful");
  }
  EXPECT_EQ(lines(), std::vector<std::string>{"2026-01-01T00:00:00.000Z WARNING api: careful"});
  EXPECT_EQ(text_of(book_.recent.newest(1).at(0), "message"), "careful") << "JSON all the same";
}

TEST_F(SpdlogFile, follows_levels_that_change_meanwhile) {
  {
    SpdlogLogger logger(clock_, book_, options());
    book_.now.set(*parse_log_levels("error,runner=debug"));
    logger.warning("api", "hidden");
    logger.debug("runner", "shown");
  }
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_EQ(text_of(lines()[0], "message"), "shown");
}

TEST_F(SpdlogFile, tells_repeats_as_a_count_at_the_end_of_their_window) {
  {
    SpdlogLogger logger(clock_, book_, options());
    for (int i = 0; i < 7; ++i) logger.error("store", "commit failed", {{"detail", "disk full"}});
    logger.tick();
    clock_.advance(10s);
    logger.tick();
  }
  const auto written = lines();
  ASSERT_EQ(written.size(), 3U);
  EXPECT_EQ(text_of(written[2], "message"), "repeated");
  EXPECT_EQ(text_of(written[2], "repeatedMessage"), "commit failed");
  EXPECT_EQ(text_of(written[2], "level"), "ERROR");
  EXPECT_EQ(json::parse(written[2])->find("repeats")->as_int(), 5);
  EXPECT_EQ(book_.tally.held_back, 5U);
}

TEST_F(SpdlogFile, tells_what_it_held_back_when_it_ends) {
  {
    SpdlogLogger logger(clock_, book_, options());
    for (int i = 0; i < 3; ++i) logger.info("store", "again");
  }
  ASSERT_EQ(lines().size(), 3U);
  EXPECT_EQ(json::parse(lines()[2])->find("repeats")->as_int(), 1);
}

TEST_F(SpdlogFile, requests_are_neither_repeats_nor_recent_lines) {
  {
    SpdlogLogger logger(clock_, book_, options());
    for (int i = 0; i < 5; ++i) logger.info("access", "request");
  }
  EXPECT_EQ(lines().size(), 5U);
  EXPECT_TRUE(book_.recent.newest(10).empty());
}

TEST_F(SpdlogFile, goes_on_in_a_new_one_when_it_was_moved_away) {
  {
    SpdlogLogger logger(clock_, book_, options());
    logger.info("api", "before");
    logger.flush();
    while (lines().empty()) std::this_thread::yield();
    std::filesystem::rename(path_, moved_);
    EXPECT_TRUE(logger.reopen());
    logger.info("api", "after");
  }
  EXPECT_EQ(text_of(lines_of(moved_).at(0), "message"), "before");
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_EQ(text_of(lines()[1], "message"), "after");
  struct stat info{};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0137U, 0U) << "not for everybody";
}

TEST_F(SpdlogFile, that_cannot_be_opened_anew_is_written_on) {
  const std::string folder = path_ + ".d";
  std::filesystem::create_directory(folder);
  const std::string inside = folder + "/log";
  {
    auto there = options();
    there.file = inside;
    SpdlogLogger logger(clock_, book_, there);
    std::filesystem::rename(folder, moved_);
    EXPECT_TRUE(logger.reopen());
  }
  ASSERT_FALSE(lines_of(moved_ + "/log").empty());
  EXPECT_EQ(text_of(lines_of(moved_ + "/log").back(), "level"), "ERROR");
  std::filesystem::remove_all(moved_);
}

TEST_F(SpdlogFile, lines_that_cannot_be_written_are_counted) {
  {
    auto full = options();
    full.file = "/dev/full";
    SpdlogLogger logger(clock_, book_, full);
    for (int i = 0; i < 2; ++i) logger.info("api", "nobody will read this");
  }
  EXPECT_GE(book_.tally.lost, 2U);
}

TEST(MemoryLogger, keeps_entries_for_tests) {
  testing::MemoryLogger logger;
  logger.warning("runner", "The store is slow.", {{"count", 12}});
  EXPECT_TRUE(logger.has(LogLevel::Warning, "slow"));
  EXPECT_FALSE(logger.has(LogLevel::Error, "slow"));
  ASSERT_EQ(logger.entries().size(), 1U);
  EXPECT_EQ(logger.entries()[0].fields[0].first, "count");
}

}  // namespace
}  // namespace hotswap
