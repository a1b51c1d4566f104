#pragma once
// What a store keeps for the sake of secrets: wrapped keys, and how often referenced ones changed.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/base/strong.hpp"
#include "domain/secret/wrapped_key.hpp"
#include "domain/semver/version.hpp"

namespace hotswap {

using VersionName = std::pair<ProfileName, SemVer>;

struct KeyedVersion {
  VersionName version;
  WrappedKey key;
};

/// Of a secret that is kept elsewhere.
struct SecretReferenceState {
  std::string reference;       ///< as documents say it
  std::string fingerprint;     ///< of the value that was seen last
  std::uint64_t revision = 0;  ///< how often another value was seen
  bool operator==(const SecretReferenceState&) const = default;
};

/// As every read of the store: thread-safe, Unavailable `store.unavailable`.
class SecretStore {
 public:
  virtual ~SecretStore() = default;
  /// A key of the store's own by its name (change::PutSecretKey).
  [[nodiscard]] virtual Result<std::optional<WrappedKey>> secret_key(const std::string& name) = 0;
  /// Versions whose key is wrapped by another key-encryption key than this one, in no order.
  [[nodiscard]] virtual Result<std::vector<KeyedVersion>> versions_not_under(
      const std::string& key_id, std::size_t limit) = 0;
  /// How many keys each key-encryption key wraps, those of the store itself among them (but for
  /// `rotation`, which is no key but the record of a rotation).
  [[nodiscard]] virtual Result<std::map<std::string, std::uint64_t>> key_use() = 0;
  /// Versions without a key that may hold plain secrets, by name behind `after`; `archived`: also
  /// those whose content is elsewhere.
  [[nodiscard]] virtual Result<std::vector<VersionName>> maybe_plain(const VersionName& after,
                                                                     bool archived,
                                                                     std::size_t limit) = 0;
  [[nodiscard]] virtual Result<std::optional<SecretReferenceState>> secret_reference(
      const std::string& reference) = 0;
};

}  // namespace hotswap
