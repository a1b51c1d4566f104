#pragma once
// The one door to Store::commit. After a successful commit it tells whoever caches or follows what
// changed, so that no use case can forget to.

#include <functional>

#include "domain/ports/store.hpp"

namespace hotswap {

class Committer {
 public:
  explicit Committer(Store& store) : store_(store) {}

  /// Listeners are added before the first commit and called on the committing thread.
  void on_profile_changed(std::function<void(const ProfileName&)> listener);
  /// Before on_profile_changed, which is told of deletions as well.
  void on_profile_deleted(std::function<void(const ProfileName&)> listener);
  void on_assigned(std::function<void(const std::vector<Assignment>&)> listener);
  void on_events(std::function<void(const std::vector<TimelineEvent>&)> listener);
  /// As it is stored now, with its new revision.
  void on_traffic_changed(std::function<void(const Traffic&)> listener);
  /// The store could not do its work (not: the change was refused).
  void on_failure(std::function<void(const Error&)> listener);

  [[nodiscard]] Result<Committed> commit(ChangeSet changes);

 private:
  Store& store_;
  std::vector<std::function<void(const ProfileName&)>> profile_listeners_;
  std::vector<std::function<void(const ProfileName&)>> deletion_listeners_;
  std::vector<std::function<void(const std::vector<Assignment>&)>> assignment_listeners_;
  std::vector<std::function<void(const std::vector<TimelineEvent>&)>> event_listeners_;
  std::vector<std::function<void(const Traffic&)>> traffic_listeners_;
  std::vector<std::function<void(const Error&)>> failure_listeners_;
};

}  // namespace hotswap
