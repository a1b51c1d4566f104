#include "orchestrator/schema_records.hpp"

#include "domain/base/limits.hpp"

namespace hotswap {
namespace {

json::Array failing_json(const SchemaImpact& impact, const ProfileName& profile) {
  json::Array items;
  for (const SchemaImpact::Failing& failing : impact.failing) {
    if (failing.profile != profile) continue;
    json::Array failures;
    for (const schema::Failure& failure : failing.failures)
      failures.push_back(json::Object{{"path", failure.path}, {"message", failure.message}});
    items.push_back(json::Object{{"version", failing.version.str()},
                                 {"live", failing.live},
                                 {"failures", std::move(failures)}});
  }
  return items;
}

}  // namespace

void record(ChangeSet& changes, const Caller& caller, const SchemaRecord& record,
            const std::vector<Profile>& linked, const SchemaImpact& impact) {
  TimelineEvent event;
  event.at = record.at;
  event.kind = record.kind;
  event.actor = caller.principal.subject;
  event.message = record.message;
  json::Object data = record.data;
  if (impact.checked > 0)
    data.set("impact", json::Object{{"profiles", impact.profiles},
                                    {"checked", impact.checked},
                                    {"failing", impact.failing_count}});
  event.data = data;
  changes.push_back(change::AppendEvent{event});
  const std::size_t told = std::min(linked.size(), limits::kProfilesTold);
  for (std::size_t i = 0; i < told; ++i) {
    event.profile = linked[i].name;
    event.message = record.message + " (linked by this profile as " + linked[i].schema_id + ")";
    json::Object own = record.data;
    own.set("failing", failing_json(impact, linked[i].name));
    event.data = std::move(own);
    changes.push_back(change::AppendEvent{event});
  }
}

Change notification(const SchemaVersion& version, std::string severity, std::string message,
                    WallTime now) {
  const std::string uri = schema_uri(version.schema, version.number);
  const std::string id = uri + ':' + std::to_string(version.revision) + ':' +
                         std::string(to_string(version.state)) + ':' + version.hash;
  return change::EnqueueOutbox{id, "notify." + severity,
                               json::Object{{"message", std::move(message)},
                                            {"schema", version.schema.value},
                                            {"version", version.number.str()},
                                            {"severity", severity}},
                               now};
}

json::Object record_data(const SchemaVersion& version) {
  return {{"schema", version.schema.value},
          {"version", version.number.str()},
          {"hash", version.hash},
          {"state", std::string(to_string(version.state))}};
}

}  // namespace hotswap
