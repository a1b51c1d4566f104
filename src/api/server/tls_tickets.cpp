#include "api/server/tls_tickets.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <cstring>

#include "domain/base/assert.hpp"

namespace hotswap::api {
namespace {

constexpr int kIvBytes = 16;

TicketKey fresh_key() {
  TicketKey key;
  HS_ASSERT(RAND_bytes(key.name.data(), static_cast<int>(key.name.size())) == 1);
  HS_ASSERT(RAND_priv_bytes(key.cipher.data(), static_cast<int>(key.cipher.size())) == 1);
  HS_ASSERT(RAND_priv_bytes(key.mac.data(), static_cast<int>(key.mac.size())) == 1);
  return key;
}

bool key_mac(EVP_MAC_CTX* mac, TicketKey& key) {
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

// OpenSSL's answers: 0 no ticket, 1 take it, 2 take it and seal a new one, -1 failure.
// NOLINTNEXTLINE(readability-function-size): the parameters are OpenSSL's
int handle_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                  EVP_MAC_CTX* mac, int seal) {
  auto* keys = static_cast<TicketKeys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  TicketKey key;
  int age = 0;
  if (seal == 1) {
    key = keys->newest();
    std::memcpy(name, key.name.data(), key.name.size());
    if (RAND_bytes(iv, kIvBytes) != 1) return -1;
  } else {
    age = keys->find({reinterpret_cast<const char*>(name), key.name.size()}, key);
    if (age < 0) return 0;
  }
  const bool done =
      key_mac(mac, key) && EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(),
                                             iv, seal == 1 ? 1 : 0) == 1;
  OPENSSL_cleanse(&key, sizeof key);
  return done ? 1 + age : -1;
}

}  // namespace

TicketKeys::TicketKeys() : keys_{fresh_key(), fresh_key()} {}
TicketKeys::~TicketKeys() { OPENSSL_cleanse(keys_.data(), sizeof keys_); }

void TicketKeys::rotate() {
  const auto key = fresh_key();
  const MutexLock lock(mutex_);
  keys_[1] = keys_[0];
  keys_[0] = key;
}

void TicketKeys::serve(ssl_ctx_st* context) {
  SSL_CTX_set_app_data(context, this);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, handle_ticket);
}

TicketKey TicketKeys::newest() const {
  const MutexLock lock(mutex_);
  return keys_[0];
}

int TicketKeys::find(std::string_view name, TicketKey& key) const {
  const MutexLock lock(mutex_);
  for (int age = 0; age < 2; ++age) {
    const auto& known = keys_[static_cast<std::size_t>(age)];
    if (std::memcmp(known.name.data(), name.data(), known.name.size()) != 0) continue;
    key = known;
    return age;
  }
  return -1;
}

}  // namespace hotswap::api
