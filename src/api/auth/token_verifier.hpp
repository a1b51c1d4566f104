#pragma once
// Checks a bearer token once and remembers the answer until it expires: a keep-alive client's token
// costs one look-up per request instead of a signature.

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_set>

#include "api/auth/jwt.hpp"
#include "domain/base/mutex.hpp"
#include "domain/ports/clock.hpp"

namespace hotswap::api {

inline constexpr Duration kInstanceTokenLife = std::chrono::hours(1);

/// Somebody whose tokens are accepted; the one whose keys are ours goes first.
struct TokenIssuer {
  TokenPolicy policy;
  KeySet keys{};  ///< none yet: its tokens are refused until replace_keys()
};

/// A token that was good when it was looked at: for a client that shows it once and goes on.
struct Pass {
  std::string token;
  std::shared_ptr<const Principal> principal;
  WallTime until;
  std::uint64_t epoch = 0;  ///< of what was known of keys and revocations
};

/// Thread-safe. Only genuine tokens are remembered, so that strangers cannot fill the memory. A
/// token belongs to the issuer that it names in `iss`, or else to us: keys of one issuer prove
/// nothing for another.
class TokenVerifier {
 public:
  /// Remembered tokens at most.
  static constexpr std::size_t kRemembered = 16384;

  /// `issuers` begins with our own, which has a key that can sign; the others have names of their
  /// own in policy.issuer.
  TokenVerifier(std::vector<TokenIssuer> issuers, const Clock& clock,
                Duration instance_life = kInstanceTokenLife);

  /// Who the token speaks for; Unauthenticated `auth.required` otherwise.
  [[nodiscard]] Result<std::shared_ptr<const Principal>> verify(std::string_view token);
  /// The same, to be kept. All who keep one of the same token share it with what is remembered.
  [[nodiscard]] Result<std::shared_ptr<const Pass>> admit(std::string_view token);
  /// Whether it still counts: itself, or looked at anew where keys or revocations have changed.
  [[nodiscard]] Result<std::shared_ptr<const Pass>> admit_again(std::shared_ptr<const Pass> pass);
  /// A token for a registered instance.
  [[nodiscard]] std::string mint_instance(const InstanceId& id, const ServiceName& service,
                                          const std::string& environment) const;
  /// Whether an instance's token has less than half of its life left.
  [[nodiscard]] bool is_worn(const Principal& principal) const;

  /// The keys of an issuer from now on; tokens that were remembered are checked again if they are
  /// others than before. Ours must keep one that can sign.
  void replace_keys(std::size_t issuer, KeySet keys);
  /// True once after a token named a key that the issuer has not: it may have a new one.
  [[nodiscard]] bool take_wish(std::size_t issuer);
  /// Says for which instances tokens that were issued then count no more. Before the first
  /// verify().
  using Revoked = std::function<bool(const InstanceId&, std::optional<WallTime> issued)>;
  void revoke_by(Revoked revoked) { revoked_ = std::move(revoked); }
  /// Everything that was remembered is checked again.
  void forget() { ++epoch_; }

 private:
  static constexpr std::size_t kShards = 16;
  using PassPtr = std::shared_ptr<const Pass>;
  /// By its token.
  struct ByToken {
    using is_transparent = void;
    static std::string_view token(std::string_view text) { return text; }
    static std::string_view token(const PassPtr& pass) { return pass->token; }
    std::size_t operator()(const auto& key) const {
      return std::hash<std::string_view>{}(token(key));
    }
    bool operator()(const auto& a, const auto& b) const { return token(a) == token(b); }
  };
  struct Shard {
    Mutex mutex;
    std::unordered_set<PassPtr, ByToken, ByToken> known HS_GUARDED_BY(mutex);
  };
  struct Issuer {
    TokenPolicy policy;
    mutable Mutex mutex;
    std::shared_ptr<const KeySet> keys HS_GUARDED_BY(mutex);
    std::atomic<bool> wish = false;
    [[nodiscard]] std::shared_ptr<const KeySet> snapshot() const;
  };

  [[nodiscard]] Shard& shard_of(std::string_view token);
  void remember(Shard& shard, PassPtr pass, WallTime now);
  [[nodiscard]] Issuer& issuer_of(const json::Value& payload);
  struct Checked {
    Claims claims;
    Duration leeway;  ///< of its issuer
  };
  [[nodiscard]] Result<Checked> check(std::string_view token, WallTime now);

  std::vector<std::unique_ptr<Issuer>> issuers_;
  const Clock& clock_;
  const Duration instance_life_;
  Revoked revoked_;
  std::atomic<std::uint64_t> epoch_ = 0;
  std::array<Shard, kShards> shards_;
};

}  // namespace hotswap::api
