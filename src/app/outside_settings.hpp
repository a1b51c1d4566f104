#pragma once
// What can be set about secrets and keys that are kept outside of this server.

#include <string>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"

namespace hotswap {

struct Settings;
struct SettingKey;

struct VaultSettings {
  std::string addresses;  ///< of its nodes, with commas; empty: none
  std::string name_space;
  std::string ca_file;
  std::string auth = "token";  ///< token, approle or kubernetes
  std::string auth_mount;      ///< empty: the method's name
  std::string role;            ///< role id of the AppRole, or role of Kubernetes' method
  std::string secret_id_file;
  std::string token_file;
  std::string token;  ///< itself (environment only); not if there is a file
  std::string jwt_file = "/var/run/secrets/kubernetes.io/serviceaccount/token";
  std::string transit_key;  ///< NAME or MOUNT/NAME: wraps keys; empty: no
};

struct KubernetesSettings {
  bool secrets = false;  ///< references k8s:… are resolved
  std::string url;       ///< empty: that of the pod's own cluster
  std::string token_file, ca_file;
  std::string host, port;  ///< of the pod's environment
};

struct OutsideSettings {
  VaultSettings vault;
  KubernetesSettings kubernetes;
  std::string key_command;  ///< wraps keys; a path or a JSON array
  std::string references;   ///< which may be delivered; empty: all
  Duration fresh = std::chrono::minutes(1);
  Duration stale = std::chrono::hours(1);
};

void add_outside_keys(std::vector<SettingKey>& keys);
/// A VAULT_ADDR of the environment without anything to log in with is somebody's shell, not meant
/// for this server: as if it were not there.
void forget_strange_vault(Settings& settings);
void check_outside(const Settings& settings, std::vector<FieldError>& mistakes);

/// `https://a:8200/, https://b:8200` as addresses without slashes at their ends.
[[nodiscard]] std::vector<std::string> read_addresses(std::string_view text);

}  // namespace hotswap
