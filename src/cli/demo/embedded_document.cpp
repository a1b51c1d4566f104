#include "cli/demo/embedded_configs.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::cli {

Result<std::string_view> embedded_text(std::string_view name) {
  for (const auto& config : embedded_configs()) {
    if (config.name == name) return config.text;
  }
  return fail(ErrorCode::NotFound, "demo.missing",
              "the binary holds no document " + std::string(name));
}

Result<json::Value> embedded_document(std::string_view name) {
  const auto text = embedded_text(name);
  if (!text) return std::unexpected(text.error());
  return json::parse(*text);
}

}  // namespace hotswap::cli
