#pragma once
// Turns what decide() wants into one change set.

#include "domain/rollout/decide.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/fleet_service.hpp"
#include "orchestrator/version_cache.hpp"

namespace hotswap {

class EffectWriter {
 public:
  EffectWriter(Store& store, FleetService& fleet, VersionCache& versions)
      : store_(store), fleet_(fleet), versions_(versions) {}

  /// Also sets the generations of assigned targets and of switched pools in `decision.next`.
  /// `caller` is null for what the system decides by itself.
  [[nodiscard]] Result<ChangeSet> write(Decision& decision, const Caller* caller, WallTime now);

 private:
  struct Draft;
  [[nodiscard]] Result<void> read_current(Draft& draft);
  [[nodiscard]] Result<void> assign(Draft& draft, const Assign& effect);
  [[nodiscard]] Result<void> restore(Draft& draft, const Assign& effect);
  void assign_rest(Draft& draft);
  [[nodiscard]] Result<void> restore_rest(Draft& draft);
  void move_stable(Draft& draft, const std::optional<SemVer>& to);
  [[nodiscard]] Result<void> switch_traffic(Draft& draft, const SwitchTraffic& effect);
  void call_post_hook(Draft& draft, const CallPostHook& effect);
  void record(Draft& draft, const Record& effect);
  void notify(Draft& draft, const Notify& effect);
  void mark_failed(Draft& draft, const MarkVersionFailed& effect);

  Store& store_;
  FleetService& fleet_;
  VersionCache& versions_;
};

}  // namespace hotswap
