#pragma once
// The stores of secrets and the keys outside of this server that its settings name.

#include <memory>
#include <optional>

#include "app/settings.hpp"
#include "app/ticker.hpp"
#include "domain/config/profile.hpp"
#include "domain/secret/allowed_references.hpp"
#include "infrastructure/key_command/command_wrapper.hpp"
#include "infrastructure/kubernetes/secrets.hpp"
#include "infrastructure/vault/secrets.hpp"
#include "infrastructure/vault/transit.hpp"
#include "orchestrator/key_wrappers.hpp"
#include "orchestrator/secret_resolver.hpp"
#include "orchestrator/secret_sources.hpp"

namespace hotswap {

class OutsideSecrets {
 public:
  /// What outlives this.
  struct Parts {
    const Clock& clock;
    Random& random;
    Logger& logger;
    Metrics& metrics;
  };
  /// `settings` are valid. Nobody is asked yet.
  OutsideSecrets(const OutsideSettings& settings, const Parts& parts);

  void start();  ///< logs in and looks at the stores, on threads of its own
  void stop();
  /// Also if no store is configured: then every reference is refused with what to set.
  [[nodiscard]] SecretSources& sources() { return *sources_; }
  [[nodiscard]] const SecretSources& sources() const { return *sources_; }
  /// By the schemes of the stores that are configured.
  [[nodiscard]] SecretProviders providers();
  [[nodiscard]] bool lists_references() const { return !allowed_.allow_all(); }
  /// Forbidden `secret.denied` for what --secret-references does not list.
  [[nodiscard]] Result<void> may_refer(const Profile& profile,
                                       const SecretReference& reference) const;
  /// Vault's Transit or a command wraps keys.
  [[nodiscard]] bool wraps_keys() const { return wrapper_ != nullptr; }
  /// The one that wraps keys outside, if there is one, in front of this server's own.
  [[nodiscard]] std::vector<KeyWrapper*> before(KeyWrapper& own);

 private:
  /// Everything that speaks to Vault.
  struct Vault {
    Vault(const VaultSettings& settings, const Parts& parts);
    vault::Connection connection;
    vault::Session session;
    vault::VaultSecrets secrets;
  };
  [[nodiscard]] std::vector<SecretSources::Source> stores();
  [[nodiscard]] std::unique_ptr<KeyWrapper> wrapper_of(const OutsideSettings& settings,
                                                       const Parts& parts);

  std::unique_ptr<Vault> vault_;
  std::unique_ptr<kubernetes::KubernetesSecrets> kubernetes_;
  std::unique_ptr<KeyWrapper> wrapper_;
  AllowedReferences allowed_;
  const Duration looks_apart_;  ///< a second at least
  std::optional<SecretSources> sources_;
  std::unique_ptr<Ticker> ticker_;
};

}  // namespace hotswap
