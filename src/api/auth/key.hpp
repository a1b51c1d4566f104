#pragma once
// A key that checks signatures, and perhaps makes them. It is bound to one algorithm from the
// start: what a token says of its algorithm can only agree with that.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/auth/algorithm.hpp"
#include "domain/base/error.hpp"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace hotswap::api {

inline constexpr int kRsaBitsMin = 2048;
inline constexpr int kRsaBitsMax = 8192;  ///< larger ones take too long to check

/// Copies share the material; a secret is wiped from memory with the last one.
class Key {
 public:
  /// For HS*. Invalid `token.key` if it has fewer bytes than the algorithm's hash.
  [[nodiscard]] static Result<Key> secret(Algorithm algorithm, std::string bytes,
                                          std::string kid = {});
  /// For all others. Invalid `token.key` if it is not of the algorithm's kind, or too weak.
  [[nodiscard]] static Result<Key> of(std::shared_ptr<evp_pkey_st> material, bool is_private,
                                      Algorithm algorithm, std::string kid = {});

  /// Whether `signature` is this key's for `text`. Thread-safe, as everything here.
  [[nodiscard]] bool verify(std::string_view text, std::string_view signature) const;
  /// The signature; only if can_sign().
  [[nodiscard]] std::string sign(std::string_view text) const;

  [[nodiscard]] bool can_sign() const { return can_sign_; }
  [[nodiscard]] Algorithm algorithm() const { return algorithm_; }
  [[nodiscard]] const std::string& kid() const { return kid_; }  ///< empty: it has none
  /// Whether both hold the same public or secret material for the same algorithm.
  [[nodiscard]] bool same_as(const Key& other) const;

 private:
  Key(Algorithm algorithm, std::string kid, bool can_sign)
      : algorithm_(algorithm), kid_(std::move(kid)), can_sign_(can_sign) {}
  [[nodiscard]] bool signs_for_itself() const;

  Algorithm algorithm_;
  std::string kid_;
  bool can_sign_;
  std::shared_ptr<const std::string> secret_;  ///< HS*
  std::shared_ptr<evp_pkey_st> material_;      ///< all others
};

/// What the material of an asymmetric key is good for; nothing for other kinds of keys and curves.
[[nodiscard]] std::optional<KeyKind> kind_of(const evp_pkey_st& material);

/// Invalid `token.key`.
[[nodiscard]] Error bad_key(std::string detail);

}  // namespace hotswap::api
