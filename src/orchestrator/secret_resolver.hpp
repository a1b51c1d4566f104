#pragma once
// Secrets that are kept elsewhere, on their way to instances: asked for once for all of them, kept
// in memory for as long as the provider says, and asked for again then. What is found stands
// nowhere but here and in what is delivered; the store knows only how often a value has changed.

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/metrics.hpp"
#include "domain/ports/secret_provider.hpp"
#include "orchestrator/committer.hpp"
#include "orchestrator/secret_sealer.hpp"

namespace hotswap {

/// By the scheme of references (`vault`, `k8s`). They outlive whoever uses them.
using SecretProviders = std::map<std::string, SecretProvider*, std::less<>>;

/// Thread-safe.
class SecretResolver {
 public:
  struct Parts {
    Store& store;
    Committer& committer;
    SecretSealer& sealer;
    const Clock& clock;
    Logger& logger;
    Metrics& metrics;
    SecretProviders providers{};
    /// Whether some instance is to hold this version; others are not asked after any more.
    std::function<bool(const VersionName&)> in_use{};
    /// A value may be used so much longer than it is fresh while its provider does not answer. What
    /// a provider says itself (gone, denied) counts at once.
    Duration keep_stale = std::chrono::minutes(10);
    /// Whether a version's document may refer to this at all; empty: to anything.
    std::function<Result<void>(const VersionName&, const SecretReference&)> may_refer{};
  };
  explicit SecretResolver(Parts parts);

  struct Resolved {
    json::Value document;       ///< with `value` in the place of each `ref`
    std::uint64_t secrets = 0;  ///< grows whenever one of them has changed; 0: there are none
  };
  /// For delivery of a version. Those of SecretProvider, `secret.no_provider`; the version's
  /// references are tried again by refresh() after a failure.
  [[nodiscard]] Result<Resolved> resolve(const VersionName& version, json::Value document);

  /// Asks for what is no longer fresh and in use, and for what failed, when its time has come.
  void refresh();
  /// Another node has seen a new value: what is kept here is asked for anew.
  void changed_elsewhere(const std::string& reference);
  /// Called when instances must be told of a version again, on the thread that found out.
  void on_changed(std::function<void(const VersionName&)> listener);

  static constexpr std::size_t kReferences = 10'000;
  static constexpr Duration kRetryFirst = std::chrono::seconds(5);
  static constexpr Duration kRetryMax = std::chrono::minutes(1);
  static constexpr Duration kFreshMin = std::chrono::seconds(1);
  static constexpr Duration kFreshMax = std::chrono::hours(1);

 private:
  struct Entry {
    std::shared_ptr<const SecretText> value;  ///< null: not known
    std::uint64_t revision = 0;
    MonoTime due{};           ///< when it is asked for again
    MonoTime usable_until{};  ///< of the value
    Duration pause{};         ///< between two tries; zero: the last one went well
    Error error{};            ///< of the last one, if it did not
    std::set<VersionName> users;
  };
  struct Known {
    std::shared_ptr<const SecretText> value;
    std::uint64_t revision = 0;
  };
  [[nodiscard]] Result<Known> value_of(const std::string& reference, const VersionName& user);
  /// Nothing: it must be asked for.
  [[nodiscard]] std::optional<Result<Known>> kept(const std::string& reference,
                                                  const VersionName& user);
  /// Asks, and enters what came of it; one thread at a time for each reference.
  [[nodiscard]] Result<Known> ask(const std::string& reference);
  [[nodiscard]] Result<ProvidedSecret> read(const std::string& reference);
  [[nodiscard]] Result<std::uint64_t> revision_of(const std::string& reference,
                                                  const ProvidedSecret& found);
  [[nodiscard]] Result<std::string> mark_of(const std::string& reference,
                                            const ProvidedSecret& found);
  Result<Known> enter(const std::string& reference, ProvidedSecret found, std::uint64_t revision);
  std::optional<Known> fail_over(const std::string& reference, const Error& error);
  [[nodiscard]] Result<void> check(const VersionName& version, const std::string& reference);
  void tell(const std::string& reference, std::string kind, const std::string& message,
            const std::set<VersionName>& users);
  [[nodiscard]] std::vector<std::string> due();
  void make_room();

  const Parts parts_;
  Counter& reads_;
  Counter& failures_;
  std::vector<std::function<void(const VersionName&)>> listeners_;
  std::array<std::mutex, 16> gates_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::set<std::pair<VersionName, std::string>> denied_;  ///< told already
};

}  // namespace hotswap
