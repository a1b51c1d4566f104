#include "api/auth/key_set.hpp"

#include <algorithm>

#include "api/auth/jwk.hpp"
#include "api/auth/pem.hpp"
#include "domain/base/utf8.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::api {
namespace {

constexpr int kKeySetDepth = 8;
constexpr std::size_t kPassedOverShown = 16;

auto refuse(std::string detail) { return std::unexpected(bad_key(std::move(detail))); }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// A public key in a format that is none of ours would make a secret that everybody knows.
bool looks_public(std::string_view text) {
  static constexpr std::string_view kStarts[] = {"ssh-", "ecdsa-sha2-", "sk-ssh-", "MIIB",
                                                 "MIIC", "MIID",        "MFkw",    "MHYw",
                                                 "MIGb", "MCow",        "0\x82"};
  constexpr std::size_t kShortestDer = 91;  // of P-256; a random secret may begin like DER
  const bool der = text.size() >= kShortestDer && text.starts_with("0\x82");
  return der || std::ranges::any_of(kStarts, [&](auto start) { return text.starts_with(start); });
}

Result<KeySet> secret_of(std::string_view text) {
  if (looks_public(trimmed(text))) {
    return refuse(
        "it looks like a public key, which must not be a secret: give PEM, a JWK or a "
        "JWKS");
  }
  auto key = Key::secret(Algorithm::HS256, std::string(text));
  if (!key) return std::unexpected(key.error());
  KeySet set;
  set.keys.push_back(std::move(*key));
  return set;
}

std::string place_of(const json::Value& jwk, std::size_t index) {
  const auto* kid = jwk.find("kid");
  const auto* name = kid != nullptr ? kid->as_string() : nullptr;
  return "key " + std::to_string(index) + (name ? " (" + clip_utf8(*name, 64) + ")" : "");
}

/// Why it must not be in the set; empty: nothing.
std::string misplaced(const Key& key, KeyOrigin origin) {
  const bool secret = kind_of(key.algorithm()) == KeyKind::Secret;
  if (origin == KeyOrigin::Local) return {};
  if (secret) return "a secret that is published is none";
  return key.can_sign() ? "its private half is published: it must be replaced" : "";
}

void pass_over(KeySet& set, const std::string& place, const std::string& why) {
  if (set.passed_over.size() < kPassedOverShown) set.passed_over.push_back(place + ": " + why);
}

Result<void> add(KeySet& set, const json::Value& jwk, KeyOrigin origin, Algorithm rsa,
                 const std::string& place) {
  auto key = key_of_jwk(jwk, rsa);
  if (!key) {
    if (origin == KeyOrigin::Local) return refuse(place + ": " + key.error().detail);
    pass_over(set, place, key.error().detail);
    return {};
  }
  if (!*key) {
    pass_over(set, place, "it is not for signatures of a kind that is known here");
    return {};
  }
  if (auto why = misplaced(**key, origin); !why.empty()) {
    pass_over(set, place, why);
    return {};
  }
  set.keys.push_back(std::move(**key));
  return {};
}

Result<KeySet> set_of(const json::Value& value, KeyOrigin origin, Algorithm rsa) {
  KeySet set;
  const auto* member = value.find("keys");
  if (member == nullptr) {
    if (value.find("kty") == nullptr) return refuse("the JSON is no JWK and no JWKS");
    if (auto added = add(set, value, origin, rsa, "the JWK"); !added) {
      return std::unexpected(added.error());
    }
    if (set.keys.empty()) return refuse(set.passed_over.front());
    return set;
  }
  const auto* items = member->as_array();
  if (items == nullptr) return refuse("`keys` of the JWKS is no array");
  if (items->size() > kKeySetKeys) {
    return refuse("the JWKS holds more than " + std::to_string(kKeySetKeys) + " keys");
  }
  for (std::size_t i = 0; i < items->size(); ++i) {
    const auto& jwk = (*items)[i];
    if (auto added = add(set, jwk, origin, rsa, place_of(jwk, i)); !added) {
      return std::unexpected(added.error());
    }
  }
  return set;
}

/// Secrets among public keys: who publishes the file gives them away.
bool is_mixed(const KeySet& set) {
  const auto secret = [](const Key& key) { return kind_of(key.algorithm()) == KeyKind::Secret; };
  return std::ranges::any_of(set.keys, secret) &&
         std::ranges::any_of(set.keys, [](const Key& key) { return !key.can_sign(); });
}

}  // namespace

std::vector<const Key*> KeySet::candidates(Algorithm algorithm, std::string_view kid) const {
  std::vector<const Key*> named, nameless;
  for (const auto& key : keys) {
    if (key.algorithm() != algorithm) continue;
    if (kid.empty() || key.kid() == kid) {
      named.push_back(&key);
    } else if (key.kid().empty()) {
      nameless.push_back(&key);
    }
  }
  auto& found = named.empty() ? nameless : named;
  if (found.size() > kKeysTried) found.resize(kKeysTried);
  return found;
}

const Key* KeySet::signing() const {
  const auto found = std::ranges::find_if(keys, [](const Key& key) { return key.can_sign(); });
  return found == keys.end() ? nullptr : &*found;
}

bool KeySet::same_as(const KeySet& other) const {
  return std::ranges::equal(keys, other.keys,
                            [](const Key& a, const Key& b) { return a.same_as(b); });
}

Result<KeySet> read_keys(std::string_view text, KeyOrigin origin, Algorithm rsa) {
  if (text.size() > kKeySetBytes) return refuse("it has more than 256 KiB");
  const auto bare = trimmed(text);
  if (origin == KeyOrigin::Local && bare.contains("-----BEGIN")) {
    auto keys = keys_of_pem(bare, rsa);
    if (!keys) return std::unexpected(keys.error());
    return KeySet{std::move(*keys), {}};
  }
  const bool json = bare.starts_with('{') || bare.starts_with('[');
  if (origin == KeyOrigin::Local && !json) return secret_of(text);
  const auto value = json::parse(bare, {.bytes = kKeySetBytes, .depth = kKeySetDepth});
  if (!value) return refuse("it is no JSON: " + value.error().detail);
  auto set = set_of(*value, origin, rsa);
  if (!set) return set;
  if (set->keys.empty()) return refuse("the JWKS holds no key that can be used");
  if (is_mixed(*set)) {
    return refuse(
        "secrets (oct) and public keys are mixed: keep the secrets in a file of their "
        "own");
  }
  return set;
}

}  // namespace hotswap::api
