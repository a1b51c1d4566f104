#pragma once
// Moves the content of versions that nobody needs at hand to the archive, profile by profile, and
// drops old records. The order is what keeps everything safe: the object is written, read back and
// checked line by line, and only then is the content emptied, in one commit. A crash anywhere loses
// nothing; the next run makes the same object again. Two that run at once only repeat each other.

#include <functional>

#include "domain/config/retention.hpp"
#include "domain/ports/archive.hpp"
#include "domain/ports/clock.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap {

class RetentionService {
 public:
  /// What it works with; all of it outlives the service.
  struct Parts {
    Store& store;
    Committer& committer;
    Archive* archive = nullptr;  ///< null: old records are dropped, and nothing else
    const Clock& clock;
    RetentionPolicy policy{};
  };
  explicit RetentionService(const Parts& parts) : parts_(parts) {}

  /// Asked before each profile and object; its error ends the run.
  using Between = std::function<Result<void>(const RetentionRun&)>;
  /// Counts in `run`, which says whether it is dry. One trouble keeps one profile; the others are
  /// done. The error is what ended it early.
  [[nodiscard]] Result<void> run(const Caller& caller, RetentionRun& run, const Between& between);

 private:
  [[nodiscard]] Result<void> one_profile(const Caller& caller, const Profile& profile,
                                         RetentionRun& run, const Between& between);
  [[nodiscard]] Result<std::vector<Version>> all_versions(const ProfileName& name);
  /// Those that go, oldest first, without content.
  [[nodiscard]] Result<std::vector<Version>> due(const Profile& profile);
  [[nodiscard]] Result<void> archive(const Caller& caller, const std::vector<Version>& batch,
                                     RetentionRun& run);
  [[nodiscard]] Result<std::vector<Version>> write(const std::vector<Version>& batch,
                                                   const std::string& key, std::string_view bytes);
  [[nodiscard]] Result<void> prune(RetentionRun& run, const Between& between);

  const Parts parts_;
};

}  // namespace hotswap
