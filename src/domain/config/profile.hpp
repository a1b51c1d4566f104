#pragma once
// Profiles and their immutable versions.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/access/access.hpp"
#include "domain/base/name.hpp"
#include "domain/base/strong.hpp"
#include "domain/base/time.hpp"
#include "domain/config/retention_policy.hpp"
#include "domain/health/judge.hpp"
#include "domain/rollout/strategy.hpp"
#include "domain/secret/wrapped_key.hpp"
#include "domain/semver/version.hpp"

namespace hotswap {

/// `Development`, `Staging` or `Production`.
[[nodiscard]] bool is_environment(std::string_view text);

struct Profile {
  ProfileName name;
  std::string description;
  std::map<std::string, std::string> labels;
  ServiceName service;
  std::string environment;
  std::string schema_id;  ///< a SchemaLink (`payments@^1`) as text; empty: none
  Strategy strategy;      ///< default of its deployments
  HealthPolicy health;
  Access access;
  RetentionWish retention;
  std::string created_by;
  WallTime created_at{};
  WallTime updated_at{};
  std::uint64_t revision = 0;    ///< compare-and-swap token and ETag
  std::optional<SemVer> stable;  ///< what is live: what new instances get
  std::uint64_t generation = 0;  ///< of the newest assignment of this profile
};

/// Where the content of a version lies that the store no longer holds.
struct ArchivePlace {
  std::string object;      ///< key in the archive
  std::uint64_t line = 0;  ///< of the object, from 0
  bool operator==(const ArchivePlace&) const = default;
};

struct Version {
  ProfileName profile;
  SemVer number;
  std::string content;   ///< JSON text as uploaded, compact, secrets sealed; empty in lists
  std::string hash;      ///< SHA-256 of the canonical form (content_hash()), hexadecimal
  std::size_t size = 0;  ///< bytes of content
  std::string author;
  std::string message;
  WallTime created_at{};
  std::string schema;  ///< that the content satisfied at upload, `payments@1.2.0`; empty: none
  std::string failed_reason;  ///< not empty: rolled back once; redeploying needs force
  std::vector<std::string> tags;
  std::optional<ArchivePlace> archived;  ///< nothing: its content is in the store
  WrappedKey key{};                      ///< of the secrets in the content; empty: none are sealed
};

/// A profile as a person describes it (POST, PUT, PATCH).
struct ProfileDraft {
  std::string name, description, service, environment, schema_id;
  std::map<std::string, std::string> labels;
  Strategy strategy;
  HealthPolicy health;
  Access access;
  RetentionWish retention;
};
/// Reads and checks a whole description; every bad field at once, reason `config.invalid`.
/// Names are is_name(); schemaId is a schema_link().
[[nodiscard]] Result<ProfileDraft> profile_draft_from_json(const json::Value& value);
/// RFC 7396 merge of `patch` over the profile's own description, then the same checks; name,
/// serviceName and environment cannot change.
[[nodiscard]] Result<ProfileDraft> patch_profile(const Profile& profile, const json::Value& patch);
/// The description part only (the input form of profile_draft_from_json).
[[nodiscard]] json::Object describe(const Profile& profile);
/// What a tag takes up in its profile: `deprecated` may stand on many versions, any other tag on
/// one at a time, so that setting it again moves it.
[[nodiscard]] std::string tag_slot(std::string_view tag, const SemVer& number);
[[nodiscard]] bool is_tag(
    std::string_view text);  ///< `[A-Za-z][A-Za-z0-9._-]*`, not a version, not `latest`

}  // namespace hotswap
