#pragma once
// Whether the instance and the profile of a row are stored: rows of others are left out.

#include <string_view>
#include <unordered_set>
#include <vector>

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

class KnownOwners {
 public:
  /// Asks for all owners of `rows`, which have a `profile` and an `instance`, in few questions.
  template <class Row>
  [[nodiscard]] static Result<KnownOwners> of(Session& session, const std::vector<Row>& rows) {
    Names instances, profiles;
    for (const auto& row : rows) {
      instances.emplace_back(row.instance.str());
      if (profiles.empty() || profiles.back() != row.profile.str())
        profiles.emplace_back(row.profile.str());
    }
    return ask(session, std::move(instances), std::move(profiles));
  }
  template <class Row>
  [[nodiscard]] bool contain(const Row& row) const {
    return instances_.contains(row.instance.str()) && profiles_.contains(row.profile.str());
  }

 private:
  using Names = std::vector<std::string_view>;
  static Result<KnownOwners> ask(Session& session, Names instances, Names profiles);

  std::unordered_set<std::string> instances_, profiles_;
};

}  // namespace hotswap::sql
