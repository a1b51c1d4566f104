#include "infrastructure/crypto/aes_gcm.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>

#include "domain/base/assert.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

/// Looked up once: OpenSSL would do it again for each text.
const EVP_CIPHER* algorithm() {
  static const std::unique_ptr<EVP_CIPHER, Free> found(
      EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  HS_ASSERT(found != nullptr);
  return found.get();
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(char* text) { return reinterpret_cast<unsigned char*>(text); }
int length_of(std::string_view text) { return static_cast<int>(text.size()); }

void random_bytes(char* out, std::size_t size) {
  HS_ASSERT(RAND_bytes(bytes_of(out), static_cast<int>(size)) == 1);
}

std::unexpected<Error> damaged() {
  return fail(ErrorCode::Invalid, "secret.damaged",
              "A sealed secret cannot be opened: it, its key or its place is not what it was "
              "sealed with. Bring the database back from a backup, or upload the secret anew.");
}

}  // namespace

SecretText AesGcm::new_key() {
  auto key = SecretText::sized(kKeyBytes);
  random_bytes(key.data(), key.size());
  return key;
}

std::string AesGcm::seal(const SecretText& key, std::string_view plain, std::string_view context) {
  HS_ASSERT(key.size() == kKeyBytes);
  std::string out(kNonce + plain.size() + kTag, '\0');
  random_bytes(out.data(), kNonce);
  const Context work(EVP_CIPHER_CTX_new());
  HS_ASSERT(work != nullptr);
  int size = 0;
  bool done = EVP_EncryptInit_ex2(work.get(), algorithm(), bytes_of(key.view()),
                                  bytes_of(out.data()), nullptr) == 1;
  done = done &&
         EVP_EncryptUpdate(work.get(), nullptr, &size, bytes_of(context), length_of(context)) == 1;
  done = done && EVP_EncryptUpdate(work.get(), bytes_of(out.data() + kNonce), &size,
                                   bytes_of(plain), length_of(plain)) == 1;
  done = done && EVP_EncryptFinal_ex(work.get(), bytes_of(out.data() + kNonce + size), &size) == 1;
  done = done && EVP_CIPHER_CTX_ctrl(work.get(), EVP_CTRL_GCM_GET_TAG, kTag,
                                     out.data() + kNonce + plain.size()) == 1;
  HS_ASSERT(done);  // bytes of memory are always sealed
  return out;
}

Result<SecretText> AesGcm::open(const SecretText& key, std::string_view sealed,
                                std::string_view context) {
  if (sealed.size() < kNonce + kTag || key.size() != kKeyBytes) return damaged();
  const auto text = sealed.substr(kNonce, sealed.size() - kNonce - kTag);
  std::string tag(sealed.substr(sealed.size() - kTag));
  auto plain = SecretText::sized(text.size());
  const Context work(EVP_CIPHER_CTX_new());
  HS_ASSERT(work != nullptr);
  int size = 0;
  bool done = EVP_DecryptInit_ex2(work.get(), algorithm(), bytes_of(key.view()), bytes_of(sealed),
                                  nullptr) == 1;
  done = done &&
         EVP_DecryptUpdate(work.get(), nullptr, &size, bytes_of(context), length_of(context)) == 1;
  done = done && EVP_DecryptUpdate(work.get(), bytes_of(plain.data()), &size, bytes_of(text),
                                   length_of(text)) == 1;
  done = done && EVP_CIPHER_CTX_ctrl(work.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1;
  // Nothing of what was deciphered counts before the tag is found right.
  done = done && EVP_DecryptFinal_ex(work.get(), bytes_of(plain.data() + size), &size) == 1;
  if (!done) return damaged();
  return plain;
}

}  // namespace hotswap
