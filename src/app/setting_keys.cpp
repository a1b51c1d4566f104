// The one table of everything that can be set.
#include "app/setting_text.hpp"
#include "app/settings.hpp"
#include "domain/base/short_duration.hpp"
#include "domain/config/retention_policy.hpp"

namespace hotswap {
namespace {

SettingKey text_key(std::string name, std::string help, std::string& (*at)(Settings&)) {
  return {std::move(name), std::move(help), false, true,
          [at](Settings& settings, const std::string& text) -> Result<void> {
            at(settings) = text;
            return {};
          }};
}

SettingKey switch_key(std::string name, std::string help, bool& (*at)(Settings&)) {
  return {std::move(name), std::move(help), true, true,
          [at](Settings& settings, const std::string& text) -> Result<void> {
            auto flag = read_switch(text);
            if (!flag) return std::unexpected(flag.error());
            at(settings) = *flag;
            return {};
          }};
}

SettingKey count_key(std::string name, std::string help, int& (*at)(Settings&), int min,
                     int max = 1024) {
  return {std::move(name), std::move(help), false, true,
          [at, min, max](Settings& settings, const std::string& text) -> Result<void> {
            auto number = read_count(text, min, max);
            if (!number) return std::unexpected(number.error());
            at(settings) = *number;
            return {};
          }};
}

SettingKey duration_key(std::string name, std::string help, Duration& (*at)(Settings&)) {
  return {std::move(name), std::move(help), false, true,
          [at](Settings& settings, const std::string& text) -> Result<void> {
            auto duration = read_duration(text);
            if (!duration) return std::unexpected(duration.error());
            at(settings) = *duration;
            return {};
          }};
}

SettingKey word_key(std::string name, std::string help, std::string& (*at)(Settings&),
                    std::vector<std::string> words) {
  return {
      std::move(name), std::move(help), false, true,
      [at, words = std::move(words)](Settings& settings, const std::string& text) -> Result<void> {
        if (auto word = read_word(text, words); !word) return word;
        at(settings) = text;
        return {};
      }};
}

SettingKey bandwidth_key(std::string name, std::string help, Bandwidth& (*at)(Settings&)) {
  return {std::move(name), std::move(help), false, true,
          [at](Settings& settings, const std::string& text) -> Result<void> {
            auto bandwidth = read_bandwidth(text);
            if (!bandwidth) return std::unexpected(bandwidth.error());
            at(settings) = *bandwidth;
            return {};
          }};
}

void add_limit_keys(std::vector<SettingKey>& keys) {
  keys.push_back(bandwidth_key(
      "deployment-bandwidth",
      "for the contents of one deployment, in the whole cluster (default 100Mbit/s; 0: no limit)",
      [](Settings& s) -> Bandwidth& { return s.limits.deployment_bandwidth; }));
  keys.push_back(bandwidth_key(
      "node-bandwidth", "for the contents that this server sends, e.g. 1Gbit/s (default: no limit)",
      [](Settings& s) -> Bandwidth& { return s.limits.node_bandwidth; }));
  keys.push_back(count_key(
      "content-memory", "megabytes of contents that are being sent (default 256)",
      [](Settings& s) -> int& { return s.limits.content_memory; }, 40));
  keys.push_back(count_key(
      "deployment-cpu", "percent of a core for driving one deployment (default 50; 0: no limit)",
      [](Settings& s) -> int& { return s.limits.deployment_cpu; }, 0));
}

SettingKey listen_key() {
  return {"listen", "address and port, e.g. 127.0.0.1:8400 or [::1]:0 (port 0 picks a free one)",
          false, true, [](Settings& settings, const std::string& text) -> Result<void> {
            auto endpoint = read_endpoint(text);
            if (!endpoint) return std::unexpected(endpoint.error());
            settings.listen.address = endpoint->address;
            settings.listen.port = endpoint->port;
            return {};
          }};
}

void add_notify_keys(std::vector<SettingKey>& keys) {
  keys.push_back(text_key("webhook-key-file",
                          "file with the key that signs webhooks (default webhook.key, made)",
                          [](Settings& s) -> std::string& { return s.notify.webhook_key_file; }));
  keys.push_back(text_key("public-url", "address of this server for links in notifications",
                          [](Settings& s) -> std::string& { return s.notify.public_url; }));
  keys.push_back(text_key("smtp-url", "mail relay, smtp://host:port or smtps://host:port",
                          [](Settings& s) -> std::string& { return s.notify.smtp_url; }));
  keys.push_back(text_key("smtp-user", "user of the mail relay, if it asks for one",
                          [](Settings& s) -> std::string& { return s.notify.smtp_user; }));
  keys.push_back(text_key("smtp-password-file", "file with the password of --smtp-user",
                          [](Settings& s) -> std::string& { return s.notify.smtp_password_file; }));
  keys.push_back(text_key("smtp-from", "address that mails come from",
                          [](Settings& s) -> std::string& { return s.notify.smtp_from; }));
}

void add_signal_keys(std::vector<SettingKey>& keys) {
  keys.push_back(duration_key("probe-interval",
                              "between two looks at an instance's health URL (default 30s; 0s: "
                              "none)",
                              [](Settings& s) -> Duration& { return s.signals.probe_interval; }));
  keys.push_back(text_key(
      "probe-allow",
      "networks that may be looked at nevertheless, e.g. 127.0.0.0/8,::1 (loopback is refused "
      "unless the server listens there; link-local always)",
      [](Settings& s) -> std::string& { return s.signals.probe_allow; }));
  keys.push_back(text_key("prometheus-url", "Prometheus server that Query criteria ask",
                          [](Settings& s) -> std::string& { return s.signals.prometheus_url; }));
  keys.push_back(
      text_key("prometheus-token-file", "file with the bearer token for it",
               [](Settings& s) -> std::string& { return s.signals.prometheus_token_file; }));
}

void add_store_keys(std::vector<SettingKey>& keys) {
  keys.push_back(text_key("data-dir", "folder of the database and keys (default ./hotswap-data)",
                          [](Settings& s) -> std::string& { return s.store.data_dir; }));
  keys.push_back(text_key("database",
                          "postgres://user:password@host,host/name for a cluster (default: SQLite "
                          "in the data folder)",
                          [](Settings& s) -> std::string& { return s.store.database; }));
  keys.push_back(count_key(
      "database-pool", "connections to PostgreSQL for reading (default 8)",
      [](Settings& s) -> int& { return s.store.database_pool; }, 1));
  keys.push_back(duration_key("database-wait", "how long a start waits for PostgreSQL (default 1m)",
                              [](Settings& s) -> Duration& { return s.store.database_wait; }));
  keys.push_back(text_key("node-name", "name of this server in its cluster (default: the host's)",
                          [](Settings& s) -> std::string& { return s.cluster.node_name; }));
  keys.push_back(text_key("advertise-url", "address of this server, as others reach it",
                          [](Settings& s) -> std::string& { return s.cluster.advertise_url; }));
}

void add_redis_keys(std::vector<SettingKey>& keys) {
  keys.push_back(text_key("redis",
                          "redis://[user:password@]host:port[/db] for a faster cluster; rediss for "
                          "TLS, redis+sentinel://host,host/master",
                          [](Settings& s) -> std::string& { return s.redis.url; }));
  keys.push_back(text_key("redis-password-file", "file whose first line is Redis' password",
                          [](Settings& s) -> std::string& { return s.redis.password_file; }));
  keys.push_back(text_key("redis-ca-file",
                          "PEM authorities of Redis' certificate (default: the machine's)",
                          [](Settings& s) -> std::string& { return s.redis.ca_file; }));
  keys.push_back(text_key("redis-prefix",
                          "of all keys, one for each cluster at one Redis (default hotswap:)",
                          [](Settings& s) -> std::string& { return s.redis.prefix; }));
}

SettingKey retention_at_key() {
  return {"retention-at", "time of the daily run in UTC, or never (default 03:00)", false, true,
          [](Settings& settings, const std::string& text) -> Result<void> {
            auto at = read_time_of_day(text);
            if (!at) return std::unexpected(at.error());
            settings.retention.at = *at;
            return {};
          }};
}

void add_retention_keys(std::vector<SettingKey>& keys) {
  keys.push_back(count_key(
      "retention-versions", "newest versions of a profile that stay in the store (default 100)",
      [](Settings& s) -> int& { return s.retention.versions; }, 1, kRetainedVersionsMax));
  keys.push_back(count_key(
      "retention-days",
      "versions that are younger stay in the store (default 90; 0: only the newest)",
      [](Settings& s) -> int& { return s.retention.days; }, 0, kRetainedDaysMax));
  keys.push_back(retention_at_key());
  keys.push_back(text_key("archive",
                          "folder or s3://bucket/prefix of the others' content (default archive in "
                          "the data folder; none with --database, whose servers must share it)",
                          [](Settings& s) -> std::string& { return s.retention.archive; }));
  keys.push_back(
      text_key("archive-endpoint",
               "https://host:port of MinIO or another server of S3's protocol (default Amazon's)",
               [](Settings& s) -> std::string& { return s.retention.archive_endpoint; }));
  keys.push_back(text_key("archive-region", "region of the bucket (default us-east-1)",
                          [](Settings& s) -> std::string& { return s.retention.archive_region; }));
  keys.push_back(
      text_key("archive-credentials-file",
               "file with aws_access_key_id and aws_secret_access_key (default AWS_ACCESS_KEY_ID, "
               "AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of the environment)",
               [](Settings& s) -> std::string& { return s.retention.archive_credentials_file; }));
  keys.push_back(text_key("archive-ca-file",
                          "PEM authorities of the endpoint's certificate (default: the machine's)",
                          [](Settings& s) -> std::string& { return s.retention.archive_ca_file; }));
}

void add_auth_keys(std::vector<SettingKey>& keys) {
  keys.push_back(
      text_key("jwt-key-file",
               "file with the keys of tokens: PEM, JWK, JWKS, or a secret of 32 bytes or "
               "more for HS256; read again when it changes",
               [](Settings& s) -> std::string& { return s.auth.jwt_key_file; }));
  keys.push_back(text_key("jwt-key", "the same itself",
                          [](Settings& s) -> std::string& { return s.auth.jwt_key; }));
  keys.back().flag = false;
  keys.push_back(text_key("jwt-issuer", "what iss of tokens of these keys must be (default: any)",
                          [](Settings& s) -> std::string& { return s.auth.jwt_issuer; }));
  keys.push_back(text_key("jwt-audience",
                          "what aud of them must hold, one of these with commas (default: any)",
                          [](Settings& s) -> std::string& { return s.auth.jwt_audience; }));
  keys.push_back(word_key("jwt-rsa-algorithm",
                          "of RSA keys that name none, as in PEM (default RS256)",
                          [](Settings& s) -> std::string& { return s.auth.jwt_rsa_algorithm; },
                          {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}));
  keys.push_back(duration_key("jwt-leeway", "for clocks that differ (default 1m)",
                              [](Settings& s) -> Duration& { return s.auth.jwt_leeway; }));
  keys.push_back(text_key("jwt-issuers",
                          "JSON file of OpenID Connect providers and others whose tokens are taken",
                          [](Settings& s) -> std::string& { return s.auth.jwt_issuers; }));
  keys.push_back(text_key("instance-key-file",
                          "file with the key that signs instances' tokens, if --jwt-key-file holds "
                          "none that can (default instance.key, made)",
                          [](Settings& s) -> std::string& { return s.auth.instance_key_file; }));
  keys.push_back(duration_key("instance-token-life",
                              "of an instance's token, renewed by its heartbeats (default 1h)",
                              [](Settings& s) -> Duration& { return s.auth.instance_token_life; }));
}

void add_certificate_keys(std::vector<SettingKey>& keys) {
  keys.push_back(text_key("tls-client-ca",
                          "PEM authorities of instances' certificates, which then do instead of "
                          "bootstrap tokens",
                          [](Settings& s) -> std::string& { return s.auth.client_ca; }));
  keys.push_back(word_key("tls-client-certificates",
                          "optional, or required of every client (default optional)",
                          [](Settings& s) -> std::string& { return s.auth.client_certificates; },
                          {"optional", "required"}));
  keys.push_back(text_key("tls-client-trust-domain",
                          "of SPIFFE ids in certificates (default: any that is signed)",
                          [](Settings& s) -> std::string& { return s.auth.client_trust_domain; }));
  keys.push_back(text_key("tls-client-environments",
                          "by certificates' names, e.g. prod=Production,stage=Staging (default: "
                          "our names in any case)",
                          [](Settings& s) -> std::string& { return s.auth.client_environments; }));
}

std::vector<SettingKey> make_keys() {
  std::vector<SettingKey> keys;
  keys.push_back(listen_key());
  add_store_keys(keys);
  add_redis_keys(keys);
  add_retention_keys(keys);
  add_auth_keys(keys);
  add_certificate_keys(keys);
  keys.push_back(switch_key("dev", "make a key and an admin token in the data folder if absent",
                            [](Settings& s) -> bool& { return s.auth.dev; }));
  keys.push_back(text_key("tls-cert", "PEM certificate with its chain; HTTPS instead of HTTP",
                          [](Settings& s) -> std::string& { return s.listen.tls_cert; }));
  keys.push_back(text_key("tls-key", "PEM private key of the certificate",
                          [](Settings& s) -> std::string& { return s.listen.tls_key; }));
  keys.push_back(switch_key("insecure", "allow plain HTTP on an address that is not loopback",
                            [](Settings& s) -> bool& { return s.listen.insecure; }));
  keys.push_back(duration_key("heartbeat-interval", "asked of instances (default 30s)",
                              [](Settings& s) -> Duration& { return s.fleet.heartbeat_interval; }));
  keys.push_back(duration_key("remove-after", "silence that removes an instance (default 2m)",
                              [](Settings& s) -> Duration& { return s.fleet.remove_after; }));
  add_notify_keys(keys);
  add_signal_keys(keys);
  add_limit_keys(keys);
  keys.push_back(count_key(
      "io-threads", "threads of the network (default 0: half of the cores)",
      [](Settings& s) -> int& { return s.listen.io_threads; }, 0));
  keys.push_back(count_key(
      "workers", "threads that may block (default 0: 4, with --database 32)",
      [](Settings& s) -> int& { return s.listen.workers; }, 1));
  keys.push_back(word_key("log-level", "trace, debug, info, warn or error (default info)",
                          [](Settings& s) -> std::string& { return s.log.level; },
                          {"trace", "debug", "info", "warn", "error"}));
  keys.push_back(word_key("log-format", "text or json (default text)",
                          [](Settings& s) -> std::string& { return s.log.format; },
                          {"text", "json"}));
  return keys;
}

}  // namespace

const std::vector<SettingKey>& setting_keys() {
  static const std::vector<SettingKey> keys = make_keys();
  return keys;
}

}  // namespace hotswap
