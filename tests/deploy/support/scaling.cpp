#include "deploy/support/rules.hpp"
#include "domain/cluster/scale.hpp"

namespace hotswap::deploy {
namespace {

constexpr auto kRecommended = "hotswap_cluster_nodes_recommended";
/// The autoscaler of Kubernetes leaves a difference of a tenth alone.
constexpr std::int64_t kMostNodes = 9;

struct Scaler {
  std::string label, target;
  std::int64_t least = 0, most = 0;
  json::Value behaviour;
  std::string metric, type, each;
};

Scaler of_autoscaler(const json::Value& object) {
  const std::string metric = "/spec/metrics/0/external/";
  return {label_of(object),
          text_at(object, "/spec/scaleTargetRef/kind") + '/' +
              text_at(object, "/spec/scaleTargetRef/name"),
          int_at(object, "/spec/minReplicas"),
          int_at(object, "/spec/maxReplicas"),
          at(object, "/spec/behavior") == nullptr ? json::Value() : *at(object, "/spec/behavior"),
          text_at(object, metric + "metric/name"),
          text_at(object, metric + "target/type"),
          text_at(object, metric + "target/averageValue")};
}

Scaler of_keda(const json::Value& object) {
  const std::string trigger = "/spec/triggers/0/";
  const auto named = metrics_in(text_at(object, trigger + "metadata/query"));
  const auto* behaviour = at(object, "/spec/advanced/horizontalPodAutoscalerConfig/behavior");
  return {label_of(object),
          text_at(object, "/spec/scaleTargetRef/kind") + '/' +
              text_at(object, "/spec/scaleTargetRef/name"),
          int_at(object, "/spec/minReplicaCount"),
          int_at(object, "/spec/maxReplicaCount"),
          behaviour == nullptr ? json::Value() : *behaviour,
          named.size() == 1 ? *named.begin() : std::string(),
          text_at(object, trigger + "metricType"),
          text_at(object, trigger + "metadata/threshold")};
}

void check_scaler(const Scaler& scaler, const Objects& objects, Findings& findings) {
  const auto wrong = [&](const std::string& what) { findings.push_back(scaler.label + what); };
  if (scaler.metric != kRecommended) wrong(" does not follow the recommended number of nodes");
  if (scaler.type != "AverageValue" || scaler.each != "1")
    wrong(" must want one pod for each recommended node");
  if (scaler.most > kMostNodes) wrong(" allows more nodes than it can tell apart");
  if (scaler.least < 3 || scaler.most <= scaler.least) wrong(" has no room, or too few nodes");
  const auto idle =
      std::chrono::duration_cast<std::chrono::seconds>(ScaleAdvisor::kIdleFor).count();
  if (int_at(scaler.behaviour, "/scaleDown/stabilizationWindowSeconds") < idle)
    wrong(" shrinks while a rolling update has a node less");
  for (const auto& deployment : all(objects, "Deployment"))
    if (label_of(deployment) == scaler.target) {
      if (at(deployment, "/spec/replicas") != nullptr) wrong(" and replicas contradict each other");
      return;
    }
  wrong(" scales nothing");
}

void check_update(const json::Value& deployment, Findings& findings) {
  if (text_at(deployment, "/spec/strategy/rollingUpdate/maxSurge") != "0")
    findings.push_back(label_of(deployment) + ": a surge counts as a recommended node");
  if (int_at(deployment, "/spec/strategy/rollingUpdate/maxUnavailable") != 1)
    findings.push_back(label_of(deployment) + ": more than one node would leave at once");
}

}  // namespace

Findings wrong_scaling(const Objects& objects) {
  Findings findings;
  std::vector<Scaler> scalers;
  for (const auto& one : all(objects, "HorizontalPodAutoscaler"))
    scalers.push_back(of_autoscaler(one));
  for (const auto& one : all(objects, "ScaledObject")) scalers.push_back(of_keda(one));
  if (scalers.size() > 1) findings.emplace_back("two autoscalers fight");
  for (const auto& scaler : scalers) check_scaler(scaler, objects, findings);
  const auto& deployment = one(objects, "Deployment");
  check_update(deployment, findings);
  const auto nodes = scalers.empty() ? int_at(deployment, "/spec/replicas") : scalers[0].least;
  const auto stay = int_at(one(objects, "PodDisruptionBudget"), "/spec/minAvailable");
  if (stay < 2 || stay >= nodes)
    findings.push_back("of " + std::to_string(nodes) + " nodes, " + std::to_string(stay) +
                       " must stay: that is too few, or lets no machine be emptied");
  return findings;
}

}  // namespace hotswap::deploy
