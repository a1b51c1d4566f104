#include "infrastructure/sql/access.hpp"

#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/query.hpp"

namespace hotswap::sql {

Result<void> apply(Session& session, const change::PutRevocation& change) {
  const Revocation& revocation = change.revocation;
  return later(
      session,
      "INSERT INTO revoked_instances (instance, at) VALUES ($1, $2) ON CONFLICT (instance) "
      "DO UPDATE SET at = excluded.at WHERE excluded.at > revoked_instances.at",
      {revocation.instance.value, to_column(revocation.at)});
}

Result<std::vector<Revocation>> revocations(Session& session) {
  return all<Revocation>(session, "SELECT instance, at FROM revoked_instances ORDER BY instance",
                         {}, [](const Row& row) -> Result<Revocation> {
                           Columns in(row);
                           Revocation found;
                           found.instance = InstanceId(in.text());
                           found.at = in.time();
                           return in.finish(std::move(found));
                         });
}

}  // namespace hotswap::sql
