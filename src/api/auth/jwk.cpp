#include "api/auth/jwk.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>

#include "api/auth/base64url.hpp"
#include "api/auth/freed.hpp"
#include "domain/base/assert.hpp"

namespace hotswap::api {
namespace {

constexpr std::size_t kKidBytes = 256;
constexpr std::size_t kFieldBytes = std::size_t{kRsaBitsMax} / 8 * 2;

using Number = std::unique_ptr<BIGNUM, Freed<BN_clear_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Material = std::shared_ptr<EVP_PKEY>;
using None = std::optional<Key>;

struct ForgetErrors {
  ~ForgetErrors() { ERR_clear_error(); }
};

auto refuse(std::string detail) { return std::unexpected(bad_key(std::move(detail))); }

std::optional<std::string_view> text_of(const json::Value& jwk, std::string_view name) {
  const auto* value = jwk.find(name);
  const auto* text = value != nullptr ? value->as_string() : nullptr;
  if (text == nullptr) return std::nullopt;
  return text->view();
}

/// The bytes of a member; nothing if it is not there, empty or no base64url.
std::optional<std::string> bytes_of(const json::Value& jwk, std::string_view name) {
  const auto text = text_of(jwk, name);
  if (!text || text->empty() || text->size() > kFieldBytes) return std::nullopt;
  return base64url_decode(*text);
}

Number number_of(std::string_view bytes) {
  Number number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                          static_cast<int>(bytes.size()), nullptr));
  HS_ASSERT(number);
  return number;
}

Material shared(EVP_PKEY* key) {
  return key != nullptr ? Material(key, [](EVP_PKEY* old) { EVP_PKEY_free(old); }) : Material();
}

Material build(const char* type, int selection, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, selection, parameters.get()) != 1) {
    return {};
  }
  return shared(key);
}

/// A point that is not on the curve, a modulus that is even, and the like.
bool is_sound(EVP_PKEY* key) {
  const Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  return context && EVP_PKEY_public_check(context.get()) == 1;
}

Material rsa_material(const json::Value& jwk, bool is_private) {
  static constexpr std::array<std::pair<const char*, const char*>, 8> kParts{{
      {"n", OSSL_PKEY_PARAM_RSA_N},
      {"e", OSSL_PKEY_PARAM_RSA_E},
      {"d", OSSL_PKEY_PARAM_RSA_D},
      {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
      {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
      {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
      {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
      {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
  }};
  const Builder builder(OSSL_PARAM_BLD_new());
  std::vector<Number> numbers;
  const std::size_t count = !is_private ? 2 : jwk.find("p") != nullptr ? kParts.size() : 3;
  for (std::size_t i = 0; i < count; ++i) {
    const auto bytes = bytes_of(jwk, kParts[i].first);
    if (!bytes) return {};
    numbers.push_back(number_of(*bytes));
    HS_ASSERT(OSSL_PARAM_BLD_push_BN(builder.get(), kParts[i].second, numbers.back().get()) == 1);
  }
  // Exponents of 1 sign everything by itself; those beyond 64 bits only cost time.
  const auto* exponent = numbers[1].get();
  if (BN_is_odd(exponent) == 0 || BN_is_one(exponent) != 0 || BN_num_bits(exponent) > 64) return {};
  return build("RSA", is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, builder.get());
}

struct Curve {
  std::string_view name;
  Algorithm algorithm;
  std::size_t width;
};
constexpr std::array<Curve, 3> kCurves{{{"P-256", Algorithm::ES256, 32},
                                        {"P-384", Algorithm::ES384, 48},
                                        {"P-521", Algorithm::ES512, 66}}};

Material ec_material(const json::Value& jwk, const Curve& curve, bool is_private) {
  const auto x = bytes_of(jwk, "x");
  const auto y = bytes_of(jwk, "y");
  if (!x || !y || x->size() != curve.width || y->size() != curve.width) return {};
  const std::string point = '\x04' + *x + *y;
  const Builder builder(OSSL_PARAM_BLD_new());
  HS_ASSERT(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                            curve.name.data(), curve.name.size()) == 1);
  HS_ASSERT(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                             point.size()) == 1);
  Number secret;
  if (is_private) {
    const auto d = bytes_of(jwk, "d");
    if (!d || d->size() != curve.width) return {};
    secret = number_of(*d);
    HS_ASSERT(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret.get()) == 1);
  }
  auto key = build("EC", is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, builder.get());
  return key && is_sound(key.get()) ? key : Material();
}

Material ed25519_material(const json::Value& jwk, bool is_private) {
  const auto x = bytes_of(jwk, "x");
  if (!x || x->size() != 32) return {};
  const auto raw = [](const std::string& bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
  };
  if (!is_private) {
    return shared(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(*x), x->size()));
  }
  const auto d = bytes_of(jwk, "d");
  if (!d || d->size() != 32) return {};
  auto key = shared(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(*d), d->size()));
  std::array<unsigned char, 32> own{};
  std::size_t size = own.size();
  const bool same = key && EVP_PKEY_get_raw_public_key(key.get(), own.data(), &size) == 1 &&
                    std::ranges::equal(own, *x, [](unsigned char a, char b) {
                      return a == static_cast<unsigned char>(b);
                    });
  return same ? key : Material();
}

