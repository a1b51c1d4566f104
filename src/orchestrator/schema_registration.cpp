// The registering half of SchemaService: read, compile, compare, number, store.
#include "domain/base/limits.hpp"
#include "domain/base/name.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/path.hpp"
#include "domain/json/write.hpp"
#include "domain/schema/text/uri.hpp"
#include "orchestrator/schema_records.hpp"
#include "orchestrator/schema_references.hpp"
#include "orchestrator/schema_service.hpp"

namespace hotswap {

/// A registration on its way; nothing of it is stored yet.
struct SchemaService::Draft {
  const RegisterSchema& request;
  std::optional<RegisteredSchema> known;
  RegisteredSchema schema;
  SchemaVersion version;
  std::optional<SchemaVersion> replaced;  ///< pending or rejected content that goes
  std::vector<SemVer> all, approved;
  std::vector<Profile> linked;
  std::shared_ptr<const schema::Schema> compiled;
  bool created = true;
  bool breaking = false;
  std::string waits_for;  ///< why it needs an approval; empty: it needs none
  SchemaImpact impact;
};

namespace {

constexpr int kConflictRetries = 5;

std::string resource_of(const SchemaVersion& version) {
  return "schemas/" + version.schema.value + "/versions/" + version.number.str();
}

Result<void> check_words(const RegisterSchema& request) {
  const auto too_long = [](const std::string& path) {
    return fail_field("schema.invalid", path, "maxLength",
                      "must have at most " + std::to_string(limits::kDescriptionBytes) + " bytes");
  };
  if (!is_name(request.id.value))
    return fail_field("schema.invalid", "$.name", "pattern", kNameRule);
  if (request.number && !request.number->build().empty())
    return fail_field("schema.invalid", "$.version", "format",
                      "a schema's version has no build metadata: leave out the part behind the +");
  if (request.description.value_or("").size() > limits::kDescriptionBytes)
    return too_long("$.description");
  if (request.message.size() > limits::kDescriptionBytes) return too_long("$.message");
  return {};
}

bool has_scheme(const std::string& uri) {
  const auto colon = uri.find(':');
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (colon == std::string::npos || colon == 0 || !letter(uri.front())) return false;
  return std::ranges::all_of(uri.substr(0, colon), [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

/// Its absolute `$id` without fragment, or empty.
std::string uri_of(const json::Value& document, schema::Draft draft) {
  const json::Value* id = document.find(draft == schema::Draft::Draft4 ? "id" : "$id");
  const auto* text = id ? id->as_string() : nullptr;
  if (!text) return {};
  std::string uri = schema::resolve("", *text).absolute;
  return has_scheme(uri) ? uri : std::string();
}

/// Of a version without a number yet.
std::string base_uri(const RegisterSchema& request) {
  return request.number ? schema_uri(request.id, *request.number) : "hotswap:" + request.id.value;
}

bool same(const SchemaVersion& a, const SchemaVersion& b) {
  return a.hash == b.hash && a.assert_formats == b.assert_formats && a.references == b.references;
}

std::size_t breaking_changes(CompatibilityMode mode, const SchemaVersion& version) {
  std::size_t count = 0;
  for (const ComparedWith& with : version.compared)
    for (const schema::Change& change : with.comparison.changes) {
      schema::Comparison alone;
      alone.backward = change.backward;
      alone.forward = change.forward;
      if (breaks(mode, alone)) ++count;
    }
  return count;
}

std::string breaking_words(CompatibilityMode mode, const SchemaVersion& version) {
  const auto count = breaking_changes(mode, version);
  const bool more = std::ranges::any_of(
      version.compared, [](const ComparedWith& with) { return with.comparison.truncated; });
  return (more ? "more than " : "") + std::to_string(count) +
         (count == 1 && !more ? " change breaks " : " changes break ") +
         std::string(to_string(mode));
}

std::string told(const SchemaVersion& version, const std::string& waits_for,
                 const std::optional<SchemaVersion>& replaced) {
  std::string text = "Schema " + version.schema.value + " " + version.number.str();
  text += waits_for.empty() ? " registered" : " waits for approval: " + waits_for;
  if (!replaced) return text;
  text += "; it replaces what " + replaced->author + " registered under this number";
  if (replaced->decision)
    text += ", and the decision of " + replaced->decision->by + " about that is void";
  return text;
}

}  // namespace

Result<RegisteredVersion> SchemaService::add(const Caller& caller, RegisterSchema request) {
  if (auto ok = authorize(caller.principal, Action::SchemaRegister); !ok)
    return std::unexpected(ok.error());
  if (auto ok = check_words(request); !ok) return std::unexpected(ok.error());
  for (int attempt = 0;; ++attempt) {
    auto made = draft(caller, request);
    if (!made) return std::unexpected(made.error());
    if (made->created && !request.dry_run) {
      auto saved = save(caller, *made);
      // Somebody else registered or decided meanwhile: compare with what is there now.
      const bool overtaken = !saved && saved.error().code == ErrorCode::Conflict;
      if (overtaken && attempt < kConflictRetries) continue;
      if (!saved) return std::unexpected(saved.error());
      ++made->version.revision;
    }
    return RegisteredVersion{
        std::move(made->version), made->created,
        shown_to(caller.principal, made->linked, std::move(made->impact), made->breaking)};
  }
}

Result<SchemaService::Draft> SchemaService::draft(const Caller& caller,
                                                  const RegisterSchema& request) {
  Draft draft{request, {}, {}, {}, {}, {}, {}, {}, {}, true, false, {}, {}};
  if (auto done = start(caller, draft); !done) return std::unexpected(done.error());
  if (auto done = resolve(draft); !done) return std::unexpected(done.error());
  const auto there = was_there(draft);
  if (!there) return std::unexpected(there.error());
  draft.created = !*there;
  auto impact = study_impact(store_, open_, *draft.compiled, draft.linked);
  if (!impact) return std::unexpected(impact.error());
  draft.impact = std::move(*impact);
  if (draft.created)
    if (auto done = compare_and_number(draft); !done) return std::unexpected(done.error());
  draft.breaking = std::ranges::any_of(draft.version.compared, [&](const ComparedWith& with) {
    return breaks(draft.schema.compatibility, with.comparison);
  });
  return draft;
}

Result<void> SchemaService::start(const Caller& caller, Draft& draft) {
  const RegisterSchema& request = draft.request;
  auto known = store_.schema(request.id);
  if (!known && known.error().code != ErrorCode::NotFound) return std::unexpected(known.error());
  auto all = store_.schema_numbers(request.id, std::nullopt);
  if (!all) return std::unexpected(all.error());
  auto approved = store_.schema_numbers(request.id, SchemaState::Approved);
  if (!approved) return std::unexpected(approved.error());
  auto linked = store_.profiles_linked(request.id);
  if (!linked) return std::unexpected(linked.error());
  draft.all = std::move(*all);
  draft.approved = std::move(*approved);
  draft.linked = std::move(*linked);
  const WallTime now = clock_.wall();
  RegisteredSchema& schema = draft.schema;
  if (known) {
    draft.known = *known;
    schema = *known;
  } else {
    schema.id = request.id;
    schema.created_by = caller.principal.subject;
    schema.created_at = now;
    schema.revision = 1;
  }
  schema.description = request.description.value_or(schema.description);
  schema.compatibility = request.compatibility.value_or(schema.compatibility);
  schema.policy = request.policy.value_or(schema.policy);
  schema.updated_at = now;
  SchemaVersion& version = draft.version;
  version.schema = request.id;
  version.assert_formats = request.assert_formats;
  version.author = caller.principal.subject;
  version.message = request.message;
  version.created_at = now;
  if (!known || (!request.compatibility && !request.policy)) return {};
  return set_rules(caller, *draft.known, schema);
}

Result<void> SchemaService::resolve(Draft& draft) {
  const RegisterSchema& request = draft.request;
  SchemaVersion& version = draft.version;
  version.content = json::write(request.document);
  version.size = version.content.size();
  if (version.size > limits::kDocumentBytes)
    return fail(ErrorCode::TooLarge, "schema.too_large",
                "The schema has " + std::to_string(version.size) + " bytes, the limit is " +
                    std::to_string(limits::kDocumentBytes) +
                    ": split it into several schemas that refer to each other.");
  version.hash = sha256_hex(json::canonical(request.document));
  SchemaReferences references(store_, SchemaReferences::Lookup::Registered);
  auto compiled = references.compile(request.document, base_uri(request), request.assert_formats);
  if (!compiled) return std::unexpected(compiled.error());
  draft.compiled = std::move(*compiled);
  version.references = references.used();
  version.uri = uri_of(request.document, draft.compiled->draft());
  return uri_is_free(version);
}

Result<void> SchemaService::uri_is_free(const SchemaVersion& version) {
  if (version.uri.empty()) return {};
  const std::string path = json::path_member("$", "$id");
  if (version.uri.starts_with("hotswap:"))
    return fail_field("schema.invalid", path, "format",
                      "hotswap: URIs are given by the registry: leave $id out, or use a URI of "
                      "your own");
  auto owner = store_.schema_by_uri(version.uri);
  if (!owner) return std::unexpected(owner.error());
  if (*owner && (*owner)->id != version.schema)
    return fail(ErrorCode::Conflict, "schema.uri_taken",
                version.uri + " is the $id of " + to_string(**owner) +
                    ": register this as a version of " + (*owner)->id.value +
                    ", or give it another $id.");
  return {};
}

Result<bool> SchemaService::was_there(Draft& draft) {
  const auto& wanted = draft.request.number;
  if (draft.all.empty()) return false;
  const SemVer number = wanted ? *wanted : std::ranges::max(draft.all);
  if (std::ranges::find(draft.all, number) == draft.all.end()) return false;
  auto existing = store_.schema_version(draft.request.id, number);
  if (!existing) return std::unexpected(existing.error());
  if (same(*existing, draft.version)) {
    draft.version = std::move(*existing);
    return true;
  }
  if (!wanted) return false;
  if (existing->state == SchemaState::Approved)
    return fail(ErrorCode::Conflict, "schema.version_exists",
                to_string(SchemaRef{existing->schema, number}) +
                    " exists with other content, and approved versions never change: register "
                    "under a new number, or let the server choose one.");
  draft.replaced = std::move(*existing);
  return false;
}

Result<void> SchemaService::compare_and_number(Draft& draft) {
  SchemaVersion& version = draft.version;
  const CompatibilityMode mode = draft.schema.compatibility;
  auto compared = compared_with_all(compared_versions(mode, draft.approved), version,
                                    draft.schema.policy, base_uri(draft.request));
  if (!compared) return std::unexpected(compared.error());
  version.compared = std::move(*compared);
  const bool breaking = std::ranges::any_of(
      version.compared, [&](const ComparedWith& with) { return breaks(mode, with.comparison); });
  draft.waits_for = reason_to_wait(draft, breaking);
  const bool waits = !draft.waits_for.empty();
  version.state = waits ? SchemaState::PendingApproval : SchemaState::Approved;
  version.revision = draft.replaced ? draft.replaced->revision : 0;
  if (draft.request.number) {
    version.number = *draft.request.number;
    return {};
  }
  auto number = choose_number(draft, waits);
  if (!number) return std::unexpected(number.error());
  version.number = std::move(*number);
  return {};
}

std::string SchemaService::reason_to_wait(const Draft& draft, bool breaking) {
  const SchemaVersion& version = draft.version;
  if (breaking) return breaking_words(draft.schema.compatibility, version);
  if (draft.approved.empty()) return {};
  if (const auto* failing = failing_in_production(draft.impact, draft.linked))
    return failing->profile.value + " " + failing->version.str() +
           ", live in Production, would no longer be valid";
  if (version.author == draft.schema.loosened_by && used_in_production(draft.linked))
    return "Production follows, and " + version.author +
           " has loosened the rules: somebody else has to look";
  return {};
}

Result<SemVer> SchemaService::choose_number(const Draft& draft, bool breaking) {
  const auto latest = latest_of(draft.approved);
  if (!latest) return next_number(draft.all, breaking, false);
  const auto& compared = draft.version.compared;
  const auto with = std::ranges::find(compared, *latest, &ComparedWith::number);
  if (with != compared.end()) return next_number(draft.all, breaking, words_only(with->comparison));
  // Without a rule nothing is forbidden, but the number still says what services have to expect.
  auto informed =
      compared_with_all({*latest}, draft.version, draft.schema.policy, base_uri(draft.request));
  if (!informed) return std::unexpected(informed.error());
  const schema::Comparison& comparison = informed->front().comparison;
  return next_number(draft.all, comparison.backward != schema::Effect::Compatible,
                     words_only(comparison));
}

Result<void> SchemaService::save(const Caller& caller, const Draft& draft) {
  const SchemaVersion& version = draft.version;
  const WallTime now = version.created_at;
  ChangeSet changes;
  // Also where only the version is new: who compared with what was there before has to look again.
  if (draft.known)
    changes.push_back(change::UpdateSchema{draft.schema});
  else
    changes.push_back(change::InsertSchema{draft.schema});
  SchemaVersion stored = version;
  if (draft.replaced) {
    changes.push_back(change::UpdateSchemaVersion{std::move(stored)});
  } else {
    stored.revision = 1;
    changes.push_back(change::InsertSchemaVersion{std::move(stored)});
  }
  const bool pending = version.state == SchemaState::PendingApproval;
  const std::string message = told(version, draft.waits_for, draft.replaced);
  record(changes, caller,
         {now, pending ? "schema.pending" : "schema.registered", message, record_data(version)},
         draft.linked, draft.impact);
  if (pending)
    changes.push_back(
        notification(version, "warning", message + ". An Admin has to approve or reject it.", now));
  changes.push_back(change::AppendAudit{
      audit_entry(caller, "schema.register", resource_of(version),
                  version.hash + " " + std::string(to_string(version.state)) +
                      (draft.replaced ? ", replaces " + draft.replaced->hash : ""),
                  now)});
  return commit_named(version, std::move(changes));
}

Result<void> SchemaService::commit_named(const SchemaVersion& version, ChangeSet changes) {
  const MutexLock lock(naming_);
  if (version.state == SchemaState::Approved)
    if (auto ok = uri_is_free(version); !ok) return ok;
  if (auto done = committer_.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  return {};
}

}  // namespace hotswap
