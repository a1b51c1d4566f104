#include "orchestrator/schema_verdicts.hpp"

#include "orchestrator/schema_check.hpp"

namespace hotswap {

Result<std::optional<std::string>> SchemaVerdicts::refusal(const SchemaRef& ref,
                                                           const Version& version) {
  if (auto remembered = known(ref, version.hash)) return std::move(remembered->refusal);
  auto compiled = cache_.approved(ref);
  if (!compiled) return std::unexpected(compiled.error());
  auto document = open_(version);
  if (!document) return std::unexpected(document.error());
  const auto report = check_document(**compiled, *document, 1);
  Verdict verdict;
  if (!report.valid) verdict.refusal = first_failure(report);
  const MutexLock lock(mutex_);
  if (verdicts_.size() >= limits::kVerdicts) verdicts_.clear();
  verdicts_.emplace(std::pair(ref, version.hash), verdict);
  return verdict.refusal;
}

std::optional<SchemaVerdicts::Verdict> SchemaVerdicts::known(const SchemaRef& ref,
                                                             const std::string& hash) {
  const MutexLock lock(mutex_);
  const auto found = verdicts_.find(std::pair(ref, hash));
  if (found == verdicts_.end()) return std::nullopt;
  return found->second;
}

}  // namespace hotswap
