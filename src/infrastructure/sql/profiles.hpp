#pragma once
// Profiles in tables. Refusals as the comments of domain/ports/store.hpp say.

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

[[nodiscard]] Result<void> apply(Session& session, const change::InsertProfile& change);
[[nodiscard]] Result<void> apply(Session& session, const change::UpdateProfile& change);
[[nodiscard]] Result<void> apply(Session& session, const change::DeleteProfile& change);
[[nodiscard]] Result<void> apply(Session& session, const change::AdvanceProfile& change);

[[nodiscard]] Result<bool> profile_is_stored(Session& session, const ProfileName& name);
[[nodiscard]] Result<Profile> profile(Session& session, const ProfileName& name);
[[nodiscard]] Result<Page<Profile>> profiles(Session& session, const ProfileFilter& filter,
                                             const PageRequest& request);
[[nodiscard]] Result<std::vector<Profile>> profiles_of(Session& session, const ServiceName& service,
                                                       const std::string& environment);
[[nodiscard]] Result<std::vector<Profile>> profiles_linked(Session& session, const SchemaId& id);

}  // namespace hotswap::sql
