#include "app/settings.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <cstdlib>

#include "app/setting_text.hpp"
#include "domain/base/short_duration.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/reader.hpp"

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

SettingKey count_key(std::string name, std::string help, int& (*at)(Settings&), int min) {
  return {std::move(name), std::move(help), false, true,
          [at, min](Settings& settings, const std::string& text) -> Result<void> {
            auto number = read_count(text, min, 1024);
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

std::vector<SettingKey> make_keys() {
  std::vector<SettingKey> keys;
  keys.push_back(listen_key());
  keys.push_back(text_key("data-dir", "folder of the database and keys (default ./hotswap-data)",
                          [](Settings& s) -> std::string& { return s.store.data_dir; }));
  keys.push_back(text_key("jwt-key-file", "file with the HS256 key, at least 32 bytes",
                          [](Settings& s) -> std::string& { return s.auth.jwt_key_file; }));
  keys.push_back(text_key("jwt-key", "the HS256 key itself",
                          [](Settings& s) -> std::string& { return s.auth.jwt_key; }));
  keys.back().flag = false;
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
  keys.push_back(count_key(
      "io-threads", "threads of the network (default 0: half of the cores)",
      [](Settings& s) -> int& { return s.listen.io_threads; }, 0));
  keys.push_back(count_key(
      "workers", "threads that may block (default 4)",
      [](Settings& s) -> int& { return s.listen.workers; }, 1));
  keys.push_back(word_key("log-level", "trace, debug, info, warn or error (default info)",
                          [](Settings& s) -> std::string& { return s.log.level; },
                          {"trace", "debug", "info", "warn", "error"}));
  keys.push_back(word_key("log-format", "text or json (default text)",
                          [](Settings& s) -> std::string& { return s.log.format; },
                          {"text", "json"}));
  return keys;
}

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
  }
}

bool is_loopback(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, address.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
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

const std::vector<SettingKey>& setting_keys() {
  static const std::vector<SettingKey> keys = make_keys();
  return keys;
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
    }
  }
  if (!mistakes.empty()) return std::unexpected(invalid(std::move(mistakes)));
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
  const auto& auth = settings.auth;
  if (!auth.jwt_key.empty() && !auth.jwt_key_file.empty()) {
    mistakes.push_back(
        {"--jwt-key-file", "conflict", "HOTSWAP_JWT_KEY is set as well; give only one of the two"});
  }
  if (auth.jwt_key.empty() && auth.jwt_key_file.empty() && !auth.dev) {
    mistakes.push_back({"--jwt-key-file", "required",
                        "tokens need a key: give --jwt-key-file or HOTSWAP_JWT_KEY, or --dev to "
                        "try things out"});
  }
  if (settings.store.data_dir.empty()) {
    mistakes.push_back({"--data-dir", "required", "must name a folder"});
  }
  const auto& fleet = settings.fleet;
  if (fleet.heartbeat_interval < std::chrono::milliseconds(100)) {
    mistakes.push_back({"--heartbeat-interval", "minimum", "must be 100ms or more"});
  }
  if (fleet.remove_after < 2 * fleet.heartbeat_interval) {
    mistakes.push_back({"--remove-after", "minimum", "must be at least two heartbeat intervals"});
  }
  check_notify(settings.notify, mistakes);
  if (!mistakes.empty()) return std::unexpected(invalid(std::move(mistakes)));
  return {};
}

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT: read before any thread starts
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

}  // namespace hotswap
