// The schema half of ConfigService: links, and versions that have to satisfy them.
#include "orchestrator/config_service.hpp"

namespace hotswap {
namespace {

/// Of one profile, whenever it is read: what is older is seen by the schema's impact.
constexpr std::size_t kNewestLookedAt = 100;

}  // namespace

Result<void> ConfigService::check_link(const std::string& schema_id) {
  if (schema_id.empty()) return {};
  const auto link = schema_link(schema_id, "$.schemaId");
  if (!link) return std::unexpected(link.error());
  const auto ref = schemas_.follow(*link);
  if (ref) return {};
  if (ref.error().reason != "schema.not_found") return std::unexpected(ref.error());
  return fail_field(
      "config.invalid", "$.schemaId", "reference",
      "no schema " + link->id.value + " is registered: register it first, or leave schemaId out");
}

Result<std::string> ConfigService::satisfied(const Profile& profile, const json::Value& document,
                                             std::string_view trace_id) {
  const MonoTime begun = clock_.mono();
  const auto ref = schemas_.check(profile, document);
  const bool invalid = !ref && ref.error().reason == "version.schema_mismatch";
  if (checked_listener_ && (invalid || (ref && *ref)))
    checked_listener_({profile.name, !invalid, clock_.mono() - begun, trace_id});
  if (!ref) return std::unexpected(ref.error());
  return *ref ? to_string(**ref) : std::string();
}

Result<std::string> ConfigService::satisfied_again(const Profile& profile, const Version& old,
                                                   bool force) {
  const auto document = opened(old);
  if (!document) return std::unexpected(document.error());
  auto schema = satisfied(profile, *document);
  if (schema || schema.error().reason != "version.schema_mismatch") return schema;
  if (force) return std::string();
  schema.error().detail += ". Correct the content and upload it, or repeat with force=true.";
  return schema;
}

std::string ConfigService::schema_notice(const Profile& profile) {
  if (profile.schema_id.empty()) return {};
  const auto link = schema_link(profile.schema_id, "$.schemaId");
  if (!link) return {};
  const auto ref = schemas_.follow(*link);
  if (!ref) return ref.error().detail;
  const auto newest = store_.versions(profile.name, {.limit = kNewestLookedAt, .cursor = {}});
  if (!newest) return {};
  std::size_t failing = 0;
  bool stable_fails = false;
  for (const Version& version : newest->items) {
    auto verdict = schemas_.verdicts().known(*ref, version.hash);
    if (!verdict) {
      const auto stored = cache_.get(profile.name, version.number);
      if (!stored) continue;
      auto asked = schemas_.verdicts().refusal(*ref, **stored);
      if (!asked) continue;
      verdict = SchemaVerdicts::Verdict{std::move(*asked)};
    }
    if (!verdict->refusal) continue;
    ++failing;
    stable_fails = stable_fails || version.number == profile.stable;
  }
  if (failing == 0) return {};
  const std::size_t of = newest->items.size();
  std::string text = std::to_string(failing) + " of the " +
                     (newest->next_cursor.empty() ? "" : "newest ") + std::to_string(of) +
                     " stored " + (of == 1 ? "version does" : "versions do") + " not satisfy " +
                     to_string(*ref);
  if (stable_fails) text += ", the live " + profile.stable->str() + " among them";
  return text + '.';
}

}  // namespace hotswap
