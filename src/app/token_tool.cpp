#include "app/token_tool.hpp"

#include <algorithm>

#include "api/auth/base64url.hpp"
#include "api/auth/jwt.hpp"
#include "app/issuers.hpp"
#include "domain/json/parse.hpp"
#include "infrastructure/clock/system_clock.hpp"

namespace hotswap {
namespace {

constexpr const char* kKeyFlag = "--key-file";

auto bad_key(std::string why) { return fail_field("token.key", kKeyFlag, "key", std::move(why)); }

/// Nothing asked for: nothing. Invalid for a name that is none.
Result<std::optional<api::Algorithm>> algorithm_of(const std::string& name) {
  if (name.empty()) return std::nullopt;
  const auto algorithm = api::algorithm_from_string(name);
  if (algorithm) return algorithm;
  std::string names;
  for (const auto known : api::kAlgorithms)
    names += (names.empty() ? "" : ", ") + std::string(to_string(known));
  return fail(ErrorCode::Invalid, "usage", "--algorithm: \"" + name + "\" is none of " + names);
}

/// An RSA key that names no algorithm is for the one that is asked for.
Result<api::KeySet> read_keys(const std::string& text, std::optional<api::Algorithm> wanted) {
  const bool rsa = wanted && api::kind_of(*wanted) == api::KeyKind::Rsa;
  auto keys = api::read_keys(text, api::KeyOrigin::Local, rsa ? *wanted : api::Algorithm::RS256);
  if (!keys) return bad_key(keys.error().detail);
  return keys;
}

Result<api::Key> signing_key(const cli::TokenRequest& request) {
  const auto wanted = algorithm_of(request.algorithm);
  if (!wanted) return std::unexpected(wanted.error());
  const auto keys = read_keys(request.key, *wanted);
  if (!keys) return std::unexpected(keys.error());
  const auto fits = [&](const api::Key& key) {
    return key.can_sign() && (!*wanted || key.algorithm() == **wanted);
  };
  const auto found = std::ranges::find_if(keys->keys, fits);
  if (found != keys->keys.end()) return *found;
  if (keys->signing() == nullptr) return bad_key("no key in it can sign: only public ones");
  return bad_key("no key in it is for " + request.algorithm + ", but one for " +
                 std::string(to_string(keys->signing()->algorithm())) +
                 (request.algorithm.starts_with("HS")
                      ? "; give a JWK whose alg says otherwise, to the server as well"
                      : ""));
}

json::Value part_of(std::string_view token, std::size_t index) {
  for (; index > 0; --index) {
    const auto dot = token.find('.');
    if (dot == std::string_view::npos) return {};
    token.remove_prefix(dot + 1);
  }
  const auto bytes = api::base64url_decode(token.substr(0, token.find('.')));
  auto value = bytes ? json::parse(*bytes) : Result<json::Value>(json::Value());
  return value ? std::move(*value) : json::Value();
}

/// Whose rules and keys are asked: the issuer that the token names, or ourselves.
struct Judge {
  std::string name = "own";
  api::TokenPolicy policy;
  api::Algorithm rsa = api::Algorithm::RS256;
};

Result<Judge> judge_of(const cli::TokenQuestion& question, const json::Value& payload) {
  Judge own;
  own.policy.issuer = question.issuer;
  if (!question.audience.empty()) own.policy.audiences = {question.audience};
  if (!question.issuers) return own;
  const auto issuers = read_issuers(*question.issuers, question.issuers_file);
  if (!issuers) return std::unexpected(issuers.error());
  const auto* named = payload.find("iss");
  const auto* name = named != nullptr ? named->as_string() : nullptr;
  for (const auto& issuer : *issuers)
    if (name != nullptr && *name == issuer.policy.issuer)
      return Judge{issuer.name, issuer.policy, issuer.rsa};
  return own;
}

/// Why it is refused, or whom it speaks for.
void decide(const Judge& judge, const std::optional<api::KeySet>& keys, std::string_view token,
            cli::TokenAnswer& answer) {
  const auto now = SystemClock().wall();
  const auto claims = [&]() -> Result<api::Claims> {
    if (keys) return api::verify(token, *keys, judge.policy, now);
    const auto jws = api::read_jws(token);
    if (!jws) return std::unexpected(jws.error());
    const auto payload = api::read_token_object(jws->payload);
    if (!payload) return std::unexpected(payload.error());
    return api::accept(*jws, *payload, judge.policy, now);
  }();
  answer.signature_checked = keys.has_value();
  if (!claims) {
    answer.refusal = claims.error().internal;
  } else {
    answer.principal = claims->principal;
  }
}

}  // namespace

Result<cli::MintedToken> mint_token(const cli::TokenRequest& request) {
  const auto key = signing_key(request);
  if (!key) return std::unexpected(key.error());
  api::Claims claims;
  claims.principal = request.principal;
  claims.issued_at = SystemClock().wall();
  claims.expires = *claims.issued_at + request.ttl;
  claims.issuer = request.issuer;
  if (!request.audience.empty()) claims.audience = {request.audience};
  return cli::MintedToken{api::mint(claims, *key), std::string(to_string(key->algorithm())),
                          key->kid(), claims.expires};
}

Result<cli::TokenAnswer> inspect_token(const cli::TokenQuestion& question) {
  const auto wanted = algorithm_of(question.algorithm);
  if (!wanted) return std::unexpected(wanted.error());
  cli::TokenAnswer answer;
  answer.header = part_of(question.token, 0);
  answer.payload = part_of(question.token, 1);
  const auto judge = judge_of(question, answer.payload);
  if (!judge) return std::unexpected(judge.error());
  answer.issuer = judge->name;
  std::optional<api::KeySet> keys;
  if (question.key) {
    auto read = read_keys(*question.key, *wanted ? *wanted : judge->rsa);
    if (!read) return std::unexpected(read.error());
    keys = std::move(*read);
  }
  decide(*judge, keys, question.token, answer);
  return answer;
}

}  // namespace hotswap
