#include "app/keys.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "api/auth/jwt.hpp"
#include "infrastructure/clock/system_clock.hpp"
#include "infrastructure/clock/system_random.hpp"
#include "infrastructure/crypto/ed25519.hpp"

namespace hotswap {
namespace {

constexpr const char* kTokenFlag = "--jwt-key-file";
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

Result<std::string> checked(std::string key, const char* flag) {
  if (key.size() < api::kTokenKeyBytes)
    return fail_field("token.key", flag, "minLength",
                      "the key needs at least " + std::to_string(api::kTokenKeyBytes) +
                          " bytes, this has " + std::to_string(key.size()));
  return key;
}

/// The key in `file`, or in `name` of the data folder, where one is made if there is none.
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
  auto key = read_file(path, flag);
  if (!key) return key;
  return checked(std::move(*key), flag);
}

}  // namespace

Result<std::string> token_key(const Settings& settings) {
  if (!settings.auth.jwt_key.empty()) return checked(settings.auth.jwt_key, kTokenFlag);
  return key_of(settings, settings.auth.jwt_key_file, "jwt.key", kTokenFlag);
}

Result<std::string> webhook_key(const Settings& settings) {
  return key_of(settings, settings.notify.webhook_key_file, "webhook.key", "--webhook-key-file");
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

Result<std::string> write_admin_token(const Settings& settings, const std::string& key,
                                      WallTime now) {
  api::Claims claims;
  claims.principal.subject = "admin@localhost";
  claims.principal.roles = {Role::Admin};
  claims.issued_at = now;
  claims.expires = now + kAdminTokenLife;
  std::string token = api::mint(claims, key);
  const std::string path = settings.store.data_dir + "/admin.token";
  if (auto done = write_private(path, token + '\n', O_TRUNC); !done)
    return std::unexpected(done.error());
  return token;
}

Result<std::string> mint_token(const Principal& principal, Duration ttl, const std::string& key) {
  if (auto long_enough = checked(key, kTokenFlag); !long_enough) return long_enough;
  api::Claims claims;
  claims.principal = principal;
  claims.issued_at = SystemClock().wall();
  claims.expires = *claims.issued_at + ttl;
  return api::mint(claims, key);
}

}  // namespace hotswap
