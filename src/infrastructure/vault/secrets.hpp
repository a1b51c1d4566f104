#pragma once
// Secrets in Vault's KV engine, versions 1 and 2.

#include <map>
#include <mutex>

#include "domain/ports/secret_provider.hpp"
#include "infrastructure/vault/path.hpp"
#include "infrastructure/vault/session.hpp"

namespace hotswap::vault {

/// References `vault:MOUNT/data/PATH#key`, as the API has it, or `vault:MOUNT/PATH#key`, for which
/// Vault is asked once where the mount ends. Without `#key` the secret must have one key only.
class VaultSecrets : public SecretProvider {
 public:
  /// `session` and `clock` must outlive this.
  VaultSecrets(Session& session, const Clock& clock) : session_(session), clock_(clock) {}

  /// A number, true or false is given as its JSON text; an object, array or null is Invalid.
  Result<ProvidedSecret> read(const SecretReference& reference) override;

 private:
  struct Known {
    Mount mount;
    MonoTime since;
  };
  [[nodiscard]] Result<Mount> mount_of(const KvPath& path);
  [[nodiscard]] std::optional<Mount> remembered(const KvPath& path);
  void remember(const Mount& mount);

  Session& session_;
  const Clock& clock_;
  std::mutex mutex_;  ///< guards what follows
  std::map<std::string, Known, std::less<>> mounts_;
};

}  // namespace hotswap::vault
