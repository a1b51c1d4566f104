#pragma once
#include <string>
#include <string_view>

#include "domain/base/error.hpp"

namespace hotswap::archive {

/// One zstd frame with its checksum and the size of what is in it. Reason `archive.damaged`, code
/// Internal, when memory fails.
[[nodiscard]] Result<std::string> compress(std::string_view bytes);
/// Internal `archive.damaged`: no such frame, or more than limits::kArchiveObjectBytes are in it.
[[nodiscard]] Result<std::string> decompress(std::string_view frame);

}  // namespace hotswap::archive
