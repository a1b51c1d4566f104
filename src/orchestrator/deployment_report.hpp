#pragma once
#include "orchestrator/deployment_history.hpp"

namespace hotswap {

/// Documents of the two versions, as they are stored; nothing where there is none.
struct ReportDocuments {
  std::optional<SemVer> previous;  ///< that most of the targets ran before
  std::optional<json::Value> from, to;
};

/// The report as JSON. `now`: when it is made. Pure but for the log lines, which `fleet` knows.
[[nodiscard]] json::Value make_report(const DeploymentHistory& history,
                                      const ReportDocuments& documents, const FleetService& fleet,
                                      WallTime now);

/// The version that most of the targets ran before.
[[nodiscard]] std::optional<SemVer> usual_previous(const Deployment& deployment);

/// Reason and time of a state that has them.
struct Ending {
  std::string reason;
  std::optional<WallTime> at;  ///< of the end
};
[[nodiscard]] Ending ending_of(const DeploymentState& state);

}  // namespace hotswap
