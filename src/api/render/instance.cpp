#include "api/render/instance.hpp"

#include "api/render/config.hpp"

namespace hotswap::api {
namespace {

json::Value slot_json(const std::optional<Assignment::Slot>& slot) {
  if (!slot) return {};
  return json::Object{
      {"version", slot->version.str()}, {"generation", slot->generation}, {"hash", slot->hash}};
}

json::Value observation_json(const Observation& seen) {
  json::Object out{{"version", version_or_null(seen.version)},
                   {"generation", seen.generation},
                   {"state", to_string(seen.state)},
                   {"hash", seen.hash},
                   {"at", format_time(seen.at)}};
  if (!seen.error.empty()) out.append("error", seen.error);
  return out;
}

json::Array configs_json(const InstanceView& view) {
  std::map<ProfileName, json::Object> by_profile;
  const auto entry = [&](const ProfileName& name) -> json::Object& {
    auto& object = by_profile[name];
    if (object.empty()) {
      object =
          json::Object{{"profile", name.str()}, {"desired", {}}, {"staged", {}}, {"observed", {}}};
    }
    return object;
  };
  for (const auto& assignment : view.desired) {
    auto& object = entry(assignment.profile);
    object.set("desired", slot_json(assignment.active));
    object.set("staged", slot_json(assignment.staged));
  }
  for (const auto& seen : view.observed)
    entry(seen.profile).set("observed", observation_json(seen));
  json::Array out;
  for (auto& [name, object] : by_profile) out.emplace_back(std::move(object));
  return out;
}

json::Value probe_json(const ProbeResult& probe) {
  return json::Object{{"at", format_time(probe.at)},
                      {"healthy", probe.healthy},
                      {"detail", probe.detail},
                      {"tookMs", probe.took.count()}};
}

json::Array logs_json(const std::vector<LogLine>& logs) {
  json::Array lines;
  for (const LogLine& line : logs)
    lines.emplace_back(json::Object{
        {"at", format_time(line.at)}, {"level", line.level}, {"message", line.message}});
  return lines;
}

}  // namespace

json::Object instance_json(const InstanceView& view) {
  const auto& instance = view.instance;
  json::Object labels;
  for (const auto& [key, value] : instance.labels) labels.append(key, value);
  json::Object schemas;
  for (const auto& [id, number] : instance.schemas) schemas.append(id, number);
  json::Object out{{"id", instance.id.str()},
                   {"serviceName", instance.service.str()},
                   {"environment", instance.environment},
                   {"hostname", instance.hostname},
                   {"port", instance.port},
                   {"version", instance.version},
                   {"healthUrl", instance.health_url},
                   {"labels", std::move(labels)},
                   {"schemas", std::move(schemas)},
                   {"pool", instance.pool},
                   {"zone", instance.zone},
                   {"status", to_string(instance.status)},
                   {"registeredAt", format_time(instance.registered_at)},
                   {"lastHeartbeat", format_time(instance.last_heartbeat)},
                   {"configs", configs_json(view)}};
  if (view.probe) out.append("probe", probe_json(*view.probe));
  if (!view.logs.empty()) out.append("logs", logs_json(view.logs));
  return out;
}

}  // namespace hotswap::api
