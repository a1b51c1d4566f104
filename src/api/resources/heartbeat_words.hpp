#pragma once
// A heartbeat as instances write it, in a request's body or in a message on their stream.

#include <string>

#include "domain/json/value.hpp"
#include "orchestrator/fleet_types.hpp"

namespace hotswap::api {

/// Invalid `heartbeat.invalid` with every mistake. `now`: of its arrival.
[[nodiscard]] Result<Heartbeat> read_heartbeat(const json::Value& body, WallTime now);

/// The body of a POST, and what else a message says.
struct HeartbeatMessage {
  Heartbeat heartbeat;
  bool acknowledges = false;  ///< says what was observed, and wants no answer
};
[[nodiscard]] Result<HeartbeatMessage> read_heartbeat_message(const json::Value& body,
                                                              WallTime now);
/// The `traceparent` that a message has in place of a header; empty: none.
[[nodiscard]] std::string_view traceparent_of(const json::Value& message);

}  // namespace hotswap::api
