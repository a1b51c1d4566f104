#pragma once
// Key-encryption keys in Vault's Transit engine: they never leave it.

#include <mutex>

#include "domain/ports/key_wrapper.hpp"
#include "infrastructure/vault/session.hpp"

namespace hotswap::vault {

struct TransitKey {
  std::string mount = "transit";
  std::string name;
};
/// `NAME` or `MOUNT/NAME`. Invalid `secret.invalid`.
[[nodiscard]] Result<TransitKey> read_transit_key(std::string_view text);

/// Ids of keys are `vault-transit:MOUNT/NAME:v3`, with the version that wrapped. To rotate means to
/// rotate the key in Vault: what is wrapped from then on is wrapped by the new version, and the old
/// ones go on unwrapping unless Vault's `min_decryption_version` forbids it.
///
/// Needs `update` on MOUNT/encrypt/NAME and MOUNT/decrypt/NAME, and `read` on MOUNT/keys/NAME to
/// notice a rotation before the next key is wrapped.
class TransitKeyWrapper : public KeyWrapper {
 public:
  /// `session` and `clock` must outlive this.
  TransitKeyWrapper(TransitKey key, Session& session, const Clock& clock);

  Result<WrappedKey> wrap(const SecretText& key, std::string_view context) override;
  Result<SecretText> unwrap(const WrappedKey& wrapped, std::string_view context) override;
  /// Asks Vault again after five seconds. Without an answer: the version that was known last, or
  /// the id without a version.
  [[nodiscard]] std::string current() const override;

 private:
  [[nodiscard]] Result<Answer> post(const char* verb, const char* name, SecretText text) const;
  [[nodiscard]] std::string id_of(int version) const;
  [[nodiscard]] Error explained(Error error, const char* verb) const;
  void learn(int version) const;

  const TransitKey key_;
  Session& session_;
  const Clock& clock_;
  mutable std::mutex mutex_;  ///< guards what follows
  mutable int version_ = 0;   ///< 0: unknown
  mutable std::optional<MonoTime> looked_;
};

}  // namespace hotswap::vault
