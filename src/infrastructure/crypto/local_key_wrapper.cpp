#include "infrastructure/crypto/local_key_wrapper.hpp"

#include <algorithm>

#include "domain/base/base64url.hpp"
#include "domain/base/sha256.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kKeysMax = 64;

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

std::optional<SecretText> from_hex(std::string_view digits) {
  if (digits.size() != 2 * Cipher::kKeyBytes) return std::nullopt;
  auto key = SecretText::sized(Cipher::kKeyBytes);
  for (std::size_t i = 0; i < key.size(); ++i) {
    const int high = hex_value(digits[2 * i]), low = hex_value(digits[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    key.data()[i] = static_cast<char>(high * 16 + low);
  }
  return key;
}

/// With or without padding, in either alphabet: as openssl rand -base64 32 writes it.
std::optional<SecretText> from_base64(std::string_view digits) {
  while (digits.ends_with('=')) digits.remove_suffix(1);
  auto text = SecretText(digits);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.data()[i] == '+') text.data()[i] = '-';
    if (text.data()[i] == '/') text.data()[i] = '_';
  }
  auto bytes = base64url_decode(text.view());
  if (!bytes) return std::nullopt;
  auto key = SecretText::from(std::move(*bytes));
  if (key.size() != Cipher::kKeyBytes) return std::nullopt;
  return key;
}

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = line.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kBlank) - first + 1);
}

std::unexpected<Error> bad_key(std::size_t line) {
  return fail(ErrorCode::Invalid, "secret.bad_key",
              "Line " + std::to_string(line) +
                  " of the key-encryption keys is none: a key is 32 bytes as 64 hexadecimal digits "
                  "or base64, as openssl rand -hex 32 writes it.");
}

}  // namespace

std::string local_key_id(const SecretText& key) {
  return "local:" + hmac_sha256_hex(key.view(), "hotswap.key-id/1").substr(0, kIdDigits);
}

SecretText local_key_line(const SecretText& key) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  auto line = SecretText::sized(2 * key.size() + 1);
  for (std::size_t i = 0; i < key.size(); ++i) {
    const auto byte = static_cast<unsigned char>(key.view()[i]);
    line.data()[2 * i] = kDigits[byte >> 4U];
    line.data()[2 * i + 1] = kDigits[byte & 0xFU];
  }
  line.data()[2 * key.size()] = '\n';
  return line;
}

Result<std::vector<LocalKey>> read_local_keys(std::string_view text) {
  std::vector<LocalKey> keys;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    auto key = from_hex(line);
    if (!key) key = from_base64(line);
    if (!key || keys.size() == kKeysMax) return bad_key(number);
    auto id = local_key_id(*key);
    keys.push_back({std::move(id), std::move(*key)});
  }
  return keys;
}

LocalKeyWrapper::LocalKeyWrapper(Cipher& cipher, std::vector<LocalKey> keys, Read read_again)
    : cipher_(cipher),
      read_(std::move(read_again)),
      keys_(std::make_shared<const std::vector<LocalKey>>(std::move(keys))) {}

LocalKeyWrapper::Keys LocalKeyWrapper::keys() const {
  const MutexLock lock(mutex_);
  return keys_;
}

const LocalKey* LocalKeyWrapper::find(const Keys& keys, const std::string& id) const {
  const auto found = std::ranges::find(*keys, id, &LocalKey::id);
  return found == keys->end() ? nullptr : &*found;
}

Result<void> LocalKeyWrapper::reload() {
  if (!read_) return {};
  auto read = read_();
  if (!read) return std::unexpected(std::move(read.error()));
  auto fresh = std::make_shared<const std::vector<LocalKey>>(std::move(*read));
  const MutexLock lock(mutex_);
  keys_ = std::move(fresh);
  return {};
}

std::string LocalKeyWrapper::current() const {
  const auto all = keys();
  return all->empty() ? std::string() : all->front().id;
}

Result<WrappedKey> LocalKeyWrapper::wrap(const SecretText& key, std::string_view context) {
  const auto all = keys();
  if (all->empty())
    return fail(ErrorCode::Unavailable, "secret.no_key",
                "This server has no key-encryption key, so it stores no secrets: give it one with "
                "--secret-keys-file or HOTSWAP_SECRET_KEYS (openssl rand -hex 32 makes one), or "
                "keep the secret elsewhere and refer to it with \"ref\".");
  const LocalKey& first = all->front();
  return WrappedKey{first.id, cipher_.seal(first.key, key.view(), context)};
}

Result<SecretText> LocalKeyWrapper::unwrap(const WrappedKey& wrapped, std::string_view context) {
  auto all = keys();
  const LocalKey* key = find(all, wrapped.key_id);
  if (key == nullptr) {
    // Another server may have been given a new key and have used it already.
    if (auto read = reload(); !read) return std::unexpected(std::move(read.error()));
    all = keys();
    key = find(all, wrapped.key_id);
  }
  if (key == nullptr)
    return fail(ErrorCode::Unavailable, "secret.key_missing",
                "A secret is sealed under the key-encryption key " + wrapped.key_id +
                    ", which this server does not have: add it to the keys of "
                    "--secret-keys-file or HOTSWAP_SECRET_KEYS, behind the first.");
  return cipher_.open(key->key, wrapped.bytes, context);
}

}  // namespace hotswap
