#include "infrastructure/memory/audit_keeping.hpp"

#include "domain/json/write.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::memory {

Result<void> put(State& state, UndoLog& log, change::PutCheckpoint& change) {
  const auto sequence = change.checkpoint.sequence;
  const bool is_anchor = change.checkpoint.anchor.has_value();
  if (!is_anchor && last_key(state.audit_checkpoints) >= sequence) return {};
  if (is_anchor)
    log.erase_range(state.audit_checkpoints, state.audit_checkpoints.begin(),
                    [&](std::uint64_t key) { return key <= sequence; });
  log.put(state.audit_checkpoints, sequence, std::move(change.checkpoint));
  return {};
}

Result<void> remove(State& state, UndoLog& log, const change::RemoveAudit& change) {
  const auto anchored = state.audit_checkpoints.lower_bound(change.through);
  const bool has_anchor =
      std::any_of(anchored, state.audit_checkpoints.end(),
                  [](const auto& checkpoint) { return checkpoint.second.anchor.has_value(); });
  const auto last = state.audit.upper_bound(change.through);
  if (!has_anchor || last == state.audit.end()) return std::unexpected(store::audit_not_anchored());
  std::uint64_t entries = 0, erased_text = 0;
  for (auto it = state.audit.begin(); it != last; ++it) {
    ++entries;
    erased_text += erased_text_of(it->second);
  }
  if (entries != change.entries || erased_text != change.erased_text)
    return std::unexpected(store::erasure_overtaken());
  log.erase_range(state.audit, state.audit.begin(),
                  [&](std::uint64_t key) { return key <= change.through; });
  return {};
}

Result<void> put(State& state, UndoLog& log, const change::PutAuditCursor& change) {
  const auto known = state.audit_cursors.find(change.receiver);
  if (known != state.audit_cursors.end() && known->second >= change.sequence) return {};
  log.put(state.audit_cursors, change.receiver, change.sequence);
  return {};
}

}  // namespace hotswap::memory
