#include "domain/base/sha256.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "domain/base/assert.hpp"

namespace hotswap {
namespace {

std::string hex_of(const std::array<std::uint8_t, 32>& digest) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(64);
  for (const auto byte : digest) {
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 0xFU];
  }
  return hex;
}

/// Fetched once: EVP_sha256() is sought in the provider, under a lock, whenever it is used.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return fetched != nullptr ? fetched : EVP_sha256();
}

}  // namespace

std::array<std::uint8_t, 32> sha256(std::string_view bytes) {
  std::array<std::uint8_t, 32> digest{};
  unsigned int size = 0;
  const int done =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm(), nullptr);
  HS_ASSERT(done == 1 && size == digest.size());
  return digest;
}

std::string sha256_hex(std::string_view bytes) { return hex_of(sha256(bytes)); }

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  std::array<std::uint8_t, 32> digest{};
  unsigned int size = 0;
  const auto* text = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* done = HMAC(algorithm(), key.data(), static_cast<int>(key.size()), text, bytes.size(),
                          digest.data(), &size);
  HS_ASSERT(done != nullptr && size == digest.size());
  return hex_of(digest);
}

}  // namespace hotswap
