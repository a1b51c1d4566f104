#include "infrastructure/log/line.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"

namespace hotswap::log {
namespace {

const WallTime kAt(std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} +
                   std::chrono::hours(15));

std::string json(const LogFields& fields, std::string_view message = "started") {
  return json_line({kAt, LogLevel::Info, "api", message, fields});
}
std::string text(const LogFields& fields, std::string_view message = "started") {
  return text_line({kAt, LogLevel::Info, "api", message, fields});
}

TEST(LogLine, is_one_json_object_with_the_fields_behind_its_own) {
  EXPECT_EQ(json({{"count", 8080}, {"stream", true}, {"mean", 0.5}, {"name", "x"}}),
            R"({"timestamp":"2026-11-23T15:00:00.000Z","level":"INFO","module":"api",)"
            R"("message":"started","count":8080,"stream":true,"mean":0.5,"name":"x"})");
}

TEST(LogLine, is_readable_as_text) {
  EXPECT_EQ(text({{"count", 8080}, {"name", "x"}, {"detail", "two words"}, {"reason", ""}}),
            "2026-11-23T15:00:00.000Z INFO    api: started count=8080 name=x detail=\"two words\" "
            "reason=\"\"");
}

TEST(LogLine, cannot_be_broken_or_coloured_by_a_value) {
  const std::string evil =
      "a\r\n{\"level\":\"error\"}\x1b[31m\xc2\x9b"
      "31m\x7f\t\"";
  const std::string quote_free = "x\x1b]0;title\x07";
  for (const auto& line : {json({{"name", evil}}, evil), text({{"name", evil}}, evil),
                           text({{"name", quote_free}}, quote_free)}) {
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_EQ(line.find('\r'), std::string::npos);
    EXPECT_EQ(line.find('\x1b'), std::string::npos);
    EXPECT_EQ(line.find('\x07'), std::string::npos);
  }
  EXPECT_EQ(text({{"name", evil}}).find("\xc2\x9b"), std::string::npos);
  const auto parsed = json::parse(json({{"name", evil}}));
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(*parsed->find("name")->as_string(), evil);
}

TEST(LogLine, keeps_letters_of_all_languages) {
  EXPECT_NE(text({{"name", "Zoë"}}).find("name=Zoë"), std::string::npos);
}

TEST(LogLine, has_colours_only_where_they_are_wanted) {
  const LogFields fields{{"name", "x"}};
  const Line line{kAt, LogLevel::Warning, "api", "careful", fields};
  EXPECT_EQ(text_line(line, {.colour = true}),
            "\x1b[2m2026-11-23T15:00:00.000Z\x1b[0m \x1b[33mWARNING\x1b[0m api: careful "
            "\x1b[2mname=\x1b[0mx");
  EXPECT_FALSE(text_line(line).contains('\x1b'));
}

TEST(LogLine, leaves_the_time_to_the_journal) {
  const Line line{kAt, LogLevel::Error, "api", "bad", {}};
  EXPECT_EQ(text_line(line, {.journal = true}), "api: bad");
  EXPECT_EQ(journal_prefix(LogLevel::Error), "<3>");
  EXPECT_EQ(journal_prefix(LogLevel::Debug), "<7>");
}

}  // namespace
}  // namespace hotswap::log
