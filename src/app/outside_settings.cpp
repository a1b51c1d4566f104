#include "app/outside_settings.hpp"

#include <algorithm>

#include "app/setting_rows.hpp"
#include "app/setting_text.hpp"
#include "domain/secret/allowed_references.hpp"
#include "infrastructure/key_command/command_wrapper.hpp"
#include "infrastructure/vault/path.hpp"
#include "infrastructure/vault/transit.hpp"

namespace hotswap {
namespace {

using Mistakes = std::vector<FieldError>;

constexpr Duration kFreshMin = std::chrono::seconds(1);
constexpr Duration kFreshMax = std::chrono::hours(1);
constexpr Duration kStaleMax = std::chrono::hours(24 * 30);

SettingKey& also(SettingKey& key, std::string variable) {
  key.also = std::move(variable);
  return key;
}

void add_vault_keys(std::vector<SettingKey>& keys) {
  keys.push_back(text_key("vault-address",
                          "https://host:port of Vault, of all its nodes with commas (default "
                          "VAULT_ADDR; none: no vault:… in documents)",
                          [](Settings& s) -> std::string& { return s.outside.vault.addresses; }));
  also(keys.back(), "VAULT_ADDR");
  keys.push_back(text_key("vault-namespace",
                          "namespace of Vault Enterprise (default "
                          "VAULT_NAMESPACE, or the root)",
                          [](Settings& s) -> std::string& { return s.outside.vault.name_space; }));
  also(keys.back(), "VAULT_NAMESPACE");
  keys.push_back(text_key("vault-ca-file",
                          "PEM authorities of Vault's certificate (default VAULT_CACERT, or the "
                          "machine's)",
                          [](Settings& s) -> std::string& { return s.outside.vault.ca_file; }));
  also(keys.back(), "VAULT_CACERT");
  keys.push_back(word_key("vault-auth", "token, approle or kubernetes (default token)",
                          [](Settings& s) -> std::string& { return s.outside.vault.auth; },
                          {"token", "approle", "kubernetes"}));
  keys.push_back(text_key("vault-auth-mount", "where the auth method is (default: its name)",
                          [](Settings& s) -> std::string& { return s.outside.vault.auth_mount; }));
  keys.push_back(text_key("vault-role", "role id of the AppRole, or role of Kubernetes' method",
                          [](Settings& s) -> std::string& { return s.outside.vault.role; }));
  keys.push_back(
      text_key("vault-secret-id-file", "file with the AppRole's secret id, read at each login",
               [](Settings& s) -> std::string& { return s.outside.vault.secret_id_file; }));
  keys.push_back(text_key("vault-token-file",
                          "file with Vault's token, read again when it is refused",
                          [](Settings& s) -> std::string& { return s.outside.vault.token_file; }));
  keys.push_back(text_key("vault-token", "the token itself (default VAULT_TOKEN)",
                          [](Settings& s) -> std::string& { return s.outside.vault.token; }));
  keys.back().flag = false;
  also(keys.back(), "VAULT_TOKEN");
  keys.push_back(text_key(
      "vault-jwt-file", "the pod's token for Kubernetes' method (default where Kubernetes puts it)",
      [](Settings& s) -> std::string& { return s.outside.vault.jwt_file; }));
  keys.push_back(
      text_key("vault-transit-key",
               "NAME or MOUNT/NAME of a key of Vault's Transit that wraps the keys of secrets",
               [](Settings& s) -> std::string& { return s.outside.vault.transit_key; }));
}

void add_kubernetes_keys(std::vector<SettingKey>& keys) {
  keys.push_back(switch_key("kubernetes-secrets", "resolve k8s:… of documents by the API server",
                            [](Settings& s) -> bool& { return s.outside.kubernetes.secrets; }));
  keys.push_back(text_key(
      "kubernetes-url", "https://host:port of the API server (default: that of the pod's cluster)",
      [](Settings& s) -> std::string& { return s.outside.kubernetes.url; }));
  keys.push_back(text_key(
      "kubernetes-token-file", "file with the token for it, read each time (default: the pod's)",
      [](Settings& s) -> std::string& { return s.outside.kubernetes.token_file; }));
  keys.push_back(
      text_key("kubernetes-ca-file", "PEM authorities of its certificate (default: the pod's)",
               [](Settings& s) -> std::string& { return s.outside.kubernetes.ca_file; }));
  keys.push_back(text_key("kubernetes-service-host", "of the pod's environment",
                          [](Settings& s) -> std::string& { return s.outside.kubernetes.host; }));
  keys.back().flag = false;
  also(keys.back(), "KUBERNETES_SERVICE_HOST");
  keys.push_back(text_key("kubernetes-service-port", "of the pod's environment",
                          [](Settings& s) -> std::string& { return s.outside.kubernetes.port; }));
  keys.back().flag = false;
  also(keys.back(), "KUBERNETES_SERVICE_PORT");
}

/// `https://host:port` without a path; plain HTTP shows tokens and secrets to the network.
std::optional<std::string> fault_of(const std::string& url, bool insecure) {
  const bool tls = url.starts_with("https://");
  if (!tls && !url.starts_with("http://")) return "must be https://host:port";
  const auto host = url.substr(tls ? 8 : 7);
  if (host.empty() || host.find_first_of("/?#@ \t\r\n") != std::string::npos)
    return "must be https://host:port, without a path or a user";
  const bool v6 = host.starts_with('[');
  const auto name = v6 ? host.substr(1, host.find(']') - 1) : host.substr(0, host.find(':'));
  if (!tls && !insecure && name != "localhost" && !is_loopback(name))
    return "plain HTTP would show secrets to the network; write it with https://, or give "
           "--insecure if something between them does TLS";
  return std::nullopt;
}

void check_path(const std::string& flag, const std::string& text, Mistakes& mistakes) {
  if (text.empty()) return;
  if (const auto read = vault::read_segments(text); !read)
    mistakes.push_back({flag, "format", read.error().detail});
}

void check_login(const VaultSettings& vault, Mistakes& mistakes) {
  if (vault.auth != "token" && vault.role.empty())
    mistakes.push_back({"--vault-role", "required", "--vault-auth " + vault.auth + " needs it"});
  if (vault.auth == "token" && vault.token_file.empty() && vault.token.empty())
    mistakes.push_back({"--vault-token-file", "required",
                        "Vault needs a login: give this file, HOTSWAP_VAULT_TOKEN or VAULT_TOKEN "
                        "in the environment, or --vault-auth approle or kubernetes"});
  if (vault.auth != "approle" && !vault.secret_id_file.empty())
    mistakes.push_back({"--vault-auth", "required", "--vault-secret-id-file is for approle"});
  if (vault.token.find_first_of("\r\n") != std::string::npos)
    mistakes.push_back({"HOTSWAP_VAULT_TOKEN", "format", "must be one line"});
  check_path("--vault-auth-mount", vault.auth_mount, mistakes);
}

void check_vault(const Settings& settings, Mistakes& mistakes) {
  const auto& vault = settings.outside.vault;
  if (vault.addresses.empty()) {
    for (const auto& [flag, text] : {std::pair("--vault-role", &vault.role),
                                     {"--vault-secret-id-file", &vault.secret_id_file},
                                     {"--vault-token-file", &vault.token_file},
                                     {"--vault-auth-mount", &vault.auth_mount},
                                     {"--vault-transit-key", &vault.transit_key}})
      if (!text->empty())
        mistakes.push_back({"--vault-address", "required", std::string(flag) + " is for it"});
    return;
  }
  const auto addresses = read_addresses(vault.addresses);
  for (const auto& address : addresses)
    if (const auto fault = fault_of(address, settings.listen.insecure))
      mistakes.push_back({"--vault-address", "format", *fault});
  if (addresses.empty())
    mistakes.push_back({"--vault-address", "format", "must be https://host:port"});
  check_login(vault, mistakes);
  check_path("--vault-namespace", vault.name_space, mistakes);
  if (!vault.transit_key.empty())
    if (const auto key = vault::read_transit_key(vault.transit_key); !key)
      mistakes.push_back({"--vault-transit-key", "format", key.error().detail});
}

void check_kubernetes(const Settings& settings, Mistakes& mistakes) {
  const auto& kubernetes = settings.outside.kubernetes;
  if (!kubernetes.secrets) {
    for (const auto& [flag, text] : {std::pair("--kubernetes-url", &kubernetes.url),
                                     {"--kubernetes-token-file", &kubernetes.token_file},
                                     {"--kubernetes-ca-file", &kubernetes.ca_file}})
      if (!text->empty())
        mistakes.push_back({"--kubernetes-secrets", "required", std::string(flag) + " is for it"});
    return;
  }
  if (kubernetes.url.empty() && kubernetes.host.empty())
    mistakes.push_back({"--kubernetes-url", "required",
                        "this is no pod of a cluster (there is no KUBERNETES_SERVICE_HOST): give "
                        "the API server's address"});
  if (!kubernetes.url.empty())
    if (const auto fault = fault_of(kubernetes.url, settings.listen.insecure))
      mistakes.push_back({"--kubernetes-url", "format", *fault});
}

}  // namespace

std::vector<std::string> read_addresses(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    auto address = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    while (address.starts_with(' ')) address.remove_prefix(1);
    while (address.ends_with(' ') || address.ends_with('/')) address.remove_suffix(1);
    if (!address.empty()) out.emplace_back(address);
  }
  return out;
}

