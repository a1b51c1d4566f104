#pragma once
#include "domain/base/mutex.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/locks.hpp"
#include "infrastructure/cluster/redis_state.hpp"

namespace hotswap::cluster {

/// Leases from one service while it answers, else from another. Nodes do not switch in the same
/// instant. So that a lock stays where it is meanwhile, a node takes on the other service at once
/// what it held before, but nothing new until a lease has passed; and when it goes back, it keeps
/// for as long what it held there. Thread-safe.
class PreferredLocks final : public Locks {
 public:
  struct Parts {
    Locks& preferred;
    std::function<bool()> up;  ///< whether it is worth to ask `preferred` again
    Locks& fallback;
    const Clock& clock;
    RedisState& state;
  };
  explicit PreferredLocks(Parts parts) : parts_(std::move(parts)) {}

  Result<std::set<std::string>> hold(const std::vector<std::string>& names) override;
  /// An error is the used service's; a lease that could not be released runs out.
  Result<void> release(const std::vector<std::string>& names) override;

 private:
  enum class Side { Neither, Preferred, Fallback };
  using Names = std::vector<std::string>;

  [[nodiscard]] Result<std::set<std::string>> hold_on(Side side, const Names& names)
      HS_REQUIRES(mutex_);
  [[nodiscard]] Names asked_for(Side side, const Names& names) const HS_REQUIRES(mutex_);
  void remember(const Names& asked, const std::set<std::string>& got) HS_REQUIRES(mutex_);
  void settle(Side side, MonoTime asked_at) HS_REQUIRES(mutex_);
  /// While others may not have switched back yet, what is held stays held on the other side.
  void keep_fallback() HS_REQUIRES(mutex_);
  [[nodiscard]] Locks& service(Side side) const {
    return side == Side::Preferred ? parts_.preferred : parts_.fallback;
  }

  const Parts parts_;
  Mutex mutex_;
  Side side_ HS_GUARDED_BY(mutex_) = Side::Neither;
  MonoTime settled_ HS_GUARDED_BY(mutex_){};     ///< from then on new locks are taken
  MonoTime held_until_ HS_GUARDED_BY(mutex_){};  ///< at least
  std::set<std::string> held_ HS_GUARDED_BY(mutex_);
  std::set<std::string> kept_ HS_GUARDED_BY(mutex_);  ///< on the fallback, though not in use
};

}  // namespace hotswap::cluster
