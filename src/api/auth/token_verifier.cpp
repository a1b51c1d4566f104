#include "api/auth/token_verifier.hpp"

#include <algorithm>

#include "domain/base/assert.hpp"

namespace hotswap::api {

std::shared_ptr<const KeySet> TokenVerifier::Issuer::snapshot() const {
  const MutexLock lock(mutex);
  return keys;
}

TokenVerifier::TokenVerifier(std::vector<TokenIssuer> issuers, const Clock& clock,
                             Duration instance_life)
    : clock_(clock), instance_life_(instance_life) {
  HS_ASSERT(!issuers.empty() && issuers.front().keys.signing() != nullptr);
  for (auto& given : issuers) {
    auto& issuer = *issuers_.emplace_back(std::make_unique<Issuer>());
    issuer.policy = std::move(given.policy);
    const MutexLock lock(issuer.mutex);
    issuer.keys = std::make_shared<const KeySet>(std::move(given.keys));
  }
}

TokenVerifier::Shard& TokenVerifier::shard_of(std::string_view token) {
  // The signature's end differs between tokens of one issuer, their beginning does not.
  const auto tail = token.substr(token.size() - std::min<std::size_t>(token.size(), 8));
  return shards_[std::hash<std::string_view>{}(tail) % kShards];
}

void TokenVerifier::remember(Shard& shard, PassPtr pass, WallTime now) {
  const MutexLock lock(shard.mutex);
  constexpr auto kRoom = kRemembered / kShards;
  if (const auto old = shard.known.find(pass); old != shard.known.end()) shard.known.erase(old);
  if (shard.known.size() >= kRoom) {
    std::erase_if(shard.known, [&](const PassPtr& item) {
      return item->until <= now || item->epoch != pass->epoch;
    });
    // Still full of valid tokens: they are checked again when they come, which is only slower.
    if (shard.known.size() >= kRoom) shard.known.clear();
  }
  shard.known.insert(std::move(pass));
}

TokenVerifier::Issuer& TokenVerifier::issuer_of(const json::Value& payload) {
  const auto* named = payload.find("iss");
  const auto* name = named != nullptr ? named->as_string() : nullptr;
  if (name != nullptr) {
    const auto found = std::find_if(issuers_.begin() + 1, issuers_.end(), [&](const auto& issuer) {
      return *name == issuer->policy.issuer;
    });
    if (found != issuers_.end()) return **found;
  }
  return *issuers_.front();
}

Result<TokenVerifier::Checked> TokenVerifier::check(std::string_view token, WallTime now) {
  const auto jws = read_jws(token);
  if (!jws) return std::unexpected(jws.error());
  // Not proven yet: it only says whose keys are to prove it.
  const auto payload = read_token_object(jws->payload);
  if (!payload) return std::unexpected(payload.error());
  auto& issuer = issuer_of(*payload);
  switch (prove(*jws, *issuer.snapshot())) {
    case Proof::Genuine:
      break;
    case Proof::Forged:
      return std::unexpected(unauthenticated("wrong signature"));
    case Proof::UnknownKey:
      issuer.wish = true;
      return std::unexpected(unauthenticated("no key for it"));
  }
  auto claims = accept(*jws, *payload, issuer.policy, now);
  if (!claims) return std::unexpected(claims.error());
  const auto& instance = claims->principal.instance;
  if (instance && revoked_ && revoked_(*instance, claims->issued_at)) {
    return std::unexpected(unauthenticated("the tokens of this instance were revoked"));
  }
  return Checked{std::move(*claims), issuer.policy.leeway};
}

Result<std::shared_ptr<const Principal>> TokenVerifier::verify(std::string_view token) {
  auto pass = admit(token);
  if (!pass) return std::unexpected(std::move(pass.error()));
  return (*pass)->principal;
}

Result<std::shared_ptr<const Pass>> TokenVerifier::admit(std::string_view token) {
  const auto now = clock_.wall();
  // Before the look at keys and revocations: what changes meanwhile outdates the answer.
  const std::uint64_t epoch = epoch_;
  auto& shard = shard_of(token);
  {
    const MutexLock lock(shard.mutex);
    const auto found = shard.known.find(token);
    if (found != shard.known.end() && now < (*found)->until && (*found)->epoch == epoch)
      return *found;
  }
  auto checked = check(token, now);
  if (!checked) return std::unexpected(checked.error());
  auto pass = std::make_shared<const Pass>(
      std::string(token), std::make_shared<const Principal>(std::move(checked->claims.principal)),
      checked->claims.expires + checked->leeway, epoch);
  remember(shard, pass, now);
  return pass;
}

Result<std::shared_ptr<const Pass>> TokenVerifier::admit_again(std::shared_ptr<const Pass> pass) {
  if (clock_.wall() < pass->until && pass->epoch == epoch_) return pass;
  return admit(pass->token);
}

std::string TokenVerifier::mint_instance(const InstanceId& id, const ServiceName& service,
                                         const std::string& environment) const {
  const auto& own = *issuers_.front();
  Claims claims;
  claims.principal.subject = "instance:" + id.str();
  claims.principal.roles = {Role::Instance};
  claims.principal.instance = id;
  claims.principal.service = service;
  claims.principal.environment = environment;
  claims.issued_at = clock_.wall();
  claims.expires = clock_.wall() + instance_life_;
  claims.issuer = own.policy.issuer;
  if (!own.policy.audiences.empty()) claims.audience = {own.policy.audiences.front()};
  const auto keys = own.snapshot();
  return mint(claims, *keys->signing());
}

bool TokenVerifier::is_worn(const Principal& principal) const {
  return principal.instance && principal.expires &&
         *principal.expires - clock_.wall() < instance_life_ / 2;
}

void TokenVerifier::replace_keys(std::size_t issuer, KeySet keys) {
  HS_ASSERT(issuer < issuers_.size() && (issuer > 0 || keys.signing() != nullptr));
  auto& changed = *issuers_[issuer];
  {
    const MutexLock lock(changed.mutex);
    if (changed.keys->same_as(keys)) return;
    changed.keys = std::make_shared<const KeySet>(std::move(keys));
  }
  forget();
}

bool TokenVerifier::take_wish(std::size_t issuer) {
  HS_ASSERT(issuer < issuers_.size());
  return issuers_[issuer]->wish.exchange(false);
}

}  // namespace hotswap::api
