#include "state_cipher.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>

#include "domain/base/assert.hpp"
#include "domain/base/sha256.hpp"

namespace hotswap::sdk {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "hotswap-sealed 1\n";
constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kKeyFileMax = 64 << 10;

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(char* text) { return reinterpret_cast<unsigned char*>(text); }

std::string_view view_of(const std::array<unsigned char, 32>& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

std::unexpected<std::string> failure(const std::string& what, const fs::path& file) {
  return std::unexpected("cannot " + what + " " + file.string() + ": " + std::strerror(errno));
}

std::expected<void, std::string> write_key(const fs::path& file) {
  std::array<unsigned char, kKeyBytes> key{};
  HS_ASSERT(RAND_bytes(key.data(), static_cast<int>(key.size())) == 1);
  std::error_code bad;
  fs::create_directories(file.parent_path(), bad);
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (out < 0 && errno == EEXIST) return {};
  const bool written = out >= 0 &&
                       ::write(out, key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
                       ::fsync(out) == 0;
  const int error = errno;
  if (out >= 0) ::close(out);
  OPENSSL_cleanse(key.data(), key.size());
  errno = error;
  if (!written) return failure("write", file);
  return {};
}

/// Of the key and of what is sealed: no two texts share one.
std::string nonce_for(std::string_view key, std::string_view text) {
  const auto digits = hmac_sha256_hex(key, text);
  std::string nonce;
  for (std::size_t i = 0; i < 2 * kNonce; i += 2)
    nonce += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return nonce;
}

}  // namespace

std::expected<StateCipher, std::string> StateCipher::open_key(const fs::path& file, bool make) {
  std::error_code bad;
  if (make && !fs::exists(file, bad))
    if (auto done = write_key(file); !done) return std::unexpected(done.error());
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) return failure("read", file);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (text.size() < kKeyBytes || text.size() > kKeyFileMax)
    return std::unexpected("the key in " + file.string() + " needs at least " +
                           std::to_string(kKeyBytes) + " bytes, this has " +
                           std::to_string(text.size()));
  const auto digest = sha256("hotswap.state-key/1" + text);
  OPENSSL_cleanse(text.data(), text.size());
  Key key{};
  std::ranges::copy(digest, key.begin());
  return StateCipher(key);
}

StateCipher::~StateCipher() { OPENSSL_cleanse(key_.data(), key_.size()); }

bool StateCipher::is_sealed(std::string_view content) { return content.starts_with(kMagic); }

std::string StateCipher::seal(std::string_view text) const {
  std::string out(kMagic);
  out += nonce_for(view_of(key_), text);
  const auto start = out.size();
  out.resize(start + text.size() + kTag);
  const Context work(EVP_CIPHER_CTX_new());
  int size = 0;
  bool done =
      work != nullptr && EVP_EncryptInit_ex(work.get(), EVP_aes_256_gcm(), nullptr, key_.data(),
                                            bytes_of(out.data() + kMagic.size())) == 1;
  done = done && EVP_EncryptUpdate(work.get(), bytes_of(out.data() + start), &size, bytes_of(text),
                                   static_cast<int>(text.size())) == 1;
  done = done && EVP_EncryptFinal_ex(work.get(), bytes_of(out.data() + start + size), &size) == 1;
  done = done && EVP_CIPHER_CTX_ctrl(work.get(), EVP_CTRL_GCM_GET_TAG, kTag,
                                     out.data() + start + text.size()) == 1;
  HS_ASSERT(done);  // bytes of memory are always sealed
  return out;
}

std::optional<std::string> StateCipher::open(std::string_view content) const {
  if (!is_sealed(content) || content.size() < kMagic.size() + kNonce + kTag) return std::nullopt;
  content.remove_prefix(kMagic.size());
  const auto text = content.substr(kNonce, content.size() - kNonce - kTag);
  std::string tag(content.substr(content.size() - kTag));
  std::string out(text.size(), '\0');
  const Context work(EVP_CIPHER_CTX_new());
  int size = 0;
  bool done = work != nullptr && EVP_DecryptInit_ex(work.get(), EVP_aes_256_gcm(), nullptr,
                                                    key_.data(), bytes_of(content)) == 1;
  done = done && EVP_DecryptUpdate(work.get(), bytes_of(out.data()), &size, bytes_of(text),
                                   static_cast<int>(text.size())) == 1;
  done = done && EVP_CIPHER_CTX_ctrl(work.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1;
  done = done && EVP_DecryptFinal_ex(work.get(), bytes_of(out.data() + size), &size) == 1;
  if (!done) return std::nullopt;
  return out;
}

}  // namespace hotswap::sdk
