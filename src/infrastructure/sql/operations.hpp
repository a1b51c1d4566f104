#pragma once
// What operations live by, in tables: channels, calendar, traffic and health records.

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

[[nodiscard]] Result<void> apply(Session& session, const change::PutChannel& change);
[[nodiscard]] Result<void> apply(Session& session, const change::DeleteChannel& change);
[[nodiscard]] Result<void> apply(Session& session, const change::AppendHealthRecord& change);
[[nodiscard]] Result<void> apply(Session& session, const change::PutCalendarEntry& change);
[[nodiscard]] Result<void> apply(Session& session, const change::DeleteCalendarEntry& change);
[[nodiscard]] Result<void> apply(Session& session, const change::PutTraffic& change);

[[nodiscard]] Result<std::vector<Channel>> channels(Session& session);
[[nodiscard]] Result<std::vector<HealthRecord>> health_records(Session& session,
                                                               const DeploymentId& id,
                                                               std::uint64_t after,
                                                               std::size_t limit);
[[nodiscard]] Result<std::vector<CalendarEntry>> calendar(Session& session);
[[nodiscard]] Result<Traffic> traffic(Session& session, const ServiceName& service,
                                      const std::string& environment);
[[nodiscard]] Result<std::vector<Traffic>> traffics(Session& session);

}  // namespace hotswap::sql
