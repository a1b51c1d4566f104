#pragma once
// Registered schemas: registration with compatibility check, approval, validation; and what the
// other services ask of them before a version is stored or deployed.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/ports/clock.hpp"
#include "domain/schema/schema.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/committer.hpp"
#include "orchestrator/schema_cache.hpp"
#include "orchestrator/schema_impact.hpp"
#include "orchestrator/schema_verdicts.hpp"

namespace hotswap {

struct RegisterSchema {
  SchemaId id;
  std::optional<SemVer> number;  ///< nothing: the server chooses (next_number)
  json::Value document;
  std::optional<std::string> description;
  std::optional<CompatibilityMode> compatibility;  ///< nothing: as it is, Backward at first
  std::optional<schema::Policy> policy;
  bool assert_formats = true;
  std::string message;
  bool dry_run = false;
};

struct RegisteredVersion {
  SchemaVersion version;
  bool created = true;  ///< false: the same content was there
  SchemaImpact impact;  ///< as the caller may see it
};

/// A schema with what people ask next.
struct SchemaView {
  RegisteredSchema schema;
  std::vector<SemVer> pending;
  std::vector<Profile> profiles;  ///< that the caller may read
};

struct SchemaDiff {
  SchemaVersion from;  ///< without content
  SchemaVersion to;
  schema::Comparison comparison;
  SchemaImpact impact;  ///< of `to`
};

/// A document against the version that a link follows now.
struct Validated {
  SchemaRef schema;
  schema::Report report;
};

class SchemaService {
 public:
  struct Parts {
    Store& store;
    Committer& committer;
    SchemaCache& cache;
    const Clock& clock;
    OpenVersion open = parse_version;  ///< stored configurations, to check them
  };
  explicit SchemaService(const Parts& parts);

  /// A new version, Approved or PendingApproval: when it breaks the schema's mode; and in
  /// Production also when what is live would fail, or when its author has loosened the rules
  /// (RegisteredSchema::loosened_by). Its references are pinned. Without a number, what equals the
  /// highest version (content, references and assert_formats) is that version; with a number, that
  /// of the number. One that is pending or rejected may be registered again with other content,
  /// which voids whatever was decided about it; Conflict `schema.version_exists` if it is approved,
  /// `schema.uri_taken` if its `$id` is another schema's. Also every error of
  /// schema::Schema::compile. Loosening the rules of a schema that Production follows is Forbidden
  /// `schema.rules_guarded` for whoever may not decide.
  [[nodiscard]] Result<RegisteredVersion> add(const Caller& caller, RegisterSchema request);
  [[nodiscard]] Result<SchemaView> get(const Caller& caller, const SchemaId& id);
  [[nodiscard]] Result<Page<RegisteredSchema>> list(const Caller& caller,
                                                    const SchemaFilter& filter,
                                                    const PageRequest& page);
  /// RFC 7396 over description, compatibility, policy. As ConfigService::update; Forbidden
  /// `schema.rules_guarded` as in add().
  [[nodiscard]] Result<RegisteredSchema> update(const Caller& caller, const SchemaId& id,
                                                const json::Value& patch,
                                                std::optional<std::uint64_t> if_match);
  [[nodiscard]] Result<Page<SchemaVersion>> versions(const Caller& caller, const SchemaId& id,
                                                     const PageRequest& page);
  /// `selector`: a version (in any state), `latest` (approved) or a range (approved).
  [[nodiscard]] Result<SchemaVersion> version(const Caller& caller, const SchemaId& id,
                                              const std::string& selector);
  [[nodiscard]] Result<SchemaDiff> diff(const Caller& caller, const SchemaId& id,
                                        const std::string& from, const std::string& to);
  /// Any state, so that a pending schema can be tried.
  [[nodiscard]] Result<Validated> validate(const Caller& caller, const SchemaId& id,
                                           const std::string& selector, const json::Value& data);
  /// Of the stored versions, for the approver.
  [[nodiscard]] Result<SchemaImpact> impact(const Caller& caller, const SchemaId& id,
                                            const SemVer& number);

