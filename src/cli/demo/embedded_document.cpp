#include "cli/demo/embedded_configs.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::cli {

Result<json::Value> embedded_document(std::string_view name) {
  for (const auto& config : embedded_configs()) {
    if (config.name == name) return json::parse(config.text);
  }
  return fail(ErrorCode::NotFound, "demo.missing",
              "the binary holds no document " + std::string(name));
}

}  // namespace hotswap::cli
