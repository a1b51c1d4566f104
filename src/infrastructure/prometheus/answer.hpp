#pragma once
#include <optional>
#include <string_view>

#include "domain/base/error.hpp"

namespace hotswap::prometheus {

/// Reads the body of an answer of /api/v1/query; see PrometheusSource::query.
[[nodiscard]] Result<std::optional<double>> read_answer(int status, std::string_view body);

}  // namespace hotswap::prometheus
