#pragma once
// What a node stands on.

#include <functional>

#include "app/server_log.hpp"
#include "domain/ports/archive.hpp"
#include "domain/ports/cipher.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/key_wrapper.hpp"
#include "domain/ports/secret_provider.hpp"
#include "domain/ports/store.hpp"
#include "infrastructure/metrics/prometheus_metrics.hpp"
#include "orchestrator/secret_resolver.hpp"

namespace hotswap {

/// What seals secrets.
struct Secrets {
  KeyWrapper& wrapper;
  Cipher& cipher;
  /// Lets a new key-encryption key count; empty: somebody else brings it.
  std::function<Result<void>()> renew{};
  SecretProviders providers{};  ///< of secrets that are kept elsewhere
};

/// What stands below everything else; all of it outlives the node.
struct Ground {
  Store& store;
  const Clock& clock;
  ServerLog& log;
  const Secrets& secrets;
  PrometheusMetrics& metrics;
  Archive* archive = nullptr;  ///< null: there is none
};

}  // namespace hotswap
