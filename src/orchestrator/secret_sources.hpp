#pragma once
// All stores of secrets outside as one. Who asks remembers what it was given: the resolver.

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "domain/base/mutex.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/metrics.hpp"
#include "domain/ports/secret_provider.hpp"

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
    /// A store that failed slowly fails at once for so long: whoever waits for other secrets, or
    /// for the same, does not wait again and again.
    Duration quiet = std::chrono::seconds(3);
  };
  struct Parts {
    const Clock& clock;
    Metrics& metrics;
    Logger& logger;
  };
  /// What they refer to must outlive this.
  SecretSources(std::vector<Source> sources, Options options, const Parts& parts);
  ~SecretSources() override;

  /// Invalid `secret.invalid` as well if no store has the scheme, or the value is no UTF-8.
  Result<ProvidedSecret> read(const SecretReference& reference) override;

  /// Looks at every store; for a ticker. A change is logged.
  void check();
  [[nodiscard]] std::vector<SecretSourceHealth> health() const;

 private:
  struct Numbers;
  [[nodiscard]] std::optional<Error> away(std::size_t source) const;
  void remember(std::size_t source, MonoTime began, const Result<ProvidedSecret>& loaded);

  const std::vector<Source> sources_;
  const Options options_;
  const Parts parts_;
  const std::vector<Numbers> numbers_;  ///< of each source
  mutable Mutex mutex_;
  std::vector<SecretSourceHealth> health_ HS_GUARDED_BY(mutex_);  ///< of each source
  std::vector<std::optional<std::pair<MonoTime, Error>>> slow_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap
