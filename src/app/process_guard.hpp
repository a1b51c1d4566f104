#pragma once
#include "domain/base/error.hpp"
#include "domain/ports/logger.hpp"

namespace hotswap {

/// What is in this process's memory stays there: no core dumps, no other process of the same user
/// may look into it, and files are made for its user alone. Before anything secret is read.
void keep_memory_private();

/// Root becomes `user`, with that user's groups, and cannot come back; whoever is that user already
/// stays so. Empty: nothing happens. Before any file is made. Invalid `settings.invalid`.
[[nodiscard]] Result<void> become(const std::string& user);

/// A warning if this is root.
void warn_of_root(Logger& logger);

}  // namespace hotswap
