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
  EXPECT_EQ(json({{"port", 8080}, {"tls", true}, {"ratio", 0.5}, {"name", "x"}}),
            R"({"timestamp":"2026-11-23T15:00:00.000Z","level":"info","module":"api",)"
            R"("message":"started","port":8080,"tls":true,"ratio":0.5,"name":"x"})");
}

TEST(LogLine, is_readable_as_text) {
  EXPECT_EQ(text({{"port", 8080}, {"name", "x"}, {"why", "two words"}, {"none", ""}}),
            "2026-11-23T15:00:00.000Z INFO    api: started port=8080 name=x why=\"two words\" "
            "none=\"\"");
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

TEST(LogLine, keeps_its_own_names_unique) {
  const auto parsed = json::parse(json({{"level", "fake"}, {"message", "fake"}}));
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(*parsed->find("level")->as_string(), "info");
  EXPECT_EQ(*parsed->find("level_")->as_string(), "fake");
}

}  // namespace
}  // namespace hotswap::log
