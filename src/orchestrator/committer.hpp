#pragma once
// The one door to Store::commit. After a successful commit it tells whoever caches or follows what
// changed, so that no use case can forget to; in a cluster the same goes to the other nodes by the
// change log, and theirs comes in by hear().

#include <functional>

#include "domain/ports/clock.hpp"
#include "domain/ports/random.hpp"
#include "domain/ports/store.hpp"
#include "orchestrator/touched.hpp"

namespace hotswap {

/// Whether the store could not do it, rather than would not.
[[nodiscard]] bool is_failure(const Error& error);

class Committer {
 public:
  explicit Committer(Store& store) : store_(store) {}

  /// From now on what others must hear of is logged as this node's. `wake` is called after such a
  /// commit. Before the first commit.
  void log_changes(std::string node, const Clock& clock, std::function<void()> wake);

  /// From now on every audit entry gets a random salt, so that a person's name can be taken out of
  /// it later. Before the first commit.
  void salt_audit(Random& random) { random_ = &random; }

  /// Listeners are added before the first commit and called on the committing thread, in the order
  /// in which they were added.
  void on_profile_changed(std::function<void(const ProfileName&)> listener);
  /// Before on_profile_changed, which is told of deletions as well.
  void on_profile_deleted(std::function<void(const ProfileName&)> listener);
  void on_assigned(std::function<void(const Assigned&)> listener);
  /// Of this node's commits only.
  void on_events(std::function<void(const std::vector<TimelineEvent>&)> listener);
  /// The timeline has grown, by whatever node.
  void on_timeline(std::function<void()> listener);
  /// As it is stored now, with its new revision.
  void on_traffic_changed(std::function<void(const Traffic&)> listener);
  void on_revoked(std::function<void(const Revocation&)> listener);
  /// Another value of a referenced secret was seen, by whatever node.
  void on_secret_changed(std::function<void(const std::string& reference)> listener);
  /// The store could not do its work (not: the change was refused).
  void on_failure(std::function<void(const Error&)> listener);

  [[nodiscard]] Result<Committed> commit(ChangeSet changes);

  /// A commit that nobody waits for.
  struct UnderWay {
    Touched touched;
    bool logged = false;
    Result<Committed> result;
  };
  /// The same in two halves. `ready` is called once, on any thread, be it before this returns; it
  /// must not block, and keeps `it` alive. Then somebody calls end(), in any case.
  void begin(ChangeSet changes, UnderWay& it, std::move_only_function<void()> ready);
  [[nodiscard]] Result<Committed> end(UnderWay& it);
  /// What another node has committed; its traffics and assignments are complete.
  void hear(const Touched& touched);

 private:
  void tell(const Touched& touched);
  void salt(ChangeSet& changes);
  /// As they are stored: salted, and with what the other nodes shall hear.
  void complete(ChangeSet& changes, UnderWay& it);

  Store& store_;
  Random* random_ = nullptr;  ///< null: no salts
  std::string node_;          ///< empty: alone
  const Clock* clock_ = nullptr;
  std::function<void()> wake_;
  std::vector<std::function<void(const ProfileName&)>> profile_listeners_;
  std::vector<std::function<void(const ProfileName&)>> deletion_listeners_;
  std::vector<std::function<void(const Assigned&)>> assignment_listeners_;
  std::vector<std::function<void(const std::vector<TimelineEvent>&)>> event_listeners_;
  std::vector<std::function<void()>> timeline_listeners_;
  std::vector<std::function<void(const Traffic&)>> traffic_listeners_;
  std::vector<std::function<void(const Revocation&)>> revocation_listeners_;
  std::vector<std::function<void(const std::string&)>> secret_listeners_;
  std::vector<std::function<void(const Error&)>> failure_listeners_;
};

}  // namespace hotswap
