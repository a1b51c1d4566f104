#pragma once
// What a schema version would do to what is stored: the versions of every profile that is linked to
// the schema, validated anew.

#include "domain/access/access.hpp"
#include "domain/ports/store.hpp"
#include "domain/schema/schema.hpp"
#include "orchestrator/open_version.hpp"

namespace hotswap {

struct SchemaImpact {
  std::size_t profiles = 0;
  /// Stored versions, at most limits::kRevalidated of a profile, the newest and the stable ones,
  /// and limits::kRevalidatedInAll.
  std::size_t checked = 0;
  struct Failing {
    ProfileName profile;
    SemVer version;
    bool live = false;
    bool stable = false;                    ///< it is live, or carries the tag of a person
    std::vector<schema::Failure> failures;  ///< the first few
  };
  std::vector<Failing> failing;  ///< stable ones first; at most limits::kErrorsReported
  std::size_t failing_count = 0;
  /// "theoretical only: all 12 stored versions still validate" (of a breaking schema), "3 of 12
  /// stored versions would fail, payments.production 1.2.0 (live) among them"; empty without stored
  /// versions.
  std::string summary;
};

/// Of every profile in `linked`, without summary.
[[nodiscard]] Result<SchemaImpact> study_impact(Store& store, const OpenVersion& open,
                                                const schema::Schema& schema,
                                                const std::vector<Profile>& linked);

/// Whether a profile of Production is among them.
[[nodiscard]] bool used_in_production(const std::vector<Profile>& linked);
/// The first version that is live in Production and would fail; nullptr: none.
[[nodiscard]] const SchemaImpact::Failing* failing_in_production(
    const SchemaImpact& impact, const std::vector<Profile>& linked);

/// As `reader` may see it: the counts are whole, the failing versions of profiles that they may not
/// read are left out. With summary; `breaking` is the verdict of the comparison.
[[nodiscard]] SchemaImpact shown_to(const Principal& reader, const std::vector<Profile>& linked,
                                    SchemaImpact impact, bool breaking);

}  // namespace hotswap
