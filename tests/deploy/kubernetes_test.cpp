// deploy/kubernetes: every file by itself, and every overlay as kustomize would make it.
#include <gtest/gtest.h>

#include <fstream>

#include "cli/process/child_process.hpp"
#include "deploy/support/kustomize.hpp"
#include "deploy/support/rules.hpp"
#include "deploy/support/schemas.hpp"

namespace hotswap::deploy {
namespace {

const std::vector<std::string> kWays{"base", "overlays/hpa", "overlays/keda", "overlays/full"};
constexpr auto kServer = "/spec/template/spec/containers/0";

Objects way(const std::string& name) { return rendered(deploy_path("kubernetes/" + name)); }
json::Value base_file(const std::string& name) {
  return yaml_file(deploy_path("kubernetes/base/" + name));
}
json::Value deployment() { return base_file("deployment.yaml"); }
json::Value settings() { return *at(base_file("settings.yaml"), "/data"); }
json::Value sidecar() { return yaml_file(deploy_path("kubernetes/examples/agent-sidecar.yaml")); }
std::string at_server(const std::string& rest) { return kServer + rest; }

bool is_object(const std::filesystem::path& file) {
  return file.filename() != "kustomization.yaml" && file.filename() != "prometheus-adapter.yaml";
}

/// The same objects with one of them changed.
Objects with(Objects objects, const std::string& label, std::string_view operation,
             std::string_view pointer, const json::Value& value = {}) {
  for (auto& object : objects)
    if (label_of(object) == label) object = changed(object, operation, pointer, value);
  return objects;
}

TEST(KubernetesFiles, satisfy_the_schemas_of_kubernetes_keda_and_the_prometheus_operator) {
  std::size_t checked = 0;
  for (const auto& file : files_below(deploy_path("kubernetes"), ".yaml")) {
    if (!is_object(file)) continue;
    EXPECT_EQ(joined(kubernetes_findings(yaml_file(file))), "") << file;
    ++checked;
  }
  EXPECT_GE(checked, 14U);
}

TEST(KubernetesFiles, are_refused_with_an_unknown_field_a_wrong_type_or_a_missing_one) {
  const auto refuses = [](const json::Value& object, const std::string& part) {
    const auto findings = kubernetes_findings(object);
    EXPECT_TRUE(says(findings, part)) << part << " in\n" << joined(findings);
  };
  const auto good = deployment();
  refuses(changed(good, "add", at_server("/livenesProbe"), json::Object{}), "livenesProbe");
  refuses(changed(good, "replace", "/spec/replicas", "3"), "$.spec.replicas");
  refuses(changed(good, "remove", "/spec/selector"), "selector");
  refuses(changed(good, "replace", at_server("/imagePullPolicy"), "Sometimes"), "imagePullPolicy");
  refuses(changed(good, "replace", "/kind", "Deploymint"), "no schema");
  const auto keda = yaml_file(deploy_path("kubernetes/components/keda/scaled-object.yaml"));
  refuses(changed(keda, "add", "/spec/maxReplicas", 9), "maxReplicas");
  const auto monitor =
      yaml_file(deploy_path("kubernetes/components/monitoring/service-monitor.yaml"));
  refuses(changed(monitor, "add", "/spec/endpoints/0/bearerToken", "x"), "bearerToken");
}

TEST(KubernetesOverlays, become_objects_that_satisfy_the_schemas) {
  for (const auto& name : kWays) {
    SCOPED_TRACE(name);
    const auto objects = way(name);
    EXPECT_GE(objects.size(), 8U);
    for (const auto& object : objects) EXPECT_EQ(joined(kubernetes_findings(object)), "");
  }
}

TEST(KubernetesOverlays, use_every_file_there_is) {
  Names used;
  for (const auto& name : kWays)
    for (const auto& object : way(name)) used.insert(label_of(object));
  for (const auto& file : files_below(deploy_path("kubernetes"), ".yaml"))
    if (is_object(file) && file.parent_path().filename() != "examples")
      EXPECT_TRUE(used.contains(label_of(yaml_file(file)))) << file;
}

TEST(KubernetesOverlays, put_redis_and_the_tag_where_they_belong) {
  const auto objects = way("overlays/full");
  EXPECT_EQ(text_at(one(objects, "ConfigMap"), "/data/HOTSWAP_REDIS_PASSWORD_FILE"),
            "/etc/hotswap/redis/password");
  const auto& server = one(objects, "Deployment");
  EXPECT_EQ(joined(wrong_settings(server, *at(one(objects, "ConfigMap"), "/data"))), "");
  EXPECT_TRUE(text_at(server, "/spec/template/spec/volumes").contains("hotswap-redis"));
}

TEST(KubernetesPods, are_shut_in) {
  EXPECT_EQ(joined(unsafe_pods(deployment())), "");
  EXPECT_EQ(joined(unsafe_pods(sidecar())), "");
}

TEST(KubernetesPods, that_are_not_shut_in_are_found) {
  const auto good = deployment();
  const std::string context = at_server("/securityContext");
  const json::Value bad[] = {
      changed(good, "remove", context + "/readOnlyRootFilesystem"),
      changed(good, "replace", context + "/allowPrivilegeEscalation", true),
      changed(good, "remove", context + "/capabilities"),
      changed(good, "add", context + "/capabilities/add", json::Array{"NET_ADMIN"}),
      changed(good, "replace", "/spec/template/spec/securityContext/runAsUser", 0),
      changed(good, "remove", "/spec/template/spec/securityContext/seccompProfile"),
      changed(good, "replace", "/spec/template/spec/automountServiceAccountToken", true),
      changed(good, "add", "/spec/template/spec/hostNetwork", true),
      changed(good, "remove", at_server("/resources/limits/memory")),
      changed(good, "replace", at_server("/image"), "hotswap:latest"),
      changed(good, "replace", at_server("/image"), "hotswap"),
      changed(sidecar(), "remove", "/spec/template/spec/initContainers/0/securityContext")};
  for (const auto& one : bad) EXPECT_FALSE(unsafe_pods(one).empty());
}

TEST(KubernetesProbes, ask_the_right_paths_and_leave_time_to_start_and_to_drain) {
  EXPECT_EQ(joined(wrong_probes(deployment(), settings())), "");
}

TEST(KubernetesProbes, that_would_kill_what_only_waits_are_found) {
  const auto good = deployment();
  const auto refuses = [&](const json::Value& bad, const std::string& part) {
    const auto findings = wrong_probes(bad, settings());
    EXPECT_TRUE(says(findings, part)) << part << " in\n" << joined(findings);
  };
  refuses(changed(good, "replace", at_server("/livenessProbe/httpGet/path"), "/health/ready"),
          "/health/live");
  refuses(changed(good, "replace", at_server("/readinessProbe/httpGet/path"), "/healthz"),
          "path that the API does not have");
  refuses(changed(good, "replace", at_server("/startupProbe/failureThreshold"), 30), "gives up");
  refuses(changed(good, "remove", at_server("/readinessProbe")), "no readinessProbe");
  refuses(changed(good, "replace", at_server("/livenessProbe/httpGet/port"), "http"),
          "asks a port");
  refuses(changed(good, "replace", at_server("/livenessProbe/httpGet/scheme"), "HTTP"), "HTTPS");
  refuses(changed(good, "replace", at_server("/ports/0/containerPort"), 8401), "differ");
  refuses(changed(good, "replace", "/spec/template/spec/terminationGracePeriodSeconds", 10),
          "too short");
  refuses(changed(good, "remove", at_server("/lifecycle")), "preStop");
}

TEST(KubernetesSettings, are_the_programs_and_their_files_are_mounted) {
  EXPECT_EQ(joined(wrong_settings(deployment(), settings())), "");
  EXPECT_EQ(joined(wrong_settings(sidecar(), {})), "");
}

TEST(KubernetesSettings, that_the_program_does_not_have_are_found) {
  const auto good = deployment();
  EXPECT_TRUE(says(wrong_settings(good, changed(settings(), "add", "/HOTSWAP_LISTN", "x")),
                   "no HOTSWAP_LISTN"));
  EXPECT_TRUE(says(wrong_settings(good, changed(settings(), "replace", "/HOTSWAP_JWT_KEY_FILE",
                                                "/keys/jwt.key")),
                   "nothing is mounted"));
  EXPECT_TRUE(says(wrong_settings(changed(good, "add", at_server("/args/-"), "--data-dri"), {}),
                   "no --data-dri"));
  EXPECT_TRUE(says(wrong_settings(changed(good, "remove", at_server("/env/1")), {}), "POD_IP"));
  EXPECT_TRUE(says(wrong_settings(changed(good, "replace", at_server("/args"), json::Array{}), {}),
                   "no verb"));
  EXPECT_TRUE(
      says(wrong_settings(changed(sidecar(), "add", "/spec/template/spec/initContainers/0/args/-",
                                  "--listen=127.0.0.1:1"),
                          {}),
           "no --listen"));
}

TEST(KubernetesObjects, find_each_other) {
  for (const auto& name : kWays) EXPECT_EQ(joined(loose_ends(way(name))), "") << name;
}

TEST(KubernetesObjects, that_miss_each_other_are_found) {
  const auto good = way("overlays/full");
  const auto refuses = [&](const Objects& bad, const std::string& part) {
    EXPECT_TRUE(says(loose_ends(bad), part)) << part << " in\n" << joined(loose_ends(bad));
  };
  const std::string name = "app.kubernetes.io~1name";
  refuses(with(good, "Service/hotswap", "replace", "/spec/selector/" + name, "hotswp"),
          "Service/hotswap selects no pod");
  refuses(with(good, "Service/hotswap", "replace", "/spec/ports/0/targetPort", "http"),
          "targetPort");
  refuses(with(good, "PodDisruptionBudget/hotswap", "replace", "/spec/selector/matchLabels/" + name,
               "x"),
          "PodDisruptionBudget/hotswap selects no pod");
  refuses(with(good, "NetworkPolicy/hotswap", "replace", "/spec/ingress/0/ports/0/port", 80),
          "lets in");
  refuses(with(good, "Ingress/hotswap", "replace",
               "/spec/rules/0/http/paths/0/backend/service/name", "other"),
          "no service other");
  refuses(with(good, "ServiceMonitor/hotswap", "replace", "/spec/endpoints/0/path", "/metric"),
          "path that the API");
  refuses(with(good, "ServiceMonitor/hotswap", "remove", "/spec/endpoints/0/authorization"),
          "no token");
  refuses(with(good, "Deployment/hotswap", "remove", "/spec/template/spec/volumes/0"),
          "volumes and mounts");
  refuses(with(good, "ConfigMap/hotswap-settings", "replace", "/metadata/name", "other"),
          "no config map");
}

TEST(KubernetesScaling, follows_the_advice_and_outlives_updates_and_evictions) {
  for (const auto& name : kWays) EXPECT_EQ(joined(wrong_scaling(way(name))), "") << name;
}

TEST(KubernetesScaling, that_would_run_away_or_stand_still_is_found) {
  const auto good = way("overlays/hpa"), keda = way("overlays/keda");
  const auto refuses = [&](const Objects& bad, const std::string& part) {
    EXPECT_TRUE(says(wrong_scaling(bad), part)) << part << " in\n" << joined(wrong_scaling(bad));
  };
  const std::string hpa = "HorizontalPodAutoscaler/hotswap", metric = "/spec/metrics/0/external/";
  refuses(with(good, hpa, "replace", metric + "metric/name", "hotswap_nodes"), "does not follow");
  refuses(with(good, hpa, "replace", metric + "target/type", "Value"), "one pod for each");
  refuses(with(good, hpa, "replace", "/spec/maxReplicas", 12), "tell apart");
  refuses(with(good, hpa, "replace", "/spec/minReplicas", 2), "too few");
  refuses(with(good, hpa, "replace", "/spec/scaleTargetRef/name", "hotswp"), "scales nothing");
  refuses(with(good, hpa, "remove", "/spec/behavior"), "rolling update has a node less");
  refuses(with(good, "Deployment/hotswap", "add", "/spec/replicas", 3), "contradict");
  refuses(with(good, "Deployment/hotswap", "replace", "/spec/strategy/rollingUpdate/maxSurge", 1),
          "surge");
  refuses(with(good, "PodDisruptionBudget/hotswap", "replace", "/spec/minAvailable", 3),
          "lets no machine be emptied");
  refuses(with(keda, "ScaledObject/hotswap", "replace", "/spec/triggers/0/metadata/query",
               "max(hotswap_nodes)"),
          "does not follow");
  Objects both = good;
  both.push_back(one(keda, "ScaledObject"));
  refuses(both, "two autoscalers");
}

TEST(Kustomize, refuses_what_is_not_there_and_what_it_cannot_do) {
  const cli::TempFolder folder("hotswap-kustomize");
  const auto refuses = [&](const std::string& text, const std::string& part) {
    std::ofstream(folder.path() / "kustomization.yaml") << text;
    try {
      static_cast<void>(rendered(folder.path()));
      ADD_FAILURE() << "accepts " << text;
    } catch (const std::runtime_error& error) {
      EXPECT_TRUE(std::string(error.what()).contains(part)) << error.what();
    }
  };
  refuses("resources: [a.yaml]\n", "no such resource");
  refuses("namePrefix: x\n", "unknown: namePrefix");
  refuses("patches:\n  - target: {kind: Service, name: x}\n    patch: '[]'\n", "no Service/x");
  std::ofstream(folder.path() / "a.yaml") << "kind: Service\nmetadata: {name: x}\n";
  refuses(
      "resources: [a.yaml]\npatches:\n  - target: {kind: Service, name: x}\n"
      "    patch: '[{op: remove, path: /spec}]'\n",
      "cannot remove /spec");
  refuses("resources: [a.yaml, a.yaml]\n", "there twice");
}

}  // namespace
}  // namespace hotswap::deploy
