#include "infrastructure/sql/assigning.hpp"

#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/fleet.hpp"
#include "infrastructure/sql/query.hpp"

namespace hotswap::sql {

Result<void> assign_first(Session& session, const change::PutFirstAssignments& change,
                          Committed& committed) {
  auto first =
      all<Assignment>(session,
                      "SELECT p.name, v.number, v.hash, p.generation FROM profiles p "
                      "JOIN versions v ON v.profile = p.name AND v.number = p.stable "
                      "WHERE p.service = $1 AND p.environment = $2 AND NOT EXISTS "
                      "(SELECT 1 FROM assignments a WHERE a.profile = p.name AND a.instance = $3)",
                      {change.service.str(), change.environment, change.instance.str()},
                      [&](const Row& row) -> Result<Assignment> {
                        Columns in(row);
                        Assignment assignment;
                        assignment.instance = change.instance;
                        assignment.profile = ProfileName(in.text());
                        Assignment::Slot slot;
                        slot.version = in.version();
                        slot.hash = in.text();
                        slot.generation = in.number();
                        assignment.active = std::move(slot);
                        return in.finish(std::move(assignment));
                      });
  if (!first) return std::unexpected(std::move(first.error()));
  if (auto done = apply(session, change::PutAssignments{*first}); !done) return done;
  std::ranges::move(*first, std::back_inserter(committed.first));
  return {};
}

namespace {

Result<std::vector<InstanceId>> chosen(Session& session, const change::AssignRest& change) {
  const auto read = [](const Row& row) -> Result<InstanceId> {
    return InstanceId(Columns(row).text());
  };
  constexpr std::string_view kHolding =
      "SELECT i.id FROM instances i JOIN assignments a ON a.profile = $3 AND a.instance = i.id "
      "WHERE i.service = $1 AND i.environment = $2 AND a.active_version = $4 AND "
      "a.active_hash = $5 ORDER BY i.id";
  constexpr std::string_view kOthers =
      "SELECT i.id FROM instances i WHERE i.service = $1 AND i.environment = $2 AND NOT EXISTS "
      "(SELECT 1 FROM assignments a WHERE a.profile = $3 AND a.instance = i.id AND "
      "a.active_version = $4 AND a.active_hash = $5) ORDER BY i.id";
  const auto version = change.only   ? change.only->version.str()
                       : change.slot ? change.slot->version.str()
                                     : std::string();
  const auto hash = change.only ? change.only->hash : change.slot ? change.slot->hash : "";
  return all<InstanceId>(
      session, change.only ? kHolding : kOthers,
      {change.service.str(), change.environment, change.profile.str(), version, hash}, read);
}

}  // namespace

Result<void> assign_rest(Session& session, const change::AssignRest& change, Committed& committed) {
  auto ids = chosen(session, change);
  if (!ids) return std::unexpected(std::move(ids.error()));
  std::vector<Assignment> rest;
  for (auto& id : *ids) {
    if (change.except.contains(id)) continue;
    rest.push_back({std::move(id), change.profile, change.slot, {}});
  }
  if (auto done = apply(session, change::PutAssignments{rest}); !done) return done;
  std::ranges::move(rest, std::back_inserter(committed.rest));
  return {};
}

}  // namespace hotswap::sql
