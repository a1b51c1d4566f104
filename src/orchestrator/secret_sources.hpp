#pragma once
// All stores of secrets outside as one, with a memory in front: a thousand instances that need the
// same secret ask once.

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
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

/// Thread-safe. A value is given out for `fresh`; then it is read anew. While the store cannot be
/// reached the old value goes on for `stale`; what the store says itself (gone, denied) counts at
/// once. Values are overwritten in memory as soon as they are not needed any more.
class SecretSources : public SecretProvider {
 public:
  struct Source {
    std::string scheme;
    SecretProvider& provider;
    std::function<Result<void>()> check;
  };
  struct Options {
    Duration fresh = std::chrono::minutes(1);
    Duration stale = std::chrono::hours(1);
    Duration failed = std::chrono::seconds(5);  ///< until what failed is asked for again
    std::size_t entries = 10'000;
    AllowedReferences allowed{};
  };
  struct Parts {
    const Clock& clock;
    Metrics& metrics;
    Logger& logger;
  };
  /// What they refer to must outlive this.
  SecretSources(std::vector<Source> sources, Options options, const Parts& parts);
  ~SecretSources() override;

  /// `fresh_for` is what is left of it. Invalid `secret.invalid` if no store has the scheme, or the
  /// value is no UTF-8; Forbidden `secret.denied` for what may not be referred to.
  Result<ProvidedSecret> read(const SecretReference& reference) override;

  /// Looks at every store; for a ticker. A change is logged.
  void check();
  [[nodiscard]] std::vector<SecretSourceHealth> health() const;
  /// Overwrites every value.
  void forget();

 private:
  struct Entry;
  struct Given;
  struct Numbers;
  using Entries = std::list<std::pair<std::string, std::shared_ptr<Entry>>>;

  [[nodiscard]] std::size_t source_of(const std::string& scheme) const;
  [[nodiscard]] Result<Given> held(std::size_t source, const SecretReference& reference);
  [[nodiscard]] Result<ProvidedSecret> load(std::size_t source, const SecretReference& reference);
  [[nodiscard]] std::optional<Result<Given>> known(const Entry& entry) const HS_REQUIRES(mutex_);
  /// Whether the failure is news.
  bool settle(Entry& entry, Result<ProvidedSecret> loaded) HS_REQUIRES(mutex_);
  std::shared_ptr<Entry> entry_of(const std::string& key) HS_REQUIRES(mutex_);
  void publish() HS_REQUIRES(mutex_);

  const std::vector<Source> sources_;
  const Options options_;
  const Parts parts_;
  const std::vector<Numbers> numbers_;  ///< of each source
  mutable Mutex mutex_;
  CondVar loaded_;
  Entries entries_ HS_GUARDED_BY(mutex_);  ///< used last first
  std::map<std::string, Entries::iterator, std::less<>> index_ HS_GUARDED_BY(mutex_);
  std::vector<SecretSourceHealth> health_ HS_GUARDED_BY(mutex_);  ///< of each source
};

}  // namespace hotswap
