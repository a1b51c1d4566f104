#pragma once
// Whether stored content satisfies an approved schema version: neither ever changes, so an answer
// holds for ever and is remembered for as long as there is room.

#include <map>

#include "orchestrator/open_version.hpp"
#include "orchestrator/schema_cache.hpp"

namespace hotswap {

/// Thread-safe.
class SchemaVerdicts {
 public:
  SchemaVerdicts(SchemaCache& cache, OpenVersion open) : cache_(cache), open_(std::move(open)) {}

  /// The first failure in words, or nothing when the schema accepts the content of `version`.
  /// NotFound `schema.version_not_found`, Conflict `schema.not_approved`, those of opening it.
  [[nodiscard]] Result<std::optional<std::string>> refusal(const SchemaRef& ref,
                                                           const Version& version);
  /// Only what is remembered, by the hash of the content.
  struct Verdict {
    std::optional<std::string> refusal;
  };
  [[nodiscard]] std::optional<Verdict> known(const SchemaRef& ref, const std::string& hash);

 private:
  SchemaCache& cache_;
  const OpenVersion open_;
  Mutex mutex_;
  std::map<std::pair<SchemaRef, std::string>, Verdict> verdicts_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap
