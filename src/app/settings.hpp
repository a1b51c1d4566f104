#pragma once
// What can be set on a server. Every key is a flag (`--heartbeat-interval`), an environment
// variable (`HOTSWAP_HEARTBEAT_INTERVAL`) and a member of the JSON file (`heartbeatInterval`); the
// flag wins over the environment, the environment over the file. One table (setting_keys) knows
// them all.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/log_settings.hpp"
#include "app/otlp_settings.hpp"
#include "app/outside_settings.hpp"
#include "app/shown_setting.hpp"
#include "app/watch_settings.hpp"
#include "domain/base/error.hpp"
#include "domain/base/time.hpp"
#include "domain/flow/bandwidth.hpp"
#include "domain/net/proxies.hpp"
#include "domain/net/reach.hpp"

namespace hotswap {

struct ListenSettings {
  std::string address = "127.0.0.1";  ///< numeric IPv4 or IPv6 address
  std::uint16_t port = 8400;          ///< 0 picks a free one
  std::string tls_cert;               ///< PEM file with the chain; empty: plain HTTP
  std::string tls_key;                ///< PEM file of the private key
  bool insecure = false;              ///< allows plain HTTP beyond loopback
  int io_threads = 0;                 ///< 0: half of the cores
  int workers = 0;                    ///< threads that may block; 0: fit for the store
};

struct StoreSettings {
  std::string data_dir;  ///< SQLite file, keys; created 0700 if absent
  /// PostgreSQL's URL or keywords, with a password: never shown. Empty: SQLite.
  std::string database;
  int database_pool = 8;                             ///< connections for reading
  Duration database_wait = std::chrono::minutes(1);  ///< for PostgreSQL, at the start
};

/// This server among others, with PostgreSQL.
struct ClusterSettings {
  std::string node_name;      ///< empty: the machine's
  std::string advertise_url;  ///< empty: the address that it listens on
};

/// Speed of a cluster; nothing else depends on it.
struct RedisSettings {
  std::string url;  ///< may hold a password: never shown. Empty: none
  std::string password_file, ca_file;
  std::string prefix = "hotswap:";  ///< of keys and channel
};

struct AuthSettings {
  std::string jwt_key_file;  ///< PEM, JWK, JWKS or a secret for HS256
  std::string jwt_key;       ///< the same itself (environment only); one of the two, or dev
  std::string jwt_issuer;    ///< not empty: what `iss` of our own tokens must be
  std::string jwt_audience;  ///< with commas: `aud` must hold one of them; empty: not asked
  std::string jwt_rsa_algorithm = "RS256";  ///< of RSA keys that name none
  Duration jwt_leeway = std::chrono::seconds(60);
  std::string jwt_issuers;        ///< file of others whose tokens are accepted
  std::string instance_key_file;  ///< signs instances' tokens if jwt_key_file cannot
  Duration instance_token_life = std::chrono::hours(1);
  std::string client_ca;  ///< PEM: instances may show certificates of these authorities
  std::string client_certificates = "optional";  ///< or required
  std::string client_trust_domain;               ///< of SPIFFE ids; empty: any
  std::string client_environments;  ///< NAME=ENVIRONMENT with commas; empty: our own names
  bool dev = false;                 ///< makes a key and an admin token in data_dir
};

/// What wraps the keys of stored secrets. All empty: `secret.keys` in data_dir, but none with
/// PostgreSQL.
struct SecretSettings {
  std::string keys_file;
  std::string keys;  ///< the keys themselves (environment only)
};

struct FleetSettings {
  Duration heartbeat_interval = std::chrono::seconds(30);
  Duration remove_after = std::chrono::minutes(2);
};

/// What is measured from here.
struct SignalSettings {
  Duration probe_interval = std::chrono::seconds(30);  ///< zero: instances are not looked at
  std::string probe_allow;     ///< networks with commas, beside what may be looked at anyway
  std::string prometheus_url;  ///< empty: Query criteria have nobody to ask
  std::string prometheus_token_file;
};

/// How people and other servers are told.
struct NotifySettings {
  std::string webhook_key_file;  ///< signs webhooks; empty: `webhook.key` in data_dir
  std::string public_url;        ///< of this server, for links in what is sent; may be empty
  std::string smtp_url;          ///< smtp://host:port or smtps://host:port; empty: no email
  std::string smtp_user, smtp_password_file;
  std::string smtp_from;  ///< address that mails come from
};

/// Which versions keep their content in the store, and where the others' goes.
struct RetentionSettings {
  int versions = 100;                                              ///< of each profile
  int days = 90;                                                   ///< since the upload
  std::optional<std::chrono::minutes> at = std::chrono::hours(3);  ///< since midnight UTC
  /// Folder or s3://bucket/prefix. Empty: `archive` in data_dir; none with PostgreSQL, since nodes
  /// must share it.
  std::string archive;
  std::string archive_endpoint;  ///< of S3's protocol; empty: Amazon's for the region
  std::string archive_region = "us-east-1";
  std::string archive_credentials_file;  ///< empty: AWS_ACCESS_KEY_ID and so on
  std::string archive_ca_file;
};

/// What a deployment, and all of them, may take of this machine.
struct LimitSettings {
  Bandwidth deployment_bandwidth{12'500'000};  ///< in the whole cluster
  Bandwidth node_bandwidth{};
  int content_memory = 256;  ///< MB of contents that are being sent
  int deployment_cpu = 50;   ///< percent of one core; 0: no limit
};

struct Settings {
  ListenSettings listen;
  StoreSettings store;
  ClusterSettings cluster;
  RedisSettings redis;
  AuthSettings auth;
  SecretSettings secrets;
  FleetSettings fleet;
  SignalSettings signals;
  NotifySettings notify;
  RetentionSettings retention;
  LimitSettings limits;
  AuditSettings audit;
  ApprovalSettings approvals;
  GuardSettings guard;
  LogSettings log;
  OutsideSettings outside;
  OtlpSettings otlp;
  std::set<std::string> from_elsewhere;  ///< keys that came from SettingKey::also
  std::vector<ShownSetting> shown;       ///< those that were given
};

/// One key of the table.
struct SettingKey {
  std::string name;  ///< flag without dashes, e.g. `heartbeat-interval`
  std::string help;  ///< one line, with the default
  bool is_switch;    ///< true or false; the flag needs no value
  bool flag = true;  ///< false: environment only (secrets do not belong on a command line)
  std::function<Result<void>(Settings&, const std::string& text)> set;
  /// Variable of the environment that other programs use for the same, asked last; empty: none.
  std::string also{};

