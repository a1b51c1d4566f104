#include "infrastructure/vault/login.hpp"

#include <algorithm>
#include <fstream>

#include "domain/base/overloaded.hpp"
#include "domain/json/write.hpp"
#include "infrastructure/vault/path.hpp"

namespace hotswap::vault {
namespace {

constexpr std::size_t kFileBytes = 64 << 10;

std::unexpected<Error> refused(std::string detail, std::string internal = {}) {
  return std::unexpected(Error{
      ErrorCode::Unavailable, "secret.unavailable", std::move(detail), {}, std::move(internal)});
}

/// Without line breaks and spaces around it.
Result<SecretText> read_file(const std::string& path, const char* what) {
  std::ifstream in(path, std::ios::binary);
  auto bytes = SecretText::sized(kFileBytes);
  in.read(bytes.data(), static_cast<std::streamsize>(kFileBytes));
  const auto count = static_cast<std::size_t>(std::max<std::streamsize>(0, in.gcount()));
  if (in.bad() || !in.is_open() || count == kFileBytes)
    return refused(std::string("The file of ") + what + ", " + path + ", cannot be read");
  auto text = bytes.view().substr(0, count);
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos)
    return refused(std::string("The file of ") + what + ", " + path + ", is empty");
  text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
    return refused(std::string("The file of ") + what + ", " + path + ", has more than one line");
  return SecretText(text);
}

SecretText body_of(std::initializer_list<std::pair<const char*, std::string_view>> members) {
  std::string text = "{";
  for (const auto& [name, value] : members) {
    text += text.size() > 1 ? ",\"" : "\"";
    text.append(name).append("\":");
    json::write_string_to(text, value);
  }
  text += '}';
  return SecretText::from(std::move(text));
}

Duration seconds_at(const Answer& answer, std::string_view path) {
  const auto* value = answer.at(path);
  const auto seconds = value == nullptr ? std::nullopt : value->as_int();
  // Vault grants at most 32 days unless it is told otherwise; a year is long enough to look again.
  return std::chrono::seconds(
      std::clamp<std::int64_t>(seconds.value_or(0), 0, std::int64_t{365} * 24 * 3600));
}

bool flag_at(const Answer& answer, std::string_view path) {
  const auto* value = answer.at(path);
  return value != nullptr && *value == json::Value(true);
}

Lease lease_of(const Answer& answer, MonoTime now) {
  const auto ttl = seconds_at(answer, "auth.lease_duration");
  return {now, ttl, flag_at(answer, "auth.renewable"), ttl};
}

Result<Token> token_in(const Answer& answer, const std::string& who, MonoTime now) {
  auto text = answer.text_at("auth.client_token");
  if (text.empty() || text.find_first_of("\r\n") != std::string::npos)
    return refused(who + " answered a login without a token");
  return Token{SecretText::from(std::move(text)), lease_of(answer, now), now, true};
}

Result<Token> post(Connection& connection, const std::string& mount, SecretText body,
                   const std::string& remedy, MonoTime now) {
  const Call call{.method = "POST",
                  .path = "auth/" + percent_encoded(mount) + "/login",
                  .body = std::move(body),
                  .once = true};
  const auto answer = connection.ask(call);
  if (!answer && answer.error().code == ErrorCode::Unavailable)
    return std::unexpected(answer.error());
  if (!answer)
    return refused(connection.name() + " refuses the login: " + remedy, answer.error().internal);
  if (answer->status == 404)
    return refused(connection.name() + " has no auth method at auth/" + mount +
                   ": correct --vault-auth-mount");
  return token_in(*answer, connection.name(), now);
}

Result<Token> of(const TokenLogin& login, Connection& connection, MonoTime now) {
  auto text = login.file.empty() ? Result<SecretText>(SecretText(login.text))
                                 : read_file(login.file, "Vault's token");
  if (!text) return std::unexpected(text.error());
  auto lease = look_up(*text, connection, now);
  // What is denied is the server, not a secret: it is for whoever gives it a token, and passes.
  if (!lease && lease.error().code == ErrorCode::Forbidden)
    return refused(lease.error().detail, lease.error().internal);
  if (!lease) return std::unexpected(lease.error());
  return Token{std::move(*text), *lease, now, false};
}

Result<Token> of(const AppRoleLogin& login, Connection& connection, MonoTime now) {
  SecretText secret;
  if (!login.secret_id_file.empty()) {
    auto read = read_file(login.secret_id_file, "the AppRole's secret id");
    if (!read) return std::unexpected(read.error());
    secret = std::move(*read);
  }
  auto body = secret.empty() ? body_of({{"role_id", login.role_id}})
                             : body_of({{"role_id", login.role_id}, {"secret_id", secret.view()}});
  return post(connection, login.mount, std::move(body),
              "its AppRole does not know the role id, or the secret id is wrong, used up or "
              "expired; write a new one into --vault-secret-id-file",
              now);
}

Result<Token> of(const KubernetesLogin& login, Connection& connection, MonoTime now) {
  const auto jwt = read_file(login.jwt_file, "the service account's token");
  if (!jwt) return std::unexpected(jwt.error());
  return post(connection, login.mount, body_of({{"role", login.role}, {"jwt", jwt->view()}}),
              "its role " + login.role +
                  " does not exist or is not bound to this pod's service account and namespace",
              now);
}

}  // namespace

Result<Token> log_in(const Login& login, Connection& connection, MonoTime now) {
  return std::visit([&](const auto& kind) { return of(kind, connection, now); }, login);
}

Result<Lease> renew(const Token& token, Connection& connection, MonoTime now) {
  const auto answer =
      connection.ask({.method = "POST", .path = "auth/token/renew-self", .token = &token.text});
  if (!answer) return std::unexpected(answer.error());
  auto lease = lease_of(*answer, now);
  if (answer->at("auth") == nullptr || lease.ttl == Duration::zero())
    return refused(connection.name() + " answered a renewal without a lease");
  lease.full = std::max(lease.ttl, token.lease.full);
  return lease;
}

Result<Lease> look_up(const SecretText& token, Connection& connection, MonoTime now) {
  const auto answer = connection.ask({.path = "auth/token/lookup-self", .token = &token});
  if (!answer && answer.error().code == ErrorCode::Forbidden)
    return std::unexpected(Error{ErrorCode::Forbidden,
                                 "secret.denied",
                                 connection.name() +
                                     " refuses the token: it has expired, was revoked or used up, "
                                     "or lacks the policy `default`. Give it a new one",
                                 {},
                                 answer.error().internal});
  if (!answer) return std::unexpected(answer.error());
  if (answer->at("data.ttl") == nullptr)
    return refused(connection.name() + " does not say how long its token lives");
  const auto ttl = seconds_at(*answer, "data.ttl");
  return Lease{now, ttl, flag_at(*answer, "data.renewable"), ttl};
}

std::string_view name_of(const Login& login) {
  return std::visit(
      Overloaded{[](const TokenLogin&) { return std::string_view("token"); },
                 [](const AppRoleLogin&) { return std::string_view("approle"); },
                 [](const KubernetesLogin&) { return std::string_view("kubernetes"); }},
      login);
}

}  // namespace hotswap::vault
