#pragma once
// What a change set can change for the sake of the audit itself, one struct each. Entries are
// appended by AppendAudit (change_kinds.hpp).

#include "domain/audit/checkpoint.hpp"

namespace hotswap::change {

/// The same sequence and kind again: ignored.
struct PutCheckpoint {
  AuditCheckpoint checkpoint;
};
/// Entries from the first on up to `through`. Conflict `audit.not_anchored` unless an anchor at or
/// behind `through` is stored (by this change set at the latest) and an entry is left behind it;
/// Conflict `erasure.overtaken` unless they are still what was looked at.
struct RemoveAudit {
  std::uint64_t through = 0;
  std::uint64_t entries = 0;      ///< how many
  std::uint64_t erased_text = 0;  ///< erased_text_of() of all of them
};
/// A receiver of the audit has everything up to here; never moves back.
struct PutAuditCursor {
  std::string receiver;
  std::uint64_t sequence = 0;
};

}  // namespace hotswap::change
