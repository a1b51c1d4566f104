#include "api/render/schema.hpp"

#include "api/render/config.hpp"
#include "domain/json/write.hpp"
#include "domain/schema/failures_json.hpp"

namespace hotswap::api {
namespace {

json::Value decision_json(const std::optional<SchemaDecision>& decision) {
  if (!decision) return {};
  return json::Object{{"by", decision->by},
                      {"at", format_time(decision->at)},
                      {"comment", decision->comment},
                      {"hash", decision->hash}};
}

void add_details(json::Object& out, const SchemaVersion& version) {
  json::Object references;
  for (const auto& [uri, pinned] : version.references) references.append(uri, pinned);
  out.append("references", std::move(references));
  json::Array compared;
  for (const auto& earlier : version.compared) {
    compared.emplace_back(json::Object{{"version", earlier.number.str()},
                                       {"comparison", schema::to_json(earlier.comparison)}});
  }
  out.append("compared", std::move(compared));
}

}  // namespace

json::Object schema_json(const RegisteredSchema& schema) {
  return {{"name", schema.id.str()},
          {"description", schema.description},
          {"compatibility", to_string(schema.compatibility)},
          {"policy", schema::to_string(schema.policy)},
          {"latest", version_or_null(schema.latest)},
          {"createdBy", schema.created_by},
          {"createdAt", format_time(schema.created_at)},
          {"updatedAt", format_time(schema.updated_at)},
          {"revision", schema.revision}};
}

json::Object schema_view_json(const SchemaView& view) {
  auto out = schema_json(view.schema);
  json::Array pending;
  for (const auto& number : view.pending) pending.emplace_back(number.str());
  out.append("pending", std::move(pending));
  json::Array profiles;
  for (const auto& profile : view.profiles) {
    profiles.emplace_back(json::Object{{"name", profile.name.str()},
                                       {"schemaId", profile.schema_id},
                                       {"environment", profile.environment}});
  }
  out.append("profiles", std::move(profiles));
  return out;
}

json::Object schema_version_json(const SchemaVersion& version, SchemaDetail detail) {
  json::Object out{{"name", version.schema.str()},
                   {"version", version.number.str()},
                   {"state", to_string(version.state)},
                   {"hash", version.hash},
                   {"size", static_cast<std::uint64_t>(version.size)},
                   {"uri", schema_uri(version.schema, version.number)},
                   {"formats", version.assert_formats ? "assert" : "annotate"},
                   {"author", version.author},
                   {"message", version.message},
                   {"createdAt", format_time(version.created_at)},
                   {"decision", decision_json(version.decision)},
                   {"revision", version.revision}};
  if (!version.uri.empty()) out.append("schemaUri", version.uri);
  if (detail == SchemaDetail::Full) add_details(out, version);
  return out;
}

std::string schema_version_text(const SchemaVersion& version) {
  auto text = json::write(schema_version_json(version, SchemaDetail::Full));
  text.pop_back();
  text += ",\"schema\":";
  text += version.content;
  text += '}';
  return text;
}

json::Object impact_json(const SchemaImpact& impact) {
  json::Array failing;
  for (const auto& item : impact.failing) {
    failing.emplace_back(json::Object{{"profile", item.profile.str()},
                                      {"version", item.version.str()},
                                      {"live", item.live},
                                      {"stable", item.stable},
                                      {"errors", schema::failures_json(item.failures)}});
  }
  return {{"profiles", static_cast<std::uint64_t>(impact.profiles)},
          {"checked", static_cast<std::uint64_t>(impact.checked)},
          {"failingCount", static_cast<std::uint64_t>(impact.failing_count)},
          {"failing", std::move(failing)},
          {"summary", impact.summary}};
}

json::Object schema_diff_json(const SchemaDiff& diff) {
  return {{"name", diff.to.schema.str()},
          {"from", diff.from.number.str()},
          {"to", diff.to.number.str()},
          {"comparison", schema::to_json(diff.comparison)},
          {"impact", impact_json(diff.impact)}};
}

json::Object validation_json(const Validated& validated) {
  const auto& report = validated.report;
  json::Object out{{"valid", report.valid},
                   {"errors", schema::failures_json(report.failures)},
                   {"schema", to_string(validated.schema)}};
  if (report.truncated) out.append("truncated", true);
  if (report.aborted) out.append("aborted", true);
  return out;
}

json::Value schema_ref_json(const SchemaRef& ref) {
  return json::Object{{"id", ref.id.str()}, {"version", ref.number.str()}};
}

}  // namespace hotswap::api
