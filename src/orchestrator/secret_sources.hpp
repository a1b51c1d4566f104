#pragma once
// All stores of secrets outside as one. Who asks remembers what it was given: the resolver.

#include <functional>
#include <vector>

#include "domain/base/mutex.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/metrics.hpp"
#include "domain/ports/secret_provider.hpp"
#include "domain/secret/allowed_references.hpp"

namespace hotswap {

/// One store of secrets and how it was when it was last looked at.
struct SecretSourceHealth {
  std::string scheme;
  bool looked = false;         ///< at all, up to now
  std::optional<Error> error;  ///< nothing: it answers
};

/// Thread-safe.
class SecretSources : public SecretProvider {
 public:
  struct Source {
    std::string scheme;
    SecretProvider& provider;
    std::function<Result<void>()> check;
  };
  struct Options {
    Duration fresh = std::chrono::minutes(1);  ///< of every value
    AllowedReferences allowed{};
  };
  struct Parts {
    const Clock& clock;
    Metrics& metrics;
    Logger& logger;
  };
  /// What they refer to must outlive this.
  SecretSources(std::vector<Source> sources, Options options, const Parts& parts);

  /// Invalid `secret.invalid` as well if no store has the scheme, or the value is no UTF-8;
  /// Forbidden `secret.denied` for what may not be referred to.
  Result<ProvidedSecret> read(const SecretReference& reference) override;

  /// Looks at every store; for a ticker. A change is logged.
  void check();
  [[nodiscard]] std::vector<SecretSourceHealth> health() const;

 private:
  struct Numbers;

  const std::vector<Source> sources_;
  const Options options_;
  const Parts parts_;
  const std::vector<Numbers> numbers_;  ///< of each source
  mutable Mutex mutex_;
  std::vector<SecretSourceHealth> health_ HS_GUARDED_BY(mutex_);  ///< of each source
};

}  // namespace hotswap
