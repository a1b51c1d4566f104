// The comparing half of SchemaService: versions with their pinned references, side by side.
#include "domain/json/parse.hpp"
#include "orchestrator/schema_references.hpp"
#include "orchestrator/schema_service.hpp"

namespace hotswap {

Result<std::vector<ComparedWith>> SchemaService::compared_with_all(
    const std::vector<SemVer>& earlier, const SchemaVersion& after, schema::Policy policy,
    const std::string& after_uri) {
  std::vector<ComparedWith> compared;
  for (const SemVer& number : earlier) {
    auto before = store_.schema_version(after.schema, number);
    if (!before) return std::unexpected(before.error());
    auto comparison = compare_versions(*before, after, policy, after_uri);
    if (!comparison) return std::unexpected(comparison.error());
    compared.push_back({number, std::move(*comparison)});
  }
  return compared;
}

Result<schema::Comparison> SchemaService::compare_versions(const SchemaVersion& before,
                                                           const SchemaVersion& after,
                                                           schema::Policy policy,
                                                           const std::string& after_uri) {
  const auto old_document = json::parse(before.content);
  if (!old_document) return std::unexpected(old_document.error());
  const auto new_document = json::parse(after.content);
  if (!new_document) return std::unexpected(new_document.error());
  using Lookup = SchemaReferences::Lookup;
  SchemaReferences old_references(store_, Lookup::PinnedOnly, before.references);
  SchemaReferences new_references(store_, Lookup::PinnedOnly, after.references);
  return schema::compare(
      {*old_document,
       old_references.options(schema_uri(before.schema, before.number), before.assert_formats)},
      {*new_document, new_references.options(after_uri, after.assert_formats)}, policy);
}

Result<void> SchemaService::compared_with_today(const RegisteredSchema& schema,
                                                SchemaVersion& version, bool& overtaken) {
  auto approved = store_.schema_numbers(schema.id, SchemaState::Approved);
  if (!approved) return std::unexpected(approved.error());
  const auto wanted = compared_versions(schema.compatibility, *approved);
  const bool seen = std::ranges::all_of(wanted, [&](const SemVer& number) {
    return std::ranges::find(version.compared, number, &ComparedWith::number) !=
           version.compared.end();
  });
  if (seen) return {};
  auto compared =
      compared_with_all(wanted, version, schema.policy, schema_uri(version.schema, version.number));
  if (!compared) return std::unexpected(compared.error());
  version.compared = std::move(*compared);
  ChangeSet changes;
  changes.push_back(change::UpdateSchemaVersion{version});
  auto committed = committer_.commit(std::move(changes));
  overtaken = !committed && committed.error().code == ErrorCode::Conflict;
  if (!committed) return std::unexpected(committed.error());
  return fail(ErrorCode::Conflict, "schema.superseded",
              "Other versions were approved since this one was compared. It was compared anew: "
              "look at the result, then decide.");
}

}  // namespace hotswap
