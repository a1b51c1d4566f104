#include "app/settings.hpp"

#include <gtest/gtest.h>

#include "app/setting_text.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

SettingSources dev(std::map<std::string, std::string> flags = {}) {
  flags.emplace("dev", "true");
  SettingSources sources;
  sources.flags = std::move(flags);
  sources.file_path = "settings.json";
  return sources;
}

std::vector<std::string> bad_keys(const SettingSources& sources) {
  std::vector<std::string> out;
  const auto settings = load_settings(sources);
  if (settings) return out;
  EXPECT_EQ(settings.error().reason, "settings.invalid");
  for (const auto& field : settings.error().fields) out.push_back(field.path);
  return out;
}

TEST(Settings, DefaultsAreThoseOfADevelopersMachine) {
  const auto settings = load_settings(dev());
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->listen.address, "127.0.0.1");
  EXPECT_EQ(settings->listen.port, 8400);
  EXPECT_EQ(settings->fleet.heartbeat_interval, 30s);
  EXPECT_EQ(settings->fleet.remove_after, 2min);
}

TEST(Settings, FlagWinsOverEnvironmentOverFile) {
  auto sources = dev({{"workers", "3"}});
  sources.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "HOTSWAP_WORKERS" || name == "HOTSWAP_IO_THREADS") return "2";
    return std::nullopt;
  };
  sources.file_text =
      R"({"workers":1,"ioThreads":1,"logFormat":"json","heartbeatInterval":"5s","insecure":true})";
  const auto settings = load_settings(sources);
  ASSERT_TRUE(settings) << settings.error().detail;
  EXPECT_EQ(settings->listen.workers, 3);
  EXPECT_EQ(settings->listen.io_threads, 2);
  EXPECT_EQ(settings->log.format, "json");
  EXPECT_EQ(settings->fleet.heartbeat_interval, 5s);
  EXPECT_TRUE(settings->listen.insecure);
}

TEST(Settings, EveryKeyHasThreeNames) {
  for (const auto& key : setting_keys()) {
    EXPECT_TRUE(key.environment_name().starts_with("HOTSWAP_"));
    EXPECT_EQ(key.file_name().find('-'), std::string::npos);
    EXPECT_FALSE(key.help.empty());
  }
}

TEST(Settings, EveryMistakeIsNamedWithItsSource) {
  auto sources = dev({{"log-level", "loud"}, {"remove-after", "soon"}});
  sources.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "HOTSWAP_WORKERS") return "0";
    return std::nullopt;
  };
  sources.file_text = R"({"heartbeatIntervall":"5s","listen":["x"],"ioThreads":-1})";
  const std::vector<std::string> expected{
      "settings.json: heartbeatIntervall", "settings.json: listen", "--remove-after",
      "settings.json: ioThreads",          "HOTSWAP_WORKERS",       "--log-level"};
  EXPECT_EQ(bad_keys(sources), expected);
}

TEST(Settings, LimitsAreThosePromisedUnlessSaidOtherwise) {
  const auto promised = load_settings(dev());
  ASSERT_TRUE(promised);
  EXPECT_EQ(promised->limits.deployment_bandwidth, read_bandwidth("100Mbit/s").value());
  EXPECT_FALSE(promised->limits.node_bandwidth.limited());
  EXPECT_EQ(promised->limits.deployment_cpu, 50);
  const auto other = load_settings(dev({{"deployment-bandwidth", "0"},
                                        {"node-bandwidth", "1Gbit/s"},
                                        {"deployment-cpu", "0"},
                                        {"content-memory", "512"}}));
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->limits.deployment_bandwidth.limited());
  EXPECT_EQ(other->limits.node_bandwidth.bytes_per_second, 125'000'000u);
  EXPECT_EQ(other->limits.content_memory, 512);
  EXPECT_EQ(bad_keys(dev({{"deployment-bandwidth", "fast"}, {"content-memory", "1"}})),
            (std::vector<std::string>{"--deployment-bandwidth", "--content-memory"}));
}

TEST(Settings, OfRedisAreCheckedTogether) {
  using Keys = std::vector<std::string>;
  const std::string database = "postgres://db/hotswap";
  const auto bad = [&](std::map<std::string, std::string> flags) {
    flags.emplace("database", database);
    return bad_keys(dev(std::move(flags)));
  };
  EXPECT_EQ(bad({{"redis", "redis://:pw@cache:6379/1"}}), Keys{});
  EXPECT_EQ(bad({{"redis", "rediss+sentinel://a,b/m"}, {"redis-ca-file", "ca.pem"}}), Keys{});
  EXPECT_EQ(bad({{"redis", "cache:6379"}}), Keys{"--redis"});
  EXPECT_EQ(bad({{"redis-password-file", "f"}}), Keys{"--redis"});
  EXPECT_EQ(bad({{"redis", "redis://:pw@a"}, {"redis-password-file", "f"}}),
            Keys{"--redis-password-file"});
  EXPECT_EQ(bad({{"redis", "redis://a"}, {"redis-ca-file", "f"}}), Keys{"--redis-ca-file"});
  EXPECT_EQ(bad({{"redis", "redis://a"}, {"redis-prefix", ""}}), Keys{"--redis-prefix"});
  EXPECT_EQ(bad_keys(dev({{"redis", "redis://a"}})), Keys{"--database"});
  auto sources = dev({{"database", database}});
  sources.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "HOTSWAP_REDIS") return "redis://a";
    return std::nullopt;
  };
  EXPECT_EQ(load_settings(sources)->redis.url, "redis://a");
}

