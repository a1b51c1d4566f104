#pragma once
#include <string>
#include <vector>

namespace hotswap::cli {

/// `/api/v1/schemas/NAME` with further segments, each encoded.
[[nodiscard]] std::string schema_path(const std::string& name,
                                      const std::vector<std::string>& more = {});

}  // namespace hotswap::cli