/// Whether the owner lets it be used for signatures.
bool is_for_signatures(const json::Value& jwk) {
  if (const auto use = text_of(jwk, "use"); use && *use != "sig") return false;
  const auto* given = jwk.find("key_ops");
  const auto* operations = given != nullptr ? given->as_array() : nullptr;
  return operations == nullptr || std::ranges::any_of(*operations, [](const json::Value& item) {
           const auto* name = item.as_string();
           return name != nullptr && (*name == "verify" || *name == "sign");
         });
}

/// The algorithm that a key without `alg` is for; nothing for types that are none of ours.
std::optional<Algorithm> usual(const json::Value& jwk, Algorithm rsa) {
  const auto type = text_of(jwk, "kty");
  if (!type) return std::nullopt;
  if (*type == "RSA") return rsa;
  if (*type == "oct") return Algorithm::HS256;
  const auto curve = text_of(jwk, "crv").value_or("");
  if (*type == "OKP" && curve == "Ed25519") return Algorithm::EdDSA;
  const auto* known = std::ranges::find(kCurves, curve, &Curve::name);
  if (*type == "EC" && known != kCurves.end()) return known->algorithm;
  return std::nullopt;
}

Result<None> make_key(const json::Value& jwk, Algorithm algorithm, KeyKind kind, std::string kid) {
  const ForgetErrors forget;
  const auto* d = jwk.find("d");
  const bool is_private = d != nullptr;
  Material material;
  if (kind == KeyKind::Secret) {
    auto bytes = bytes_of(jwk, "k");
    if (!bytes) return refuse("its `k` is missing or is no base64url");
    return Key::secret(algorithm, std::move(*bytes), std::move(kid));
  }
  if (kind == KeyKind::Rsa) {
    material = rsa_material(jwk, is_private);
  } else if (kind == KeyKind::Ed25519) {
    material = ed25519_material(jwk, is_private);
  } else {
    const auto* curve = std::ranges::find(kCurves, text_of(jwk, "crv").value_or(""), &Curve::name);
    HS_ASSERT(curve != kCurves.end());
    material = ec_material(jwk, *curve, is_private);
  }
  if (!material) return refuse("its numbers are missing, no base64url, or no key");
  return Key::of(std::move(material), is_private, algorithm, std::move(kid));
}

}  // namespace

Result<std::optional<Key>> key_of_jwk(const json::Value& jwk, Algorithm rsa) {
  if (jwk.as_object() == nullptr) return refuse("is no JSON object");
  if (!is_for_signatures(jwk)) return None();
  auto algorithm = usual(jwk, rsa);
  if (!algorithm) return None();
  const KeyKind kind = kind_of(*algorithm);
  if (jwk.find("alg") != nullptr) {
    algorithm = algorithm_from_string(text_of(jwk, "alg").value_or(""));
    if (!algorithm) return None();  // RSA-OAEP, ES256K, …
    if (kind_of(*algorithm) != kind) {
      return refuse("its alg " + std::string(to_string(*algorithm)) + " does not fit its kty");
    }
  }
  const auto kid = text_of(jwk, "kid").value_or("");
  if (kid.size() > kKidBytes) return refuse("its kid has more than 256 bytes");
  return make_key(jwk, *algorithm, kind, std::string(kid));
}

}  // namespace hotswap::api
