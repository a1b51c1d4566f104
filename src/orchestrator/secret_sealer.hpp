#pragma once
// Envelope encryption: every version with secrets has a data key of its own, which is wrapped by a
// key-encryption key (KeyWrapper). Sealed before any store sees them, opened for delivery, for
// schemas, and for whoever may read them.

#include <memory>

#include "domain/base/mutex.hpp"
#include "domain/ports/cipher.hpp"
#include "domain/ports/key_wrapper.hpp"
#include "domain/ports/store.hpp"
#include "orchestrator/open_version.hpp"

namespace hotswap {

/// Thread-safe.
class SecretSealer {
 public:
  SecretSealer(Store& store, KeyWrapper& wrapper, Cipher& cipher)
      : store_(store), wrapper_(wrapper), cipher_(cipher) {}

  /// The content_hash() that the document will have once it is sealed: a keyed fingerprint stands
  /// for each secret. Errors as seal().
  [[nodiscard]] Result<std::string> hash(const ProfileName& profile, const json::Value& document);
  /// Sets content, size, hash and key; profile and number are there already. A document with
  /// references only needs no key. TooLarge `version.too_large`; those of KeyWrapper.
  [[nodiscard]] Result<void> seal(const json::Value& document, Version& version);
  /// The document with its secrets as they were uploaded. Of a version without a key whatever is
  /// stored. Those of KeyWrapper and of Cipher.
  [[nodiscard]] Result<json::Value> open(const Version& version);
  /// Of any text, for comparing it with itself later; as the documents' fingerprints.
  [[nodiscard]] Result<std::string> fingerprint(const ProfileName& profile,
                                                const json::Value& value);

  /// The name of the fingerprints' key in the store, and what it is wrapped for.
  static constexpr std::string_view kFingerprintKey = "fingerprint";
  static constexpr std::string_view kFingerprintContext = "hotswap.fingerprint-key/1";

 private:
  using Key = std::shared_ptr<const SecretText>;
  [[nodiscard]] Result<Key> fingerprint_key();
  [[nodiscard]] Result<Key> stored_key(const WrappedKey& stored);
  [[nodiscard]] Result<Key> made_key();

  Store& store_;
  KeyWrapper& wrapper_;
  Cipher& cipher_;
  Mutex mutex_;
  Key fingerprint_key_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap
