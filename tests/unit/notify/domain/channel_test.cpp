#include "domain/notification/channel.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap {
namespace {

json::Value parsed(const std::string& text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(json::Value());
}

std::vector<std::string> bad_fields(const std::string& text) {
  const auto channel = channel_from_json(parsed(text));
  std::vector<std::string> paths;
  if (channel) return paths;
  EXPECT_EQ(channel.error().reason, "channel.invalid");
  for (const auto& field : channel.error().fields) paths.push_back(field.path);
  return paths;
}

Channel example() {
  return *channel_from_json(parsed(
      R"({"name":"on-call","type":"slack","target":"https://hooks.slack.com/services/T/B/xyz",)"
      R"("severity":"warning","profiles":["a.production"]})"));
}

TEST(Channel, ReadsAllThatItIs) {
  const auto channel = example();
  EXPECT_EQ(channel.name, "on-call");
  EXPECT_EQ(channel.type, ChannelType::Slack);
  EXPECT_EQ(channel.at_least, Severity::Warning);
  EXPECT_EQ(channel.profiles, std::vector<std::string>{"a.production"});
}

TEST(Channel, TellsEveryBadFieldAtOnce) {
  EXPECT_EQ(bad_fields(R"({"name":"On Call","type":"pager","target":"ftp://x","severity":"loud",)"
                       R"("profiles":["A b"],"color":1})"),
            (std::vector<std::string>{"$.name", "$.type", "$.target", "$.severity", "$.profiles",
                                      "$.color"}));
}

TEST(Channel, TakesOneAddressAndNothingThatAMailWouldReadAsMore) {
  const auto email = [](const std::string& target) {
    return bad_fields(R"({"name":"m","type":"email","target":")" + target + R"("})").empty();
  };
  EXPECT_TRUE(email("oncall+hotswap@example.com"));
  EXPECT_FALSE(email("oncall"));
  EXPECT_FALSE(email("a@b@c"));
  EXPECT_FALSE(email("a@b,c@d"));
  EXPECT_FALSE(email("a@b\\r\\nBcc: x@y"));
  EXPECT_FALSE(email("Name <a@b>"));
}

TEST(Channel, RefusesUrlsThatAreNone) {
  const auto url = [](const std::string& target) {
    return bad_fields(R"({"name":"m","type":"webhook","target":")" + target + R"("})").empty();
  };
  EXPECT_TRUE(url("http://127.0.0.1:9/x?y=z"));
  EXPECT_TRUE(url("https://user:word@host/x"));
  EXPECT_FALSE(url("https://"));
  EXPECT_FALSE(url("https://user@/x"));
  EXPECT_FALSE(url("http://host/with blank"));
  EXPECT_FALSE(url("javascript:alert(1)"));
}

TEST(Channel, ShowsNoTokenOfItsUrl) {
  EXPECT_EQ(shown_url("https://me:word@hooks.slack.com/services/T/B/xyz"),
            "https://hooks.slack.com/…");
  EXPECT_EQ(shown_url("http://host:9093"), "http://host:9093");
  EXPECT_EQ(shown_url("http://host:9093/"), "http://host:9093");
  EXPECT_EQ(shown_url("http://host?token=1"), "http://host/…");
  const auto text = json::write(to_json(example()));
  EXPECT_FALSE(text.contains("xyz")) << text;
}

TEST(Channel, WantsItsProfilesFromItsSeverityOn) {
  const auto channel = example();
  Notice notice;
  notice.severity = Severity::Warning;
  notice.profile = "a.production";
  EXPECT_TRUE(wants(channel, notice));
  notice.severity = Severity::Info;
  EXPECT_FALSE(wants(channel, notice));
  notice.severity = Severity::Critical;
  EXPECT_TRUE(wants(channel, notice));
  notice.profile = "b.production";
  EXPECT_FALSE(wants(channel, notice));
  Channel every = channel;
  every.profiles.clear();
  EXPECT_TRUE(wants(every, notice));
}

TEST(Notice, ComesBackAsItWasWritten) {
  const Notice notice{.id = "d:7:2",
                      .severity = Severity::Critical,
                      .message = "rolling back: error rate",
                      .profile = "p",
                      .service = "s",
                      .environment = "Production",
                      .version = "1.2.0",
                      .deployment = "d",
                      .state = "RollingBack",
                      .at = WallTime(Duration(1'700'000'000'123))};
  const auto read = notice_from_json(parsed(json::write(to_json(notice))));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, notice);
  EXPECT_FALSE(notice_from_json(parsed(R"({"id":"x","severity":"loud","message":"m"})")));
}

}  // namespace
}  // namespace hotswap
