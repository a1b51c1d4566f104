#pragma once
// Checks a bearer token once and remembers the answer until it expires: a keep-alive client's token
// costs one look-up per request instead of a signature.

#include <array>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "api/auth/jwt.hpp"
#include "domain/base/mutex.hpp"
#include "domain/ports/clock.hpp"

namespace hotswap::api {

/// Thread-safe. Only genuine tokens are remembered, so that strangers cannot fill the memory.
class TokenVerifier {
 public:
  /// Remembered tokens at most.
  static constexpr std::size_t kRemembered = 16384;

  /// Every key of the policy must have at least kTokenKeyBytes.
  TokenVerifier(TokenPolicy policy, const Clock& clock);

  /// Who the token speaks for; Unauthenticated `auth.required` otherwise.
  [[nodiscard]] Result<std::shared_ptr<const Principal>> verify(std::string_view token);
  /// A token for a registered instance, valid for kInstanceTokenLife.
  [[nodiscard]] std::string mint_instance(const InstanceId& id, const ServiceName& service,
                                          const std::string& environment) const;
  [[nodiscard]] const TokenPolicy& policy() const { return policy_; }

 private:
  static constexpr std::size_t kShards = 16;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Known {
    std::shared_ptr<const Principal> principal;
    WallTime until;
  };
  struct Shard {
    Mutex mutex;
    std::unordered_map<std::string, Known, Hash, std::equal_to<>> known HS_GUARDED_BY(mutex);
  };

  [[nodiscard]] Shard& shard_of(std::string_view token);
  void remember(Shard& shard, std::string_view token, Known known, WallTime now);

  const TokenPolicy policy_;
  const Clock& clock_;
  std::array<Shard, kShards> shards_;
};

}  // namespace hotswap::api
