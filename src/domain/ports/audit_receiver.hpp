#pragma once
#include <string>
#include <vector>

#include "domain/audit/checkpoint.hpp"

namespace hotswap {

/// What is sent at once: entries in their order, then checkpoints that were signed since.
struct AuditBatch {
  std::vector<AuditEntry> entries;
  std::vector<AuditCheckpoint> checkpoints;
};

/// A place outside that gets every entry, at least once and in order. Used by one thread.
class AuditReceiver {
 public:
  virtual ~AuditReceiver() = default;
  /// Under which its progress is kept: the same place has the same name after a restart.
  [[nodiscard]] virtual std::string name() const = 0;
  /// Blocking, limited in time. An error means: all of it is sent again later.
  [[nodiscard]] virtual Result<void> send(const AuditBatch& batch) = 0;
};

}  // namespace hotswap
