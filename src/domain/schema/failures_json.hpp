#pragma once
#include <vector>

#include "domain/schema/report.hpp"

namespace hotswap::schema {

/// As the HTTP API and the command line show them: `[{"path","keyword","message","schemaPath",
/// "causes","schemaUri"?}]`.
[[nodiscard]] json::Array failures_json(const std::vector<Failure>& failures);

}  // namespace hotswap::schema
