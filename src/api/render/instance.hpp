#pragma once
#include "domain/json/value.hpp"
#include "orchestrator/fleet_service.hpp"

namespace hotswap::api {

/// An instance with what it should run and what it says it runs, profile by profile.
[[nodiscard]] json::Object instance_json(const InstanceView& view);

}  // namespace hotswap::api
