#pragma once
#include <span>

#include "api/router.hpp"

namespace hotswap::api {

/// Every route of the API. Literal segments stand before parameters.
[[nodiscard]] std::span<const Route> routes();

/// 1 + its place in the table, for RequestNotes.
[[nodiscard]] inline std::size_t number_of(const Route& route) {
  return 1 + static_cast<std::size_t>(&route - routes().data());
}

}  // namespace hotswap::api
