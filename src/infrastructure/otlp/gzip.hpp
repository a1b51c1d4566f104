#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace hotswap::otlp {

/// One member of RFC 1952; nothing if that is not smaller, or there is no memory for it.
[[nodiscard]] std::optional<std::string> gzip(std::string_view bytes);

}  // namespace hotswap::otlp
