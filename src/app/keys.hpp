#pragma once
// The keys that sign tokens and webhooks, and the admin token of a development server.

#include <string>

#include "app/settings.hpp"
#include "domain/access/access.hpp"
#include "domain/audit/checkpoint.hpp"

namespace hotswap {

/// From the setting or its file (one trailing newline is cut); with `dev`, `jwt.key` in the data
/// folder, made (0600) if absent. Errors: Invalid `settings.invalid`.
[[nodiscard]] Result<std::string> token_key(const Settings& settings);

/// From --webhook-key-file, or `webhook.key` in the data folder, made (0600) if absent.
[[nodiscard]] Result<std::string> webhook_key(const Settings& settings);

/// Ed25519, from --audit-key-file, or `audit.key` in the data folder, made (0600) if absent.
[[nodiscard]] Result<AuditSigning> audit_signing(const Settings& settings);

/// Of --smtp-password-file; empty without one.
[[nodiscard]] Result<std::string> smtp_password(const Settings& settings);

/// Mints an Admin token for a development server and leaves it in `admin.token` (0600).
[[nodiscard]] Result<std::string> write_admin_token(const Settings& settings,
                                                    const std::string& key, WallTime now);

/// A token for any principal, for `hotswap token`. Invalid `token.key` if the key is too short.
[[nodiscard]] Result<std::string> mint_token(const Principal& principal, Duration ttl,
                                             const std::string& key);

}  // namespace hotswap
