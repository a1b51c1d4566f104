#include "orchestrator/rollback_proof.hpp"

#include "domain/base/limits.hpp"
#include "domain/json/parse.hpp"
#include "domain/secret/reference.hpp"

namespace hotswap {
namespace {

/// A version that targets would go back to.
struct Way {
  std::string obstacle;  ///< in words; empty: none
  std::size_t targets = 0;
};

std::string instances_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " instance" : " instances");
}

Result<std::string> obstacle_of(const Version& version, const std::optional<SchemaRef>& schema,
                                SchemaVerdicts& verdicts) {
  const auto document = json::parse(version.content);
  if (!document) return "its stored content cannot be read: " + document.error().detail;
  if (const auto secrets = secret_obstacles(*document); !secrets.empty()) return secrets.front();
  if (!schema) return std::string();
  auto refusal = verdicts.refusal(*schema, version);
  if (!refusal) return std::unexpected(refusal.error());
  if (!*refusal) return std::string();
  return "it does not satisfy " + to_string(*schema) + ": " + **refusal;
}

Result<Way> look_at(const ProfileName& profile, const SemVer& number,
                    const std::optional<SchemaRef>& schema, VersionCache& versions,
                    SchemaVerdicts& verdicts) {
  const auto version = versions.get(profile, number);
  if (!version) {
    if (version.error().code != ErrorCode::NotFound) return std::unexpected(version.error());
    return Way{"it is not stored any more", 0};
  }
  auto obstacle = obstacle_of(**version, schema, verdicts);
  if (!obstacle) return std::unexpected(obstacle.error());
  return Way{std::move(*obstacle), 0};
}

}  // namespace

Result<RollbackProof> prove_rollback(const Deployment& deployment,
                                     const std::optional<SchemaRef>& schema,
                                     std::span<const Standing> standing, VersionCache& versions,
                                     SchemaVerdicts& verdicts) {
  RollbackProof proof;
  std::map<SemVer, Way> ways;
  for (std::size_t i = 0; i < deployment.targets.size(); ++i) {
    const Target& target = deployment.targets[i];
    if (!target.previous) {
      ++proof.first_ever;
      continue;
    }
    auto known = ways.find(*target.previous);
    if (known == ways.end()) {
      auto way = look_at(deployment.profile, *target.previous, schema, versions, verdicts);
      if (!way) return std::unexpected(way.error());
      known = ways.emplace(*target.previous, std::move(*way)).first;
    }
    Way& way = known->second;
    ++way.targets;
    if (standing[i].runs_it)
      ++proof.held;
    else if (way.obstacle.empty())
      ++proof.fetchable;
  }
  for (const auto& [number, way] : ways)
    if (!way.obstacle.empty())
      proof.obstacles.push_back(instances_text(way.targets) + " would go back to version " +
                                number.str() + ", but " + way.obstacle);
  if (!deployment.fit.rollback_safe) proof.obstacles.push_back(deployment.fit.rollback_risk);
  if (proof.obstacles.size() > limits::kErrorsReported)
    proof.obstacles.resize(limits::kErrorsReported);
  proof.possible = proof.obstacles.empty();
  return proof;
}

std::string rollback_notice(const RollbackProof& proof, std::size_t targets) {
  if (!proof.possible) return "There is no safe way back: " + proof.obstacles.front();
  if (proof.first_ever == 0) return {};
  if (proof.first_ever == targets)
    return "There is nothing to go back to: nobody ran a version before";
  return instances_text(proof.first_ever) + " ran nothing before and would keep the new version";
}

}  // namespace hotswap
