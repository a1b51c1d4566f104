#include "cli/schema/path.hpp"

#include "cli/api_client.hpp"

namespace hotswap::cli {

std::string schema_path(const std::string& name, const std::vector<std::string>& more) {
  auto out = "/api/v1/schemas/" + encode(name);
  for (const auto& segment : more) out += "/" + encode(segment);
  return out;
}

}  // namespace hotswap::cli
