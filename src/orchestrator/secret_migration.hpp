#pragma once
#include "domain/ports/logger.hpp"
#include "orchestrator/secret_sealer.hpp"

namespace hotswap {

/// Seals what a program before this one stored in plain sight, also what lies in the archive (the
/// objects there are removed when `forget` is given). Every version is one transaction, so that it
/// goes on where it was stopped, and several servers may do it at once. Before the store's
/// contents are loaded anywhere, since hashes change with it.
class SecretMigration {
 public:
  struct Parts {
    Store& store;
    SecretSealer& sealer;
    Logger& logger;
    std::function<Result<void>(const Version&)> forget_archived{};
  };
  explicit SecretMigration(Parts parts) : parts_(std::move(parts)) {}

  struct Outcome {
    std::size_t sealed = 0;
    std::size_t left = 0;  ///< plain still: no key, or an archive that is away
  };
  /// What cannot be sealed now is left and told in the log; the next start tries again.
  [[nodiscard]] Result<Outcome> run();

 private:
  enum class Step { Nothing, Sealed, Left };
  [[nodiscard]] Result<Step> seal(const VersionName& name);
  [[nodiscard]] Result<bool> archive_is_done();

  Parts parts_;
};

}  // namespace hotswap