TEST(Settings, OfRetentionAreReadAndCheckedTogether) {
  const auto defaults = load_settings(dev());
  EXPECT_EQ(defaults->retention.versions, 100);
  EXPECT_EQ(defaults->retention.days, 90);
  EXPECT_EQ(defaults->retention.at, 3h);
  const auto never = load_settings(dev({{"retention-at", "never"}, {"archive", "/srv/archive"}}));
  ASSERT_TRUE(never);
  EXPECT_FALSE(never->retention.at);
  EXPECT_EQ(load_settings(dev({{"retention-at", "23:59"}}))->retention.at, 23h + 59min);
  EXPECT_TRUE(load_settings(dev(
      {{"archive", "s3://my-bucket/some/prefix"}, {"archive-endpoint", "http://127.0.0.1:9000"}})));
  using Keys = std::vector<std::string>;
  for (const auto* time : {"24:00", "3:00", "03:60", "0300", "noon", "03:0x", ""})
    EXPECT_EQ(bad_keys(dev({{"retention-at", time}})), Keys{"--retention-at"}) << time;
  EXPECT_EQ(bad_keys(dev({{"retention-days", "-1"}})), Keys{"--retention-days"});
  EXPECT_EQ(bad_keys(dev({{"retention-versions", "100001"}})), Keys{"--retention-versions"});
  for (const auto* place : {"s3://", "s3://B", "s3://my_bucket", "s3://bucket/a b", "gs://bucket"})
    EXPECT_EQ(bad_keys(dev({{"archive", place}})), Keys{"--archive"}) << place;
  for (const auto* url : {"minio:9000", "https://", "https://minio/path", "https://me@minio"})
    EXPECT_EQ(bad_keys(dev({{"archive", "s3://bucket"}, {"archive-endpoint", url}})),
              Keys{"--archive-endpoint"})
        << url;
  EXPECT_EQ(bad_keys(dev({{"archive-endpoint", "https://minio:9000"}})), Keys{"--archive"})
      << "an endpoint without a bucket";
}

TEST(Settings, RulesBetweenKeysAreChecked) {
  using Keys = std::vector<std::string>;
  EXPECT_EQ(bad_keys(dev({{"tls-cert", "a.pem"}})), Keys{"--tls-key"});
  EXPECT_EQ(bad_keys(dev({{"listen", "0.0.0.0:1"}})), Keys{"--listen"});
  EXPECT_EQ(bad_keys(dev({{"listen", "0.0.0.0:1"}, {"insecure", "true"}})), Keys{});
  EXPECT_EQ(bad_keys(dev({{"heartbeat-interval", "50ms"}})), Keys{"--heartbeat-interval"});
  EXPECT_EQ(bad_keys(dev({{"remove-after", "30s"}})), Keys{"--remove-after"});
  EXPECT_EQ(bad_keys({}), Keys{"--jwt-key-file"});
}

TEST(Settings, WhoseTokensAreTakenIsChecked) {
  using Keys = std::vector<std::string>;
  SettingSources issuers_only;
  issuers_only.flags = {{"jwt-issuers", "issuers.json"}};
  EXPECT_TRUE(load_settings(issuers_only)) << "no key of our own is needed then";
  EXPECT_EQ(bad_keys(dev({{"jwt-leeway", "11m"}})), Keys{"--jwt-leeway"});
  EXPECT_EQ(bad_keys(dev({{"jwt-rsa-algorithm", "HS256"}})), Keys{"--jwt-rsa-algorithm"});
  for (const auto* life : {"2m", "31d"})
    EXPECT_EQ(bad_keys(dev({{"instance-token-life", life}})), Keys{"--instance-token-life"});
  EXPECT_TRUE(load_settings(dev({{"instance-token-life", "3m"}})));
}

