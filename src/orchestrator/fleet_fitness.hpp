#pragma once
// What instances can take: each may have registered the version of the profile's schema that it was
// built for, and that schema is asked.

#include <span>

#include "orchestrator/fleet_types.hpp"
#include "orchestrator/schema_verdicts.hpp"
#include "orchestrator/version_cache.hpp"

namespace hotswap {

/// Answers for the instances of one profile; instances with the same schema are asked once.
/// Not thread-safe.
class FleetFitness {
 public:
  enum class Answer {
    Accepts,
    Refuses,
    Unspoken,  ///< registered no version of this schema
    Unknown    ///< registered one that this server does not know as approved
  };
  struct Spoken {
    Answer answer = Answer::Unspoken;
    std::string schema;   ///< its own, `payments@1.0.0`
    std::string message;  ///< Refuses: the first failure; Unknown: why
  };

  FleetFitness(SchemaVerdicts& verdicts, SchemaId schema)
      : verdicts_(verdicts), schema_(std::move(schema)) {}

  [[nodiscard]] Result<Spoken> ask(const Instance& instance, const Version& version);

 private:
  [[nodiscard]] Result<Spoken> ask(const std::string& number, const Version& version);

  SchemaVerdicts& verdicts_;
  const SchemaId schema_;
  std::map<std::pair<std::string, SemVer>, Spoken> answers_;
};

/// Fills accepting, unfit, unspoken and the examples: what the chosen ones say of `version`. With
/// `skip` the unfit ones are chosen no more, and counted as left_out.
[[nodiscard]] Result<void> judge_fleet(FleetFitness& fitness, const Version& version, bool skip,
                                       Candidates& candidates, FleetFit& fit);

/// FleetFit::rollback_risk: what each of the chosen says against what it is told to run now, and
/// would be rolled back to; empty when nobody refuses.
[[nodiscard]] Result<std::string> rollback_risk(FleetFitness& fitness, VersionCache& versions,
                                                const ProfileName& profile,
                                                const Candidates& candidates);

}  // namespace hotswap
