#pragma once
// Secrets of a Kubernetes cluster, by its API server.

#include <string>

#include "domain/ports/secret_provider.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap::kubernetes {

struct Options {
  std::string url;                             ///< `https://host:port` of the API server
  std::string token_file{};                    ///< read anew for each request: kubelet replaces it
  std::string ca_file{};                       ///< PEM; empty: the machine's authorities
  Duration timeout = std::chrono::seconds(5);  ///< of one request
  Duration pause = std::chrono::milliseconds(200);  ///< before the second and third attempt
  int attempts = 3;
};

/// What a pod's service account has: the API server's address from the pod's environment, token and
/// authority from its files.
[[nodiscard]] Options in_cluster(const std::string& host, const std::string& port);

/// References `k8s:NAMESPACE/NAME#key`; without `#key` the Secret must have one key only. A
/// service account needs the verb `get` on `secrets` there. Thread-safe.
class KubernetesSecrets : public SecretProvider {
 public:
  explicit KubernetesSecrets(Options options) : options_(std::move(options)) {}

  Result<ProvidedSecret> read(const SecretReference& reference) override;
  /// Whether the API server answers and takes the token.
  [[nodiscard]] Result<void> check();

 private:
  [[nodiscard]] Result<HttpResponse> get(const std::string& path);
  [[nodiscard]] Result<HttpRequest> request_for(const std::string& path) const;

  const Options options_;
  HttpClient http_;
};

}  // namespace hotswap::kubernetes
