#pragma once
// Registered schemas: registration with compatibility check, approval, validation; and what the
// other services ask of them before a version is stored or deployed.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/ports/clock.hpp"
#include "domain/ports/notifier.hpp"
#include "domain/schema/schema.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/committer.hpp"
#include "orchestrator/schema_cache.hpp"

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

/// What a schema version would do to the stored versions of the profiles that follow it.
struct SchemaImpact {
  std::size_t profiles = 0;
  std::size_t checked = 0;  ///< stored versions, at most limits::kRevalidated of a profile
  struct Failing {
    ProfileName profile;
    SemVer version;
    bool stable = false;                    ///< it is live, or carries the tag of a person
    std::vector<schema::Failure> failures;  ///< the first few
  };
  std::vector<Failing> failing;  ///< stable ones first; at most limits::kErrorsReported
  std::size_t failing_count = 0;
  /// "theoretical only: all 12 stored versions still validate", "3 of 12 stored versions would
  /// fail, payments.production 1.2.0 (live) among them"; empty without stored versions.
  std::string summary;
};

struct RegisteredVersion {
  SchemaVersion version;
  bool created = true;  ///< false: the same content was there
  SchemaImpact impact;
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
  };
  explicit SchemaService(const Parts& parts);

  /// A new version, Approved or, when it breaks the schema's mode, PendingApproval. The same
  /// content as an existing version is that version. A number that is pending or rejected may be
  /// registered again with other content, which voids whatever was decided about it; Conflict
  /// `schema.version_exists` if it is approved. Also every error of schema::Schema::compile.
  [[nodiscard]] Result<RegisteredVersion> add(const Caller& caller, RegisterSchema request);
  [[nodiscard]] Result<SchemaView> get(const Caller& caller, const SchemaId& id);
  [[nodiscard]] Result<Page<RegisteredSchema>> list(const Caller& caller,
                                                    const SchemaFilter& filter,
                                                    const PageRequest& page);
  /// RFC 7396 over description, compatibility, policy. As ConfigService::update.
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
  /// Invalid `version.schema_mismatch` with every failure; nothing when the profile has no schema.
  [[nodiscard]] Result<std::optional<SchemaRef>> check(const Profile& profile,
                                                       const json::Value& document);

 private:
  Store& store_;
  Committer& committer_;
  SchemaCache& cache_;
  const Clock& clock_;
};

}  // namespace hotswap
