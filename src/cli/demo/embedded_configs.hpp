#pragma once
#include <span>
#include <string_view>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap::cli {

/// A configuration of examples/payment_service/configs/, the schema beside them, or a program of
/// examples/programs, put into the binary at build time.
struct EmbeddedConfig {
  std::string_view name;  ///< of the file, without `.json`; `schema` is the schema
  std::string_view text;
};

[[nodiscard]] std::span<const EmbeddedConfig> embedded_configs();
/// The text of this name; NotFound if the binary holds none.
[[nodiscard]] Result<std::string_view> embedded_text(std::string_view name);
/// The one of this name, as JSON; NotFound if the binary holds none.
[[nodiscard]] Result<json::Value> embedded_document(std::string_view name);

}  // namespace hotswap::cli
