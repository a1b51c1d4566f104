#include "api/auth/signature.hpp"

#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <memory>
#include <optional>

#include "api/auth/freed.hpp"
#include "domain/base/assert.hpp"

namespace hotswap::api {
namespace {

using Context = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;

/// OpenSSL keeps errors per thread, and TLS would take them for its own.
struct ForgetErrors {
  ~ForgetErrors() { ERR_clear_error(); }
};

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

const EVP_MD* hash_of(Algorithm algorithm) {
  if (algorithm == Algorithm::EdDSA) return nullptr;  // hashes by itself
  switch (hash_bytes(algorithm)) {
    case 32:
      return EVP_sha256();
    case 48:
      return EVP_sha384();
    default:
      return EVP_sha512();
  }
}

/// Of r and of s.
std::size_t coordinate_bytes(Algorithm algorithm) {
  switch (kind_of(algorithm)) {
    case KeyKind::P256:
      return 32;
    case KeyKind::P384:
      return 48;
    case KeyKind::P521:
      return 66;
    case KeyKind::Secret:
    case KeyKind::Rsa:
    case KeyKind::Ed25519:
      return 0;
  }
  return 0;
}

/// r and s, one behind the other, in the DER form that OpenSSL takes.
std::optional<std::string> to_der(std::string_view both, std::size_t width) {
  if (both.size() != 2 * width) return std::nullopt;
  Number r(BN_bin2bn(bytes_of(both), static_cast<int>(width), nullptr));
  Number s(BN_bin2bn(bytes_of(both.substr(width)), static_cast<int>(width), nullptr));
  const EcSignature pair(ECDSA_SIG_new());
  HS_ASSERT(r && s && pair);
  // Zero would be every message's signature where a library forgets to look (CVE-2022-21449).
  if (BN_is_zero(r.get()) || BN_is_zero(s.get())) return std::nullopt;
  HS_ASSERT(ECDSA_SIG_set0(pair.get(), r.release(), s.release()) == 1);
  const int length = i2d_ECDSA_SIG(pair.get(), nullptr);
  HS_ASSERT(length > 0);
  std::string der(static_cast<std::size_t>(length), '\0');
  auto* at = reinterpret_cast<unsigned char*>(der.data());
  HS_ASSERT(i2d_ECDSA_SIG(pair.get(), &at) == length);
  return der;
}

std::string from_der(std::string_view der, std::size_t width) {
  const auto* at = bytes_of(der);
  const EcSignature pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  HS_ASSERT(pair);
  std::string both(2 * width, '\0');
  auto* out = reinterpret_cast<unsigned char*>(both.data());
  const int size = static_cast<int>(width);
  HS_ASSERT(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out, size) == size);
  HS_ASSERT(BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out + width, size) == size);
  return both;
}

bool set_padding(EVP_PKEY_CTX* context, Algorithm algorithm) {
  if (kind_of(algorithm) != KeyKind::Rsa) return true;
  if (!is_pss(algorithm)) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  }
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

}  // namespace

std::string hmac(Algorithm algorithm, std::string_view key, std::string_view text) {
  std::string mac(hash_bytes(algorithm), '\0');
  unsigned length = 0;
  const auto* done =
      HMAC(hash_of(algorithm), key.data(), static_cast<int>(key.size()), bytes_of(text),
           text.size(), reinterpret_cast<unsigned char*>(mac.data()), &length);
  HS_ASSERT(done != nullptr && length == mac.size());
  return mac;
}

bool same_bytes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool verify_signature(evp_pkey_st& key, Algorithm algorithm, std::string_view text,
                      std::string_view signature) {
  const ForgetErrors forget;
  std::optional<std::string> der;
  if (const auto width = coordinate_bytes(algorithm); width > 0) {
    der = to_der(signature, width);
    if (!der) return false;
    signature = *der;
  } else if (signature.size() != static_cast<std::size_t>(EVP_PKEY_get_size(&key))) {
    return false;
  }
  const Context context(EVP_MD_CTX_new());
  HS_ASSERT(context);
  EVP_PKEY_CTX* options = nullptr;  // the context's
  if (EVP_DigestVerifyInit(context.get(), &options, hash_of(algorithm), nullptr, &key) != 1 ||
      !set_padding(options, algorithm)) {
    return false;
  }
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text),
                          text.size()) == 1;
}

std::optional<std::string> make_signature(evp_pkey_st& key, Algorithm algorithm,
                                          std::string_view text) {
  const ForgetErrors forget;
  const Context context(EVP_MD_CTX_new());
  HS_ASSERT(context);
  EVP_PKEY_CTX* options = nullptr;
  if (EVP_DigestSignInit(context.get(), &options, hash_of(algorithm), nullptr, &key) != 1 ||
      !set_padding(options, algorithm)) {
    return std::nullopt;
  }
  auto length = static_cast<std::size_t>(EVP_PKEY_get_size(&key));
  std::string out(length, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &length,
                     bytes_of(text), text.size()) != 1) {
    return std::nullopt;
  }
  out.resize(length);
  const auto width = coordinate_bytes(algorithm);
  return width > 0 ? from_der(out, width) : out;
}

}  // namespace hotswap::api
