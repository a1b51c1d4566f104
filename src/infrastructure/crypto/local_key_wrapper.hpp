#pragma once
// Key-encryption keys that this server holds itself.

#include <functional>
#include <vector>

#include "domain/base/mutex.hpp"
#include "domain/ports/cipher.hpp"
#include "domain/ports/key_wrapper.hpp"

namespace hotswap {

/// A key of 32 bytes and what it is called.
struct LocalKey {
  std::string id;  ///< `local:` and the beginning of a hash of it
  SecretText key;
};

/// A key to a line, 32 bytes as 64 hexadecimal digits or as base64; empty lines and those that
/// begin with # do not count. Invalid `secret.bad_key` that says which line, and never shows it.
[[nodiscard]] Result<std::vector<LocalKey>> read_local_keys(std::string_view text);
/// A line for read_local_keys.
[[nodiscard]] SecretText local_key_line(const SecretText& key);
[[nodiscard]] std::string local_key_id(const SecretText& key);

/// Wraps with the first of its keys, unwraps with all of them.
class LocalKeyWrapper final : public KeyWrapper {
 public:
  /// The keys as they are now, first those that wrap; none: wrapping is Unavailable
  /// `secret.no_key`.
  using Read = std::function<Result<std::vector<LocalKey>>()>;

  LocalKeyWrapper(Cipher& cipher, std::vector<LocalKey> keys, Read read_again = {});

  [[nodiscard]] Result<WrappedKey> wrap(const SecretText& key, std::string_view context) override;
  [[nodiscard]] Result<SecretText> unwrap(const WrappedKey& wrapped,
                                          std::string_view context) override;
  [[nodiscard]] std::string current() const override;

  /// Reads the keys again, so that new ones count without a restart. An error changes nothing.
  [[nodiscard]] Result<void> reload();

 private:
  using Keys = std::shared_ptr<const std::vector<LocalKey>>;
  [[nodiscard]] Keys keys() const;
  [[nodiscard]] const LocalKey* find(const Keys& keys, const std::string& id) const;

  Cipher& cipher_;
  const Read read_;
  mutable Mutex mutex_;
  Keys keys_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap
