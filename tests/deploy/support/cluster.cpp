#include "deploy/support/rules.hpp"

namespace hotswap::deploy {
namespace {

const std::string kTemplate = "/spec/template";

/// Whether every label of the selector is among the labels.
bool selects(const json::Value* selector, const json::Value* labels) {
  if (selector == nullptr || labels == nullptr || selector->as_object()->empty()) return false;
  for (const auto& wanted : *selector->as_object()) {
    const auto* label = labels->find(wanted.name.str());
    if (label == nullptr || *label != wanted.value) return false;
  }
  return true;
}

bool selects_pods(const Objects& objects, const json::Value* selector) {
  for (const auto& deployment : all(objects, "Deployment"))
    if (selects(selector, at(deployment, kTemplate + "/metadata/labels"))) return true;
  return false;
}

bool has_port(const Objects& objects, const std::string& name) {
  for (const auto& deployment : all(objects, "Deployment"))
    for (const auto& container : items_at(deployment, kTemplate + "/spec/containers"))
      for (const auto& port : items_at(container, "/ports"))
        if (text_at(port, "/name") == name || text_at(port, "/containerPort") == name) return true;
  return false;
}

void check_selectors(const Objects& objects, Findings& findings) {
  const std::pair<std::string, std::string> places[] = {
      {"Service", "/spec/selector"},
      {"Deployment", "/spec/selector/matchLabels"},
      {"PodDisruptionBudget", "/spec/selector/matchLabels"},
      {"NetworkPolicy", "/spec/podSelector/matchLabels"}};
  for (const auto& [kind, place] : places)
    for (const auto& object : all(objects, kind))
      if (!selects_pods(objects, at(object, place)))
        findings.push_back(label_of(object) + " selects no pod");
  for (const auto& deployment : all(objects, "Deployment"))
    for (const auto& spread : items_at(deployment, kTemplate + "/spec/topologySpreadConstraints"))
      if (!selects_pods(objects, at(spread, "/labelSelector/matchLabels")))
        findings.push_back(label_of(deployment) + " spreads over no pod");
}

void check_ports(const Objects& objects, Findings& findings) {
  for (const auto& service : all(objects, "Service"))
    for (const auto& port : items_at(service, "/spec/ports"))
      if (!has_port(objects, text_at(port, "/targetPort")))
        findings.push_back(label_of(service) + ": no container has its targetPort");
  for (const auto& policy : all(objects, "NetworkPolicy"))
    for (const auto& rule : items_at(policy, "/spec/ingress"))
      for (const auto& port : items_at(rule, "/ports"))
        if (!has_port(objects, text_at(port, "/port")))
          findings.push_back(label_of(policy) + ": no container has the port that it lets in");
}

void check_service_of(const Objects& objects, const json::Value& user, const std::string& name,
                      const std::string& port, Findings& findings) {
  for (const auto& service : all(objects, "Service"))
    if (text_at(service, "/metadata/name") == name)
      for (const auto& offered : items_at(service, "/spec/ports"))
        if (text_at(offered, "/name") == port) return;
  findings.push_back(label_of(user) + ": there is no service " + name + " with a port " + port);
}

void check_ingresses(const Objects& objects, Findings& findings) {
  for (const auto& ingress : all(objects, "Ingress"))
    for (const auto& rule : items_at(ingress, "/spec/rules"))
      for (const auto& path : items_at(rule, "/http/paths"))
        check_service_of(objects, ingress, text_at(path, "/backend/service/name"),
                         text_at(path, "/backend/service/port/name"), findings);
}

void check_monitor(const Objects& objects, const json::Value& monitor, Findings& findings) {
  const auto* selector = at(monitor, "/spec/selector/matchLabels");
  std::string service;
  for (const auto& one : all(objects, "Service"))
    if (selects(selector, at(one, "/metadata/labels"))) service = text_at(one, "/metadata/name");
  if (service.empty()) findings.push_back(label_of(monitor) + " selects no service");
  for (const auto& endpoint : items_at(monitor, "/spec/endpoints")) {
    if (!service.empty())
      check_service_of(objects, monitor, service, text_at(endpoint, "/port"), findings);
    if (!facts().routes.contains(text_at(endpoint, "/path")))
      findings.push_back(label_of(monitor) + " asks for a path that the API does not have");
    if (text_at(endpoint, "/authorization/credentials/name").empty())
      findings.push_back(label_of(monitor) + " has no token, and /metrics wants one");
  }
}

void check_volumes(const json::Value& deployment, Findings& findings) {
  Names volumes, mounted;
  for (const auto& volume : items_at(deployment, kTemplate + "/spec/volumes"))
    volumes.insert(text_at(volume, "/name"));
  for (const std::string list : {"initContainers", "containers"})
    for (const auto& container : items_at(deployment, kTemplate + "/spec/" + list))
      for (const auto& mount : items_at(container, "/volumeMounts"))
        mounted.insert(text_at(mount, "/name"));
  if (volumes != mounted)
    findings.push_back(label_of(deployment) + ": volumes and mounts are not the same");
}

void check_sources(const Objects& objects, const json::Value& deployment, Findings& findings) {
  Names maps, accounts{"default"};
  for (const auto& map : all(objects, "ConfigMap")) maps.insert(text_at(map, "/metadata/name"));
  for (const auto& one : all(objects, "ServiceAccount"))
    accounts.insert(text_at(one, "/metadata/name"));
  const auto account = text_at(deployment, kTemplate + "/spec/serviceAccountName");
  if (!account.empty() && !accounts.contains(account))
    findings.push_back(label_of(deployment) + ": there is no account " + account);
  for (const auto& container : items_at(deployment, kTemplate + "/spec/containers"))
    for (const auto& source : items_at(container, "/envFrom"))
      if (const auto name = text_at(source, "/configMapRef/name"); !maps.contains(name))
        findings.push_back(label_of(deployment) + ": there is no config map " + name);
}

}  // namespace

Findings loose_ends(const Objects& objects) {
  Findings findings;
  check_selectors(objects, findings);
  check_ports(objects, findings);
  check_ingresses(objects, findings);
  for (const auto& monitor : all(objects, "ServiceMonitor"))
    check_monitor(objects, monitor, findings);
  for (const auto& deployment : all(objects, "Deployment")) {
    check_volumes(deployment, findings);
    check_sources(objects, deployment, findings);
  }
  return findings;
}

}  // namespace hotswap::deploy
