#pragma once
// Keys of every algorithm and tokens of any text, rightly signed.

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <map>
#include <string>

#include "api/auth/base64url.hpp"
#include "api/auth/jwt.hpp"

namespace hotswap::api::testing {

inline const WallTime kNow{std::chrono::hours(24 * 365 * 56)};

inline std::shared_ptr<EVP_PKEY> owned(EVP_PKEY* key) {
  return {key, [](EVP_PKEY* old) { EVP_PKEY_free(old); }};
}

inline std::shared_ptr<EVP_PKEY> make_material(KeyKind kind) {
  switch (kind) {
    case KeyKind::Rsa: {
      // One for all: it takes a while.
      static const auto kKey = owned(EVP_RSA_gen(2048));
      return kKey;
    }
    case KeyKind::P256:
      return owned(EVP_EC_gen("P-256"));
    case KeyKind::P384:
      return owned(EVP_EC_gen("P-384"));
    case KeyKind::P521:
      return owned(EVP_EC_gen("P-521"));
    case KeyKind::Ed25519:
      return owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    case KeyKind::Secret:
      break;
  }
  return {};
}

/// A key that signs by this algorithm.
inline Key make_key(Algorithm algorithm, const std::string& kid = {}) {
  const auto kind = kind_of(algorithm);
  auto key = kind == KeyKind::Secret ? Key::secret(algorithm, std::string(64, 'k'), kid)
                                     : Key::of(make_material(kind), true, algorithm, kid);
  EXPECT_TRUE(key) << key.error().detail;
  return *key;
}

inline KeySet set_of(std::vector<Key> keys) { return {std::move(keys), {}}; }

/// A token with these texts, signed by the key whatever the header says.
inline std::string signed_token(const std::string& header, const std::string& payload,
                                const Key& key) {
  const auto text = base64url_encode(header) + '.' + base64url_encode(payload);
  return text + '.' + base64url_encode(key.sign(text));
}

inline std::string header_of(Algorithm algorithm, const std::string& more = {}) {
  return R"({"alg":")" + std::string(to_string(algorithm)) + '"' + more + '}';
}

inline const std::string kPayload = R"({"sub":"ann","roles":["Operator"],"exp":9999999999})";

inline void expect_refused(const Result<Claims>& result, const std::string& what = {}) {
  ASSERT_FALSE(result) << what;
  EXPECT_EQ(result.error().code, ErrorCode::Unauthenticated) << what;
  EXPECT_EQ(result.error().reason, "auth.required") << what;
  EXPECT_EQ(result.error().detail, unauthenticated("").detail) << what;
}

}  // namespace hotswap::api::testing
