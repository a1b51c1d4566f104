#pragma once
// Whether the instance and the profile of a row are stored: rows of others are left out.

#include <set>

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

class KnownOwners {
 public:
  /// Asks for all owners of `rows`, which have a `profile` and an `instance`, in few questions.
  template <class Row>
  [[nodiscard]] static Result<KnownOwners> of(Session& session, const std::vector<Row>& rows) {
    std::set<InstanceId> instances;
    std::set<ProfileName> profiles;
    for (const auto& row : rows) {
      instances.insert(row.instance);
      profiles.insert(row.profile);
    }
    return ask(session, instances, profiles);
  }
  template <class Row>
  [[nodiscard]] bool contain(const Row& row) const {
    return instances_.contains(row.instance.str()) && profiles_.contains(row.profile.str());
  }

 private:
  using Names = std::set<std::string, std::less<>>;
  static Result<KnownOwners> ask(Session& session, const std::set<InstanceId>& instances,
                                 const std::set<ProfileName>& profiles);

  Names instances_, profiles_;
};

}  // namespace hotswap::sql
