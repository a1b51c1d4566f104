#pragma once
#include <span>
#include <string_view>

namespace hotswap::cli {

/// A configuration of examples/payment_service/configs/, put into the binary at build time.
struct EmbeddedConfig {
  std::string_view name;  ///< of the file, without `.json`
  std::string_view text;
};

[[nodiscard]] std::span<const EmbeddedConfig> embedded_configs();

}  // namespace hotswap::cli
