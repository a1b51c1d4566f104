#include "domain/base/sha256_stream.hpp"

#include <openssl/evp.h>

#include <array>

#include "domain/base/assert.hpp"

namespace hotswap {

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  HS_ASSERT(context_ != nullptr && EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() { EVP_MD_CTX_free(context_); }

void Sha256::add(std::string_view bytes) {
  HS_ASSERT(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex() {
  std::array<unsigned char, 32> digest{};
  unsigned int size = 0;
  HS_ASSERT(EVP_DigestFinal_ex(context_, digest.data(), &size) == 1 && size == digest.size());
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const auto byte : digest) {
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 0xFU];
  }
  return hex;
}

}  // namespace hotswap
