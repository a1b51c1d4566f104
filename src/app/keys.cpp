#include "app/keys.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "infrastructure/clock/system_random.hpp"
#include "infrastructure/crypto/ed25519.hpp"

namespace hotswap {
namespace {

constexpr const char* kTokenFlag = "--jwt-key-file";
constexpr const char* kInstanceFlag = "--instance-key-file";
constexpr auto kAdminTokenLife = std::chrono::hours(24 * 30);

Result<std::string> read_file(const std::string& path, const char* flag) {
  const std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()))
    return fail_field("settings.invalid", flag, "file", "cannot read " + path);
  std::string key = std::move(text).str();
  if (key.ends_with('\n')) key.pop_back();
  return key;
}

/// Only its owner may read what is written here.
Result<void> write_private(const std::string& path, const std::string& text, int flags) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
  const bool written =
      file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (written) return {};
  return fail_field("settings.invalid", "--data-dir", "file",
                    "cannot write " + path + ": " + std::strerror(error));
}

/// The text in `file`, or in `name` of the data folder, where one is made if there is none.
Result<std::string> key_of(const Settings& settings, const std::string& file,
                           const std::string& name, const char* flag) {
  std::string path = file;
  if (path.empty()) {
    path = settings.store.data_dir + "/" + name;
    if (::access(path.c_str(), F_OK) != 0) {
      SystemRandom random;
      const std::string key = random.guid() + random.guid();
      if (auto done = write_private(path, key + '\n', O_EXCL); !done)
        return std::unexpected(done.error());
    }
  }
  return read_file(path, flag);
}

Result<api::KeySet> read_key(const Result<std::string>& text, const char* flag,
                             api::Algorithm rsa) {
  if (!text) return std::unexpected(text.error());
  auto keys = api::read_keys(*text, api::KeyOrigin::Local, rsa);
  if (!keys) return fail_field("token.key", flag, "key", keys.error().detail);
  return keys;
}

/// Of the settings that name one; empty if none does.
Result<api::KeySet> given_keys(const Settings& settings) {
  const auto& auth = settings.auth;
  const auto rsa =
      api::algorithm_from_string(auth.jwt_rsa_algorithm).value_or(api::Algorithm::RS256);
  if (!auth.jwt_key.empty()) return read_key(auth.jwt_key, "HOTSWAP_JWT_KEY", rsa);
  if (auth.jwt_key_file.empty() && !auth.dev) return api::KeySet();
  return read_key(key_of(settings, auth.jwt_key_file, "jwt.key", kTokenFlag), kTokenFlag, rsa);
}

}  // namespace

Result<api::KeySet> token_keys(const Settings& settings) {
  auto keys = given_keys(settings);
  if (!keys || keys->signing() != nullptr) return keys;
  const auto& file = settings.auth.instance_key_file;
  if (file.empty() && !settings.store.database.empty())
    return fail_field("settings.invalid", kInstanceFlag, "required",
                      "the servers of a cluster must sign instances' tokens with one key, and " +
                          std::string(kTokenFlag) + " holds none that can sign");
  auto own = read_key(key_of(settings, file, "instance.key", kInstanceFlag), kInstanceFlag,
                      api::Algorithm::RS256);
  if (!own) return own;
  if (own->signing() == nullptr)
    return fail_field("token.key", kInstanceFlag, "key", "no key in it can sign");
  keys->keys.push_back(*own->signing());
  return keys;
}

Result<std::string> webhook_key(const Settings& settings) {
  constexpr const char* kFlag = "--webhook-key-file";
  auto key = key_of(settings, settings.notify.webhook_key_file, "webhook.key", kFlag);
  if (!key || key->size() >= api::kTokenKeyBytes) return key;
  return fail_field("token.key", kFlag, "minLength",
                    "the key needs at least " + std::to_string(api::kTokenKeyBytes) +
                        " bytes, this has " + std::to_string(key->size()));
}

Result<AuditSigning> audit_signing(const Settings& settings) {
  constexpr const char* kFlag = "--audit-key-file";
  std::string path = settings.audit.key_file;
  if (path.empty()) {
    path = settings.store.data_dir + "/audit.key";
    if (::access(path.c_str(), F_OK) != 0)
      if (auto done = write_private(path, crypto::new_ed25519_seed() + '\n', O_EXCL); !done)
        return std::unexpected(done.error());
  }
  const auto text = read_file(path, kFlag);
  if (!text) return std::unexpected(text.error());
  auto key = crypto::Ed25519Key::read(*text);
  if (!key) return fail_field("settings.invalid", kFlag, "key", path + ' ' + key.error().detail);
  std::string public_key = key->public_key();
  return AuditSigning{std::move(public_key),
                      [key = std::move(*key)](const std::string& what) { return key.sign(what); },
                      crypto::ed25519_verify};
}

Result<std::string> smtp_password(const Settings& settings) {
  if (settings.notify.smtp_password_file.empty()) return std::string();
  return read_file(settings.notify.smtp_password_file, "--smtp-password-file");
}

Result<void> write_admin_token(const Settings& settings, const api::TokenIssuer& own,
                               WallTime now) {
  api::Claims claims;
  claims.principal.subject = "admin@localhost";
  claims.principal.roles = {Role::Admin};
  claims.issued_at = now;
  claims.expires = now + kAdminTokenLife;
  claims.issuer = own.policy.issuer;
  if (!own.policy.audiences.empty()) claims.audience = {own.policy.audiences.front()};
  const std::string token = api::mint(claims, *own.keys.signing());
  return write_private(settings.store.data_dir + "/admin.token", token + '\n', O_TRUNC);
}

}  // namespace hotswap
