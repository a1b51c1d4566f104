#pragma once
// Versions and their tags in tables.

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

[[nodiscard]] Result<void> apply(Session& session, const change::InsertVersion& change);
[[nodiscard]] Result<void> apply(Session& session, const change::MarkVersion& change);
[[nodiscard]] Result<void> apply(Session& session, const change::PutTag& change);
[[nodiscard]] Result<void> apply(Session& session, const change::DeleteTag& change);

[[nodiscard]] Result<Version> version(Session& session, const ProfileName& profile,
                                      const SemVer& number);
[[nodiscard]] Result<Page<Version>> versions(Session& session, const ProfileName& profile,
                                             const PageRequest& request);
[[nodiscard]] Result<std::vector<SemVer>> version_numbers(Session& session,
                                                          const ProfileName& profile);
[[nodiscard]] Result<std::optional<SemVer>> tagged(Session& session, const ProfileName& profile,
                                                   const std::string& tag);

}  // namespace hotswap::sql
