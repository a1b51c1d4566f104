#include <stdexcept>

#include "deploy/support/rules.hpp"
#include "domain/base/limits.hpp"
#include "domain/base/short_duration.hpp"

namespace hotswap::deploy {
namespace {

constexpr std::int64_t kStopSlack = 10;  ///< seconds beyond draining until SIGKILL
const std::string kPod = "/spec/template/spec";

void expect(Findings& findings, const json::Value& value, const std::string& pointer,
            const std::string& wanted) {
  if (const auto found = text_at(value, pointer); found != wanted)
    findings.push_back(pointer + " is " + (found.empty() ? "missing" : found) + ", must be " +
                       wanted);
}

std::vector<json::Value> containers_of(const json::Value& deployment) {
  auto containers = items_at(deployment, kPod + "/initContainers");
  for (auto& one : items_at(deployment, kPod + "/containers")) containers.push_back(std::move(one));
  return containers;
}

void check_container(const json::Value& container, Findings& findings) {
  const std::string context = "/securityContext";
  expect(findings, container, context + "/allowPrivilegeEscalation", "false");
  expect(findings, container, context + "/readOnlyRootFilesystem", "true");
  expect(findings, container, context + "/capabilities/drop", R"(["ALL"])");
  if (at(container, context + "/capabilities/add") != nullptr)
    findings.emplace_back("a capability is added");
  for (const std::string resource : {"requests/cpu", "requests/memory", "limits/memory"})
    if (text_at(container, "/resources/" + resource).empty())
      findings.push_back("no resources/" + resource);
  if (auto bad = unpinned(text_at(container, "/image")); !bad.empty())
    findings.push_back(std::move(bad));
}

void check_probe(const json::Value& container, const std::string& name, const std::string& path,
                 const json::Value& settings, Findings& findings) {
  const std::string place = '/' + name + "/httpGet/";
  expect(findings, container, place + "path", path);
  if (!facts().routes.contains(text_at(container, place + "path")))
    findings.push_back(name + " asks for a path that the API does not have");
  const bool tls = !text_at(settings, "/HOTSWAP_TLS_CERT").empty();
  expect(findings, container, place + "scheme", tls ? "HTTPS" : "HTTP");
  bool found = false;
  for (const auto& port : items_at(container, "/ports"))
    found |= text_at(port, "/name") == text_at(container, place + "port");
  if (!found) findings.push_back(name + " asks a port that the container does not have");
}

std::int64_t budget_of(const json::Value& probe) {
  return int_at(probe, "/periodSeconds") * int_at(probe, "/failureThreshold");
}

void check_times(const json::Value& deployment, const json::Value& server,
                 const json::Value& settings, Findings& findings) {
  const auto waits = seconds_of(text_at(settings, "/HOTSWAP_DATABASE_WAIT"));
  if (budget_of(*at(server, "/startupProbe")) <= waits)
    findings.emplace_back("startupProbe gives up before the program does");
  const auto drain = std::chrono::duration_cast<std::chrono::seconds>(limits::kDrain).count();
  const auto pause = int_at(server, "/lifecycle/preStop/sleep/seconds");
  if (pause < 1) findings.emplace_back("preStop does not wait for the load balancers");
  if (int_at(deployment, kPod + "/terminationGracePeriodSeconds") < pause + drain + kStopSlack)
    findings.emplace_back("terminationGracePeriodSeconds is too short for preStop and draining");
}

const json::Value& server_of(const json::Value& deployment) {
  const auto* server = at(deployment, kPod + "/containers/0");
  if (server == nullptr) throw std::runtime_error("no container");
  return *server;
}

bool is_mounted(const json::Value& container, const std::string& file) {
  for (const auto& mount : items_at(container, "/volumeMounts"))
    if (file.starts_with(text_at(mount, "/mountPath") + '/')) return true;
  return false;
}

bool names_a_file(const std::string& variable) {
  return variable.ends_with("_FILE") || variable.starts_with("HOTSWAP_TLS_");
}

void check_variable(const json::Value& container, const std::string& name, const std::string& value,
                    Findings& findings) {
  if (name.starts_with("HOTSWAP_") && !facts().knows_variable(name))
    findings.push_back("the program has no " + name);
  if (name.starts_with("HOTSWAP_") && names_a_file(name) && !is_mounted(container, value))
    findings.push_back(name + ": nothing is mounted where " + value + " should be");
}

void check_references(const json::Value& container, const std::string& text, Findings& findings) {
  const auto begin = text.find("$(");
  if (begin == std::string::npos) return;
  const auto name = text.substr(begin + 2, text.find(')', begin) - begin - 2);
  for (const auto& variable : items_at(container, "/env"))
    if (text_at(variable, "/name") == name) return;
  findings.push_back(text + " refers to a variable that is not set");
}

}  // namespace

std::int64_t seconds_of(const std::string& duration) {
  const auto read = read_duration(duration);
  if (!read) throw std::runtime_error(duration + ": " + read.error().detail);
  return std::chrono::duration_cast<std::chrono::seconds>(*read).count();
}

Findings unsafe_pods(const json::Value& deployment) {
  Findings findings;
  expect(findings, deployment, kPod + "/securityContext/runAsNonRoot", "true");
  expect(findings, deployment, kPod + "/securityContext/seccompProfile/type", "RuntimeDefault");
  expect(findings, deployment, kPod + "/automountServiceAccountToken", "false");
  expect(findings, deployment, kPod + "/enableServiceLinks", "false");
  if (int_at(deployment, kPod + "/securityContext/runAsUser") == 0)
    findings.emplace_back("runs as root");
  for (const std::string shared : {"hostNetwork", "hostPID", "hostIPC"})
    if (at(deployment, kPod + '/' + shared) != nullptr) findings.push_back(shared + " is set");
  for (const auto& container : containers_of(deployment)) check_container(container, findings);
  return findings;
}

Findings wrong_probes(const json::Value& deployment, const json::Value& settings) {
  Findings findings;
  const auto& server = server_of(deployment);
  for (const std::string probe : {"startupProbe", "livenessProbe", "readinessProbe"})
    if (at(server, '/' + probe) == nullptr) return {"no " + probe};
  check_probe(server, "startupProbe", "/health/live", settings, findings);
  check_probe(server, "livenessProbe", "/health/live", settings, findings);
  check_probe(server, "readinessProbe", "/health/ready", settings, findings);
  const auto port = ':' + text_at(server, "/ports/0/containerPort");
  if (!text_at(settings, "/HOTSWAP_LISTEN").ends_with(port))
    findings.emplace_back("HOTSWAP_LISTEN and containerPort differ");
  check_times(deployment, server, settings, findings);
  return findings;
}

Findings wrong_settings(const json::Value& deployment, const json::Value& settings) {
  Findings findings;
  for (const auto& container : containers_of(deployment)) {
    if (!text_at(container, "/image").starts_with("hotswap:")) continue;
    std::vector<std::string> arguments;
    for (const auto& argument : items_at(container, "/args"))
      arguments.push_back(argument.as_string()->str());
    if (auto wrong = wrong_arguments(arguments); !wrong.empty())
      findings.push_back(std::move(wrong));
    for (const auto& argument : arguments) check_references(container, argument, findings);
    for (const auto& variable : items_at(container, "/env")) {
      const auto value = text_at(variable, "/value");
      check_variable(container, text_at(variable, "/name"), value, findings);
      check_references(container, value, findings);
    }
    if (!arguments.empty() && arguments[0] == "server" && settings.as_object() != nullptr)
      for (const auto& setting : *settings.as_object())
        check_variable(container, setting.name.str(), text_at(setting.value, ""), findings);
  }
  return findings;
}

}  // namespace hotswap::deploy
