#pragma once
// Instances, what they should hold and what they say they hold, in tables.

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

[[nodiscard]] Result<void> apply(Session& session, const change::PutInstance& change);
[[nodiscard]] Result<void> apply(Session& session, const change::TouchInstances& change);
[[nodiscard]] Result<void> apply(Session& session, const change::SetInstanceStatus& change);
[[nodiscard]] Result<void> apply(Session& session, const change::DeleteInstance& change);
[[nodiscard]] Result<void> apply(Session& session, const change::PutAssignments& change);
[[nodiscard]] Result<void> apply(Session& session, const change::PutObservations& change);

[[nodiscard]] Result<Instance> instance(Session& session, const InstanceId& id);
[[nodiscard]] Result<Page<Instance>> instances(Session& session, const InstanceFilter& filter,
                                               const PageRequest& request);
[[nodiscard]] Result<std::vector<Instance>> instances_of(Session& session,
                                                         const ServiceName& service,
                                                         const std::string& environment);
[[nodiscard]] Result<std::vector<Instance>> all_instances(Session& session);
[[nodiscard]] Result<std::vector<Assignment>> assignments_of(Session& session,
                                                             const InstanceId& instance);
[[nodiscard]] Result<std::vector<Assignment>> assignments_of(Session& session,
                                                             const ProfileName& profile);
[[nodiscard]] Result<std::vector<Observation>> observations_of(Session& session,
                                                               const InstanceId& instance);
[[nodiscard]] Result<std::vector<Observation>> observations_of(Session& session,
                                                               const ProfileName& profile);

}  // namespace hotswap::sql
