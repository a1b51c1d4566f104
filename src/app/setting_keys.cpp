// The one table of everything that can be set.
#include "app/setting_rows.hpp"
#include "app/setting_text.hpp"
#include "app/settings.hpp"
#include "domain/base/short_duration.hpp"
#include "domain/config/retention_policy.hpp"
#include "domain/rollout/approval.hpp"

namespace hotswap {

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

namespace {

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
      "networks and names that instances' health URLs may lead to beside --allow-hosts, e.g. "
      "10.0.0.0/8,*.svc.cluster.local",
      [](Settings& s) -> std::string& { return s.signals.probe_allow; }));
  keys.push_back(text_key("prometheus-url", "Prometheus server that Query criteria ask",
                          [](Settings& s) -> std::string& { return s.signals.prometheus_url; }));
  keys.push_back(
      text_key("prometheus-token-file", "file with the bearer token for it",
               [](Settings& s) -> std::string& { return s.signals.prometheus_token_file; }));
}

void add_rate_keys(std::vector<SettingKey>& keys) {
  constexpr int kMost = 1'000'000;
  keys.push_back(count_key(
      "rate-address", "requests a second of one address (default 2000; 0: no limit)",
      [](Settings& s) -> int& { return s.guard.rate_address; }, 0, kMost));
  keys.push_back(count_key(
      "rate-principal", "requests a second of one token's subject (default 1000; 0: no limit)",
      [](Settings& s) -> int& { return s.guard.rate_principal; }, 0, kMost));
  keys.push_back(count_key(
      "rate-instance", "requests a second of one instance (default 20; 0: no limit)",
      [](Settings& s) -> int& { return s.guard.rate_instance; }, 0, kMost));
  keys.push_back(count_key(
      "rate-failures", "refused tokens a minute of one address (default 300; 0: no limit)",
      [](Settings& s) -> int& { return s.guard.rate_failures; }, 0, kMost));
  keys.push_back(count_key(
      "address-connections", "open connections of one address (default 5000; 0: no limit)",
      [](Settings& s) -> int& { return s.guard.address_connections; }, 0, kMost));
}

void add_guard_keys(std::vector<SettingKey>& keys) {
  keys.push_back(text_key(
      "allow-hosts",
      "what URLs set by users may lead to beside the public network: networks, names, folders of "
      "sockets, e.g. 10.0.0.0/8,*.internal,/run/haproxy/ (--dev allows this machine)",
      [](Settings& s) -> std::string& { return s.guard.allow_hosts; }));
  keys.push_back(text_key(
      "trusted-proxies",
      "networks of proxies whose X-Forwarded-For and -Proto are believed, e.g. 10.0.0.0/24",
      [](Settings& s) -> std::string& { return s.guard.trusted_proxies; }));
  keys.push_back(switch_key("insecure-secrets",
                            "deliver secrets over plain HTTP to other machines as well",
                            [](Settings& s) -> bool& { return s.guard.insecure_secrets; }));
  keys.push_back(text_key("user", "whom the process becomes when it is started as root",
                          [](Settings& s) -> std::string& { return s.guard.user; }));
  add_rate_keys(keys);
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

SettingKey approval_key() {
  return {"require-approval",
          "whose deployments a second person has to approve, e.g. environment=production (default "
          "none; a profile may say otherwise)",
          false, true, [](Settings& settings, const std::string& text) -> Result<void> {
            auto rule = approval_rule_from_text(text);
            if (!rule) return std::unexpected(rule.error());
            settings.approvals.environments = std::move(*rule);
            return {};
          }};
}

void add_audit_keys(std::vector<SettingKey>& keys) {
  keys.push_back(approval_key());
  keys.push_back(duration_key("approval-expiry",
                              "an approval that nobody gives cancels the deployment (default 24h)",
                              [](Settings& s) -> Duration& { return s.approvals.patience; }));
  keys.push_back(text_key("audit-key-file",
                          "Ed25519 key that signs the audit's checkpoints: PEM or 64 hexadecimal "
                          "digits (default audit.key in the data folder, made if absent)",
                          [](Settings& s) -> std::string& { return s.audit.key_file; }));
  keys.push_back(duration_key("audit-checkpoint-every",
                              "time between two signatures of a growing audit (default 10m)",
                              [](Settings& s) -> Duration& { return s.audit.checkpoint_every; }));
  keys.push_back(count_key(
      "audit-checkpoint-entries", "or so many entries (default 100000)",
      [](Settings& s) -> int& { return s.audit.checkpoint_entries; }, 1, 100'000'000));
  keys.push_back(count_key(
      "audit-keep-days", "audit entries that are older are removed (default 0: none ever)",
      [](Settings& s) -> int& { return s.audit.keep_days; }, 0, kRetainedDaysMax));
  keys.push_back(text_key("audit-syslog",
                          "udp://host:port, tcp://host:port or tls://host:port that gets every "
                          "audit entry (RFC 5424)",
                          [](Settings& s) -> std::string& { return s.audit.syslog; }));
  keys.push_back(text_key("audit-syslog-ca-file",
                          "PEM authorities of its certificate (default: the machine's)",
                          [](Settings& s) -> std::string& { return s.audit.syslog_ca_file; }));
  keys.push_back(text_key("audit-webhook", "URL that gets every audit entry, signed",
                          [](Settings& s) -> std::string& { return s.audit.webhook; }));
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
  keys.push_back(text_key("secret-keys-file",
                          "file with the keys that seal secrets, one of 32 bytes in hex to a line, "
                          "the first for new ones (default: made in the data folder; none with "
                          "--database)",
                          [](Settings& s) -> std::string& { return s.secrets.keys_file; }));
  keys.push_back(text_key("secret-keys", "those keys themselves, with commas",
                          [](Settings& s) -> std::string& { return s.secrets.keys; }));
  keys.back().flag = false;
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
  add_audit_keys(keys);
  add_guard_keys(keys);
  add_outside_keys(keys);
  add_otlp_keys(keys);
  keys.push_back(count_key(
      "io-threads", "threads of the network (default 0: half of the cores)",
      [](Settings& s) -> int& { return s.listen.io_threads; }, 0));
  keys.push_back(count_key(
      "workers", "threads that may block (default 0: 4, with --database 64)",
      [](Settings& s) -> int& { return s.listen.workers; }, 1));
  add_log_keys(keys);
  return keys;
}

}  // namespace

const std::vector<SettingKey>& setting_keys() {
  static const std::vector<SettingKey> keys = make_keys();
  return keys;
}

}  // namespace hotswap
