#pragma once
// What people hear of a schema: the timeline of everybody, that of each linked profile, and
// notifications.

#include "domain/ports/store.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/schema_impact.hpp"

namespace hotswap {

struct SchemaRecord {
  WallTime at{};
  std::string kind;     ///< `schema.registered`, …
  std::string message;  ///< names no profile
  json::Object data;    ///< likewise
};

/// One event that everybody may see, with counts only, and one for each linked profile (at most
/// limits::kProfilesTold) with those of its versions that would fail: only who may read the profile
/// sees its values in their messages.
void record(ChangeSet& changes, const Caller& caller, const SchemaRecord& record,
            const std::vector<Profile>& linked, const SchemaImpact& impact);

/// Told once for each revision of the version. `severity`: `info` or `warning`.
[[nodiscard]] Change notification(const SchemaVersion& version, std::string severity,
                                  std::string message, WallTime now);

/// `{"schema":"payments","version":"2.0.0","hash":…,"state":…}`
[[nodiscard]] json::Object record_data(const SchemaVersion& version);

}  // namespace hotswap
