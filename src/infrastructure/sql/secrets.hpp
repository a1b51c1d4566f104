#pragma once
// Wrapped keys and the revisions of referenced secrets in tables.

#include "domain/ports/changes.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

[[nodiscard]] Result<void> apply(Session& session, const change::PutSecretKey& change);
[[nodiscard]] Result<void> apply(Session& session, const change::RewrapVersions& change);
[[nodiscard]] Result<void> apply(Session& session, const change::SealVersion& change);
[[nodiscard]] Result<void> apply(Session& session, const change::PutSecretReference& change);

[[nodiscard]] Result<std::optional<WrappedKey>> secret_key(Session& session,
                                                           const std::string& name);
[[nodiscard]] Result<std::vector<KeyedVersion>> versions_not_under(Session& session,
                                                                   const std::string& key_id,
                                                                   std::size_t limit);
[[nodiscard]] Result<std::map<std::string, std::uint64_t>> key_use(Session& session);
[[nodiscard]] Result<std::vector<VersionName>> maybe_plain(Session& session,
                                                           const VersionName& after, bool archived,
                                                           std::size_t limit);
[[nodiscard]] Result<std::optional<SecretReferenceState>> secret_reference(
    Session& session, const std::string& reference);

}  // namespace hotswap::sql
