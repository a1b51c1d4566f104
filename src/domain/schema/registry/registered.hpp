#pragma once
// Registered schemas: named, with immutable semantic versions and a compatibility rule.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/base/strong.hpp"
#include "domain/base/time.hpp"
#include "domain/schema/compat/compare.hpp"
#include "domain/semver/range.hpp"
#include "domain/semver/version.hpp"

namespace hotswap {

/// Against what a new version is compared: the last approved one, or all of them (transitive).
enum class CompatibilityMode {
  None,
  Backward,
  Forward,
  Full,
  BackwardTransitive,
  ForwardTransitive,
  FullTransitive
};
/// `NONE`, `BACKWARD`, …, `BACKWARD_TRANSITIVE`, …
[[nodiscard]] std::string_view to_string(CompatibilityMode mode);
[[nodiscard]] std::optional<CompatibilityMode> compatibility_from_string(std::string_view text);

struct RegisteredSchema {
  SchemaId id;  ///< a name, as profiles have; unique
  std::string description;
  CompatibilityMode compatibility = CompatibilityMode::Backward;
  schema::Policy policy = schema::Policy::Strict;
  /// Who loosened the rules while Production followed: versions of this person wait for somebody
  /// else, until somebody else has set the rules. Empty: nobody.
  std::string loosened_by;
  std::string created_by;
  WallTime created_at{};
  WallTime updated_at{};
  std::uint64_t revision = 0;    ///< compare-and-swap token and ETag
  std::optional<SemVer> latest;  ///< highest approved version; kept by the store
};

enum class SchemaState { Approved, PendingApproval, Rejected };
[[nodiscard]] std::string_view to_string(SchemaState state);
[[nodiscard]] std::optional<SchemaState> schema_state_from_string(std::string_view text);

/// Who let a breaking change in, or refused it, and exactly which content they saw.
struct SchemaDecision {
  std::string by;
  WallTime at{};
  std::string comment;
  std::string hash;
  bool operator==(const SchemaDecision&) const = default;
};

/// One earlier version that this one was compared with.
struct ComparedWith {
  SemVer number;
  schema::Comparison comparison;
};

struct SchemaVersion {
  SchemaId schema;
  SemVer number;
  std::string content;  ///< JSON text, compact; empty in lists
  std::string hash;     ///< SHA-256 of the canonical form, hexadecimal
  std::size_t size = 0;
  std::string uri;             ///< its absolute `$id` without fragment, or empty
  bool assert_formats = true;  ///< `format` decides
  std::string author;
  std::string message;
  WallTime created_at{};
  SchemaState state = SchemaState::Approved;
  std::vector<ComparedWith> compared;  ///< empty in lists
  std::optional<SchemaDecision> decision;
  /// Outside documents it refers to, by URI, each pinned when it was registered:
  /// `https://…/pool.json` → `pool@1.2.0`.
  std::map<std::string, std::string> references;
  std::uint64_t revision = 0;  ///< compare-and-swap token: pending content may still be replaced
};

/// Which version of which schema a profile follows: `payments` (the highest approved),
/// `payments@1.2.0` (pinned) or `payments@^1.2` (the highest approved in the range). Pre-releases
/// only when pinned.
struct SchemaLink {
  SchemaId id;
  std::string selector;  ///< empty, a version or a range
};
/// Invalid `config.invalid` at `path`.
[[nodiscard]] Result<SchemaLink> schema_link(std::string_view text, const std::string& path);
/// The highest of `approved` that the link allows.
[[nodiscard]] std::optional<SemVer> followed(const SchemaLink& link,
                                             const std::vector<SemVer>& approved);

/// `hotswap:payments@1.2.0`: the URI by which another schema refers to it.
[[nodiscard]] std::string schema_uri(const SchemaId& id, const SemVer& number);
/// The reverse; nothing for other URIs.
struct SchemaRef {
  SchemaId id;
  SemVer number;
  auto operator<=>(const SchemaRef&) const = default;
};
[[nodiscard]] std::optional<SchemaRef> schema_ref(std::string_view uri);
/// `payments@1.2.0`
[[nodiscard]] std::string to_string(const SchemaRef& ref);
[[nodiscard]] std::optional<SchemaRef> schema_ref_from_string(std::string_view text);

/// The highest by precedence; a pre-release only where there is no release.
[[nodiscard]] std::optional<SemVer> latest_of(const std::vector<SemVer>& approved);
/// With which of `approved` a new version is compared: ascending; none for None or the first.
[[nodiscard]] std::vector<SemVer> compared_versions(CompatibilityMode mode,
                                                    const std::vector<SemVer>& approved);
/// Whether the mode forbids what `comparison` found: Breaking or Unknown in a direction it guards.
[[nodiscard]] bool breaks(CompatibilityMode mode, const schema::Comparison& comparison);
/// The number the server gives: 1.0.0 first; then a patch when nothing but words changed, a minor
/// when compatible, a major when it breaks, after the highest of `all` (whatever its state).
[[nodiscard]] SemVer next_number(const std::vector<SemVer>& all, bool breaking, bool words_only);

/// Forbidden `schema.own_change`: in Production nobody decides on a change of their own.
[[nodiscard]] Result<void> may_decide(const SchemaVersion& version, const std::string& subject,
                                      bool used_in_production);

}  // namespace hotswap
