#include "api/auth/token_verifier.hpp"

#include <algorithm>

#include "domain/base/assert.hpp"

namespace hotswap::api {

TokenVerifier::TokenVerifier(TokenPolicy policy, const Clock& clock)
    : policy_(std::move(policy)), clock_(clock) {
  HS_ASSERT(!policy_.keys.empty());
  HS_ASSERT(std::ranges::all_of(policy_.keys,
                                [](const auto& key) { return key.size() >= kTokenKeyBytes; }));
}

TokenVerifier::Shard& TokenVerifier::shard_of(std::string_view token) {
  // The signature's end differs between tokens of one issuer, their beginning does not.
  const auto tail = token.substr(token.size() - std::min<std::size_t>(token.size(), 8));
  return shards_[std::hash<std::string_view>{}(tail) % kShards];
}

void TokenVerifier::remember(Shard& shard, std::string_view token, Known known, WallTime now) {
  const MutexLock lock(shard.mutex);
  constexpr auto kRoom = kRemembered / kShards;
  if (shard.known.size() >= kRoom) {
    std::erase_if(shard.known, [&](const auto& item) { return item.second.until <= now; });
    // Still full of valid tokens: they are checked again when they come, which is only slower.
    if (shard.known.size() >= kRoom) shard.known.clear();
  }
  shard.known.insert_or_assign(std::string(token), std::move(known));
}

Result<std::shared_ptr<const Principal>> TokenVerifier::verify(std::string_view token) {
  const auto now = clock_.wall();
  auto& shard = shard_of(token);
  {
    const MutexLock lock(shard.mutex);
    const auto found = shard.known.find(token);
    if (found != shard.known.end() && now < found->second.until) return found->second.principal;
  }
  auto claims = api::verify(token, policy_, now);
  if (!claims) return std::unexpected(claims.error());
  auto principal = std::make_shared<const Principal>(std::move(claims->principal));
  remember(shard, token, {principal, claims->expires + policy_.leeway}, now);
  return principal;
}

std::string TokenVerifier::mint_instance(const InstanceId& id, const ServiceName& service,
                                         const std::string& environment) const {
  Claims claims;
  claims.principal.subject = "instance:" + id.str();
  claims.principal.roles = {Role::Instance};
  claims.principal.instance = id;
  claims.principal.service = service;
  claims.principal.environment = environment;
  claims.issued_at = clock_.wall();
  claims.expires = clock_.wall() + kInstanceTokenLife;
  claims.issuer = policy_.issuer;
  if (!policy_.audience.empty()) claims.audience = {policy_.audience};
  return mint(claims, policy_.keys.front());
}

}  // namespace hotswap::api