void add_outside_keys(std::vector<SettingKey>& keys) {
  add_vault_keys(keys);
  add_kubernetes_keys(keys);
  keys.push_back(
      text_key("key-command",
               "program that wraps the keys of secrets by a KMS: a path, or a JSON array "
               "of a path and arguments",
               [](Settings& s) -> std::string& { return s.outside.key_command; }));
  keys.push_back(
      text_key("secret-references",
               "what documents may refer to, e.g. vault:secret/data/{service}/*,k8s:pay/* "
               "(default: whatever this server may read)",
               [](Settings& s) -> std::string& { return s.outside.references; }));
  keys.push_back(duration_key("secret-fresh",
                              "how long a secret is used before its store is asked again (default "
                              "1m)",
                              [](Settings& s) -> Duration& { return s.outside.fresh; }));
  keys.push_back(duration_key("secret-stale",
                              "how much longer while the store cannot be reached (default 1h)",
                              [](Settings& s) -> Duration& { return s.outside.stale; }));
}

void forget_strange_vault(Settings& settings) {
  auto& vault = settings.outside.vault;
  const bool can_log_in =
      vault.auth != "token" || !vault.token.empty() || !vault.token_file.empty();
  const bool wanted = can_log_in || !vault.transit_key.empty();
  if (settings.from_elsewhere.contains("vault-address") && !wanted) vault.addresses.clear();
}

void check_outside(const Settings& settings, Mistakes& mistakes) {
  const auto& outside = settings.outside;
  check_vault(settings, mistakes);
  check_kubernetes(settings, mistakes);
  if (!outside.key_command.empty()) {
    if (const auto command = key_command::read_command(outside.key_command); !command)
      mistakes.push_back({"--key-command", "format", command.error().detail});
    if (!outside.vault.transit_key.empty())
      mistakes.push_back({"--key-command", "conflict",
                          "--vault-transit-key is given as well; one of them wraps keys"});
  }
  if (const auto allowed = AllowedReferences::read(outside.references); !allowed)
    mistakes.push_back({"--secret-references", "format", allowed.error().detail});
  if (outside.fresh < kFreshMin || outside.fresh > kFreshMax)
    mistakes.push_back({"--secret-fresh", "range", "must be between 1s and 1h"});
  if (outside.stale > kStaleMax)
    mistakes.push_back({"--secret-stale", "maximum", "must be 720h or less"});
}

}  // namespace hotswap
