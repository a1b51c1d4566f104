#include "api/auth/key.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>

#include "api/auth/signature.hpp"
#include "domain/base/assert.hpp"

namespace hotswap::api {
namespace {

std::string_view name_of(KeyKind kind) {
  switch (kind) {
    case KeyKind::Secret:
      return "a secret (oct)";
    case KeyKind::Rsa:
      return "an RSA key";
    case KeyKind::P256:
      return "an EC key on P-256";
    case KeyKind::P384:
      return "an EC key on P-384";
    case KeyKind::P521:
      return "an EC key on P-521";
    case KeyKind::Ed25519:
      return "an Ed25519 key";
  }
  return "";
}

std::string needs(Algorithm algorithm) { return std::string(to_string(algorithm)) + " needs "; }

}  // namespace

Error bad_key(std::string detail) {
  return {ErrorCode::Invalid, "token.key", std::move(detail), {}, {}};
}

std::optional<KeyKind> kind_of(const evp_pkey_st& material) {
  switch (EVP_PKEY_get_base_id(&material)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      return KeyKind::Rsa;
    case EVP_PKEY_ED25519:
      return KeyKind::Ed25519;
    case EVP_PKEY_EC:
      break;
    default:
      return std::nullopt;
  }
  std::array<char, 64> curve{};
  if (EVP_PKEY_get_group_name(&material, curve.data(), curve.size(), nullptr) != 1) return {};
  const std::string_view name(curve.data());
  if (name == "prime256v1" || name == "P-256") return KeyKind::P256;
  if (name == "secp384r1" || name == "P-384") return KeyKind::P384;
  if (name == "secp521r1" || name == "P-521") return KeyKind::P521;
  return std::nullopt;
}

Result<Key> Key::secret(Algorithm algorithm, std::string bytes, std::string kid) {
  HS_ASSERT(kind_of(algorithm) == KeyKind::Secret);
  if (bytes.size() < hash_bytes(algorithm)) {
    return std::unexpected(bad_key(needs(algorithm) + "a key of at least " +
                                   std::to_string(hash_bytes(algorithm)) + " bytes, this has " +
                                   std::to_string(bytes.size())));
  }
  Key key(algorithm, std::move(kid), true);
  const auto wipe = [](const std::string* text) {
    const std::unique_ptr<std::string> owned(const_cast<std::string*>(text));
    OPENSSL_cleanse(owned->data(), owned->size());
  };
  auto owned = std::make_unique<std::string>(bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  key.secret_ = std::shared_ptr<const std::string>(owned.release(), wipe);
  return key;
}

Result<Key> Key::of(std::shared_ptr<evp_pkey_st> material, bool is_private, Algorithm algorithm,
                    std::string kid) {
  HS_ASSERT(material != nullptr && kind_of(algorithm) != KeyKind::Secret);
  if (kind_of(*material) != kind_of(algorithm)) {
    return std::unexpected(
        bad_key(needs(algorithm) + std::string(name_of(kind_of(algorithm))) + ", this is another"));
  }
  const int bits = EVP_PKEY_get_bits(material.get());
  if (kind_of(algorithm) == KeyKind::Rsa && (bits < kRsaBitsMin || bits > kRsaBitsMax)) {
    return std::unexpected(bad_key("an RSA key must have " + std::to_string(kRsaBitsMin) + " to " +
                                   std::to_string(kRsaBitsMax) + " bits, this has " +
                                   std::to_string(bits)));
  }
  // One that is made for PSS only cannot do anything else.
  if (EVP_PKEY_get_base_id(material.get()) == EVP_PKEY_RSA_PSS && !is_pss(algorithm)) {
    return std::unexpected(bad_key("this RSA key is made for PSS: use it with PS256"));
  }
  Key key(algorithm, std::move(kid), is_private);
  key.material_ = std::move(material);
  if (is_private && !key.signs_for_itself()) {
    return std::unexpected(bad_key("its private half does not belong to its public half"));
  }
  return key;
}

bool Key::verify(std::string_view text, std::string_view signature) const {
  if (secret_) return same_bytes(hmac(algorithm_, *secret_, text), signature);
  return verify_signature(*material_, algorithm_, text, signature);
}

std::string Key::sign(std::string_view text) const {
  HS_ASSERT(can_sign_);
  if (secret_) return hmac(algorithm_, *secret_, text);
  auto signature = make_signature(*material_, algorithm_, text);
  HS_ASSERT(signature);  // it was tried when the key was made
  return std::move(*signature);
}

bool Key::signs_for_itself() const {
  constexpr std::string_view kTrial = "trial";
  const auto signature = make_signature(*material_, algorithm_, kTrial);
  return signature && verify(kTrial, *signature);
}

bool Key::same_as(const Key& other) const {
  if (algorithm_ != other.algorithm_ || kid_ != other.kid_) return false;
  if (secret_ && other.secret_) return same_bytes(*secret_, *other.secret_);
  if (!material_ || !other.material_) return false;
  return EVP_PKEY_eq(material_.get(), other.material_.get()) == 1;
}

}  // namespace hotswap::api
