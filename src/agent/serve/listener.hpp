#pragma once
#include "agent/serve/config_server.hpp"

namespace hotswap::agent {

/// A socket that listens, non-blocking. A Unix socket's file is for our own user alone (0600); one
/// that nobody listens on any more is replaced. Unavailable `serve.address`.
[[nodiscard]] Result<int> listen_on(const ServeAddress& address);
/// The port that the kernel chose.
[[nodiscard]] int port_of(int listener);

}  // namespace hotswap::agent
