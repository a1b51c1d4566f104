#pragma once
// The keys that one issuer signs with, as they come from a file, the environment or the network.

#include <string>
#include <string_view>
#include <vector>

#include "api/auth/key.hpp"

namespace hotswap::api {

inline constexpr std::size_t kKeySetBytes = 256 << 10;
inline constexpr std::size_t kKeySetKeys = 64;
/// Keys that are tried for a token at most: one that names none of them is not worth more.
inline constexpr std::size_t kKeysTried = 8;

struct KeySet {
  std::vector<Key> keys;
  std::vector<std::string> passed_over;  ///< of a JWKS: which keys cannot be used, and why

  /// Those that may have signed a token of this algorithm. With a kid: those of that name, else
  /// those that have no name. Without: all. At most kKeysTried.
  [[nodiscard]] std::vector<const Key*> candidates(Algorithm algorithm, std::string_view kid) const;
  /// The first that can sign, or nullptr.
  [[nodiscard]] const Key* signing() const;
  [[nodiscard]] bool same_as(const KeySet& other) const;
};

/// From whom the text comes.
enum class KeyOrigin {
  Local,  ///< our own file: also secrets; every key must be sound
  Remote  ///< an issuer's JWKS: public keys only; those that cannot be used are passed over
};

/// Reads PEM, a JWK, a JWKS or, if it is local and looks like none of these, an HS256 secret as it
/// stands. What looks like a public key of any format but is not
/// one that can be read is refused rather than taken for a secret that everybody knows. Invalid
/// `token.key`.
[[nodiscard]] Result<KeySet> read_keys(std::string_view text, KeyOrigin origin,
                                       Algorithm rsa = Algorithm::RS256);

}  // namespace hotswap::api
