#pragma once
// Erases a person's name, or a profile with all that it ever held, and proves it: step by step and
// page by page, each page one commit together with how far it came. A crash anywhere is continued
// by the same request; who repeats a step finds it done.

#include <functional>

#include "domain/ports/clock.hpp"
#include "domain/ports/metrics.hpp"
#include "domain/ports/random.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/committer.hpp"
#include "orchestrator/version_cache.hpp"

namespace hotswap {

/// What an erasure would do now, in rows by table.
struct ErasureSurvey {
  bool complete = true;  ///< else counts are of what was looked at in the time there was
  std::map<std::string, std::uint64_t> rewritten, removed, left;
};

/// Thread-safe. Two that erase the same name at once: one is refused with Conflict
/// `erasure.overtaken`.
class ErasureService {
 public:
  /// What it works with; all of it outlives the service.
  struct Parts {
    Store& store;
    Committer& committer;
    VersionCache& versions;
    const Clock& clock;
    Random& random;
    Metrics& metrics;
    /// The one place where objects of an erased profile leave the archive; called with the
    /// profile's versions before their rows go. Must not mind objects that are gone. Empty: no
    /// archive.
    std::function<Result<void>(const Version&)> forget_archived{};
    /// After an erasure: copies in memory that may hold the name are read anew. May be empty.
    std::function<void()> forget{};
  };
  explicit ErasureService(Parts parts);

  /// Begins, or goes on where the last call for this name ended, for a bounded while. The answer is
  /// done (is_done) or wants the request again. Errors: Conflict `erasure.own_name`; of a profile
  /// NotFound config.not_found, Conflict `deployment.already_active` and `config.in_use` (unless
  /// `force`).
  [[nodiscard]] Result<erasure::Erasure> erase(const Caller& caller,
                                               const erasure::Request& request);
  /// The same checks; changes nothing.
  [[nodiscard]] Result<ErasureSurvey> survey(const Caller& caller, const erasure::Request& request);
  /// Newest first.
  [[nodiscard]] Result<Page<erasure::Erasure>> list(const Caller& caller, const PageRequest& page);
  [[nodiscard]] Result<erasure::Erasure> get(const Caller& caller, const std::string& id);

 private:
  struct Work;

  [[nodiscard]] Result<void> check(const Caller& caller, const erasure::Request& request);
  [[nodiscard]] Result<void> check_profile(const erasure::Request& request);
  [[nodiscard]] Result<bool> has_history(const ProfileName& name);
  [[nodiscard]] Result<std::optional<erasure::Erasure>> running(const erasure::Request& request);
  [[nodiscard]] Result<erasure::Erasure> begin(const Caller& caller,
                                               const erasure::Request& request);
  [[nodiscard]] Result<void> go_on(Work& work);
  [[nodiscard]] Result<void> one_step(Work& work);
  [[nodiscard]] Result<void> erase_versions(Work& work);
  [[nodiscard]] Result<void> erase_profile(Work& work);
  [[nodiscard]] Result<void> erase_history(Work& work);
  [[nodiscard]] Result<void> erase_schema(Work& work);
  [[nodiscard]] Result<bool> belongs(const SchemaId& schema);
  [[nodiscard]] Result<void> erase_texts(Work& work);
  [[nodiscard]] Result<void> one_page(Work& work);
  [[nodiscard]] Result<void> rows(Work& work, const erasure::TextPage& page, ChangeSet& changes);
  [[nodiscard]] Result<void> audit(Work& work, const erasure::TextPage& page, ChangeSet& changes);
  [[nodiscard]] Result<void> finish(Work& work, ChangeSet& changes);
  [[nodiscard]] Result<void> save(Work& work, ChangeSet changes);
  [[nodiscard]] Result<std::string> chain_end();
  [[nodiscard]] Result<void> survey_place(const erasure::Eraser& eraser, erasure::Place place,
                                          MonoTime until, ErasureSurvey& survey);
  [[nodiscard]] Result<void> survey_profile(const ProfileName& name, ErasureSurvey& survey);

  const Parts parts_;
};

}  // namespace hotswap