  [[nodiscard]] std::string environment_name() const;  ///< `HOTSWAP_HEARTBEAT_INTERVAL`
  [[nodiscard]] std::string file_name() const;         ///< `heartbeatInterval`
};

[[nodiscard]] const std::vector<SettingKey>& setting_keys();

/// Where the text of a key comes from.
struct SettingSources {
  std::map<std::string, std::string> flags;  ///< by SettingKey::name
  /// The value of an environment variable, nothing if unset.
  std::function<std::optional<std::string>(const std::string&)> environment;
  std::optional<std::string> file_text;  ///< content of --config-file
  std::string file_path;                 ///< for messages
};

/// Reads, then validates. Error: Invalid `settings.invalid` with every bad key as a field whose
/// path is the flag, the variable or `file: key`.
[[nodiscard]] Result<Settings> load_settings(const SettingSources& sources);

/// Rules between keys: TLS files come in pairs, plain HTTP beyond loopback needs `insecure`, a key
/// for tokens must be there, remove_after is at least two heartbeats.
[[nodiscard]] Result<void> validate(const Settings& settings);

/// Whom the URLs that users set may lead to. Invalid `settings.invalid`.
[[nodiscard]] Result<net::Reach> user_reach(const Settings& settings);
/// The same for instances' health URLs.
[[nodiscard]] Result<net::Reach> probe_reach(const Settings& settings);

/// Ours by the names that certificates have for them. Invalid `settings.invalid`.
[[nodiscard]] Result<std::map<std::string, std::string>> client_environments(
    const AuthSettings& auth);

/// The process's environment, for SettingSources.
[[nodiscard]] std::optional<std::string> environment_variable(const std::string& name);

}  // namespace hotswap