TEST(Settings, ClientCertificatesAreAMatterOfTls) {
  using Keys = std::vector<std::string>;
  const std::map<std::string, std::string> tls = {{"tls-cert", "a"}, {"tls-key", "b"}};
  const auto with = [&](std::map<std::string, std::string> more) {
    more.insert(tls.begin(), tls.end());
    return dev(std::move(more));
  };
  EXPECT_EQ(bad_keys(dev({{"tls-client-ca", "ca.pem"}})), Keys{"--tls-client-ca"});
  EXPECT_EQ(bad_keys(with({{"tls-client-certificates", "required"}})), Keys{"--tls-client-ca"});
  EXPECT_EQ(bad_keys(with({{"tls-client-ca", "c"}, {"tls-client-certificates", "maybe"}})),
            Keys{"--tls-client-certificates"});
  for (const auto* names : {"prod", "=Production", "prod=prod", "prod=Production,,", ","})
    EXPECT_EQ(bad_keys(with({{"tls-client-ca", "c"}, {"tls-client-environments", names}})),
              Keys{"--tls-client-environments"})
        << names;
  const auto settings = load_settings(with(
      {{"tls-client-ca", "c"}, {"tls-client-environments", "prod=Production,dev=Development"}}));
  ASSERT_TRUE(settings);
  EXPECT_EQ(client_environments(settings->auth)->at("dev"), "Development");
}

TEST(Settings, BrokenFilesAreTold) {
  auto sources = dev();
  sources.file_text = "{";
  EXPECT_EQ(bad_keys(sources), std::vector<std::string>{"settings.json"});
  sources.file_text = "[]";
  EXPECT_EQ(bad_keys(sources), std::vector<std::string>{"settings.json"});
}

TEST(Endpoints, AreReadInTheirUsualForms) {
  const auto read = [](const std::string& text) -> std::string {
    const auto endpoint = read_endpoint(text);
    return endpoint ? endpoint->address + " " + std::to_string(endpoint->port) : "refused";
  };
  EXPECT_EQ(read("127.0.0.1:0"), "127.0.0.1 0");
  EXPECT_EQ(read("10.0.0.1"), "10.0.0.1 8400");
  EXPECT_EQ(read(":9000"), "127.0.0.1 9000");
  EXPECT_EQ(read("localhost:9000"), "127.0.0.1 9000");
  EXPECT_EQ(read("[::1]:9000"), "::1 9000");
  EXPECT_EQ(read("::1"), "::1 8400");
  EXPECT_EQ(read("nowhere:1"), "refused");
  EXPECT_EQ(read("127.0.0.1:70000"), "refused");
}

TEST(Settings, MailNeedsARelayAnAddressAndAPasswordForItsUser) {
  EXPECT_EQ(bad_keys(dev({{"smtp-url", "mail.example.com"}, {"smtp-user", "hotswap"}})),
            (std::vector<std::string>{"--smtp-url", "--smtp-from", "--smtp-password-file"}));
  EXPECT_TRUE(bad_keys(dev({{"smtp-url", "smtps://mail.example.com:465"},
                            {"smtp-from", "hotswap@example.com"}}))
                  .empty());
  EXPECT_EQ(bad_keys(dev({{"public-url", "hotswap.example.com"}})),
            std::vector<std::string>{"--public-url"});
}

bool reaches(const Result<net::Reach>& reach, const char* address, const char* host = "h.example") {
  return reach && reach->allows(host, *net::parse_address(address));
}

TEST(Settings, ThisMachineIsReachedByUsersUrlsInDevelopmentOnly) {
  const auto dev_settings = load_settings(dev());
  ASSERT_TRUE(dev_settings);
  EXPECT_TRUE(reaches(user_reach(*dev_settings), "127.0.0.1"));
  EXPECT_FALSE(reaches(user_reach(*dev_settings), "10.0.0.1"));
  SettingSources sources;
  sources.flags = {{"jwt-key-file", "key"}, {"probe-allow", "10.0.0.0/8"}, {"allow-hosts", "h.in"}};
  const auto settings = load_settings(sources);
  ASSERT_TRUE(settings) << settings.error().detail;
  EXPECT_FALSE(reaches(user_reach(*settings), "127.0.0.1"));
  EXPECT_TRUE(reaches(user_reach(*settings), "127.0.0.1", "h.in"));
  EXPECT_FALSE(reaches(user_reach(*settings), "10.0.0.1"));
  EXPECT_TRUE(reaches(probe_reach(*settings), "10.0.0.1"));
  EXPECT_TRUE(reaches(probe_reach(*settings), "127.0.0.1", "h.in"));
}

TEST(Settings, NetworksThatAreNoneAreNamed) {
  EXPECT_EQ(bad_keys(dev({{"allow-hosts", "10.0.0.0/99"}})),
            std::vector<std::string>{"--allow-hosts"});
  EXPECT_EQ(bad_keys(dev({{"probe-allow", "10.0.0.0/99"}})),
            std::vector<std::string>{"--probe-allow"});
  EXPECT_EQ(bad_keys(dev({{"trusted-proxies", "proxy.internal"}})),
            std::vector<std::string>{"--trusted-proxies"});
}

}  // namespace
}  // namespace hotswap
