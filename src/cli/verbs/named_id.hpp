#pragma once
#include <string>

#include "cli/api_client.hpp"

namespace hotswap::cli {

/// The whole id of what people name by its beginning, as the tables print it. A whole id is taken
/// as it is. Invalid `id.ambiguous` names those that begin so; NotFound with where to look.
[[nodiscard]] Result<std::string> deployment_named(Api& api, const std::string& word);
[[nodiscard]] Result<std::string> instance_named(Api& api, const std::string& word);

}  // namespace hotswap::cli
