#include "infrastructure/crypto/ed25519.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <array>
#include <memory>
#include <optional>

#include "domain/base/assert.hpp"

namespace hotswap::crypto {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kSignatureBytes = 64;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hex(std::string_view raw) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> unhex(std::string_view text, std::size_t size) {
  if (text.size() != 2 * size) return std::nullopt;
  std::string raw;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    raw += static_cast<char>(high * 16 + low);
  }
  return raw;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  return text;
}

Key private_key(std::string_view seed) {
  return Key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes(seed), seed.size()));
}

using RawOf = int (*)(const EVP_PKEY*, unsigned char*, std::size_t*);

std::optional<std::string> raw_of(const Key& key, RawOf read) {
  if (!key || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) return std::nullopt;
  std::string raw(kKeyBytes, '\0');
  std::size_t size = raw.size();
  if (read(key.get(), reinterpret_cast<unsigned char*>(raw.data()), &size) != 1 ||
      size != kKeyBytes)
    return std::nullopt;
  return raw;
}

/// Never asks for a passphrase: a key that has one is none that can be read.
int no_passphrase(char*, int, int, void*) { return -1; }

std::optional<std::string> seed_of(std::string_view text) {
  if (!text.starts_with("-----BEGIN")) return unhex(trimmed(text), kKeyBytes);
  const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  return raw_of(key, EVP_PKEY_get_raw_private_key);
}

}  // namespace

Result<Ed25519Key> Ed25519Key::read(std::string_view text) {
  auto seed = seed_of(text);
  const auto public_key =
      seed ? raw_of(private_key(*seed), EVP_PKEY_get_raw_public_key) : std::nullopt;
  if (!public_key)
    return fail(ErrorCode::Invalid, "key.invalid",
                "is no Ed25519 key: it must hold 64 hexadecimal digits, or a private key as PEM "
                "(openssl genpkey -algorithm ed25519).");
  return Ed25519Key(std::move(*seed), hex(*public_key));
}

std::string Ed25519Key::sign(std::string_view text) const {
  const auto key = private_key(seed_);
  const Context context(EVP_MD_CTX_new());
  std::string signature(kSignatureBytes, '\0');
  std::size_t size = signature.size();
  const bool done =
      key && context &&
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes(text), text.size()) == 1;
  HS_ASSERT(done && size == kSignatureBytes);  // of bytes in memory with a key that was read
  return hex(signature);
}

std::string new_ed25519_seed() {
  std::array<unsigned char, kKeyBytes> seed{};
  HS_ASSERT(RAND_priv_bytes(seed.data(), static_cast<int>(seed.size())) == 1);
  return hex({reinterpret_cast<const char*>(seed.data()), seed.size()});
}

bool ed25519_verify(std::string_view public_key, std::string_view text,
                    std::string_view signature) {
  const auto raw = unhex(public_key, kKeyBytes);
  const auto claimed = unhex(signature, kSignatureBytes);
  if (!raw || !claimed) return false;
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(*raw), raw->size()));
  const Context context(EVP_MD_CTX_new());
  return key && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes(*claimed), claimed->size(), bytes(text),
                          text.size()) == 1;
}

Result<std::string> read_ed25519_public(std::string_view text) {
  std::optional<std::string> raw;
  if (text.starts_with("-----BEGIN")) {
    const std::unique_ptr<BIO, Free> bio(
        BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    const Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr));
    raw = raw_of(key, EVP_PKEY_get_raw_public_key);
  } else {
    raw = unhex(trimmed(text), kKeyBytes);
  }
  if (!raw)
    return fail(ErrorCode::Invalid, "key.invalid",
                "is no public Ed25519 key: it must be 64 hexadecimal digits, or PEM.");
  return hex(*raw);
}

}  // namespace hotswap::crypto
