#pragma once
// What a heartbeat does and is answered, whichever way it came.

#include <string>

#include "api/resources/services.hpp"

namespace hotswap::api {

/// What instances say is freed of their secrets first. Errors: of FleetService::heartbeat.
[[nodiscard]] Result<HeartbeatReply> take_heartbeat(Services& services, const Caller& caller,
                                                    const InstanceId& id, Heartbeat heartbeat);

struct HeartbeatAnswer {
  json::Object body;
  std::string token;  ///< a renewed one, which is also in the body; empty: none
};
[[nodiscard]] HeartbeatAnswer answer_of(const Services& services, const Principal& who,
                                        const HeartbeatReply& reply);

}  // namespace hotswap::api
