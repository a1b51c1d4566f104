#pragma once
// The one write of the store: a list of changes, of which all are made or none. Each says when it
// is refused; the refusal of the first that fails is the answer to the whole list.

#include <map>
#include <variant>
#include <vector>

#include "domain/ports/change_kinds_cluster.hpp"
#include "domain/ports/change_kinds_erasure.hpp"
#include "domain/ports/change_kinds_retention.hpp"
#include "domain/ports/change_kinds_secrets.hpp"

namespace hotswap {

/// One of change_kinds.hpp. Copied, moved and destroyed by code that is made once, in changes.cpp:
/// made for all of these kinds in every file that gathers changes, it was up to half of their
/// build.
struct Change
    : std::variant<
          change::InsertProfile, change::UpdateProfile, change::DeleteProfile,
          change::AdvanceProfile, change::InsertVersion, change::MarkVersion,
          change::ArchiveVersions, change::RestoreVersion, change::PruneRecords,
          change::PutRetentionRun, change::PutTag, change::DeleteTag, change::InsertDeployment,
          change::UpdateDeployment, change::ClaimDeployment, change::PutTargets,
          change::PutAssignments, change::PutFirstAssignments, change::AssignRest,
          change::PutObservations, change::PutInstance, change::TouchInstances,
          change::SetInstanceStatus, change::DeleteInstance, change::AppendEvent,
          change::AppendAudit, change::EnqueueOutbox, change::FinishOutbox, change::DeferOutbox,
          change::BuryOutbox, change::ReviveOutbox, change::PutChannel, change::DeleteChannel,
          change::AppendHealthRecord, change::PutCalendarEntry, change::DeleteCalendarEntry,
          change::PutTraffic, change::InsertSchema, change::UpdateSchema,
          change::InsertSchemaVersion, change::UpdateSchemaVersion, change::AppendChange,
          change::PruneChanges, change::PutNode, change::DeleteNode, change::PutIdempotent,
          change::PutErasure, change::PutTexts, change::RemoveRows, change::ReplaceAudit,
          change::EraseVersions, change::EraseHistory, change::DeleteSchema, change::PutSecretKey,
          change::RewrapVersions, change::SealVersion, change::PutSecretReference> {
  using variant::variant;
  Change(const Change& other);
  Change(Change&& other) noexcept;
  Change& operator=(const Change& other);
  Change& operator=(Change&& other) noexcept;
  ~Change();
};
using ChangeSet = std::vector<Change>;

/// What the store added, in the order of the change set.
struct Committed {
  std::vector<TimelineEvent> events;            ///< with their sequence numbers
  std::vector<Assignment> first;                ///< by PutFirstAssignments
  std::vector<Assignment> rest;                 ///< by AssignRest
  std::map<std::string, std::uint64_t> erased;  ///< rows by table, by EraseVersions, EraseHistory
  std::size_t pruned = 0;                       ///< by PruneRecords, all kinds together
};

}  // namespace hotswap
