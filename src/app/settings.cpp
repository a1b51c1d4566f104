#include "app/settings.hpp"

#include <cstdlib>

#include "app/setting_text.hpp"
#include "domain/config/profile.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/reader.hpp"
#include "infrastructure/postgres/dsn.hpp"
#include "infrastructure/redis/address.hpp"
#include "infrastructure/s3/settings.hpp"

namespace hotswap {
namespace {

constexpr Duration kProbeIntervalMin = std::chrono::seconds(1);

/// What the file says of each key, as text.
struct FileValues {
  std::map<std::string, std::string> by_key;
  std::vector<FieldError> mistakes;
};

FieldError unknown_key(const std::string& path, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& key : setting_keys()) names.push_back(key.file_name());
  auto near = json::nearest(name, names);
  return {path, "unknown",
          "no such setting" + (near ? "; did you mean " + *near + "?" : std::string())};
}

FileValues read_file(const SettingSources& sources) {
  FileValues out;
  const auto at = [&](const std::string& key) { return sources.file_path + ": " + key; };
  auto value = json::parse(*sources.file_text);
  if (!value) {
    out.mistakes.push_back({sources.file_path, "json", value.error().detail});
    return out;
  }
  const auto* object = value->as_object();
  if (object == nullptr) {
    out.mistakes.push_back({sources.file_path, "type", "must be a JSON object of settings"});
    return out;
  }
  for (const auto& [name, item] : *object) {
    const auto key = std::ranges::find(setting_keys(), name, &SettingKey::file_name);
    const auto text = setting_text(item);
    if (key == setting_keys().end()) {
      out.mistakes.push_back(unknown_key(at(name), name));
    } else if (!text) {
      out.mistakes.push_back({at(name), "type", "must be a string, a number, true or false"});
    } else {
      out.by_key.emplace(key->name, *text);
    }
  }
  return out;
}

void apply(const SettingKey& key, const std::string& text, const std::string& source,
           Settings& settings, std::vector<FieldError>& mistakes) {
  if (auto done = key.set(settings, text); !done) {
    mistakes.push_back({source, "value", done.error().detail});
    return;
  }
  settings.shown.push_back({key.name, masked_setting(key, text), source});
}

void check_signals(const SignalSettings& signals, std::vector<FieldError>& mistakes) {
  if (signals.probe_interval != Duration::zero() && signals.probe_interval < kProbeIntervalMin)
    mistakes.push_back({"--probe-interval", "minimum", "must be 1s or more, or 0s for none"});
  const auto& url = signals.prometheus_url;
  if (!url.empty() && !url.starts_with("http://") && !url.starts_with("https://"))
    mistakes.push_back({"--prometheus-url", "format", "must be an http:// or https:// address"});
  if (url.empty() && !signals.prometheus_token_file.empty())
    mistakes.push_back({"--prometheus-url", "required", "--prometheus-token-file is for it"});
}

Error invalid(std::vector<FieldError> mistakes) {
  auto detail = mistakes.front().path + ": " + mistakes.front().message;
  return {ErrorCode::Invalid, "settings.invalid", std::move(detail), std::move(mistakes), {}};
}

}  // namespace

