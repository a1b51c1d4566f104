#pragma once
// The keys that sign tokens and webhooks, and the admin token of a development server.

#include <string>

#include "api/auth/token_verifier.hpp"
#include "app/settings.hpp"
#include "domain/access/access.hpp"
#include "domain/audit/checkpoint.hpp"

namespace hotswap {

/// From the setting or its file; with `dev`, `jwt.key` in the data folder, made (0600) if absent.
/// The first that can sign makes instances' tokens: if there is none, one more is added, of
/// --instance-key-file or `instance.key` in the data folder, made if absent. Errors: Invalid
/// `settings.invalid`, `token.key`.
[[nodiscard]] Result<api::KeySet> token_keys(const Settings& settings);

/// From --webhook-key-file, or `webhook.key` in the data folder, made (0600) if absent.
[[nodiscard]] Result<std::string> webhook_key(const Settings& settings);

/// Ed25519, from --audit-key-file, or `audit.key` in the data folder, made (0600) if absent.
[[nodiscard]] Result<AuditSigning> audit_signing(const Settings& settings);

/// Of --smtp-password-file; empty without one.
[[nodiscard]] Result<std::string> smtp_password(const Settings& settings);

/// Mints an Admin token for a development server and leaves it in `admin.token` (0600).
[[nodiscard]] Result<void> write_admin_token(const Settings& settings, const api::TokenIssuer& own,
                                             WallTime now);

}  // namespace hotswap