  struct Decide {
    SchemaId id;
    SemVer number;
    bool approve = true;
    std::string hash;  ///< of the content that was seen; Conflict `schema.changed` if it is another
    std::string comment;  ///< may not be empty
  };
  /// Conflict `schema.not_pending`; Forbidden `schema.own_change`; Conflict `schema.superseded`
  /// when another version was approved since: the comparison is made anew and stored, to be looked
  /// at.
  [[nodiscard]] Result<SchemaVersion> decide(const Caller& caller, const Decide& decision);

  // For the other services; they authorize.

  /// NotFound `schema.not_found`; Conflict `schema.none_approved` when nothing fits the link.
  [[nodiscard]] Result<SchemaRef> follow(const SchemaLink& link);
  /// Compiled, cached for ever, since an approved version never changes.
  [[nodiscard]] Result<std::shared_ptr<const schema::Schema>> compiled(const SchemaRef& ref);
  /// Stored content against an approved schema version, remembered: SchemaVerdicts.
  [[nodiscard]] SchemaVerdicts& verdicts() { return verdicts_; }
  /// Invalid `version.schema_mismatch` with every failure; nothing when the profile has no schema.
  [[nodiscard]] Result<std::optional<SchemaRef>> check(const Profile& profile,
                                                       const json::Value& document);

 private:
  struct Draft;
  [[nodiscard]] Result<Draft> draft(const Caller& caller, const RegisterSchema& request);
  [[nodiscard]] Result<void> start(const Caller& caller, Draft& draft);
  [[nodiscard]] Result<void> resolve(Draft& draft);
  [[nodiscard]] Result<void> uri_is_free(const SchemaVersion& version);
  /// Conflict `schema.uri_taken`, too, when an approved `version` comes too late for its `$id`.
  [[nodiscard]] Result<void> commit_named(const SchemaVersion& version, ChangeSet changes);
  [[nodiscard]] Result<bool> was_there(Draft& draft);
  [[nodiscard]] Result<void> compare_and_number(Draft& draft);
  [[nodiscard]] static std::string reason_to_wait(const Draft& draft, bool breaking);
  [[nodiscard]] Result<SemVer> choose_number(const Draft& draft, bool breaking);
  [[nodiscard]] Result<void> save(const Caller& caller, const Draft& draft);

  [[nodiscard]] Result<schema::Comparison> compare_versions(const SchemaVersion& before,
                                                            const SchemaVersion& after,
                                                            schema::Policy policy,
                                                            const std::string& after_uri);
  [[nodiscard]] Result<std::vector<ComparedWith>> compared_with_all(
      const std::vector<SemVer>& earlier, const SchemaVersion& after, schema::Policy policy,
      const std::string& after_uri);
  [[nodiscard]] Result<SchemaImpact> impact_of(const Caller& caller, const SchemaVersion& version,
                                               bool breaking);
  /// Forbidden `schema.rules_guarded`; keeps `to.loosened_by`.
  [[nodiscard]] Result<void> set_rules(const Caller& caller, const RegisteredSchema& from,
                                       RegisteredSchema& to);
  /// `overtaken`: somebody else wrote in between, so it is worth another try.
  [[nodiscard]] Result<SchemaVersion> try_decide(const Caller& caller, const Decide& decision,
                                                 bool& overtaken);
  /// Conflict `schema.superseded` once the comparison has been made anew.
  [[nodiscard]] Result<void> compared_with_today(const RegisteredSchema& schema,
                                                 SchemaVersion& version, bool& overtaken);
  static void record_decision(ChangeSet& changes, const Caller& caller,
                              const SchemaVersion& version, const std::vector<Profile>& linked,
                              const SchemaImpact& impact);

  Store& store_;
  Committer& committer_;
  SchemaCache& cache_;
  const OpenVersion open_;
  SchemaVerdicts verdicts_;
  const Clock& clock_;
  Mutex naming_;  ///< held while a `$id` is given away: a revision guards but one of two schemas
};

}  // namespace hotswap
