#pragma once
// What must hold between the objects of a cluster, and between them and the program. Schemas know
// nothing of this. Each rule is a function of its input alone, so that a test can break the input.

#include "deploy/support/documents.hpp"
#include "deploy/support/facts.hpp"

namespace hotswap::deploy {

using Objects = std::vector<json::Value>;

/// A Deployment's pods are shut in as the restricted level of Kubernetes' pod security wants it.
[[nodiscard]] Findings unsafe_pods(const json::Value& deployment);
/// Probes ask what they should of a port that is there, and the times of start and stop suit the
/// program's. `settings` holds the variables of the server.
[[nodiscard]] Findings wrong_probes(const json::Value& deployment, const json::Value& settings);
/// Arguments and variables are the program's, and files that settings name are mounted.
[[nodiscard]] Findings wrong_settings(const json::Value& deployment, const json::Value& settings);

/// Everything that names something else finds it: selectors, ports, volumes, settings.
[[nodiscard]] Findings loose_ends(const Objects& objects);

/// Autoscalers, disruption budget and rolling update agree with each other and with the advice.
[[nodiscard]] Findings wrong_scaling(const Objects& objects);

/// The services of a compose file among each other, and what they tell the program.
[[nodiscard]] Findings wrong_compose(const json::Value& compose);
/// Image names end with a tag that is no moving one.
[[nodiscard]] std::string unpinned(const std::string& image);
/// Instructions of a Dockerfile: no moving base, no root, a probe, only files that are there.
[[nodiscard]] Findings wrong_dockerfile(const std::string& text);

/// Seconds of `30s`, `5m`, `1h`; throws if it is none.
[[nodiscard]] std::int64_t seconds_of(const std::string& duration);

}  // namespace hotswap::deploy
