#pragma once
// Moves the content of versions that nobody needs at hand to the archive, profile by profile, and
// drops old records. The order is what keeps everything safe: the object is written, read back and
// checked line by line, and only then is the content emptied, in one commit. A crash anywhere loses
// nothing; the next run makes the same object again.

#include "domain/config/retention.hpp"
#include "domain/ports/archive.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/metrics.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap {

/// What a run did, or, dry, would do.
struct RetentionRun {
  bool dry = false;
  std::size_t profiles = 0;           ///< looked at
  std::size_t versions = 0;           ///< whose content went
  std::size_t bytes = 0;              ///< of their content
  std::size_t objects = 0;            ///< written
  std::size_t pruned = 0;             ///< old records; none when dry
  std::vector<std::string> failures;  ///< profiles that stay for the next run, and why
};

class RetentionService {
 public:
  /// What it works with; all of it outlives the service.
  struct Parts {
    Store& store;
    Committer& committer;
    Archive& archive;
    const Clock& clock;
    Metrics& metrics;
    RetentionPolicy policy{};
    /// In a cluster one node does it; asked before each profile. Empty: this one does.
    std::function<bool()> may_run{};
  };
  explicit RetentionService(const Parts& parts) : parts_(parts) {}

  /// For Store::read_archived_by.
  [[nodiscard]] static Result<std::string> read(Archive& archive, const Version& version);

  /// One trouble keeps one profile; the others are done. Conflict `retention.elsewhere` when
  /// another node does it.
  [[nodiscard]] Result<RetentionRun> run(const Caller& caller, bool dry_run);

 private:
  [[nodiscard]] Result<void> all_profiles(const Caller& caller, RetentionRun& run);
  [[nodiscard]] Result<void> one_profile(const Caller& caller, const Profile& profile,
                                         RetentionRun& run);
  [[nodiscard]] Result<std::vector<Version>> due(const Profile& profile);
  [[nodiscard]] Result<void> archive(const Caller& caller, const std::vector<Version>& batch,
                                     RetentionRun& run);
  [[nodiscard]] Result<void> prune(RetentionRun& run);
  [[nodiscard]] bool may_run() const { return !parts_.may_run || parts_.may_run(); }
  void count(const RetentionRun& run);

  const Parts parts_;
};

}  // namespace hotswap
