#include <gtest/gtest.h>

#include "app/settings.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

SettingSources sources_of(std::map<std::string, std::string> flags) {
  flags.emplace("dev", "true");
  SettingSources sources;
  sources.flags = std::move(flags);
  return sources;
}

TEST(LogSettings, levels_of_modules_stand_behind_the_one_for_all) {
  const auto settings = load_settings(sources_of({{"log-level", "warn,runner=debug"},
                                                  {"log-repeats", "0"},
                                                  {"access-log", "/var/log/a.log"},
                                                  {"slow-request", "250ms"}}));
  ASSERT_TRUE(settings) << settings.error().detail;
  EXPECT_EQ(settings->log.levels.text(), "warning,runner=debug");
  EXPECT_EQ(settings->log.repeats, 0);
  EXPECT_TRUE(settings->log.access_file());
  EXPECT_EQ(settings->log.slow, 250ms);
}

TEST(LogSettings, by_default_requests_are_not_written) {
  const auto settings = load_settings(sources_of({}));
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->log.access, "off");
  EXPECT_FALSE(settings->log.access_file());
  EXPECT_EQ(settings->log.levels.text(), "info");
}

TEST(LogSettings, a_module_that_is_none_is_answered_with_those_that_are) {
  const auto settings = load_settings(sources_of({{"log-level", "info,stroe=debug"}}));
  ASSERT_FALSE(settings);
  EXPECT_TRUE(settings.error().detail.contains("did you mean store?")) << settings.error().detail;
}

TEST(ShownSettings, tell_where_they_come_from_and_nothing_that_is_secret) {
  struct Case {
    std::string name, given, shown;
  };
  const Case cases[] = {
      {"database", "postgres://ann:canary@db:5432/hotswap?sslpassword=canary",
       "postgres://•••@db:5432/hotswap?•••"},
      {"redis", "rediss://:canary@cache:6379", "rediss://•••@cache:6379"},
      {"audit-webhook", "https://hooks.example/T0/canary", "https://hooks.example/•••"},
      {"smtp-url", "smtp://user:canary@mail:25", "smtp://•••@mail:25"},
      {"smtp-from", "ops@example.org", "ops@example.org"},
      {"workers", "3", "3"}};
  std::map<std::string, std::string> flags;
  for (const auto& each : cases) flags.emplace(each.name, each.given);
  auto sources = sources_of(std::move(flags));
  sources.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "HOTSWAP_SECRET_KEYS") return std::string(64, 'c');
    return std::nullopt;
  };
  const auto settings = load_settings(sources);
  ASSERT_TRUE(settings) << settings.error().detail;
  std::map<std::string, ShownSetting> shown;
  for (const auto& each : settings->shown) shown[each.name] = each;
  for (const auto& each : cases) {
    EXPECT_EQ(shown[each.name].value, each.shown);
    EXPECT_EQ(shown[each.name].source, "--" + each.name);
  }
  EXPECT_EQ(shown["secret-keys"].value, "•••");
  EXPECT_EQ(shown["secret-keys"].source, "HOTSWAP_SECRET_KEYS");
}

TEST(ShownSettings, keywords_of_postgresql_lose_their_password) {
  struct Case {
    std::string given, shown;
  };
  for (const Case& each : {Case{"host=db password=canary user=x", "host=db password=••• user=x"},
                           {"host=db password='a canary' user=x", "host=db password=••• user=x"},
                           {R"(password='it\'s canary' host=db)", "password=••• host=db"},
                           {"host=db password = canary", "host=db •••"},
                           {"host=db sslpassword=canary", "host=db sslpassword=•••"}}) {
    const auto& keys = setting_keys();
    const auto key = std::ranges::find(keys, "database", &SettingKey::name);
    EXPECT_EQ(masked_setting(*key, each.given), each.shown);
  }
}

}  // namespace
}  // namespace hotswap
