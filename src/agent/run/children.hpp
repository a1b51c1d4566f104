#pragma once
// Processes whose end somebody waits for. A supervisor also reaps orphans that are given to it, by
// waiting for anybody, and must leave these alone. Children belong to the process as a whole, and
// so does this list. From any thread.

#include <sys/types.h>

#include <functional>

namespace hotswap::agent {

/// Calls `spawn`, which returns the pid or -1, and notes it before anybody can reap it.
pid_t start_child(const std::function<pid_t()>& spawn);
/// After it was waited for.
void forget_child(pid_t pid);
[[nodiscard]] bool is_awaited(pid_t pid);

}  // namespace hotswap::agent
