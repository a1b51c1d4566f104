#pragma once
// Which judgements of a deployment are put on record, and with which samples.

#include "domain/health/record.hpp"
#include "domain/health/windows.hpp"
#include "orchestrator/deployment_evidence.hpp"

namespace hotswap {

/// One look at the health of a deployment.
struct HealthLook {
  WallTime at{};
  Sight sight;
  Judgement judgement;
  Measurements measurements;
};

/// Of one deployment. Holds what was recorded last, never samples: those are cut out of the fleet's
/// windows when a record is made. After a restart it goes on with what is measured from then on.
/// Not thread-safe.
class HealthRecorder {
 public:
  /// The newest look; `data`: samples came in since the one before.
  void look(HealthLook look, bool data);
  [[nodiscard]] const std::optional<HealthLook>& last() const { return last_; }
  /// Whether the last look is not on record and should be: an outcome changed, a statistic moved
  /// notably, or data came and the last record is old.
  [[nodiscard]] bool wanted() const;
  /// Something ends: the last look is recorded unless it is already.
  [[nodiscard]] bool unrecorded() const { return last_ && last_->at != recorded_at_; }
  /// A record of the last look. `final`: no other one follows soon, so that samples of a slot that
  /// is still open are in it, too. Only if unrecorded().
  [[nodiscard]] HealthRecord make(const Deployment& deployment, const HealthWindows& windows,
                                  bool final);
  /// It is stored: the next one begins where it ended.
  void stored();

 private:
  std::optional<HealthLook> last_;
  std::optional<HealthLook> recorded_;
  WallTime recorded_at_{};
  bool data_ = false;              ///< came in since the last record
  std::optional<WallTime> begin_;  ///< of the samples that are not on record
  WallTime end_{};                 ///< of those in the record that was made last
};

}  // namespace hotswap
