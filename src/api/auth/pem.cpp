#include "api/auth/pem.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>

#include "domain/base/assert.hpp"

namespace hotswap::api {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::size_t kBlocks = 64;

using Material = std::shared_ptr<EVP_PKEY>;

struct CloseBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, CloseBio>;
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

struct ForgetErrors {
  ~ForgetErrors() { ERR_clear_error(); }
};

auto refuse(std::string detail) { return std::unexpected(bad_key(std::move(detail))); }

/// Without it OpenSSL would ask on the terminal.
int no_password(char*, int, int, void*) { return -1; }

Material shared(EVP_PKEY* key) {
  return key != nullptr ? Material(key, [](EVP_PKEY* old) { EVP_PKEY_free(old); }) : Material();
}

struct Block {
  std::string_view label;
  std::string_view text;  ///< from BEGIN to the end of END's line
};

std::optional<Block> next_block(std::string_view& rest) {
  const auto begin = rest.find(kBegin);
  if (begin == std::string_view::npos) return std::nullopt;
  const auto end = rest.find(kEnd, begin);
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = std::min(rest.find('\n', end), rest.size());
  Block block;
  block.text = rest.substr(begin, line - begin);
  const auto label = block.text.substr(kBegin.size());
  block.label = label.substr(0, label.find("-----"));
  rest.remove_prefix(line);
  return block;
}

Material read(const Block& block, bool& is_private) {
  const Bio bio(BIO_new_mem_buf(block.text.data(), static_cast<int>(block.text.size())));
  HS_ASSERT(bio);
  is_private = block.label.ends_with("PRIVATE KEY");
  if (is_private) return shared(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (block.label == "CERTIFICATE") {
    const std::unique_ptr<X509, FreeCertificate> certificate(
        PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr));
    return certificate ? shared(X509_get_pubkey(certificate.get())) : Material();
  }
  return shared(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_password, nullptr));
}

std::optional<Algorithm> usual(const EVP_PKEY& key, Algorithm rsa) {
  const auto kind = kind_of(key);
  if (!kind) return std::nullopt;
  if (*kind == KeyKind::Rsa) return rsa;
  const auto* found = std::ranges::find_if(
      kAlgorithms, [&](Algorithm algorithm) { return kind_of(algorithm) == *kind; });
  return *found;
}

Result<Key> key_of(const Block& block, Algorithm rsa) {
  const auto place = "the PEM block " + std::string(block.label) + ": ";
  bool is_private = false;
  auto material = read(block, is_private);
  if (!material) {
    const bool locked = block.label.contains("ENCRYPTED") || block.text.contains("ENCRYPTED");
    return refuse(place + (locked ? "it is encrypted; give it without a password, in a file that "
                                    "only the server may read"
                                  : "it cannot be read"));
  }
  const auto algorithm = usual(*material, rsa);
  if (!algorithm) return refuse(place + "a key of this kind signs no tokens");
  auto key = Key::of(std::move(material), is_private, *algorithm);
  if (!key) return refuse(place + key.error().detail);
  return key;
}

}  // namespace

Result<std::vector<Key>> keys_of_pem(std::string_view text, Algorithm rsa) {
  const ForgetErrors forget;
  std::vector<Key> keys;
  while (const auto block = next_block(text)) {
    if (block->label == "EC PARAMETERS") continue;  // openssl ecparam writes it before the key
    if (keys.size() >= kBlocks) return refuse("there are more than 64 PEM blocks");
    auto key = key_of(*block, rsa);
    if (!key) return std::unexpected(key.error());
    keys.push_back(std::move(*key));
  }
  if (keys.empty()) return refuse("no whole PEM block is in it");
  return keys;
}

}  // namespace hotswap::api
