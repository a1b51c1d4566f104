#pragma once
// Secrets as they are stored: each value sealed on its own, its fingerprint beside it.

#include <string>
#include <string_view>

#include "domain/base/strong.hpp"
#include "domain/json/value.hpp"
#include "domain/semver/version.hpp"

namespace hotswap {

/// The stored form of a secret.
[[nodiscard]] json::Value sealed_marker(std::string_view sealed, std::string_view fingerprint);

/// Keyed hash of a value (its canonical text) that tells whether two secrets of one profile are the
/// same: 128 bits in hexadecimal. Nothing follows from it without the key, and those of two
/// profiles cannot be compared.
[[nodiscard]] std::string fingerprint_of(std::string_view key, const ProfileName& profile,
                                         const json::Value& value);

/// What a sealed value is bound to, unambiguously: it opens in no other place.
[[nodiscard]] std::string sealing_context(const ProfileName& profile, const SemVer& number,
                                          std::string_view pointer);
/// What the data key of a version is bound to.
[[nodiscard]] std::string key_context(const ProfileName& profile, const SemVer& number);

/// What a version's hash covers: a sealed secret counts by its fingerprint, so that the hash, which
/// everybody sees, is no way to try guesses.
[[nodiscard]] json::Value hashed_form(const json::Value& document);
/// SHA-256 of the canonical hashed form, hexadecimal.
[[nodiscard]] std::string content_hash(const json::Value& document);

}  // namespace hotswap
