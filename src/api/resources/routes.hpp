#pragma once
#include <span>

#include "api/router.hpp"

namespace hotswap::api {

/// Every route of the API. Literal segments stand before parameters.
[[nodiscard]] std::span<const Route> routes();

}  // namespace hotswap::api
