#pragma once
// How this server shows Vault who it is.

#include <string>
#include <variant>

#include "infrastructure/vault/connection.hpp"
#include "infrastructure/vault/lease.hpp"

namespace hotswap::vault {

/// A token that somebody made; the file is read again when it is refused or due.
struct TokenLogin {
  std::string file{};
  std::string text{};  ///< instead of a file
};
struct AppRoleLogin {
  std::string mount = "approle";
  std::string role_id{};
  std::string secret_id_file{};  ///< empty: the role is bound otherwise and needs none
};
/// With the token of the pod's service account.
struct KubernetesLogin {
  std::string mount = "kubernetes";
  std::string role{};
  std::string jwt_file = "/var/run/secrets/kubernetes.io/serviceaccount/token";
};
using Login = std::variant<TokenLogin, AppRoleLogin, KubernetesLogin>;

struct Token {
  SecretText text;
  Lease lease;
  MonoTime made{};    ///< logged in
  bool ours = false;  ///< from a login: nobody else uses it, so it is revoked at the end
};

/// Files are read anew each time. Errors: `secret.unavailable` that says what to correct.
[[nodiscard]] Result<Token> log_in(const Login& login, Connection& connection, MonoTime now);
/// The token's life from now on.
[[nodiscard]] Result<Lease> renew(const Token& token, Connection& connection, MonoTime now);
/// Whether Vault still knows the token at all.
[[nodiscard]] Result<Lease> look_up(const SecretText& token, Connection& connection, MonoTime now);

/// `token`, `approle` or `kubernetes`.
[[nodiscard]] std::string_view name_of(const Login& login);

}  // namespace hotswap::vault