std::string SettingKey::environment_name() const {
  std::string out = "HOTSWAP_";
  for (const char c : name) {
    out += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return out;
}

std::string SettingKey::file_name() const {
  std::string out;
  bool upper = false;
  for (const char c : name) {
    if (c != '-') out += upper ? static_cast<char>(c - 'a' + 'A') : c;
    upper = c == '-';
  }
  return out;
}

Result<Settings> load_settings(const SettingSources& sources) {
  Settings settings;
  settings.store.data_dir = "hotswap-data";
  FileValues file;
  if (sources.file_text) file = read_file(sources);
  auto& mistakes = file.mistakes;
  for (const auto& key : setting_keys()) {
    const auto variable = key.environment_name();
    if (auto flag = sources.flags.find(key.name); flag != sources.flags.end()) {
      apply(key, flag->second, "--" + key.name, settings, mistakes);
    } else if (auto set = sources.environment ? sources.environment(variable) : std::nullopt) {
      apply(key, *set, variable, settings, mistakes);
    } else if (auto given = file.by_key.find(key.name); given != file.by_key.end()) {
      apply(key, given->second, sources.file_path + ": " + key.file_name(), settings, mistakes);
    } else if (auto other = key.also.empty() || !sources.environment
                                ? std::nullopt
                                : sources.environment(key.also)) {
      settings.from_elsewhere.insert(key.name);
      apply(key, *other, key.also, settings, mistakes);
    }
  }
  if (!mistakes.empty()) return std::unexpected(invalid(std::move(mistakes)));
  forget_strange_vault(settings);
  if (auto valid = validate(settings); !valid) return std::unexpected(valid.error());
  return settings;
}

namespace {

void check_notify(const NotifySettings& notify, std::vector<FieldError>& mistakes) {
  const auto& relay = notify.smtp_url;
  if (!relay.empty() && !relay.starts_with("smtp://") && !relay.starts_with("smtps://"))
    mistakes.push_back({"--smtp-url", "format", "must be smtp://host:port or smtps://host:port"});
  if (!relay.empty() && notify.smtp_from.empty())
    mistakes.push_back({"--smtp-from", "required", "mails need an address that they come from"});
  if (notify.smtp_user.empty() != notify.smtp_password_file.empty())
    mistakes.push_back({"--smtp-password-file", "together",
                        "--smtp-user and --smtp-password-file come together; give both or none"});
  const auto& link = notify.public_url;
  if (!link.empty() && !link.starts_with("http://") && !link.starts_with("https://"))
    mistakes.push_back({"--public-url", "format", "must be an http or https URL"});
}

void check_auth(const Settings& settings, std::vector<FieldError>& mistakes) {
  const auto& auth = settings.auth;
  const bool has_key = !auth.jwt_key.empty() || !auth.jwt_key_file.empty();
  if (!auth.jwt_key.empty() && !auth.jwt_key_file.empty())
    mistakes.push_back(
        {"--jwt-key-file", "conflict", "HOTSWAP_JWT_KEY is set as well; give only one of the two"});
  if (!has_key && !auth.dev && auth.jwt_issuers.empty())
    mistakes.push_back({"--jwt-key-file", "required",
                        "tokens need a key: give --jwt-key-file or HOTSWAP_JWT_KEY, --jwt-issuers, "
                        "or --dev to try things out"});
  if (auth.jwt_leeway > std::chrono::minutes(10))
    mistakes.push_back({"--jwt-leeway", "maximum", "must be 10m or less"});
  if (!auth.client_ca.empty() && settings.listen.tls_cert.empty())
    mistakes.push_back({"--tls-client-ca", "required",
                        "certificates are a matter of TLS: give --tls-cert and --tls-key as well"});
  const bool rules = auth.client_certificates != "optional" || !auth.client_trust_domain.empty() ||
                     !auth.client_environments.empty();
  if (auth.client_ca.empty() && rules)
    mistakes.push_back({"--tls-client-ca", "required",
                        "the other --tls-client- settings are for it; give the authorities' file"});
  if (auto names = client_environments(auth); !names)
    mistakes.push_back({"--tls-client-environments", "format", names.error().detail});
  // Renewed when half of it is over, by a heartbeat: two more may be lost.
  const auto least = 6 * settings.fleet.heartbeat_interval;
  if (auth.instance_token_life < least || auth.instance_token_life > std::chrono::hours(24 * 30))
    mistakes.push_back({"--instance-token-life", "range",
                        "must be at least six heartbeat intervals, and 30d at most"});
}

void check_redis(const Settings& settings, std::vector<FieldError>& mistakes) {
  const auto& redis = settings.redis;
  if (redis.url.empty()) {
    if (!redis.password_file.empty() || !redis.ca_file.empty())
      mistakes.push_back({"--redis", "required",
                          "--redis-password-file and --redis-ca-file are for it; give its URL"});
    return;
  }
  const auto address = redis::read_url(redis.url);
  if (!address) {
    mistakes.push_back({"--redis", "format", address.error().detail});
    return;
  }
  if (settings.store.database.empty())
    mistakes.push_back({"--database", "required",
                        "Redis is for servers that share a PostgreSQL; give --database as well"});
  if (!redis.password_file.empty() && !address->password.empty())
    mistakes.push_back({"--redis-password-file", "conflict",
                        "--redis holds a password as well; give only one of the two"});
  if (!redis.ca_file.empty() && !address->tls)
    mistakes.push_back({"--redis-ca-file", "conflict",
                        "it is for TLS; write --redis with rediss:// or rediss+sentinel://"});
  if (redis.prefix.empty())
    mistakes.push_back({"--redis-prefix", "required", "must not be empty, e.g. hotswap:"});
}

void check_audit(const Settings& settings, std::vector<FieldError>& mistakes) {
  const auto& audit = settings.audit;
  const auto scheme = audit.syslog.substr(0, audit.syslog.find("://"));
  const auto colon = audit.syslog.rfind(':');
  const bool has_port =
      colon != std::string::npos && colon > scheme.size() + 2 && colon + 1 < audit.syslog.size();
  if (!audit.syslog.empty() &&
      ((scheme != "udp" && scheme != "tcp" && scheme != "tls") || !has_port))
    mistakes.push_back({"--audit-syslog", "format",
                        "must be udp://host:port, tcp://host:port or tls://host:port"});
  if (!audit.syslog_ca_file.empty() && scheme != "tls")
    mistakes.push_back(
        {"--audit-syslog-ca-file", "conflict", "it is for TLS: write --audit-syslog with tls://"});
  if (!audit.webhook.empty() && !audit.webhook.starts_with("http://") &&
      !audit.webhook.starts_with("https://"))
    mistakes.push_back({"--audit-webhook", "format", "must be an http or https URL"});
  if (audit.checkpoint_every < std::chrono::seconds(1))
    mistakes.push_back({"--audit-checkpoint-every", "minimum", "must be 1s or more"});
  if (settings.approvals.patience < std::chrono::minutes(1))
    mistakes.push_back({"--approval-expiry", "minimum", "must be 1m or more"});
}

void check_archive(const RetentionSettings& retention, std::vector<FieldError>& mistakes) {
  if (!retention.archive.starts_with("s3://")) {
    for (const auto& [flag, text] :
         {std::pair("--archive-endpoint", &retention.archive_endpoint),
          {"--archive-credentials-file", &retention.archive_credentials_file},
          {"--archive-ca-file", &retention.archive_ca_file}})
      if (!text->empty())
        mistakes.push_back({"--archive", "required",
                            std::string(flag) + " is for a bucket: give it as s3://bucket"});
    if (retention.archive.contains("://"))
      mistakes.push_back({"--archive", "format", "must be a folder or s3://bucket/prefix"});
    return;
  }
  if (auto place = s3::read_place(retention.archive); !place)
    mistakes.push_back({"--archive", "format", place.error().detail});
  if (retention.archive_region.empty())
    mistakes.push_back({"--archive-region", "required", "must not be empty, e.g. us-east-1"});
  const auto& url = retention.archive_endpoint;
  const auto host = url.find("://") == std::string::npos ? 0 : url.find("://") + 3;
  if (!url.empty() && ((!url.starts_with("http://") && !url.starts_with("https://")) ||
                       url.find_first_of("/?#@", host) != std::string::npos || host == url.size()))
    mistakes.push_back({"--archive-endpoint", "format",
                        "must be http://host:port or https://host:port, without a path"});
}

}  // namespace

namespace {

void check_guard(const Settings& settings, std::vector<FieldError>& mistakes) {
  if (auto reach = user_reach(settings); !reach)
    mistakes.push_back({"--allow-hosts", "format", reach.error().detail});
  else if (auto probes = probe_reach(settings); !probes)
    mistakes.push_back({"--probe-allow", "format", probes.error().detail});
  if (auto trusted = net::TrustedProxies::read(settings.guard.trusted_proxies); !trusted)
    mistakes.push_back({"--trusted-proxies", "format", trusted.error().detail});
}

}  // namespace

Result<void> validate(const Settings& settings) {
  std::vector<FieldError> mistakes;
  const auto& listen = settings.listen;
  const bool tls = !listen.tls_cert.empty();
  if (tls != !listen.tls_key.empty()) {
    mistakes.push_back({tls ? "--tls-key" : "--tls-cert", "required",
                        "--tls-cert and --tls-key come together; give both or none"});
  }
  if (!tls && !listen.insecure && !is_loopback(listen.address)) {
    mistakes.push_back({"--listen", "insecure",
                        "plain HTTP on " + listen.address +
                            " would show tokens and configurations to the network; give --tls-cert "
                            "and --tls-key, or --insecure if something in front does TLS"});
  }
  check_auth(settings, mistakes);
  const auto& database = settings.store.database;
  if (!database.empty() && !is_postgres(database)) {
    mistakes.push_back({"--database", "format",
                        "must be a postgres:// URL or keywords such as host=db dbname=hotswap"});
  }
  if (settings.store.data_dir.empty()) {
    mistakes.push_back({"--data-dir", "required", "must name a folder"});
  }
  const auto& fleet = settings.fleet;
  if (fleet.heartbeat_interval < std::chrono::milliseconds(100)) {
    mistakes.push_back({"--heartbeat-interval", "minimum", "must be 100ms or more"});
  }
  check_signals(settings.signals, mistakes);
  check_guard(settings, mistakes);
  if (fleet.remove_after < 2 * fleet.heartbeat_interval) {
    mistakes.push_back({"--remove-after", "minimum", "must be at least two heartbeat intervals"});
  }
  check_notify(settings.notify, mistakes);
  check_redis(settings, mistakes);
  check_archive(settings.retention, mistakes);
  check_audit(settings, mistakes);
  check_outside(settings, mistakes);
  check_otlp(settings.otlp, mistakes);
  if (!mistakes.empty()) return std::unexpected(invalid(std::move(mistakes)));
  return {};
}

Result<net::Reach> user_reach(const Settings& settings) {
  auto reach = net::Reach::of_users();
  for (const auto* folder : {"/run/haproxy/", "/var/run/haproxy/", "/var/lib/haproxy/"})
    if (auto allowed = reach.allow(folder); !allowed) return std::unexpected(allowed.error());
  if (settings.auth.dev) reach.allow_this_machine();
  if (auto allowed = reach.allow_all(settings.guard.allow_hosts); !allowed)
    return std::unexpected(allowed.error());
  return reach;
}

Result<net::Reach> probe_reach(const Settings& settings) {
  auto reach = user_reach(settings);
  if (!reach) return reach;
  if (auto allowed = reach->allow_all(settings.signals.probe_allow); !allowed)
    return std::unexpected(allowed.error());
  return reach;
}

Result<std::map<std::string, std::string>> client_environments(const AuthSettings& auth) {
  std::map<std::string, std::string> names;
  std::string_view rest = auth.client_environments;
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    const auto pair = rest.substr(0, comma);
    const auto equals = std::min(pair.find('='), pair.size());
    const std::string ours(pair.substr(std::min(equals + 1, pair.size())));
    if (equals == 0 || !is_environment(ours))
      return fail(ErrorCode::Invalid, "settings.invalid",
                  "must be NAME=Development, NAME=Staging or NAME=Production, with commas");
    names.emplace(pair.substr(0, equals), ours);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return names;
}

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT: read before any thread starts
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

}  // namespace hotswap
