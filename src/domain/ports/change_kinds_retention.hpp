#pragma once
// What a change set can change for the sake of retention, one struct each.

#include "domain/config/retention_run.hpp"
#include "domain/ports/change_kinds.hpp"

namespace hotswap::change {

/// The content of these lies in the archive now: it is emptied here. NotFound version.not_found,
/// Conflict `version.changed` if one has another hash; those that are archived already stay as they
/// are.
struct ArchiveVersions {
  ProfileName profile;
  struct Item {
    SemVer number;
    std::string hash;
    ArchivePlace place;
  };
  std::vector<Item> items;
};
/// Removes what is older than these, at most `limit` of each kind; how many is
/// Committed::pruned.
struct PruneRecords {
  WallTime health_before{};        ///< health records of deployments that ended and stood since
  WallTime dead_letters_before{};  ///< dead letters that were enqueued before
  WallTime answers_before{};       ///< remembered answers that expired before
  std::size_t limit = 0;
};
/// The content of an archived version comes back. Nothing happens to one that is here; NotFound
/// version.not_found, Conflict `version.changed` if it has another hash.
struct RestoreVersion {
  ProfileName profile;
  SemVer number;
  std::string hash;
  std::string content;
};
/// Insert or replace by id; only the newest kRetentionRunsKept by start stay.
struct PutRetentionRun {
  RetentionRun run;
};
inline constexpr std::size_t kRetentionRunsKept = 30;

}  // namespace hotswap::change
