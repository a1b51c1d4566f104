#pragma once
// The audit's checkpoints as the data folder keeps them: whoever can write the database alone
// cannot take a checkpoint away without being found out.

#include <mutex>
#include <string>
#include <vector>

#include "domain/audit/checkpoint.hpp"

namespace hotswap {

/// Thread-safe. A file of lines, only ever appended to; the oldest half goes at 16 MiB.
class AuditWitness {
 public:
  explicit AuditWitness(const std::string& data_dir) : path_(data_dir + "/audit.checkpoints") {}

  /// False if it could not be written.
  [[nodiscard]] bool keep(const AuditCheckpoint& checkpoint);
  /// No file: none. Conflict `audit.forged` for a line that is none.
  [[nodiscard]] Result<std::vector<AuditCheckpoint>> all();

 private:
  void make_room();

  const std::string path_;
  std::mutex mutex_;
};

}  // namespace hotswap
