#include "orchestrator/schema_service.hpp"

#include "domain/json/parse.hpp"
#include "orchestrator/schema_check.hpp"

namespace hotswap {
namespace {

/// `latest` or nothing, a version, or a range.
Result<SchemaLink> link_of(const SchemaId& id, const std::string& selector) {
  if (selector.empty() || selector == "latest") return SchemaLink{id, {}};
  auto link = schema_link(id.value + '@' + selector, "?version");
  if (link) return link;
  return fail_field("schema.invalid", "$.version", "format",
                    "'" + selector + "' is no version (1.2.0), range (^1.2) or 'latest'");
}

std::string pending_hint(const std::vector<SemVer>& pending) {
  if (pending.empty()) return ": register one, or correct the link.";
  return ": " + pending.back().str() + " waits for approval by an Admin.";
}

}  // namespace

SchemaService::SchemaService(const Parts& parts)
    : store_(parts.store),
      committer_(parts.committer),
      cache_(parts.cache),
      open_(parts.open),
      verdicts_(parts.cache, parts.open),
      clock_(parts.clock) {}

Result<SchemaView> SchemaService::get(const Caller& caller, const SchemaId& id) {
  if (auto ok = authorize(caller.principal, Action::SchemaRead); !ok)
    return std::unexpected(ok.error());
  auto schema = store_.schema(id);
  if (!schema) return std::unexpected(schema.error());
  auto pending = store_.schema_numbers(id, SchemaState::PendingApproval);
  if (!pending) return std::unexpected(pending.error());
  auto linked = store_.profiles_linked(id);
  if (!linked) return std::unexpected(linked.error());
  std::erase_if(*linked, [&](const Profile& profile) {
    return !authorize(caller.principal, Action::ConfigRead, &profile.access);
  });
  return SchemaView{std::move(*schema), std::move(*pending), std::move(*linked)};
}

Result<Page<RegisteredSchema>> SchemaService::list(const Caller& caller, const SchemaFilter& filter,
                                                   const PageRequest& page) {
  if (auto ok = authorize(caller.principal, Action::SchemaRead); !ok)
    return std::unexpected(ok.error());
  return store_.schemas(filter, page);
}

Result<Page<SchemaVersion>> SchemaService::versions(const Caller& caller, const SchemaId& id,
                                                    const PageRequest& page) {
  if (auto ok = authorize(caller.principal, Action::SchemaRead); !ok)
    return std::unexpected(ok.error());
  if (auto schema = store_.schema(id); !schema) return std::unexpected(schema.error());
  return store_.schema_versions(id, page);
}

Result<SchemaVersion> SchemaService::version(const Caller& caller, const SchemaId& id,
                                             const std::string& selector) {
  if (auto ok = authorize(caller.principal, Action::SchemaRead); !ok)
    return std::unexpected(ok.error());
  if (auto number = SemVer::parse(selector)) {
    if (auto schema = store_.schema(id); !schema) return std::unexpected(schema.error());
    return store_.schema_version(id, *number);
  }
  const auto link = link_of(id, selector);
  if (!link) return std::unexpected(link.error());
  const auto ref = follow(*link);
  if (!ref) return std::unexpected(ref.error());
  return store_.schema_version(ref->id, ref->number);
}

Result<SchemaDiff> SchemaService::diff(const Caller& caller, const SchemaId& id,
                                       const std::string& from, const std::string& to) {
  auto before = version(caller, id, from);
  if (!before) return std::unexpected(before.error());
  auto after = version(caller, id, to);
  if (!after) return std::unexpected(after.error());
  auto schema = store_.schema(id);
  if (!schema) return std::unexpected(schema.error());
  auto comparison =
      compare_versions(*before, *after, schema->policy, schema_uri(id, after->number));
  if (!comparison) return std::unexpected(comparison.error());
  auto impact = impact_of(caller, *after, breaks(schema->compatibility, *comparison));
  if (!impact) return std::unexpected(impact.error());
  before->content.clear();
  after->content.clear();
  return SchemaDiff{std::move(*before), std::move(*after), std::move(*comparison),
                    std::move(*impact)};
}

Result<Validated> SchemaService::validate(const Caller& caller, const SchemaId& id,
                                          const std::string& selector, const json::Value& data) {
  const auto found = version(caller, id, selector);
  if (!found) return std::unexpected(found.error());
  const auto compiled = cache_.compile(*found);
  if (!compiled) return std::unexpected(compiled.error());
  return Validated{{id, found->number}, check_document(**compiled, data)};
}

Result<SchemaImpact> SchemaService::impact(const Caller& caller, const SchemaId& id,
                                           const SemVer& number) {
  const auto found = version(caller, id, number.str());
  if (!found) return std::unexpected(found.error());
  const auto schema = store_.schema(id);
  if (!schema) return std::unexpected(schema.error());
  const bool breaking = std::ranges::any_of(found->compared, [&](const ComparedWith& with) {
    return breaks(schema->compatibility, with.comparison);
  });
  return impact_of(caller, *found, breaking);
}

Result<SchemaImpact> SchemaService::impact_of(const Caller& caller, const SchemaVersion& version,
                                              bool breaking) {
  const auto compiled = cache_.compile(version);
  if (!compiled) return std::unexpected(compiled.error());
  const auto linked = store_.profiles_linked(version.schema);
  if (!linked) return std::unexpected(linked.error());
  auto impact = study_impact(store_, open_, **compiled, *linked);
  if (!impact) return std::unexpected(impact.error());
  return shown_to(caller.principal, *linked, std::move(*impact), breaking);
}

Result<SchemaRef> SchemaService::follow(const SchemaLink& link) {
  if (auto schema = store_.schema(link.id); !schema) return std::unexpected(schema.error());
  const auto approved = store_.schema_numbers(link.id, SchemaState::Approved);
  if (!approved) return std::unexpected(approved.error());
  if (const auto number = followed(link, *approved)) return SchemaRef{link.id, *number};
  auto pending = store_.schema_numbers(link.id, SchemaState::PendingApproval);
  if (!pending) return std::unexpected(pending.error());
  std::erase_if(*pending, [&](const SemVer& number) { return !followed(link, {number}); });
  const std::string wanted = link.selector.empty() ? std::string() : " for " + link.selector;
  return fail(
      ErrorCode::Conflict, "schema.none_approved",
      "Schema " + link.id.value + " has no approved version" + wanted + pending_hint(*pending));
}

Result<std::shared_ptr<const schema::Schema>> SchemaService::compiled(const SchemaRef& ref) {
  return cache_.get(ref);
}

Result<std::optional<SchemaRef>> SchemaService::check(const Profile& profile,
                                                      const json::Value& document) {
  if (profile.schema_id.empty()) return std::nullopt;
  const auto link = schema_link(profile.schema_id, "$.schemaId");
  if (!link) return std::unexpected(link.error());
  const auto ref = follow(*link);
  if (!ref) return std::unexpected(ref.error());
  const auto schema = cache_.approved(*ref);
  if (!schema) return std::unexpected(schema.error());
  const auto report = check_document(**schema, document);
  if (!report.valid) return std::unexpected(schema_mismatch(*ref, report));
  return *ref;
}

}  // namespace hotswap
